"""Read orders from a file: commands that place the new orders and edit the changed ones."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

import attrs

from orderflow.domain.model import validators
from orderflow.domain.model.order import Order
from orderflow.importing.file_orders import FileOrders
from orderflow.importing.files.file_format import DETECTED
from orderflow.importing.findings import Findings
from orderflow.importing.identity import check_ids
from orderflow.importing.known_skus import KnownSkus
from orderflow.importing.layouts.choice import LayoutChoice, choose_layouts
from orderflow.importing.order_maker import OrderMaker
from orderflow.importing.order_rows import OrderRows
from orderflow.importing.result import Import
from orderflow.importing.stored_orders import OnChange, StoredOrders
from orderflow.importing.table import open_table

if TYPE_CHECKING:
    from datetime import datetime, tzinfo

    from orderflow.importing.file_orders import FileOrder
    from orderflow.importing.files.file_format import FileFormat
    from orderflow.importing.table import File, Progress

__all__ = ["Existing", "OnChange", "read_orders"]

Existing = Callable[[str], Order | None] | Mapping[str, Order]
"""The seller's stored orders, by order id."""


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
    on_change: OnChange = OnChange.SKIP,
    known_skus: Collection[str] | None = None,
    known_skus_only: bool = False,
    all_or_nothing: bool = False,
    progress: Callable[[Progress], None] | None = None,
    name: str | None = None,
    file_format: FileFormat = DETECTED,
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
        existing: The seller's stored orders.
        parts_of: The stored orders that were split off from an order; they are called off with it.
        was_imported: Whether a command with this id was saved before. It separates orders that
            changed since they were imported from orders that the file changes.
        on_change: Whether to skip or update a stored order that differs from the file.
        known_skus: The products that the seller has. Others are listed in the result.
        known_skus_only: Whether orders with other products are rejected.
        all_or_nothing: Whether a single fault means that there are no commands.
        progress: Called every 1,000 rows and at the end.
        name: The name of the file in messages. Default: its path.
        file_format: The format of its text. Default: detected.

    Raises:
        FileError: If the file cannot be read, or its columns do not fit the layout.
        InvalidValueError: If an id or the moment breaks its rule, or there is no such preset.
    """
    check_ids("read_orders", seller_id, warehouse_id, at)
    validators.require(
        ok=isinstance(on_change, OnChange),
        field="read_orders.on_change",
        demand="an OnChange",
        value=on_change,
    )
    layouts = choose_layouts(preset, "read_orders.preset")
    with open_table(file, layouts, file_format=file_format, name=name) as table:
        rows, findings = OrderRows(table, time_zone), Findings()
        skus = KnownSkus(known_skus)
        maker = OrderMaker(
            table.columns,
            table.layout,
            seller_id=seller_id,
            warehouse_id=warehouse_id,
            skus=skus,
            known_skus_only=known_skus_only,
        )
        stored = StoredOrders(
            warehouse_id=warehouse_id,
            at=at,
            find=existing if callable(existing) else existing.get,
            parts_of=parts_of,
            was_imported=was_imported,
            on_change=on_change,
            has_line_ids="line_id" in table.columns.positions,
            zone=rows.zone,
        )
        dropped = table.layout.drop_repeated
        with FileOrders(table.columns, findings, drops_repeated=dropped) as file_orders:
            for record in table.rows(progress):
                file_orders.add(rows.read(record))
            for found in file_orders.orders():
                _take(found, maker, stored, findings)
        result = Import.of(table, findings, unknown_skus=skus.unknown(), **stored.result())
    return attrs.evolve(result, commands=()) if all_or_nothing and result.faults else result


def _take(found: FileOrder, maker: OrderMaker, stored: StoredOrders, findings: Findings) -> None:
    """Take one order of the file: skip or reject its rows, or compare it with the stored one."""
    if found.reason:
        for row in found.rows:
            findings.skip(row, found.reason)
        if found.off_reason:
            stored.call_off(found.order_id, found.off_reason)
        return
    order = None if found.is_cut or not (found.lines or found.faults) else maker.make(found)
    if found.faults:
        findings.reject(found.rows, found.faults)
        return
    for skipped in found.skipped:
        findings.skip(skipped.row, skipped.reason)
    for repeated in found.repeated:
        findings.repeated.add(repeated)
    if order is not None:
        stored.take(
            order,
            has_priority=found.priority is not None,
            has_time=found.placed_at is not None,
        )
    elif found.off_reason:
        stored.call_off(found.order_id, found.off_reason)
