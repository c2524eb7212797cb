"""Listings, printed as a table, as JSON or as CSV."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from itertools import islice
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import attrs

from orderflow.cli.options.user_zone import user_zone
from orderflow.cli.output import tables, terminal
from orderflow.wording.moments import moment_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from rich.table import Table

    from orderflow.cli.options.listing import ListingOptions

    Row = Mapping[str, Any]

__all__ = ["Column", "moment_cell", "print_listing", "table_of", "time_column"]


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
        rows: The rows. Only those to be printed are read.
        how: The options of the listing.
        beside: What else the JSON has.
    """
    each = iter(rows)
    shown = list(islice(each, how.limit or None))
    more = next(each, None) is not None
    if how.as_json:
        terminal.print_json({name: shown, "more": more, **beside})
    elif how.as_csv:
        cells = ([_plain(column, row[column.key]) for column in columns] for row in shown)
        terminal.print_csv([column.key for column in columns], cells)
    else:
        terminal.results().print(table_of(columns, shown))
    if more and not how.as_json:
        terminal.messages().print(f"… and more: --limit 0 shows all {name.replace('_', ' ')}")


def table_of(columns: Sequence[Column], rows: Sequence[Row]) -> Table:
    """Return rows as a table, with numbers on the right."""
    columns = [column for column in columns if _is_shown(column, rows)]
    first, *others = columns
    table = tables.table(first.name, *(column.name for column in others))
    for drawn_column, column in zip(table.columns, columns, strict=True):
        is_number = any(type(row[column.key]) is int for row in rows)
        drawn_column.justify = "right" if is_number else "left"
        drawn_column.no_wrap = is_number
        drawn_column.overflow = "fold"  # a truncated id is of no use
    for row in rows:
        table.add_row(*(_cell(column, row[column.key]) for column in columns))
    if not rows:
        table.add_row("none", style="dim")
    return table


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
