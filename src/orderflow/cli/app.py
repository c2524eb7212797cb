"""The application: every command, with its heading and an example."""

from __future__ import annotations

from functools import wraps
from importlib.metadata import version
from inspect import signature
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from orderflow.cli.commands import bulk_actions as bulk
from orderflow.cli.commands.accounting import account
from orderflow.cli.commands.allocate_file import allocate_file
from orderflow.cli.commands.back_order_limits import back_order_limits, limit_back_orders
from orderflow.cli.commands.back_orders import backorders
from orderflow.cli.commands.between_orders import pin, reallocate, unpin
from orderflow.cli.commands.between_warehouses import move, transfer
from orderflow.cli.commands.compare import compare
from orderflow.cli.commands.cut_off import cut_off
from orderflow.cli.commands.demo import demo
from orderflow.cli.commands.erase_orders import erase
from orderflow.cli.commands.importing import import_
from orderflow.cli.commands.maintenance import (
    check,
    init,
    partition,
    recover,
    run_due,
)
from orderflow.cli.commands.notices import digest, notify
from orderflow.cli.commands.orders import actions, events, explain, orders, show
from orderflow.cli.commands.placing import place, source
from orderflow.cli.commands.plans import apply_plan, edit_plan, rebalance
from orderflow.cli.commands.policies import change_policy, policies
from orderflow.cli.commands.promising import available_to_promise, promise, what_if
from orderflow.cli.commands.relay import dead_letters, relay
from orderflow.cli.commands.replacements import replacements
from orderflow.cli.commands.replay import replay
from orderflow.cli.commands.reporting import backlog, exceptions, low_stock, service_levels
from orderflow.cli.commands.schema import schema
from orderflow.cli.commands.stock import adjust, announce, book_in, count, receipts, stock, withdraw
from orderflow.cli.commands.warehouse import (
    accept_cancellation,
    deliver,
    despatch,
    reject_cancellation,
    return_,
    send,
    short_pick,
)
from orderflow.cli.commands.ways_out import (
    allocate,
    cancel,
    edit,
    hold,
    release_hold,
    remove,
    replace,
    request_cancellation,
    split,
)
from orderflow.cli.commands.working import work
from orderflow.cli.options.forms import with_forms
from orderflow.cli.options.naming import bad_parameter, in_options
from orderflow.cli.output import terminal
from orderflow.errors import InvalidValueError, RefusedError

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["app"]


class _Commands(TyperGroup):
    """The commands. What an error repeats of their arguments stays text."""

    def make_context(self, *given: Any, **options: Any) -> Any:  # noqa: ANN401 - Typer's own
        with terminal.clean_usage():
            return super().make_context(*given, **options)

    def invoke(self, ctx: Any) -> Any:  # noqa: ANN401 - as above
        with terminal.clean_usage():
            return super().invoke(ctx)


app = typer.Typer(
    name="orderflow",
    cls=_Commands,
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _show_version(wanted: bool) -> None:  # noqa: FBT001 - Typer calls it so
    if wanted:
        typer.echo(f"orderflow {version('orderflow-backorder')}")
        raise typer.Exit


@app.callback()
def orderflow(
    *,
    _version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_show_version, is_eager=True, help="Show the version and exit."
        ),
    ] = False,
) -> None:
    """Allocate stock to orders, and manage the orders that go on back order."""


def _with_clean_end(command: Callable[..., None]) -> Callable[..., None]:
    """Turn whatever stops a command into a message and an exit code."""
    parameters = signature(command).parameters

    @wraps(command)
    def run(**given: Any) -> None:  # noqa: ANN401 - whatever the options hold
        with terminal.clean_end(terminal.messages()):
            try:
                command(**given)
            except InvalidValueError as error:
                raise bad_parameter(error, parameters) or error from error
            except RefusedError as error:
                error.args = (in_options(str(error), parameters),)
                raise

    return run


def _add(panel: str, *commands: tuple[Callable[..., None], str]) -> None:
    """Register commands under a heading, each with an example of its arguments."""
    for command, example in commands:
        _register(app, "orderflow", panel, command, example)


def _add_group(
    panel: str, name: str, text: str, *commands: tuple[Callable[..., None], str]
) -> None:
    """Register commands that share the first word of their names."""
    group = typer.Typer(no_args_is_help=True, rich_markup_mode="markdown")
    app.add_typer(group, name=name, help=text, rich_help_panel=panel)
    for command, example in commands:
        _register(group, f"orderflow {name}", panel, command, example)


def _register(
    group: typer.Typer, before: str, panel: str, command: Callable[..., None], example: str
) -> None:
    name = command.__name__.rstrip("_").replace("_", "-")
    whole = f"{before} {name} {example}".rstrip()
    added = group.command(name, epilog=f"Example: `{whole}`", rich_help_panel=panel)
    added(_with_clean_end(with_forms(command)))


