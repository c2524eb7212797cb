"""The events. Folding the events of a seller in order gives the seller's state.

Every event has a seller and a moment. `units` are pairs of a line id and a number of units above
0, in the order of the lines. Lines that are not named did not change. `decide` makes the events,
so their fields are not validated again.
"""

from __future__ import annotations

from datetime import datetime

import attrs

from orderflow.domain.model.allocation_events import (
    ALLOCATION_EVENTS,
    DeallocationReason,
    OrderAllocated,
    OrderDeallocated,
    OrderPartlyAllocated,
    OrderPassedOver,
    OrderPostponed,
    OrderPutOnBackOrder,
    OrderReallocated,
    OrderWaitedEnough,
    PostponementEnded,
)
from orderflow.domain.model.edits import Edit
from orderflow.domain.model.event_fields import LineChanges, LineUnits, OrderEventFields
from orderflow.domain.model.give_up import GiveUp
from orderflow.domain.model.order import Hold, HoldReason, Order
from orderflow.domain.model.policy import AllocationPolicy
from orderflow.domain.model.short_part import ShortReason
from orderflow.domain.model.stock_events import (
    STOCK_EVENTS,
    AdjustmentReason,
    BackOrdersLimited,
    ReceiptAnnounced,
    ReceiptWithdrawn,
    StockAdjusted,
    StockBookedIn,
    StockEvent,
    StockTransferred,
    TransferWithdrawn,
)
from orderflow.domain.model.warehouse_events import (
    CancellationAccepted,
    CancellationRejected,
    CancellationRequested,
    OrderDelivered,
    OrderDespatched,
    OrderRecalled,
    OrderSentToWarehouse,
    OrderShortPicked,
    UnitsReturned,
)

__all__ = [
    "ALLOCATION_EVENTS",
    "STOCK_EVENTS",
    "AdjustmentReason",
    "BackOrdersLimited",
    "CancellationAccepted",
    "CancellationRejected",
    "CancellationRequested",
    "DeallocationReason",
    "Event",
    "HoldReleased",
    "LineChanges",
    "LineUnits",
    "OrderAllocated",
    "OrderCancelled",
    "OrderChange",
    "OrderDeallocated",
    "OrderDelivered",
    "OrderDespatched",
    "OrderEdited",
    "OrderEvent",
    "OrderGivenUp",
    "OrderHeld",
    "OrderMoved",
    "OrderPartMoved",
    "OrderPartlyAllocated",
    "OrderPassedOver",
    "OrderPinned",
    "OrderPlaced",
    "OrderPostponed",
    "OrderPutOnBackOrder",
    "OrderReallocated",
    "OrderRecalled",
    "OrderSentToWarehouse",
    "OrderShortPicked",
    "OrderSplit",
    "OrderSplitAtWarehouse",
    "OrderSplitOff",
    "OrderUnpinned",
    "OrderWaitedEnough",
    "PersonalDataErased",
    "PolicyChanged",
    "PostponementEnded",
    "ReceiptAnnounced",
    "ReceiptWithdrawn",
    "SellerReminded",
    "ShortReason",
    "ShortUnitsCancelled",
    "StockAdjusted",
    "StockBookedIn",
    "StockEvent",
    "StockTransferred",
    "TransferWithdrawn",
    "UnitsReturned",
    "subject_of",
]


@attrs.frozen
class OrderPlaced:
    """An order was placed."""

    at: datetime
    order: Order

    @property
    def seller_id(self) -> str:
        """The seller of the order."""
        return self.order.seller_id

    @property
    def order_id(self) -> str:
        """The id of the order."""
        return self.order.order_id


@attrs.frozen
class SellerReminded(OrderEventFields):
    """The seller was reminded that the order will be given up at a moment.

    `due_at` is when the reminder was due.
    """

    due_at: datetime
    gives_up_at: datetime


@attrs.frozen
class OrderGivenUp(OrderEventFields):
    """The order has been on back order for as long as it may. Further events say what follows.

    `due_at` is when it had waited that long.
    """

    due_at: datetime
    how: GiveUp


@attrs.frozen
class OrderEdited(OrderEventFields):
    """The order was edited, and gave back the units that it no longer needs."""

    edits: tuple[Edit, ...]


