"""A file with its header read: its layout, its columns and its rows."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Generic, NamedTuple, TypeVar

from orderflow.importing.export import plain_cell
from orderflow.importing.faults import FileError
from orderflow.importing.files.encoding import delimiter_of, header_of, named_delimiter
from orderflow.importing.files.file_format import DETECTED, FileFormat
from orderflow.importing.files.source import Record, open_source
from orderflow.importing.layouts.columns import Columns, column_list, find_columns, required_columns
from orderflow.importing.layouts.layout import Layout, columns_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from orderflow.importing.files.source import Source

__all__ = ["REASON_COLUMN", "File", "Progress", "Table", "open_table"]

REASON_COLUMN = "rejected_because"
"""The last column of a file of rejected rows. It is not imported."""

File = Path | str | BinaryIO
"""A file: its path, or an open stream of bytes."""

_START_CHARACTERS = 64 * 1024
_PROGRESS_ROWS = 1_000

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
        columns: The positions of its columns.
        file_format: The format of its text.
        header: Its header as written, without the column of reasons.
        rows_read: The number of rows read so far, without the header and blank rows.
    """

    def __init__(self, source: Source, layout: _Layout, delimiter: str, *, skip: int) -> None:
        self.name = source.name
        self.layout = layout
        self.file_format = FileFormat(encoding=source.encoding, delimiter=delimiter)
        self.rows_read = 0
        self._source = source
        self._records = source.records(delimiter, quoted=layout.quoted)
        for _ in range(skip):
            next(self._records)
        first = next(self._records, None)
        if first is None:
            raise FileError(source.name, "is empty; its first row must name the columns")
        if first.fault:
            raise FileError(source.name, first.fault, row=first.row)
        cells = [plain_cell(cell) for cell in first.cells]
        self._has_reasons = cells[-1].strip() == REASON_COLUMN
        self.header = cells[:-1] if self._has_reasons else cells
        self.columns: Columns = find_columns(source.name, first.row, self.header, layout)

    def rows(self, progress: Callable[[Progress], None] | None = None) -> Iterator[Record]:
        """Yield the rows that are not blank. A row that does not fit the header has a fault.

        Raises:
            FileError: If the file cannot be read to its end.
        """
        for record in self._records:
            cells = [plain_cell(cell) for cell in record.cells]
            if not any(cell.strip() for cell in cells):
                continue
            self.rows_read += 1
            yield record._replace(cells=cells) if record.fault else self._fit(record.row, cells)
            if progress is not None and self.rows_read % _PROGRESS_ROWS == 0:
                progress(self._progress())
        if progress is not None:
            progress(self._progress())

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
    encoding = file_format.encoding or None
    with open_source(path, name=name, encoding=encoding, rewinds=True) as source:
        start = source.start(_START_CHARACTERS)
        named = named_delimiter(start)
        delimiter = file_format.delimiter or named
        if delimiter is None:
            delimiter = delimiter_of(start, map(_names, layouts.values()))
        body = start.partition("\n")[2] if named else start
        layout = _best_layout(source.name, header_of(body, delimiter), layouts)
        yield Table(source, layout, delimiter, skip=int(named is not None))


def _best_layout(file: str, header: Sequence[str], layouts: Mapping[str, _Layout]) -> _Layout:
    """Return the complete layout with the most columns in the header."""
    if len(layouts) == 1 or not header:
        return next(iter(layouts.values()))
    names = {plain_cell(name) for name in header}
    fitting = [layout for layout in layouts.values() if _is_complete(names, layout)]
    if not fitting:
        needs = "; ".join(
            f"{name} needs {required_columns(each)}" for name, each in layouts.items()
        )
        raise FileError(
            file,
            f"the columns are {column_list(header)}, which no preset fits ({needs}); "
            f"describe them with a layout",
        )
    return max(fitting, key=lambda layout: len(names & _names(layout)))


def _is_complete(names: set[str], layout: Layout) -> bool:
    required = columns_of(layout, required=True)
    return all(names.intersection(getattr(layout, field)) for field in required)


def _names(layout: Layout) -> set[str]:
    return {name for field in columns_of(layout) for name in getattr(layout, field)}


def _width_fault(cells: int, width: int) -> str:
    return (
        f"it has {cells} cells, the header has {width}; "
        f"does a cell contain a delimiter, or was the row cut short?"
    )
