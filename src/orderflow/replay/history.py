"""A history: the orders of a file in time order, with cancellations and stock adjustments.

Rows may be in any order. They are gathered by order, and orders are sorted by time: in memory up to
a bound, in a temporary file beyond it. So reading needs bounded memory, however long the file is.
"""

from __future__ import annotations

import re
from collections import Counter
from datetime import date
from heapq import merge
from typing import TYPE_CHECKING, NamedTuple, Self

import attrs

from orderflow.importing.faults import Fault, FileError, RejectedRow, RepeatedRow
from orderflow.importing.files.encoding import EncodingGuess
from orderflow.importing.files.file_format import DETECTED, FileFormat
from orderflow.importing.files.sorting import Sorter
from orderflow.importing.findings import Findings
from orderflow.importing.layouts.choice import choose_layouts
from orderflow.importing.layouts.layout import OrderLayout
from orderflow.importing.listed import Listed
from orderflow.importing.table import open_table
from orderflow.replay.entries import Entry, EntryKind, Row
from orderflow.replay.gathering import Gathering
from orderflow.replay.rows import HistoryRows
from orderflow.replay.rules import HistoryRules, history_layout, rules_of
from orderflow.replay.span import Span, SpanFinder

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator
    from datetime import datetime, tzinfo

    from orderflow.importing.layouts.choice import LayoutChoice
    from orderflow.importing.layouts.columns import Columns
    from orderflow.importing.table import File, Progress, Table
    from orderflow.replay.gathering import OrderParts
    from orderflow.replay.rows import HistoryRow

__all__ = ["History", "are_mostly_rejected", "merge_histories", "read_history"]

_DIGITS = re.compile(r"\d+")


class _Item(NamedTuple):
    """An entry as it is sorted: by its first five fields."""

    at: datetime
    is_cancelled: bool
    number: int
    order_id: str
    kind: EntryKind
    customer: str = ""
    rows: tuple[tuple[str, int, int], ...] = ()
    priority: int = 0
    promised_by: datetime | None = None
    not_before: datetime | None = None


def _place(item: _Item) -> tuple[object, ...]:
    return item[:5]


@attrs.frozen(kw_only=True, eq=False)
class History:
    """The entries of a file in time order. They can be iterated as often as you like.

    Close it, or use it as a context manager: a long history is in a temporary file.

    Attributes:
        file: The name of the file.
        layout: The layout it was read with.
        layout_name: The name of this layout, such as that of a preset.
        file_format: The format of its text.
        guess: How its encoding was guessed; None if it is certain.
        notes: What else was found out about the file, for people.
        rows: The number of rows, without the header and blank rows.
        skipped: The number of skipped rows by reason.
        faults: The first faults, in row order, and how many there are in all.
        rejected: The first rows of orders with a fault, in row order, and how many there are in
            all.
        repeated: The first rows that repeat an earlier row of their order, and how many there are.
    """

    file: str
    layout: OrderLayout
    layout_name: str
    file_format: FileFormat
    guess: EncodingGuess | None
    notes: tuple[str, ...]
    rows: int
    skipped: Counter[str]
    faults: Listed[Fault]
    rejected: Listed[RejectedRow]
    repeated: Listed[RepeatedRow]
    _items: Sorter[_Item]
    _span: Span

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def close(self) -> None:
        """Forget the entries, and remove the temporary file."""
        self._items.close()

    def __iter__(self) -> Iterator[Entry]:
        """Yield the entries. Those of the same moment are sorted by the number in their id."""
        known: dict[str, str] = {}  # one text for each product, not for each line
        for item in self._items:
            if item.at in self._span:
                yield Entry(
                    item.kind,
                    item.order_id,
                    item.at,
                    item.customer,
                    tuple(Row(known.setdefault(sku, sku), *rest) for sku, *rest in item.rows),
                    item.priority,
                    item.promised_by,
                    item.not_before,
                )


def read_history(
    file: File,
    *,
    preset: LayoutChoice = None,
    rules: HistoryRules | None = None,
    time_zone: tzinfo | str | None = None,
    progress: Callable[[Progress], None] | None = None,
    name: str | None = None,
    file_format: FileFormat = DETECTED,
) -> History:
    """Read a file of orders as a history.

    One faulty row rejects all rows of its order, as in an import.

    Args:
        file: Its path, or a stream of bytes; plain, compressed or a workbook.
        preset: The layout of the file, or the name of a preset. Of several layouts with names, the
            one that fits best. Default: the preset that fits.
        rules: What rows mean, beside being lines of orders. Default: the rules of the preset.
        time_zone: The zone of times without an offset, if the layout has none.
        progress: Called every 1,000 rows and at the end.
        name: The name of the file in messages. Default: its path.
        file_format: The format of its text. Default: detected.

    Raises:
        FileError: If the file cannot be read, its columns do not fit the layout, or it has no rows.
        InvalidValueError: If there is no such preset.
    """
    layouts = choose_layouts(preset, "read_history.preset")
    wanted = {each: history_layout(layout) for each, layout in layouts.items()}
    with open_table(file, wanted, file_format=file_format, name=name) as table:
        layout = layouts[table.layout_name]
        rows = HistoryRows(table, layout, rules_of(table.layout_name, rules), time_zone)
        with Gathering(drops_repeated=layout.drop_repeated) as gathering:
            reading = _Reading(table.columns, layout, gathering)
            for record in table.rows(progress):
                reading.take(rows.read(record))
            rows.note_unmet()
            if not table.rows_read:
                raise FileError(table.name, "has a header, but no rows")
            return reading.finish(table)


