"""From one warehouse to another: move orders, and transfer stock."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import typer

from orderflow.cli.connection import SellerOptions, WarehouseOptions
from orderflow.cli.execution import ExecutionOptions, OrderExecutionOptions, do_to_stock
from orderflow.cli.line_names import do_to_units
from orderflow.cli.options.arguments import LineUnits, OrderId, Sku, line_units
from orderflow.cli.options.forms import moment_option
from orderflow.cli.options.from_settings import with_options
from orderflow.domain.model.commands import MoveOrder, TransferStock

__all__ = ["move", "transfer"]


@with_options("The database", where=SellerOptions)
@with_options("Execution", how=OrderExecutionOptions)
def move(
    order_id: OrderId,
    warehouse_id: Annotated[
        str, typer.Argument(metavar="WAREHOUSE", help="The warehouse that is to send it.")
    ],
    *,
    where: SellerOptions,
    how: OrderExecutionOptions,
    units: LineUnits = None,
    only_short: Annotated[
        bool, typer.Option("--only-short", help="Only the units that it is short of.")
    ] = False,
    new_order_id: Annotated[
        str | None,
        typer.Option(metavar="ID", help="The id of a part; default: ORDER.1, ORDER.2 and so on."),
    ] = None,
) -> None:
    """Move an order to another warehouse, or a part of it as a new order.

    It gives back its units, and waits in its turn where it is then. Of a line, short units are
    moved first.
    """
    do_to_units(
        MoveOrder,
        order_id,
        where,
        how,
        line_units(units),
        warehouse_id=warehouse_id,
        only_short=only_short,
        new_order_id=new_order_id,
    )


@with_options("The database", where=WarehouseOptions)
@with_options("Execution", how=ExecutionOptions)
def transfer(
    sku: Sku,
    units: Annotated[int, typer.Argument(metavar="UNITS", min=1, help="Number of units.")],
    to_warehouse_id: Annotated[
        str, typer.Argument(metavar="TO_WAREHOUSE", help="The warehouse where they are expected.")
    ],
    *,
    where: WarehouseOptions,
    how: ExecutionOptions,
    receipt: Annotated[str, typer.Option(metavar="ID", help="The id of the receipt there.")],
    expected_at: Annotated[datetime, moment_option("When they are expected.")],
    take_allocated: Annotated[
        bool,
        typer.Option("--take-allocated", help="Take units from orders if too few are available."),
    ] = False,
) -> None:
    """Take units off the stock of a warehouse, and announce them in another one.

    Book them in there against the receipt. To call the transfer off, withdraw the receipt.
    """
    do_to_stock(
        TransferStock,
        sku,
        where,
        how,
        units=units,
        to_warehouse_id=to_warehouse_id,
        receipt_id=receipt,
        expected_at=expected_at,
        take_allocated=take_allocated,
    )
