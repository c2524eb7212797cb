"""Maintenance of a database: create it, check it, and finish interrupted work."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import dropwhile
from typing import TYPE_CHECKING, Annotated, Any

import attrs
import typer

from orderflow.adapters.sql import SqlDefaultPolicy, Tables, partition_by_seller, upgrade
from orderflow.adapters.sql.partitioning import PARTITIONS_MAX
from orderflow.adapters.sql.revision import revision_of
from orderflow.checking import check as check_database
from orderflow.cli.connection import DatabaseOptions, SellerOptions, connect, open_engine
from orderflow.cli.database_name import name_of
from orderflow.cli.options.arguments import AsJson
from orderflow.cli.options.forms import moment_option
from orderflow.cli.options.from_settings import with_options
from orderflow.cli.options.listing import ListingOptions
from orderflow.cli.options.user_zone import user_zone
from orderflow.cli.output import terminal
from orderflow.cli.output.console import styled
from orderflow.cli.output.event_rows import event_row
from orderflow.cli.output.listing import Column, print_listing
from orderflow.cli.output.records import print_table
from orderflow.domain.model.commands import RunDue
from orderflow.domain.model.policy import AllocationPolicy
from orderflow.errors import RefusedError, UnreadableError
from orderflow.errors.quoting import counted
from orderflow.errors.unread import LeftUnread
from orderflow.service import SystemClock

if TYPE_CHECKING:
    from collections.abc import Sequence

    from orderflow.checking import CheckResult
    from orderflow.domain.model.events import Event
    from orderflow.service import Seller

__all__ = ["check", "init", "partition", "recover", "run_due"]

_DUE_COLUMNS = (
    Column("seller_id", "seller"),
    Column("event"),
    Column("subject"),
    Column("details"),
)
_VIOLATION_COLUMNS = (Column("seller_id", "seller"), Column("rule"), Column("finding"))


@with_options("Who gets the stock", policy=AllocationPolicy)
@with_options("The database", where=DatabaseOptions)
def init(*, where: DatabaseOptions, policy: AllocationPolicy, as_json: AsJson = False) -> None:
    """Create a database, or upgrade one of an earlier release.

    The policy is stored in the database as the default of sellers without a policy of their own. An
    existing database keeps its default. `orderflow change-policy` gives a seller another policy.
    """
    with open_engine(where.db, create=True) as engine:
        upgrade(engine)
        with engine.connect() as connection:
            revision = revision_of(connection, Tables.default())
        kept = SqlDefaultPolicy(engine)
        is_new = not kept.is_set
        if is_new:
            kept.set(policy)
        elif policy not in (AllocationPolicy(), kept.get()):
            raise ExistingPolicyError(name_of(where.db))
    if as_json:
        terminal.print_json({"db": name_of(where.db), "revision": revision, "is_new": is_new})
    else:
        done = "created" if is_new else "ready; its default policy stays: see orderflow policies"
        terminal.results().print(f"{name_of(where.db)}: {done}")


@with_options("The database", where=DatabaseOptions)
def check(*, where: DatabaseOptions, as_json: AsJson = False) -> None:
    """Check every invariant and list the violations.

    The exit code is 3 if there are any.
    """
    with (
        connect(where) as database,
        terminal.progress_bar(terminal.messages(), "Checking", 1) as show,
    ):
        found = check_database(
            database.repository,
            default_policy=database.flow.default_policy,
            progress=lambda done, total: show(
                done / total, f"{done:,} of {counted(total, 'seller')}"
            ),
        )
    if as_json:
        terminal.print_json(_as_json(found))
    else:
        _print(found)
    if found.violations:
        raise typer.Exit(terminal.EXIT_UNBALANCED)


@with_options("The database", where=DatabaseOptions)
def partition(
    *,
    where: DatabaseOptions,
    partitions: Annotated[
        int,
        typer.Option(min=2, max=PARTITIONS_MAX, help="The partitions of each table; permanent."),
    ] = 16,
    as_json: AsJson = False,
) -> None:
    """Partition the tables of a PostgreSQL database by a hash of the seller.

    It is one transaction, which copies all rows. Commands wait meanwhile.
    """
    with (
        connect(where) as database,
        terminal.progress_bar(terminal.messages(), "Partitioning", 1) as show,
    ):
        partition_by_seller(
            database.engine,
            partitions=partitions,
            progress=lambda done, total: show(done / total, f"{done} of {counted(total, 'table')}"),
        )
    if as_json:
        terminal.print_json({"db": name_of(where.db), "partitions": partitions})
    else:
        terminal.results().print(
            f"{name_of(where.db)}: {counted(partitions, 'partition')} of each table"
        )


@with_options("The database", where=DatabaseOptions)
def recover(*, where: DatabaseOptions, as_json: AsJson = False) -> None:
    """Finish serving the queues that an interrupted process left unserved."""
    with connect(where) as database:
        served = database.flow.recover()
    if as_json:
        terminal.print_json({"products": served})
    else:
        terminal.results().print(f"queues served to the end: {served:,}")


@with_options("The database", where=SellerOptions)
def run_due(
    *,
    where: SellerOptions,
    at: Annotated[
        datetime | None, moment_option("Do what was due at this time; default: now.")
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would happen without saving it.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Do what has become due, for one seller or for all, and list it. Run it from a scheduler.

    Ended holds are released, and orders whose day is near are offered stock. Sellers are reminded
    of orders that will be given up. Orders that have been on back order for as long as they may are
    given up. Running it again repeats nothing.
    """
    moment = at if at is not None else SystemClock().now()
    rows: list[dict[str, Any]] = []
    zone, unread = UTC if as_json else user_zone(), LeftUnread()
    with connect(where) as database:
        seller_ids = database.sellers(where.seller)
        try:
            with terminal.progress_bar(terminal.messages(), "Running what is due", 1) as show:
                for done, seller_id in enumerate(seller_ids, 1):
                    try:
                        events = _events_due(
                            database.flow.seller(seller_id), moment, dry_run=dry_run
                        )
                    except UnreadableError as error:
                        unread.add(f"seller {seller_id!r}", error)
                        continue
                    rows += [{"seller_id": seller_id, **event_row(event, zone)} for event in events]
                    said = f"{done:,} of {counted(len(seller_ids), 'seller')}"
                    show(done / len(seller_ids), said)
        finally:  # list what was done, whatever stopped the rest
            listing = ListingOptions(limit=0, as_json=as_json)
            print_listing("events", _DUE_COLUMNS, rows, listing)
    if dry_run and not as_json:
        terminal.messages().print("This is what would happen; nothing was saved.")
    unread.require_none()


