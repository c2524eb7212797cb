"""Stock and expected receipts from a file.

A file of stock says what is on hand, so each of its rows is a count. A file of receipts says what
is on its way.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from orderflow.domain.model.commands import AnnounceReceipt, CountStock
from orderflow.domain.model.stock import ExpectedReceipt, StockKey
from orderflow.domain.model.validators import UNITS_MAX
from orderflow.importing.cells import Cells
from orderflow.importing.faults import Fault, by_row
from orderflow.importing.identity import check_ids, command_id
from orderflow.importing.layout import Layout, ReceiptLayout, StockLayout
from orderflow.importing.result import Import, Rejected
from orderflow.importing.table import open_table
from orderflow.importing.times import TimeReader, zone_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime, tzinfo

    from orderflow.importing.result import ImportCommand
    from orderflow.importing.table import File, Progress, Table

__all__ = ["read_receipts", "read_stock"]

_Layout = TypeVar("_Layout", bound=Layout)


def read_stock(
    file: File,
    *,
    seller_id: str,
    warehouse_id: str,
    at: datetime,
    layout: StockLayout | None = None,
    batch: str = "",
    all_or_nothing: bool = False,
    progress: Callable[[Progress], None] | None = None,
    name: str | None = None,
    encoding: str | None = None,
    delimiter: str | None = None,
) -> Import:
    """Read what is on hand, as commands that count it.

    A product that stands on two rows is at fault on the second, for nobody knows which count is
    right.

    Args:
        file: Its path, or a stream of bytes; plain or gzip.
        seller_id: Whose stock it is.
        warehouse_id: Where it is.
        at: The moment of the import, which the commands carry.
        layout: What its columns are called.
        batch: What tells two counts apart that found the same, such as the day. A count of the same
            batch, product and units is carried out once, however often it is imported.
        all_or_nothing: Whether a single fault leaves no command.
        progress: Is told every 1,000 rows how far the reading has come, and at the end.
        name: What the file is called in messages; its path, if left out.
        encoding: How its text is stored; found out if None.
        delimiter: What stands between two cells; found out if None.

    Raises:
        FileError: If the file cannot be read, or its columns are not those of the layout.
        InvalidValueError: If an id or the moment breaks its rule.
    """
    check_ids("read_stock", seller_id, warehouse_id, at)
    layout = layout if layout is not None else StockLayout()
    with open_table(
        file, {"stock": layout}, name=name, encoding=encoding, delimiter=delimiter
    ) as table:

        def read(cells: Cells) -> tuple[str, ImportCommand] | None:
            sku = cells.identifier("sku")
            counted = cells.whole(
                "on_hand", smallest=0, largest=UNITS_MAX, thousands=layout.thousands
            )
            note = cells.note("note")
            if sku is None or counted is None or note is None:
                return None
            key = StockKey(seller_id, warehouse_id, sku)
            content = command_id(sku, "stock", warehouse_id, batch, counted, note)
            return sku, CountStock(key=key, counted=counted, note=note, at=at, command_id=content)

        return _import(table, read, "sku", progress, all_or_nothing=all_or_nothing)


def read_receipts(
    file: File,
    *,
    seller_id: str,
    warehouse_id: str,
    at: datetime,
    layout: ReceiptLayout | None = None,
    time_zone: tzinfo | str | None = None,
    batch: str = "",
    all_or_nothing: bool = False,
    progress: Callable[[Progress], None] | None = None,
    name: str | None = None,
    encoding: str | None = None,
    delimiter: str | None = None,
) -> Import:
    """Read what is expected, as commands that announce it.

    A receipt is of one product; its id on a second row is at fault there.

    Args:
        file: Its path, or a stream of bytes; plain or gzip.
        seller_id: Whose receipts they are.
        warehouse_id: Where they go to.
        at: The moment of the import, which the commands carry.
        layout: What its columns are called.
        time_zone: That of times that name none, where the layout names none either.
        batch: As with `read_stock`: it announces again what was announced so before.
        all_or_nothing: Whether a single fault leaves no command.
        progress: Is told every 1,000 rows how far the reading has come, and at the end.
        name: What the file is called in messages; its path, if left out.
        encoding: How its text is stored; found out if None.
        delimiter: What stands between two cells; found out if None.

    Raises:
        FileError: If the file cannot be read, or its columns are not those of the layout.
        InvalidValueError: If an id or the moment breaks its rule.
    """
    check_ids("read_receipts", seller_id, warehouse_id, at)
    layout = layout if layout is not None else ReceiptLayout()
    times = TimeReader(zone_of(layout.zone or time_zone), layout.time_format, layout.day_first)
    with open_table(
        file, {"receipts": layout}, name=name, encoding=encoding, delimiter=delimiter
    ) as table:

        def read(cells: Cells) -> tuple[str, ImportCommand] | None:
            receipt_id, sku = cells.identifier("receipt_id"), cells.identifier("sku")
            units = cells.whole(
                "quantity", smallest=1, largest=UNITS_MAX, thousands=layout.thousands
            )
            expected_at = cells.moment("expected_at", times, required=True)
            if receipt_id is None or sku is None or units is None or expected_at is None:
                return None
            key = StockKey(seller_id, warehouse_id, sku)
            content = command_id(
                receipt_id, "receipt", warehouse_id, batch, sku, units, expected_at.isoformat()
            )
            receipt = ExpectedReceipt(receipt_id, key, units, expected_at)
            return receipt_id, AnnounceReceipt(receipt=receipt, at=at, command_id=content)

        return _import(table, read, "receipt_id", progress, all_or_nothing=all_or_nothing)


def _import(
    table: Table[_Layout],
    read: Callable[[Cells], tuple[str, ImportCommand] | None],
    unique: str,
    progress: Callable[[Progress], None] | None,
    *,
    all_or_nothing: bool,
) -> Import:
    """Read a command of each row; the column `unique` may not repeat."""
    commands: dict[str, ImportCommand] = {}
    row_of: dict[str, int] = {}
    faults: list[Fault] = []
    for record in table.rows(progress):
        if record.fault:
            faults.append(Fault(record.row, "", "", record.fault))
            continue
        cells = Cells(table.columns, record)
        found = read(cells)
        if found is not None:
            value, command = found
            if value in commands:
                cells.fault(unique, value, f"stands in row {row_of[value]:,} already")
            else:
                commands[value], row_of[value] = command, record.row
        faults += cells.faults
    return Import(
        file=table.name,
        layout=table.layout,
        form=table.form,
        ignored=table.columns.ignored,
        rows=table.rows_read,
        commands=() if all_or_nothing and faults else tuple(commands.values()),
        faults=tuple(faults),
        rejected=tuple(Rejected(row, reason) for row, reason in by_row(faults).items()),
    )
