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
    absence,
    absent_columns,
    as_named,
    column_list,
    column_settings,
    folded,
    is_complete,
    missing_columns,
    names_of,
    near_column,
)
from orderflow.importing.layouts.layout import Layout, columns_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

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
    def matches(self) -> int:
        """How many of its names are those of columns that the layout reads."""
        names = as_named(self.layout, self.names)
        return len(names_of(self.layout, names).intersection(names))

    @property
    def fitness(self) -> tuple[bool, bool, int, int]:
        """How well it fits. If no row fits at all, the one with the most cells is the header."""
        is_exact = self.is_complete and as_named(self.layout, self.names) == self.names
        return self.is_complete, is_exact, self.matches, len(self.names)


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
    searched = sum(header.delimiter == best.delimiter for header in headers)
    is_below = skip_rows is None and searched > ROWS_ABOVE_MAX and not best.matches
    if len(layouts) > 1 and not best.is_complete:
        raise _unfit(source.name, best, layouts, is_below=is_below)
    if is_below:
        fault = f"none of its first {searched} rows has a column of the layout; {_BELOW}"
        raise FileError(source.name, fault, settings=("skip_rows",))
    return best


_BELOW = "say how many rows stand above the header"
"""What to do about a header that was not found by itself."""


def _unfit(
    file: str, header: Header[_Layout], layouts: Mapping[str, _Layout], *, is_below: bool
) -> FileError:
    """Return the error that no layout fits: which one is nearest, and what it lacks.

    If the header may be below the rows that were searched, say so.
    """
    names = header.names
    name, layout = max(layouts.items(), key=lambda each: _nearness(each[1], names))
    named = set.intersection(*(set(absent_columns(each, names)) for each in layouts.values()))
    faults = [f"no preset fits the columns {column_list(names)}"]
    faults += [absence(each, names) for each in sorted(named)]
    missing = missing_columns(layout, names)
    absent = [each for each in absent_columns(layout, names) if each not in named]
    lacks = [f"{' or '.join(map(repr, wanted))} ({field})" for field, wanted in missing.items()]
    lacks += map(repr, absent)
    if lacks and _is_near(layout, names):
        faults.append(f"the nearest is {name}, which lacks {', '.join(lacks)}")
    if missing:
        near = _near(layout, names, by_field=True)
        hints = (f"{each} ({found!r}?)" if found else each for each, found in near)
        faults.append(f"name the columns of {', '.join(hints)}")
    elif absent:
        faults.append("export it with that column, or name another of its columns")
    fields = columns_of(layout, required=True)[:1] if absent and not missing else missing
    settings = column_settings(layout, fields)
    if is_below:
        faults[-1] += f"; or {_BELOW}, if it is below row {ROWS_ABOVE_MAX + 1}"
        settings += ("skip_rows",)
    return FileError(file, *faults, row=header.row, settings=settings)


def _near(
    layout: Layout, names: Sequence[str], *, by_field: bool = False
) -> Iterator[tuple[str, str | None]]:
    """Yield the fields without a column, with the unused one that was probably meant, if any.

    With `by_field`, its name may also be similar to that of the field.
    """
    used = names_of(layout, names)
    free = [
        name
        for name, named in zip(names, as_named(layout, names), strict=True)
        if named not in used
    ]
    for field, wanted in missing_columns(layout, names).items():
        found = near_column((*wanted, field) if by_field else wanted, free)
        if found is not None:
            free.remove(found)
        yield field, found


def _is_near(layout: Layout, names: Sequence[str]) -> bool:
    """Whether one of the columns that a layout needs is there."""
    return len(missing_columns(layout, names)) < len(columns_of(layout, required=True))


def _nearness(layout: Layout, names: Sequence[str]) -> tuple[int, float]:
    """How many of the columns that a layout needs are there. A similar name is worth half.

    A layout with several items in each cell is not near without the column of these cells.
    """
    if "items" in missing_columns(layout, names):
        return 0, 0.0
    needed = columns_of(layout, required=True)
    near = dict(_near(layout, names))
    similar = [found for found in near.values() if found is not None]
    same = [field for field, found in near.items() if (found or "").casefold() == field]
    points = 2 * (len(needed) - len(near)) + len(similar) + len(same)
    points = max(0, points - len(absent_columns(layout, names)))
    return points, points / len(needed)


def _headers(
    source: Source, delimiter: str, layouts: Mapping[str, _Layout], skip_rows: int | None
) -> Iterator[Header[_Layout]]:
    """Yield the rows that may be the header, up to the first that is complete."""
    known = {folded(name) for layout in layouts.values() for name in names_of(layout, ())}
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
                    for named in (
                        any_layout if known.isdisjoint(map(folded, names)) else layouts
                    ).items()
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
