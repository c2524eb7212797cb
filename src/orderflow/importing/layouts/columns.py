"""Find the columns of a layout in the header of a file."""

from __future__ import annotations

import re
from collections import Counter
from difflib import get_close_matches
from typing import TYPE_CHECKING

import attrs

from orderflow.errors.quoting import listed
from orderflow.importing.faults import FileError, quote_value
from orderflow.importing.layouts.layout import OrderLayout, columns_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from collections.abc import Set as AbstractSet

    from orderflow.importing.layouts.layout import Layout, Names

__all__ = [
    "NUMBER",
    "Columns",
    "IgnoredColumn",
    "Positions",
    "absence",
    "absent_columns",
    "as_named",
    "column_list",
    "column_settings",
    "find_columns",
    "folded",
    "is_complete",
    "missing_columns",
    "names_of",
    "near_column",
    "nearest",
    "required_columns",
]

_LISTED_MAX = 40
_COMPARED_MAX = 1_000
_ITEM_FIELDS = ("sku", "quantity", "line_id", "set_id")
NUMBER = "{n}"
"""What stands for the number in the names of numbered columns."""


@attrs.frozen
class IgnoredColumn:
    """A column that is not read.

    Attributes:
        name: Its name in the file.
        nearest: The missing column that was probably meant, if any.
    """

    name: str
    nearest: str | None = None


Positions = dict[str, tuple[int, ...]]
"""The positions of columns, by layout field. A field without a column is absent."""


@attrs.frozen
class Columns:
    """The positions of a layout's columns in one file.

    Attributes:
        header: The column names of the file.
        positions: The positions to read.
        more_items: The positions of further items in a row, such as its second product.
        ignored: The columns that are not read.
    """

    header: tuple[str, ...]
    positions: Positions
    more_items: tuple[Positions, ...]
    ignored: tuple[IgnoredColumn, ...]

    def name(self, field: str) -> str:
        """Return the name in the file of a field's first column."""
        return self.names(field)[0]

    @property
    def items(self) -> tuple[Positions, ...]:
        """The positions of each item in a row. The first ones are also those of the order."""
        return self.positions, *self.more_items

    @property
    def read(self) -> set[str]:
        """The names of the columns that are read."""
        return {self.header[at] for each in self.items for found in each.values() for at in found}

    def names(self, field: str) -> tuple[str, ...]:
        """Return the names in the file of a field's columns."""
        return tuple(self.header[position] for position in self.positions.get(field, ()))

    def notes(self) -> Iterator[str]:
        """Yield what columns that are not read may mean, judged by their names."""
        names = [each.name for each in self.ignored]
        read = {_numberless(self.header[at]) for each in self.items for at in each.get("sku", ())}
        more = [each for each in names if each[-1].isdigit() and _numberless(each) in read]
        if more:
            yield f"not read: {listed(more)}; if it has further products, name its column too"
        off = [each for each in names if _SAYS_WHAT_IS_OFF.search(folded(each)) is not None]
        if off:
            yield (
                f"not read: {listed(off)}; if it says which orders are off, name what is "
                f"skipped, such as --drop-orders '{off[0]}=cancelled'"
            )
        folded_read = set(map(folded, self.read))
        alike = [each for each in names if folded(each) in folded_read]
        if alike:
            yield f"not read: {listed(alike)}; another column of nearly this name is read"
        units = {"quantity", *_OTHER_WORDS["quantity"]}
        unread = [each for each in names if folded(each) in units]
        if unread and "quantity" not in self.positions and "items" not in self.positions:
            yield f"not read: {listed(unread)}; the units of a line are set for all rows instead"
        received = [each for each in names if folded(each) in {"received", "rejected"}]
        if received:
            yield f"not read: {listed(received)}; if stock was booked in, give --kind deliveries"
        others = [each for each in names if folded(each) in _PLACES]
        if others:
            yield (
                f"not read: {listed(others)}; if it names other warehouses or sellers, import "
                f"the rows of each by themselves"
            )

    def position_of(self, name: str) -> int | None:
        """Return the position of a column by its name in the file."""
        return self.header.index(name) if name in self.header else None


