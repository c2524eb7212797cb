"""Read stock, expected receipts and deliveries from a file.

A file of stock gives the units on hand, so each of its rows becomes a count. A file of receipts
announces what will arrive. A file of deliveries books in the receipts that have arrived.
"""

from __future__ import annotations

from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Any, TypeVar

import attrs

from orderflow.domain.model.commands import AnnounceReceipt, BookInStock, CountStock
from orderflow.domain.model.stock import ExpectedReceipt, StockKey
from orderflow.domain.model.validators import UNITS_MAX
from orderflow.importing.cells import Cells
from orderflow.importing.faults import Fault, quote_value
from orderflow.importing.file_times import times_of
from orderflow.importing.files.file_format import DETECTED
from orderflow.importing.files.long_list import LongList
from orderflow.importing.files.sorting import Sorter
from orderflow.importing.findings import Findings
from orderflow.importing.foreign_rows import ForeignRows
from orderflow.importing.identity import check_ids, command_id
from orderflow.importing.known_skus import KnownSkus
from orderflow.importing.layouts.layout import DeliveryLayout, Layout, ReceiptLayout, StockLayout
from orderflow.importing.result import Import, ImportCommand
from orderflow.importing.table import open_table
from orderflow.importing.values.quantities import is_below_zero

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from datetime import datetime, tzinfo

    from orderflow.importing.files.file_format import FileFormat
    from orderflow.importing.table import File, Progress, Table

__all__ = ["read_deliveries", "read_receipts", "read_stock"]

_Layout = TypeVar("_Layout", bound=Layout)
_Found = tuple[str, int, ImportCommand]
"""What must be unique in a row, the row, and its command."""

_BELOW_ZERO = (
    "must be 0 or more; below zero, the other system has sold units that it does not have: "
    "count 0 here, and import the orders that wait for them"
)
_YES_OR_NO = dict.fromkeys(("yes", "y", "true", "1"), True) | dict.fromkeys(
    ("no", "n", "false", "0", ""), False
)


def read_stock(
    file: File,
    *,
    seller_id: str,
    warehouse_id: str,
    at: datetime,
    layout: StockLayout | None = None,
    batch: str = "",
    known_skus: Collection[str] | None = None,
    all_or_nothing: bool = False,
    progress: Callable[[Progress], None] | None = None,
    name: str | None = None,
    file_format: FileFormat = DETECTED,
) -> Import:
    """Read the units on hand into commands that count them.

    If a product is on two rows, the second row is faulty: nobody knows which count is right.

    Args:
        file: Its path, or a stream of bytes; plain, compressed or a workbook.
        seller_id: The seller of the stock.
        warehouse_id: The warehouse of the stock.
        at: The moment of the import, for the commands.
        layout: The column names of the file.
        batch: A name that separates counts with equal results, such as the day. The same count of
            one batch takes effect once, however often it is imported.
        known_skus: The products that the seller has. Others are new, and listed in the result.
        all_or_nothing: Whether a single fault means that there are no commands.
        progress: Called every 1,000 rows and at the end.
        name: The name of the file in messages. Default: its path.
        file_format: The format of its text. Default: detected.

    Raises:
        FileError: If the file cannot be read, or its columns do not fit the layout.
        InvalidValueError: If an id or the moment breaks its rule.
    """
    check_ids("read_stock", seller_id, warehouse_id, at)
    layout = layout if layout is not None else StockLayout()
    skus = KnownSkus(known_skus)
    with open_table(file, {"stock": layout}, file_format=file_format, name=name) as table:

        def read(cells: Cells) -> tuple[str, ImportCommand] | None:
            sku = cells.identifier("sku")
            counted = _counted(cells, layout)
            note = cells.note("note")
            if sku is None or counted is None or note is None:
                return None
            skus.is_known(sku, cells.row)
            key = StockKey(seller_id, warehouse_id, sku)
            content = command_id(sku, "stock", warehouse_id, batch, counted, note)
            return sku, CountStock(key=key, counted=counted, note=note, at=at, command_id=content)

        elsewhere = ForeignRows(table.header, seller_id, warehouse_id)
        result = _import(table, read, "sku", elsewhere, progress)
    return _finish(result, skus, all_or_nothing=all_or_nothing)


