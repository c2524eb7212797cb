"""Orders: list them, and show one with its events, actions and reasons to wait."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import islice
from typing import TYPE_CHECKING, Annotated, Any

import typer

from orderflow.cli.chosen_orders import OrderChoice
from orderflow.cli.connection import SellerOptions, WarehouseOptions, connect
from orderflow.cli.options.arguments import AsJson, OrderId
from orderflow.cli.options.forms import moment_option
from orderflow.cli.options.from_settings import with_options
from orderflow.cli.options.listing import ListingOptions
from orderflow.cli.options.order_choice import OrderChoiceOptions
from orderflow.cli.options.user_zone import user_zone
from orderflow.cli.other_parts import OtherParts
from orderflow.cli.output import terminal
from orderflow.cli.output.event_rows import event_row
from orderflow.cli.output.expected_dates import EXPECTED_COLUMN, OVERDUE_COLUMN, WAITING_COLUMN
from orderflow.cli.output.listing import Column, print_listing, time_column
from orderflow.cli.output.records import (
    data_of,
    order_columns,
    order_row,
    print_order,
    print_table,
)
from orderflow.domain.model.customer_wait import customer_waits_since
from orderflow.domain.model.lifecycle import Action, allowed_actions
from orderflow.domain.model.status import Status
from orderflow.wording.explanation import in_words
from orderflow.wording.moments import duration, moment_text

if TYPE_CHECKING:
    from orderflow.cli.connection import Database
    from orderflow.domain.model.order import Address, Order

__all__ = ["actions", "events", "explain", "orders", "show"]

_EVENT_COLUMNS = (
    time_column("at", "at"),
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

_REPLACING_MAX = 20
"""At most this many of the orders placed in place of another are named."""

_VALUE_COLUMN = Column("value")
_NEXT_COLUMNS = (Column("next_receipt_id"), Column("next_receipt_at"))

_COMMANDS = {
    Action.ALLOCATE: "allocate",
    Action.EDIT: "edit",
    Action.REMOVE_LINE: "remove",
    Action.REPLACE_LINE: "replace",
    Action.SEND_STOCK: "book-in",
    Action.SPLIT: "split",
    Action.MOVE: "move",
    Action.REALLOCATE: "reallocate",
    Action.PIN: "pin",
    Action.UNPIN: "unpin",
    Action.HOLD: "hold",
    Action.RELEASE_HOLD: "release-hold",
    Action.CANCEL: "cancel",
    Action.SEND_TO_WAREHOUSE: "send",
    Action.REQUEST_CANCELLATION: "request-cancellation",
    Action.ACCEPT_CANCELLATION: "accept-cancellation",
    Action.REJECT_CANCELLATION: "reject-cancellation",
    Action.REPORT_SHORT_PICK: "short-pick",
    Action.DESPATCH: "despatch",
    Action.DELIVER: "deliver",
    Action.RETURN_UNITS: "return",
}


@with_options("The database", where=WarehouseOptions)
@with_options("Listing", how=ListingOptions)
@with_options("", choice=OrderChoiceOptions)
def orders(
    *,
    where: WarehouseOptions,
    how: ListingOptions,
    choice: OrderChoiceOptions,
    status: Annotated[
        Status | None, typer.Option(case_sensitive=False, help="Only orders with this status.")
    ] = None,
    sku: Annotated[
        str | None, typer.Option(metavar="SKU", help="Only orders with a line of this product.")
    ] = None,
    expected: Annotated[
        bool,
        typer.Option(
            "--expected",
            help="Show when back orders are expected to be covered. JSON and CSV have the next "
            "receipt too. This reads the queues.",
        ),
    ] = False,
) -> None:
    """List orders, oldest first or sorted.

    If a back order needs a receipt that is overdue, a column shows since when. Of several sellers,
    the first orders of each are read, to sort them by time. With `--sort`, all are read.
    """
    with connect(where) as database:
        chosen = OrderChoice(choice, where, database)
        rows = (
            _row(order, chosen, expected=expected, with_value=choice.value_field is not None)
            for order in chosen.orders(status, sku, how.rows_max)
        )
        sellers = database.sellers_with_orders(chosen.where.seller, status, sku)
        columns = order_columns(several_sellers=len(list(islice(sellers, 2))) > 1)
        columns += (WAITING_COLUMN, EXPECTED_COLUMN if expected else OVERDUE_COLUMN)
        columns += (_VALUE_COLUMN,) if choice.value_field is not None else ()
        columns += _NEXT_COLUMNS if expected and how.as_csv else ()
        print_listing("orders", columns, chosen.known(rows, sku), how)
        chosen.values.report()


def _row(order: Order, chosen: OrderChoice, *, expected: bool, with_value: bool) -> dict[str, Any]:
    since = customer_waits_since(order) if order.status is Status.ON_BACK_ORDER else None
    row = order_row(order) | {"waiting_since": since and since.isoformat()}
    if with_value:
        value = chosen.value(order)
        row["value"] = None if value is None else str(value)
    if not expected:
        return row | {"overdue_since": chosen.covers.overdue_since(order)}
    receipt = chosen.next_receipt(order)
    return (
        row
        | chosen.covers.of(order)
        | {
            "next_receipt_id": receipt and receipt.receipt_id,
            "next_receipt_at": receipt and receipt.expected_at.isoformat(),
        }
    )


@with_options("The database", where=SellerOptions)
def show(order_id: OrderId, *, where: SellerOptions, as_json: AsJson = False) -> None:
    """Show an order: its status, its lines, and the units allocated to them."""
    with connect(where) as database:
        order = database.flow.seller(database.seller(where.seller)).order(order_id)
        parts = OtherParts.of(database, order)
        replaced_by = _replaced_by(database, order)
    if as_json:
        terminal.print_json(order_row(order) | {"replaced_by": replaced_by} | parts.row())
    else:
        print_order(terminal.results(), order)
        said = _rest(order)
        if replaced_by:
            said.append(f"replaced by {', '.join(replaced_by)}")
        if parts.orders:
            said.append(str(parts))
        terminal.results().print(*said)


def _replaced_by(database: Database, order: Order) -> list[str]:
    """Return the first orders placed in place of an order. Only a cancelled one can have any."""
    if order.status is not Status.CANCELLED:
        return []
    found = database.repository.orders_replacing(
        order.seller_id, order.order_id, limit=_REPLACING_MAX
    )
    return list(found)


@with_options("The database", where=SellerOptions)
@with_options("Listing", how=ListingOptions)
def events(
    order_id: Annotated[
        str | None,
        typer.Argument(metavar="ORDER", help="Only events of this order."),
    ] = None,
    *,
    where: SellerOptions,
    how: ListingOptions,
    since: Annotated[datetime | None, moment_option("Only events at this time or later.")] = None,
) -> None:
    """List what happened to an order, or to everything of the seller; oldest first."""
    with connect(where) as database:
        seller_id = database.seller(where.seller)
        found = database.flow.seller(seller_id).events(order_id, since=since)
        zone = UTC if how.as_json or how.as_csv else user_zone()
        rows = (event_row(event, zone) for event in found)
        if order_id is None or how.as_csv:
            print_listing("events", _EVENT_COLUMNS, rows, how)
            return
        parts = OtherParts.of(database, database.flow.seller(seller_id).order(order_id))
        print_listing("events", _EVENT_COLUMNS, rows, how, parts.row())
        if parts.orders and not how.as_json:
            terminal.messages().print(str(parts))


@with_options("The database", where=SellerOptions)
def actions(order_id: OrderId, *, where: SellerOptions, as_json: AsJson = False) -> None:
    """List the actions that an order allows now, with the command and the result of each.

    If the status allows an action but something else prevents it, the reason is shown.
    """
    with connect(where) as database:
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
        terminal.print_json({"actions": rows})
        return
    console = terminal.results()
    print_table(console, _ACTION_COLUMNS, [row for row in rows if row["allowed"]])
    refused = [row for row in rows if not row["allowed"]]
    console.print(f"not now: {', '.join(row['action'] for row in refused)}")
    for row in refused:
        if row["action"] in allowed_actions(status):
            console.print(f"{row['action']}: {row['reason']}")


@with_options("The database", where=SellerOptions)
def explain(
    order_id: OrderId,
    *,
    where: SellerOptions,
    at: Annotated[
        datetime | None, moment_option("Explain the state at this time; default: now.")
    ] = None,
    ahead: Annotated[
        int, typer.Option(min=0, help="Name at most this many of the orders ahead of it.")
    ] = 10,
    as_json: AsJson = False,
) -> None:
    """Explain why an order waits: which orders are ahead, and which receipt would cover it."""
    with connect(where) as database:
        seller_id = database.seller(where.seller)
        why = database.flow.seller(seller_id).explain(order_id, at=at, earlier_max=ahead)
    if as_json:
        terminal.print_json({**data_of(why), "in_words": list(in_words(why))})
    else:
        terminal.results().print(*in_words(why, time_zone=user_zone()))


def _rest(order: Order) -> list[str]:
    """Return everything about the order except its status and lines, each in one line."""
    zone = user_zone()
    said = [f"in {order.warehouse_id}, placed {moment_text(order.placed_at, zone)}"]
    if order.wait is not None:
        since = moment_text(order.wait.since, zone)
        ended = ", given up" if order.wait.given_up else ""
        first = ", served first" if order.wait.served_first else ""
        said.append(f"on back order since {since}{ended}{first}")
    if order.promised_by is not None:
        said.append(f"promised by {moment_text(order.promised_by, zone)}")
    if order.not_before is not None:
        said.append(f"not before {moment_text(order.not_before, zone)}")
    if order.give_up_after is not None:
        may_wait = duration(order.give_up_after.total_seconds())
        said.append(f"given up after {may_wait} on back order")
    if order.priority:
        said.append(f"priority {order.priority}")
    if order.courier is not None:
        said.append(f"courier {order.courier}")
    if order.ship_to is not None:
        said.append(f"to {_address_text(order.ship_to)}")
    if order.customer_reference is not None:
        said.append(f"customer reference {order.customer_reference}")
    if order.short_part is not None:
        said.append(f"short part: {order.short_part}")
    said += [f"{name}: {text}" for name, text in order.custom_fields]
    if order.replaces is not None:
        said.append(f"replaces {order.replaces}")
    if order.split_from is not None:
        said.append(f"split from {order.split_from}")
    said += [f"{units} of line {line_id} came back" for line_id, units in order.returned]
    for hold in order.holds:
        until = f" until {moment_text(hold.until, zone)}" if hold.until is not None else ""
        said.append(f"held: {hold.reason}{until}{': ' + hold.note if hold.note else ''}")
    return said


def _address_text(to: Address) -> str:
    """Write an address in one line, in the order of most envelopes."""
    door = (to.name, to.company, to.street, to.street_2)
    place = (to.city, to.region, to.postcode, to.country)
    phone = f"phone {to.phone}" if to.phone else ""
    return ", ".join(filter(None, (*door, *place, phone)))
