"""The commands about stock and receipts.

`orderflow.domain.model.commands` has the rules of all commands.
"""

from __future__ import annotations

from datetime import datetime

import attrs

from orderflow.domain.model import validators
from orderflow.domain.model.command_fields import CommandFields, require_one_seller
from orderflow.domain.model.stock import ExpectedReceipt, StockKey
from orderflow.domain.model.stock_events import AdjustmentReason

__all__ = [
    "AdjustStock",
    "AnnounceReceipt",
    "BookInStock",
    "CountStock",
    "ServeWaiting",
    "TransferStock",
    "WithdrawReceipt",
]


@attrs.frozen(kw_only=True)
class AnnounceReceipt(CommandFields):
    """Announce a receipt, or change one already announced."""

    receipt: ExpectedReceipt = attrs.field(validator=validators.one_of(ExpectedReceipt))

    @property
    def seller_id(self) -> str:
        """The seller of the receipt."""
        return self.receipt.key.seller_id


@attrs.frozen(kw_only=True)
class WithdrawReceipt(CommandFields):
    """Withdraw an announced receipt."""

    seller_id: str = attrs.field(validator=validators.identifier)
    receipt_id: str = attrs.field(validator=validators.identifier)


@attrs.frozen(kw_only=True)
class _StockCommand(CommandFields):
    key: StockKey = attrs.field(validator=validators.one_of(StockKey))

    @property
    def seller_id(self) -> str:
        """The seller of the stock."""
        return self.key.seller_id


@attrs.frozen(kw_only=True)
class BookInStock(_StockCommand):
    """Book in stock that has arrived, against an announced receipt or without one.

    This closes the receipt. Any units still missing are then short. With `more_to_come`, they are
    the new quantity of the receipt instead. If none is missing, the receipt is closed as well.
    The command is refused with a `LimitRefusedError` if more than 10^12 units would be on hand.
    """

    received: int = attrs.field(validator=validators.units(0))
    rejected: int = attrs.field(default=0, validator=validators.units(0))
    receipt_id: str | None = attrs.field(
        default=None, validator=attrs.validators.optional(validators.identifier)
    )
    more_to_come: bool = attrs.field(default=False, validator=validators.one_of(bool))

    def __attrs_post_init__(self) -> None:
        validators.require(
            ok=self.receipt_id is not None or self.received + self.rejected > 0,
            field="BookInStock.received",
            demand="1 or more if nothing was rejected and no receipt is named",
            value=self.received,
        )
        validators.require(
            ok=self.receipt_id is not None or not self.more_to_come,
            field="BookInStock.more_to_come",
            demand="False if no receipt is named",
            value=self.more_to_come,
        )


@attrs.frozen(kw_only=True)
class AdjustStock(_StockCommand):
    """Add units to the stock on hand, or remove some.

    It is refused with a `LimitRefusedError` if more than 10^12 units would be on hand.
    """

    change: int = attrs.field(validator=validators.units_change)
    reason: AdjustmentReason = attrs.field(validator=validators.one_of(AdjustmentReason))
    note: str = attrs.field(default="", validator=validators.note)


@attrs.frozen(kw_only=True)
class TransferStock(_StockCommand):
    """Take units off the stock of a warehouse, and announce a receipt of them in another one.

    Book them in there against the receipt: what does not arrive is then known. To call the transfer
    off, withdraw the receipt. Only available units are taken, unless `take_allocated` is set: then
    orders give up theirs as in a count that finds fewer units.
    """

    units: int = attrs.field(validator=validators.units(1))
    to_warehouse_id: str = attrs.field(validator=validators.identifier)
    receipt_id: str = attrs.field(validator=validators.identifier)
    expected_at: datetime = attrs.field(converter=validators.in_utc, validator=validators.moment)
    take_allocated: bool = attrs.field(default=False, validator=validators.one_of(bool))

    @to_warehouse_id.validator
    def _check_warehouse(self, _attribute: object, value: str) -> None:
        validators.require(
            ok=value != self.key.warehouse_id,
            field="TransferStock.to_warehouse_id",
            demand=f"another warehouse than {self.key.warehouse_id!r}, which the units leave",
            value=value,
        )


@attrs.frozen(kw_only=True)
class CountStock(_StockCommand):
    """Set the stock on hand to a counted number of units."""

    counted: int = attrs.field(validator=validators.units(0))
    note: str = attrs.field(default="", validator=validators.note)


@attrs.frozen(kw_only=True)
class ServeWaiting(CommandFields):
    """Serve the queues of the products that an outcome names as unserved.

    Unserved products that share an order must be in the same command, or an order could be served
    before its turn.
    """

    keys: tuple[StockKey, ...] = attrs.field(validator=validators.tuple_of(StockKey, smallest=1))

    @keys.validator
    def _check_keys(self, _attribute: object, value: tuple[StockKey, ...]) -> None:
        require_one_seller("ServeWaiting.keys", "keys", value)

    @property
    def seller_id(self) -> str:
        """The seller of the stock."""
        return self.keys[0].seller_id
