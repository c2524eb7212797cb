"""Changes to an order: edit, hold and cancel it, and the ways out of a back order."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any

import attrs
import typer

from orderflow.cli.connection import SellerOptions, connect
from orderflow.cli.execution import OrderExecutionOptions, do_to_order
from orderflow.cli.line_names import do_to_units, edit_order
from orderflow.cli.one_by_one import print_orders
from orderflow.cli.options.arguments import (
    ADDRESS_FORM,
    LineUnits,
    OrderId,
    Reason,
    address,
    custom_field_pairs,
    line_units,
    pairs,
    set_ids,
    unit_pairs,
)
from orderflow.cli.options.forms import moment_option
from orderflow.cli.options.from_settings import with_options
from orderflow.cli.output import terminal
from orderflow.domain.model.chosen_lines import RemoveShortLines
from orderflow.domain.model.commands import (
    AllocateOrder,
    CancelOrder,
    HoldOrder,
    ReleaseHold,
    RequestCancellation,
    SplitOrder,
)
from orderflow.domain.model.edits import (
    AddLine,
    ChangeCourier,
    ChangeCustomerReference,
    ChangeCustomField,
    ChangeGiveUpAfter,
    ChangeNotBefore,
    ChangePriority,
    ChangePromise,
    ChangeQuantity,
    ChangeShipTo,
    ChangeShortPart,
    Edit,
    RemoveLine,
    ReplaceLine,
)
from orderflow.domain.model.order import Hold, HoldReason
from orderflow.domain.model.short_part import ShortPart

if TYPE_CHECKING:
    from collections.abc import Iterator

    from orderflow.service import CancelledParts, Seller

__all__ = [
    "allocate",
    "cancel",
    "edit",
    "hold",
    "release_hold",
    "remove",
    "replace",
    "request_cancellation",
    "split",
]


@attrs.frozen(kw_only=True)
class EditOptions:
    """The changes of one edit.

    Attributes:
        quantity: Change the quantity of a line.
        add: Add a line.
        sets: The set of the added lines with this product: the lines of a set leave together.
        remove: Remove a line.
        replace: Replace the product of a line.
        courier: The courier service; an empty text leaves the choice to the warehouse.
        ship_to: The delivery address; see place.
        customer_reference: The customer's own name for the order; an empty text removes it.
        custom_fields: The text of a custom field; an empty text removes the field.
        priority: The priority; a higher one comes first in queues by priority.
        promised_by: The promised date; an earlier one comes first in queues by promised date.
        no_promise: Remove the promised date.
        short_part: What happens if the order becomes, or still is, short.
        no_short_part: Leave the short part to the policy.
        give_up_after: How many days the order may be on back order; see init --give-up.
        no_give_up_after: Leave to the policy how long the order may be on back order.
        not_before: The order is not sent to the warehouse before this time.
        no_not_before: The order may be sent to the warehouse at any time.
    """

    quantity: list[str] = attrs.field(factory=list, metadata={"metavar": "LINE=UNITS"})
    add: list[str] = attrs.field(factory=list, metadata={"metavar": "SKU=UNITS"})
    sets: list[str] = attrs.field(
        factory=list, metadata={"names": ("--set",), "metavar": "SKU=SET"}
    )
    remove: list[str] = attrs.field(factory=list, metadata={"metavar": "LINE"})
    replace: list[str] = attrs.field(factory=list, metadata={"metavar": "LINE=SKU"})
    courier: str | None = None
    ship_to: str | None = attrs.field(default=None, metadata={"metavar": ADDRESS_FORM})
    customer_reference: str | None = None
    custom_fields: list[str] = attrs.field(
        factory=list, metadata={"names": ("--custom-field",), "metavar": "NAME=TEXT"}
    )
    priority: int | None = None
    promised_by: datetime | None = None
    no_promise: bool = attrs.field(default=False, metadata={"names": ("--no-promise",)})
    short_part: ShortPart | None = attrs.field(default=None, metadata={"case_sensitive": False})
    no_short_part: bool = attrs.field(default=False, metadata={"names": ("--no-short-part",)})
    give_up_after: timedelta | None = None
    no_give_up_after: bool = attrs.field(default=False, metadata={"names": ("--no-give-up-after",)})
    not_before: datetime | None = None
    no_not_before: bool = attrs.field(default=False, metadata={"names": ("--no-not-before",)})

    def check(self) -> None:
        """Refuse an option that removes a value beside the one that sets it.

        Raises:
            BadParameter: If both are given.
        """
        for given, removes, option in (
            (self.promised_by, self.no_promise, "--no-promise"),
            (self.short_part, self.no_short_part, "--no-short-part"),
            (self.give_up_after, self.no_give_up_after, "--no-give-up-after"),
            (self.not_before, self.no_not_before, "--no-not-before"),
        ):
            if given is not None and removes:
                raise typer.BadParameter(
                    "omit it, or the option that sets this", param_hint=f"'{option}'"
                )

    def edits(self) -> Iterator[Edit]:
        """Yield the edits: lines first, in the order of the options."""
        for line_id, units in unit_pairs("--quantity", self.quantity):
            yield ChangeQuantity(line_id, units)
        added = list(unit_pairs("--add", self.add))
        in_sets = set_ids(self.sets, "added line", {sku for sku, _ in added})
        for sku, units in added:
            yield AddLine(sku, units, set_id=in_sets.get(sku))
        for line_id in self.remove:
            yield RemoveLine(line_id)
        for line_id, sku in pairs("--replace", self.replace):
            yield ReplaceLine(line_id, sku)
        if self.courier is not None:
            yield ChangeCourier(self.courier or None)
        if self.ship_to is not None:
            yield ChangeShipTo(address("--ship-to", self.ship_to))
        if self.customer_reference is not None:
            yield ChangeCustomerReference(self.customer_reference or None)
        for name, text in custom_field_pairs(self.custom_fields):
            yield ChangeCustomField(name, text or None)
        if self.priority is not None:
            yield ChangePriority(self.priority)
        if self.promised_by is not None:
            yield ChangePromise(self.promised_by)
        if self.no_promise:
            yield ChangePromise(None)
        if self.short_part is not None:
            yield ChangeShortPart(self.short_part)
        if self.no_short_part:
            yield ChangeShortPart(None)
        if self.give_up_after is not None:
            yield ChangeGiveUpAfter(self.give_up_after)
        if self.no_give_up_after:
            yield ChangeGiveUpAfter(None)
        if self.not_before is not None:
            yield ChangeNotBefore(self.not_before)
        if self.no_not_before:
            yield ChangeNotBefore(None)


@with_options("The database", where=SellerOptions)
@with_options("Execution", how=OrderExecutionOptions)
@with_options("", changes=EditOptions)
def edit(
    order_id: OrderId, *, where: SellerOptions, how: OrderExecutionOptions, changes: EditOptions
) -> None:
    """Edit an order, and allocate it again.

    LINE is the id of a line, or the SKU of one.

    All changes are made, or none. An order can be edited until it is sent to the warehouse.
    """
    changes.check()
    asked = tuple(changes.edits())
    if not asked:
        raise typer.BadParameter("name at least one change: see orderflow edit --help")
    edit_order(order_id, where, how, *asked)


@with_options("The database", where=SellerOptions)
@with_options("Execution", how=OrderExecutionOptions)
def remove(
    order_id: OrderId,
    lines: Annotated[
        list[str] | None,
        typer.Argument(metavar="LINE", help="Line ids or SKUs; default: every short line."),
    ] = None,
    *,
    where: SellerOptions,
    how: OrderExecutionOptions,
) -> None:
    """Remove lines from an order: every short line, unless you name others."""
    removals = tuple(map(RemoveLine, lines or ())) or (RemoveShortLines(),)
    edit_order(order_id, where, how, *removals)


@with_options("The database", where=SellerOptions)
@with_options("Execution", how=OrderExecutionOptions)
def replace(
    order_id: OrderId,
    line_id: Annotated[str, typer.Argument(metavar="LINE", help="Line id or SKU.")],
    sku: Annotated[str, typer.Argument(metavar="SKU", help="SKU of the replacement.")],
    *,
    where: SellerOptions,
    how: OrderExecutionOptions,
    units: Annotated[
        int,
        typer.Option(
            min=1, help="Units of the replacement for every --per units of the old product."
        ),
    ] = 1,
    per: Annotated[int, typer.Option(min=1, help="See --units.")] = 1,
    reason: Reason = "",
) -> None:
    """Replace the product of a line, and allocate the order again."""
    change = ReplaceLine(line_id, sku, units=units, per=per, reason=reason)
    edit_order(order_id, where, how, change)


@with_options("The database", where=SellerOptions)
@with_options("Execution", how=OrderExecutionOptions)
def split(
    order_id: OrderId,
    new_order_id: Annotated[
        str | None,
        typer.Argument(
            metavar="NEW_ORDER", help="Id of the new order; default: ORDER.1, ORDER.2 and so on."
        ),
    ] = None,
    *,
    where: SellerOptions,
    how: OrderExecutionOptions,
    units: LineUnits = None,
) -> None:
    """Split the allocated units of a back order off into a new order, or those of --units.

    What is split off is allocated. The rest stays as it is.
    """
    do_to_units(SplitOrder, order_id, where, how, line_units(units), new_order_id=new_order_id)


@with_options("The database", where=SellerOptions)
@with_options("Execution", how=OrderExecutionOptions)
def cancel(
    order_id: OrderId,
    *,
    where: SellerOptions,
    how: OrderExecutionOptions,
    reason: Reason = "",
    all_parts: Annotated[
        bool, typer.Option("--all-parts", help="If it was split, cancel all of its parts.")
    ] = False,
) -> None:
    """Cancel an order that has not been sent to the warehouse.

    With --all-parts, the warehouse is asked to cancel the parts that were sent to it. If a part
    cannot be cancelled, the others still are, and the exit code is 1.
    """
    if not all_parts:
        do_to_order(CancelOrder, order_id, where, how, reason=reason)
        return
    if how.expected_version is not None:
        raise typer.BadParameter("is not for --all-parts", param_hint="'--expected-version'")
    with connect(where) as database:

        def cancel_all(seller: Seller) -> CancelledParts:
            return seller.cancel_all_parts(
                order_id, reason=reason, at=how.at, command_id=how.command_id
            )

        seller_id = database.seller(where.seller)
        if how.dry_run:
            parts = database.preview(seller_id, cancel_all)
        else:
            parts = cancel_all(database.flow.seller(seller_id))
    rows = _rows(parts)
    print_orders(rows, how)
    if not rows and not how.as_json:
        terminal.messages().print("Every part is already cancelled.")
    if parts.refused:
        raise typer.Exit(terminal.EXIT_REFUSED)


@with_options("The database", where=SellerOptions)
@with_options("Execution", how=OrderExecutionOptions)
def request_cancellation(
    order_id: OrderId, *, where: SellerOptions, how: OrderExecutionOptions, reason: Reason = ""
) -> None:
    """Ask the warehouse to cancel an order that was sent to it."""
    do_to_order(RequestCancellation, order_id, where, how, reason=reason)


@with_options("The database", where=SellerOptions)
@with_options("Execution", how=OrderExecutionOptions)
def hold(
    order_id: OrderId,
    why: Annotated[
        HoldReason, typer.Argument(metavar="REASON", case_sensitive=False, help="The reason.")
    ] = HoldReason.OTHER,
    *,
    where: SellerOptions,
    how: OrderExecutionOptions,
    until: Annotated[
        datetime | None, moment_option("When the hold ends; default: when it is released.")
    ] = None,
    note: Annotated[str, typer.Option(metavar="TEXT", help="A note, in your own words.")] = "",
    deallocate: Annotated[
        bool, typer.Option("--deallocate", help="Give back the units allocated to the order.")
    ] = False,
) -> None:
    """Put an order on hold, until a given time or until it is released."""
    placed = Hold(why, until, note)
    do_to_order(HoldOrder, order_id, where, how, hold=placed, deallocate=deallocate)


@with_options("The database", where=SellerOptions)
@with_options("Execution", how=OrderExecutionOptions)
def release_hold(
    order_id: OrderId,
    why: Annotated[
        HoldReason | None,
        typer.Argument(
            metavar="REASON", case_sensitive=False, help="Release only this reason; default: all."
        ),
    ] = None,
    *,
    where: SellerOptions,
    how: OrderExecutionOptions,
) -> None:
    """Release an order from one hold, or from all; then allocate it again."""
    do_to_order(ReleaseHold, order_id, where, how, reason=why)


@with_options("The database", where=SellerOptions)
@with_options("Execution", how=OrderExecutionOptions)
def allocate(order_id: OrderId, *, where: SellerOptions, how: OrderExecutionOptions) -> None:
    """Offer stock to a new order: it is allocated, or goes on back order."""
    do_to_order(AllocateOrder, order_id, where, how)


def _rows(parts: CancelledParts) -> list[dict[str, Any]]:
    done = (*parts.cancelled, *parts.requested)
    rows: list[dict[str, Any]] = [
        {"order_id": each.order_id, "status": each.status, "refused": None} for each in done
    ]
    return rows + [
        {"order_id": each.order_id, "status": each.status, "refused": str(error)}
        for each, error in parts.refused
    ]
