"""Taking care of a database: make it, look whether all is well, finish what was interrupted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import attrs
import typer
from rich.text import Text

from orderflow.adapters.sql import SqlPolicies, upgrade
from orderflow.adapters.sql.revision import REVISION
from orderflow.checking import check as checked
from orderflow.cli import screen
from orderflow.cli.arguments import AsJson
from orderflow.cli.database import DatabaseOptions, Where, engine_of, is_there, opened
from orderflow.cli.doing import How, carry_out
from orderflow.cli.listing import Column, Listing, print_listing
from orderflow.cli.settings import takes
from orderflow.cli.showing import data_of, print_table
from orderflow.domain.commands import ReleaseEndedHolds
from orderflow.domain.policy import AllocationPolicy
from orderflow.domain.status import Status
from orderflow.errors import RefusedError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from orderflow.checking import Checked
    from orderflow.cli.database import Database

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
    there = is_there(where.db)
    engine = engine_of(where.db, create=True)
    try:
        is_new = upgrade(engine) is None or not there
        if is_new:
            SqlPolicies(engine).set(policy)
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
        kept = database.policies
        rows = [
            {"seller_id": seller_id, "policy": data_of(policy)}
            for seller_id, policy in (*sorted(kept.all().items()), ("", kept.usual()))
        ]
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
) -> None:
    """Say who gets the stock of a seller, or of every seller that has no policy of its own.

    It is refused while orders wait, for they have their place and their stock by the old one.
    """
    with opened(where) as database:
        own = database.policies.all()
        concerned = [each for each in database.sellers(seller) if seller or each not in own]
        for each in concerned:
            for status in (Status.ON_BACK_ORDER, Status.ON_HOLD):
                if database.flow.orders(each, status, limit=1):
                    raise PolicyInUseError(each, status)
        database.policies.set(policy, seller)
    whose = "every seller without one of its own" if seller is None else f"seller {seller!r}"
    screen.results().print(Text(f"this is the policy of {whose} now"))


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
@takes("How it is carried out", how=How)
def release_ended_holds(*, where: Where, how: How) -> None:
    """Release what was held until now; for a scheduler."""

    def command(database: Database) -> ReleaseEndedHolds:
        return ReleaseEndedHolds(seller_id=database.seller(where.seller), **how.fields())

    carry_out(command, where, how)


class PolicyInUseError(RefusedError):
    """A policy that cannot be changed, for orders wait under it."""

    def __init__(self, seller_id: str, status: str) -> None:
        super().__init__(
            f"seller {seller_id!r} has orders that are {status}: a policy is changed while none "
            f"waits; see: orderflow orders --seller {seller_id} --status {status}"
        )


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