def _events_due(seller: Seller, moment: datetime, *, dry_run: bool) -> Sequence[Event]:
    """Do what is due, or preview it, and return its events."""
    if dry_run:
        return seller.preview(RunDue(seller_id=seller.seller_id, at=moment)).events
    outcome = seller.run_due(at=moment)
    if not outcome.unserved:
        return outcome.events
    found = (event for event in seller.events(since=moment) if event.at == moment)
    first = outcome.events[:1]
    return list(dropwhile(lambda event: event not in first, found) if first else found)


class ExistingPolicyError(RefusedError):
    """The database exists and has another default policy."""

    def __init__(self, db: str) -> None:
        super().__init__(
            f"{db} exists and has another default policy: see orderflow policies. "
            f"Use orderflow change-policy to give a seller another one"
        )


def _as_json(found: CheckResult) -> dict[str, Any]:
    return {
        "sellers": found.sellers,
        "orders": found.orders,
        "stock": found.stock,
        "events": found.events,
        "violations": [attrs.asdict(each) for each in found.violations],
        "unserved": [attrs.asdict(each) for each in found.unserved],
    }


def _print(found: CheckResult) -> None:
    console = terminal.results()
    console.print(
        f"checked: sellers {found.sellers:,}, orders {found.orders:,}, "
        f"stock records {found.stock:,}, events {found.events:,}"
    )
    if found.unserved:
        console.print(f"unserved queues: {len(found.unserved):,}; orderflow recover serves them")
    if found.violations:
        console.print(styled((f"violations: {len(found.violations):,}", "red")))
        print_table(console, _VIOLATION_COLUMNS, map(attrs.asdict, found.violations))
    else:
        console.print("no violations")
