"""What can be promised to a new order, and what if receipts change. Nothing is saved."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any
from uuid import uuid4

import attrs
import typer

from orderflow.cli.connection import WarehouseOptions, connect
from orderflow.cli.options.arguments import AsJson, Sku, pairs, unit_pairs
from orderflow.cli.options.forms import moment_argument, moment_of, moment_option
from orderflow.cli.options.from_settings import with_options
from orderflow.cli.options.listing import ListingOptions
from orderflow.cli.options.sourcing_options import SourcingOptions
from orderflow.cli.options.user_zone import user_zone
from orderflow.cli.output import terminal
from orderflow.cli.output.listing import Column, print_listing, time_column
from orderflow.cli.output.records import RECEIPT_COLUMNS, data_of, print_table, receipt_row
from orderflow.cli.unknown_names import check_warehouses, new_names, report_names
from orderflow.domain.model.commands import AnnounceReceipt
from orderflow.domain.model.order import Order, OrderLine
from orderflow.domain.model.stock import ExpectedReceipt, StockKey
from orderflow.domain.queries.what_if import ReceiptChange
from orderflow.errors import InvalidValueError
from orderflow.errors.quoting import counted, quoted
from orderflow.service import SystemClock
from orderflow.wording.moments import moment_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from orderflow.cli.connection import Database
    from orderflow.domain.queries.what_if import MovedDate

__all__ = ["available_to_promise", "promise", "what_if"]

_MOVE_COLUMNS = (
    Column("order_id", "order"),
    Column("warehouse_id", "warehouse", if_differs=True),
    time_column("before", "expected before"),
    time_column("after", "expected then"),
    Column("direction"),
    Column("promised_by", "promised by", if_any=True, has_times=True),
)
_SLIP = re.compile(r"([-+]?[0-9]{1,6}(?:\.[0-9]{1,6})?)([dh]?)")


@with_options("The database", where=WarehouseOptions)
@with_options("Several warehouses", over=SourcingOptions)
def available_to_promise(
    sku: Sku,
    by: Annotated[datetime, moment_argument("When a new order is to have the units.")],
    *,
    where: WarehouseOptions,
    over: SourcingOptions,
    as_json: AsJson = False,
) -> None:
    """Show how many units of a product a new order would get by a moment.

    It counts the units that are available, or expected until then, less what earlier orders need.
    """
    sourcing = over.policy()
    with connect(where) as database:
        seller_id = database.seller(where.seller)
        seller = database.flow.seller(seller_id)
        if sourcing is None:
            key = StockKey(seller_id, database.warehouse(seller_id, where.warehouse), sku)
            units = seller.available_to_promise(key, by)
        else:
            check_warehouses(database.flow, seller_id, sourcing.warehouses)
            units = seller.available_to_promise_over(sku, by, sourcing=sourcing)
            where = attrs.evolve(where, warehouse=None)
        if not units:
            _check_known(database, where, [sku])
    if as_json:
        terminal.print_json({"sku": sku, "by": by.isoformat(), "units": units})
    else:
        by_then = moment_text(by, user_zone())
        terminal.results().print(f"{counted(units, 'unit')} of {sku} by {by_then}")


@with_options("The database", where=WarehouseOptions)
@with_options("Several warehouses", over=SourcingOptions)
def promise(
    lines: Annotated[
        list[str], typer.Argument(metavar="SKU=UNITS", help="A product and the number of units.")
    ],
    *,
    where: WarehouseOptions,
    over: SourcingOptions,
    priority: Annotated[int, typer.Option(help="The priority of the new order.")] = 0,
    promised_by: Annotated[
        datetime | None, moment_option("The promised date of the new order.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Show when a new order would be covered, and the receipts that this rests on.

    The order is not placed.
    """
    sourcing = over.policy()
    with connect(where) as database:
        seller_id = database.seller(where.seller)
        wanted = list(unit_pairs("SKU=UNITS", lines))
        if sourcing is not None:
            check_warehouses(database.flow, seller_id, sourcing.warehouses)
            where = attrs.evolve(where, warehouse=None)
        order = Order(
            order_id=uuid4().hex,
            seller_id=seller_id,
            warehouse_id="" if sourcing else database.warehouse(seller_id, where.warehouse),
            lines=tuple(OrderLine(str(n), *each) for n, each in enumerate(wanted, 1)),
            placed_at=SystemClock().now(),
            priority=priority,
            promised_by=promised_by,
        )
        seller = database.flow.seller(seller_id)
        found = seller.earliest_promise(order, sourcing=sourcing, at=order.placed_at)
        if found is None:
            _check_known(database, where, [sku for sku, _ in wanted])
    if as_json:
        terminal.print_json({"promise": data_of(found) if found is not None else None})
        return
    console = terminal.results()
    if found is None:
        console.print("No promise: too few units are announced, or the order may not wait.")
    elif not found.receipts:
        console.print("Everything is available now.")
    else:
        console.print(f"All of it by {moment_text(found.expected_at, user_zone())}, from:")
        print_table(console, RECEIPT_COLUMNS, map(receipt_row, found.receipts))


