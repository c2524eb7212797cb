"""Combine rows into orders: rows with the same order id, wherever they are in the file.

An order may begin in the first row and end in the last. Nothing can be placed before the whole file
was read. Rows are sorted by order id, and orders by their first rows: in memory up to a bound, in a
temporary file beyond it.

One faulty row rejects all rows of its order, because an order must not be sent with a line missing.
"""

from __future__ import annotations

from array import array
from datetime import datetime, timedelta
from itertools import groupby
from operator import attrgetter
from typing import TYPE_CHECKING, Self

import attrs

from orderflow.domain.model.short_part import ShortPart
from orderflow.domain.model.validators import LINES_MAX
from orderflow.importing.faults import Fault, RepeatedRow, SkippedRow, quote_value
from orderflow.importing.files.chunks import units_of
from orderflow.importing.files.sorting import Sorter
from orderflow.importing.findings import of_same_order
from orderflow.importing.layouts.skip_rule import SkipKind
from orderflow.importing.order_rows import ADDRESS, Line, OrderRow
from orderflow.importing.row_times import earlier, later

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from orderflow.importing.findings import Findings
    from orderflow.importing.layouts.columns import Columns
    from orderflow.importing.layouts.skip_rule import SkipRule

__all__ = ["PLACED_APART_MAX", "REPEATS", "ROWS_MAX", "FileOrder", "FileOrders"]

PLACED_APART_MAX = timedelta(hours=1)
"""How far apart the rows of one order may be placed: systems write lines one after another."""

REPEATS = "repeats an earlier row"
"""Why a row is skipped whose cells equal those of an earlier row of its order."""

ROWS_MAX = 10 * LINES_MAX
"""How many rows an order may have, with those that are no lines."""

FAULTS_MAX = 1_000
"""At this many faults an order is rejected, and its other rows are not kept."""

_WITHOUT_GOODS = frozenset({SkipKind.CANCELLED, SkipKind.NOT_GOODS})
_SHOWN = "%Y-%m-%d %H:%M UTC"


@attrs.define
class FileOrder:
    """The rows of one order that were read so far.

    Attributes:
        order_id: The order id.
        rows: The numbers of all of its rows.
        lines: Its lines.
        skipped: Its rows that are skipped.
        repeated: Its rows that repeat an earlier one.
        reason: Why the whole order is skipped, if it is.
        is_off: Whether it is skipped because it was called off.
        row_kinds: The kinds of the rules that skip single rows.
        cancelled: Why single rows were called off, if any were.
        off_skus: The products of these.
        is_cut: Whether it was too long, so that only its first rows are here.
        is_mixed: Whether its rows are of two orders with one number.
        skipped_at: When it was placed, according to the rows for which it is skipped.
        faults: Its faults.
        apart: Its rows in the file of lines, if the file has the orders without their lines.
    """

    order_id: str
    rows: array[int] = attrs.field(factory=lambda: array("q"))
    lines: list[Line] = attrs.field(factory=list)
    skipped: list[SkippedRow] = attrs.field(factory=list)
    repeated: list[RepeatedRow] = attrs.field(factory=list)
    reason: str = ""
    is_off: bool = False
    row_kinds: frozenset[SkipKind] = frozenset()
    cancelled: str = ""
    off_skus: frozenset[str] = frozenset()
    is_cut: bool = False
    is_mixed: bool = False
    faults: list[Fault] = attrs.field(factory=list)
    placed_at: datetime | None = None
    skipped_at: datetime | None = None
    promised_by: datetime | None = None
    not_before: datetime | None = None
    short_part: ShortPart | None = None
    priority: int | None = None
    courier: str = ""
    address: tuple[str, ...] = ("",) * len(ADDRESS)
    customer_reference: str = ""
    custom_fields: tuple[str, ...] = ()
    apart: FileOrder | None = None

    @property
    def first_row(self) -> int:
        """Its first row."""
        return self.rows[0]

    @property
    def is_skipped(self) -> bool:
        """Whether each of its rows is skipped by itself."""
        return not self.faults and len(self.skipped) == len(self.rows)

    @property
    def has_faults(self) -> bool:
        """Whether it has faults, or its lines have."""
        return bool(self.faults or (self.apart is not None and self.apart.faults))

    @property
    def is_full(self) -> bool:
        """Whether it cannot be imported, whatever its other rows are."""
        return (
            len(self.lines) > LINES_MAX
            or len(self.rows) > ROWS_MAX
            or len(self.faults) >= FAULTS_MAX
        )

    @property
    def off_reason(self) -> str:
        """Why the order is off; empty if it is not. It is if all of its goods were called off."""
        if self.reason:
            return self.reason if self.is_off else ""
        is_empty = not self.lines and self.row_kinds <= _WITHOUT_GOODS
        return self.cancelled if is_empty else ""

    def skip_row(self, row: int, rule: SkipRule, off_sku: str) -> None:
        """Skip a single row."""
        self.skipped.append(SkippedRow(row, rule.reason))
        self.row_kinds |= {rule.kind}
        if rule.kind is SkipKind.CANCELLED:
            self.cancelled = self.cancelled or rule.reason
            self.off_skus |= {off_sku} if off_sku else set()

    def skip(self, reason: str, *, is_off: bool) -> None:
        """Skip the whole order."""
        self.reason = self.reason or reason
        self.is_off = self.is_off or is_off
        for each in (self.lines, self.skipped, self.repeated, self.faults):
            each.clear()


