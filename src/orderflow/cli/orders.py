"""Orders: which there are, what stands in one, what happened to it, and what may be done."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.text import Text

from orderflow.cli import screen
from orderflow.cli.arguments import AsJson, OrderId, ShipTo, address, unit_pairs
from orderflow.cli.database import Where, WhereStock, opened
from orderflow.cli.doing import How, carried_out, carry_out
from orderflow.cli.history import happened
from orderflow.cli.listing import Column, Listing, moment, print_listing
from orderflow.cli.settings import moment_option, takes
from orderflow.cli.showing import ORDER_COLUMNS, data_of, order_row, print_order, print_table
from orderflow.domain.model.commands import PlaceOrder
from orderflow.domain.model.lifecycle import Action, allowed_actions
from orderflow.domain.model.order import Order, OrderLine
from orderflow.domain.model.status import Status
from orderflow.wording.explanation import in_words

if TYPE_CHECKING:
    from orderflow.cli.database import Database

__all__ = ["actions", "events", "explain", "orders", "place", "show"]

_EVENT_COLUMNS = (
    Column("at", "at (UTC)", moment),
    Column("subject"),
    Column("event"),
    Column("details"),
)
_ACTION_COLUMNS = (
    Column("action"),
    Column("command"),
    Column("leads_to", write=" or ".join),
    Column(
        "units", "with", lambda units: ", ".join(f"{each} {sku}" for sku, each in units.items())
    ),
)

_COMMANDS = {
    Action.ALLOCATE: "allocate",
    Action.EDIT: "edit",
    Action.REMOVE_LINE: "remove",
    Action.REPLACE_LINE: "replace",
    Action.SEND_STOCK: "book-in",
    Action.SPLIT: "split",
    Action.HOLD: "hold",
    Action.RELEASE_HOLD: "release",
    Action.CANCEL: "cancel",
    Action.SEND_TO_WAREHOUSE: "send",
    Action.REQUEST_CANCELLATION: "request-cancellation",
    Action.ACCEPT_CANCELLATION: "accept-cancellation",
    Action.REJECT_CANCELLATION: "reject-cancellation",
    Action.REPORT_SHORT_PICK: "short-pick",
    Action.DESPATCH: "despatch",
    Action.DELIVER: "deliver",
}


@takes("The database", where=WhereStock)
@takes("What is shown", how=Listing)
def orders(
    *,
    where: WhereStock,
    how: Listing,
    status: Annotated[
        Status | None, typer.Option(case_sensitive=False, help="Only those of this status.")
    ] = None,
    sku: Annotated[
        str | None, typer.Option(metavar="SKU", help="Only those with a line of this product.")
    ] = None,
) -> None:
    """List orders, by the moment they were placed."""
    with opened(where) as database:
        rows = (
            order_row(order)
            for seller_id in database.sellers(where.seller)
            for order in database.orders(seller_id, status, sku)
            if where.warehouse in (None, order.warehouse_id)
        )
        print_listing("orders", ORDER_COLUMNS, rows, how)


@takes("The database", where=Where)
def show(order_id: OrderId, *, where: Where, as_json: AsJson = False) -> None:
    """Show an order: its status, its lines, and what is held for it."""
    with opened(where) as database:
        order = database.flow.seller(database.seller(where.seller)).order(order_id)
    if as_json:
        screen.print_json(order_row(order))
    else:
        print_order(screen.results(), order)
        screen.results().print(Text(_rest(order)))


@takes("The database", where=Where)
@takes("What is shown", how=Listing)
def events(
    order_id: Annotated[
        str | None,
        typer.Argument(metavar="ORDER", help="Only what happened to this order."),
    ] = None,
    *,
    where: Where,
    how: Listing,
    since: Annotated[datetime | None, moment_option("Only what happened from then on.")] = None,
) -> None:
    """Tell what happened, to an order or to all that the seller has; the oldest first."""
    with opened(where) as database:
        seller_id = database.seller(where.seller)
        if order_id is not None:
            database.flow.seller(seller_id).order(order_id)
        rows = map(happened, database.flow.seller(seller_id).events(order_id, since=since))
        print_listing("events", _EVENT_COLUMNS, rows, how)


@takes("The database", where=Where)
def actions(order_id: OrderId, *, where: Where, as_json: AsJson = False) -> None:
    """Tell what may be done with an order now, by which command, and what it would lead to.

    Of what its status allows, and cannot be done all the same, it says why.
    """
    with opened(where) as database:
        seller_id = database.seller(where.seller)
        answers = database.flow.seller(seller_id).actions(order_id)
        status = database.flow.seller(seller_id).order(order_id).status
    rows: list[dict[str, Any]] = [
        {
            "action": answer.action,
            "command": _COMMANDS[answer.action],
            "allowed": answer.allowed,
            "leads_to": list(answer.leads_to),
            "reason": answer.reason,
            "units": dict(answer.units),
        }
        for answer in answers
    ]
    if as_json:
        screen.print_json({"actions": rows})
        return
    console = screen.results()
    print_table(console, _ACTION_COLUMNS, [row for row in rows if row["allowed"]])
    refused = [row for row in rows if not row["allowed"]]
    console.print(Text(f"not now: {', '.join(row['action'] for row in refused)}"))
    for row in refused:
        if row["action"] in allowed_actions(status):
            console.print(Text(f"{row['action']}: {row['reason']}"))


@takes("The database", where=Where)
def explain(
    order_id: OrderId,
    *,
    where: Where,
    at: Annotated[datetime | None, moment_option("As of when; now, if left out.")] = None,
    ahead: Annotated[
        int, typer.Option(min=0, help="Name so many of those who come before it.")
    ] = 10,
    as_json: AsJson = False,
) -> None:
    """Explain why an order waits: who comes before it, and which receipt would cover it."""
    with opened(where) as database:
        seller_id = database.seller(where.seller)
        why = database.flow.seller(seller_id).explain(order_id, at=at, ahead_max=ahead)
    if as_json:
        screen.print_json({**data_of(why), "in_words": list(in_words(why))})
    else:
        for sentence in in_words(why):
            screen.results().print(Text(sentence))


@takes("The database", where=WhereStock)
@takes("How it is carried out", how=How)
def place(
    order_id: OrderId,
    lines: Annotated[
        list[str], typer.Argument(metavar="SKU=UNITS", help="What is ordered, and how many.")
    ],
    *,
    where: WhereStock,
    how: How,
    priority: Annotated[int, typer.Option(help="A higher one comes first.")] = 0,
    promised_by: Annotated[
        datetime | None, moment_option("When the customer was promised to have it.")
    ] = None,
    courier: Annotated[
        str | None, typer.Option(metavar="TEXT", help="Send it by this courier service.")
    ] = None,
    ship_to: ShipTo = None,
    later: Annotated[
        bool, typer.Option("--later", help="Take it in only; orderflow process goes on.")
    ] = False,
) -> None:
    """Take one order in: it is allocated, or goes on back order."""

    def command(database: Database) -> PlaceOrder:
        seller_id = database.seller(where.seller)
        fields = how.fields()
        before = carried_out(database, seller_id, how)
        numbered = enumerate(unit_pairs("SKU=UNITS", lines), 1)
        order = Order(
            order_id=order_id,
            seller_id=seller_id,
            warehouse_id=database.warehouse(seller_id, where.warehouse),
            lines=tuple(OrderLine(str(number), sku, units) for number, (sku, units) in numbered),
            placed_at=before.order.placed_at if isinstance(before, PlaceOrder) else fields["at"],
            courier=courier,
            ship_to=address("--ship-to", ship_to) if ship_to is not None else None,
            priority=priority,
            promised_by=promised_by,
        )
        return PlaceOrder(order=order, allocate=not later, **fields)

    carry_out(command, where, how)


def _rest(order: Order) -> str:
    """Say what there is of the order besides its status and lines."""
    row = order_row(order)
    said = [f"placed {moment(row['placed_at'])} UTC in {order.warehouse_id}"]
    if order.wait is not None:
        said.append(f"on back order since {moment(order.wait.since.isoformat())} UTC")
    if order.promised_by is not None:
        said.append(f"promised by {moment(row['promised_by'])} UTC")
    if order.priority:
        said.append(f"priority {order.priority}")
    if order.courier is not None:
        said.append(f"courier {order.courier}")
    if order.ship_to is not None:
        to = order.ship_to
        parts = (to.name, to.street, to.city, to.postcode, to.country)
        said.append(f"to {', '.join(part for part in parts if part)}")
    if order.split_from is not None:
        said.append(f"split from {order.split_from}")
    for hold in order.holds:
        until = f" until {moment(hold.until.isoformat())} UTC" if hold.until is not None else ""
        said.append(f"held: {hold.reason}{until}{': ' + hold.note if hold.note else ''}")
    return "\n".join(said)
