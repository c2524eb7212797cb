"""What happens to orders that become short: as their short part says, and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeGuard

from orderflow.domain.model.events import (
    DeallocationReason,
    HoldReleased,
    OrderDeallocated,
    OrderEdited,
    OrderMoved,
    OrderPutOnBackOrder,
    OrderRecalled,
    OrderShortPicked,
    OrderSplitOff,
    PostponementEnded,
    ShortReason,
    ShortUnitsCancelled,
)
from orderflow.domain.model.short_part import ShortPart
from orderflow.domain.model.status import Status

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from orderflow.domain.model.events import Event, OrderEvent
    from orderflow.domain.model.order import Order
    from orderflow.domain.model.policy import AllocationPolicy
    from orderflow.domain.state.state import State

__all__ = ["makes_short", "short_part_violations"]

_LOST_UNITS = (
    DeallocationReason.COUNT,
    DeallocationReason.PREEMPTED,
    DeallocationReason.TRANSFERRED,
)


def short_part_violations(
    states: Sequence[State],
    events: Sequence[Event],
    default_policy: AllocationPolicy,
    left: Collection[str] = (),
) -> list[str]:
    """Return orders that became short and still wait, and cancelled units that should wait.

    Args:
        states: The state before the first event, and after each event.
        events: The events, oldest first.
        default_policy: The allocation policy until the first event that changes it.
        left: The ids of orders that the next page handles.
    """
    found = []
    unhandled: dict[str, ShortPart] = {}
    for event, state in zip(events, states[1:], strict=True):
        order = state.orders.get(getattr(event, "order_id", ""))
        if order is None:
            continue
        short_part = _short_part(order, state.policy or default_policy)
        if order.status is not Status.ON_BACK_ORDER:
            unhandled.pop(order.order_id, None)
        elif makes_short(event):
            unhandled[order.order_id] = short_part
        if (
            isinstance(event, ShortUnitsCancelled)
            and event.reason is ShortReason.SHORT_PART
            and short_part is not ShortPart.CANCEL_SHORT
        ):
            found.append(f"order {order.order_id!r}: short units cancelled despite {short_part}")
    return found + [
        f"order {order_id!r} became short and waits, despite {short_part}"
        for order_id, short_part in unhandled.items()
        if short_part is not ShortPart.WAIT and order_id not in left
    ]


def _short_part(order: Order, policy: AllocationPolicy) -> ShortPart:
    return policy.short_part if order.short_part is None else order.short_part


def makes_short(event: Event) -> TypeGuard[OrderEvent]:
    """Whether an order that is on back order after the event became short by it."""
    match event:
        case OrderDeallocated(reason=reason):
            return reason in _LOST_UNITS
        case (
            OrderPutOnBackOrder()
            | OrderEdited()
            | HoldReleased()
            | PostponementEnded()
            | OrderShortPicked()
            | OrderRecalled()
            | OrderMoved()
            | OrderSplitOff()
        ):
            return True
        case _:
            return False
