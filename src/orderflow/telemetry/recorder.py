"""`Recorder`: writes spans, metrics and logs about what orderflow does."""

from __future__ import annotations

import logging
from contextlib import contextmanager
from importlib.metadata import version
from time import perf_counter
from typing import TYPE_CHECKING

import attrs
from opentelemetry.context import attach, create_key, detach, get_value, set_value
from opentelemetry.metrics import get_meter
from opentelemetry.trace import Span, SpanKind, Status, StatusCode, get_tracer

from orderflow.errors import InvalidValueError, NotFoundError, RefusedError
from orderflow.telemetry import names

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from opentelemetry.metrics import MeterProvider
    from opentelemetry.trace import Link, TracerProvider
    from opentelemetry.util.types import AttributeValue

__all__ = ["DONE", "FAILED", "REFUSED", "UNDONE", "Observed", "Recorder", "log", "log_field"]

DONE, REFUSED, FAILED, UNDONE = "done", "refused", "failed", "undone"

_REFUSALS = (InvalidValueError, NotFoundError, RefusedError)
_UNCOMMITTED = create_key("orderflow.uncommitted")


@attrs.define
class Observed:
    """An operation, and how it ended.

    Attributes:
        span: Its span.
        result: How it ended.
        error: The type of its error.
        seconds: How long it took.
        attempts: How often it began, if it may run again.
    """

    span: Span
    result: str = DONE
    error: str | None = None
    seconds: float = 0.0
    attempts: int = 0

    def failed(self, error: BaseException, result: str) -> None:
        """Note the error. Its message may quote what people wrote, so only its type is kept."""
        if self.result == UNDONE:
            return
        self.result, self.error = result, type(error).__name__
        self.span.set_attribute(names.ERROR, self.error)
        if result != REFUSED:
            self.span.set_status(Status(StatusCode.ERROR))


def _refused_or_failed(error: BaseException) -> str:
    return REFUSED if isinstance(error, _REFUSALS) else FAILED


class Recorder:
    """Writes spans, metrics and logs.

    Args:
        tracers: Where spans go.
        meters: Where metrics go.
    """

    def __init__(self, tracers: TracerProvider | None, meters: MeterProvider | None) -> None:
        release = version("orderflow-backorder")
        self._tracer = get_tracer("orderflow", release, tracers)
        self.meter = get_meter("orderflow", release, meters)
        self.commands = names.COMMANDS.counter(self.meter)
        self.refusals = names.REFUSALS.counter(self.meter)
        self.retries = names.RETRIES.counter(self.meter)
        self.messages = names.MESSAGES.counter(self.meter)
        self.notices = names.NOTICES_SENT.counter(self.meter)
        self.command_duration = names.COMMAND_DURATION.histogram(self.meter)
        self.unit_of_work_duration = names.UNIT_OF_WORK_DURATION.histogram(self.meter)
        self.relay_duration = names.RELAY_DURATION.histogram(self.meter)
        self.notice_duration = names.NOTICE_DURATION.histogram(self.meter)

    @contextmanager
    def span(
        self,
        name: str,
        attributes: Mapping[str, AttributeValue],
        *,
        on_end: Callable[[Observed], None],
        kind: SpanKind = SpanKind.INTERNAL,
        links: tuple[Link, ...] = (),
        result_of: Callable[[BaseException], str] = _refused_or_failed,
    ) -> Iterator[Observed]:
        """Run the block in a span, note how it ends, and call `on_end` before the span ends."""
        with self._tracer.start_as_current_span(
            name,
            kind=kind,
            attributes=attributes,
            links=links,
            record_exception=False,
            set_status_on_exception=False,
        ) as span:
            observed, begin = Observed(span), perf_counter()
            try:
                yield observed
            except BaseException as error:
                observed.failed(error, result_of(error))
                raise
            finally:
                observed.seconds = perf_counter() - begin
                span.set_attribute(names.RESULT, observed.result)
                on_end(observed)

    @contextmanager
    def committed(self) -> Iterator[list[Callable[[], None]]]:
        """Defer what the block records about commands until the block ends without an error.

        Yields:
            What was deferred so far. Clear it if the block starts again.
        """
        deferred: list[Callable[[], None]] = []
        token = attach(set_value(_UNCOMMITTED, deferred))
        try:
            yield deferred
        finally:
            detach(token)
        for record in deferred:
            record()

    def when_committed(self, record: Callable[[], None]) -> None:
        """Record something about a command, once its transaction is committed."""
        deferred = get_value(_UNCOMMITTED)
        if isinstance(deferred, list):
            deferred.append(record)
        else:
            record()


def log(
    logger: names.Logger, level: int, text: str, about: Mapping[str, AttributeValue | None]
) -> None:
    """Log a line with attributes, under the names that `log_field` returns."""
    target = logging.getLogger(logger.name)
    if target.isEnabledFor(level):
        fields = {log_field(name): value for name, value in about.items() if value is not None}
        target.log(level, "%s", text, extra=fields)


def log_field(name: str) -> str:
    """Return the attribute of a log record for an attribute of a span.

    >>> log_field("orderflow.order_id"), log_field("error.type")
    ('order_id', 'error_type')
    """
    return name.removeprefix("orderflow.").replace(".", "_")
