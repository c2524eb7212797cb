"""Who gets the stock: the policy in force of each seller, and the command that changes it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from orderflow.cli.connection import DatabaseOptions, ZonedOptions, connect
from orderflow.cli.execution import ExecutionOptions, carry_out
from orderflow.cli.options.from_settings import with_options
from orderflow.cli.options.listing import ListingOptions
from orderflow.cli.output.event_rows import policy_text
from orderflow.cli.output.listing import Column, print_listing
from orderflow.cli.output.records import data_of
from orderflow.domain.model.commands import ChangePolicy
from orderflow.domain.model.policy import AllocationPolicy

if TYPE_CHECKING:
    from collections.abc import Iterator

    from orderflow.cli.connection import Database

__all__ = ["change_policy", "policies"]

_COLUMNS = (
    Column("seller_id", "seller", lambda seller_id: seller_id or "default"),
    Column("policy", write=policy_text),
    Column("is_own", "own"),
)


@with_options("The database", where=DatabaseOptions)
@with_options("Listing", how=ListingOptions)
def policies(*, where: DatabaseOptions, how: ListingOptions) -> None:
    """List the policy in force of each seller, and the default of this database."""
    with connect(where) as database:
        print_listing("policies", _COLUMNS, _policies(database), how)


@with_options("Who gets the stock", policy=AllocationPolicy)
@with_options("The database", where=ZonedOptions)
@with_options("Execution", how=ExecutionOptions)
def change_policy(
    seller: Annotated[str, typer.Argument(metavar="SELLER", help="Seller id.")],
    *,
    where: ZonedOptions,
    policy: AllocationPolicy,
    how: ExecutionOptions,
    new: Annotated[
        bool, typer.Option("--new", help="The seller is new, and has no orders or stock yet.")
    ] = False,
) -> None:
    """Change a seller's policy, and offer the stock again to all waiting orders.

    The whole policy is replaced: settings that you omit have their defaults. `--dry-run` shows
    which orders would gain or lose stock.
    """

    def command(database: Database) -> ChangePolicy:
        seller_id = database.seller(seller, may_be_new=new)
        return ChangePolicy(seller_id=seller_id, policy=policy, **how.fields())

    carry_out(command, where, how)


def _policies(database: Database) -> Iterator[dict[str, Any]]:
    default = database.flow.default_policy
    for seller_id in database.sellers(None):
        own = database.repository.read(seller_id, lambda reading: reading.policy)
        yield _row(seller_id, own or default, is_own=own is not None)
    yield _row("", default, is_own=False)


def _row(seller_id: str, policy: AllocationPolicy, *, is_own: bool) -> dict[str, Any]:
    return {"seller_id": seller_id, "policy": data_of(policy), "is_own": is_own}
