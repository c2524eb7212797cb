"""Stock on hand and expected receipts: list them and change them."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import attrs
import typer

from orderflow.cli.connection import SellerOptions, WarehouseOptions, connect
from orderflow.cli.execution import (
    ExecutionOptions,
    carry_out,
    do_to_stock,
    earlier_command,
    key_of,
)
from orderflow.cli.options.arguments import Note, ReceiptId, Sku
from orderflow.cli.options.forms import moment_argument
from orderflow.cli.options.from_settings import with_options
from orderflow.cli.options.listing import ListingOptions
from orderflow.cli.output.listing import Column, print_listing
from orderflow.cli.output.receipt_report import print_allocation
from orderflow.cli.output.records import (
    RECEIPT_COLUMNS,
    STOCK_COLUMNS,
    receipt_row,
    stock_row,
)
from orderflow.domain.model.commands import (
    AdjustStock,
    AnnounceReceipt,
    BookInStock,
    CountStock,
    WithdrawReceipt,
)
from orderflow.domain.model.events import AdjustmentReason
from orderflow.domain.model.stock import ExpectedReceipt

if TYPE_CHECKING:
    from orderflow.cli.connection import Database
    from orderflow.domain.model.stock import StockKey

__all__ = ["adjust", "announce", "book_in", "count", "receipts", "stock", "withdraw"]

Units = Annotated[int, typer.Argument(metavar="UNITS", min=0, help="Number of units.")]


@with_options("The database", where=WarehouseOptions)
@with_options("Listing", how=ListingOptions)
def stock(
    sku: Annotated[str | None, typer.Argument(metavar="SKU", help="Only this product.")] = None,
    *,
    where: WarehouseOptions,
    how: ListingOptions,
    none_available: Annotated[
        bool, typer.Option("--none-available", help="Show only products with nothing available.")
    ] = False,
) -> None:
    """List the stock of each product: on hand, allocated and available."""
    with connect(where) as database:
        records = (
            record
            for seller_id in database.sellers(where.seller)
            for record in database.flow.seller(seller_id).stock()
        )
        rows = (
            stock_row(record)
            for record in records
            if _is_asked_for(record.key, sku, where) and not (none_available and record.available)
        )
        print_listing("stock", STOCK_COLUMNS, database.known(rows, where, sku), how)


@with_options("The database", where=WarehouseOptions)
@with_options("Listing", how=ListingOptions)
def receipts(
    receipt_id: Annotated[
        str | None,
        typer.Argument(
            metavar="RECEIPT", help="Show who gets what of this receipt. If omitted, list all."
        ),
    ] = None,
    *,
    where: WarehouseOptions,
    how: ListingOptions,
    sku: Annotated[
        str | None, typer.Option(metavar="SKU", help="Only receipts of this product.")
    ] = None,
) -> None:
    """List expected receipts, the earliest first, or the orders that get units of one of them.

    For one receipt, the others of its product that are expected earlier are booked in before it.
    """
    with connect(where) as database:
        if receipt_id is not None:
            if sku is not None:
                raise typer.BadParameter("omit it with RECEIPT", param_hint="'--sku'")
            print_allocation(database, receipt_id, where, how)
            return
        expected = (
            receipt
            for seller_id in database.sellers_with_receipts(where.seller)
            for receipt in database.flow.seller(seller_id).receipts()
        )
        rows = (
            receipt_row(receipt) for receipt in expected if _is_asked_for(receipt.key, sku, where)
        )
        columns = (*RECEIPT_COLUMNS, Column("is_overdue", "overdue"))
        print_listing("receipts", columns, database.known(rows, where, sku), how)


@with_options("The database", where=WarehouseOptions)
@with_options("Execution", how=ExecutionOptions)
def book_in(
    sku: Sku,
    received: Annotated[
        int, typer.Argument(metavar="UNITS", min=0, help="Units that go into stock.")
    ],
    *,
    where: WarehouseOptions,
    how: ExecutionOptions,
    rejected: Annotated[
        int, typer.Option(min=0, help="Units that arrived, but do not go into stock.")
    ] = 0,
    receipt: Annotated[
        str | None, typer.Option(metavar="ID", help="The announced receipt that arrived.")
    ] = None,
    more_to_come: Annotated[
        bool,
        typer.Option(
            "--more-to-come", help="Expect the rest of the receipt later, if there is any."
        ),
    ] = False,
) -> None:
    """Book in stock, and allocate it to the orders that wait for it.

    With --receipt, the warehouse is that of the receipt, if you name none.
    """

    def command(database: Database) -> BookInStock:
        seller_id = database.seller(where.seller, may_be_new=True)
        earlier = earlier_command(database, seller_id, how)
        if isinstance(earlier, BookInStock) and where.warehouse is None:
            key = attrs.evolve(earlier.key, sku=sku)
        else:
            before = _announced_before(database, where, how, receipt)
            key = _key_of_arrival(database, where, sku, before)
        return BookInStock(
            key=key,
            received=received,
            rejected=rejected,
            receipt_id=receipt,
            more_to_come=more_to_come,
            **how.fields(),
        )

    carry_out(command, where, how)


@with_options("The database", where=WarehouseOptions)
@with_options("Execution", how=ExecutionOptions)
def count(
    sku: Sku, counted: Units, *, where: WarehouseOptions, how: ExecutionOptions, note: Note = ""
) -> None:
    """Set the stock on hand to the number of units counted."""
    do_to_stock(CountStock, sku, where, how, counted=counted, note=note)


@with_options("The database", where=WarehouseOptions)
@with_options("Execution", how=ExecutionOptions)
def adjust(
    sku: Sku,
    change: Annotated[int, typer.Option("--by", help="Units to add, or to remove if negative.")],
    why: Annotated[
        AdjustmentReason, typer.Argument(metavar="REASON", case_sensitive=False, help="The reason.")
    ] = AdjustmentReason.OTHER,
    *,
    where: WarehouseOptions,
    how: ExecutionOptions,
    note: Note = "",
) -> None:
    """Add units to the stock on hand, or remove them."""
    do_to_stock(AdjustStock, sku, where, how, change=change, reason=why, note=note)


@with_options("The database", where=WarehouseOptions)
@with_options("Execution", how=ExecutionOptions)
def announce(
    receipt_id: ReceiptId,
    sku: Sku,
    units: Units,
    expected_at: Annotated[datetime, moment_argument("When the receipt is expected.")],
    *,
    where: WarehouseOptions,
    how: ExecutionOptions,
) -> None:
    """Announce a receipt, or change one already announced.

    The date of a transfer can be changed, but not its units.
    """

    def command(database: Database) -> AnnounceReceipt:
        before = _announced_before(database, where, how, receipt_id)
        origin = None if before is None else before.from_warehouse_id
        key = _key_of_arrival(database, where, sku, before)
        receipt = ExpectedReceipt(receipt_id, key, units, expected_at, from_warehouse_id=origin)
        return AnnounceReceipt(receipt=receipt, **how.fields())

    carry_out(command, where, how)


@with_options("The database", where=SellerOptions)
@with_options("Execution", how=ExecutionOptions)
def withdraw(
    receipt_id: ReceiptId,
    *,
    where: SellerOptions,
    how: ExecutionOptions,
) -> None:
    """Withdraw an announced receipt.

    If it is a transfer, its units are on hand again where they came from.
    """

    def command(database: Database) -> WithdrawReceipt:
        seller_id = database.seller(where.seller)
        return WithdrawReceipt(seller_id=seller_id, receipt_id=receipt_id, **how.fields())

    carry_out(command, where, how)


def _announced_before(
    database: Database, where: WarehouseOptions, how: ExecutionOptions, receipt_id: str | None
) -> ExpectedReceipt | None:
    """Return the receipt with this id as it was announced before the command, if it was."""
    seller_id = database.seller(where.seller, may_be_new=True)
    earlier = earlier_command(database, seller_id, how)
    if isinstance(earlier, AnnounceReceipt):
        return earlier.receipt
    receipts = database.flow.seller(seller_id).receipts()
    return next((each for each in receipts if each.receipt_id == receipt_id), None)


def _key_of_arrival(
    database: Database, where: WarehouseOptions, sku: str, receipt: ExpectedReceipt | None
) -> StockKey:
    """Return the key of a product that arrives: where its receipt is expected, or as named."""
    if receipt is None or where.warehouse is not None:
        return key_of(database, where, sku)
    return attrs.evolve(receipt.key, sku=sku)


def _is_asked_for(key: StockKey, sku: str | None, where: WarehouseOptions) -> bool:
    return sku in (None, key.sku) and where.warehouse in (None, key.warehouse_id)
