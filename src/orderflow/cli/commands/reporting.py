"""`orderflow report …`: the backlog, exceptions, low stock and service levels."""

from __future__ import annotations

import re
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import attrs
import typer

from orderflow.adapters.sql import SqlNoticeStore
from orderflow.cli.connection import WarehouseOptions, connect
from orderflow.cli.options.forms import moment_option
from orderflow.cli.options.from_settings import with_options
from orderflow.cli.options.listing import ListingOptions
from orderflow.cli.options.user_zone import user_zone
from orderflow.cli.options.working_hours import CutOffHours, Holidays, with_holidays
from orderflow.cli.output import terminal
from orderflow.cli.output.listing import print_listing
from orderflow.cli.output.report_rows import (
    LEVEL_COLUMNS,
    LOW_STOCK_COLUMNS,
    MISS_COLUMNS,
    backlog_columns,
    backlog_rows,
    flat,
    level_row,
    low_stock_row,
    miss_row,
)
from orderflow.cli.output.value_fields import ValueFields
from orderflow.cli.output.worklist_rows import worklist_columns, worklist_row
from orderflow.cli.unknown_names import did_you_mean, known_skus
from orderflow.domain.calendar.calendar import WarehouseCalendar
from orderflow.domain.calendar.clocks import first_moment
from orderflow.domain.model.status import Status
from orderflow.domain.model.terms import Term
from orderflow.domain.reports.backlog_report import AGE_BANDS
from orderflow.domain.reports.low_stock import LEAD, RATE_WINDOW
from orderflow.domain.reports.service_levels import Period, ServiceMoment
from orderflow.errors.quoting import counted, listed, quoted
from orderflow.importing import read_lead_times
from orderflow.service import SystemClock
from orderflow.service.report_methods import ANSWER_WITHIN, LAST_DAYS, RECENT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from collections.abc import Set as AbstractSet

    from orderflow.cli.connection import Database
    from orderflow.service import Seller

__all__ = ["backlog", "exceptions", "low_stock", "service_levels"]

DAY, MICROSECOND = timedelta(days=1), timedelta(microseconds=1)

MISSES_MAX = 10_000
"""How many misses are listed without a limit. All are counted."""

UNKNOWN_MAX = 5
"""How many unknown products of a file are named. All are counted."""


class BacklogBy(Term):
    """What the backlog is counted by."""

    AGE = "AGE"
    PRODUCT = "PRODUCT"
    SELLER = "SELLER"


@with_options("The database", where=WarehouseOptions)
@with_options("Listing", how=ListingOptions)
def backlog(
    *,
    where: WarehouseOptions,
    how: ListingOptions,
    by: Annotated[
        BacklogBy, typer.Option(help="Count the orders by how long they wait, or by this.")
    ] = BacklogBy.AGE,
    as_of: Annotated[
        date | None,
        typer.Option(help="Count them as they were at the end of this day. Default: as they are."),
    ] = None,
    value_field: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="The custom field with the value of an order."),
    ] = None,
    age_bands: Annotated[
        str | None,
        typer.Option(
            metavar="DAYS", help="Where an age band ends and the next one begins: `1,7,30`."
        ),
    ] = None,
) -> None:
    """Count the orders on back order, with their units, dates and next receipt.

    An order that is short of two products counts with both. An order waits since it was placed, or
    since its day if that is later, also if it was imported only now.
    """
    bands = AGE_BANDS if age_bands is None else _bands(age_bands)
    moment = None if as_of is None else _end_of(as_of)
    with connect(where) as database, _progress("Counting") as progress:
        sellers = _sellers(database, where)
        rows = [
            row
            for seller in sellers
            for row in backlog_rows(
                seller.backlog(
                    as_of=moment,
                    warehouse_id=where.warehouse,
                    value_field=value_field,
                    age_bands=bands,
                    progress=progress,
                ),
                by,
            )
        ]
        if not any(row["orders"] for row in rows):
            database.require_known(where)
        fields = ValueFields(value_field)
        if value_field and all(row["orders"] == row["orders_without_value"] for row in rows):
            for seller in sellers:
                for order in database.orders(seller.seller_id, Status.ON_BACK_ORDER):
                    fields.add(order)
        fields.report()
    columns = backlog_columns(by, with_value=value_field is not None, whole=how.as_csv)
    print_listing("backlog", columns, map(flat, rows) if how.as_csv else rows, how)