def are_mostly_rejected(histories: Collection[History]) -> bool:
    """Whether more rows of some files were rejected than can be replayed."""
    rejected = sum(each.rejected.total for each in histories)
    return 2 * rejected > sum(each.rows - each.skipped.total() for each in histories)


def merge_histories(histories: Iterable[Iterable[Entry]]) -> Iterator[Entry]:
    """Yield the entries of several histories, such as one for each month, in time order.

    Entries of the same moment are sorted as in one history. An order that two histories have is
    yielded twice: a replay refuses the second one.
    """
    return merge(*histories, key=_place_among_entries)


def _place_among_entries(entry: Entry) -> tuple[object, ...]:
    is_cancelled = entry.kind is EntryKind.ORDER_CANCELLED
    return (entry.at, is_cancelled, _number_in(entry.order_id), entry.order_id, entry.kind)


def _number_in(order_id: str) -> int:
    digits = _DIGITS.search(order_id)
    return int(digits[0]) if digits else 0


class _Reading:
    """Turns rows into sorted entries."""

    def __init__(self, columns: Columns, layout: OrderLayout, gathering: Gathering) -> None:
        self._columns = columns
        self._layout = layout
        self._gathering = gathering
        self._findings = Findings()
        self._items = Sorter[_Item](_place)
        self._spans = SpanFinder()

    def take(self, row: HistoryRow) -> None:
        """Take one row."""
        order_id = row.order.order_id
        if order_id is not None:
            self._gathering.add(order_id, row)
        elif row.order.faults:
            self._findings.reject_row(row.order.row, row.order.faults)
        else:
            self._findings.skip(row.order.row, row.left_out or row.skipped)

    def finish(self, table: Table[OrderLayout]) -> History:
        """Make the history of all rows."""
        for order in self._gathering.orders():
            self._finish_order(order)
        span, *others = self._spans.spans() or [Span(date.min, date.min)]
        if others:
            self._reject_outliers(span)
        return History(
            file=table.name,
            layout=self._layout,
            layout_name=table.layout_name,
            file_format=table.file_format,
            guess=table.guess,
            notes=tuple(table.notes),
            rows=table.rows_read,
            skipped=self._findings.reasons,
            faults=self._findings.faults.listed(),
            rejected=self._findings.rejected.listed(),
            repeated=self._findings.repeated.listed(),
            items=self._items,
            span=span,
        )

    def _finish_order(self, order: OrderParts) -> None:
        reason = order.left_out or (order.called_off if order.cancelled_at is None else "")
        if reason:
            for row in order.rows:
                self._findings.skip(row, reason)
            return
        at = order.placed_at or self._layout.placed_at_default
        if at is None and order.lines and not order.faults:
            name = self._columns.name("placed_at")
            order.faults.append(
                Fault(order.rows[0], name, "''", "is empty in every row of the order")
            )
        if order.faults:
            self._findings.reject(order.rows, order.faults)
            return
        for row, reason in order.skipped:
            self._findings.skip(row, reason)
        for repeated in order.repeated:
            self._findings.repeated.add(repeated)
        if at is not None:
            for item in _items_of(order, at):
                self._items.add(item, len(item.rows) or 1)
                self._spans.add(at, len(item.rows))

    def _reject_outliers(self, span: Span) -> None:
        name = self._columns.name("placed_at")
        for item in self._items:
            if item.at not in span and item.rows:
                rows = sorted({row for _, _, row in item.rows})
                fault = Fault(rows[0], name, f"'{item.at:%Y-%m-%d}'", span.demand)
                self._findings.reject(rows, [fault])


def _items_of(order: OrderParts, at: datetime) -> Iterator[_Item]:
    """Yield the entries of an order: one for each kind of its lines."""
    number = _number_in(order.order_id)
    kinds: dict[EntryKind, list[tuple[str, int, int]]] = {}
    for kind, sku, units, row in order.lines:
        kinds.setdefault(kind, []).append((sku, units, row))
    for kind, lines in kinds.items():
        yield _Item(
            at,
            False,  # noqa: FBT003 - a field
            number,
            order.order_id,
            kind,
            order.customer,
            tuple(lines),
            order.priority or 0,
            order.promised_by,
            order.not_before,
        )
    if order.cancelled_at is not None and EntryKind.SALE in kinds:
        yield _Item(
            max(at, order.cancelled_at),
            True,  # noqa: FBT003 - a field
            number,
            order.order_id,
            EntryKind.ORDER_CANCELLED,
        )
