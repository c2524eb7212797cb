"""A file with its header read: its layout, its columns and its rows."""

from __future__ import annotations

from contextlib import contextmanager
from itertools import dropwhile, islice
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Generic, NamedTuple, TypeVar

import attrs

from orderflow.errors.quoting import counted
from orderflow.importing.export import plain_cell
from orderflow.importing.files.file_format import DETECTED, FileFormat
from orderflow.importing.files.source import Record, open_source
from orderflow.importing.header import find_header
from orderflow.importing.layouts.columns import Columns, find_columns
from orderflow.importing.layouts.layout import Layout
from orderflow.importing.layouts.presets import PRESETS, Preset
from orderflow.importing.odd_rows import OddRows

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from orderflow.importing.files.source import Source
    from orderflow.importing.header import Header

__all__ = ["REASON_COLUMN", "File", "Progress", "Table", "detect_layout", "open_table"]

REASON_COLUMN = "rejected_because"
"""The last column of a file of rejected rows. It is not imported."""

File = Path | str | BinaryIO
"""A file: its path, or an open stream of bytes."""

_PROGRESS_ROWS = 1_000
_SAMPLE_ROWS = 10_000

_Layout = TypeVar("_Layout", bound=Layout)


class Progress(NamedTuple):
    """How much of a file has been read.

    Attributes:
        rows: The number of rows read, without the header.
        bytes_read: The bytes read, as stored.
        bytes_total: The size of the file in bytes.
    """

    rows: int
    bytes_read: int
    bytes_total: int


class Table(Generic[_Layout]):
    """A file with its header read. Its rows can be read once.

    Attributes:
        name: The name of the file in messages.
        layout: The layout of its columns.
        layout_name: The name of this layout.
        columns: The positions of its columns.
        file_format: The format of its text.
        guess: How its encoding was guessed; None if it is certain.
        header: Its header as written, without the column of reasons.
        rows_read: The number of rows read so far, without the header and blank rows.
        notes: What was found out about the file, for people.
    """

    def __init__(self, source: Source, header: Header[_Layout]) -> None:
        self.name = source.name
        self.layout = header.layout
        self.layout_name = header.layout_name
        self.file_format = attrs.evolve(
            source.file_format, delimiter=header.delimiter, skip_rows=header.row - 1
        )
        self.guess = source.guess
        self.rows_read = 0
        self._source = source
        self.notes: list[str] = []
        self._header_row = header.row
        with source.rewinding():
            first = next(record for record in self._records() if record.row >= header.row)
        cells = [plain_cell(cell) for cell in first.cells]
        self._has_reasons = cells[-1].strip() == REASON_COLUMN
        self.header = cells[:-1] if self._has_reasons else cells
        self.columns: Columns = find_columns(source.name, first.row, self.header, header.layout)
        self._odd_rows = OddRows(source.name, header.layout, self.columns)
        if header.layout_name == Preset.PLAIN or header.layout_name not in PRESETS:
            self.notes += self.columns.notes()  # other presets have rules for these columns

    def sample(self, fields: Sequence[str]) -> Iterator[tuple[int, str]]:
        """Yield the texts of some fields in the first rows. Call it before `rows`."""
        positions = [at for field in fields for at in self.columns.positions.get(field, ())]
        with self._source.rewinding():
            for record in islice(self._body(), _SAMPLE_ROWS):
                yield from (
                    (record.row, record.cells[at].strip())
                    for at in positions
                    if at < len(record.cells)
                )

    def rows(self, progress: Callable[[Progress], None] | None = None) -> Iterator[Record]:
        """Yield the rows that are not blank. A row that does not fit the header has a fault.

        Raises:
            FileError: If the file cannot be read to its end, or another table begins in it.
        """
        for record in self._body():
            cells = [plain_cell(cell) if cell[:1] in "'=" else cell for cell in record.cells]
            if not "".join(cells).strip():
                continue
            self.rows_read += 1
            fitted = record._replace(cells=cells) if record.fault else self._fit(record.row, cells)
            skip = self._odd_rows.reason(fitted)
            yield fitted._replace(skip=skip, fault="") if skip else fitted
            if progress is not None and self.rows_read % _PROGRESS_ROWS == 0:
                progress(self._progress())
        if progress is not None:
            progress(self._progress())

    def _records(self) -> Iterator[Record]:
        return self._source.records(self.file_format.delimiter, quoted=self.layout.quoted)

    def _body(self) -> Iterator[Record]:
        """Yield the records below the header."""
        return dropwhile(lambda record: record.row <= self._header_row, self._records())

    def _fit(self, row: int, cells: list[str]) -> Record:
        width = len(self.header)
        if self._has_reasons:
            if len(cells) == width + 1:
                return Record(row, cells[:-1])
            return Record(row, cells, _width_fault(len(cells), width + 1))
        if len(cells) > width and not any(cell.strip() for cell in cells[width:]):
            del cells[width:]
        return Record(row, cells, _width_fault(len(cells), width) if len(cells) != width else "")

    def _progress(self) -> Progress:
        return Progress(self.rows_read, self._source.bytes_read, self._source.bytes_total or 0)


@contextmanager
def open_table(
    file: File,
    layouts: Mapping[str, _Layout],
    *,
    file_format: FileFormat = DETECTED,
    name: str | None = None,
) -> Iterator[Table[_Layout]]:
    """Open a file and detect its layout, and its format as far as it is not given.

    Raises:
        FileError: If it cannot be opened or is empty, or no layout fits its header.
    """
    path = Path(file) if isinstance(file, str) else file
    with open_source(path, file_format, name=name) as source:
        yield Table(source, find_header(source, layouts, file_format.skip_rows))


def detect_layout(
    file: File,
    layouts: Mapping[str, _Layout],
    *,
    file_format: FileFormat = DETECTED,
    name: str | None = None,
) -> tuple[str, _Layout]:
    """Return the layout that fits the header of a file best, with its name.

    Args:
        file: Its path, or a stream of bytes that is seekable.
        layouts: The layouts to choose from, by their names.
        file_format: The format of its text. Default: detected.
        name: The name of the file in messages. Default: its path.

    Raises:
        FileError: If the file cannot be read, or none of several layouts fits.
    """
    with open_table(file, layouts, file_format=file_format, name=name) as table:
        return table.layout_name, table.layout


def _width_fault(cells: int, width: int) -> str:
    return (
        f"it has {counted(cells, 'cell')}, the header has {width}; "
        f"does a cell contain a delimiter, or was the row cut short?"
    )