@with_options("The database", where=WarehouseOptions)
@with_options("Listing", how=ListingOptions)
def exceptions(
    *,
    where: WarehouseOptions,
    how: ListingOptions,
    recent: Annotated[
        timedelta,
        typer.Option(help="How far back a lost unit or a rejected cancellation counts."),
    ] = RECENT,
    answer_within: Annotated[
        timedelta,
        typer.Option(help="How long the warehouse may take to answer about a cancellation."),
    ] = ANSWER_WITHIN,
) -> None:
    """List what does not go as planned, the most urgent first, each with its ways out.

    These are promises at risk, overdue receipts, lost stock, failed cancellations and dead
    messages. JSON and CSV have the commands to type, with what you choose in capitals.
    """
    with connect(where) as database, _progress("Looking") as progress:
        sellers = _sellers(database, where)
        found = [
            (seller.seller_id, item)
            for seller in sellers
            for item in seller.exceptions(
                dead=database.outbox.dead(seller.seller_id),
                warehouse_id=where.warehouse,
                recent=recent,
                answer_within=answer_within,
                limit=how.rows_max + 1 if how.rows_max else None,
                progress=progress,
            )
        ]
        found = list(database.known(found, where))
    found.sort(key=lambda pair: (pair[1].due_at, pair[0], pair[1].kind, pair[1].subject))
    rows = (worklist_row(seller_id, item, several=len(sellers) > 1) for seller_id, item in found)
    print_listing("exceptions", worklist_columns(whole=how.as_csv), rows, how)


@with_options("The database", where=WarehouseOptions)
@with_options("Listing", how=ListingOptions)
def low_stock(
    *,
    where: WarehouseOptions,
    how: ListingOptions,
    lead: Annotated[
        timedelta,
        typer.Option("--lead-days", help="The time from ordering a delivery to its arrival."),
    ] = LEAD,
    leads: Annotated[
        Path | None,
        typer.Option(
            "--lead-file",
            metavar="FILE",
            help="Other lead times of some products: a CSV file with `sku` and `lead_days`.",
        ),
    ] = None,
    window: Annotated[
        timedelta, typer.Option(help="How far back orders count for the rate.")
    ] = RATE_WINDOW,
    new_only: Annotated[
        bool,
        typer.Option(
            "--new-only",
            help="List all products that were not low at the last run with this option. "
            "None is listed twice, so --limit has no effect.",
        ),
    ] = False,
) -> None:
    """List the products that will run short within the lead time.

    At hand are the available units and those expected within the lead time, less what open orders
    are short of. Overdue receipts are shown, but do not count. The rate is that of the orders
    placed in the window, without cancelled ones.
    """
    with connect(where) as database, _progress("Counting") as progress:
        store = SqlNoticeStore(database.engine) if new_only else None
        times = {} if leads is None else read_lead_times(leads)
        sellers = _sellers(database, where)
        rows = [
            low_stock_row(each)
            for seller in sellers
            for each in seller.low_stock(
                lead=lead,
                leads=times,
                window=window,
                warehouse_id=where.warehouse,
                new_only=store,
                progress=progress,
            )
        ]
        rows = list(database.known(rows, where))
        if times:
            known = known_skus(database.flow, [each.seller_id for each in sellers])
            _report_unknown(times.keys() - {row["sku"] for row in rows}, known)
    shown = attrs.evolve(how, limit=0) if new_only else how  # none of these is reported again
    print_listing("low_stock", LOW_STOCK_COLUMNS, rows, shown)


