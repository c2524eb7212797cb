"""The events by which an order gains or loses units, or its turn.

`orderflow.domain.model.events` has the rules of all events.
"""

from __future__ import annotations

from datetime import datetime

import attrs

from orderflow.domain.model.event_fields import LineChanges, LineUnits, OrderEventFields
from orderflow.domain.model.terms import Term

__all__ = [
    "ALLOCATION_EVENTS",
    "DeallocationReason",
    "OrderAllocated",
    "OrderDeallocated",
    "OrderPartlyAllocated",
    "OrderPassedOver",
    "OrderPostponed",
    "OrderPutOnBackOrder",
    "OrderReallocated",
    "OrderWaitedEnough",
    "PostponementEnded",
]


class DeallocationReason(Term):
    """Why an order lost units that it still needed."""

    HOLD = "HOLD"
    """It was put on hold, and its stock was deallocated."""
    INCOMPLETE = "INCOMPLETE"
    """It is short, and the policy does not allow it a part."""
    COUNT = "COUNT"
    """There were fewer units on hand than were allocated."""
    PREEMPTED = "PREEMPTED"
    """An urgent order took them."""
    POSTPONED = "POSTPONED"
    """Its day is farther than the allocation horizon."""
    MOVED = "MOVED"
    """It, or a part of it, was moved to another warehouse."""
    TRANSFERRED = "TRANSFERRED"
    """The units were transferred to another warehouse."""


@attrs.frozen
class OrderAllocated(OrderEventFields):
    """The order was allocated these units, which cover all its lines."""

    units: LineUnits


@attrs.frozen
class OrderPostponed(OrderEventFields):
    """The day of the order is far: it is offered no stock until it is near."""


@attrs.frozen
class PostponementEnded(OrderEventFields):
    """The order is on back order from now on, and is offered stock in its turn.

    `due_at` is when its day was near enough; `None` if its day or the policy was changed.
    """

    due_at: datetime | None = None


@attrs.frozen
class OrderPutOnBackOrder(OrderEventFields):
    """The new order was allocated these units, and is short of others."""

    units: LineUnits


@attrs.frozen
class OrderPartlyAllocated(OrderEventFields):
    """The order on back order was allocated these units, and is still short of others."""

    units: LineUnits


@attrs.frozen
class OrderDeallocated(OrderEventFields):
    """The order gave these units back."""

    units: LineUnits
    reason: DeallocationReason


@attrs.frozen
class OrderReallocated(OrderEventFields):
    """The order gave units to others, or took units of others, outside the queue.

    Attributes:
        units: Pairs of a line id and a change of its allocated units. In one event, all of them are
            given (below 0), or all are taken.
        others: The first orders that took what it gave, or gave what it took: at most ten.
        by: Who did it.
        note: Why.
        plan_id: The plan that was applied, if any.
        served_first: Whether the order gave units, and comes before all others in its queues until
            it is covered.
    """

    units: LineChanges
    others: tuple[str, ...]
    by: str
    note: str
    plan_id: str | None = None
    served_first: bool = False


@attrs.frozen
class OrderPassedOver(OrderEventFields):
    """A later order took units of the product that the order is blocked on."""


@attrs.frozen
class OrderWaitedEnough(OrderEventFields):
    """The order has waited enough: from now on it may have a part, or any part of it may leave.

    `due_at` is when it had waited long enough; `None` if it was passed over often enough.
    """

    due_at: datetime | None = None


ALLOCATION_EVENTS = (
    OrderAllocated,
    OrderPartlyAllocated,
    OrderDeallocated,
    OrderPassedOver,
    OrderPostponed,
    OrderReallocated,
    OrderWaitedEnough,
    PostponementEnded,
)
"""The events that change nothing else of an order that was allocated before."""
