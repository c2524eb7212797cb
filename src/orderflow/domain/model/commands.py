"""The commands. A command takes effect as a whole, or is refused and changes nothing.

Every command names its seller, and can neither read nor change data of another seller. `at` is
the moment at which it takes effect: the core reads no clock. A command with a `command_id` can
be repeated safely: it takes effect once, and the outcome is the same. With `expected_version`, a
command about an order is refused if another command has changed the order since that version.
"""

from __future__ import annotations

from collections import Counter
from datetime import datetime

import attrs

from orderflow.domain.model import validators
from orderflow.domain.model.edits import Edit, RemoveShortLines
from orderflow.domain.model.events import AdjustmentReason
from orderflow.domain.model.order import Hold, HoldReason, Order
from orderflow.domain.model.policy import AllocationPolicy
from orderflow.domain.model.status import Status
from orderflow.domain.model.stock import ExpectedReceipt, StockKey

__all__ = [
    "AcceptCancellation",
    "AdjustStock",
    "AllocateOrder",
    "AnnounceReceipt",
    "BookInStock",
    "CancelOrder",
    "ChangePolicy",
    "Command",
    "CountStock",
    "DeliverOrder",
    "DespatchOrder",
    "EditOrder",
    "HoldOrder",
    "OrderCommand",
    "PickedLine",
    "PlaceOrder",
    "PlaceOrders",
    "RejectCancellation",
    "ReleaseEndedHolds",
    "ReleaseHold",
    "ReportShortPick",
    "RequestCancellation",
    "SendOrderToWarehouse",
    "ServeWaiting",
    "SplitOrder",
    "StockCommand",
    "WithdrawReceipt",
]


@attrs.frozen(kw_only=True)
class _Command:
    at: datetime = attrs.field(converter=validators.in_utc, validator=validators.moment)
    command_id: str | None = attrs.field(
        default=None, validator=attrs.validators.optional(validators.identifier)
    )


@attrs.frozen(kw_only=True)
class _OrderCommand(_Command):
    seller_id: str = attrs.field(validator=validators.identifier)
    order_id: str = attrs.field(validator=validators.identifier)
    expected_version: int | None = attrs.field(
        default=None, validator=attrs.validators.optional(validators.units(0))
    )


@attrs.frozen(kw_only=True)
class PlaceOrder(_Command):
    """Place an order and, by default, allocate stock to it at once.

    The order must be new: status NEW, version 0, and no splits. Its lines may name any product, as
    edits may: `Seller.unknown_products` warns of a mistyped one.
    """

    order: Order = attrs.field(validator=validators.one_of(Order))
    allocate: bool = attrs.field(default=True, validator=validators.one_of(bool))

    @order.validator
    def _check_order(self, _attribute: object, value: Order) -> None:
        _check_has_no_past("PlaceOrder.order", value)

    @property
    def seller_id(self) -> str:
        """The seller of the order."""
        return self.order.seller_id

    @property
    def order_id(self) -> str:
        """The id of the order."""
        return self.order.order_id


@attrs.frozen(kw_only=True)
class PlaceOrders(_Command):
    """Place several orders of one seller: all of them, or none.

    Each must satisfy the rules of `PlaceOrder`, and their ids must differ. Together, they pass
    over an order that waits at most once.
    """

    orders: tuple[Order, ...] = attrs.field(validator=validators.tuple_of(Order, smallest=1))
    allocate: bool = attrs.field(default=True, validator=validators.one_of(bool))

    @orders.validator
    def _check_orders(self, _attribute: object, value: tuple[Order, ...]) -> None:
        for order in value:
            _check_has_no_past("PlaceOrders.orders", order)
        _check_one_seller("PlaceOrders.orders", "orders", value)
        repeated = [each for each, n in Counter(o.order_id for o in value).items() if n > 1]
        validators.require(
            ok=not repeated,
            field="PlaceOrders.orders",
            demand="orders whose order_id differ",
            value=repeated,
        )

    @property
    def seller_id(self) -> str:
        """The seller of the orders."""
        return self.orders[0].seller_id