def find_columns(file: str, row: int, header: Sequence[str], layout: Layout) -> Columns:
    """Find the columns of a layout.

    Raises:
        FileError: If columns are missing or ambiguous. The message lists all of them.
    """
    names = tuple(name.strip() for name in header)
    first, *more = _items(layout, names)
    finder = _Finder(
        as_named(layout, names),
        layout.first_counts if isinstance(layout, OrderLayout) else frozenset(),
    )
    for field in columns_of(layout):
        wanted_names = first.get(field, getattr(layout, field))
        required = field in columns_of(layout, required=True)
        finder.find(finder.positions, field, wanted_names, required=required)
    more_items: list[Positions] = []
    for wanted in more:
        more_items.append({})
        for field, alternatives in wanted.items():
            required = field in columns_of(layout, required=True)
            finder.find(more_items[-1], field, alternatives, required=required)
    finder.faults += [absence(name, names) for name in absent_columns(layout, names)]
    if finder.faults:
        raise FileError(
            file,
            f"{'; '.join(finder.faults)}; the layout needs {required_columns(layout)}, "
            f"and the columns are {column_list(names)}",
            row=row,
            settings=column_settings(layout, missing_columns(layout, names)),
        )
    ignored = _ignored_columns(layout, names, [finder.positions, *more_items])
    return Columns(names, finder.positions, tuple(more_items), ignored)


def _items(layout: Layout, names: Sequence[str]) -> list[dict[str, Names]]:
    """Return the columns of each item of a row. Numbered ones go on as far as the file has them."""
    if not isinstance(layout, OrderLayout):
        return [{}]
    items = []
    for each in (layout, *layout.more_items):
        wanted = {field: getattr(each, field) for field in _ITEM_FIELDS}
        if not any(NUMBER in name for name in wanted["sku"]):
            items.append(wanted)
            continue
        items += [
            {field: _numbered(wanted[field], number) for field in _ITEM_FIELDS}
            for number in _numbers(wanted["sku"], names) or ["1"]
        ]
    return items


def _numbers(wanted: Names, names: Sequence[str]) -> list[str]:
    """Return the numbers that the columns of a file have in the place of {n}, the lowest first."""
    found: set[str] = set()
    for name in wanted:
        number = re.compile(re.escape(name).replace(re.escape(NUMBER), "([0-9]{1,9})", 1))
        found.update(match[1] for each in names if (match := number.fullmatch(each)) is not None)
    return sorted(found, key=int)


def _numbered(names: Names, number: str) -> Names:
    return tuple(name.replace(NUMBER, number) for name in names)


class _Finder:
    """Finds columns by their names, and collects the faults."""

    def __init__(self, names: tuple[str, ...], first_counts: AbstractSet[str]) -> None:
        self.positions: Positions = {}
        self.faults: list[str] = []
        self._names = names
        self._first_counts = first_counts

    def find(self, positions: Positions, field: str, wanted: Names, *, required: bool) -> None:
        """Find the columns of a field."""
        names = self._names
        present = [name for name in wanted if name in names]
        self.faults += [
            f"the column {name!r} ({field}) occurs {names.count(name)} times; rename one"
            for name in present
            if names.count(name) > 1 and name not in self._first_counts
        ]
        if present:
            positions[field] = tuple(names.index(name) for name in present)
        elif required:
            self.faults.append(_missing_column(field, wanted, names))


def names_of(layout: Layout, names: Sequence[str]) -> set[str]:
    """Return all column names of a layout, the numbered ones as far as these names have them."""
    wanted = {name for field in columns_of(layout) for name in getattr(layout, field)}
    items = _items(layout, names)
    return wanted.union(name for each in items for found in each.values() for name in found)


_SPACE = re.compile(r"[\s-]")
_SAYS_WHAT_IS_OFF = re.compile(r"(^|_)status$|^cancell?ed")
_PLACES = {"warehouse", "location", "depot", "lager", "seller", "merchant"}
_NUMBER_AT_END = re.compile(r"[\W_]*[0-9]+\Z")


def folded(name: str) -> str:
    """Return a name without what people write in different ways.

    >>> folded("Order ID"), folded("order-id"), folded("Order\N{NO-BREAK SPACE}ID")
    ('order_id', 'order_id', 'order_id')
    """
    return _SPACE.sub("_", name.casefold())


def _numberless(name: str) -> str:
    return _NUMBER_AT_END.sub("", folded(name))


def as_named(layout: Layout, names: Sequence[str]) -> tuple[str, ...]:
    """Return the names of a file as the layout writes them, if it takes them in any case."""
    if isinstance(layout, OrderLayout) and not layout.any_case:
        return tuple(names)
    wanted = {folded(name): name for field in columns_of(layout) for name in getattr(layout, field)}
    count = Counter(map(folded, names))
    return tuple(
        wanted[folded(name)]
        if count[folded(name)] == 1 and folded(name) in wanted and name not in layout.must_have
        else name
        for name in names
    )


