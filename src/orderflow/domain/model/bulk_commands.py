"""Bulk runs: one action on each of many orders, which are chosen once.

`StartBulk` records the action and the orders. Each order then gets a command of its own, whose id
is made of the id of the run and of the order. So a run that was interrupted goes on with the same
orders, and does nothing twice.
"""

from __future__ import annotations

from hashlib import sha256
from typing import TypeAlias, get_args

import attrs

from orderflow.domain.model import validators
from orderflow.domain.model.chosen_lines import RequestedEdit, requested_edits
from orderflow.domain.model.command_fields import CommandFields
from orderflow.domain.model.order import Hold, HoldReason

__all__ = [
    "BULK_ORDERS_MAX",
    "BulkAction",
    "CancelOrders",
    "EditOrders",
    "HoldOrders",
    "MoveOrders",
    "PinOrders",
    "ReleaseHolds",
    "SplitOrders",
    "StartBulk",
    "UnpinOrders",
]

WHERE_CHARACTERS_MAX = 20_000
BULK_ORDERS_MAX = 20_000
"""The most orders of one bulk run."""


@attrs.frozen
class CancelOrders:
    """Cancel each order: see `CancelOrder`."""

    reason: str = attrs.field(default="", validator=validators.note)


@attrs.frozen
class EditOrders:
    """Make the same edits to each order: see `EditOrder`.

    `RemoveShortLines` and `ReplaceProduct` choose the lines of each order.
    """

    edits: tuple[RequestedEdit, ...] = attrs.field(validator=requested_edits)


@attrs.frozen
class SplitOrders:
    """Split the allocated units off each order on back order: see `SplitOrder`."""


@attrs.frozen
class HoldOrders:
    """Put each order on hold: see `HoldOrder`."""

    hold: Hold = attrs.field(validator=validators.one_of(Hold))
    deallocate: bool = attrs.field(default=False, validator=validators.one_of(bool))


@attrs.frozen
class ReleaseHolds:
    """Release the hold for one reason, or all holds, of each order: see `ReleaseHold`."""

    reason: HoldReason | None = attrs.field(
        default=None, validator=attrs.validators.optional(validators.one_of(HoldReason))
    )


@attrs.frozen
class MoveOrders:
    """Move each order to another warehouse, or just what is short: see `MoveOrder`."""

    warehouse_id: str = attrs.field(validator=validators.identifier)
    only_short: bool = attrs.field(default=False, validator=validators.one_of(bool))


@attrs.frozen
class PinOrders:
    """Pin each order: see `PinOrder`."""


@attrs.frozen
class UnpinOrders:
    """Unpin each order: see `UnpinOrder`."""


BulkAction: TypeAlias = (
    CancelOrders
    | EditOrders
    | SplitOrders
    | HoldOrders
    | ReleaseHolds
    | MoveOrders
    | PinOrders
    | UnpinOrders
)
"""What a bulk run does with each order."""


@attrs.frozen(kw_only=True)
class StartBulk(CommandFields):
    """Record what a bulk run does, and with which orders. It changes none of them.

    `Seller.run_bulk` runs it, and then a command for each order.

    Attributes:
        seller_id: The seller.
        action: What is done with each order.
        where: The text of the filter that chose the orders.
        orders: The id of each order, and the version that it had then. At most 20,000.
        command_id: The id of the run. `Seller.run_bulk` needs one.
    """

    seller_id: str = attrs.field(validator=validators.identifier)
    action: BulkAction = attrs.field(validator=validators.one_of(*get_args(BulkAction)))
    where: str = attrs.field()
    orders: tuple[tuple[str, int], ...] = attrs.field()

    @property
    def bulk_id(self) -> str:
        """The id of the run; empty if it has none."""
        return self.command_id or ""

    @where.validator
    def _check_where(self, _attribute: object, value: object) -> None:
        validators.require(
            ok=isinstance(value, str) and len(value) <= WHERE_CHARACTERS_MAX,
            field="StartBulk.where",
            demand=f"the text of a filter, of at most {WHERE_CHARACTERS_MAX} characters",
            value=value,
        )

    @orders.validator
    def _check_orders(self, _attribute: object, value: object) -> None:
        validators.require(
            ok=isinstance(value, tuple)
            and len(value) <= BULK_ORDERS_MAX
            and all(map(_is_order_version, value))
            and len({order_id for order_id, _ in value}) == len(value),
            field="StartBulk.orders",
            demand=f"at most {BULK_ORDERS_MAX} pairs of an order id and a version; each order once",
            value=value,
        )


def id_for_order(command_id: str, order_id: str) -> str:
    """Return the id of the command for one of several orders.

    It is hashed if it would be longer than an id may be.
    """
    text = f"{command_id} {order_id}"
    if len(text) <= validators.IDENTIFIER_CHARACTERS_MAX:
        return text
    return sha256(text.encode()).hexdigest()


def _is_order_version(value: object) -> bool:
    return (
        isinstance(value, tuple)
        and len(value) == 2  # noqa: PLR2004 - a pair
        and validators.is_identifier(value[0])
        and validators.is_units(value[1], 0)
    )
