"""Telemetry that keeps what it reports, so that tests can look at it."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from orderflow.telemetry import Telemetry

if TYPE_CHECKING:
    from collections.abc import Iterator

    from opentelemetry.sdk.trace import ReadableSpan

Labels = frozenset[tuple[str, Any]]


class Recorded:
    """Spans and metrics, in this process."""

    def __init__(self) -> None:
        self._exporter, self._reader = InMemorySpanExporter(), InMemoryMetricReader()
        self.tracers = TracerProvider(shutdown_on_exit=False)
        self.tracers.add_span_processor(SimpleSpanProcessor(self._exporter))
        meters = MeterProvider([self._reader], shutdown_on_exit=False)
        self.telemetry = Telemetry(tracer_provider=self.tracers, meter_provider=meters)

    def spans(self, name: str = "") -> list[ReadableSpan]:
        """Return the spans that ended whose name begins like this, in the order of their ends."""
        return [each for each in self._exporter.get_finished_spans() if each.name.startswith(name)]

    def results(self, name: str) -> list[str]:
        """Return how each span of this name ended."""
        return [str((each.attributes or {})["orderflow.result"]) for each in self.spans(name)]

    def points(self) -> Iterator[tuple[str, dict[str, Any], Any]]:
        """Yield name, attributes and point of each metric."""
        data = self._reader.get_metrics_data()
        for of_resource in data.resource_metrics if data is not None else ():
            for scope in of_resource.scope_metrics:
                for metric in scope.metrics:
                    for point in metric.data.data_points:
                        yield metric.name, dict(point.attributes or {}), point

    def counts(self, name: str) -> Counter[tuple[Any, ...]]:
        """Return the values of a metric, by the values of its attributes in order of their names.

        A histogram has its number of measurements.
        """
        found = Counter[tuple[Any, ...]]()
        for each, attributes, point in self.points():
            if each == name:
                values = tuple(attributes[key] for key in sorted(attributes))
                found[values] += point.count if hasattr(point, "count") else point.value
        return found
