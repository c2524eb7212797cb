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
from orderflow.domain.model.bulk_commands import StartBulk
from orderflow.domain.model.chosen_lines import RequestedEdit, requested_edits
from orderflow.domain.model.command_fields import (
    CommandFields,
    OrderFields,
    require_one_seller,
)
from orderflow.domain.model.erasure import ErasePersonalData
from orderflow.domain.model.event_fields import LineUnits
from orderflow.domain.model.order import Hold, HoldReason, Order
from orderflow.domain.model.policy import AllocationPolicy
from orderflow.domain.model.reallocation import ReallocateUnits, Reallocation
from orderflow.domain.model.sourcing_policy import SourcingPolicy
from orderflow.domain.model.status import Status
from orderflow.domain.model.stock_commands import (
    AdjustStock,
    AnnounceReceipt,
    BookInStock,
    CountStock,
    ServeWaiting,
    TransferStock,
    WithdrawReceipt,
)
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
    "ErasePersonalData",
    "HoldOrder",
    "LimitBackOrders",
    "MoveOrder",
    "OrderCommand",
    "PickedLine",
    "PinOrder",
    "PlaceOrder",
    "PlaceOrders",
    "ReallocateUnits",
    "Reallocation",
    "RejectCancellation",
    "ReleaseHold",
    "ReportShortPick",
    "RequestCancellation",
    "ReturnUnits",
    "RunDue",
    "SendOrderToWarehouse",
    "ServeWaiting",
    "SplitOrder",
    "StartBulk",
    "StockChange",
    "StockCommand",
    "TransferStock",
    "UnpinOrder",
    "WithdrawReceipt",
]


@attrs.frozen(kw_only=True)
class PlaceOrder(CommandFields):
    """Place an order and, by default, allocate stock to it at once.

    The order must be new: status NEW, version 0, and no splits. Its lines may name any product, as
    edits may: `Seller.unknown_products` warns of a mistyped one.

    An order that names no warehouse needs `sourcing`. It becomes one order for each warehouse that
    sends a part of it. `orderflow.core.source` shows which. The part that waits keeps the id.
    """

    order: Order = attrs.field(validator=validators.one_of(Order))
    allocate: bool = attrs.field(default=True, validator=validators.one_of(bool))
    sourcing: SourcingPolicy | None = attrs.field(
        default=None, validator=attrs.validators.optional(validators.one_of(SourcingPolicy))
    )

    @order.validator
    def _check_order(self, _attribute: object, value: Order) -> None:
        _check_has_no_past("PlaceOrder.order", value)

    def __attrs_post_init__(self) -> None:
        _check_warehouses("PlaceOrder.order", (self.order,), self.sourcing)

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
    sourcing: SourcingPolicy | None = attrs.field(
        default=None, validator=attrs.validators.optional(validators.one_of(SourcingPolicy))
    )

    @orders.validator
    def _check_orders(self, _attribute: object, value: tuple[Order, ...]) -> None:
        for order in value:
            _check_has_no_past("PlaceOrders.orders", order)
        require_one_seller("PlaceOrders.orders", "orders", value)
        repeated = [each for each, n in Counter(o.order_id for o in value).items() if n > 1]
        validators.require(
            ok=not repeated,
            field="PlaceOrders.orders",
            demand="orders whose order_id differ",
            value=repeated,
        )

    def __attrs_post_init__(self) -> None:
        _check_warehouses("PlaceOrders.orders", self.orders, self.sourcing)

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

    edits: tuple[RequestedEdit, ...] = attrs.field(validator=requested_edits)


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
class MoveOrder(OrderFields):
    """Move an order that has not been sent to the warehouse to another one, or a part of it.

    The order gives back its units and takes others there, in its turn: its place in the queue
    depends on when it was placed, as before. `units` names a part, as pairs of a line id and a
    number: short units are moved first. With `only_short`, the part is all that the order is short
    of. The part is a new order. By default, `AllocationPolicy.split_ids` gives it an id. If the
    part has all units, the order itself is moved, with its own id.
    """

    warehouse_id: str = attrs.field(validator=validators.identifier)
    units: LineUnits | None = attrs.field(
        default=None, validator=attrs.validators.optional(validators.line_units)
    )
    only_short: bool = attrs.field(default=False, validator=validators.one_of(bool))
    new_order_id: str | None = attrs.field(
        default=None, validator=attrs.validators.optional(validators.identifier)
    )

    def __attrs_post_init__(self) -> None:
        validators.require(
            ok=self.units is None or (self.units != () and not self.only_short),
            field="MoveOrder.units",
            demand="units of one line or more; None for the whole order, or with only_short",
            value=self.units,
        )
        validators.require(
            ok=self.units is not None or self.only_short or self.new_order_id is None,
            field="MoveOrder.new_order_id",
            demand="None if the whole order is moved",
            value=self.new_order_id,
        )


@attrs.frozen(kw_only=True)
class PinOrder(OrderFields):
    """Pin an order that has not been sent to the warehouse: see `Order`."""


@attrs.frozen(kw_only=True)
class UnpinOrder(OrderFields):
    """Unpin a pinned order: its units may be given to others again."""


@attrs.frozen(kw_only=True)
class CancelOrder(OrderFields):
    """Cancel an order that has not been sent to the warehouse."""

    reason: str = attrs.field(default="", validator=validators.note)


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
    | MoveOrder
    | PinOrder
    | UnpinOrder
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

StockChange = (
    AnnounceReceipt
    | WithdrawReceipt
    | BookInStock
    | AdjustStock
    | CountStock
    | TransferStock
    | LimitBackOrders
)
"""A command that changes stock, receipts or limits of back orders."""

StockCommand = StockChange | ServeWaiting
"""A command about stock or receipts."""

Command = (
    PlaceOrder
    | PlaceOrders
    | OrderCommand
    | ReallocateUnits
    | ErasePersonalData
    | RunDue
    | StockCommand
    | ChangePolicy
    | StartBulk
)
"""Any command."""


def _check_warehouses(
    field: str, orders: tuple[Order, ...], sourcing: SourcingPolicy | None
) -> None:
    warehouses = [order.warehouse_id for order in orders]
    wrong = [each for each in warehouses if bool(each) is (sourcing is not None)]
    if sourcing is None:
        demand = "in a warehouse, or placed with a sourcing policy that chooses one"
    else:
        demand = "without a warehouse_id, because the sourcing policy chooses one"
    validators.require(ok=not wrong, field=field, demand=demand, value=wrong)


def _check_has_no_past(field: str, order: Order) -> None:
    validators.require(
        ok=(order.status, order.version, order.split_count, order.split_from, order.erased_at)
        == (Status.NEW, 0, 0, None, None),
        field=field,
        demand="an order of status NEW, version 0 and split_count 0, without split_from and "
        "erased_at",
        value=f"{order.status.value}, version {order.version}, split_count {order.split_count}, "
        f"split_from {order.split_from!r}, erased_at {order.erased_at}",
    )
