"""The lifecycle of an order: all its transitions, in one table.

Only events change the status of an order, and only as `TRANSITIONS` allows. Each status has a
row. It lists the events that may happen in that status, and the statuses that each leads to. No
other event can happen. No event leads out of DELIVERED or CANCELLED: such an order is final.

If an event may lead to several statuses, the order decides. It is ON_HOLD if it has a hold,
ALLOCATED if all its lines are covered, and ON_BACK_ORDER otherwise. So an edit puts an allocated
order on back order exactly if it leaves a line short.

`ACTIONS` lists the events of each action from outside. The two tables determine which actions
are allowed. The refusals, the diagram in the documentation and the commands that the tests draw
all follow from them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from orderflow.domain.model.events import (
    CancellationAccepted,
    CancellationRejected,
    CancellationRequested,
    HoldReleased,
    OrderAllocated,
    OrderCancelled,
    OrderDeallocated,
    OrderDelivered,
    OrderDespatched,
    OrderEdited,
    OrderEvent,
    OrderGivenUp,
    OrderHeld,
    OrderMoved,
    OrderPartlyAllocated,
    OrderPartMoved,
    OrderPassedOver,
    OrderPinned,
    OrderPostponed,
    OrderPutOnBackOrder,
    OrderReallocated,
    OrderRecalled,
    OrderSentToWarehouse,
    OrderShortPicked,
    OrderSplit,
    OrderSplitAtWarehouse,
    OrderUnpinned,
    OrderWaitedEnough,
    PersonalDataErased,
    PostponementEnded,
    SellerReminded,
    ShortUnitsCancelled,
    UnitsReturned,
)
from orderflow.domain.model.order import is_covered
from orderflow.domain.model.status import Status
from orderflow.domain.model.terms import Term
from orderflow.errors import ActionRefusedError, TransitionError

if TYPE_CHECKING:
    from orderflow.domain.model.order import Hold, Order, OrderLine

__all__ = ["ACTIONS", "TRANSITIONS", "Action", "allowed_actions", "diagram", "next_status"]

_NEW, _POSTPONED, _HELD, _WAITING, _ALLOCATED = (
    Status.NEW,
    Status.POSTPONED,
    Status.ON_HOLD,
    Status.ON_BACK_ORDER,
    Status.ALLOCATED,
)

TRANSITIONS: dict[Status, dict[type[OrderEvent], tuple[Status, ...]]] = {
    Status.NEW: {
        OrderAllocated: (_ALLOCATED,),
        OrderPutOnBackOrder: (_WAITING,),
        OrderPostponed: (_POSTPONED,),
        OrderEdited: (_NEW,),
        OrderMoved: (_NEW,),
        OrderPartMoved: (_NEW,),
        OrderHeld: (_HELD,),
        OrderPinned: (_NEW,),
        OrderUnpinned: (_NEW,),
        OrderCancelled: (Status.CANCELLED,),
        PersonalDataErased: (_NEW,),
    },
    Status.POSTPONED: {
        PostponementEnded: (_WAITING,),
        OrderEdited: (_POSTPONED,),
        OrderMoved: (_POSTPONED,),
        OrderPartMoved: (_POSTPONED,),
        OrderHeld: (_HELD,),
        OrderPinned: (_POSTPONED,),
        OrderUnpinned: (_POSTPONED,),
        OrderCancelled: (Status.CANCELLED,),
        PersonalDataErased: (_POSTPONED,),
    },
    Status.ON_HOLD: {
        OrderHeld: (_HELD,),
        OrderEdited: (_HELD,),
        OrderDeallocated: (_HELD,),
        OrderReallocated: (_HELD,),
        OrderMoved: (_HELD,),
        OrderPartMoved: (_HELD,),
        HoldReleased: (_HELD, _ALLOCATED, _WAITING),
        OrderPinned: (_HELD,),
        OrderUnpinned: (_HELD,),
        OrderCancelled: (Status.CANCELLED,),
        PersonalDataErased: (_HELD,),
    },
    Status.ON_BACK_ORDER: {
        OrderAllocated: (_ALLOCATED,),
        OrderPartlyAllocated: (_WAITING,),
        OrderDeallocated: (_WAITING,),
        OrderReallocated: (_ALLOCATED, _WAITING),
        OrderPassedOver: (_WAITING,),
        OrderWaitedEnough: (_WAITING,),
        SellerReminded: (_WAITING,),
        OrderGivenUp: (_WAITING,),
        OrderPostponed: (_POSTPONED,),
        OrderEdited: (_ALLOCATED, _WAITING),
        OrderSplit: (_WAITING,),
        OrderMoved: (_WAITING,),
        OrderPartMoved: (_ALLOCATED, _WAITING),
        ShortUnitsCancelled: (_ALLOCATED, _WAITING),
        OrderHeld: (_HELD,),
        OrderPinned: (_WAITING,),
        OrderUnpinned: (_WAITING,),
        OrderCancelled: (Status.CANCELLED,),
        PersonalDataErased: (_WAITING,),
    },
    Status.ALLOCATED: {
        OrderDeallocated: (_WAITING,),
        OrderReallocated: (_WAITING,),
        OrderEdited: (_ALLOCATED, _WAITING),
        OrderSplit: (_ALLOCATED,),
        OrderHeld: (_HELD,),
        OrderPinned: (_ALLOCATED,),
        OrderUnpinned: (_ALLOCATED,),
        OrderCancelled: (Status.CANCELLED,),
        OrderSentToWarehouse: (Status.SENT_TO_WAREHOUSE,),
        PersonalDataErased: (_ALLOCATED,),
    },
    Status.SENT_TO_WAREHOUSE: {
        CancellationRequested: (Status.CANCELLATION_REQUESTED,),
        OrderShortPicked: (_WAITING,),
        OrderRecalled: (_WAITING,),
        OrderSplitAtWarehouse: (Status.SENT_TO_WAREHOUSE,),
        OrderDespatched: (Status.DESPATCHED,),
        PersonalDataErased: (Status.SENT_TO_WAREHOUSE,),
    },
    Status.CANCELLATION_REQUESTED: {
        CancellationAccepted: (Status.CANCELLED,),
        CancellationRejected: (Status.SENT_TO_WAREHOUSE,),
        OrderShortPicked: (_WAITING,),
        OrderRecalled: (_WAITING,),
        OrderSplitAtWarehouse: (Status.CANCELLATION_REQUESTED,),
        PersonalDataErased: (Status.CANCELLATION_REQUESTED,),
    },
    Status.DESPATCHED: {
        OrderDelivered: (Status.DELIVERED,),
        UnitsReturned: (Status.DESPATCHED,),
        PersonalDataErased: (Status.DESPATCHED,),
    },
    Status.DELIVERED: {
        UnitsReturned: (Status.DELIVERED,),
        PersonalDataErased: (Status.DELIVERED,),
    },
    Status.CANCELLED: {
        PersonalDataErased: (Status.CANCELLED,),
    },
}
"""For each status, the events that may happen in it, and the statuses that each may lead to."""


_OF_PARTS = (
    *(_NEW, _POSTPONED, _HELD, _WAITING, _ALLOCATED),
    *(Status.SENT_TO_WAREHOUSE, Status.CANCELLATION_REQUESTED),
)
"""The statuses in which an order can begin that was split off from another."""


class Action(Term):
    """An action on an order."""

    ALLOCATE = "ALLOCATE"
    EDIT = "EDIT"
    REMOVE_LINE = "REMOVE_LINE"
    REPLACE_LINE = "REPLACE_LINE"
    SEND_STOCK = "SEND_STOCK"
    SPLIT = "SPLIT"
    MOVE = "MOVE"
    REALLOCATE = "REALLOCATE"
    PIN = "PIN"
    UNPIN = "UNPIN"
    HOLD = "HOLD"
    RELEASE_HOLD = "RELEASE_HOLD"
    CANCEL = "CANCEL"
    SEND_TO_WAREHOUSE = "SEND_TO_WAREHOUSE"
    REQUEST_CANCELLATION = "REQUEST_CANCELLATION"
    ACCEPT_CANCELLATION = "ACCEPT_CANCELLATION"
    REJECT_CANCELLATION = "REJECT_CANCELLATION"
    REPORT_SHORT_PICK = "REPORT_SHORT_PICK"
    DESPATCH = "DESPATCH"
    DELIVER = "DELIVER"
    RETURN_UNITS = "RETURN_UNITS"


ACTIONS: dict[Action, tuple[tuple[type[OrderEvent], ...], ...]] = {
    Action.ALLOCATE: ((OrderPutOnBackOrder,),),
    Action.EDIT: ((OrderEdited,),),
    Action.REMOVE_LINE: ((OrderEdited,),),
    Action.REPLACE_LINE: ((OrderEdited,),),
    Action.SEND_STOCK: ((OrderPartlyAllocated,),),
    Action.SPLIT: ((OrderSplit,),),
    Action.MOVE: ((OrderMoved,), (OrderDeallocated, OrderMoved)),
    Action.REALLOCATE: ((OrderReallocated,),),
    Action.PIN: ((OrderPinned,),),
    Action.UNPIN: ((OrderUnpinned,),),
    Action.HOLD: ((OrderHeld,),),
    Action.RELEASE_HOLD: ((HoldReleased,),),
    Action.CANCEL: ((OrderCancelled,),),
    Action.SEND_TO_WAREHOUSE: ((OrderSentToWarehouse,),),
    Action.REQUEST_CANCELLATION: ((CancellationRequested,),),
    Action.ACCEPT_CANCELLATION: ((CancellationAccepted,),),
    Action.REJECT_CANCELLATION: ((CancellationRejected,),),
    Action.REPORT_SHORT_PICK: ((OrderShortPicked,),),
    Action.DESPATCH: ((OrderDespatched,), (CancellationRejected, OrderDespatched)),
    Action.DELIVER: ((OrderDelivered,),),
    Action.RETURN_UNITS: ((UnitsReturned,),),
}
"""The sequences of events of each action. It is allowed if one of them is possible."""


def next_status(
    order: Order, event: type[OrderEvent], lines: tuple[OrderLine, ...], holds: tuple[Hold, ...]
) -> Status:
    """Return the status that an event leads to.

    Args:
        order: The order before the event.
        event: The type of the event.
        lines: The lines of the order after the event.
        holds: The holds on the order after the event.

    Raises:
        TransitionError: If the event cannot happen in this status.
    """
    targets = TRANSITIONS[order.status].get(event)
    if targets is None:
        possible = ", ".join(each.__name__ for each in TRANSITIONS[order.status])
        raise TransitionError(
            f"{event.__name__} cannot happen to order {order.order_id!r}, which is "
            f"{order.status}; possible events: {possible}"
        )
    if len(targets) == 1:
        return targets[0]
    if holds:
        return Status.ON_HOLD
    return Status.ALLOCATED if is_covered(lines) else Status.ON_BACK_ORDER


def allowed_actions(status: Status) -> tuple[Action, ...]:
    """Return the actions that the tables allow in this status.

    >>> [str(action) for action in allowed_actions(Status.SENT_TO_WAREHOUSE)]
    ['REQUEST_CANCELLATION', 'REPORT_SHORT_PICK', 'DESPATCH']
    """
    return _ALLOWED[status]


def require_action(order_id: str, status: Status, action: Action) -> None:
    """Refuse an action that the tables do not allow in this status.

    Raises:
        ActionRefusedError: If it is not allowed.
    """
    if action not in _ALLOWED[status]:
        allowed = tuple(str(each) for each in _ALLOWED[status])
        raise ActionRefusedError(order_id, str(status), str(action), allowed)


def diagram() -> str:
    """Draw the table as a Mermaid state diagram, one arrow for each pair of statuses."""
    arrows: dict[tuple[Status, Status], list[str]] = {}
    for status, row in TRANSITIONS.items():
        for event, targets in row.items():
            for target in targets:
                arrows.setdefault((status, target), []).append(event.__name__)
    drawn = [
        f"    {status} --> {target}: {'<br/>'.join(events)}"
        for (status, target), events in arrows.items()
        if status is not target
    ]
    ends = [
        f"    {status} --> [*]"
        for status, row in TRANSITIONS.items()
        if all(targets == (status,) for targets in row.values())
    ]
    first = f"    [*] --> {Status.NEW}: OrderPlaced"
    split_off = [f"    [*] --> {status}: OrderSplitOff" for status in _OF_PARTS]
    return "\n".join(["stateDiagram-v2", first, *split_off, *drawn, *ends])


def _is_open(status: Status, way: tuple[type[OrderEvent], ...]) -> bool:
    """Whether these events can follow each other from this status."""
    if not way:
        return True
    targets = TRANSITIONS[status].get(way[0], ())
    return any(_is_open(target, way[1:]) for target in targets)


_ALLOWED = {
    status: tuple(
        action for action, ways in ACTIONS.items() if any(_is_open(status, way) for way in ways)
    )
    for status in Status
}
