"""The meaning of each row: a sale, a cancellation, a stock adjustment, or nothing.

Rows are read as an import reads them. What an import skips, because nothing is left to send, was
ordered anyway: despatched orders are the history.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from orderflow.domain.model.validators import UNITS_MAX
from orderflow.importing.cells import Cells
from orderflow.importing.faults import Fault, quote_value
from orderflow.importing.layouts.skip_rule import SkipKind
from orderflow.importing.order_rows import OrderRows, RowRules
from orderflow.replay.entries import EntryKind

if TYPE_CHECKING:
    from datetime import datetime, tzinfo

    from orderflow.importing.files.source import Record
    from orderflow.importing.layouts.layout import OrderLayout
    from orderflow.importing.order_rows import Line, OrderRow
    from orderflow.importing.table import Table
    from orderflow.replay.rules import HistoryRules

__all__ = ["HistoryRow", "HistoryRows"]

_FREE = re.compile(r"[^1-9]*0[^1-9]*")
"""A price of 0, in any notation and currency."""


class HistoryRow(NamedTuple):
    """A row with its meaning.

    Attributes:
        order: The row as an import reads it.
        lines: The kind of each line, its product and its units.
        skipped: Why the row is skipped, if it is.
        left_out: Why its whole order is omitted, if it is.
        called_off: Why it is omitted, unless a row says when it was cancelled.
        customer: The customer; empty if unknown.
        cancelled_at: When the shop cancelled the order.
    """

    order: OrderRow
    lines: tuple[tuple[EntryKind, str, int], ...] = ()
    skipped: str = ""
    left_out: str = ""
    called_off: str = ""
    customer: str = ""
    cancelled_at: datetime | None = None


class HistoryRows:
    """Reads the rows of a history.

    Args:
        table: The file, opened with the layout of a history.
        layout: The layout as an import has it.
        rules: What rows mean.
        zone: The zone of times without an offset, if the layout has none.
    """

    def __init__(
        self,
        table: Table[OrderLayout],
        layout: OrderLayout,
        rules: HistoryRules,
        zone: tzinfo | str | None,
    ) -> None:
        self._rows = OrderRows(table, zone, units_min=-UNITS_MAX)
        self._columns = table.columns
        self._free_is_found = rules.free_is_found
        prefix = rules.cancellation_prefix
        self._cancels = f"{layout.order_prefix}{prefix}" if prefix else None
        skip = layout.skip
        cancelled = [each for each in skip if each.whole_order and each.kind is SkipKind.CANCELLED]
        # Where the rules say what cancels units, no other row may be below 0.
        returned = [each for each in skip if each.kind is SkipKind.RETURNED and not prefix]
        self._called_off = RowRules(cancelled, table.columns)
        self._returned = RowRules(returned, table.columns)

    def note_unmet(self) -> None:
        """Note what was to be included and is in no row. Call it after the last row."""
        self._rows.note_unmet()

    def read(self, record: Record) -> HistoryRow:
        """Read one row with all of its faults."""
        row = self._rows.read(record)
        rule = row.skipped
        reason = rule.reason if rule is not None else ""
        if rule is not None and rule.whole_order:
            return HistoryRow(row, left_out=reason)
        if record.fault or row.order_id is None:
            return HistoryRow(row, skipped=reason)
        cells = Cells(self._columns, record)
        customer = cells.text("customer")
        lines = []
        for line in row.lines:
            kind = self._kind(row.order_id, line, customer, cells)
            if kind is not None:
                lines.append((kind, line.sku, abs(line.quantity)))
            elif (returned := self._returned.find(record.cells)) is not None:
                reason = returned.reason
            else:
                row.faults.append(self._fault(row.order_id, line))
        cancelled_at = cells.moment("cancelled_at", self._rows.times)
        called_off = self._called_off.find(record.cells) if cancelled_at is None else None
        row.faults.extend(cells.faults)
        return HistoryRow(
            row,
            tuple(lines),
            skipped="" if lines else reason,
            called_off=called_off.reason if called_off is not None else "",
            customer=customer,
            cancelled_at=cancelled_at,
        )

    def _kind(self, order_id: str, line: Line, customer: str, cells: Cells) -> EntryKind | None:
        """Return what a line records; None if it cannot be."""
        units = line.quantity
        if self._is_cancellation(order_id):
            return EntryKind.CANCELLATION if units < 0 else None
        if units > 0 and not self._free_is_found:
            return EntryKind.SALE
        if units and not customer and _FREE.fullmatch(cells.text("price")) is not None:
            return EntryKind.FOUND if units > 0 else EntryKind.WRITE_OFF
        return EntryKind.SALE if units > 0 else None

    def _is_cancellation(self, order_id: str) -> bool:
        return self._cancels is not None and order_id.startswith(self._cancels)

    def _fault(self, order_id: str, line: Line) -> Fault:
        field = "quantity" if "quantity" in self._columns.positions else "items"
        below = self._is_cancellation(order_id)
        demand = "below 0 on a cancellation" if below else "above 0 on an order"
        return Fault(
            line.row,
            self._columns.name(field),
            quote_value(str(line.quantity)),
            f"must be {demand}",
        )
