"""What happened. Folding the events of a seller in their order gives the seller's state.

Every event names its seller and the moment it happened. `units` are always pairs of a line id
and a number of units above 0, in the order of the lines; lines that are not named did not
change. Events are made by `decide` and are not checked again when they are made.
"""

from __future__ import annotations

from datetime import datetime

import attrs

from orderflow.domain.model.edits import Edit
from orderflow.domain.model.order import Hold, HoldReason, Order
from orderflow.domain.model.policy import AllocationPolicy
from orderflow.domain.model.stock import ExpectedReceipt, StockKey
from orderflow.domain.model.terms import Term

__all__ = [
    "STOCK_EVENTS",
    "AdjustmentReason",
    "CancellationAccepted",
    "CancellationRejected",
    "CancellationRequested",
    "DeallocationReason",
    "Event",
    "HoldReleased",
    "LineUnits",
    "OrderAllocated",
    "OrderCancelled",
    "OrderChange",
    "OrderDeallocated",
    "OrderDelivered",
    "OrderDespatched",
    "OrderEdited",
    "OrderEvent",
    "OrderHeld",
    "OrderPartlyAllocated",
    "OrderPassedOver",
    "OrderPlaced",
    "OrderPutOnBackOrder",
    "OrderRecalled",
    "OrderSentToWarehouse",
    "OrderShortPicked",
    "OrderSplit",
    "OrderSplitOff",
    "OrderWaitedEnough",
    "PolicyChanged",
    "ReceiptAnnounced",
    "ReceiptWithdrawn",
    "StockAdjusted",
    "StockBookedIn",
    "StockEvent",
    "subject_of",
]

LineUnits = tuple[tuple[str, int], ...]
"""Pairs of a line id and a number of units."""


class DeallocationReason(Term):
    """Why an order gave units back that it would rather have kept."""

    HOLD = "HOLD"
    """A hold that lets go of the stock."""
    INCOMPLETE = "INCOMPLETE"
    """The policy holds nothing for an order that is short."""
    COUNT = "COUNT"
    """Less was found than was allocated."""
    PREEMPTED = "PREEMPTED"
    """An urgent order needed them."""


class AdjustmentReason(Term):
    """Why the stock on hand was corrected."""

    COUNT = "COUNT"
    DAMAGE = "DAMAGE"
    LOSS = "LOSS"
    FOUND = "FOUND"
    WRITE_OFF = "WRITE_OFF"
    OTHER = "OTHER"


@attrs.frozen
class _OrderEvent:
    seller_id: str
    order_id: str
    at: datetime


@attrs.frozen
class OrderPlaced:
    """An order came in."""

    at: datetime
    order: Order

    @property
    def seller_id(self) -> str:
        """Whose order it is."""
        return self.order.seller_id

    @property
    def order_id(self) -> str:
        """Which order it is."""
        return self.order.order_id


@attrs.frozen
class OrderAllocated(_OrderEvent):
    """The order got these units, and with them every line is covered."""

    units: LineUnits


@attrs.frozen
class OrderPutOnBackOrder(_OrderEvent):
    """The order was processed for the first time, got these units, and is short of others."""

    units: LineUnits


@attrs.frozen
class OrderPartlyAllocated(_OrderEvent):
    """The order on back order got these units, and is still short of others."""

    units: LineUnits


@attrs.frozen
class OrderDeallocated(_OrderEvent):
    """The order gave these units back."""

    units: LineUnits
    reason: DeallocationReason


@attrs.frozen
class OrderPassedOver(_OrderEvent):
    """What the order waits for had come, but it could not be completed."""


@attrs.frozen
class OrderWaitedEnough(_OrderEvent):
    """The order has waited often or long enough: it keeps what there is from now on."""


@attrs.frozen
class OrderEdited(_OrderEvent):
    """The order was changed; what its lines no longer need was given back."""

    edits: tuple[Edit, ...]


@attrs.frozen
class OrderHeld(_OrderEvent):
    """The order is kept back; a hold for the same reason was replaced."""

    hold: Hold


@attrs.frozen
class HoldReleased(_OrderEvent):
    """The holds for these reasons are gone."""

    reasons: tuple[HoldReason, ...]


@attrs.frozen
class OrderSplit(_OrderEvent):
    """These units went, with their stock, to a new order."""

    new_order_id: str
    units: LineUnits


@attrs.frozen
class OrderSplitOff:
    """An order was made of the units that another one split off."""

    at: datetime
    order: Order

    @property
    def seller_id(self) -> str:
        """Whose order it is."""
        return self.order.seller_id

    @property
    def order_id(self) -> str:
        """Which order it is."""
        return self.order.order_id


