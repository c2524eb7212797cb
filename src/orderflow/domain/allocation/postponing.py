"""Postponed orders: their day is farther than the allocation horizon.

An order that must not leave before a far day would hoard units that other orders could send now.
So it is postponed: it has no units and is in no queue. Its positions in the queues do not change,
and once its day is near, it waits like any other order.

Orders are postponed where they would begin to wait. So nothing is compared while a queue is read:
the orders in it are near, and stay near. What has ended stays so, even if a clock goes backwards.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from orderflow.domain.model.events import (
    DeallocationReason,
    OrderDeallocated,
    OrderPostponed,
    PostponementEnded,
)
from orderflow.domain.model.horizon import is_far, offered_from
from orderflow.domain.model.order import allocated_units
from orderflow.domain.model.status import Status
from orderflow.domain.model.validators import YEAR_MAX

if TYPE_CHECKING:
    from collections.abc import Iterable

    from orderflow.domain.model.order import Order
    from orderflow.domain.state.draft import Draft

__all__ = ["end_postponements", "follow_day", "postpone_far", "postponed_to_near"]

_LAST_DAY = datetime(YEAR_MAX, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC)


def postpone_far(draft: Draft, orders: list[Order], *, again: bool = False) -> list[Order]:
    """Postpone those of the orders to be offered stock whose day is far; return the others.

    Args:
        draft: The working copy.
        orders: The orders that wait, as they are now.
        again: Whether this includes orders that waited before the command.
    """
    policy = draft.policy
    if policy.allocation_horizon is None:
        return orders
    near = []
    for order in orders:
        if is_far(order, policy, draft.at) and (again or _begins_to_wait(draft, order)):
            _deallocate(draft, order)
            draft.emit(OrderPostponed(*draft.name(order)))
        else:
            near.append(order)
    return near


def follow_day(draft: Draft, before: Order) -> None:
    """Take the units of an order whose day was moved far away, or end its postponement.

    If the order waits, it is postponed when it is offered stock.
    """
    order = draft.order(before.order_id)
    if order.not_before == before.not_before:
        return
    if is_far(order, draft.policy, draft.at):
        _deallocate(draft, order)
    else:
        end_postponements(draft, [order])


def end_postponements(draft: Draft, orders: Iterable[Order], *, by_time: bool = False) -> None:
    """Put those of the orders that are postponed into their queues.

    Args:
        draft: The working copy.
        orders: The orders.
        by_time: Whether only time has brought it about.
    """
    for order in orders:
        if draft.orders.get(order.order_id, order).status is Status.POSTPONED:
            due_at = offered_from(order, draft.policy) if by_time else None
            draft.emit(PostponementEnded(*draft.name(order), due_at))


def postponed_to_near(draft: Draft, limit: int | None) -> list[Order]:
    """Return the stored postponed orders whose day is near, the first day first.

    Without a horizon, every day is near.
    """
    horizon = draft.policy.allocation_horizon
    found = draft.view.postponed(_LAST_DAY if horizon is None else draft.at + horizon, limit)
    return sorted(found, key=lambda order: (order.not_before, order.order_id))


def _begins_to_wait(draft: Draft, order: Order) -> bool:
    """Whether an order did not wait before the command, or its day was moved since."""
    before = draft.view.order(order.order_id)
    return (
        before is None
        or before.status is not Status.ON_BACK_ORDER
        or before.not_before != order.not_before
    )


def _deallocate(draft: Draft, order: Order) -> None:
    units = allocated_units(order)
    if units:
        reason = DeallocationReason.POSTPONED
        draft.emit(OrderDeallocated(*draft.name(order), units, reason))