def read_receipts(
    file: File,
    *,
    seller_id: str,
    warehouse_id: str,
    at: datetime,
    layout: ReceiptLayout | None = None,
    time_zone: tzinfo | str | None = None,
    batch: str = "",
    known_skus: Collection[str] | None = None,
    all_or_nothing: bool = False,
    progress: Callable[[Progress], None] | None = None,
    name: str | None = None,
    file_format: FileFormat = DETECTED,
) -> Import:
    """Read expected receipts into commands that announce them.

    A receipt is for one product. A second row with the same id is faulty.

    Args:
        file: Its path, or a stream of bytes; plain, compressed or a workbook.
        seller_id: The seller of the receipts.
        warehouse_id: The warehouse that they go to.
        at: The moment of the import, for the commands.
        layout: The column names of the file.
        time_zone: The zone of times without an offset, if the layout has none.
        batch: As in `read_stock`: a new batch announces the same receipts again.
        known_skus: As in `read_stock`.
        all_or_nothing: Whether a single fault means that there are no commands.
        progress: Called every 1,000 rows and at the end.
        name: The name of the file in messages. Default: its path.
        file_format: The format of its text. Default: detected.

    Raises:
        FileError: If the file cannot be read, or its columns do not fit the layout.
        InvalidValueError: If an id or the moment breaks its rule.
    """
    check_ids("read_receipts", seller_id, warehouse_id, at)
    layout = layout if layout is not None else ReceiptLayout()
    skus = KnownSkus(known_skus)
    with open_table(file, {"receipts": layout}, file_format=file_format, name=name) as table:
        times = attrs.evolve(times_of(table, time_zone), ends_day=True)

        def read(cells: Cells) -> tuple[str, ImportCommand] | None:
            receipt_id, sku = cells.identifier("receipt_id"), cells.identifier("sku")
            units = cells.whole(
                "quantity", smallest=1, largest=UNITS_MAX, thousands=layout.thousands
            )
            expected_at = cells.moment("expected_at", times, required=True)
            if receipt_id is None or sku is None or units is None or expected_at is None:
                return None
            skus.is_known(sku, cells.row)
            key = StockKey(seller_id, warehouse_id, sku)
            content = command_id(
                receipt_id, "receipt", warehouse_id, batch, sku, units, expected_at.isoformat()
            )
            receipt = ExpectedReceipt(receipt_id, key, units, expected_at)
            return receipt_id, AnnounceReceipt(receipt=receipt, at=at, command_id=content)

        elsewhere = ForeignRows(table.header, seller_id, warehouse_id)
        result = _import(table, read, "receipt_id", elsewhere, progress)
    return _finish(result, skus, all_or_nothing=all_or_nothing)


