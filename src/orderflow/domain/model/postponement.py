"""Postponed orders: their day is far, so they are not offered stock yet.

An order that must not leave before a far day would keep units that others could send now. With an
`allocation_horizon`, it is on back order without units until its day is near enough. Meanwhile it
is in no queue, and nobody passes it over. Its position in the queues is the same as ever, and it
takes it when the postponement ends.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from orderflow.domain.model.status import Status

if TYPE_CHECKING:
    from datetime import datetime

    from orderflow.domain.model.order import Order
    from orderflow.domain.model.policy import AllocationPolicy

__all__ = ["is_in_queue", "postponed_until", "was_postponed_until"]

_WAITING = Status.ON_BACK_ORDER


def is_in_queue(order: Order) -> bool:
    """Whether the order waits in the queues of the products that it is short of."""
    return order.status is _WAITING and order.postponed_until is None


def postponed_until(order: Order, policy: AllocationPolicy, at: datetime) -> datetime | None:
    """Return the moment from which the order is offered stock; `None` if that is now."""
    horizon, day = policy.allocation_horizon, order.not_before
    if horizon is None or day is None or day - at <= horizon:
        return None
    return day - horizon


def was_postponed_until(order: Order, at: datetime) -> bool:
    """Whether the order is on back order, and its postponement ends at this moment or before."""
    until = order.postponed_until
    return order.status is _WAITING and until is not None and until <= at
