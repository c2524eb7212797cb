"""Gauges of the backlog and the outbox. The exporter of metrics reads them."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial
from threading import Lock
from time import monotonic
from typing import TYPE_CHECKING, Generic, TypeVar

import attrs
from opentelemetry.metrics import Observation

from orderflow.domain.model.customer_wait import customer_waits_since
from orderflow.service.clock import read_clock
from orderflow.telemetry import names

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from opentelemetry.metrics import CallbackOptions, Meter

    from orderflow.domain.model.order import Order
    from orderflow.ports import Clock, Outbox, Reading, Repository

__all__ = ["add_backlog_gauges", "add_outbox_gauges"]

FRESH_SECONDS = 5.0
"""How long one reading is enough: an export asks for each gauge in turn."""

_PAGE = 1_000

T = TypeVar("T")


@attrs.frozen
class _Backlog:
    """The orders on back order.

    Attributes:
        short: The units that they lack.
        since: Since when the customer waits who waits longest, if there is one.
    """

    short: int = 0
    since: datetime | None = None


def add_backlog_gauges(meter: Meter, repository: Repository, clock: Clock) -> None:
    """Report how many units are short, and how long a customer has waited at most."""
    backlog = _Recent(partial(_read_backlog, repository))
    _add(meter, names.UNITS_SHORT, lambda: backlog.read().short)
    _add(meter, names.OLDEST_WAIT, lambda: _age(backlog.read().since, clock))


def add_outbox_gauges(meter: Meter, outbox: Outbox, clock: Clock) -> None:
    """Report how far the relays are behind, and how many messages are dead."""
    summary = _Recent(outbox.summary)
    _add(meter, names.OUTBOX_LAG, lambda: _age(summary.read().waiting_since, clock))
    _add(meter, names.OUTBOX_DEAD, lambda: summary.read().dead)


class _Recent(Generic[T]):
    """What was read a moment ago."""

    def __init__(self, read: Callable[[], T]) -> None:
        self._read = read
        self._lock = Lock()
        self._found: tuple[float, T] | None = None

    def read(self) -> T:
        with self._lock:
            if self._found is None or self._found[0] + FRESH_SECONDS < monotonic():
                found = self._read()
                self._found = (monotonic(), found)
            return self._found[1]


def _add(meter: Meter, metric: names.Metric, value: Callable[[], float]) -> None:
    def observe(_: CallbackOptions) -> Iterable[Observation]:
        return [Observation(value())]

    meter.create_observable_gauge(metric.name, [observe], metric.unit, metric.description)


def _age(since: datetime | None, clock: Clock) -> float:
    if since is None:
        return 0.0
    return max(read_clock(clock) - since, timedelta(0)).total_seconds()


def _read_backlog(repository: Repository) -> _Backlog:
    short, began = 0, list[datetime]()
    for seller_id in repository.sellers():
        for page in _pages(repository, seller_id):
            short += sum(order.short for order in page)
            began += sorted(filter(None, map(customer_waits_since, page)))[:1]
    return _Backlog(short, min(began, default=None))


def _pages(repository: Repository, seller_id: str) -> Iterator[list[Order]]:
    """Yield the orders on back order, each page on a snapshot of its own."""
    page = repository.read(seller_id, partial(_page, None))
    while page:
        yield page
        page = repository.read(seller_id, partial(_page, page[-1]))


def _page(after: Order | None, reading: Reading) -> list[Order]:
    return list(reading.back_orders(after, _PAGE))
