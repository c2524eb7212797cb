"""Runs commands about several orders, one by one: a refused one does not stop the others."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import typer

from orderflow.cli.options.user_zone import user_zone
from orderflow.cli.output import terminal
from orderflow.cli.output.listing import Column
from orderflow.cli.output.records import print_table
from orderflow.errors import NotFoundError, RefusedError
from orderflow.errors.quoting import counted
from orderflow.wording.moments import moment_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from orderflow.cli.connection import Database
    from orderflow.cli.execution import ExecutionOptions
    from orderflow.domain.model.commands import OrderCommand

__all__ = ["print_orders", "run_one_by_one"]

_COLUMNS = (Column("order_id", "order"), Column("status"), Column("refused"))


def run_one_by_one(
    database: Database,
    commands: Iterable[OrderCommand],
    how: ExecutionOptions,
    early: Mapping[str, datetime] = MappingProxyType({}),
) -> None:
    """Run or preview commands, and print the status of each order afterwards.

    Args:
        database: The database.
        commands: The commands.
        how: The options.
        early: The orders that are left because they wait for their day, and this day.

    Raises:
        Exit: With code 1, if one of them was refused.
    """
    rows: list[dict[str, Any]] = []
    try:
        for command in commands:
            rows.append(_step(database, command, how))  # noqa: PERF401 - some may be left out
    finally:  # print what was done, whatever stopped the rest
        print_orders(rows, how, early)
    if any(row["refused"] is not None for row in rows):
        raise typer.Exit(terminal.EXIT_REFUSED)


def _step(database: Database, command: OrderCommand, how: ExecutionOptions) -> dict[str, Any]:
    seller = database.flow.seller(command.seller_id)
    carry_out = seller.preview if how.dry_run else seller.handle
    row: dict[str, Any] = {"order_id": command.order_id, "status": None, "refused": None}
    try:
        order = carry_out(command).order
    except (RefusedError, NotFoundError) as error:
        return row | {"refused": str(error)}
    return row | {"status": order.status if order is not None else None}


def print_orders(
    rows: list[dict[str, Any]],
    how: ExecutionOptions,
    early: Mapping[str, datetime] | None = None,
) -> None:
    """Print the status of orders after their commands, or why they were refused.

    Args:
        rows: The id of each order, its status, and why its command was refused.
        how: The options.
        early: The orders that are left because they wait for their day, if any may.
    """
    if how.as_json:
        answer: dict[str, Any] = {"saved": not how.dry_run, "orders": rows}
        if early is not None:
            answer["waiting_for_their_day"] = [
                {"order_id": each, "not_before": day.isoformat()} for each, day in early.items()
            ]
        terminal.print_json(answer)
        return
    print_table(terminal.results(), _COLUMNS, rows)
    if early:
        waits = counted(len(early), "order waits for its day", "orders wait for their day")
        first = moment_text(min(early.values()), user_zone())
        terminal.messages().print(f"{waits} and may be sent from {first} on, at the earliest.")
    if how.dry_run:
        terminal.messages().print("This is what would happen; nothing was saved.")
