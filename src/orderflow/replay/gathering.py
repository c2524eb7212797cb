"""Gather the rows of each order, wherever they are in a file, in bounded memory.

Rows of one order that follow one another are one part. Parts are sorted by order, and the parts of
an order are merged.
"""

from __future__ import annotations

from array import array
from datetime import datetime
from itertools import groupby
from typing import TYPE_CHECKING, Self

import attrs

from orderflow.domain.model.validators import LINES_MAX
from orderflow.importing.faults import Fault, RepeatedRow
from orderflow.importing.file_orders import PLACED_APART_MAX, REPEATS
from orderflow.importing.files.sorting import Sorter
from orderflow.importing.row_times import earlier, later

if TYPE_CHECKING:
    from collections.abc import Iterator

    from orderflow.importing.order_rows import OrderRow
    from orderflow.replay.entries import EntryKind
    from orderflow.replay.rows import HistoryRow

__all__ = ["Gathering", "OrderParts"]

_PART_ROWS_MAX = 1_000

HistoryLine = tuple["EntryKind", str, int, int]
"""The kind of a line, its product, its units, and its row."""


@attrs.define
class OrderParts:
    """The rows of one order, or some of them that follow one another.

    Attributes:
        order_id: The order id.
        rows: The numbers of its rows.
        lines: Its lines.
        skipped: The rows that are skipped, with the reason.
        faults: Its faults.
        digests: The digest of the cells of each row; 0 of a row without lines.
        repeated: The rows that repeat an earlier one.
        left_out: Why the whole order is omitted, if it is.
        called_off: Why it is omitted, unless `cancelled_at` is known.
    """

    order_id: str
    rows: list[int] = attrs.field(factory=list)
    lines: list[HistoryLine] = attrs.field(factory=list)
    skipped: list[tuple[int, str]] = attrs.field(factory=list)
    faults: list[Fault] = attrs.field(factory=list)
    digests: array[int] = attrs.field(factory=lambda: array("q"))
    repeated: list[RepeatedRow] = attrs.field(factory=list)
    left_out: str = ""
    called_off: str = ""
    customer: str = ""
    placed_at: datetime | None = None
    promised_by: datetime | None = None
    not_before: datetime | None = None
    priority: int | None = None
    cancelled_at: datetime | None = None

    def add(self, found: HistoryRow) -> None:
        """Add a row."""
        row = found.order
        self.rows.append(row.row)
        self.digests.append(row.digest if row.lines else 0)
        self.lines += ((*line, row.row) for line in found.lines)
        if found.skipped:
            self.skipped.append((row.row, found.skipped))
        self.faults += row.faults
        self._merge(found, row)

    def find_repeated(self) -> None:
        """Find the rows whose cells equal those of an earlier row."""
        first: dict[int, int] = {}
        for row, digest in zip(self.rows, self.digests, strict=True):
            if digest and first.setdefault(digest, row) != row:
                self.repeated.append(RepeatedRow(row, first[digest]))

    def drop_repeated(self) -> None:
        """Skip the rows that repeat an earlier one."""
        rows = {each.row for each in self.repeated}
        self.lines = [line for line in self.lines if line[-1] not in rows]
        self.skipped += ((row, REPEATS) for row in sorted(rows))
        self.repeated.clear()

    def join(self, other: OrderParts) -> None:
        """Add a later part of the same order."""
        self.rows += other.rows
        self.lines += other.lines
        self.skipped += other.skipped
        self.faults += other.faults
        self.digests += other.digests
        self._merge(other, other)

    def _merge(self, found: HistoryRow | OrderParts, values: OrderRow | OrderParts) -> None:
        self.left_out = self.left_out or found.left_out
        self.called_off = self.called_off or found.called_off
        self.customer = self.customer or found.customer
        self._check_moments(values)
        self.placed_at = earlier(self.placed_at, values.placed_at)
        self.promised_by = earlier(self.promised_by, values.promised_by)
        self.not_before = later(self.not_before, values.not_before)
        self.cancelled_at = earlier(self.cancelled_at, found.cancelled_at)
        if self.priority is None:
            self.priority = values.priority

    def _check_moments(self, values: OrderRow | OrderParts) -> None:
        """Add a fault if rows were placed far apart: they are of two orders with one number."""
        first, other = self.placed_at, values.placed_at
        if first is not None and other is not None and abs(first - other) > PLACED_APART_MAX:
            row = values.rows[0] if isinstance(values, OrderParts) else values.row
            reason = f"differs from {first:%Y-%m-%d %H:%M UTC} in another row of the order"
            fault = Fault(row, "placed_at", f"'{other:%Y-%m-%d %H:%M UTC}'", reason)
            self.faults.append(fault)


class Gathering:
    """Gathers rows into orders.

    Args:
        drops_repeated: Whether repeated rows of an order are skipped.
    """

    def __init__(self, *, drops_repeated: bool) -> None:
        self._drops_repeated = drops_repeated
        self._sorter = Sorter[OrderParts](lambda part: part.order_id)
        self._part: OrderParts | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self._sorter.close()

    def add(self, order_id: str, row: HistoryRow) -> None:
        """Add a row of an order."""
        part = self._part
        if part is None or part.order_id != order_id or len(part.rows) >= _PART_ROWS_MAX:
            self._put_away()
            part = self._part = OrderParts(order_id)
        part.add(row)

    def orders(self) -> Iterator[OrderParts]:
        """Yield the orders. What is above the limit of an order comes in parts, with a fault."""
        self._put_away()
        for _, parts in groupby(self._sorter, key=lambda part: part.order_id):
            yield from self._merged(parts)

    def _merged(self, parts: Iterator[OrderParts]) -> Iterator[OrderParts]:
        order = next(parts)
        for part in parts:
            if len(order.lines) <= LINES_MAX:
                order.join(part)
            else:
                yield _too_long(part)
        if len(order.lines) > LINES_MAX:
            _too_long(order)
        else:
            order.find_repeated()
        if self._drops_repeated:
            order.drop_repeated()
        yield order

    def _put_away(self) -> None:
        if self._part is not None:
            self._sorter.add(self._part, len(self._part.rows))
            self._part = None


def _too_long(order: OrderParts) -> OrderParts:
    reason = f"its order has more than {LINES_MAX:,} lines; divide it"
    order.faults.append(Fault(order.rows[0], "", "", reason))
    return order
