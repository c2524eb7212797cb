"""The commands. A command takes effect as a whole, or is refused and changes nothing.

Every command names its seller, and can neither read nor change data of another seller. `at` is
the moment at which it takes effect: the core reads no clock. A command with a `command_id` can
be repeated safely: it takes effect once, and the outcome is the same. With `expected_version`, a
command about an order is refused if another command has changed the order since that version.

A valid command can still lead to more units or lines than the limits allow. It is then refused with
a `LimitRefusedError`, which names what would be above its limit.
"""

from __future__ import annotations

from collections import Counter

import attrs

from orderflow.domain.model import validators
from orderflow.domain.model.back_order_limit import LimitBackOrders
from orderflow.domain.model.command_fields import CommandFields, OrderFields
from orderflow.domain.model.edits import Edit, RemoveShortLines
from orderflow.domain.model.event_fields import LineUnits
from orderflow.domain.model.events import AdjustmentReason
from orderflow.domain.model.order import Hold, HoldReason, Order
from orderflow.domain.model.policy import AllocationPolicy
from orderflow.domain.model.status import Status
from orderflow.domain.model.stock import ExpectedReceipt, StockKey
from orderflow.domain.model.warehouse_commands import (
    AcceptCancellation,
    DeliverOrder,
    DespatchOrder,
    PickedLine,
    RejectCancellation,
    ReportShortPick,
    RequestCancellation,
    ReturnUnits,
    SendOrderToWarehouse,
)

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
    "LimitBackOrders",
    "OrderCommand",
    "PickedLine",
    "PlaceOrder",
    "PlaceOrders",
    "RejectCancellation",
    "ReleaseHold",
    "ReportShortPick",
    "RequestCancellation",
    "ReturnUnits",
    "RunDue",
    "SendOrderToWarehouse",
    "ServeWaiting",
    "SplitOrder",
    "StockCommand",
    "WithdrawReceipt",
]


@attrs.frozen(kw_only=True)
class PlaceOrder(CommandFields):
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
class PlaceOrders(CommandFields):
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
class AllocateOrder(OrderFields):
    """Allocate stock to a new order; if any line is short, the order goes on back order."""


@attrs.frozen(kw_only=True)
class HoldOrder(OrderFields):
    """Put an order on hold. A hold for the same reason is replaced.

    A hold may have an end later than `at`. The first command of the seller after that end
    releases it. The order gives back its units only if `deallocate` is set.
    """

    hold: Hold = attrs.field(validator=validators.one_of(Hold))
    deallocate: bool = attrs.field(default=False, validator=validators.one_of(bool))


@attrs.frozen(kw_only=True)
class ReleaseHold(OrderFields):
    """Release one hold of an order or, without a reason, all of them."""

    reason: HoldReason | None = attrs.field(
        default=None, validator=attrs.validators.optional(validators.one_of(HoldReason))
    )


@attrs.frozen(kw_only=True)
class RunDue(CommandFields):
    """Do what has become due: send it from a scheduler, every minute or every night.

    Like any command, it first releases holds that have ended, ends postponements of orders whose
    day is near, and allows a part to orders that have waited enough. Then it reminds the seller of
    orders that will be given up soon, and gives up the orders that have been on back order for as
    long as they may: see `GiveUp`. No other command does this. Each event names the moment at which
    it was due: `due_at`.
    """

    seller_id: str = attrs.field(validator=validators.identifier)


@attrs.frozen(kw_only=True)
class EditOrder(OrderFields):
    """Apply several edits to an order as one change, then allocate it again.

    It is refused with a `LimitRefusedError` if the order would have more than 10,000 lines, or a
    replacement would have more than 10^12 units.
    """

    edits: tuple[Edit | RemoveShortLines, ...] = attrs.field(
        validator=validators.tuple_of(
            *Edit.__args__, RemoveShortLines, smallest=1, largest=validators.EDITS_MAX
        )
    )


@attrs.frozen(kw_only=True)
class SplitOrder(OrderFields):
    """Split off allocated units as a new order, which is allocated.

    By default, these are all allocated units of an order on back order. `units` names others, as
    pairs of a line id and a number. Then an allocated order can be split too. By default,
    `AllocationPolicy.split_ids` gives the new order an id: `A.1`, then `A.2`.
    """

    units: LineUnits | None = attrs.field(
        default=None, validator=attrs.validators.optional(validators.line_units)
    )

    new_order_id: str | None = attrs.field(
        default=None, validator=attrs.validators.optional(validators.identifier)
    )

    @units.validator
    def _check_units(self, _attribute: object, value: object) -> None:
        validators.require(
            ok=value != (),
            field="SplitOrder.units",
            demand="units of one line or more; None for all that are allocated",
            value=value,
        )


@attrs.frozen(kw_only=True)
class CancelOrder(OrderFields):
    """Cancel an order that has not been sent to the warehouse."""

    reason: str = attrs.field(default="", validator=validators.note)


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
        _check_one_seller("ServeWaiting.keys", "keys", value)

    @property
    def seller_id(self) -> str:
        """The seller of the stock."""
        return self.keys[0].seller_id


@attrs.frozen(kw_only=True)
class ChangePolicy(CommandFields):
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
    | ReturnUnits
)
"""A command about one existing order."""

StockCommand = (
    AnnounceReceipt
    | WithdrawReceipt
    | BookInStock
    | AdjustStock
    | CountStock
    | LimitBackOrders
    | ServeWaiting
)
"""A command about stock or receipts."""

Command = PlaceOrder | PlaceOrders | OrderCommand | RunDue | StockCommand | ChangePolicy
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
