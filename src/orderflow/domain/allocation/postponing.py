"""Postpone orders whose day is far, and end postponements: see `domain.model.postponement`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from orderflow.domain.model.events import (
    DeallocationReason,
    OrderDeallocated,
    OrderPostponed,
    OrderPutOnBackOrder,
    PostponementEnded,
)
from orderflow.domain.model.order import allocated_units
from orderflow.domain.model.postponement import postponed_until
from orderflow.domain.model.status import Status

if TYPE_CHECKING:
    from orderflow.domain.model.order import Order
    from orderflow.domain.state.draft import Draft

__all__ = ["postpone_allocated", "postpone_or_resume"]


def postpone_allocated(draft: Draft, order: Order) -> None:
    """Postpone an order if its day is far and an edit or a release left it allocated.

    Nothing else postpones an allocated order, such as a new horizon or a split.
    """
    after = draft.order(order.order_id)
    if after.status is Status.ALLOCATED:
        postpone_or_resume(draft, after)


def postpone_or_resume(draft: Draft, order: Order) -> Order:
    """Postpone an order that is new, on back order or allocated, or end its postponement.

    An order that is postponed gives back its units.

    Returns:
        The order as it is then.
    """
    if draft.policy.allocation_horizon is None and order.postponed_until is None:
        return order
    until = postponed_until(order, draft.policy, draft.at)
    before = order.postponed_until
    if until == before:
        return order
    if until is None:
        due = draft.at if before is None else min(before, draft.at)
        return draft.emit_for(order, PostponementEnded(*draft.name(order), due))
    units = allocated_units(order)
    if order.status is Status.NEW:
        draft.emit(OrderPutOnBackOrder(*draft.name(order), ()))
    elif units:
        reason = DeallocationReason.POSTPONED
        draft.emit(OrderDeallocated(*draft.name(order), units, reason))
    return draft.emit_for(order, OrderPostponed(*draft.name(order), until))