def column_settings(layout: Layout, fields: Iterable[str]) -> tuple[str, ...]:
    """Return the settings that name the columns of fields, and those that replace a column."""
    return tuple(
        f"{field}_{kind}"
        for field in fields
        for kind in ("column", "default")
        if kind == "column" or hasattr(layout, f"{field}_default")
    )


def missing_columns(layout: Layout, names: Sequence[str]) -> dict[str, Names]:
    """Return the required fields that none of these columns is for, with the columns wanted."""
    first = _items(layout, names)[0]
    present = as_named(layout, names)
    wanted = {
        field: first.get(field, getattr(layout, field))
        for field in columns_of(layout, required=True)
    }
    return {field: found for field, found in wanted.items() if not set(found).intersection(present)}


def is_complete(layout: Layout, names: Sequence[str]) -> bool:
    """Whether these columns include all that a layout needs."""
    return not missing_columns(layout, names) and not absent_columns(layout, names)


def absent_columns(layout: Layout, names: Sequence[str]) -> list[str]:
    """Return the columns that a file must have, and that are not among these."""
    named = layout.must_have.union(getattr(layout, "custom_fields", ()))
    return [name for name in sorted(named.difference(names)) if NUMBER not in name]


def absence(name: str, names: Sequence[str]) -> str:
    """Return the fault of a column that was named, and is not one of these columns."""
    return f"there is no column {name!r}, which was named{_hint([name], names)}"


def nearest(name: str, names: Iterable[str]) -> str | None:
    """Return the most similar name, if any is similar.

    >>> nearest("Quantty", ["SKU", "Quantity"]), nearest("colour", ["SKU", "Quantity"])
    ('Quantity', None)
    """
    folded = {each.casefold(): each for each in names}
    close = get_close_matches(name.casefold(), folded, cutoff=0.7)
    return folded[close[0]] if close else None


def column_list(names: Sequence[str]) -> str:
    """List the columns of a file, with a hint if they look misread."""
    hint = " (is the delimiter right?)" if len(names) == 1 else ""
    if any("\0" in name for name in names):
        hint = " (is it UTF-16 without a byte-order mark?)"
    more = f" and {len(names) - _LISTED_MAX} more" if len(names) > _LISTED_MAX else ""
    return ", ".join(map(quote_value, names[:_LISTED_MAX])) + more + hint


def near_column(wanted: Iterable[str], names: Sequence[str]) -> str | None:
    """Return the column that was probably meant: a similar one, or else one under another word.

    A row may be full of columns. Only the first ones are compared.

    >>> near_column(["quantity"], ["quantty", "qty"]), near_column(["quantity"], ["SKU", "Qty"])
    ('quantty', 'Qty')
    """
    wanted, compared = list(wanted), names[:_COMPARED_MAX]
    close = next((close for each in wanted if (close := nearest(each, compared))), None)
    if close is not None:
        return close
    words = {word for each in wanted for word in _OTHER_WORDS.get(each, ())}
    return next((each for each in compared if folded(each) in words), None)


def _missing_column(field: str, wanted: Names, names: Sequence[str]) -> str:
    called = " or ".join(repr(name) for name in wanted)
    return f"there is no column {called} ({field}){_hint(wanted, names)}"


_OTHER_WORDS = {
    "quantity": ("qty", "units", "count", "amount", "menge", "anzahl", "stück", "qté"),
    "sku": ("item", "product", "code", "article", "artikel", "artikelnummer", "variant_sku"),
    "order_id": ("order", "order_no", "order_number", "number", "bestellung", "bestellnummer"),
    "placed_at": ("date", "order_date", "created", "created_at", "datum"),
}
"""What people call the columns of a plain file, which no similarity of letters finds."""


def _hint(wanted: Iterable[str], names: Sequence[str]) -> str:
    close = near_column(wanted, names)
    return f", did you mean {close!r}?" if close else ""


def required_columns(layout: Layout) -> str:
    """Return the names of the columns that a file must have."""
    return ", ".join(
        "/".join(getattr(layout, field)) for field in columns_of(layout, required=True)
    )


def _ignored_columns(
    layout: Layout, names: Sequence[str], items: Sequence[Positions]
) -> tuple[IgnoredColumn, ...]:
    read = {position for each in items for found in each.values() for position in found}
    compared = {rule.column for rule in getattr(layout, "skip", ())}
    lacking = [
        name
        for field in columns_of(layout)
        if field not in items[0]
        for name in getattr(layout, field)
    ]
    return tuple(
        IgnoredColumn(name, nearest(name, lacking))
        for position, name in enumerate(names)
        if name and position not in read and name not in compared
    )