@with_options("The database", where=WarehouseOptions)
@with_options("Listing", how=ListingOptions)
@with_options("The warehouse", hours=CutOffHours)
def service_levels(
    *,
    where: WarehouseOptions,
    how: ListingOptions,
    hours: CutOffHours,
    holidays: Holidays = None,
    begin: Annotated[
        datetime | None,
        moment_option("Count orders due at this time or later. Default: 30 days before the end."),
    ] = None,
    end: Annotated[
        datetime | None, moment_option("Count orders due before this time. Default: now.")
    ] = None,
    moment: Annotated[
        ServiceMoment, typer.Option(help="When an order counts as having left.")
    ] = ServiceMoment.DESPATCHED,
    period: Annotated[
        Period, typer.Option(help="The time over which orders are counted together.")
    ] = Period.WEEK,
    misses: Annotated[
        bool, typer.Option("--misses", help="List the late orders, and where each was held up.")
    ] = False,
) -> None:
    """Count the orders that left on time, against their promise and against the cut-off.

    Against the cut-off, an order has to leave on the day of the first cut-off after it was placed.
    The time zone is that of the warehouse.
    """
    now = SystemClock().now()
    until = now if end is None else end
    since = until - LAST_DAYS if begin is None else begin
    calendar = _calendar(hours, holidays, since, until)
    with connect(where) as database, _progress("Reading") as progress:
        found = [
            (
                seller.seller_id,
                seller.service_levels(
                    calendar,
                    begin=since,
                    end=until,
                    moment=moment,
                    period=period,
                    warehouse_id=where.warehouse,
                    misses_max=how.rows_max or MISSES_MAX,
                    at=now,
                    progress=progress,
                ),
            )
            for seller in _sellers(database, where)
        ]
        if not any(all_of.levels for _, all_of in found):
            database.require_known(where)
    level_rows = [
        level_row(seller_id, each) for seller_id, all_of in found for each in all_of.levels
    ]
    miss_rows = [
        miss_row(seller_id, each, now) for seller_id, all_of in found for each in all_of.misses
    ]
    further = sum(all_of.further_misses for _, all_of in found)
    if misses:
        beside = {"levels": level_rows, "further_misses": further}
        print_listing("misses", MISS_COLUMNS, miss_rows, how, beside)
        if not how.as_json:
            listed = len(miss_rows[: how.rows_max or None])
            terminal.messages().print(f"{_missed(level_rows)}; listed: {listed:,}")
    else:
        beside = {"misses": miss_rows, "further_misses": further}
        print_listing("levels", LEVEL_COLUMNS, level_rows, how, beside)


def _report_unknown(skus: AbstractSet[str], known: AbstractSet[str]) -> None:
    """Report the products of a file of lead times that there are none of."""
    unknown = sorted(skus - known)
    if unknown:
        first = [f"{quoted(each)}{did_you_mean(each, known)}" for each in unknown[:UNKNOWN_MAX]]
        products = counted(len(unknown), "product has", "products have")
        terminal.messages().print(
            f"--lead-file: {products} no stock or receipt here: "
            f"{listed(first, further=len(unknown) - len(first))}"
        )


def _missed(levels: list[dict[str, Any]]) -> str:
    missed, due = (sum(row[name] for row in levels) for name in ("missed", "orders"))
    return f"missed: {missed:,} of {counted(due, 'order due', 'orders due')}"


def _calendar(
    hours: CutOffHours, holidays: str | None, begin: datetime, end: datetime
) -> WarehouseCalendar:
    calendar = WarehouseCalendar(
        time_zone=user_zone(), cut_off=hours.cut_off, working_days=hours.working_days
    )
    return with_holidays(calendar, holidays, range(begin.year - 1, end.year + 2))


def _sellers(database: Database, where: WarehouseOptions) -> list[Seller]:
    return [database.flow.seller(each) for each in database.sellers(where.seller)]


@contextmanager
def _progress(title: str) -> Iterator[Callable[[int], None]]:
    """Show how much was read so far: how much there is in all is not known."""
    with terminal.progress_bar(terminal.messages(), title, None) as show:
        yield lambda done: show(done, f"{done:,}")


def _bands(text: str) -> tuple[timedelta, ...]:
    days = [part.strip().removesuffix("d") for part in text.split(",")]
    if not all(re.fullmatch("[0-9]{1,5}", part) for part in days):
        raise typer.BadParameter(
            f"{quoted(text)} is not a list of days: try 1,7,30", param_hint="'--age-bands'"
        )
    return tuple(timedelta(days=int(part)) for part in days)


def _end_of(day: date) -> datetime | None:
    """Return the last moment of a day; `None` if that is still to come."""
    zone, now = user_zone(), SystemClock().now()
    begin, end = (first_moment(datetime.combine(each, time()), zone) for each in (day, day + DAY))
    if begin > now:
        raise typer.BadParameter(f"{day} is not in the past", param_hint="'--as-of'")
    return end - MICROSECOND if end <= now else None
