"""Read orders from a file: commands that place the new orders and edit the changed ones."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

from orderflow.domain.model import validators
from orderflow.domain.model.commands import EditOrder, PlaceOrder
from orderflow.domain.model.order import Order
from orderflow.domain.model.terms import Term
from orderflow.importing.comparing import edits_to, obstacle_to
from orderflow.importing.faults import SkippedRow, by_row
from orderflow.importing.file_orders import FileOrders, OrderMaker
from orderflow.importing.files.file_format import DETECTED
from orderflow.importing.identity import check_ids, command_id, content_of
from orderflow.importing.layouts.layout import OrderLayout
from orderflow.importing.layouts.presets import PRESETS, Preset
from orderflow.importing.order_rows import OrderRows
from orderflow.importing.result import ChangedOrder, Import, RejectedRow
from orderflow.importing.table import open_table

if TYPE_CHECKING:
    from datetime import datetime, tzinfo

    from orderflow.importing.file_orders import FileOrder
    from orderflow.importing.files.file_format import FileFormat
    from orderflow.importing.table import File, Progress, Table

__all__ = ["Existing", "OnChange", "read_orders"]

Existing = Callable[[str], Order | None] | Mapping[str, Order]
"""The seller's stored orders, by order id."""


class OnChange(Term):
    """What to do with a stored order that differs from the file."""

    SKIP = "SKIP"
    """Leave it as it is."""
    UPDATE = "UPDATE"
    """Edit it."""


def read_orders(
    file: File,
    *,
    seller_id: str,
    warehouse_id: str,
    at: datetime,
    preset: Preset | str | OrderLayout | Mapping[str, OrderLayout] | None = None,
    time_zone: tzinfo | str | None = None,
    existing: Existing = MappingProxyType({}),
    was_imported: Callable[[str], bool] = lambda _: False,
    on_change: OnChange = OnChange.SKIP,
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
        was_imported: Whether a command with this id was saved before. It separates orders that
            changed since they were imported from orders that the file changes.
        on_change: Whether to skip or update a stored order that differs from the file.
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
    layouts = _layouts(preset)
    with open_table(file, layouts, file_format=file_format, name=name) as table:
        rows = OrderRows(table, time_zone)
        file_orders = FileOrders(table.columns)
        for record in table.rows(progress):
            file_orders.add(rows.read(record))
        maker = OrderMaker(
            table.columns,
            table.layout,
            seller_id=seller_id,
            warehouse_id=warehouse_id,
        )
        comparison = _Comparison(
            existing=existing if callable(existing) else existing.get,
            was_imported=was_imported,
            on_change=on_change,
            at=at,
            has_line_ids="line_id" in table.columns.positions,
        )
        return _conclude(table, file_orders, maker, comparison, all_or_nothing=all_or_nothing)


def _layouts(
    preset: Preset | str | OrderLayout | Mapping[str, OrderLayout] | None,
) -> Mapping[str, OrderLayout]:
    if preset is None:
        return {str(each): layout for each, layout in PRESETS.items()}
    if isinstance(preset, OrderLayout):
        return {"the layout": preset}
    if isinstance(preset, Mapping):
        return preset
    validators.require(
        ok=preset in list(Preset),
        field="read_orders.preset",
        demand=f"one of {', '.join(Preset)}, or layouts",
        value=preset,
    )
    return {preset: PRESETS[Preset(preset)]}


def _conclude(
    table: Table[OrderLayout],
    file_orders: FileOrders,
    maker: OrderMaker,
    comparison: _Comparison,
    *,
    all_or_nothing: bool,
) -> Import:
    faults, skipped = file_orders.faults, file_orders.skipped
    rejected = [RejectedRow(row, reason) for row, reason in by_row(faults).items()]
    for order_id, found in file_orders.orders():
        if found.reason:
            skipped += [SkippedRow(row, found.reason) for row in found.rows]
            continue
        order = maker.make(order_id, found) if found.lines or found.faults else None
        if found.faults:
            faults += found.faults
            rejected += _reject(found)
            continue
        skipped += found.skipped
        if order is not None:
            comparison.take(order, has_priority=found.priority is not None)
    faults.sort(key=lambda fault: fault.row)
    return Import(
        file=table.name,
        layout=table.layout,
        layout_name=table.layout_name,
        file_format=table.file_format,
        guess=table.guess,
        notes=tuple(table.notes),
        ignored=table.columns.ignored,
        rows=table.rows_read,
        commands=() if all_or_nothing and faults else tuple(comparison.commands),
        faults=tuple(faults),
        rejected=tuple(sorted(rejected, key=lambda each: each.row)),
        skipped=tuple(sorted(skipped, key=lambda each: each.row)),
        new=comparison.new,
        unchanged=comparison.unchanged,
        changed=tuple(comparison.changed),
    )


def _reject(found: FileOrder) -> list[RejectedRow]:
    """Reject all rows of an order; rows without a fault refer to the first faulty one."""
    reasons = by_row(found.faults)
    other = f"row {min(reasons):,} of the same order has a fault"
    return [RejectedRow(row, reasons.get(row, other)) for row in found.rows]


class _Comparison:
    """Compares the orders of a file with the stored orders and collects the commands.

    Attributes:
        commands: The commands to run.
        new: The number of new orders.
        unchanged: The number of unchanged orders.
        changed: The changed orders.
    """

    def __init__(
        self,
        *,
        existing: Callable[[str], Order | None],
        was_imported: Callable[[str], bool],
        on_change: OnChange,
        at: datetime,
        has_line_ids: bool,
    ) -> None:
        self.commands: list[PlaceOrder | EditOrder] = []
        self.new = self.unchanged = 0
        self.changed: list[ChangedOrder] = []
        self._existing = existing
        self._was_imported = was_imported
        self._on_change = on_change
        self._at = at
        self._has_line_ids = has_line_ids

    def take(self, order: Order, *, has_priority: bool) -> None:
        """Compare one order."""
        content = content_of(order)
        place_id = command_id(order.order_id, *content)
        stored = self._existing(order.order_id)
        if stored is None:
            self.new += 1
            self.commands.append(PlaceOrder(order=order, at=self._at, command_id=place_id))
            return
        edits = edits_to(stored, order, has_line_ids=self._has_line_ids, has_priority=has_priority)
        if not edits or self._was_imported(place_id):
            self.unchanged += 1
            return
        obstacle = obstacle_to(stored, order.warehouse_id)
        self.changed.append(ChangedOrder(order.order_id, edits, obstacle))
        if self._on_change is OnChange.UPDATE and not obstacle:
            edit_id = command_id(order.order_id, *content, stored.version, edits)
            self.commands.append(
                EditOrder(
                    seller_id=order.seller_id,
                    order_id=order.order_id,
                    at=self._at,
                    edits=edits,
                    expected_version=stored.version,
                    command_id=edit_id,
                )
            )
