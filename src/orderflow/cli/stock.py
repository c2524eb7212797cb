"""Stock: what is on hand, what is expected, and how both change."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from orderflow.cli.arguments import ReceiptId, Sku
from orderflow.cli.database import Where, WhereStock, opened
from orderflow.cli.doing import How, carry_out, do_to_stock, key_of
from orderflow.cli.listing import Column, Listing, print_listing
from orderflow.cli.settings import moment_argument, takes
from orderflow.cli.showing import (
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
    from orderflow.cli.database import Database
    from orderflow.domain.model.stock import StockKey

__all__ = ["adjust", "announce", "book_in", "count", "receipts", "stock", "withdraw"]

Units = Annotated[int, typer.Argument(metavar="UNITS", min=0, help="How many units.")]
Note = Annotated[str, typer.Option(metavar="TEXT", help="In your words.")]


@takes("The database", where=WhereStock)
@takes("What is shown", how=Listing)
def stock(
    sku: Annotated[str | None, typer.Argument(metavar="SKU", help="Only this product.")] = None,
    *,
    where: WhereStock,
    how: Listing,
    none_available: Annotated[
        bool, typer.Option("--none-available", help="Only what nothing more is to be had of.")
    ] = False,
) -> None:
    """List the stock: on hand, allocated to orders, and available to others."""
    with opened(where) as database:
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
        print_listing("stock", STOCK_COLUMNS, rows, how)


@takes("The database", where=WhereStock)
@takes("What is shown", how=Listing)
def receipts(
    sku: Annotated[str | None, typer.Argument(metavar="SKU", help="Only this product.")] = None,
    *,
    where: WhereStock,
    how: Listing,
) -> None:
    """List what is expected, by the moment it is expected."""
    with opened(where) as database:
        expected = (
            receipt
            for seller_id in database.sellers(where.seller)
            for receipt in database.flow.seller(seller_id).receipts()
        )
        rows = (
            receipt_row(receipt) for receipt in expected if _is_asked_for(receipt.key, sku, where)
        )
        columns = (*RECEIPT_COLUMNS, Column("is_overdue", "overdue"))
        print_listing("receipts", columns, rows, how)


@takes("The database", where=WhereStock)
@takes("How it is carried out", how=How)
def book_in(
    sku: Sku,
    received: Annotated[
        int, typer.Argument(metavar="UNITS", min=0, help="How many go into stock.")
    ],
    *,
    where: WhereStock,
    how: How,
    rejected: Annotated[
        int, typer.Option(min=0, help="Units that came, and did not go into stock.")
    ] = 0,
    receipt: Annotated[
        str | None, typer.Option(metavar="ID", help="The announced receipt that came.")
    ] = None,
    more_to_come: Annotated[
        bool, typer.Option("--more-to-come", help="The rest of the receipt is still expected.")
    ] = False,
) -> None:
    """Book a delivery in; the orders that wait for it are processed again by that."""
    do_to_stock(
        BookInStock,
        sku,
        where,
        how,
        received=received,
        rejected=rejected,
        receipt_id=receipt,
        more_to_come=more_to_come,
    )


@takes("The database", where=WhereStock)
@takes("How it is carried out", how=How)
def count(sku: Sku, counted: Units, *, where: WhereStock, how: How, note: Note = "") -> None:
    """Correct the stock on hand to what was counted."""
    do_to_stock(CountStock, sku, where, how, counted=counted, note=note)


@takes("The database", where=WhereStock)
@takes("How it is carried out", how=How)
def adjust(
    sku: Sku,
    change: Annotated[
        int, typer.Option("--by", help="So many units more, or with a minus sign fewer.")
    ],
    why: Annotated[
        AdjustmentReason, typer.Argument(metavar="REASON", case_sensitive=False, help="Why.")
    ] = AdjustmentReason.OTHER,
    *,
    where: WhereStock,
    how: How,
    note: Note = "",
) -> None:
    """Correct the stock on hand by so many units, more or fewer."""
    do_to_stock(AdjustStock, sku, where, how, change=change, reason=why, note=note)


@takes("The database", where=WhereStock)
@takes("How it is carried out", how=How)
def announce(
    receipt_id: ReceiptId,
    sku: Sku,
    units: Units,
    expected_at: Annotated[datetime, moment_argument("When it is expected.")],
    *,
    where: WhereStock,
    how: How,
) -> None:
    """Expect a receipt, or expect it otherwise than announced before."""

    def command(database: Database) -> AnnounceReceipt:
        key = key_of(database, where, sku)
        receipt = ExpectedReceipt(receipt_id, key, units, expected_at)
        return AnnounceReceipt(receipt=receipt, **how.fields())

    carry_out(command, where, how)


@takes("The database", where=Where)
@takes("How it is carried out", how=How)
def withdraw(
    receipt_id: ReceiptId,
    *,
    where: Where,
    how: How,
) -> None:
    """Expect a receipt no longer."""

    def command(database: Database) -> WithdrawReceipt:
        seller_id = database.seller(where.seller)
        return WithdrawReceipt(seller_id=seller_id, receipt_id=receipt_id, **how.fields())

    carry_out(command, where, how)


def _is_asked_for(key: StockKey, sku: str | None, where: WhereStock) -> bool:
    return sku in (None, key.sku) and where.warehouse in (None, key.warehouse_id)
