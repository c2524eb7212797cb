"""Maintenance of a database: create it, check it, and finish interrupted work."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import attrs
import typer
from rich.text import Text

from orderflow.adapters.sql import SqlPolicies, upgrade
from orderflow.adapters.sql.revision import REVISION
from orderflow.checking import check as check_database
from orderflow.cli.connection import DatabaseOptions, SellerOptions, connect, engine_of
from orderflow.cli.options.arguments import AsJson
from orderflow.cli.options.from_settings import moment_option, with_options
from orderflow.cli.options.listing import ListingOptions
from orderflow.cli.output import terminal
from orderflow.cli.output.listing import Column, print_listing
from orderflow.cli.output.records import ORDER_COLUMNS, data_of, order_row, print_table
from orderflow.domain.model.policy import AllocationPolicy
from orderflow.domain.model.status import Status
from orderflow.errors import RefusedError
from orderflow.service import SystemClock

if TYPE_CHECKING:
    from collections.abc import Iterator

    from orderflow.checking import CheckResult
    from orderflow.cli.connection import Database
    from orderflow.domain.model.order import Order

__all__ = ["check", "init", "policies", "recover", "release_ended_holds", "set_policy"]

_POLICY_COLUMNS = (
    Column("seller_id", "seller", lambda seller_id: seller_id or "everybody else"),
    Column("policy", write=lambda policy: ", ".join(_settings(policy))),
)
_VIOLATION_COLUMNS = (Column("seller_id", "seller"), Column("rule"), Column("finding"))


@with_options("Who gets the stock", policy=AllocationPolicy)
@with_options("The database", where=DatabaseOptions)
def init(*, where: DatabaseOptions, policy: AllocationPolicy, as_json: AsJson = False) -> None:
    """Create a database, or upgrade one of an earlier release.

    The policy is stored in the database, so it applies to everyone who works on it. An existing
    database keeps its policy: `orderflow set-policy` changes it.
    """
    engine = engine_of(where.db, create=True)
    try:
        upgrade(engine)
        kept = SqlPolicies(engine)
        is_new = not kept.has_default
        if is_new:
            kept.set(policy)
        elif policy not in (AllocationPolicy(), kept.default()):
            raise PolicyKeptError(where.db)
    finally:
        engine.dispose()
    if as_json:
        terminal.print_json({"db": where.db, "revision": REVISION, "is_new": is_new})
    else:
        done = "created" if is_new else "ready; its policy stays: see orderflow policies"
        terminal.results().print(Text(f"{where.db}: {done}"))


@with_options("The database", where=DatabaseOptions)
@with_options("Listing", how=ListingOptions)
def policies(*, where: DatabaseOptions, how: ListingOptions) -> None:
    """List who gets the stock: the usual policy, and those of sellers that have their own."""
    with connect(where) as database:
        rows = _policies(database)
    print_listing("policies", _POLICY_COLUMNS, rows, how)


@with_options("Who gets the stock", policy=AllocationPolicy)
@with_options("The database", where=DatabaseOptions)
def set_policy(
    seller: Annotated[
        str | None, typer.Argument(metavar="SELLER", help="Whose; everybody's, if left out.")
    ] = None,
    *,
    where: DatabaseOptions,
    policy: AllocationPolicy,
    usual: Annotated[
        bool, typer.Option("--usual", help="Let the seller have the usual policy again.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Say who gets the stock of a seller, or of every seller that has no policy of its own.

    All of the policy is replaced: what is not said is as for a new database. It is refused while
    orders wait, for they have their place and their stock by the old one.
    """
    if usual and seller is None:
        raise typer.BadParameter("say whose", param_hint="'SELLER'")
    with connect(where) as database:
        own = database.policies.all()
        concerned = [each for each in database.sellers(seller) if seller or each not in own]
        for each in concerned:
            for status in (Status.ON_BACK_ORDER, Status.ON_HOLD):
                if database.flow.orders(each, status, limit=1):
                    raise PolicyInUseError(each, status)
        database.policies.set(None if usual else policy, seller)
        rows = _policies(database)
    print_listing("policies", _POLICY_COLUMNS, rows, ListingOptions(limit=0, as_json=as_json))


@with_options("The database", where=DatabaseOptions)
def check(*, where: DatabaseOptions, as_json: AsJson = False) -> None:
    """Check every invariant and list the violations.

    The exit code is 3 if there are any.
    """
    with connect(where) as database:
        kept = database.policies
        found = check_database(database.repository, policy=kept.default(), policies=kept.all())
    if as_json:
        terminal.print_json(_as_json(found))
    else:
        _print(found)
    if found.violations:
        raise typer.Exit(terminal.EXIT_UNBALANCED)


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
def release_ended_holds(
    *,
    where: SellerOptions,
    at: Annotated[
        datetime | None, moment_option("Release holds that ended by this time; default: now.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Release the holds that have ended, of one seller or of all. Run it from a scheduler."""
    moment = at if at is not None else SystemClock().now()
    released: list[Order] = []
    with connect(where) as database:
        for seller_id in database.sellers(where.seller):
            outcome = database.flow.release_ended_holds(seller_id, at=moment)
            released += outcome.orders
    rows = map(order_row, released)
    print_listing("orders", ORDER_COLUMNS, rows, ListingOptions(limit=0, as_json=as_json))


class PolicyKeptError(RefusedError):
    """The database exists and has another policy."""

    def __init__(self, db: str) -> None:
        super().__init__(
            f"{db} exists and has another policy: orderflow policies shows it, and "
            f"orderflow set-policy changes it"
        )


class PolicyInUseError(RefusedError):
    """A policy that cannot be changed, for orders wait under it."""

    def __init__(self, seller_id: str, status: str) -> None:
        super().__init__(
            f"seller {seller_id!r} has orders that are {status}: a policy is changed while none "
            f"waits; see: orderflow orders --seller {seller_id} --status {status}"
        )


def _policies(database: Database) -> list[dict[str, Any]]:
    kept = database.policies
    return [
        {"seller_id": seller_id, "policy": data_of(policy)}
        for seller_id, policy in (*sorted(kept.all().items()), ("", kept.default()))
    ]


def _settings(policy: dict[str, Any]) -> Iterator[str]:
    for name, value in policy.items():
        if value is not None:
            yield f"{name.replace('_', ' ')} {value}"


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
        console.print(f"[red]violations: {len(found.violations):,}")
        print_table(console, _VIOLATION_COLUMNS, map(attrs.asdict, found.violations))
    else:
        console.print("no violations")
