"""Read orders from a file: commands that place the new orders and edit the changed ones."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import ExitStack
from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING

import attrs

from orderflow.domain.model import validators
from orderflow.domain.model.order import Order
from orderflow.importing.files.file_format import DETECTED
from orderflow.importing.identity import check_ids
from orderflow.importing.import_run import ImportRun
from orderflow.importing.known_skus import KnownSkus
from orderflow.importing.layouts.choice import LayoutChoice, choose_layouts
from orderflow.importing.order_files import OrderFiles
from orderflow.importing.order_maker import OrderMaker
from orderflow.importing.stored_orders import OnChange, StoredOrders
from orderflow.importing.table import open_table

if TYPE_CHECKING:
    from datetime import datetime, tzinfo

    from orderflow.domain.model.events import Event
    from orderflow.importing.file_orders import FileOrder
    from orderflow.importing.files.file_format import FileFormat
    from orderflow.importing.result import Import
    from orderflow.importing.table import File, Progress

__all__ = ["Existing", "OnChange", "read_orders"]

Existing = Callable[[Collection[str]], Mapping[str, Order]] | Mapping[str, Order]
"""The seller's stored orders by order id, or a function that returns those of some ids."""

PAGE_ORDERS_MAX, PAGE_ROWS_MAX = 100, 10_000
"""How many orders of the file are compared together, and about how many rows and lines."""


def read_orders(
    file: File,
    *,
    seller_id: str,
    warehouse_id: str,
    at: datetime,
    preset: LayoutChoice = None,
    time_zone: tzinfo | str | None = None,
    existing: Existing = MappingProxyType({}),
    parts_of: Callable[[str], Iterable[Order]] = lambda _: (),
    was_imported: Callable[[str], bool] = lambda _: False,
    history_of: Callable[[str], Iterable[Event]] = lambda _: (),
    on_change: OnChange = OnChange.SKIP,
    known_skus: Collection[str] | None = None,
    known_skus_only: bool = False,
    all_or_nothing: bool = False,
    progress: Callable[[Progress], None] | None = None,
    name: str | None = None,
    file_format: FileFormat = DETECTED,
    lines: File | None = None,
    lines_name: str | None = None,
    lines_format: FileFormat = DETECTED,
    run: ImportRun | None = None,
) -> Import:
    """Read the orders of a file into commands.

    Args:
        file: Its path, or a stream of bytes; plain, compressed or a workbook.
        seller_id: The seller of the orders.
        warehouse_id: The warehouse that they leave from.
        at: The moment of the import, for the commands.
        preset: The layout of the file, or the name of a preset. Of several layouts with names, the
            one that fits best. Default: the preset that fits.
        time_zone: The zone of times without an offset, if the layout has none.
        existing: The seller's stored orders by order id; or a function that gets up to 100 ids, and
            returns the stored ones of these orders.
        parts_of: The stored orders that were split off from an order; they are called off with it.
        was_imported: Whether a command with this id was saved before. It separates orders that
            changed since they were imported from orders that the file changes.
        history_of: The events of a stored order, oldest first. With `was_imported`, they show what
            the last import edited. Default: only the import that placed an order is known.
        on_change: Whether to skip or update a stored order that differs from the file.
        known_skus: The products that the seller has. Others are listed in the result.
        known_skus_only: Whether orders with other products are rejected.
        all_or_nothing: Whether a single fault means that there are no commands.
        progress: Called every 1,000 rows and at the end.
        name: The name of the file in messages. Default: its path.
        file_format: The format of its text. Default: detected.
        lines: The file with the lines of the orders, if they are in one of their own. Its columns
            are those of the same layout: order id, product, units and line id. An order without
            lines is rejected, and so are lines without an order: see `Import.lines`.
        lines_name: The name of this file in messages. Default: its path.
        lines_format: The format of its text. Default: detected.
        run: What several files have in common that are imported one after another. An order in two
            of them must be whole in the later one. Default: the file is imported alone.

    Raises:
        FileError: If a file cannot be read, or its columns do not fit the layout.
        InvalidValueError: If an id or the moment breaks its rule, or there is no such preset.
    """
    check_ids("read_orders", seller_id, warehouse_id, at)
    _check(existing, on_change)
    layouts = choose_layouts(preset, "read_orders.preset")
    main = partial(open_table, file, file_format=file_format, name=name)
    others = None
    if lines is not None:
        others = partial(open_table, lines, file_format=lines_format, name=lines_name)
    skus = KnownSkus(known_skus)
    with ExitStack() as opened:
        files = OrderFiles.open(
            opened, layouts, time_zone, owner=(seller_id, warehouse_id), main=main, lines=others
        )
        maker = OrderMaker(
            files.main.table.columns,
            files.main.table.layout,
            seller_id=seller_id,
            warehouse_id=warehouse_id,
            skus=skus,
            known_skus_only=known_skus_only,
            line_columns=files.line_columns,
        )
        stored = StoredOrders(
            file=files.main.table.name,
            run=run or ImportRun(),
            warehouse_id=warehouse_id,
            at=at,
            existing=existing if callable(existing) else lambda _: existing,
            parts_of=parts_of,
            was_imported=was_imported,
            history_of=history_of,
            on_change=on_change,
            has_line_ids="line_id" in files.line_columns.positions,
        )
        for page in _pages(files, progress):
            stored.read([found.order_id for found in page])
            for found in page:
                _take(found, files, maker, stored)
        files.main.table.notes += stored.notes()
        result = files.result(skus, stored.finish())
    return attrs.evolve(result, commands=()) if all_or_nothing and result.has_faults else result


def _check(existing: object, on_change: object) -> None:
    validators.require(
        ok=callable(existing) or isinstance(existing, Mapping),
        field="read_orders.existing",
        demand="a function or a mapping of stored orders by their ids",
        value=existing,
    )
    validators.require(
        ok=isinstance(on_change, OnChange),
        field="read_orders.on_change",
        demand="an OnChange",
        value=on_change,
    )


def _pages(
    files: OrderFiles, progress: Callable[[Progress], None] | None
) -> Iterator[list[FileOrder]]:
    """Read the orders, and yield those that are compared together."""
    page: list[FileOrder] = []
    size = 0
    for found in files.read(progress):
        page.append(found)
        size += sum(len(part.rows) + len(part.lines) for part, _ in files.parts(found))
        if len(page) == PAGE_ORDERS_MAX or size >= PAGE_ROWS_MAX:
            yield page
            page, size = [], 0
    if page:
        yield page


def _take(found: FileOrder, files: OrderFiles, maker: OrderMaker, stored: StoredOrders) -> None:
    """Take one order of the file: skip or reject its rows, or compare it with the stored one."""
    parts = tuple(files.parts(found))
    if found.reason:
        for part, findings in parts:
            for row in part.rows:
                findings.skip(row, found.reason)
        if found.off_reason:
            stored.call_off(found)
        else:
            stored.skip(found.order_id, found.reason)
        return
    is_cut = any(part.is_cut for part, _ in parts)
    has_rows = any(part.lines or part.faults for part, _ in parts)
    order = maker.make(found) if has_rows and not is_cut else None
    if found.has_faults:
        files.reject(found)
        return
    for part, findings in parts:
        for skipped in part.skipped:
            findings.skip(skipped.row, skipped.reason)
        for repeated in part.repeated:
            findings.repeated.add(repeated)
    if order is not None:
        stored.take(order, found)
    elif found.off_reason:
        stored.call_off(found)
