"""What may be asked for. A command is carried out whole, or refused and nothing has changed.

Every command names its seller, and nothing of another seller can be seen or moved by it. `at`
is the moment at which it is carried out: the core reads no clock. A `command_id` makes it safe
to send a command again: it does nothing twice and answers the same. With `expected_version`, a
command about an order is refused if the order has changed since that version was read.
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
    """Take an order in, and process it at once unless told otherwise.

    The order has no past: a status of NEW, so that nothing of it is allocated or held back,
    version 0, and no split, neither from another order nor into parcels.
    """

    order: Order = attrs.field(validator=validators.one_of(Order))
    allocate: bool = attrs.field(default=True, validator=validators.one_of(bool))

    @order.validator
    def _check_order(self, _attribute: object, value: Order) -> None:
        _check_has_no_past("PlaceOrder.order", value)

    @property
    def seller_id(self) -> str:
        """Whose order it is."""
        return self.order.seller_id

    @property
    def order_id(self) -> str:
        """Which order it is."""
        return self.order.order_id


@attrs.frozen(kw_only=True)
class PlaceOrders(_Command):
    """Take several orders of one seller in at once: all of them, or none.

    They are processed together, in the order of the queue, unless told otherwise. Each is as
    `PlaceOrder` asks for, and no two have the same id.
    """

    orders: tuple[Order, ...] = attrs.field(validator=validators.tuple_of(Order, smallest=1))
    allocate: bool = attrs.field(default=True, validator=validators.one_of(bool))

    @orders.validator
    def _check_orders(self, _attribute: object, value: tuple[Order, ...]) -> None:
        for order in value:
            _check_has_no_past("PlaceOrders.orders", order)
        sellers = list(dict.fromkeys(order.seller_id for order in value))
        validators.require(
            ok=len(sellers) == 1,
            field="PlaceOrders.orders",
            demand="orders of one seller",
            value=sellers,
        )
        repeated = [each for each, n in Counter(o.order_id for o in value).items() if n > 1]
        validators.require(
            ok=not repeated,
            field="PlaceOrders.orders",
            demand="orders whose order_id differ",
            value=repeated,
        )

    @property
    def seller_id(self) -> str:
        """Whose orders they are."""
        return self.orders[0].seller_id


@attrs.frozen(kw_only=True)
class AllocateOrder(_OrderCommand):
    """Offer stock to a new order: it is allocated, or goes on back order."""


@attrs.frozen(kw_only=True)
class HoldOrder(_OrderCommand):
    """Keep an order back; a hold for the same reason is replaced.

    A hold with an end, which has to be later than `at`, is released by the first command of the
    seller from then on. The order keeps its allocated units unless `deallocate` is set.
    """

    hold: Hold = attrs.field(validator=validators.one_of(Hold))
    deallocate: bool = attrs.field(default=False, validator=validators.one_of(bool))


@attrs.frozen(kw_only=True)
class ReleaseHold(_OrderCommand):
    """Let go of one reason to keep the order back, or of all of them."""

    reason: HoldReason | None = attrs.field(
        default=None, validator=attrs.validators.optional(validators.one_of(HoldReason))
    )


@attrs.frozen(kw_only=True)
class ReleaseEndedHolds(_Command):
    """Release the seller's orders whose holds have ended; a scheduler sends this."""

    seller_id: str = attrs.field(validator=validators.identifier)


@attrs.frozen(kw_only=True)
class EditOrder(_OrderCommand):
    """Make several changes of an order in one save, then allocate it again."""

    edits: tuple[Edit | RemoveShortLines, ...] = attrs.field(
        validator=validators.tuple_of(*Edit.__args__, RemoveShortLines, smallest=1)
    )


@attrs.frozen(kw_only=True)
class SplitOrder(_OrderCommand):
    """Split off what is allocated as a new order; the rest stays on back order.

    Without a `new_order_id` the new order gets the id of this one with the next free number
    behind it: `A-1`, then `A-2`.
    """

    new_order_id: str | None = attrs.field(
        default=None, validator=attrs.validators.optional(validators.identifier)
    )


@attrs.frozen(kw_only=True)
class CancelOrder(_OrderCommand):
    """Give an order up before it was sent to the warehouse."""

    reason: str = attrs.field(default="", validator=validators.note)


@attrs.frozen(kw_only=True)
class SendOrderToWarehouse(_OrderCommand):
    """Send an allocated order to the warehouse."""


@attrs.frozen(kw_only=True)
class RequestCancellation(_OrderCommand):
    """Ask the warehouse to let an order go that was sent to it."""

    reason: str = attrs.field(default="", validator=validators.note)


@attrs.frozen(kw_only=True)
class AcceptCancellation(_OrderCommand):
    """The warehouse lets the order go."""


@attrs.frozen(kw_only=True)
class RejectCancellation(_OrderCommand):
    """The warehouse goes on with the order."""

    reason: str = attrs.field(default="", validator=validators.note)


