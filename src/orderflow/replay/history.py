"""A history as entries in time order: orders, cancellations and stock adjustments.

The rows of a file are in time order, or nearly. They are buffered for a window of time, sorted, and
grouped by order. A row that is later than the window allows is rejected. So reading needs memory
for the rows of one window only, however long the file is.
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

from orderflow.domain.calendar import clocks
from orderflow.domain.model import validators
from orderflow.importing.export import plain_cell
from orderflow.importing.files.delimiter import DELIMITER_DEMAND, is_delimiter
from orderflow.importing.files.encoding import ENCODING_DEMAND, is_encoding
from orderflow.importing.values.times import TimeReader, check_time_format
from orderflow.replay.faults import HistoryError, Rejects
from orderflow.replay.layout import HistoryLayout, layout_of
from orderflow.replay.rows import EntryKind, InvalidRowError, Row, RowParser, SkipReason

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from orderflow.importing.files.source import Record, Source

__all__ = [
    "HISTORY_REASON_COLUMN",
    "Entry",
    "HistoryFormat",
    "HistoryReader",
    "Tally",
    "in_time_order",
]

GAP_MAX = timedelta(days=366)
"""How far ahead the next row may be. Otherwise one mistyped year would make all later rows late."""

HISTORY_REASON_COLUMN = "reason"
"""The first column of a file of rejected rows. Cells of such a file are safe in a spreadsheet."""

_DIGITS = re.compile(r"\d+")


@attrs.frozen
class Entry:
    """One event of the history: the rows of one kind that share an order id."""

    kind: EntryKind
    order_id: str
    at: datetime
    customer: str
    rows: tuple[Row, ...]


@attrs.frozen(kw_only=True)
class HistoryFormat:
    """How to read a file.

    Attributes:
        layout: The layout of the file. Default: the preset that matches the header.
        changes: The fields of the layout that this file overrides.
        time_zone: The time zone of moments that name none.
        time_format: The format of moments, as for `datetime.strptime`. Default: ISO 8601.
        encoding: The text encoding.
        delimiter: The character between two cells.
        window: How far rows may be out of time order, and how far apart the lines of an order.
    """

    layout: HistoryLayout | None = None
    changes: Mapping[str, Any] = MappingProxyType({})
    time_zone: tzinfo = attrs.field(factory=lambda: ZoneInfo("Europe/London"))
    time_format: str | None = attrs.field(default=None, validator=check_time_format)
    encoding: str = attrs.field(default="utf-8-sig")
    delimiter: str = attrs.field(default=",")
    window: timedelta = attrs.field(default=timedelta(minutes=60))

    def __attrs_post_init__(self) -> None:
        rules = (
            ("time_zone", clocks.is_time_zone(self.time_zone), "a time zone"),
            ("encoding", is_encoding(self.encoding), ENCODING_DEMAND),
            ("delimiter", is_delimiter(self.delimiter), DELIMITER_DEMAND),
        )
        for name, ok, demand in rules:
            field, value = f"HistoryFormat.{name}", getattr(self, name)
            validators.require(ok=ok, field=field, demand=demand, value=value)
        validators.require_duration("HistoryFormat.window", self.window, or_zero=True)


@attrs.define
class Tally:
    """The number of rows read, and of rows skipped by reason."""

    rows: int = 0
    skipped: Counter[SkipReason] = attrs.field(factory=Counter)


class HistoryReader:
    """The entries of one file. It can be iterated once.

    Attributes:
        header: The names of the columns.
        rejects: Where invalid rows are reported.
        tally: The rows read so far.

    Raises:
        HistoryError: If the file is empty, or a column is missing.
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
        self._is_rejects_file = self.header[0] == HISTORY_REASON_COLUMN
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
        """Yield the entries in time order.

        Raises:
            HistoryError: If the file has no rows.
            FileError: If the file cannot be read to its end.
            RowError: If a row is invalid and `Rejects` is strict.
        """
        yield from in_time_order(self._rows(), self._window, self.rejects, self._time_of)
        if not self.tally.rows:
            raise HistoryError(self._name, "has a header, but no rows")

    def _time_of(self, row: Row) -> str:
        """Name the time of a row as it is written in the file."""
        return f"{self.header[self._time]} {row.cells[self._time]!r}"

    def _rows(self) -> Iterator[Row]:
        for each in self._records:
            self.tally.rows += 1
            record = _plain(each) if self._is_rejects_file else each
            try:
                row = self._parser.parse(record)
            except InvalidRowError as error:
                self.rejects.add(record.row, record.cells, str(error))
                continue
            if isinstance(row, SkipReason):
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
    """Sort rows by time and group them by order, within a window of time.

    Entries of the same moment are sorted by the number in the order id.

    Args:
        rows: The rows as they are read.
        window: How far rows may be out of time order.
        rejects: Where rows that are further out are reported.
        time_of: Names the time of a row for the reason.
    """
    groups: dict[_Key, _Group] = {}
    latest: datetime | None = None
    for row in rows:
        at = row.at
        if latest is None:
            latest = at
        elif at - latest > GAP_MAX:
            reason = f"{time_of(row)} is more than {GAP_MAX.days} days after all rows before it"
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
    """Remove the groups that began before a moment, and yield them as entries."""
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
