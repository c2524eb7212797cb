"""Combine rows into orders: rows with the same order id, wherever they are in the file.

An order may begin in the first row and end in the last. Nothing can be placed before the whole file
was read. Until then, only the number and the line of each row stay in memory.

One faulty row rejects all rows of its order, because an order must not be sent with a line missing.
"""

from __future__ import annotations

from array import array
from datetime import datetime, timedelta
from itertools import count
from typing import TYPE_CHECKING

import attrs

from orderflow.domain.model.order import Address, Order, OrderLine
from orderflow.domain.model.validators import LINES_MAX
from orderflow.errors import InvalidValueError
from orderflow.importing.faults import Fault, SkippedRow, quote_value
from orderflow.importing.layouts.skip_rule import SkipKind
from orderflow.importing.order_rows import ADDRESS, Line

if TYPE_CHECKING:
    from collections.abc import Iterator

    from orderflow.importing.known_skus import KnownSkus
    from orderflow.importing.layouts.columns import Columns
    from orderflow.importing.layouts.layout import OrderLayout
    from orderflow.importing.order_rows import OrderRow

__all__ = ["PLACED_APART_MAX", "FileOrder", "FileOrders", "OrderMaker"]

PLACED_APART_MAX = timedelta(hours=1)
"""How far apart the rows of one order may be placed: systems write lines one after another."""

_SHOWN = "%Y-%m-%d %H:%M UTC"


@attrs.define
class FileOrder:
    """The rows of one order that were read so far.

    Attributes:
        rows: The numbers of all of its rows.
        lines: Its lines.
        skipped: Its rows that are skipped.
        reason: Why the whole order is skipped, if it is.
        is_off: Whether it is skipped because it was called off.
        faults: Its faults.
        digests: The digest of each row.
    """

    rows: list[int] = attrs.field(factory=list)
    lines: list[Line] = attrs.field(factory=list)
    skipped: list[SkippedRow] = attrs.field(factory=list)
    reason: str = ""
    is_off: bool = False
    faults: list[Fault] = attrs.field(factory=list)
    digests: array[int] = attrs.field(factory=lambda: array("q"))
    placed_at: datetime | None = None
    promised_by: datetime | None = None
    priority: int | None = None
    courier: str = ""
    address: tuple[str, ...] = ("",) * len(ADDRESS)

    def repeated(self) -> dict[int, int]:
        """Return the rows of lines that equal an earlier row, with the earlier row."""
        first: dict[int, int] = {}
        of_lines = {line.row for line in self.lines}
        return {
            row: first[digest]
            for row, digest in zip(self.rows, self.digests, strict=True)
            if row in of_lines and first.setdefault(digest, row) != row
        }

    def drop_repeated(self) -> None:
        """Skip the rows that equal an earlier row."""
        repeated = self.repeated()
        self.lines = [line for line in self.lines if line.row not in repeated]
        self.skipped += [SkippedRow(row, "repeats an earlier row") for row in repeated]


class FileOrders:
    """The orders of a file, combined from its rows.

    Attributes:
        skipped: Skipped rows without a valid order id.
        faults: Faults of rows without a valid order id.
    """

    def __init__(self, columns: Columns, *, drops_repeated: bool) -> None:
        self._drops_repeated = drops_repeated
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
        order.digests.append(row.digest)
        order.faults += row.faults
        if rule is not None and rule.whole_order:
            order.reason = order.reason or rule.reason
            order.is_off = order.is_off or rule.kind is SkipKind.CANCELLED
            return
        if rule is not None:
            order.skipped.append(SkippedRow(row.row, rule.reason))
        order.lines += row.lines
        self._merge(order, row)

    def orders(self) -> Iterator[tuple[str, FileOrder]]:
        """Yield the orders by their first rows, and drop each one."""
        for order_id in tuple(self._orders):
            order = self._orders.pop(order_id)
            if self._drops_repeated:
                order.drop_repeated()
            yield order_id, order

    def _merge(self, order: FileOrder, row: OrderRow) -> None:
        self._merge_placed_at(order, row)
        order.promised_by = _earlier(order.promised_by, row.promised_by)
        if row.priority is not None and order.priority not in {None, row.priority}:
            self._contradict(order, row.row, "priority", str(order.priority), str(row.priority))
        elif row.priority is not None:
            order.priority = row.priority
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
            self._contradict(order, row, field, first, other)
        return first or other

    def _merge_placed_at(self, order: FileOrder, row: OrderRow) -> None:
        """Keep the earliest moment. Far apart, the rows are of two orders with one number."""
        first, other = order.placed_at, row.placed_at
        if first is not None and other is not None and abs(first - other) > PLACED_APART_MAX:
            self._contradict(order, row.row, "placed_at", f"{first:{_SHOWN}}", f"{other:{_SHOWN}}")
        order.placed_at = _earlier(first, other)

    def _contradict(self, order: FileOrder, row: int, field: str, first: str, other: str) -> None:
        reason = f"differs from {quote_value(first)} in an earlier row of the order"
        order.faults.append(Fault(row, self._columns.name(field), quote_value(other), reason))


class OrderMaker:
    """Makes orders from combined rows."""

    def __init__(
        self,
        columns: Columns,
        layout: OrderLayout,
        *,
        seller_id: str,
        warehouse_id: str,
        skus: KnownSkus,
        known_skus_only: bool,
    ) -> None:
        self._columns = columns
        self._seller_id = seller_id
        self._warehouse_id = warehouse_id
        self._country = layout.country_default
        self._placed_at = layout.placed_at_default
        self._skus = skus
        self._known_skus_only = known_skus_only

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
        ship_to = self._address(found, faults)
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
            if not self._skus.is_known(line.sku, line.row) and self._known_skus_only:
                faults.append(self._unknown(line))
            line_id = line.line_id or next(free)
            if line_id in made:
                reason = "is the id of another line of the order"
                name = self._columns.name("line_id")
                faults.append(Fault(line.row, name, quote_value(line_id), reason))
            made[line_id] = OrderLine(line_id, line.sku, line.quantity)
        return tuple(made.values())

    def _unknown(self, line: Line) -> Fault:
        field = "sku" if "sku" in self._columns.positions else "items"
        close = self._skus.nearest(line.sku)
        hint = f"; did you mean {close!r}?" if close is not None else ""
        name = self._columns.name(field)
        return Fault(line.row, name, quote_value(line.sku), f"is not a known product{hint}")

    def _address(self, found: FileOrder, faults: list[Fault]) -> Address | None:
        if not any(found.address):
            return None
        names = (field.removeprefix("ship_to_") for field in ADDRESS)
        fields = dict(zip(names, found.address, strict=True))
        fields["country"] = fields["country"] or self._country or ""
        try:
            return Address(**fields)
        except InvalidValueError as error:
            field = f"ship_to_{error.field.removeprefix('Address.')}"
            column = self._columns.name(field) if field in self._columns.positions else field
            if column in {fault.column for fault in found.faults}:
                return None
            setting = "country" if error.value == "" else ""
            value, reason = quote_value(str(error.value)), f"must be {error.demand}"
            faults.append(Fault(found.rows[0], column, value, reason, setting))
            return None


def _earlier(first: datetime | None, other: datetime | None) -> datetime | None:
    if first is None or other is None:
        return first or other
    return min(first, other)
