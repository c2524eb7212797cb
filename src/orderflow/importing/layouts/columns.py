"""Find the columns of a layout in the header of a file."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

import attrs

from orderflow.importing.faults import FileError, quote_value
from orderflow.importing.layouts.layout import OrderLayout, columns_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from orderflow.importing.layouts.layout import Layout, Names

__all__ = ["Columns", "IgnoredColumn", "column_list", "find_columns", "nearest", "required_columns"]

_LISTED_MAX = 40
_PARTS = frozenset({"ship_to_name", "ship_to_street", "ship_to_street_2"})


@attrs.frozen
class IgnoredColumn:
    """A column that is not read.

    Attributes:
        name: Its name in the file.
        nearest: The missing column that was probably meant, if any.
    """

    name: str
    nearest: str | None = None


@attrs.frozen
class Columns:
    """The positions of a layout's columns in one file.

    Attributes:
        header: The column names of the file.
        positions: The positions to read, by layout field. A field without a column is absent.
        ignored: The columns that are not read.
    """

    header: tuple[str, ...]
    positions: dict[str, tuple[int, ...]]
    ignored: tuple[IgnoredColumn, ...]

    def name(self, field: str) -> str:
        """Return the name in the file of a field's first column."""
        return self.header[self.positions[field][0]]

    def position_of(self, name: str) -> int | None:
        """Return the position of a column by its name in the file."""
        return self.header.index(name) if name in self.header else None


def find_columns(file: str, row: int, header: Sequence[str], layout: Layout) -> Columns:
    """Find the columns of a layout.

    Raises:
        FileError: If columns are missing or ambiguous. The message lists all of them.
    """
    names = tuple(name.strip() for name in header)
    first_counts = layout.first_counts if isinstance(layout, OrderLayout) else frozenset()
    positions: dict[str, tuple[int, ...]] = {}
    faults = []
    for field in columns_of(layout):
        wanted: Names = getattr(layout, field)
        present = [name for name in wanted if name in names]
        used = present if field in _PARTS else present[:1]
        faults += [
            f"the column {name!r} ({field}) occurs {names.count(name)} times; rename one"
            for name in used
            if names.count(name) > 1 and name not in first_counts
        ]
        if used:
            positions[field] = tuple(names.index(name) for name in used)
        elif field in columns_of(layout, required=True):
            faults.append(_missing_column(field, wanted, names))
    if faults:
        raise FileError(
            file,
            f"{'; '.join(faults)}; the layout needs {required_columns(layout)}, "
            f"and the columns are {column_list(names)}",
            row=row,
        )
    return Columns(names, positions, _ignored_columns(layout, names, positions))


def nearest(name: str, names: Iterable[str]) -> str | None:
    """Return the most similar name, if any is similar.

    >>> nearest("Quantty", ["SKU", "Quantity"]), nearest("colour", ["SKU", "Quantity"])
    ('Quantity', None)
    """
    folded = {each.casefold(): each for each in names}
    close = get_close_matches(name.casefold(), folded, n=1, cutoff=0.7)
    return folded[close[0]] if close else None


def column_list(names: Sequence[str]) -> str:
    """List the columns of a file, with a hint if they look misread."""
    hint = " (is the delimiter right?)" if len(names) == 1 else ""
    if any("\0" in name for name in names):
        hint = " (is it UTF-16 without a byte-order mark?)"
    more = f" and {len(names) - _LISTED_MAX} more" if len(names) > _LISTED_MAX else ""
    return ", ".join(map(quote_value, names[:_LISTED_MAX])) + more + hint


def _missing_column(field: str, wanted: Names, names: Sequence[str]) -> str:
    called = " or ".join(repr(name) for name in wanted)
    close = next((found for name in wanted if (found := nearest(name, names))), None)
    hint = f", did you mean {close!r}?" if close else ""
    return f"there is no column {called} ({field}){hint}"


def required_columns(layout: Layout) -> str:
    """Return the names of the columns that a file must have."""
    return ", ".join(
        "/".join(getattr(layout, field)) for field in columns_of(layout, required=True)
    )


def _ignored_columns(
    layout: Layout, names: Sequence[str], positions: dict[str, tuple[int, ...]]
) -> tuple[IgnoredColumn, ...]:
    read = {position for found in positions.values() for position in found}
    compared = {rule.column for rule in getattr(layout, "skip", ())}
    lacking = [
        name
        for field in columns_of(layout)
        if field not in positions
        for name in getattr(layout, field)
    ]
    return tuple(
        IgnoredColumn(name, nearest(name, lacking))
        for position, name in enumerate(names)
        if name and position not in read and name not in compared
    )
