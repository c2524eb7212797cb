"""Combine rows into orders: rows with the same order id, wherever they are in the file.

An order may begin in the first row and end in the last. Nothing can be placed before the whole file
was read. Until then, only the number and the line of each row stay in memory.

One faulty row rejects all rows of its order, because an order must not be sent with a line missing.
"""

from __future__ import annotations

from datetime import datetime
from itertools import count
from typing import TYPE_CHECKING

import attrs

from orderflow.domain.model.order import Address, Order, OrderLine
from orderflow.domain.model.validators import LINES_MAX
from orderflow.errors import InvalidValueError
from orderflow.importing.faults import Fault, SkippedRow, quote_value
from orderflow.importing.order_rows import ADDRESS, Line

if TYPE_CHECKING:
    from collections.abc import Iterator

    from orderflow.importing.layouts.columns import Columns
    from orderflow.importing.layouts.layout import OrderLayout
    from orderflow.importing.order_rows import OrderRow

__all__ = ["FileOrder", "FileOrders", "OrderMaker"]


@attrs.define
class FileOrder:
    """The rows of one order that were read so far.

    Attributes:
        rows: The numbers of all of its rows.
        lines: Its lines.
        skipped: Its rows that are skipped.
        reason: Why the whole order is skipped, if it is.
        faults: Its faults.
    """

    rows: list[int] = attrs.field(factory=list)
    lines: list[Line] = attrs.field(factory=list)
    skipped: list[SkippedRow] = attrs.field(factory=list)
    reason: str = ""
    faults: list[Fault] = attrs.field(factory=list)
    placed_at: datetime | None = None
    promised_by: datetime | None = None
    priority: int | None = None
    courier: str = ""
    address: tuple[str, ...] = ("",) * len(ADDRESS)


class FileOrders:
    """The orders of a file, combined from its rows.

    Attributes:
        skipped: Skipped rows without a valid order id.
        faults: Faults of rows without a valid order id.
    """

    def __init__(self, columns: Columns) -> None:
        self.skipped: list[SkippedRow] = []
        self.faults: list[Fault] = []
        self._columns = columns
        self._orders: dict[str, FileOrder] = {}

    def add(self, row: OrderRow) -> None:
        """Add a row to its order."""
        rule = row.skipped
        if row.order_id is None:
            self.faults += row.faults
            if rule is not None:
                self.skipped.append(SkippedRow(row.row, rule.reason))
            return
        order = self._orders.get(row.order_id)
        if order is None:
            order = self._orders[row.order_id] = FileOrder()
        order.rows.append(row.row)
        order.faults += row.faults
        if rule is not None and rule.whole_order:
            order.reason = order.reason or rule.reason
            return
        if rule is not None:
            order.skipped.append(SkippedRow(row.row, rule.reason))
        order.lines += row.lines
        self._merge(order, row)

    def orders(self) -> Iterator[tuple[str, FileOrder]]:
        """Yield the orders by their first rows, and drop each one."""
        for order_id in tuple(self._orders):
            yield order_id, self._orders.pop(order_id)

    def _merge(self, order: FileOrder, row: OrderRow) -> None:
        order.placed_at = _earlier(order.placed_at, row.placed_at)
        order.promised_by = _earlier(order.promised_by, row.promised_by)
        order.priority = _higher(order.priority, row.priority)
        if row.courier != order.courier:
            order.courier = self._agree(order, row.row, "courier", order.courier, row.courier)
        if row.address != order.address:
            pairs = zip(ADDRESS, order.address, row.address, strict=True)
            order.address = tuple(
                self._agree(order, row.row, field, first, other) for field, first, other in pairs
            )

    def _agree(self, order: FileOrder, row: int, field: str, first: str, other: str) -> str:
        """Return the value that two rows agree on; an empty cell agrees with any value."""
        if first and other and first != other:
            reason = f"differs from {quote_value(first)} in an earlier row of the order"
            order.faults.append(Fault(row, self._columns.name(field), quote_value(other), reason))
        return first or other


class OrderMaker:
    """Makes orders from combined rows."""

    def __init__(
        self, columns: Columns, layout: OrderLayout, *, seller_id: str, warehouse_id: str
    ) -> None:
        self._columns = columns
        self._seller_id = seller_id
        self._warehouse_id = warehouse_id
        self._country = layout.country_default
        self._placed_at = layout.placed_at_default

    def make(self, order_id: str, found: FileOrder) -> Order | None:
        """Return the order. If that is impossible, add its faults and return None."""
        faults: list[Fault] = []
        row = found.rows[0]
        placed_at = found.placed_at or self._placed_at
        if placed_at is None:
            name = self._columns.name("placed_at")
            unread = {fault.column for fault in found.faults}.intersection({"", name})
            if not unread:
                faults.append(Fault(row, name, "''", "is empty in every row of the order"))
        ship_to = self._address(row, found.address, faults)
        lines = self._lines(found.lines, faults)
        found.faults += faults
        if placed_at is None or found.faults:
            return None
        return Order(
            order_id=order_id,
            seller_id=self._seller_id,
            warehouse_id=self._warehouse_id,
            lines=lines,
            placed_at=placed_at,
            priority=found.priority or 0,
            promised_by=found.promised_by,
            courier=found.courier or None,
            ship_to=ship_to,
        )

    def _lines(self, lines: list[Line], faults: list[Fault]) -> tuple[OrderLine, ...]:
        """Make the lines. A line without an id gets the next free number."""
        if len(lines) > LINES_MAX:
            reason = f"its order has {len(lines):,} lines, and may have {LINES_MAX:,}; divide it"
            faults.append(Fault(lines[LINES_MAX].row, "", "", reason))
            return ()
        taken = {line.line_id for line in lines}
        free = (text for number in count(1) if (text := str(number)) not in taken)
        made: dict[str, OrderLine] = {}
        for line in lines:
            line_id = line.line_id or next(free)
            if line_id in made:
                reason = "is the id of another line of the order"
                name = self._columns.name("line_id")
                faults.append(Fault(line.row, name, quote_value(line_id), reason))
            made[line_id] = OrderLine(line_id, line.sku, line.quantity)
        return tuple(made.values())

    def _address(self, row: int, texts: tuple[str, ...], faults: list[Fault]) -> Address | None:
        if not any(texts):
            return None
        names = (field.removeprefix("ship_to_") for field in ADDRESS)
        fields = dict(zip(names, texts, strict=True))
        fields["country"] = fields["country"] or self._country or ""
        try:
            return Address(**fields)
        except InvalidValueError as error:
            field = f"ship_to_{error.field.removeprefix('Address.')}"
            column = self._columns.name(field) if field in self._columns.positions else field
            faults.append(
                Fault(row, column, quote_value(str(error.value)), f"must be {error.demand}")
            )
            return None


def _higher(first: int | None, other: int | None) -> int | None:
    if first is None or other is None:
        return other if first is None else first
    return max(first, other)


def _earlier(first: datetime | None, other: datetime | None) -> datetime | None:
    if first is None or other is None:
        return first or other
    return min(first, other)
