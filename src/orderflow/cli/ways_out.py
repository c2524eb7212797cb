"""What a seller does about an order: edit, hold and cancel it, and the ways out of a back order."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import attrs
import typer

from orderflow.cli.arguments import OrderId, Reason, address, pairs, unit_pairs
from orderflow.cli.database import Where
from orderflow.cli.doing import HowOrder, do_to_order
from orderflow.cli.settings import moment_option, takes
from orderflow.domain.model.commands import (
    AllocateOrder,
    CancelOrder,
    EditOrder,
    HoldOrder,
    ReleaseHold,
    RequestCancellation,
    SplitOrder,
)
from orderflow.domain.model.edits import (
    AddLine,
    ChangeCourier,
    ChangePriority,
    ChangePromise,
    ChangeQuantity,
    ChangeShipTo,
    Edit,
    RemoveLine,
    RemoveShortLines,
    ReplaceLine,
)
from orderflow.domain.model.order import Hold, HoldReason

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = [
    "allocate",
    "cancel",
    "edit",
    "hold",
    "release",
    "remove",
    "replace",
    "request_cancellation",
    "split",
]


@attrs.frozen(kw_only=True)
class Changes:
    """The changes of an edit, which are saved together.

    Attributes:
        quantity: Order so many units of a line.
        add: Order some units of one more product.
        remove: Give a line up.
        replace: Send another product in place of a line's own.
        courier: Send it by this courier service; an empty text leaves the choice to the warehouse.
        ship_to: Send it to this address.
        priority: Move it in queues that go by priority; a higher one comes first.
        promised_by: Move it in queues that go by promised date.
        no_promise: Take the promise back.
    """

    quantity: list[str] = attrs.field(factory=list, metadata={"metavar": "LINE=UNITS"})
    add: list[str] = attrs.field(factory=list, metadata={"metavar": "SKU=UNITS"})
    remove: list[str] = attrs.field(factory=list, metadata={"metavar": "LINE"})
    replace: list[str] = attrs.field(factory=list, metadata={"metavar": "LINE=SKU"})
    courier: str | None = None
    ship_to: str | None = attrs.field(
        default=None, metadata={"metavar": "'NAME|STREET|CITY|POSTCODE|COUNTRY'"}
    )
    priority: int | None = None
    promised_by: datetime | None = None
    no_promise: bool = attrs.field(default=False, metadata={"names": ("--no-promise",)})

    def as_changes(self) -> Iterator[Edit]:
        """Yield the changes: lines first, in the order of the options."""
        for line_id, units in unit_pairs("--quantity", self.quantity):
            yield ChangeQuantity(line_id, units)
        for sku, units in unit_pairs("--add", self.add):
            yield AddLine(sku, units)
        for line_id in self.remove:
            yield RemoveLine(line_id)
        for line_id, sku in pairs("--replace", self.replace):
            yield ReplaceLine(line_id, sku)
        if self.courier is not None:
            yield ChangeCourier(self.courier or None)
        if self.ship_to is not None:
            yield ChangeShipTo(address("--ship-to", self.ship_to))
        if self.priority is not None:
            yield ChangePriority(self.priority)
        if self.promised_by is not None:
            yield ChangePromise(self.promised_by)
        if self.no_promise:
            yield ChangePromise(None)


@takes("The database", where=Where)
@takes("How it is carried out", how=HowOrder)
@takes("", changes=Changes)
def edit(order_id: OrderId, *, where: Where, how: HowOrder, changes: Changes) -> None:
    """Change an order in one save, and process it again.

    All changes are made, or none. An order can be edited until it is sent to the warehouse.
    """
    asked = tuple(changes.as_changes())
    if not asked:
        raise typer.BadParameter("say what is to be changed: see orderflow edit --help")
    do_to_order(EditOrder, order_id, where, how, edits=asked)


@takes("The database", where=Where)
@takes("How it is carried out", how=HowOrder)
def remove(
    order_id: OrderId,
    lines: Annotated[
        list[str] | None,
        typer.Argument(metavar="LINE", help="The lines; all that are short, if left out."),
    ] = None,
    *,
    where: Where,
    how: HowOrder,
) -> None:
    """Remove lines from an order: those that are short, unless others are named."""
    removals = tuple(map(RemoveLine, lines or ())) or (RemoveShortLines(),)
    do_to_order(EditOrder, order_id, where, how, edits=removals)


@takes("The database", where=Where)
@takes("How it is carried out", how=HowOrder)
def replace(
    order_id: OrderId,
    line_id: Annotated[str, typer.Argument(metavar="LINE", help="The line.")],
    sku: Annotated[str, typer.Argument(metavar="SKU", help="What is sent instead.")],
    *,
    where: Where,
    how: HowOrder,
    units: Annotated[
        int, typer.Option(min=1, help="So many units of it for every --per of the old product.")
    ] = 1,
    per: Annotated[int, typer.Option(min=1, help="See --units.")] = 1,
    reason: Reason = "",
) -> None:
    """Send another product in place of a line's own, and process the order again."""
    change = ReplaceLine(line_id, sku, units=units, per=per, reason=reason)
    do_to_order(EditOrder, order_id, where, how, edits=(change,))


