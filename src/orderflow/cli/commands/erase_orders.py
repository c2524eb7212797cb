"""Erase personal data: of orders that are named, or of all that ended long ago."""

from __future__ import annotations

from datetime import datetime, timedelta
from inspect import signature
from typing import TYPE_CHECKING, Annotated, Any

import typer

from orderflow.adapters.sql import vacuum as vacuum_database
from orderflow.cli.connection import SellerOptions, connect
from orderflow.cli.options.arguments import AsJson
from orderflow.cli.options.forms import moment_option
from orderflow.cli.options.from_settings import with_options
from orderflow.cli.options.naming import in_options
from orderflow.cli.output import terminal
from orderflow.cli.output.listing import Column
from orderflow.cli.output.records import print_table
from orderflow.domain.model.arguments import require_moment
from orderflow.errors import NotFoundError, RefusedError, UnreadableError
from orderflow.errors.quoting import counted
from orderflow.errors.unread import LeftUnread
from orderflow.service import SystemClock

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from orderflow.domain.model.order import Order
    from orderflow.service import OrdersToErase, Seller

    Erase = Callable[[Seller, Sequence[str]], None]

__all__ = ["erase"]

SKIPPED_SHOWN_MAX = 20

_COLUMNS = (Column("seller_id", "seller"), Column("order_id", "order"), Column("reason"))


