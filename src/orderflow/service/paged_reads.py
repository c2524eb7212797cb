"""Reads over all orders or events of a seller, a page at a time.

Each page is read on a snapshot of its own, so a read over very many takes little memory, and keeps
nobody waiting. Meanwhile, others may change what is still to be read.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from orderflow.domain.model.order import Order, OrderLine
from orderflow.service.scope import SellerScope

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import datetime

    from orderflow.domain.model.events import Event
    from orderflow.domain.model.status import Status
    from orderflow.ports import EventPage, Reading

__all__ = ["PagedReads"]

_PAGE_ORDERS = 200
_PAGE_EVENTS = 1_000


class PagedReads(SellerScope):
    """The orders and events of one seller, one after another."""

    def _each_order(
        self,
        statuses: Sequence[Status | None],
        warehouse_id: str | None,
        progress: Callable[[int], None],
        task: Callable[[Order, Reading], None] | None = None,
        after: Order | None = None,
    ) -> Iterator[Order]:
        """Yield the orders of some statuses, each after a task was run on it where it was read."""
        done = 0
        for status in statuses:
            last = after
            while page := self._read(partial(_page, status, last, warehouse_id, task)):
                yield from (each for each in page if warehouse_id in (None, each.warehouse_id))
                last = page[-1]
                done += len(page)
                progress(done)

    def _placed_since(
        self, since: datetime, warehouse_id: str | None, progress: Callable[[int], None]
    ) -> Iterator[Order]:
        """Yield the orders placed after a moment, oldest first."""
        # Reading goes on behind an order, and this one would be the last of those placed before.
        last = Order(
            order_id="-",
            seller_id=self._seller_id,
            warehouse_id="-",
            lines=(OrderLine("-", "-", 1),),
            placed_at=since,
        )
        return self._each_order((None,), warehouse_id, progress, after=last)

    def _all_events(self, progress: Callable[[int], None]) -> Iterator[Event]:
        done, after = 0, 0
        while page := self._read(partial(_events_after, after)):
            yield from page
            after = page.last
            done += len(page)
            progress(done)


def _page(
    status: Status | None,
    after: Order | None,
    warehouse_id: str | None,
    task: Callable[[Order, Reading], None] | None,
    reading: Reading,
) -> Sequence[Order]:
    page = reading.orders(status=status, after=after, limit=_PAGE_ORDERS)
    if task is not None:
        for order in page:
            if warehouse_id in (None, order.warehouse_id):
                task(order, reading)
    return page


def _events_after(after: int, reading: Reading) -> EventPage:
    return reading.events(after=after, limit=_PAGE_EVENTS)
