"""The stored orders that a filter matches, read one page at a time."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from orderflow.domain.allocation.expected_cover import ExpectedCovers, last_expected_at
from orderflow.domain.model.status import SENT_OUT, Status

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import datetime

    from orderflow.domain.model.order import Order
    from orderflow.domain.model.order_filter import OrderFilter
    from orderflow.domain.model.policy import AllocationPolicy
    from orderflow.ports import Reading

    Read = Callable[[Callable[[Reading], Sequence[Order]]], Sequence[Order]]

__all__ = ["matching_orders", "only_matching"]

PAGE_ORDERS = 500

_LEFT_OUT = SENT_OUT | {Status.CANCELLED}


def matching_orders(
    where: OrderFilter, read: Read, at: datetime, policy: AllocationPolicy
) -> Iterator[Order]:
    """Yield the orders of a seller that a filter matches, in any order.

    Orders that are cancelled or have left the warehouse are omitted, unless the filter names
    statuses or ids. Only one page of orders is in memory at a time.

    Args:
        where: The filter.
        read: Runs a task that reads the seller's state.
        at: The time to which ages and waits are measured.
        policy: The policy of the seller.
    """
    covers = ExpectedCovers(at, policy)
    for page in _pages(where, read):
        yield from read(partial(only_matching, page, where, at, covers))


def only_matching(
    orders: Sequence[Order], where: OrderFilter, at: datetime, covers: ExpectedCovers, view: Reading
) -> list[Order]:
    """Return those of some orders that a filter matches."""
    if not where.needs_expected_at:
        return [order for order in orders if where.matches(order, at)]
    return [
        order for order in orders if where.matches(order, at, _expected_at(order, covers, view))
    ]


def _expected_at(order: Order, covers: ExpectedCovers, view: Reading) -> datetime | None:
    """Return when an order on back order is expected to be covered, if a date is known."""
    if order.status is not Status.ON_BACK_ORDER:
        return None
    return last_expected_at(covers.of(order, view))


def _pages(where: OrderFilter, read: Read) -> Iterator[Sequence[Order]]:
    ids = where.only("id")
    if ids is not None:
        yield read(partial(_named, sorted(map(str, ids))))
        return
    statuses, skus = where.only("status"), where.only("sku")
    sku = next(map(str, skus)) if skus is not None and len(skus) == 1 else None
    for status in Status:
        if status in _LEFT_OUT if statuses is None else status not in statuses:
            continue
        last: Order | None = None
        while page := read(partial(_page, status, sku, last)):
            yield page
            last = page[-1]


def _named(order_ids: Sequence[str], reading: Reading) -> list[Order]:
    found = map(reading.order, order_ids)
    return [order for order in found if order is not None]


def _page(status: Status, sku: str | None, last: Order | None, reading: Reading) -> Sequence[Order]:
    return reading.orders(status=status, sku=sku, after=last, limit=PAGE_ORDERS)
