"""The waits of orders on back order: which have lasted long enough for something to happen."""

from __future__ import annotations

from operator import itemgetter
from typing import TYPE_CHECKING

from orderflow.domain.model.policy import gives_up_at
from orderflow.domain.model.status import Status

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime, timedelta

    from orderflow.domain.model.order import Order

__all__ = ["is_postponed_to", "to_give_up", "to_remind", "waits_since_before"]


def is_postponed_to(order: Order, until: datetime) -> bool:
    """Whether the order is postponed, and its day is this moment or before it."""
    day = order.not_before
    return order.status is Status.POSTPONED and day is not None and day <= until


def waits_since_before(order: Order, since: datetime) -> bool:
    """Whether the order is on back order since this moment or longer and allows no part yet."""
    wait = order.wait
    return (
        order.status is Status.ON_BACK_ORDER
        and wait is not None
        and not wait.allows_partial
        and wait.since <= since
    )


def to_give_up(
    orders: Iterable[Order], by: datetime, give_up_after: timedelta | None
) -> list[Order]:
    """Return the orders among these that are to be given up by a moment, the first one first."""
    return [order for at, _, order in _give_up_moments(orders, give_up_after) if at <= by]


def to_remind(
    orders: Iterable[Order], after: datetime, until: datetime, give_up_after: timedelta | None
) -> list[Order]:
    """Return the orders among these whose sellers are to be reminded, the first one first."""
    return [
        order
        for at, _, order in _give_up_moments(orders, give_up_after)
        if after < at <= until and order.wait is not None and not order.wait.reminded
    ]


def _give_up_moments(
    orders: Iterable[Order], give_up_after: timedelta | None
) -> list[tuple[datetime, str, Order]]:
    """Return the orders on back order that will be given up, by moment and id."""
    found = [
        (moment, order.order_id, order)
        for order in orders
        if order.status is Status.ON_BACK_ORDER
        and (moment := gives_up_at(order, give_up_after)) is not None
    ]
    return sorted(found, key=itemgetter(0, 1))
