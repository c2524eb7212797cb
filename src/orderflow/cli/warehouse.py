"""What the warehouse does with orders: send, despatch, deliver, and what goes wrong in between."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from orderflow.cli import screen
from orderflow.cli.arguments import OrderId, Reason, unit_pairs
from orderflow.cli.database import Where, WhereStock, opened
from orderflow.cli.doing import How, HowOrder, do_to_order
from orderflow.cli.listing import Column
from orderflow.cli.settings import takes
from orderflow.cli.showing import print_table
from orderflow.domain.model.commands import (
    AcceptCancellation,
    DeliverOrder,
    DespatchOrder,
    PickedLine,
    RejectCancellation,
    ReportShortPick,
    SendOrderToWarehouse,
)
from orderflow.domain.model.status import Status
from orderflow.errors import NotFoundError, RefusedError

if TYPE_CHECKING:
    from orderflow.cli.database import Database
    from orderflow.domain.model.commands import OrderCommand

    Step = type[SendOrderToWarehouse | DespatchOrder | DeliverOrder]

__all__ = [
    "accept_cancellation",
    "deliver",
    "despatch",
    "reject_cancellation",
    "send",
    "short_pick",
]

OrderIds = Annotated[
    list[str] | None, typer.Argument(metavar="ORDER", help="The ids of the orders.")
]
_COLUMNS = (Column("order_id", "order"), Column("status"), Column("refused"))


@takes("The database", where=WhereStock)
@takes("How it is carried out", how=How)
def send(
    order_ids: OrderIds = None,
    *,
    where: WhereStock,
    how: How,
    all_of_them: Annotated[bool, typer.Option("--all", help="All that are allocated.")] = False,
) -> None:
    """Send allocated orders to the warehouse: from then on they cannot be edited.

    It ends with 1 if one of them was refused; the others are sent.
    """
    _each(SendOrderToWarehouse, Status.ALLOCATED, order_ids, where, how, all_of_them=all_of_them)


@takes("The database", where=WhereStock)
@takes("How it is carried out", how=How)
def despatch(
    order_ids: OrderIds = None,
    *,
    where: WhereStock,
    how: How,
    all_of_them: Annotated[
        bool, typer.Option("--all", help="All that were sent to the warehouse.")
    ] = False,
) -> None:
    """Let orders leave the warehouse.

    It ends with 1 if one of them was refused; the others leave.
    """
    _each(DespatchOrder, Status.SENT_TO_WAREHOUSE, order_ids, where, how, all_of_them=all_of_them)


@takes("The database", where=WhereStock)
@takes("How it is carried out", how=How)
def deliver(
    order_ids: OrderIds = None,
    *,
    where: WhereStock,
    how: How,
    all_of_them: Annotated[bool, typer.Option("--all", help="All that were despatched.")] = False,
) -> None:
    """Let orders arrive.

    It ends with 1 if one of them was refused; the others arrive.
    """
    _each(DeliverOrder, Status.DESPATCHED, order_ids, where, how, all_of_them=all_of_them)


@takes("The database", where=Where)
@takes("How it is carried out", how=HowOrder)
def short_pick(
    order_id: OrderId,
    found: Annotated[
        list[str], typer.Argument(metavar="LINE=FOUND", help="The units found of a line.")
    ],
    *,
    where: Where,
    how: HowOrder,
) -> None:
    """Correct the stock by what was not found, and put the order back into the queue.

    Name the lines of which something is missing; of the others, all was found.
    """
    missing = tuple(
        PickedLine(line_id, units) for line_id, units in unit_pairs("LINE=FOUND", found)
    )
    do_to_order(ReportShortPick, order_id, where, how, picked=missing)


@takes("The database", where=Where)
@takes("How it is carried out", how=HowOrder)
def accept_cancellation(order_id: OrderId, *, where: Where, how: HowOrder) -> None:
    """Cancel an order that the warehouse lets go."""
    do_to_order(AcceptCancellation, order_id, where, how)


@takes("The database", where=Where)
@takes("How it is carried out", how=HowOrder)
def reject_cancellation(
    order_id: OrderId, *, where: Where, how: HowOrder, reason: Reason = ""
) -> None:
    """Go on with an order although its cancellation was asked for."""
    do_to_order(RejectCancellation, order_id, where, how, reason=reason)


def _each(
    kind: Step,
    ready: Status,
    order_ids: list[str] | None,
    where: WhereStock,
    how: How,
    *,
    all_of_them: bool,
) -> None:
    """Carry out a step for each order; one that is refused does not keep the others."""
    if bool(order_ids) is all_of_them:
        raise typer.BadParameter("name the orders, or say --all", param_hint="'ORDER'")
    rows: list[dict[str, Any]] = []
    with opened(where) as database:
        seller_id = database.seller(where.seller)
        ids = order_ids or _ready(database, seller_id, ready, where.warehouse)
        commands = [_command(kind, seller_id, order_id, how) for order_id in dict.fromkeys(ids)]
        try:
            for command in commands:
                rows.append(_step(database, command, how))  # noqa: PERF401 - some may be left out
        finally:  # what was done is told, whatever has kept the rest from being done
            _print(rows, how)
    if any(row["refused"] is not None for row in rows):
        raise typer.Exit(screen.EXIT_REFUSED)


def _ready(
    database: Database, seller_id: str, status: Status, warehouse_id: str | None
) -> list[str]:
    return [
        order.order_id
        for order in database.orders(seller_id, status)
        if warehouse_id in (None, order.warehouse_id)
    ]


def _command(kind: Step, seller_id: str, order_id: str, how: How) -> OrderCommand:
    fields = how.fields()
    if how.command_id is not None:
        fields["command_id"] = f"{how.command_id} {order_id}"  # one of its own for each
    return kind(seller_id=seller_id, order_id=order_id, **fields)


def _step(database: Database, command: OrderCommand, how: How) -> dict[str, Any]:
    seller = database.flow.seller(command.seller_id)
    carry_out = seller.preview if how.dry_run else seller.handle
    row: dict[str, Any] = {"order_id": command.order_id, "status": None, "refused": None}
    try:
        order = carry_out(command).order
    except (RefusedError, NotFoundError) as error:
        return row | {"refused": str(error)}
    return row | {"status": order.status if order is not None else None}


def _print(rows: list[dict[str, Any]], how: How) -> None:
    if how.as_json:
        screen.print_json({"saved": not how.dry_run, "orders": rows})
        return
    print_table(screen.results(), _COLUMNS, rows)
    if how.dry_run:
        screen.messages().print("This is what would happen; nothing was saved.")
