"""`Telemetry`: reports what a flow, a relay and the senders of notices do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar, cast

from orderflow.domain.model.arguments import require_methods
from orderflow.errors import InvalidValueError
from orderflow.notifier import DigestSender, NoticeSender, SellerNotices
from orderflow.ports import Clock, Outbox, Repository
from orderflow.ports.implementations import require_port
from orderflow.service import AsyncOrderFlow, OrderFlow, Relay, SystemClock
from orderflow.telemetry.flows import TracedAsyncFlow, TracedFlow
from orderflow.telemetry.gauges import add_backlog_gauges, add_outbox_gauges
from orderflow.telemetry.recorder import Recorder
from orderflow.telemetry.senders import (
    TracedDigestSender,
    TracedNoticeSender,
    TracedRelay,
    TracedSellerNotices,
)

if TYPE_CHECKING:
    from opentelemetry.metrics import MeterProvider
    from opentelemetry.trace import TracerProvider

__all__ = ["Telemetry"]

T = TypeVar(
    "T", bound=OrderFlow | AsyncOrderFlow | Relay | NoticeSender | DigestSender | SellerNotices
)

_TRACED: dict[type, Any] = {
    OrderFlow: TracedFlow,
    AsyncOrderFlow: TracedAsyncFlow,
    Relay: TracedRelay,
    NoticeSender: TracedNoticeSender,
    DigestSender: TracedDigestSender,
    SellerNotices: TracedSellerNotices,
}
_DEMAND = f"one of {', '.join(each.__name__ for each in _TRACED)}, without telemetry so far"


class Telemetry:
    """Reports commands, units of work, rounds of relays, and notices to OpenTelemetry.

    The names of spans, metrics and attributes stay the same in later releases. None of them, and no
    log, has personal data.

    >>> from orderflow import MemoryRepository, OrderFlow
    >>> flow = Telemetry().instrument(OrderFlow(MemoryRepository()))

    Args:
        tracer_provider: Where spans go. Default: the global one.
        meter_provider: Where metrics go. Default: the global one.

    Raises:
        InvalidValueError: If an argument is no provider.
    """

    def __init__(
        self,
        *,
        tracer_provider: TracerProvider | None = None,
        meter_provider: MeterProvider | None = None,
    ) -> None:
        for name, provider, method in (
            ("tracer_provider", tracer_provider, "get_tracer"),
            ("meter_provider", meter_provider, "get_meter"),
        ):
            if provider is not None:
                demand = f"an object with the method {method}, such as the SDK's"
                require_methods(f"Telemetry.{name}", provider, method, demand=demand)
        self._recorder = Recorder(tracer_provider, meter_provider)

    def instrument(self, subject: T) -> T:
        """Return a flow, a relay or a sender that works as this one does, and reports it.

        The one that is given stays as it is. A flow stores the trace of each command with its
        messages in the outbox. A relay continues that trace: what its notifier sends is a child of
        the command.

        Args:
            subject: An `OrderFlow`, `AsyncOrderFlow`, `Relay`, `NoticeSender`, `DigestSender` or
                `SellerNotices`.

        Raises:
            InvalidValueError: If it is anything else, or is instrumented already.
        """
        traced = _TRACED.get(type(subject))
        if traced is None:
            raise InvalidValueError("instrument.subject", _DEMAND, subject)
        return cast("T", traced.of(subject, self._recorder))

    def observe(
        self,
        repository: Repository | None = None,
        outbox: Outbox | None = None,
        *,
        clock: Clock | None = None,
    ) -> None:
        """Add gauges that are read with each export of metrics, in the exporter's thread.

        Call it once, in one process. Those of the repository read all orders on back order.

        Args:
            repository: Report the units short and the longest wait of a customer, of all sellers.
            outbox: Report the age of the oldest message, and the number of dead ones.
            clock: The clock. Default: the system's.
        """
        require_port("observe.repository", repository, Repository, optional=True)
        require_port("observe.outbox", outbox, Outbox, optional=True)
        require_port("observe.clock", clock, Clock, optional=True)
        now = clock if clock is not None else SystemClock()
        if repository is not None:
            add_backlog_gauges(self._recorder.meter, repository, now)
        if outbox is not None:
            add_outbox_gauges(self._recorder.meter, outbox, now)
