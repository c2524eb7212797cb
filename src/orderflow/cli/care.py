"""Taking care of a database: make it, look whether all is well, finish what was interrupted."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import attrs
import typer
from rich.text import Text

from orderflow.adapters.sql import SqlDefaultPolicy, upgrade
from orderflow.adapters.sql.revision import REVISION
from orderflow.checking import check as checked
from orderflow.cli import screen
from orderflow.cli.arguments import AsJson
from orderflow.cli.database import DatabaseOptions, Where, engine_of, opened
from orderflow.cli.listing import Column, Listing, print_listing
from orderflow.cli.settings import moment_option, takes
from orderflow.cli.showing import ORDER_COLUMNS, order_row, print_table
from orderflow.domain.model.policy import AllocationPolicy
from orderflow.errors import RefusedError
from orderflow.service import SystemClock

if TYPE_CHECKING:
    from orderflow.checking import Checked
    from orderflow.domain.model.order import Order

__all__ = ["check", "init", "recover", "release_ended_holds"]

_VIOLATION_COLUMNS = (Column("seller_id", "seller"), Column("rule"), Column("finding"))


@takes("Who gets the stock", policy=AllocationPolicy)
@takes("The database", where=DatabaseOptions)
def init(*, where: DatabaseOptions, policy: AllocationPolicy, as_json: AsJson = False) -> None:
    """Make a database, or bring one of an earlier release up to date.

    The policy is kept in it, as the default of sellers without a policy of their own. A database
    that is there already keeps its default. `orderflow change-policy` gives a seller another one.
    """
    engine = engine_of(where.db, create=True)
    try:
        upgrade(engine)
        kept = SqlDefaultPolicy(engine)
        is_new = not kept.is_set
        if is_new:
            kept.set(policy)
        elif policy not in (AllocationPolicy(), kept.get()):
            raise PolicyKeptError(where.db)
    finally:
        engine.dispose()
    if as_json:
        screen.print_json({"db": where.db, "revision": REVISION, "is_new": is_new})
    else:
        done = "made" if is_new else "ready; its default policy stays: see orderflow policies"
        screen.results().print(Text(f"{where.db}: {done}"))


@takes("The database", where=DatabaseOptions)
def check(*, where: DatabaseOptions, as_json: AsJson = False) -> None:
    """Look whether everything holds that always has to, and name what does not.

    It ends with 3 if something does not hold.
    """
    with opened(where) as database:
        default = database.flow.default_policy
        found = checked(database.repository, default_policy=default)
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
            outcome = database.flow.release_ended_holds(seller_id, at=moment)
            released += outcome.orders
    rows = map(order_row, released)
    print_listing("orders", ORDER_COLUMNS, rows, Listing(limit=0, as_json=as_json))


class PolicyKeptError(RefusedError):
    """A database that is there already, and has another default policy."""

    def __init__(self, db: str) -> None:
        super().__init__(
            f"{db} is there already, and has another default policy: see orderflow policies. "
            f"Use orderflow change-policy to give a seller another one"
        )


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
