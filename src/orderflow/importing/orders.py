"""Orders from a file: commands that place the new ones, and edit those that have changed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING

from orderflow.domain.model import validators
from orderflow.domain.model.commands import EditOrder, PlaceOrder
from orderflow.domain.model.order import Order
from orderflow.importing.comparing import changes_to, obstacle_to
from orderflow.importing.faults import PassedOver, by_row
from orderflow.importing.gathering import Gathering, OrderMaker
from orderflow.importing.identity import check_ids, command_id, content_of
from orderflow.importing.layout import OrderLayout
from orderflow.importing.presets import PRESETS, Preset
from orderflow.importing.result import Changed, Import, Rejected
from orderflow.importing.rows import OrderRows
from orderflow.importing.table import open_table

if TYPE_CHECKING:
    from datetime import datetime, tzinfo

    from orderflow.importing.gathering import Gathered
    from orderflow.importing.table import File, Progress, Table

__all__ = ["Existing", "OnChange", "read_orders"]

Existing = Callable[[str], Order | None] | Mapping[str, Order]
"""The seller's orders that are there already, by their ids."""


class OnChange(StrEnum):
    """What to do with an order that is already present, but different."""

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
    preset: Preset | str | OrderLayout | None = None,
    time_zone: tzinfo | str | None = None,
    existing: Existing = MappingProxyType({}),
    was_imported: Callable[[str], bool] = lambda _: False,
    on_change: OnChange = OnChange.SKIP,
    all_or_nothing: bool = False,
    progress: Callable[[Progress], None] | None = None,
    name: str | None = None,
    encoding: str | None = None,
    delimiter: str | None = None,
) -> Import:
    """Read the orders of a file, and say what is to be done about them.

    Args:
        file: Its path, or a stream of bytes; plain or gzip.
        seller_id: Whose orders they are.
        warehouse_id: Where they leave from.
        at: The moment of the import, which the commands carry.
        preset: The layout of the file, or the name of a preset; None for the preset that fits.
        time_zone: That of times that name none, where the layout names none either.
        existing: The seller's orders that are there already.
        was_imported: Whether a command id was carried out before. It tells an order that was
            imported as the file has it, and edited or split since, from one that the file changes.
        on_change: What to do with an order that is already present, but different.
        all_or_nothing: Whether a single fault leaves no command.
        progress: Is told every 1,000 rows how far the reading has come, and at the end.
        name: What the file is called in messages; its path, if left out.
        encoding: How its text is stored; found out if None.
        delimiter: What stands between two cells; found out if None.

    Raises:
        FileError: If the file cannot be read, or its columns are not those of the layout.
        InvalidValueError: If an id or the moment breaks its rule, or `preset` names none.
    """
    check_ids("read_orders", seller_id, warehouse_id, at)
    validators.require(
        ok=isinstance(on_change, OnChange),
        field="read_orders.on_change",
        demand="an OnChange",
        value=on_change,
    )
    layouts = _layouts(preset)
    with open_table(file, layouts, name=name, encoding=encoding, delimiter=delimiter) as table:
        rows = OrderRows(table, time_zone)
        gathering = Gathering(table.columns)
        for record in table.rows(progress):
            gathering.add(rows.read(record))
        maker = OrderMaker(
            table.columns,
            seller_id=seller_id,
            warehouse_id=warehouse_id,
            country=table.layout.country_default,
        )
        comparison = _Comparison(
            existing=existing if callable(existing) else existing.get,
            was_imported=was_imported,
            on_change=on_change,
            at=at,
            has_line_ids="line_id" in table.columns.positions,
        )
        return _conclude(table, gathering, maker, comparison, all_or_nothing=all_or_nothing)


def _layouts(preset: Preset | str | OrderLayout | None) -> Mapping[str, OrderLayout]:
    if preset is None:
        return {str(each): layout for each, layout in PRESETS.items()}
    if isinstance(preset, OrderLayout):
        return {"the layout": preset}
    validators.require(
        ok=preset in list(Preset),
        field="read_orders.preset",
        demand=f"one of {', '.join(Preset)}, or a layout",
        value=preset,
    )
    return {preset: PRESETS[Preset(preset)]}


def _conclude(
    table: Table[OrderLayout],
    gathering: Gathering,
    maker: OrderMaker,
    comparison: _Comparison,
    *,
    all_or_nothing: bool,
) -> Import:
    faults, passed_over = gathering.faults, gathering.passed_over
    rejected = [Rejected(row, reason) for row, reason in by_row(faults).items()]
    for order_id, gathered in gathering.orders():
        if gathered.reason:
            passed_over += [PassedOver(row, gathered.reason) for row in gathered.rows]
            continue
        order = maker.make(order_id, gathered) if gathered.lines or gathered.faults else None
        if gathered.faults:
            faults += gathered.faults
            rejected += _rejected(gathered)
            continue
        passed_over += gathered.passed_over
        if order is not None:
            comparison.take(order, has_priority=gathered.priority is not None)
    faults.sort(key=lambda fault: fault.row)
    return Import(
        file=table.name,
        layout=table.layout,
        form=table.form,
        ignored=table.columns.ignored,
        rows=table.rows_read,
        commands=() if all_or_nothing and faults else tuple(comparison.commands),
        faults=tuple(faults),
        rejected=tuple(sorted(rejected, key=lambda each: each.row)),
        passed_over=tuple(sorted(passed_over, key=lambda each: each.row)),
        new=comparison.new,
        unchanged=comparison.unchanged,
        changed=tuple(comparison.changed),
    )


def _rejected(gathered: Gathered) -> list[Rejected]:
    """Reject all rows of an order, those without a fault because of the first that has one."""
    reasons = by_row(gathered.faults)
    other = f"row {min(reasons):,} of the same order is at fault"
    return [Rejected(row, reasons.get(row, other)) for row in gathered.rows]


class _Comparison:
    """Compares the orders of a file with those that are there, and says what is to be done.

    Attributes:
        commands: What is to be done.
        new: How many orders are new.
        unchanged: How many are as they were imported.
        changed: The others.
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
        self.changed: list[Changed] = []
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
        changes = changes_to(
            stored, order, has_line_ids=self._has_line_ids, has_priority=has_priority
        )
        if not changes or self._was_imported(place_id):
            self.unchanged += 1
            return
        obstacle = obstacle_to(stored, order.warehouse_id)
        self.changed.append(Changed(order.order_id, changes, obstacle))
        if self._on_change is OnChange.UPDATE and not obstacle:
            edit_id = command_id(order.order_id, *content, stored.version, changes)
            self.commands.append(
                EditOrder(
                    seller_id=order.seller_id,
                    order_id=order.order_id,
                    at=self._at,
                    edits=changes,
                    expected_version=stored.version,
                    command_id=edit_id,
                )
            )
