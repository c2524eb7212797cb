"""Listings, printed as a table, as JSON or as CSV."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from itertools import chain, islice
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import attrs
from rich.cells import cell_len

from orderflow.cli.options.user_zone import user_zone
from orderflow.cli.output import tables, terminal
from orderflow.cli.output.console import heading
from orderflow.wording.moments import moment_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from rich.table import Table

    from orderflow.cli.options.listing import ListingOptions

    Row = Mapping[str, Any]

__all__ = ["Column", "day_cell", "moment_cell", "print_listing", "table_of", "time_column"]

_TEXT_WIDTH_MIN = 10
"""A text is folded to this width at least."""


@attrs.frozen
class Column:
    """A column of a listing.

    Attributes:
        key: The key of its values in a row.
        title: The heading; default: the key.
        write: Turns a value into text.
        has_times: Whether its values have times, so that the heading names their time zone.
        if_differs: Whether to omit it from a table if all rows have the same value.
        if_any: Whether to omit it from a table if no row has a value, or only 0.
    """

    key: str
    title: str = ""
    write: Callable[[Any], str] = str
    has_times: bool = attrs.field(default=False, kw_only=True)
    if_differs: bool = attrs.field(default=False, kw_only=True)
    if_any: bool = attrs.field(default=False, kw_only=True)

    @property
    def name(self) -> str:
        """The heading."""
        name = self.title or self.key.replace("_", " ")
        return f"{name} ({user_zone()})" if self.has_times else name


def time_column(key: str, title: str) -> Column:
    """Return a column of ISO 8601 moments, which a table shows in the time zone of the user."""
    return Column(key, title, moment_cell, has_times=True)


def moment_cell(at: str) -> str:
    """Write an ISO 8601 moment below a heading that names the time zone of the user.

    In the hour that the clocks show twice, the abbreviation tells which one it is.
    """
    zone = user_zone()
    local = datetime.fromisoformat(at).astimezone(zone)
    is_shown_twice = local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset()
    return moment_text(local, zone, with_zone=is_shown_twice)


def day_cell(at: str) -> str:
    """Write the day of a moment in the time zone of the user."""
    return moment_cell(at).partition(" ")[0]


def print_listing(
    name: str,
    columns: Sequence[Column],
    rows: Iterable[Row],
    how: ListingOptions,
    beside: Row = MappingProxyType({}),
) -> None:
    """Print a listing, and say so if there are more rows than asked for.

    Args:
        name: The key of the rows in JSON.
        columns: The columns of a table and of CSV. JSON has everything in the rows.
        rows: The rows. Only those to be printed are read, and for JSON and CSV one at a time.
        how: The options of the listing.
        beside: What else the JSON has.
    """
    each = iter(rows)
    each = chain(tuple(islice(each, 1)), each)  # what refuses the listing does so before it begins
    shown = islice(each, how.rows_max or None)
    if how.as_json:
        terminal.print_json_listing(name, shown, lambda: {"more": _has(each), **beside})
        return
    if how.as_csv:
        cells = ([_plain(column, row[column.key]) for column in columns] for row in shown)
        terminal.print_csv([column.key for column in columns], cells)
    else:
        console = terminal.results()
        console.print(table_of(columns, tuple(shown), console.width))
    if _has(each):
        terminal.messages().print("… and more: --limit 0 shows all")


def _has(further: Iterator[Row]) -> bool:
    return next(further, None) is not None


def table_of(columns: Sequence[Column], rows: Sequence[Row], room: int) -> Table:
    """Return rows as a table of at most this width, with numbers on the right.

    If it is too wide, headings are folded between words, and then texts, the widest column first.
    A number never is.
    """
    columns = [column for column in columns if _is_shown(column, rows)]
    first, *others = columns
    table = tables.table(first.name, *(column.name for column in others))
    for drawn_column, column in zip(table.columns, columns, strict=True):
        is_number = any(type(row[column.key]) is int for row in rows)
        drawn_column.justify = "right" if is_number else "left"
        drawn_column.header = heading(column.name)
        drawn_column.no_wrap = False
        drawn_column.overflow = "fold"  # a truncated id is of no use
    if not rows:
        table.add_row("none", style="dim")
        return table
    cells = [[_cell(column, row[column.key]) for column in columns] for row in rows]
    for row_of_cells in cells:
        table.add_row(*row_of_cells)
    for drawn_column, width in zip(table.columns, _widths(table, cells, room), strict=True):
        drawn_column.width = width
    return table


def _widths(table: Table, cells: Sequence[Sequence[str]], room: int) -> list[int]:
    """Return the width of each column: what it needs, less what can be folded."""
    names = [str(column.header) for column in table.columns]
    longest = [max(map(cell_len, of_column)) for of_column in zip(*cells, strict=True)]
    is_number = [column.justify == "right" for column in table.columns]
    words = [max(map(cell_len, name.split())) for name in names]
    widths = [max(cell_len(name), cell) for name, cell in zip(names, longest, strict=True)]
    room -= 2 * len(widths)
    with_folded_headings = [max(pair) for pair in zip(words, longest, strict=True)]
    with_folded_texts = [
        max(word, cell if of_number else min(cell, _TEXT_WIDTH_MIN))
        for word, cell, of_number in zip(words, longest, is_number, strict=True)
    ]
    for least in (with_folded_headings, with_folded_texts):
        for _ in range(sum(widths) - room):
            wide = [place for place, width in enumerate(widths) if width > least[place]]
            if not wide:
                break
            widths[max(wide, key=widths.__getitem__)] -= 1
    return widths


def _is_shown(column: Column, rows: Sequence[Row]) -> bool:
    if column.if_any:
        return any(row[column.key] not in (None, 0) for row in rows)
    return not column.if_differs or len({row[column.key] for row in rows}) > 1


def _plain(column: Column, value: object) -> object:
    """Return a value for a CSV cell, as text if it is an object. Times stay in UTC."""
    if isinstance(value, dict) and column.has_times:
        filled = ((key, at) for key, at in value.items() if at is not None)
        return "; ".join(f"{key.replace('_', ' ')} {at}" for key, at in filled)
    return column.write(value) if isinstance(value, dict | list) else value


def _cell(column: Column, value: object) -> str:
    if value is None or value is False:
        return ""
    if value is True:
        return "yes"
    return f"{value:,}" if isinstance(value, int) else column.write(value)
