"""A history as entries in time order: orders, cancellations and adjustments of stock.

A file is in time order or nearly so. Its rows are held back until the file has gone on by a
window of time; within it they are sorted, and the rows of one order come together. A row that
comes later than that is rejected. So the memory that reading takes is that of the rows of one
window, however long the file is.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timedelta, tzinfo
from types import MappingProxyType
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import attrs

from orderflow.importing.export import plain_cell
from orderflow.importing.times import TimeReader
from orderflow.replay.faults import HistoryError, Rejects
from orderflow.replay.layout import HistoryLayout, layout_of
from orderflow.replay.rows import EntryKind, NonsenseError, Row, RowParser, Skip

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from orderflow.importing.source import Record, Source

__all__ = ["REASON", "Entry", "History", "HistoryFormat", "Tally", "in_time_order"]

GAP_MAX = timedelta(days=366)
"""How far the next row may be ahead. One wrong year would else put all later rows in the past."""

REASON = "reason"
"""The first column of a file of rejected rows, in which no cell is a formula to a spreadsheet."""

_DIGITS = re.compile(r"\d+")


@attrs.frozen
class Entry:
    """Rows of one kind that share an order id: one thing that happened in the history."""

    kind: EntryKind
    order_id: str
    at: datetime
    customer: str
    rows: tuple[Row, ...]


@attrs.frozen(kw_only=True)
class HistoryFormat:
    """How a file is to be read.

    Attributes:
        layout: Its layout; None for the preset that its header fits.
        changes: The fields of the layout in which this file differs from it.
        time_zone: That of moments that name none.
        time_format: How moments are written, as for `datetime.strptime`; ISO 8601 if None.
        encoding: How its text is stored.
        delimiter: What stands between two cells.
        window: How far rows may be out of time order, and the lines of one order apart.
    """

    layout: HistoryLayout | None = None
    changes: Mapping[str, Any] = MappingProxyType({})
    time_zone: tzinfo = attrs.field(factory=lambda: ZoneInfo("Europe/London"))
    time_format: str | None = None
    encoding: str = "utf-8-sig"
    delimiter: str = ","
    window: timedelta = timedelta(minutes=60)


@attrs.define
class Tally:
    """How many rows were read, and how many of them were left out and why."""

    rows: int = 0
    skipped: Counter[Skip] = attrs.field(factory=Counter)


class History:
    """One file, to be walked through once.

    Attributes:
        header: The names of its columns.
        rejects: Where rows go that make no sense.
        tally: The rows so far.

    Raises:
        HistoryError: If it is empty, or lacks a column.
    """

    def __init__(
        self,
        source: Source,
        file_format: HistoryFormat | None = None,
        rejects: Rejects | None = None,
    ) -> None:
        form = file_format if file_format is not None else HistoryFormat()
        self.rejects = rejects if rejects is not None else Rejects(source.name)
        self.tally = Tally()
        self._name = source.name
        self._window = form.window
        self._records = source.records(form.delimiter)
        first = next(self._records, None)
        if first is None:
            raise HistoryError(source.name, "is empty; its first row must name the columns")
        if first.fault:
            raise HistoryError(source.name, first.fault, row=first.row)
        self.header = [plain_cell(name) for name in first.cells]
        self._is_rejects_file = self.header[0] == REASON
        if form.layout is None:
            layout = layout_of(source.name, self.header, form.changes)
        else:
            layout = attrs.evolve(form.layout, **form.changes)
        positions = layout.positions(source.name, self.header)
        self._time = positions["time"]
        self._parser = RowParser(
            layout,
            positions,
            len(self.header),
            TimeReader(form.time_zone, form.time_format),
        )

    def __iter__(self) -> Iterator[Entry]:
        """Yield what happened, in time order.

        Raises:
            HistoryError: If there is no row.
            FileError: If the file cannot be read to its end.
            RowError: If a row makes no sense and none may be rejected.
        """
        yield from in_time_order(self._rows(), self._window, self.rejects, self._time_of)
        if not self.tally.rows:
            raise HistoryError(self._name, "has a header, but no rows")

    def _time_of(self, row: Row) -> str:
        """Name the time of a row as the file has it."""
        return f"{self.header[self._time]} {row.cells[self._time]!r}"

    def _rows(self) -> Iterator[Row]:
        for each in self._records:
            self.tally.rows += 1
            record = _plain(each) if self._is_rejects_file else each
            try:
                row = self._parser.parse(record)
            except NonsenseError as error:
                self.rejects.add(record.row, record.cells, str(error))
                continue
            if isinstance(row, Skip):
                self.tally.skipped[row] += 1
            else:
                yield row


def _plain(record: Record) -> Record:
    return record._replace(cells=[plain_cell(cell) for cell in record.cells])


_Key = tuple[EntryKind, str]


@attrs.define
class _Group:
    begin: datetime
    rows: list[Row] = attrs.field(factory=list)


def in_time_order(
    rows: Iterable[Row], window: timedelta, rejects: Rejects, time_of: Callable[[Row], str]
) -> Iterator[Entry]:
    """Put rows into time order and together, as far as they are no further apart than a window.

    What happened in the same moment goes by the number in the order id.

    Args:
        rows: The rows as they come.
        window: How far they may be out of order.
        rejects: Where those go that are further out.
        time_of: How the time of a row is named in the reason.
    """
    groups: dict[_Key, _Group] = {}
    latest: datetime | None = None
    for row in rows:
        at = row.at
        if latest is None:
            latest = at
        elif at - latest > GAP_MAX:
            reason = f"{time_of(row)} is more than {GAP_MAX.days} days after that of any row before"
            rejects.add(row.row, row.cells, reason)
            continue
        elif at > latest:
            latest = at
            yield from _due_entries(groups, latest - window)
        elif latest - at > window:
            late = f"{time_of(row)} is {_minutes(latest - at)} before that of an earlier row"
            allowed = f"rows may be {_minutes(window)} out of time order"
            rejects.add(row.row, row.cells, f"{late}; {allowed}: sort the file, or allow more")
            continue
        group = groups.setdefault((row.kind, row.order_id), _Group(at))
        group.begin = min(group.begin, at)
        group.rows.append(row)
    if latest is not None:
        yield from _due_entries(groups, latest + window)


def _due_entries(groups: dict[_Key, _Group], before: datetime) -> Iterator[Entry]:
    """Yield the entries that began before a moment, and hold them no longer."""
    due = [
        (group.begin, _number(order_id), order_id, kind)
        for (kind, order_id), group in groups.items()
        if group.begin < before
    ]
    for at, _, order_id, kind in sorted(due):
        rows = groups.pop((kind, order_id)).rows
        yield Entry(kind, order_id, at, rows[0].customer, tuple(rows))


def _number(order_id: str) -> int:
    digits = _DIGITS.search(order_id)
    return int(digits[0]) if digits else 0


def _minutes(span: timedelta) -> str:
    return f"{span // timedelta(minutes=1):,} minutes"