@takes("The database", where=Where)
@takes("How it is carried out", how=HowOrder)
def split(
    order_id: OrderId,
    new_order_id: Annotated[
        str | None,
        typer.Argument(
            metavar="NEW_ORDER", help="The id of the new order; ORDER-1 and so on, if left out."
        ),
    ] = None,
    *,
    where: Where,
    how: HowOrder,
) -> None:
    """Split off what is allocated as a new order; the rest stays on back order."""
    do_to_order(SplitOrder, order_id, where, how, new_order_id=new_order_id)


@takes("The database", where=Where)
@takes("How it is carried out", how=HowOrder)
def cancel(order_id: OrderId, *, where: Where, how: HowOrder, reason: Reason = "") -> None:
    """Give an order up that was not sent to the warehouse yet."""
    do_to_order(CancelOrder, order_id, where, how, reason=reason)


@takes("The database", where=Where)
@takes("How it is carried out", how=HowOrder)
def request_cancellation(
    order_id: OrderId, *, where: Where, how: HowOrder, reason: Reason = ""
) -> None:
    """Ask the warehouse to let an order go that was sent to it."""
    do_to_order(RequestCancellation, order_id, where, how, reason=reason)


@takes("The database", where=Where)
@takes("How it is carried out", how=HowOrder)
def hold(
    order_id: OrderId,
    why: Annotated[
        HoldReason, typer.Argument(metavar="REASON", case_sensitive=False, help="Why.")
    ] = HoldReason.OTHER,
    *,
    where: Where,
    how: HowOrder,
    until: Annotated[
        datetime | None, moment_option("Until when; until it is released, if left out.")
    ] = None,
    note: Annotated[str, typer.Option(metavar="TEXT", help="In your words.")] = "",
    let_go: Annotated[
        bool, typer.Option("--let-go", help="Give back the stock that it holds.")
    ] = False,
) -> None:
    """Keep an order back, until a moment or until it is released."""
    kept = Hold(why, until, note)
    do_to_order(HoldOrder, order_id, where, how, hold=kept, keep_stock=not let_go)


@takes("The database", where=Where)
@takes("How it is carried out", how=HowOrder)
def release(
    order_id: OrderId,
    why: Annotated[
        HoldReason | None,
        typer.Argument(metavar="REASON", case_sensitive=False, help="Only this reason."),
    ] = None,
    *,
    where: Where,
    how: HowOrder,
) -> None:
    """Let go of one reason to keep an order back, or of all; then process it again."""
    do_to_order(ReleaseHold, order_id, where, how, reason=why)


@takes("The database", where=Where)
@takes("How it is carried out", how=HowOrder)
def allocate(order_id: OrderId, *, where: Where, how: HowOrder) -> None:
    """Offer stock to a new order: it is allocated, or goes on back order."""
    do_to_order(AllocateOrder, order_id, where, how)