class FileOrders:
    """The orders of a file, combined from its rows.

    Args:
        columns: The columns of the file.
        findings: Collects the rows that belong to no order, and those above the limits of one.
        drops_repeated: Whether rows that equal an earlier row of their order are skipped.
    """

    def __init__(self, columns: Columns, findings: Findings, *, drops_repeated: bool) -> None:
        self._columns = columns
        self._findings = findings
        self._drops_repeated = drops_repeated
        self._rows = Sorter[OrderRow](attrgetter("order_id"))
        self._orders = Sorter[FileOrder](attrgetter("first_row"))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self._rows.close()
        self._orders.close()

    def add(self, row: OrderRow) -> None:
        """Add a row to its order.

        Raises:
            OSError: If a temporary file cannot be written.
        """
        if row.order_id is not None:
            self._rows.add(row, _size(row))
        elif row.skipped is not None:
            self._findings.skip(row.row, row.skipped.reason)
        else:
            self._findings.reject_row(row.row, row.faults)

    def orders(self, gathered: Iterable[FileOrder] | None = None) -> Iterator[FileOrder]:
        """Yield the orders by their first rows.

        Args:
            gathered: The orders in any order. Default: those of this file alone.

        Raises:
            OSError: If a temporary file cannot be written or read.
        """
        for order in self.by_id() if gathered is None else gathered:
            apart = order.apart
            self._orders.add(order, _size(order) + (0 if apart is None else _size(apart)))
        self._rows.close()
        yield from self._orders

    def by_id(self) -> Iterator[FileOrder]:
        """Yield the orders by their ids."""
        for order_id, rows in groupby(self._rows, attrgetter("order_id")):
            yield self._gather(order_id, rows)

    def _gather(self, order_id: str, rows: Iterator[OrderRow]) -> FileOrder:
        order, digests = FileOrder(order_id), dict[int, int]()
        for row in rows:
            self._add(order, row, digests)
            if order.is_full:
                self._leave_out(order, rows)
        return order

    def _add(self, order: FileOrder, row: OrderRow, digests: dict[int, int]) -> None:
        order.rows.append(row.row)
        rule = row.skipped
        if rule is not None and rule.whole_order:
            if not self._tell_apart(order, row, order.placed_at):
                order.skip(rule.reason, is_off=rule.kind is SkipKind.CANCELLED)
                order.skipped_at = earlier(order.skipped_at, row.placed_at)
            return
        if order.reason and not self._tell_apart(order, row, order.skipped_at):
            return
        order.faults += row.faults
        if rule is not None:
            order.skip_row(row.row, rule, row.off_sku)
        first = digests.setdefault(row.digest, row.row) if row.lines else row.row
        if first != row.row and self._drops_repeated:
            order.skipped.append(SkippedRow(row.row, REPEATS))
            return
        if first != row.row:
            order.repeated.append(RepeatedRow(row.row, first))
        order.lines += row.lines
        self._merge(order, row)

    def _leave_out(self, order: FileOrder, others: Iterator[OrderRow]) -> None:
        """Skip or reject the other rows of an order that cannot be imported."""
        order.is_cut = True
        if order.reason:
            for row in others:
                self._findings.skip(row.row, order.reason)
            return
        lines, rows = len(order.lines), len(order.rows)
        last = order.lines[LINES_MAX].row if lines > LINES_MAX else order.rows[-1]
        reason = of_same_order(min([last, *(fault.row for fault in order.faults)]))
        for row in others:
            lines, rows = lines + len(row.lines), rows + 1
            self._findings.reject_row(row.row, row.faults, reason)
        if len(order.lines) > LINES_MAX:
            reason = f"its order has {lines:,} lines, and may have {LINES_MAX:,}; divide it"
            order.faults.append(Fault(last, "", "", reason))
        elif len(order.rows) > ROWS_MAX:
            reason = f"its order has {rows:,} rows, and may have {ROWS_MAX:,}; divide it"
            order.faults.append(Fault(last, "", "", reason))
        order.lines.clear()

    def _merge(self, order: FileOrder, row: OrderRow) -> None:
        self._tell_apart(order, row, order.placed_at)
        order.placed_at = earlier(order.placed_at, row.placed_at)
        order.promised_by = earlier(order.promised_by, row.promised_by)
        order.not_before = later(order.not_before, row.not_before)
        for field in ("priority", "short_part"):
            first, other = getattr(order, field), getattr(row, field)
            if first is None:
                setattr(order, field, other)
            elif other not in {None, first}:
                self._contradict(order, row.row, field, str(first), str(other))
        if row.courier != order.courier:
            order.courier = self._agree(order, row.row, "courier", order.courier, row.courier)
        if row.address != order.address:
            pairs = zip(ADDRESS, order.address, row.address, strict=True)
            order.address = tuple(
                self._agree(order, row.row, field, first, other) for field, first, other in pairs
            )
        if row.customer_reference != order.customer_reference:
            order.customer_reference = self._agree(
                *(order, row.row, "customer_reference"),
                *(order.customer_reference, row.customer_reference),
            )
        if row.custom_fields != order.custom_fields:
            before = order.custom_fields or row.custom_fields
            order.custom_fields = tuple(
                self._agree(order, row.row, "custom_fields", *pair, column=column)
                for column, pair in enumerate(zip(before, row.custom_fields, strict=True))
            )

    def _agree(
        self, order: FileOrder, row: int, field: str, first: str, other: str, *, column: int = 0
    ) -> str:
        """Return the value that two rows agree on; an empty cell agrees with any value."""
        if first and other and first != other:
            self._contradict(order, row, field, first, other, column=column)
        return first or other

    def _tell_apart(self, order: FileOrder, row: OrderRow, first: datetime | None) -> bool:
        """Reject rows that were placed far apart: they are of two orders with one number."""
        other = row.placed_at
        if first is not None and other is not None and abs(first - other) > PLACED_APART_MAX:
            self._contradict(order, row.row, "placed_at", f"{first:{_SHOWN}}", f"{other:{_SHOWN}}")
            order.is_mixed, order.is_off, order.reason = True, False, ""
        return order.is_mixed

    def _contradict(
        self, order: FileOrder, row: int, field: str, first: str, other: str, *, column: int = 0
    ) -> None:
        reason = f"differs from {quote_value(first)} in an earlier row of the order"
        name = self._columns.names(field)[column]
        order.faults.append(Fault(row, name, quote_value(other), reason))


def _size(found: OrderRow | FileOrder) -> int:
    """Return how much memory a row or an order takes, in rows."""
    size = 1 + len(found.lines) + len(found.faults)
    if isinstance(found, FileOrder):
        size += len(found.skipped) + len(found.repeated)
    texts = (found.courier, found.customer_reference, *found.address, *found.custom_fields)
    return size + units_of(texts)