@attrs.frozen
class OrderCancelled(_OrderEvent):
    """The order was given up, and gave back what it held."""

    reason: str


@attrs.frozen
class OrderSentToWarehouse(_OrderEvent):
    """The order was sent to the warehouse."""


@attrs.frozen
class CancellationRequested(_OrderEvent):
    """The warehouse was asked to let the order go."""

    reason: str


@attrs.frozen
class CancellationAccepted(_OrderEvent):
    """The warehouse let the order go: it is cancelled, and gave back what it held."""


@attrs.frozen
class CancellationRejected(_OrderEvent):
    """The warehouse goes on with the order."""

    reason: str


@attrs.frozen
class OrderShortPicked(_OrderEvent):
    """The warehouse did not find these units: they are gone, and the order is short of them."""

    units: LineUnits


@attrs.frozen
class OrderRecalled(_OrderEvent):
    """The order comes back from the warehouse, because these units of it were not there."""

    units: LineUnits


@attrs.frozen
class OrderDespatched(_OrderEvent):
    """The order left the warehouse with all its units."""


@attrs.frozen
class OrderDelivered(_OrderEvent):
    """The order arrived."""


@attrs.frozen
class _StockEvent:
    key: StockKey
    at: datetime

    @property
    def seller_id(self) -> str:
        """Whose stock it is."""
        return self.key.seller_id


@attrs.frozen
class StockBookedIn(_StockEvent):
    """A delivery was recorded: `received` units came into stock, `rejected` ones did not.

    Against a notice, `receipt_id` names it and `expected` says what it still announced; it is
    settled, unless `more_to_come`.
    """

    received: int
    rejected: int
    receipt_id: str | None = None
    expected: int | None = None
    more_to_come: bool = False

    @property
    def short(self) -> int:
        """Announced units that neither came nor are to come any more."""
        if self.expected is None or self.more_to_come:
            return 0
        return max(0, self.expected - self.received - self.rejected)

    @property
    def over(self) -> int:
        """Units that came beyond what was announced."""
        if self.expected is None:
            return 0
        return max(0, self.received + self.rejected - self.expected)


@attrs.frozen
class StockAdjusted(_StockEvent):
    """The stock on hand was corrected by so many units, which may be 0 after a count."""

    change: int
    reason: AdjustmentReason
    note: str = ""


@attrs.frozen
class ReceiptAnnounced:
    """A receipt is expected; a notice of the same id was replaced."""

    at: datetime
    receipt: ExpectedReceipt

    @property
    def seller_id(self) -> str:
        """Whose receipt it is."""
        return self.receipt.key.seller_id


@attrs.frozen
class ReceiptWithdrawn:
    """A receipt is no longer expected."""

    seller_id: str
    receipt_id: str
    at: datetime


@attrs.frozen
class PolicyChanged:
    """The seller's stock is given out by another policy from now on."""

    seller_id: str
    at: datetime
    policy: AllocationPolicy


OrderChange = (
    OrderAllocated
    | OrderPutOnBackOrder
    | OrderPartlyAllocated
    | OrderDeallocated
    | OrderPassedOver
    | OrderWaitedEnough
    | OrderEdited
    | OrderHeld
    | HoldReleased
    | OrderSplit
    | OrderCancelled
    | OrderSentToWarehouse
    | CancellationRequested
    | CancellationAccepted
    | CancellationRejected
    | OrderShortPicked
    | OrderRecalled
    | OrderDespatched
    | OrderDelivered
)
"""Something that happened to an order that is there."""

OrderEvent = OrderPlaced | OrderSplitOff | OrderChange
"""Something that happened to one order: it came to be, or it changed."""

StockEvent = StockBookedIn | StockAdjusted | ReceiptAnnounced | ReceiptWithdrawn
"""Something that happened to the stock, or to what is expected of it."""

STOCK_EVENTS = (StockBookedIn, StockAdjusted, ReceiptAnnounced, ReceiptWithdrawn)
"""The types of `StockEvent`, for `isinstance`."""

Event = OrderEvent | StockEvent | PolicyChanged
"""Something that happened."""


def subject_of(event: Event) -> str:
    """Return what an event is about: an order id, or a text that names anything else."""
    match event:
        case StockBookedIn() | StockAdjusted():
            return f"stock {event.key.warehouse_id}/{event.key.sku}"
        case ReceiptAnnounced():
            return f"receipt {event.receipt.receipt_id}"
        case ReceiptWithdrawn():
            return f"receipt {event.receipt_id}"
        case PolicyChanged():
            return "policy"
        case _:
            return event.order_id
