"""The events that change stock or receipts.

`orderflow.domain.model.events` has the rules of all events.
"""

from __future__ import annotations

from datetime import datetime

import attrs

from orderflow.domain.model.stock import ExpectedReceipt, StockKey
from orderflow.domain.model.terms import Term

__all__ = [
    "STOCK_EVENTS",
    "AdjustmentReason",
    "BackOrdersLimited",
    "ReceiptAnnounced",
    "ReceiptWithdrawn",
    "StockAdjusted",
    "StockBookedIn",
    "StockEvent",
    "StockTransferred",
    "TransferWithdrawn",
]


class AdjustmentReason(Term):
    """Why the stock on hand was corrected."""

    COUNT = "COUNT"
    DAMAGE = "DAMAGE"
    LOSS = "LOSS"
    FOUND = "FOUND"
    WRITE_OFF = "WRITE_OFF"
    OTHER = "OTHER"


@attrs.frozen
class _StockEvent:
    key: StockKey
    at: datetime

    @property
    def seller_id(self) -> str:
        """The seller of the stock."""
        return self.key.seller_id


@attrs.frozen
class StockBookedIn(_StockEvent):
    """Stock was booked in: `received` units were added, `rejected` units were not.

    If it was booked in against a receipt, `receipt_id` names the receipt, and `expected` is the
    quantity that was still announced. The receipt is closed unless units are still `to_come`. If
    it was a transfer, `from_warehouse_id` is where the units came from.
    """

    received: int
    rejected: int
    receipt_id: str | None = None
    expected: int | None = None
    more_to_come: bool = False
    from_warehouse_id: str | None = None

    @property
    def to_come(self) -> int:
        """Announced units that are still expected: the new quantity of the receipt."""
        if self.expected is None or not self.more_to_come:
            return 0
        return max(0, self.expected - self.received - self.rejected)

    @property
    def short(self) -> int:
        """Announced units that did not arrive and are no longer expected."""
        if self.expected is None or self.more_to_come:
            return 0
        return max(0, self.expected - self.received - self.rejected)

    @property
    def over(self) -> int:
        """Units that arrived in excess of the announced quantity."""
        if self.expected is None:
            return 0
        return max(0, self.received + self.rejected - self.expected)


@attrs.frozen
class StockAdjusted(_StockEvent):
    """The stock on hand was corrected by `change` units; after a count, this may be 0."""

    change: int
    reason: AdjustmentReason
    note: str = ""


@attrs.frozen
class BackOrdersLimited(_StockEvent):
    """The back orders of the product were limited. Without `units_max`, the limit was removed."""

    units_max: int | None
    begins_at: datetime | None = None
    ends_at: datetime | None = None


@attrs.frozen
class StockTransferred(_StockEvent):
    """These units left for another warehouse, where a receipt was announced for them."""

    units: int
    to_warehouse_id: str
    receipt_id: str


@attrs.frozen
class TransferWithdrawn(_StockEvent):
    """A transfer was withdrawn: these units are on hand again where they came from."""

    units: int
    receipt_id: str


@attrs.frozen
class ReceiptAnnounced:
    """A receipt was announced. An earlier receipt with the same id was replaced."""

    at: datetime
    receipt: ExpectedReceipt

    @property
    def seller_id(self) -> str:
        """The seller of the receipt."""
        return self.receipt.key.seller_id


@attrs.frozen
class ReceiptWithdrawn:
    """A receipt was withdrawn."""

    seller_id: str
    receipt_id: str
    at: datetime


StockEvent = (
    BackOrdersLimited
    | StockBookedIn
    | StockAdjusted
    | StockTransferred
    | TransferWithdrawn
    | ReceiptAnnounced
    | ReceiptWithdrawn
)
"""An event that changed stock or receipts."""

STOCK_EVENTS = (
    BackOrdersLimited,
    StockBookedIn,
    StockAdjusted,
    StockTransferred,
    TransferWithdrawn,
    ReceiptAnnounced,
    ReceiptWithdrawn,
)
"""The types of `StockEvent`, for `isinstance`."""
