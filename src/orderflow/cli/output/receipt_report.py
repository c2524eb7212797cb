"""Who gets what of an expected receipt, as a listing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from orderflow.cli.options.user_zone import user_zone
from orderflow.cli.output import terminal
from orderflow.cli.output.listing import Column, print_listing
from orderflow.cli.output.records import receipt_row
from orderflow.errors.quoting import counted, quoted
from orderflow.wording.moments import moment_text

if TYPE_CHECKING:
    from orderflow.cli.connection import Database, WarehouseOptions
    from orderflow.cli.options.listing import ListingOptions

__all__ = ["print_allocation"]

_COLUMNS = (
    Column("order_id", "order"),
    Column("units"),
    Column("is_completed", "completed"),
    Column("short", "still short"),
)


def print_allocation(
    database: Database, receipt_id: str, where: WarehouseOptions, how: ListingOptions
) -> None:
    """Print the orders that get units of a receipt, and how many are left."""
    found = database.flow.seller(database.seller(where.seller)).receipt_allocation(receipt_id)
    key = found.receipt.key
    if where.warehouse not in {None, key.warehouse_id}:
        raise typer.BadParameter(
            f"receipt {quoted(receipt_id)} is expected in {quoted(key.warehouse_id)}",
            param_hint="'--warehouse'",
        )
    rows = [
        {
            "order_id": each.order_id,
            "units": each.units,
            "is_completed": each.is_completed,
            "short": each.short,
        }
        for each in found.served
    ]
    beside = {
        "receipt": receipt_row(found.receipt),
        "at": found.at.isoformat(),
        "completed": len(found.completed),
        "left": found.left,
    }
    print_listing("served", _COLUMNS, rows, how, beside)
    if not (how.as_json or how.as_csv):
        terminal.results().print(
            f"{receipt_id}: {counted(found.receipt.quantity, 'unit')} of {key.sku} "
            f"at {moment_text(found.at, user_zone())}; {counted(len(found.served), 'order')} "
            f"served, {len(found.completed):,} completed, {counted(found.left, 'unit')} left"
        )
