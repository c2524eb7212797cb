"""Who gets the stock: the policy in force of each seller, and the command that changes it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from orderflow.cli.database import DatabaseOptions, opened
from orderflow.cli.doing import How, carry_out
from orderflow.cli.history import policy_text
from orderflow.cli.listing import Column, Listing, print_listing
from orderflow.cli.settings import takes
from orderflow.cli.showing import data_of
from orderflow.domain.model.commands import ChangePolicy
from orderflow.domain.model.policy import AllocationPolicy

if TYPE_CHECKING:
    from collections.abc import Iterator

    from orderflow.cli.database import Database

__all__ = ["change_policy", "policies"]

_COLUMNS = (
    Column("seller_id", "seller", lambda seller_id: seller_id or "default"),
    Column("policy", write=policy_text),
    Column("is_own", "own"),
)


@takes("The database", where=DatabaseOptions)
@takes("What is shown", how=Listing)
def policies(*, where: DatabaseOptions, how: Listing) -> None:
    """List the policy in force of each seller, and the default of this database."""
    with opened(where) as database:
        print_listing("policies", _COLUMNS, _policies(database), how)


@takes("Who gets the stock", policy=AllocationPolicy)
@takes("The database", where=DatabaseOptions)
@takes("How it is carried out", how=How)
def change_policy(
    seller: Annotated[str, typer.Argument(metavar="SELLER", help="Whose stock it is.")],
    *,
    where: DatabaseOptions,
    policy: AllocationPolicy,
    how: How,
) -> None:
    """Give out a seller's stock by another policy, and offer it anew to all orders that wait.

    The whole policy is replaced: settings that you omit have their defaults. `--dry-run` shows
    which orders would gain or lose stock.
    """

    def command(_: Database) -> ChangePolicy:
        return ChangePolicy(seller_id=seller, policy=policy, **how.fields())

    carry_out(command, where, how)


def _policies(database: Database) -> Iterator[dict[str, Any]]:
    default = database.flow.default_policy
    for seller_id in database.sellers(None):
        own = database.repository.read(seller_id, lambda reading: reading.policy)
        yield _row(seller_id, own or default, is_own=own is not None)
    yield _row("", default, is_own=False)


def _row(seller_id: str, policy: AllocationPolicy, *, is_own: bool) -> dict[str, Any]:
    return {"seller_id": seller_id, "policy": data_of(policy), "is_own": is_own}