@with_options("The database", where=WarehouseOptions)
@with_options("Listing", how=ListingOptions)
def what_if(
    *,
    where: WarehouseOptions,
    how: ListingOptions,
    slip: Annotated[
        list[str] | None,
        typer.Option(
            metavar="RECEIPT=TIME",
            help="A receipt arrives later, such as R-1=3d or R-1=12h; R-1=-1d is a day earlier.",
        ),
    ] = None,
    short: Annotated[
        list[str] | None,
        typer.Option(metavar="RECEIPT=UNITS", help="A receipt has fewer units, by this many."),
    ] = None,
    over: Annotated[
        list[str] | None,
        typer.Option(metavar="RECEIPT=UNITS", help="A receipt has more units, by this many."),
    ] = None,
    add: Annotated[
        list[str] | None,
        typer.Option(
            metavar="SKU=UNITS@TIME", help="One more receipt, such as MUG=40@2026-12-01T09:00."
        ),
    ] = None,
) -> None:
    """List the back orders whose expected dates move if receipts change. Nothing is saved.

    Repeat each option for other receipts. Several changes of one receipt add up.
    """
    if not (slip or short or over or add):
        raise typer.BadParameter("name at least one of --slip, --short, --over and --add")
    with connect(where) as database:
        seller_id = database.seller(where.seller)
        try:
            changes = [
                *(ReceiptChange(each, later=later) for each, later in _slips(slip or ())),
                *(ReceiptChange(each, more=more) for each, more in _more(short, over).items()),
            ]
            added = list(_added(database, seller_id, where, add or ()))
            moves = database.flow.seller(seller_id).what_if(*changes, *added)
        except InvalidValueError as error:
            raise _named(error) from error
        for each in added:
            announced = AnnounceReceipt(receipt=each, at=SystemClock().now())
            report_names(new_names(database.flow, announced))
        rows = (_row(each) for each in moves if where.warehouse in {None, each.order.warehouse_id})
        print_listing("moves", _MOVE_COLUMNS, database.known(rows, where), how)


def _row(move: MovedDate) -> dict[str, Any]:
    moments = {
        "before": move.before,
        "after": move.after,
        "promised_by": move.order.promised_by,
    }
    return {
        "order_id": move.order.order_id,
        "warehouse_id": move.order.warehouse_id,
        "direction": "later" if move.is_later else "earlier",
        **{name: at.isoformat() if at is not None else None for name, at in moments.items()},
    }


def _more(short: Iterable[str] | None, over: Iterable[str] | None) -> dict[str, int]:
    """Return by how many units each receipt changes, whatever the order of the options."""
    more: dict[str, int] = {}
    for receipt_id, units in unit_pairs("--short", short or ()):
        more[receipt_id] = more.get(receipt_id, 0) - units
    for receipt_id, units in unit_pairs("--over", over or ()):
        more[receipt_id] = more.get(receipt_id, 0) + units
    return more


def _slips(texts: Iterable[str]) -> Iterator[tuple[str, timedelta]]:
    for receipt_id, text in pairs("--slip", texts):
        match = _SLIP.fullmatch(text)
        if match is None:
            raise typer.BadParameter(
                f"{quoted(text)} is not a time: try 3d, 12h or -1d", param_hint="'--slip'"
            )
        number = float(match[1])
        yield receipt_id, timedelta(hours=number) if match[2] == "h" else timedelta(days=number)


def _added(
    database: Database, seller_id: str, where: WarehouseOptions, texts: Iterable[str]
) -> Iterator[ExpectedReceipt]:
    for text in texts:
        product, _, time = text.rpartition("@")
        try:
            expected_at = moment_of(time)
            ((sku, units),) = unit_pairs("--add", [product])
        except ValueError as error:
            raise typer.BadParameter(
                f"{quoted(text)} is not a receipt: try MUG=40@2026-12-01T09:00",
                param_hint="'--add'",
            ) from error
        key = StockKey(seller_id, database.warehouse(seller_id, where.warehouse), sku)
        yield ExpectedReceipt(uuid4().hex, key, units, expected_at)


def _named(error: InvalidValueError) -> Exception:
    """Return the error of the option that the units of a changed receipt are from."""
    if error.field != "ReceiptChange.more" or not isinstance(error.value, int):
        return error
    hint = "'--short'" if error.value < 0 else "'--over'"
    return typer.BadParameter(f"must be {error.demand}", param_hint=hint)


def _check_known(database: Database, where: WarehouseOptions, skus: Iterable[str]) -> None:
    """Refuse a warehouse or a product that does not exist."""
    for sku in skus:
        database.require_known(where, sku)