_add(
    "Try it out",
    (demo, "--seed 7"),
    (replay, "online_retail_II.csv.gz --partial-allocation NEVER"),
    (compare, "orders.csv --policy always='' --policy never='partial_allocation=NEVER'"),
    (allocate_file, "lines.parquet stock.parquet -o allocated.parquet"),
    (cut_off, "--holidays GB-ENG --at 2026-12-24T15:30"),
    (schema, "Order --out order.json"),
)
_add(
    "Database",
    (init, "--db shop.db --partial-allocation NEVER"),
    (policies, "--json"),
    (change_policy, "acme --queue PRIORITY --dry-run"),
    (check, "--json"),
    (partition, ""),
    (recover, ""),
    (run_due, "--seller acme"),
    (erase, "A-1"),
    (work, "--settings notify.toml --health-port 8081"),
)
_add(
    "Stock",
    (stock, "--none-available"),
    (account, "MUG"),
    (receipts, "R-1"),
    (what_if, "--slip R-1=3d --short R-2=40"),
    (available_to_promise, "MUG 2026-12-01T09:00"),
    (announce, "R-1 MUG 40 2026-12-01T09:00"),
    (withdraw, "R-1"),
    (book_in, "MUG 40 --receipt R-1 --rejected 2"),
    (count, "MUG 38"),
    (adjust, "MUG DAMAGE --by -2"),
    (transfer, "MUG 5 york --receipt T-1 --expected-at 2026-12-01T09:00"),
    (back_order_limits, "--json"),
    (limit_back_orders, "MUG 20 --until 2027-01-01"),
)
_add(
    "Orders",
    (promise, "MUG=5 CUP=2"),
    (source, "MUG=5 CUP=2 --from leeds --from york --prefer FEWEST_PARCELS"),
    (place, "A-1 MUG=5 CUP=2"),
    (import_, "orders.csv --preset shopify --rejects rejects.csv"),
    (orders, "--status ON_BACK_ORDER --sku MUG"),
    (show, "A-1"),
    (backorders, "MUG"),
    (events, "A-1"),
    (actions, "A-1"),
    (explain, "A-1"),
    (rebalance, "--weight UNITS --rule 'MUST_BE_FULL: priority>=10' --out plan.json"),
    (edit_plan, "plan.json 'take 3 MUG from A-1, give to A-7'"),
    (apply_plan, "plan.json --by Ann --dry-run"),
    (allocate, "A-1"),
    (edit, "A-1 --quantity 1=3 --add CUP=2 --courier DHL"),
    (hold, "A-1 ADDRESS --until 2026-12-01T09:00"),
    (release_hold, "A-1 ADDRESS"),
    (pin, "A-1"),
    (unpin, "A-1"),
    (cancel, "A-1 --reason 'customer changed mind'"),
    (request_cancellation, "A-1"),
)
_add(
    "Ways out of a back order",
    (replacements, "A-1 --replacements replacements.csv"),
    (remove, "A-1 --dry-run"),
    (replace, "A-1 2 CUP --units 2"),
    (split, "A-1 A-1-now"),
    (move, "A-1 york --only-short"),
    (reallocate, "MUG --from A-1=2 --to A-7 --note 'A-7 is late' --by Ann"),
)
_add_group(
    "Many orders",
    "bulk",
    "Do the same with every order that a filter names.",
    (bulk.cancel, "--where 'sku=MUG and waiting>30d' --reason discontinued"),
    (bulk.remove_short, "--where 'short-sku=MUG' --dry-run"),
    (bulk.replace, "MUG CUP --ratio 2:1 --where 'short-sku=MUG'"),
    (bulk.split, "--where 'waiting>7d' --at-most 100"),
    (bulk.hold, "ADDRESS --where 'country=GB'"),
    (bulk.release_hold, "ADDRESS --all"),
    (bulk.pin, "--where 'promised<2026-12-24 and allocated-units>0'"),
    (bulk.unpin, "--where pinned=yes"),
    (bulk.priority, "5 --where 'field:Gift=yes'"),
    (bulk.promise, "2026-12-01 --where 'promised<2026-11-01'"),
    (bulk.courier, "DHL --where 'courier=none'"),
    (bulk.move, "york --only-short --where 'warehouse=leeds and waiting>7d'"),
)
_add(
    "Warehouse",
    (send, "--all"),
    (despatch, "A-1 A-2"),
    (deliver, "A-1"),
    (return_, "A-1 BACK_IN_STOCK 1=2 --reason UNWANTED"),
    (short_pick, "A-1 1=3"),
    (accept_cancellation, "A-1"),
    (reject_cancellation, "A-1 --reason 'packed already'"),
)
_add(
    "Notices",
    (notify, "--settings notify.toml --dry-run"),
    (digest, "--settings notify.toml"),
    (relay, "--limit 100"),
    (dead_letters, "--revive-all"),
)
_add_group(
    "Reports",
    "report",
    "Report the backlog, exceptions, low stock or service levels.",
    (backlog, "--by PRODUCT --as-of 2026-03-31"),
    (exceptions, "--limit 20"),
    (low_stock, "--lead-days 14 --new-only"),
    (service_levels, "--period MONTH --misses"),
)