@attrs.frozen(kw_only=True)
class AllocateOrder(_OrderCommand):
    """Allocate stock to a new order; if any line is short, the order goes on back order."""


@attrs.frozen(kw_only=True)
class HoldOrder(_OrderCommand):
    """Put an order on hold. A hold for the same reason is replaced.

    A hold may have an end later than `at`. The first command of the seller after that end
    releases it. The order gives back its units only if `deallocate` is set.
    """

    hold: Hold = attrs.field(validator=validators.one_of(Hold))
    deallocate: bool = attrs.field(default=False, validator=validators.one_of(bool))


@attrs.frozen(kw_only=True)
class ReleaseHold(_OrderCommand):
    """Release one hold of an order or, without a reason, all of them."""

    reason: HoldReason | None = attrs.field(
        default=None, validator=attrs.validators.optional(validators.one_of(HoldReason))
    )


@attrs.frozen(kw_only=True)
class ReleaseEndedHolds(_Command):
    """Release the holds of a seller's orders that have ended; for a scheduler."""

    seller_id: str = attrs.field(validator=validators.identifier)


@attrs.frozen(kw_only=True)
class EditOrder(_OrderCommand):
    """Apply several edits to an order as one change, then allocate it again."""

    edits: tuple[Edit | RemoveShortLines, ...] = attrs.field(
        validator=validators.tuple_of(*Edit.__args__, RemoveShortLines, smallest=1)
    )


@attrs.frozen(kw_only=True)
class SplitOrder(_OrderCommand):
    """Split off the allocated units as a new order; the rest stays on back order.

    By default, `AllocationPolicy.split_ids` gives the new order an id: `A.1`, then `A.2`.
    """

    new_order_id: str | None = attrs.field(
        default=None, validator=attrs.validators.optional(validators.identifier)
    )


@attrs.frozen(kw_only=True)
class CancelOrder(_OrderCommand):
    """Cancel an order that has not been sent to the warehouse."""

    reason: str = attrs.field(default="", validator=validators.note)


@attrs.frozen(kw_only=True)
class SendOrderToWarehouse(_OrderCommand):
    """Send an allocated order to the warehouse."""


@attrs.frozen(kw_only=True)
class RequestCancellation(_OrderCommand):
    """Ask the warehouse to cancel an order that was sent to it."""

    reason: str = attrs.field(default="", validator=validators.note)


@attrs.frozen(kw_only=True)
class AcceptCancellation(_OrderCommand):
    """Record that the warehouse agrees to cancel the order."""


@attrs.frozen(kw_only=True)
class RejectCancellation(_OrderCommand):
    """Record that the warehouse refuses to cancel the order."""

    reason: str = attrs.field(default="", validator=validators.note)


@attrs.frozen
class PickedLine:
    """How many units of a line the warehouse found."""

    line_id: str = attrs.field(validator=validators.identifier)
    units: int = attrs.field(validator=validators.units(0))


@attrs.frozen(kw_only=True)
class ReportShortPick(_OrderCommand):
    """Record the lines for which the warehouse found fewer units than are allocated."""

    picked: tuple[PickedLine, ...] = attrs.field(
        validator=validators.tuple_of(PickedLine, smallest=1)
    )

    @picked.validator
    def _check_picked(self, _attribute: object, value: tuple[PickedLine, ...]) -> None:
        line_ids = [each.line_id for each in value]
        validators.require(
            ok=len(set(line_ids)) == len(line_ids),
            field="ReportShortPick.picked",
            demand="a count for each line, with no line twice",
            value=line_ids,
        )


@attrs.frozen(kw_only=True)
class DespatchOrder(_OrderCommand):
    """Mark an order as despatched. This rejects an open cancellation request."""


