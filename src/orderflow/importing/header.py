"""Find the header of a file: its row, the delimiter, and the layout that fits it.

Exports may begin with a title or a date. So the header is the first row, near the beginning, that
has every column that some layout needs.

Cells never decide about the delimiter, because the text of a cell may contain more delimiters than
there are cells.
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Generic, NamedTuple, TypeVar

from orderflow.importing.export import plain_cell
from orderflow.importing.faults import FileError
from orderflow.importing.files.delimiter import DELIMITERS, named_delimiter
from orderflow.importing.layouts.columns import (
    absent_columns,
    column_list,
    is_complete,
    missing_columns,
    names_of,
)
from orderflow.importing.layouts.layout import Layout

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from orderflow.importing.files.source import Record, Source

__all__ = ["ROWS_ABOVE_MAX", "Header", "find_header"]

ROWS_ABOVE_MAX = 50
"""How many rows may stand above a header that is found by itself."""

_NAMED_CHARACTERS = 16
"""More than Excel's line `sep=;` has."""

_Layout = TypeVar("_Layout", bound=Layout)


class Header(NamedTuple, Generic[_Layout]):
    """A row that may be the header, with the layout that fits it best."""

    row: int
    names: tuple[str, ...]
    delimiter: str
    layout_name: str
    layout: _Layout
    is_complete: bool
    fault: str = ""

    @property
    def fitness(self) -> tuple[bool, int, int]:
        """How well it fits. If no row fits at all, the one with the most cells is the header."""
        matches = names_of(self.layout, self.names).intersection(self.names)
        return self.is_complete, len(matches), len(self.names)


def find_header(
    source: Source, layouts: Mapping[str, _Layout], skip_rows: int | None = None
) -> Header[_Layout]:
    """Find the header of a file, and rewind the file.

    Args:
        source: The file.
        layouts: The layouts to choose from, by their names.
        skip_rows: How many rows stand above it. If None, it is searched.

    Raises:
        FileError: If the file is empty, or none of several layouts fits.
    """
    known = source.file_format.delimiter or named_delimiter(source.start(_NAMED_CHARACTERS))
    headers = [
        header
        for delimiter in ((known,) if known else DELIMITERS)
        for header in _headers(source, delimiter, layouts, skip_rows)
    ]
    if not headers:
        raise FileError(source.name, "is empty; its first row must name the columns")
    best = max(headers, key=lambda header: header.fitness)
    if best.fault:
        raise FileError(source.name, best.fault, row=best.row)
    if len(layouts) > 1 and not best.is_complete:
        raise _unfit(source.name, best)
    return best


def _unfit(file: str, header: Header[_Layout]) -> FileError:
    """Return the error that no layout fits: which one is nearest, and what it lacks."""
    missing = missing_columns(header.layout, header.names)
    _, matches, _ = header.fitness
    faults = [f"no preset fits the columns {column_list(header.names)}"]
    faults += absent_columns(header.layout, header.names)
    if matches and missing:
        lacks = (f"{' or '.join(map(repr, names))} ({field})" for field, names in missing.items())
        faults.append(f"the nearest is {header.layout_name}, which lacks {', '.join(lacks)}")
    if missing:
        faults.append(f"name the columns of {', '.join(missing)}")
    settings = tuple(f"{field}_column" for field in missing)
    return FileError(file, "; ".join(faults), row=header.row, settings=settings)


def _headers(
    source: Source, delimiter: str, layouts: Mapping[str, _Layout], skip_rows: int | None
) -> Iterator[Header[_Layout]]:
    """Yield the rows that may be the header, up to the first that is complete."""
    known = frozenset[str]().union(*(names_of(layout, ()) for layout in layouts.values()))
    any_layout = dict(islice(layouts.items(), 1))  # for rows that none fits
    with source.rewinding():
        records = source.records(delimiter)
        if skip_rows is not None:
            below = (record for record in records if record.row > skip_rows)
            records = islice(below, 1)
        for record in islice(records, ROWS_ABOVE_MAX + 1):
            names = tuple(plain_cell(cell).strip() for cell in record.cells)
            header = max(
                (
                    _header(record, names, delimiter, *named)
                    for named in (any_layout if known.isdisjoint(names) else layouts).items()
                ),
                key=lambda header: header.fitness,
            )
            yield header
            if header.is_complete:
                return


def _header(
    record: Record, names: tuple[str, ...], delimiter: str, layout_name: str, layout: _Layout
) -> Header[_Layout]:
    complete = is_complete(layout, names)
    return Header(record.row, names, delimiter, layout_name, layout, complete, record.fault)