def read_deliveries(
    file: File,
    *,
    seller_id: str,
    warehouse_id: str,
    at: datetime,
    layout: DeliveryLayout | None = None,
    batch: str = "",
    all_or_nothing: bool = False,
    progress: Callable[[Progress], None] | None = None,
    name: str | None = None,
    file_format: FileFormat = DETECTED,
) -> Import:
    """Read deliveries into commands that book in announced receipts.

    A second row with the same receipt is faulty.

    Args:
        file: Its path, or a stream of bytes; plain, compressed or a workbook.
        seller_id: The seller of the receipts.
        warehouse_id: The warehouse in which they arrived.
        at: The moment of the import, for the commands.
        layout: The column names of the file.
        batch: A name that separates deliveries with equal content, such as the parts of one
            receipt. The same delivery of one batch takes effect once.
        all_or_nothing: Whether a single fault means that there are no commands.
        progress: Called every 1,000 rows and at the end.
        name: The name of the file in messages. Default: its path.
        file_format: The format of its text. Default: detected.

    Raises:
        FileError: If the file cannot be read, or its columns do not fit the layout.
        InvalidValueError: If an id or the moment breaks its rule.
    """
    check_ids("read_deliveries", seller_id, warehouse_id, at)
    layout = layout if layout is not None else DeliveryLayout()
    skus = KnownSkus(None)  # a receipt has to be announced
    units: dict[str, Any] = {"smallest": 0, "largest": UNITS_MAX, "thousands": layout.thousands}
    with open_table(file, {"deliveries": layout}, file_format=file_format, name=name) as table:

        def read(cells: Cells) -> tuple[str, ImportCommand] | None:
            receipt_id, sku = cells.identifier("receipt_id"), cells.identifier("sku")
            received = cells.whole("received", **units)
            rejected = cells.whole("rejected", required=False, **units)
            more_to_come = _yes_or_no(cells, "more_to_come")
            if receipt_id is None or sku is None or received is None or cells.faults:
                return None
            content = (warehouse_id, batch, sku, received, rejected or 0, more_to_come)
            return receipt_id, BookInStock(
                key=StockKey(seller_id, warehouse_id, sku),
                received=received,
                rejected=rejected or 0,
                receipt_id=receipt_id,
                more_to_come=more_to_come,
                at=at,
                command_id=command_id(receipt_id, "delivery", *content),
            )

        elsewhere = ForeignRows(table.header, seller_id, warehouse_id)
        result = _import(table, read, "receipt_id", elsewhere, progress)
    return _finish(result, skus, all_or_nothing=all_or_nothing)


def _counted(cells: Cells, layout: StockLayout) -> int | None:
    text = cells.text("on_hand")
    if is_below_zero(text):
        cells.fault("on_hand", text, _BELOW_ZERO)
        return None
    return cells.whole("on_hand", smallest=0, largest=UNITS_MAX, thousands=layout.thousands)


def _yes_or_no(cells: Cells, field: str) -> bool:
    text = cells.text(field)
    answer = _YES_OR_NO.get(text.casefold())
    if answer is None:
        cells.fault(field, text, "must be yes or no")
    return bool(answer)


def _import(
    table: Table[_Layout],
    read: Callable[[Cells], tuple[str, ImportCommand] | None],
    unique: str,
    elsewhere: ForeignRows,
    progress: Callable[[Progress], None] | None,
) -> Import:
    """Read a command from each row. The values of the column `unique` must differ."""
    findings = Findings()
    with Sorter[_Found](itemgetter(0)) as found, Sorter[_Found](itemgetter(1)) as first:
        for record in table.rows(progress):
            if record.fault:
                findings.reject_row(record.row, [Fault(record.row, "", "", record.fault)])
                continue
            if record.skip:
                findings.skip(record.row, record.skip)
                continue
            cells = Cells(table.columns, record)
            fault = elsewhere.fault(record)
            if fault is not None:
                findings.reject_row(record.row, [fault])
                continue
            pair = read(cells)
            if pair is None or cells.faults:
                findings.reject_row(record.row, cells.faults)
            else:
                found.add((pair[0], record.row, pair[1]))
        for value, same in groupby(found, itemgetter(0)):
            earlier = 0
            for item in same:
                if not earlier:
                    earlier = item[1]
                    first.add(item)
                    continue
                reason = f"is already in row {earlier:,}"
                name = table.columns.name(unique)
                findings.reject_row(item[1], [Fault(item[1], name, quote_value(value), reason)])
        commands = LongList(command for _, _, command in first)
    return Import.of(table, findings, commands=commands)


def _finish(result: Import, skus: KnownSkus, *, all_or_nothing: bool) -> Import:
    """Return a result with the products that are new; with one fault, perhaps without commands."""
    commands = () if all_or_nothing and result.faults else result.commands
    return attrs.evolve(result, commands=commands, unknown_skus=skus.unknown())
