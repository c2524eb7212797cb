"""The limits of back orders: list them and change them."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import attrs
import typer

from orderflow.cli.connection import Database, WarehouseOptions, connect
from orderflow.cli.execution import ExecutionOptions, carry_out, earlier_command, key_of
from orderflow.cli.options.arguments import Sku
from orderflow.cli.options.from_settings import with_options
from orderflow.cli.options.listing import ListingOptions
from orderflow.cli.options.user_zone import user_zone
from orderflow.cli.output.listing import Column, print_listing, time_column
from orderflow.domain.model.commands import LimitBackOrders
from orderflow.wording.moments import moment_text

if TYPE_CHECKING:
    from orderflow.domain.model.back_order_limit import BackOrderLimit

__all__ = ["back_order_limits", "limit_back_orders"]

_COLUMNS = (
    Column("sku"),
    Column("seller_id", "seller", if_differs=True),
    Column("warehouse_id", "warehouse", if_differs=True),
    Column("units_max", "at most"),
    time_column("begins_at", "from"),
    time_column("ends_at", "until"),
)


@with_options("The database", where=WarehouseOptions)
@with_options("Listing", how=ListingOptions)
def back_order_limits(*, where: WarehouseOptions, how: ListingOptions) -> None:
    """List the products whose back orders are limited."""
    with connect(where) as database:
        rows = (
            _row(limit)
            for seller_id in database.sellers(where.seller)
            for limit in database.flow.seller(seller_id).back_order_limits()
            if where.warehouse in (None, limit.key.warehouse_id)
        )
        print_listing("back_order_limits", _COLUMNS, database.known(rows, where), how)


@with_options("The database", where=WarehouseOptions)
@with_options("Execution", how=ExecutionOptions)
def limit_back_orders(
    sku: Sku,
    units: Annotated[
        int | None,
        typer.Argument(metavar="UNITS", min=0, help="The most short units of all waiting orders."),
    ] = None,
    *,
    where: WarehouseOptions,
    how: ExecutionOptions,
    begins_at: Annotated[
        datetime | None,
        typer.Option("--from", help="When the limit begins; if omitted, it is in force at once."),
    ] = None,
    ends_at: Annotated[
        datetime | None, typer.Option("--until", help="When the limit ends; default: never.")
    ] = None,
    remove: Annotated[bool, typer.Option("--remove", help="Remove the limit.")] = False,
) -> None:
    """Limit how many units of a product may be on back order, in all orders together.

    With 0 units, no order may wait for it. Orders that wait already wait on. An order that would
    exceed the limit loses the units above it.
    """
    if remove == (units is not None):
        raise typer.BadParameter("give the number of UNITS, or --remove to remove the limit")
    if remove and (begins_at is not None or ends_at is not None):
        raise typer.BadParameter("omit --from and --until", param_hint="'--remove'")

    def command(database: Database) -> LimitBackOrders:
        limit = LimitBackOrders(
            key=key_of(database, where, sku),
            units_max=units,
            begins_at=begins_at,
            ends_at=ends_at,
            **how.fields(),
        )
        is_past = ends_at is not None and ends_at <= limit.at
        if is_past and earlier_command(database, limit.seller_id, how) is None:
            raise typer.BadParameter(
                f"must be later than {moment_text(limit.at, user_zone())}", param_hint="'--until'"
            )
        return limit

    carry_out(command, where, how)


def _row(limit: BackOrderLimit) -> dict[str, Any]:
    moments = {
        "begins_at": None if limit.begins_at is None else limit.begins_at.isoformat(),
        "ends_at": None if limit.ends_at is None else limit.ends_at.isoformat(),
    }
    return {**attrs.asdict(limit.key), "units_max": limit.units_max, **moments}
