"""Taking care of a database: make it, look whether all is well, finish what was interrupted."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import attrs
import typer
from rich.text import Text

from orderflow.adapters.sql import SqlPolicies, upgrade
from orderflow.adapters.sql.revision import REVISION
from orderflow.checking import check as checked
from orderflow.cli import screen
from orderflow.cli.arguments import AsJson
from orderflow.cli.database import DatabaseOptions, Where, engine_of, opened
from orderflow.cli.listing import Column, Listing, print_listing
from orderflow.cli.settings import moment_option, takes
from orderflow.cli.showing import ORDER_COLUMNS, data_of, order_row, print_table
from orderflow.domain.model.policy import AllocationPolicy
from orderflow.domain.model.status import Status
from orderflow.errors import RefusedError
from orderflow.service import SystemClock

if TYPE_CHECKING:
    from collections.abc import Iterator

    from orderflow.checking import Checked
    from orderflow.cli.database import Database
    from orderflow.domain.model.order import Order

__all__ = ["check", "init", "policies", "recover", "release_ended_holds", "set_policy"]

_POLICY_COLUMNS = (
    Column("seller_id", "seller", lambda seller_id: seller_id or "everybody else"),
    Column("policy", write=lambda policy: ", ".join(_settings(policy))),
)
_VIOLATION_COLUMNS = (Column("seller_id", "seller"), Column("rule"), Column("finding"))


@takes("Who gets the stock", policy=AllocationPolicy)
@takes("The database", where=DatabaseOptions)
def init(*, where: DatabaseOptions, policy: AllocationPolicy, as_json: AsJson = False) -> None:
    """Make a database, or bring one of an earlier release up to date.

    The policy is kept in it, so that everybody who works on it goes by the same one. Where there
    is a database already, its policy stays: `orderflow set-policy` changes it.
    """
    engine = engine_of(where.db, create=True)
    try:
        upgrade(engine)
        kept = SqlPolicies(engine)
        is_new = not kept.is_said
        if is_new:
            kept.set(policy)
        elif policy not in (AllocationPolicy(), kept.usual()):
            raise PolicyKeptError(where.db)
    finally:
        engine.dispose()
    if as_json:
        screen.print_json({"db": where.db, "revision": REVISION, "is_new": is_new})
    else:
        done = "made" if is_new else "ready; its policy stays: see orderflow policies"
        screen.results().print(Text(f"{where.db}: {done}"))


@takes("The database", where=DatabaseOptions)
@takes("What is shown", how=Listing)
def policies(*, where: DatabaseOptions, how: Listing) -> None:
    """List who gets the stock: the usual policy, and those of sellers that have their own."""
    with opened(where) as database:
        rows = _policies(database)
    print_listing("policies", _POLICY_COLUMNS, rows, how)


@takes("Who gets the stock", policy=AllocationPolicy)
@takes("The database", where=DatabaseOptions)
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
    with opened(where) as database:
        own = database.policies.all()
        concerned = [each for each in database.sellers(seller) if seller or each not in own]
        for each in concerned:
            for status in (Status.ON_BACK_ORDER, Status.ON_HOLD):
                if database.flow.seller(each).orders(status, limit=1):
                    raise PolicyInUseError(each, status)
        database.policies.set(None if usual else policy, seller)
        rows = _policies(database)
    print_listing("policies", _POLICY_COLUMNS, rows, Listing(limit=0, as_json=as_json))


@takes("The database", where=DatabaseOptions)
def check(*, where: DatabaseOptions, as_json: AsJson = False) -> None:
    """Look whether everything holds that always has to, and name what does not.

    It ends with 3 if something does not hold.
    """
    with opened(where) as database:
        kept = database.policies
        found = checked(database.repository, policy=kept.usual(), policies=kept.all())
    if as_json:
        screen.print_json(_as_json(found))
    else:
        _print(found)
    if found.violations:
        raise typer.Exit(screen.EXIT_UNBALANCED)


@takes("The database", where=DatabaseOptions)
def recover(*, where: DatabaseOptions, as_json: AsJson = False) -> None:
    """Go on where a process ended before it had served a long queue to the end."""
    with opened(where) as database:
        served = database.flow.recover()
    if as_json:
        screen.print_json({"products": served})
    else:
        screen.results().print(f"products whose queues were served to the end: {served:,}")


@takes("The database", where=Where)
def release_ended_holds(
    *,
    where: Where,
    at: Annotated[datetime | None, moment_option("As of when; now, if left out.")] = None,
    as_json: AsJson = False,
) -> None:
    """Release what was held until now, of all sellers unless one is named; for a scheduler."""
    moment = at if at is not None else SystemClock().now()
    released: list[Order] = []
    with opened(where) as database:
        for seller_id in database.sellers(where.seller):
            outcome = database.flow.seller(seller_id).release_ended_holds(at=moment)
            released += outcome.orders
    rows = map(order_row, released)
    print_listing("orders", ORDER_COLUMNS, rows, Listing(limit=0, as_json=as_json))


class PolicyKeptError(RefusedError):
    """A database that is there already, and has another policy."""

    def __init__(self, db: str) -> None:
        super().__init__(
            f"{db} is there already, and has another policy: orderflow policies shows it, and "
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
        for seller_id, policy in (*sorted(kept.all().items()), ("", kept.usual()))
    ]


def _settings(policy: dict[str, Any]) -> Iterator[str]:
    for name, value in policy.items():
        if value is not None:
            yield f"{name.replace('_', ' ')} {value}"


def _as_json(found: Checked) -> dict[str, Any]:
    return {
        "sellers": found.sellers,
        "orders": found.orders,
        "stock": found.stock,
        "events": found.events,
        "violations": [attrs.asdict(each) for each in found.violations],
        "unserved": [attrs.asdict(each) for each in found.unserved],
    }


def _print(found: Checked) -> None:
    console = screen.results()
    console.print(
        f"looked at: sellers {found.sellers:,}, orders {found.orders:,}, "
        f"stock records {found.stock:,}, events {found.events:,}"
    )
    if found.unserved:
        console.print(f"queues still to be served: {len(found.unserved):,}; orderflow recover does")
    if found.violations:
        console.print(f"[red]violations: {len(found.violations):,}")
        print_table(console, _VIOLATION_COLUMNS, map(attrs.asdict, found.violations))
    else:
        console.print("everything holds")
