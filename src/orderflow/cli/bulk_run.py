"""Runs a bulk action or previews it, and prints the answer for each order."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import typer

from orderflow.cli.connection import connect
from orderflow.cli.filter_names import check_unmatched
from orderflow.cli.output import terminal
from orderflow.cli.output.listing import Column, print_listing
from orderflow.cli.unknown_names import check_orders, new_names, report_names
from orderflow.domain.decisions.bulk_steps import command_for
from orderflow.domain.model.bulk_result import BulkStep
from orderflow.errors import CommandIdReusedError
from orderflow.errors.quoting import counted, quoted
from orderflow.service.bulk_methods import ORDERS_PER_BATCH

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from orderflow.cli.connection import Database
    from orderflow.cli.options.bulk_options import BulkOptions, ChosenOrders
    from orderflow.cli.options.listing import ListingOptions
    from orderflow.domain.model.bulk_commands import BulkAction, StartBulk
    from orderflow.domain.model.bulk_result import BulkResult
    from orderflow.domain.model.order import Order
    from orderflow.domain.model.order_filter import OrderFilter
    from orderflow.ports import Reading
    from orderflow.service import Seller

__all__ = ["run_bulk_action"]

Row = dict[str, Any]

_COLUMNS = (
    Column("order_id", "order"),
    Column("result"),
    Column("status_before", "was"),
    Column("status_after", "is"),
    Column("warehouse_id_before", "from"),
    Column("warehouse_id_after", "warehouse"),
    Column("units_before", "units before"),
    Column("units_after", "units"),
    Column("allocated_before", "had"),
    Column("allocated_after", "has"),
    Column("is_repeated", "repeated", if_any=True),
    Column("completed_by_run", if_any=True),
    Column("reason"),
)
_OTHER = "OTHER"
"""The result in the row of an order that was not chosen, and that changed."""

_FIGURES: dict[str, Callable[[Order], Any]] = {
    "status": lambda order: str(order.status),
    "warehouse_id": lambda order: order.warehouse_id,
    "units": lambda order: order.units,
    "allocated": lambda order: order.allocated,
}

_OF_OTHER: Row = {"reason": "", "is_repeated": False, "completed_by_run": False}
"""What differs only between the rows of chosen orders."""

_FIRST = (BulkStep.REFUSED, BulkStep.SKIPPED, BulkStep.DONE, BulkStep.UNCHANGED)


def run_bulk_action(action: BulkAction, title: str, options: BulkOptions) -> None:
    """Do an action with each order that was named, or preview it, and print the result.

    Args:
        action: What to do with each order.
        title: What is done, before the number of orders: "Cancel".
        options: The orders, how the run goes, and how the result is printed.

    Raises:
        Exit: With code 1, if an order was refused or skipped.
    """
    chosen, which = options.filter(), options.which
    with connect(options.where) as database:
        seller = database.flow.seller(_seller_id(database, options, chosen))
        try:
            start = seller.choose_orders(
                action, chosen, bulk_id=which.run_id, at=which.at, at_most=which.at_most
            )
        except CommandIdReusedError as error:
            raise typer.BadParameter(
                f"{quoted(which.run_id)} was used for another action or filter; repeat these to "
                "go on with that run, or name a new one",
                param_hint="'--run'",
            ) from error
        _check_names(database, seller, start, chosen)
        if not which.dry_run:
            _ask(title, start, which)
        with terminal.progress_bar(terminal.messages(), title, len(start.orders)) as show:

            def progress(done: int, total: int) -> None:
                if done % terminal.SHOWN_EVERY == 0 or done == total:
                    show(done, f"{done:,} of {total:,}")

            run = seller.preview_bulk if which.dry_run else seller.run_bulk
            result = run(start, progress=progress)
        before: dict[str, Order] = {}
        if which.dry_run:
            before = _stored(database, seller.seller_id, result.other_orders)
    _print(result, before, options)
    if result.count(BulkStep.REFUSED) or result.count(BulkStep.SKIPPED):
        raise typer.Exit(terminal.EXIT_REFUSED)


def _seller_id(database: Database, options: BulkOptions, chosen: OrderFilter) -> str:
    """Return the seller of the option or, without it, the only one that the filter names."""
    given, named = options.where.seller, chosen.only("seller") or ()
    if given is None and len(named) == 1:
        return database.seller(next(map(str, named)))
    return database.seller(given)


def _check_names(database: Database, seller: Seller, start: StartBulk, chosen: OrderFilter) -> None:
    """Report a product that the action is the first to name, before somebody is asked.

    Raises:
        NotFoundError: If the filter or the action names something unknown.
    """
    check_orders(database.flow, [seller.seller_id], sorted(map(str, chosen.only("id") or ())))
    if not start.orders:
        check_unmatched(database, seller.seller_id, chosen)
    for order_id, _ in start.orders[:1]:
        report_names(new_names(database.flow, command_for(start, seller.order(order_id))))


def _ask(title: str, start: StartBulk, which: ChosenOrders) -> None:
    """Ask before anything changes, if somebody is there to answer; name a run that is long."""
    number = counted(len(start.orders), "order")
    if len(start.orders) > ORDERS_PER_BATCH:
        terminal.messages().print(
            f"{number}; if this is interrupted, the same command with --run {start.bulk_id} goes on"
        )
    if not which.yes and start.orders and not terminal.confirm(f"{title} {number}?"):
        terminal.messages().print("Nothing was changed.")
        raise typer.Exit(terminal.EXIT_NOT_RUN)


def _stored(database: Database, seller_id: str, orders: Iterable[Order]) -> dict[str, Order]:
    """Return orders as they are stored, by id, without those that do not exist yet."""

    def find(reading: Reading) -> dict[str, Order]:
        found = (reading.order(each.order_id) for each in orders)
        return {order.order_id: order for order in found if order is not None}

    return database.repository.read(seller_id, find)


def _print(result: BulkResult, before: dict[str, Order], options: BulkOptions) -> None:
    which, listing = options.which, options.listing
    counts = {str(step).lower(): result.count(step) for step in BulkStep}
    counts["other"] = len(result.other_orders)
    answers = list(result.answers)
    if not (listing.as_json or listing.as_csv):
        answers.sort(key=lambda each: _FIRST.index(each.step))
    rows = [
        _row(each.order_id, each.step, each.before, each.after)
        | {name: getattr(each, name) for name in _OF_OTHER}
        for each in answers
    ]
    rows += [_row(o.order_id, _OTHER, before.get(o.order_id), o) for o in result.other_orders]
    beside = {
        "run": result.bulk_id,
        "saved": not which.dry_run,
        "counts": counts,
        "completed_by_run": result.completed_by_run,
    }
    print_listing("orders", _columns(rows, listing), rows, listing, beside)
    if listing.as_json:
        return
    if not listing.as_csv:
        reasons = [row["reason"] for row in rows[: listing.rows_max or None] if row["reason"]]
        if reasons:
            terminal.results().print(*reasons)
    said = ", ".join(f"{step}: {number:,}" for step, number in counts.items() if number)
    terminal.messages().print(said or "No order matches the filter.")
    if result.completed_by_run:
        terminal.messages().print(
            f"completed by this run before their own turn: {result.completed_by_run:,}"
        )
    if which.dry_run:
        terminal.messages().print("This is what would happen; nothing was saved.")


def _columns(rows: list[Row], listing: ListingOptions) -> list[Column]:
    if listing.as_csv:
        return list(_COLUMNS)
    hidden = {"reason"}
    for name in ("warehouse_id", "units"):
        if all(row[f"{name}_before"] in (None, row[f"{name}_after"]) for row in rows):
            hidden.add(f"{name}_before")
    if "warehouse_id_before" in hidden and len({row["warehouse_id_after"] for row in rows}) <= 1:
        hidden.add("warehouse_id_after")
    return [column for column in _COLUMNS if column.key not in hidden]


def _row(order_id: str, result: str, before: Order | None, after: Order | None) -> Row:
    return {
        "order_id": order_id,
        "result": str(result),
        **_OF_OTHER,
        **_figures(before, "before"),
        **_figures(after, "after"),
    }


def _figures(order: Order | None, when: str) -> Row:
    figures: Row = dict.fromkeys(_FIGURES)
    if order is not None:
        figures = {name: read(order) for name, read in _FIGURES.items()}
    return {f"{name}_{when}": figure for name, figure in figures.items()}