@attrs.frozen
class PickedLine:
    """How many units of a line the warehouse found."""

    line_id: str = attrs.field(validator=validators.identifier)
    units: int = attrs.field(validator=validators.units(0))


@attrs.frozen(kw_only=True)
class ReportShortPick(_OrderCommand):
    """The warehouse found less than is allocated of these lines, and all of the others."""

    picked: tuple[PickedLine, ...] = attrs.field(
        validator=validators.tuple_of(PickedLine, smallest=1)
    )

    @picked.validator
    def _check_picked(self, _attribute: object, value: tuple[PickedLine, ...]) -> None:
        line_ids = [each.line_id for each in value]
        validators.require(
            ok=len(set(line_ids)) == len(line_ids),
            field="ReportShortPick.picked",
            demand="of lines that differ, each said once",
            value=line_ids,
        )


@attrs.frozen(kw_only=True)
class DespatchOrder(_OrderCommand):
    """The order left the warehouse; an open request for cancellation is rejected by that."""


@attrs.frozen(kw_only=True)
class DeliverOrder(_OrderCommand):
    """The order arrived."""


@attrs.frozen(kw_only=True)
class AnnounceReceipt(_Command):
    """Expect a receipt, or expect it otherwise than announced before."""

    receipt: ExpectedReceipt = attrs.field(validator=validators.one_of(ExpectedReceipt))

    @property
    def seller_id(self) -> str:
        """Whose receipt it is."""
        return self.receipt.key.seller_id


@attrs.frozen(kw_only=True)
class WithdrawReceipt(_Command):
    """Expect a receipt no longer."""

    seller_id: str = attrs.field(validator=validators.identifier)
    receipt_id: str = attrs.field(validator=validators.identifier)


@attrs.frozen(kw_only=True)
class _StockCommand(_Command):
    key: StockKey = attrs.field(validator=validators.one_of(StockKey))

    @property
    def seller_id(self) -> str:
        """Whose stock it is."""
        return self.key.seller_id


@attrs.frozen(kw_only=True)
class BookInStock(_StockCommand):
    """Record a delivery into stock, against its notice or without one.

    What neither came nor was rejected of a notice is short, and the notice is settled, unless
    there is `more_to_come`.
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
            demand="1 or more, where nothing was rejected and no receipt is named",
            value=self.received,
        )
        validators.require(
            ok=self.receipt_id is not None or not self.more_to_come,
            field="BookInStock.more_to_come",
            demand="False where no receipt is named",
            value=self.more_to_come,
        )


@attrs.frozen(kw_only=True)
class AdjustStock(_StockCommand):
    """Correct the stock on hand by so many units, more or fewer."""

    change: int = attrs.field(validator=validators.units_change)
    reason: AdjustmentReason = attrs.field(validator=validators.one_of(AdjustmentReason))
    note: str = attrs.field(default="", validator=validators.note)


@attrs.frozen(kw_only=True)
class CountStock(_StockCommand):
    """Correct the stock on hand to what was counted."""

    counted: int = attrs.field(validator=validators.units(0))
    note: str = attrs.field(default="", validator=validators.note)


@attrs.frozen(kw_only=True)
class ServeWaiting(_Command):
    """Go on serving the queues of products that an outcome has left unserved.

    All that are left unserved and share an order are to be named at once, so that the queue of
    each is respected.
    """

    keys: tuple[StockKey, ...] = attrs.field(validator=validators.tuple_of(StockKey, smallest=1))

    @keys.validator
    def _check_keys(self, _attribute: object, value: tuple[StockKey, ...]) -> None:
        sellers = list(dict.fromkeys(key.seller_id for key in value))
        validators.require(
            ok=len(sellers) == 1,
            field="ServeWaiting.keys",
            demand="keys of one seller",
            value=sellers,
        )

    @property
    def seller_id(self) -> str:
        """Whose stock it is."""
        return self.keys[0].seller_id


@attrs.frozen(kw_only=True)
class ChangePolicy(_Command):
    """Give out a seller's stock by another policy from now on.

    Orders on back order that may not keep a part under the new policy give it up. Then all
    orders on back order are offered stock again, in the order of the new queue. Orders that are
    allocated or on hold keep what they have. The policy that the seller has already changes
    nothing.
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
"""A command about one order that is there."""

StockCommand = (
    AnnounceReceipt | WithdrawReceipt | BookInStock | AdjustStock | CountStock | ServeWaiting
)
"""A command about the stock, or about what is expected of it."""

Command = PlaceOrder | PlaceOrders | OrderCommand | ReleaseEndedHolds | StockCommand | ChangePolicy
"""Anything that may be asked for."""


def _check_has_no_past(field: str, order: Order) -> None:
    validators.require(
        ok=(order.status, order.version, order.split_count, order.split_from)
        == (Status.NEW, 0, 0, None),
        field=field,
        demand="an order of status NEW, version 0 and parcels 0, with no split_from",
        value=f"{order.status.value}, version {order.version}, parcels {order.split_count}, "
        f"split_from {order.split_from!r}",
    )
