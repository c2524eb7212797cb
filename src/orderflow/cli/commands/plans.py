"""Plans over the whole backlog: make one, edit it by hand, apply it."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from orderflow.cli.connection import DatabaseOptions, SellerOptions, connect
from orderflow.cli.execution import ExecutionOptions, carry_out, earlier_command
from orderflow.cli.options.arguments import Repay
from orderflow.cli.options.from_settings import with_options
from orderflow.cli.options.listing import ListingOptions
from orderflow.cli.options.planning_options import PlanFileOptions, PlanningOptions, SearchOptions
from orderflow.cli.output import terminal
from orderflow.cli.output.plan_report import print_plan
from orderflow.cli.plan_file import read_plan, save_plan
from orderflow.cli.plan_rules import check_rules, check_rules_without_orders
from orderflow.domain.model.commands import ReallocateUnits
from orderflow.domain.planning.applying import NOTE, command_of, require_same
from orderflow.domain.planning.plan import out_of_date
from orderflow.errors import StaleVersionError
from orderflow.service import SystemClock

if TYPE_CHECKING:
    from orderflow.cli.connection import Database

__all__ = ["apply_plan", "edit_plan", "rebalance"]

_PlanFile = Annotated[Path, typer.Argument(metavar="PLAN", help="A plan that was saved.")]


@with_options("The database", where=SellerOptions)
@with_options("What is best, and what is protected", what=PlanningOptions)
@with_options("The search", how=SearchOptions)
@with_options("The file", file=PlanFileOptions)
@with_options("Listing", listing=ListingOptions)
def rebalance(
    *,
    where: SellerOptions,
    what: PlanningOptions,
    how: SearchOptions,
    listing: ListingOptions,
    file: PlanFileOptions,
) -> None:
    """Plan a better allocation of the orders on back order. Nothing is changed.

    The plan completes the greatest number of orders, or the greatest weight. Orders that it does
    not complete give the units. Save it, and apply it with apply-plan.
    """
    arguments = what.arguments() | how.arguments()
    with connect(where) as database:
        seller = database.flow.seller(database.seller(where.seller))
        check_rules(database, seller, arguments["rules"])
        with terminal.progress_bar(terminal.messages(), "Planning", how.seconds) as show:
            clock, begun = SystemClock(), SystemClock().now()

            def report(value: int, bound: int) -> bool:
                done = (clock.now() - begun) / timedelta(seconds=1)
                show(done, f"{value:,} of at most {bound:,}")
                return True

            plan = seller.rebalance(go_on=report, seconds=how.seconds, **arguments)
        check_rules_without_orders(database, plan)
    if file.out is not None:
        save_plan(plan, file.out)
    print_plan(plan, listing, file.out)


@with_options("The database", where=DatabaseOptions)
@with_options("The file", file=PlanFileOptions)
@with_options("Listing", listing=ListingOptions)
def edit_plan(
    plan_file: _PlanFile,
    edits: Annotated[
        list[str],
        typer.Argument(metavar="EDIT…", help="Such as 'take 3 MUG from A-1, give to A-7'."),
    ],
    *,
    where: DatabaseOptions,
    listing: ListingOptions,
    file: PlanFileOptions,
) -> None:
    """Change a plan by hand. What it protects stays protected.

    Omit the product if only one is possible. Only the file is changed.
    """
    plan = read_plan(plan_file)
    with connect(where) as database:
        seller = database.flow.seller(database.seller(plan.seller_id))
        edited = seller.edit_plan(plan, ";".join(edits))
    target = file.out or plan_file
    save_plan(edited, target)
    print_plan(edited, listing, target)


@with_options("The database", where=DatabaseOptions)
def apply_plan(
    plan_file: _PlanFile,
    *,
    where: DatabaseOptions,
    by: Annotated[str, typer.Option(metavar="NAME", help="Who applies it.")],
    note: Annotated[str, typer.Option(metavar="TEXT", help="Why, in your own words.")] = NOTE,
    repay: Repay = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show the effect on all orders, without saving.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Apply a plan, as a whole or not at all.

    It is refused if one of its orders has changed since. Applied again, it changes nothing.
    """
    plan = read_plan(plan_file)
    how = ExecutionOptions(dry_run=dry_run, as_json=as_json)

    def command(database: Database) -> ReallocateUnits:
        seller_id = database.seller(plan.seller_id)
        applied = ExecutionOptions(command_id=plan.plan_id)
        again = command_of(plan, at=SystemClock().now(), by=by, note=note, repay=repay)
        earlier = earlier_command(database, seller_id, applied)
        if isinstance(earlier, ReallocateUnits):
            require_same(again, earlier)
        if not as_json and earlier is not None:
            message = "was applied before, so nothing changes now. This is what it did:"
            terminal.results().print(f"The plan in {plan_file} {message}")
        return again

    try:
        carry_out(command, where, how)
    except StaleVersionError as error:
        raise out_of_date(error.order_id, error.expected, error.actual) from error