@attrs.frozen
class OrderHeld(OrderEventFields):
    """The order was put on hold. A hold for the same reason was replaced."""

    hold: Hold


@attrs.frozen
class HoldReleased(OrderEventFields):
    """The holds for these reasons were released.

    `due_at` is when they ended; `None` if they were released earlier.
    """

    reasons: tuple[HoldReason, ...]
    due_at: datetime | None = None


@attrs.frozen
class OrderPinned(OrderEventFields):
    """The order was pinned: no reallocation and no urgent order takes its units."""


@attrs.frozen
class OrderUnpinned(OrderEventFields):
    """The order is not pinned any more."""


@attrs.frozen
class OrderSplit(OrderEventFields):
    """These allocated units were split off as a new order."""

    new_order_id: str
    units: LineUnits


@attrs.frozen
class OrderSplitAtWarehouse(OrderEventFields):
    """These units stay at the warehouse as a new order; the others leave it."""

    new_order_id: str
    units: LineUnits


@attrs.frozen
class OrderMoved(OrderEventFields):
    """The order was moved to another warehouse. It has given back its units before."""

    warehouse_id: str


@attrs.frozen
class OrderPartMoved(OrderEventFields):
    """These short units were moved to another warehouse, as a new order."""

    new_order_id: str
    warehouse_id: str
    units: LineUnits


@attrs.frozen
class OrderSplitOff:
    """A new order was made of units that were split off from another order."""

    at: datetime
    order: Order

    @property
    def seller_id(self) -> str:
        """The seller of the order."""
        return self.order.seller_id

    @property
    def order_id(self) -> str:
        """The id of the order."""
        return self.order.order_id


@attrs.frozen
class OrderCancelled(OrderEventFields):
    """The order was cancelled, and gave back its units.

    If no command asked for it, `short_reason` says why the order could not wait, and `units` are
    all that it had or was short of.
    """

    reason: str
    short_reason: ShortReason | None = None
    units: LineUnits = ()


@attrs.frozen
class ShortUnitsCancelled(OrderEventFields):
    """These short units of the order were cancelled. A line without other units was removed."""

    units: LineUnits
    reason: ShortReason


@attrs.frozen
class PersonalDataErased(OrderEventFields):
    """The personal data of the order was erased, from this order and from its earlier events."""


@attrs.frozen
class PolicyChanged:
    """The policy that allocates the seller's stock changed."""

    seller_id: str
    at: datetime
    policy: AllocationPolicy


OrderChange = (
    OrderAllocated
    | OrderPostponed
    | PostponementEnded
    | OrderPutOnBackOrder
    | OrderPartlyAllocated
    | OrderDeallocated
    | OrderReallocated
    | OrderPassedOver
    | OrderWaitedEnough
    | SellerReminded
    | OrderGivenUp
    | OrderEdited
    | OrderHeld
    | HoldReleased
    | OrderSplit
    | OrderSplitAtWarehouse
    | OrderPinned
    | OrderUnpinned
    | OrderMoved
    | OrderPartMoved
    | OrderCancelled
    | ShortUnitsCancelled
    | OrderSentToWarehouse
    | CancellationRequested
    | CancellationAccepted
    | CancellationRejected
    | OrderShortPicked
    | OrderRecalled
    | OrderDespatched
    | OrderDelivered
    | UnitsReturned
    | PersonalDataErased
)
"""An event that changed an existing order."""

OrderEvent = OrderPlaced | OrderSplitOff | OrderChange
"""An event that made or changed one order."""

Event = OrderEvent | StockEvent | PolicyChanged
"""Any event."""


def subject_of(event: Event) -> str:
    """Return the subject of an event: an order id, or a text that names something else."""
    match event:
        case (
            BackOrdersLimited()
            | StockBookedIn()
            | StockAdjusted()
            | StockTransferred()
            | TransferWithdrawn()
        ):
            return f"stock {event.key.warehouse_id}/{event.key.sku}"
        case ReceiptAnnounced():
            return f"receipt {event.receipt.receipt_id}"
        case ReceiptWithdrawn():
            return f"receipt {event.receipt_id}"
        case PolicyChanged():
            return "policy"
        case _:
            return event.order_id