@with_options("The database", where=SellerOptions)
def erase(
    order_ids: Annotated[
        list[str] | None, typer.Argument(metavar="ORDER", help="Order ids.")
    ] = None,
    *,
    where: SellerOptions,
    older_than: Annotated[
        timedelta | None,
        typer.Option(help="Every order that has ended, and has had no event for this time."),
    ] = None,
    include_open: Annotated[
        bool, typer.Option("--include-open", help="Erase orders that still need their address.")
    ] = False,
    at: Annotated[datetime | None, moment_option("The time of the erasure; default: now.")] = None,
    vacuum: Annotated[
        bool | None,
        typer.Option(
            "--vacuum/--no-vacuum",
            help="Write a SQLite file anew at the end, without any trace; default: if it "
            "found orders to erase, or that were erased already.",
        ),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would happen without saving it.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Erase names, addresses, references, custom fields, notes and reasons of orders.

    Everything else stays: ids, units, times and statuses. The parts of a split order, and an order
    placed in place of another, have the same data and are erased together. If one of them is open,
    all of them are left. Running it again goes on where it stopped. An order that is erased
    already, and has no new personal data, is left as it is.

    The exit code is 1 if an order that you named was refused. It is 2 if this release cannot read
    what a later one has stored about some orders: these are left, and the others are erased.
    """
    _check_choice(order_ids, older_than, include_open=include_open, vacuum=vacuum)
    moment = at if at is not None else SystemClock().now()
    before = require_moment("before", moment - (older_than or timedelta(0)))
    report = _Report(is_dry=dry_run)
    with connect(where) as database:

        def erase_together(seller: Seller, order_ids: Sequence[str]) -> None:
            """Erase orders with all that have the same data, and report what was done."""

            def task(handle: Seller) -> Sequence[Order]:
                return handle.erase(*order_ids, include_open=include_open, at=moment).orders

            erased = database.preview(seller.seller_id, task) if dry_run else task(seller)
            report.add(seller.seller_id, order_ids, [order.order_id for order in erased])

        try:
            if order_ids:
                seller = database.flow.seller(database.seller(where.seller))
                _erase_named(seller, order_ids, erase_together, report)
            elif older_than is not None:
                for seller_id in database.sellers_with_orders(where.seller):
                    _erase_old(database.flow.seller(seller_id), before, erase_together, report)
        finally:  # report what was done, whatever stopped the rest
            report.show(as_json=as_json)
        found = report.erased or report.erased_already
        if not dry_run and (found if vacuum is None else vacuum):
            vacuum_database(database.engine)
    report.unread.require_none()
    if order_ids and report.left:
        raise typer.Exit(terminal.EXIT_REFUSED)


def _check_choice(
    order_ids: Sequence[str] | None,
    older_than: timedelta | None,
    *,
    include_open: bool,
    vacuum: bool | None,
) -> None:
    if order_ids and older_than is not None:
        raise typer.BadParameter("name orders, or give --older-than", param_hint="'--older-than'")
    if not order_ids and older_than is None and not vacuum:
        raise typer.BadParameter("name an order, or give --older-than", param_hint="'ORDER'")
    if older_than is not None and older_than <= timedelta(0):
        raise typer.BadParameter("it must be above 0", param_hint="'--older-than'")
    if include_open and not order_ids:
        raise typer.BadParameter("name the orders that are open", param_hint="'--include-open'")


class _Report:
    """What was erased, what had been erased before, and what was left."""

    def __init__(self, *, is_dry: bool) -> None:
        self.is_dry = is_dry
        self.erased: dict[tuple[str, str], None] = {}
        self.erased_already: dict[tuple[str, str], None] = {}
        self.left: list[dict[str, Any]] = []
        self.unread = LeftUnread()

    def add(self, seller_id: str, order_ids: Sequence[str], erased: Sequence[str]) -> None:
        """Add orders that were to be erased, and those that were."""
        self.erased.update(dict.fromkeys((seller_id, each) for each in erased))
        before = [each for each in order_ids if each not in erased]
        self.erased_already.update(dict.fromkeys((seller_id, each) for each in before))

    def leave(
        self, seller_id: str, order_id: str, reason: str, *, is_unreadable: bool = False
    ) -> None:
        """Add an order that was left."""
        if is_unreadable:
            name = f"order {order_id!r} of seller {seller_id!r}"
            self.unread.add(name, UnreadableError(reason))
        self.left.append({"seller_id": seller_id, "order_id": order_id, "reason": reason})

    def show(self, *, as_json: bool) -> None:
        """Print it."""
        if as_json:
            erased, before = (
                [{"seller_id": each[0], "order_id": each[1]} for each in orders]
                for orders in (self.erased, self.erased_already)
            )
            answer = {"erased": erased, "erased_already": before, "left": self.left}
            terminal.print_json({"saved": not self.is_dry, **answer})
            return
        console = terminal.results()
        console.print(f"erased: {counted(len(self.erased), 'order')}")
        if self.erased_already:
            console.print(f"erased already: {counted(len(self.erased_already), 'order')}")
        if self.left:
            console.print(f"left: {counted(len(self.left), 'order')}")
            print_table(console, _COLUMNS, self.left[:SKIPPED_SHOWN_MAX])
        if len(self.left) > SKIPPED_SHOWN_MAX:
            console.print(f"and {len(self.left) - SKIPPED_SHOWN_MAX:,} more: see --json")
        if self.is_dry:
            terminal.messages().print("This is what would happen; nothing was saved.")


def _erase_named(
    seller: Seller, order_ids: Sequence[str], erase_together: Erase, report: _Report
) -> None:
    """Erase named orders, one after another: one that is left does not stop the others."""
    for order_id in dict.fromkeys(order_ids):
        if (seller.seller_id, order_id) in report.erased:
            continue  # with one that it has its data in common with
        try:
            erase_together(seller, [order_id])
        except (RefusedError, NotFoundError, UnreadableError) as error:
            reason = in_options(str(error), signature(erase).parameters)
            is_unreadable = isinstance(error, UnreadableError)
            report.leave(seller.seller_id, order_id, reason, is_unreadable=is_unreadable)


def _erase_old(seller: Seller, before: datetime, erase_together: Erase, report: _Report) -> None:
    """Erase the orders of a seller that ended before a time, one page after another."""
    title = f"Erasing orders of {seller.seller_id}"
    with terminal.progress_bar(terminal.messages(), title, None) as show:
        for page in _pages(seller, before):
            try:
                if page.order_ids:
                    erase_together(seller, page.order_ids)
            except UnreadableError:
                _erase_named(seller, page.order_ids, erase_together, report)
            for order_id, reason in page.skipped:
                report.leave(seller.seller_id, order_id, reason)
            for order_id, reason in page.unreadable:
                report.leave(seller.seller_id, order_id, reason, is_unreadable=True)
            show(0, counted(len(report.erased), "order"))


def _pages(seller: Seller, before: datetime) -> Iterator[OrdersToErase]:
    page = seller.orders_to_erase(before)
    yield page
    while page.last is not None:
        page = seller.orders_to_erase(before, after=page.last)
        yield page
