"""A history as entries in time order: orders, cancellations and adjustments of stock.

A file is in time order or nearly so. Its rows are held back until the file has gone on by a
window of time; within it they are sorted, and the rows of one order come together. A row that
comes later than that is rejected. So the memory that reading takes is that of the rows of one
window, however long the file is.
"""

from __future__ import annotations

import re
from collections import Counter
from datetime import datetime, timedelta, tzinfo
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import attrs

from orderflow.replay.faults import HistoryError, Rejects
from orderflow.replay.layout import Layout, layout_of
from orderflow.replay.rows import Kind, NonsenseError, Row, RowParser, Skip, TimeReader

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from orderflow.replay.source import Source

__all__ = ["Entry", "History", "Reading", "Tally", "in_time_order"]

GAP_MAX = timedelta(days=366)
"""How far the next row may be ahead. One wrong year would else put all later rows in the past."""

_DIGITS = re.compile(r"\d+")


@attrs.frozen
class Entry:
    """Rows of one kind that share an order id: one thing that happened in the history."""

    kind: Kind
    order_id: str
    at: datetime
    customer: str
    rows: tuple[Row, ...]


@attrs.frozen(kw_only=True)
class Reading:
    """How a file is to be read.

    Attributes:
        layout: Its layout; None for the preset that its header fits.
        zone: The time zone of moments that name none.
        time_format: How moments are written, as for `datetime.strptime`; ISO 8601 if None.
        delimiter: What stands between two cells.
        window: How far rows may be out of time order, and the lines of one order apart.
    """

    layout: Layout | None = None
    zone: tzinfo = attrs.field(factory=lambda: ZoneInfo("Europe/London"))
    time_format: str | None = None
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
        self, source: Source, reading: Reading | None = None, rejects: Rejects | None = None
    ) -> None:
        reading = reading if reading is not None else Reading()
        self.rejects = rejects if rejects is not None else Rejects(source.name)
        self.tally = Tally()
        self._name = source.name
        self._window = reading.window
        self._records = source.records(reading.delimiter)
        first = next(self._records, None)
        if first is None:
            raise HistoryError(source.name, "is empty; its first row must name the columns")
        self.header = first.cells
        layout = reading.layout or layout_of(source.name, self.header)
        self._parser = RowParser(
            layout,
            layout.positions(source.name, self.header),
            len(self.header),
            TimeReader(reading.zone, reading.time_format),
        )

    def __iter__(self) -> Iterator[Entry]:
        """Yield what happened, in time order.

        Raises:
            HistoryError: If there is no row, or the file cannot be read to its end.
            RowError: If a row makes no sense and none may be rejected.
        """
        yield from in_time_order(self._rows(), self._window, self.rejects)
        if not self.tally.rows:
            raise HistoryError(self._name, "has a header, but no rows")

    def _rows(self) -> Iterator[Row]:
        for record in self._records:
            self.tally.rows += 1
            try:
                row = self._parser.parse(record)
            except NonsenseError as error:
                self.rejects.add(record.row, record.cells, str(error))
                continue
            if isinstance(row, Skip):
                self.tally.skipped[row] += 1
            else:
                yield row


def in_time_order(rows: Iterable[Row], window: timedelta, rejects: Rejects) -> Iterator[Entry]:
    """Put rows into time order and together, as far as they are no further apart than a window.

    What happened in the same moment goes by the number in the order id.
    """
    held: dict[tuple[Kind, str], list[Row]] = {}
    latest: datetime | None = None
    for row in rows:
        at = row.at
        if latest is None:
            latest = at
        elif at - latest > GAP_MAX:
            rejects.add(row.row, row.cells, f"it is more than {GAP_MAX.days} days after the others")
            continue
        elif at > latest:
            latest = at
            yield from _released(held, latest - window)
        elif latest - at > window:
            rejects.add(row.row, row.cells, _too_late(latest - at, window))
            continue
        held.setdefault((row.kind, row.order_id), []).append(row)
    if latest is not None:
        yield from _released(held, latest + window)


def _released(held: dict[tuple[Kind, str], list[Row]], before: datetime) -> Iterator[Entry]:
    """Yield the entries that began before a moment, and hold them no longer."""
    begun = [(min(row.at for row in rows), key) for key, rows in held.items()]
    ready = [(at, _number(key[1]), key) for at, key in begun if at < before]
    for at, _, key in sorted(ready):
        rows = held.pop(key)
        yield Entry(key[0], key[1], at, rows[0].customer, tuple(rows))


def _number(order_id: str) -> int:
    digits = _DIGITS.search(order_id)
    return int(digits[0]) if digits else 0


def _too_late(late: timedelta, window: timedelta) -> str:
    minutes = window // timedelta(minutes=1)
    return (
        f"it is {late} before a row that came earlier, and rows may be {minutes} minutes out of "
        f"time order; sort the file, or allow more"
    )
