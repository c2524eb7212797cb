"""Orders placed with and without telemetry.

Each turn places the same orders of three lines, one command each, into a new repository with an
outbox: in memory, or in an embedded database. There are three sides:

- The flow as it is.
- `api`: it is instrumented in a host without an SDK.
- `sdk`: the SDK keeps its spans and metrics in memory.
"""

from __future__ import annotations

import tempfile
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING

from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from benchmarks.case import ORDERFLOW, Case, Side
from benchmarks.workloads import PLAIN, draw
from orderflow import MemoryRepository, OrderFlow
from orderflow.adapters.memory import MemoryOutbox
from orderflow.adapters.sql import SqlRepository, open_database
from orderflow.telemetry import Telemetry

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from orderflow import Order

    Flows = Callable[[OrderFlow], OrderFlow]

__all__ = ["cases", "sides"]


def cases(*, quick: bool) -> Iterable[Case]:
    """Return a case for each repository."""
    for name, run in (("memory", _in_memory), ("sqlite", _in_a_file)):
        prepare = partial(sides, run, 50 if quick else 500)
        yield Case(name=f"telemetry/{name}", per="command", prepare=prepare, rounds=15)


def sides(run: Callable[[Flows, tuple[Order, ...]], float], orders: int) -> dict[str, Side]:
    """Return the flow as it is, and those that are instrumented."""
    placed = tuple(draw(PLAIN, orders * 3).orders)
    spans = InMemorySpanExporter()
    tracers = TracerProvider(shutdown_on_exit=False)
    tracers.add_span_processor(SimpleSpanProcessor(spans))
    meters = MeterProvider([InMemoryMetricReader()], shutdown_on_exit=False)
    sdk = Telemetry(tracer_provider=tracers, meter_provider=meters)

    def with_sdk(flow: OrderFlow) -> OrderFlow:
        spans.clear()
        return sdk.instrument(flow)

    flows: dict[str, Flows] = {
        ORDERFLOW: lambda flow: flow,
        "api": Telemetry().instrument,
        "sdk": with_sdk,
    }
    return {name: partial(run, flow, placed) for name, flow in flows.items()}


def _in_memory(instrument: Flows, orders: tuple[Order, ...]) -> float:
    return _place(instrument(OrderFlow(MemoryRepository(MemoryOutbox()))), orders)


def _in_a_file(instrument: Flows, orders: tuple[Order, ...]) -> float:
    with tempfile.TemporaryDirectory() as folder:
        engine = open_database(Path(folder) / "a.db", durability="relaxed", create=True)
        try:
            return _place(instrument(OrderFlow(SqlRepository(engine))), orders)
        finally:
            engine.dispose()


def _place(flow: OrderFlow, orders: tuple[Order, ...]) -> float:
    sellers = {order.seller_id: flow.seller(order.seller_id) for order in orders}
    begun = perf_counter()
    for order in orders:
        sellers[order.seller_id].place(order)
    return (perf_counter() - begun) / len(orders)
