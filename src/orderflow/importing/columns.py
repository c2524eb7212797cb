"""Where in a header the columns of a layout stand."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

import attrs

from orderflow.importing.faults import FileError, shown
from orderflow.importing.layout import OrderLayout, columns_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from orderflow.importing.layout import Layout, Names

__all__ = ["Columns", "IgnoredColumn", "find_columns", "listed", "nearest"]

_LISTED_MAX = 40
_PARTS = frozenset({"ship_to_name", "ship_to_street"})


@attrs.frozen
class IgnoredColumn:
    """A column that is not read.

    Attributes:
        name: What the file calls it.
        nearest: The column that it may have been meant for, which the file lacks.
    """

    name: str
    nearest: str | None = None


@attrs.frozen
class Columns:
    """Where the columns of a layout stand in one file.

    Attributes:
        header: What the file calls its columns.
        positions: By field of the layout, the positions that are read; a field that the file has
            no column for is not there.
        ignored: The columns that are not read.
    """

    header: tuple[str, ...]
    positions: dict[str, tuple[int, ...]]
    ignored: tuple[IgnoredColumn, ...]

    def name(self, field: str) -> str:
        """Return what the file calls the column, or the first of the columns, of a field."""
        return self.header[self.positions[field][0]]

    def position_of(self, name: str) -> int | None:
        """Return the position of a column, as the file calls it."""
        return self.header.index(name) if name in self.header else None


def find_columns(file: str, row: int, header: Sequence[str], layout: Layout) -> Columns:
    """Find the columns of a layout.

    Raises:
        FileError: If some are missing, or are there twice; it names all of them.
    """
    names = tuple(name.strip() for name in header)
    first_counts = layout.first_counts if isinstance(layout, OrderLayout) else frozenset()
    positions: dict[str, tuple[int, ...]] = {}
    faults = []
    for field in columns_of(layout):
        wanted: Names = getattr(layout, field)
        there = [name for name in wanted if name in names]
        used = there if field in _PARTS else there[:1]
        faults += [
            f"the column {name!r} ({field}) is there {names.count(name)} times; rename one"
            for name in used
            if names.count(name) > 1 and name not in first_counts
        ]
        if used:
            positions[field] = tuple(names.index(name) for name in used)
        elif field in columns_of(layout, required=True):
            faults.append(_missing(field, wanted, names))
    if faults:
        raise FileError(file, f"{'; '.join(faults)}; {_asked(layout, names)}", row=row)
    return Columns(names, positions, _ignored(layout, names, positions))


def nearest(name: str, names: Iterable[str]) -> str | None:
    """Return the name that is most like this one, if any is.

    >>> nearest("Quantty", ["SKU", "Quantity"]), nearest("colour", ["SKU", "Quantity"])
    ('Quantity', None)
    """
    folded = {each.casefold(): each for each in names}
    close = get_close_matches(name.casefold(), folded, n=1, cutoff=0.7)
    return folded[close[0]] if close else None


def listed(names: Sequence[str]) -> str:
    """List the columns of a file, with a hint where they look as if they were read wrongly."""
    hint = " (is the delimiter another one?)" if len(names) == 1 else ""
    if any("\0" in name for name in names):
        hint = " (is it UTF-16 without a byte-order mark?)"
    more = f" and {len(names) - _LISTED_MAX} more" if len(names) > _LISTED_MAX else ""
    return ", ".join(map(shown, names[:_LISTED_MAX])) + more + hint


def _missing(field: str, wanted: Names, names: Sequence[str]) -> str:
    called = " or ".join(repr(name) for name in wanted)
    close = next((found for name in wanted if (found := nearest(name, names))), None)
    hint = f", did you mean {close!r}?" if close else ""
    return f"there is no column {called} ({field}){hint}"


def _asked(layout: Layout, names: Sequence[str]) -> str:
    asked = ", ".join(
        "/".join(getattr(layout, field)) for field in columns_of(layout, required=True)
    )
    return f"the layout asks for {asked}, and the columns are {listed(names)}"


def _ignored(
    layout: Layout, names: Sequence[str], positions: dict[str, tuple[int, ...]]
) -> tuple[IgnoredColumn, ...]:
    read = {position for found in positions.values() for position in found}
    visited = {rule.column for rule in getattr(layout, "pass_over", ())}
    lacking = [
        name
        for field in columns_of(layout)
        if field not in positions
        for name in getattr(layout, field)
    ]
    return tuple(
        IgnoredColumn(name, nearest(name, lacking))
        for position, name in enumerate(names)
        if name and position not in read and name not in visited
    )