@attrs.frozen(kw_only=True)
class DeliverOrder(_OrderCommand):
    """Mark an order as delivered."""


@attrs.frozen(kw_only=True)
class AnnounceReceipt(_Command):
    """Announce a receipt, or change one already announced."""

    receipt: ExpectedReceipt = attrs.field(validator=validators.one_of(ExpectedReceipt))

    @property
    def seller_id(self) -> str:
        """The seller of the receipt."""
        return self.receipt.key.seller_id


@attrs.frozen(kw_only=True)
class WithdrawReceipt(_Command):
    """Withdraw an announced receipt."""

    seller_id: str = attrs.field(validator=validators.identifier)
    receipt_id: str = attrs.field(validator=validators.identifier)


@attrs.frozen(kw_only=True)
class _StockCommand(_Command):
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
    """Add units to the stock on hand, or remove some."""

    change: int = attrs.field(validator=validators.units_change)
    reason: AdjustmentReason = attrs.field(validator=validators.one_of(AdjustmentReason))
    note: str = attrs.field(default="", validator=validators.note)


@attrs.frozen(kw_only=True)
class CountStock(_StockCommand):
    """Set the stock on hand to a counted number of units."""

    counted: int = attrs.field(validator=validators.units(0))
    note: str = attrs.field(default="", validator=validators.note)


@attrs.frozen(kw_only=True)
class ServeWaiting(_Command):
    """Serve the queues of the products that an outcome names as unserved.

    Unserved products that share an order must be in the same command, or an order could be served
    before its turn.
    """

    keys: tuple[StockKey, ...] = attrs.field(validator=validators.tuple_of(StockKey, smallest=1))

    @keys.validator
    def _check_keys(self, _attribute: object, value: tuple[StockKey, ...]) -> None:
        _check_one_seller("ServeWaiting.keys", "keys", value)

    @property
    def seller_id(self) -> str:
        """The seller of the stock."""
        return self.keys[0].seller_id


@attrs.frozen(kw_only=True)
class ChangePolicy(_Command):
    """Change the policy that allocates a seller's stock.

    Orders on back order give back their units if the new policy does not allow them a part. Then
    all orders on back order are offered stock, in the order of the new queue. Orders that are
    allocated or on hold do not change.
    """

    seller_id: str = attrs.field(validator=validators.identifier)
    policy: AllocationPolicy = attrs.field(validator=validators.one_of(AllocationPolicy))


OrderCommand = (
    AllocateOrder
    | HoldOrder
    | ReleaseHold
    | EditOrder
    | SplitOrder
    | CancelOrder
    | SendOrderToWarehouse
    | RequestCancellation
    | AcceptCancellation
    | RejectCancellation
    | ReportShortPick
    | DespatchOrder
    | DeliverOrder
)
"""A command about one existing order."""

StockCommand = (
    AnnounceReceipt | WithdrawReceipt | BookInStock | AdjustStock | CountStock | ServeWaiting
)
"""A command about stock or receipts."""

Command = PlaceOrder | PlaceOrders | OrderCommand | ReleaseEndedHolds | StockCommand | ChangePolicy
"""Any command."""


def _check_one_seller(field: str, what: str, values: tuple[Order | StockKey, ...]) -> None:
    sellers = list(dict.fromkeys(each.seller_id for each in values))
    demand = f"{what} of one seller"
    validators.require(ok=len(sellers) == 1, field=field, demand=demand, value=sellers)


def _check_has_no_past(field: str, order: Order) -> None:
    validators.require(
        ok=(order.status, order.version, order.split_count, order.split_from)
        == (Status.NEW, 0, 0, None),
        field=field,
        demand="an order of status NEW, version 0 and split_count 0, without split_from",
        value=f"{order.status.value}, version {order.version}, split_count {order.split_count}, "
        f"split_from {order.split_from!r}",
    )
