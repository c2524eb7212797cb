"""Read the rows of a file of orders: the order, one of its lines, and the faults."""

from __future__ import annotations

import csv
from datetime import UTC
from typing import TYPE_CHECKING, NamedTuple, TypedDict

import attrs

from orderflow.domain.model.order import Address
from orderflow.domain.model.short_part import ShortPart
from orderflow.domain.model.validators import PRIORITY_MAX, UNITS_MAX, is_identifier
from orderflow.importing.cells import Cells
from orderflow.importing.faults import Fault, quote_value
from orderflow.importing.file_times import times_of
from orderflow.importing.layouts.file_part import FilePart
from orderflow.importing.layouts.skip_rule import SkipKind, SkipRule
from orderflow.importing.values.packed import ItemPattern
from orderflow.importing.values.unreadable import UnreadableError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from datetime import datetime, tzinfo

    from orderflow.importing.files.source import Record
    from orderflow.importing.layouts.columns import Columns
    from orderflow.importing.layouts.layout import OrderLayout
    from orderflow.importing.table import Table

__all__ = ["ADDRESS", "Line", "OrderRow", "OrderRows", "RowRules"]

ADDRESS = tuple(f"ship_to_{field.name}" for field in attrs.fields(Address))
"""The layout fields of an address, in the order of its fields."""

_NO_ADDRESS = ("",) * len(ADDRESS)

_KNOWN_MAX, _KNOWN_CHARACTERS_MAX = 10_000, 100
"""How many texts of a column, and how long ones, are remembered with what a rule says of them."""

_PROTECTED = {"ship_to_postcode", "ship_to_phone"}
"""Fields that Shopify protects with an apostrophe, so that a spreadsheet keeps their zeros."""


class Line(NamedTuple):
    """One line of an order. Its line id and its set are empty if the file has none."""

    row: int
    line_id: str
    sku: str
    quantity: int
    set_id: str = ""


class OrderRow(NamedTuple):
    """One row: the values of its order, and its lines unless the row is skipped.

    Of a row that is skipped because its item was called off, `off_sku` is the product. Missing and
    faulty values are `None` or empty. Rows with the same cells have the same digest.
    """

    row: int
    order_id: str | None
    faults: list[Fault]
    digest: int = 0
    skipped: SkipRule | None = None
    off_sku: str = ""
    lines: tuple[Line, ...] = ()
    placed_at: datetime | None = None
    promised_by: datetime | None = None
    not_before: datetime | None = None
    short_part: ShortPart | None = None
    priority: int | None = None
    courier: str = ""
    address: tuple[str, ...] = _NO_ADDRESS
    customer_reference: str = ""
    custom_fields: tuple[str, ...] = ()


class _Further(TypedDict, total=False):
    promised_by: datetime | None
    not_before: datetime | None
    short_part: ShortPart | None
    priority: int | None
    courier: str
    customer_reference: str
    custom_fields: tuple[str, ...]


_FURTHER = _Further.__annotations__.keys()
_NOTHING = _Further()


class RowRules:
    """Finds the rule that skips a row. Rules for whole orders win over those for single rows."""

    def __init__(self, rules: Collection[SkipRule], columns: Columns) -> None:
        self._guessed = frozenset[str]().union(*(rule.guessed for rule in rules))
        self._unfit = [rule for rule in rules if rule.must_fit]
        self._rules: list[tuple[int, SkipRule, dict[str, bool]]] = [
            (position, rule, {})
            for rule in sorted(rules, key=lambda rule: not rule.whole_order)
            if (position := columns.position_of(rule.column)) is not None
        ]

    def find(self, cells: list[str]) -> SkipRule | None:
        """Return the rule that a row fits, if there is one."""
        for position, rule, known in self._rules:
            text = cells[position]
            fits = known.get(text)
            if fits is None:
                fits = rule.fits(text)
                if len(known) < _KNOWN_MAX and len(text) < _KNOWN_CHARACTERS_MAX:
                    known[text] = fits
            if fits:
                if rule in self._unfit:
                    self._unfit.remove(rule)
                return rule
        return None

    def notes(self) -> Iterator[str]:
        """Yield what was asked for and is in no row: statuses to include, and rules to skip."""
        known = [texts for _, rule, texts in self._rules if rule.takes_any_status]
        if all(len(texts) < _KNOWN_MAX for texts in known):
            met = {text.strip().casefold() for texts in known for text in texts}
            for text in sorted(self._guessed - met):
                yield f"no row has the status {text!r}, which is included"
        for rule in self._unfit:
            yield f"no row is skipped because of {rule.reason!r}"


class OrderRows:
    """Reads the rows of a file of orders.

    Args:
        table: The file; its rows must not have been read.
        zone: The zone of times without an offset, if the layout has none.
        units_min: The fewest units of a line.

    Attributes:
        times: How the moments of the file are read.
    """

    def __init__(
        self,
        table: Table[OrderLayout],
        zone: tzinfo | str | None = None,
        *,
        units_min: int = 1,
    ) -> None:
        layout = table.layout
        self._notes = table.notes
        self._columns = table.columns
        self._layout = layout
        self._delimiter = table.file_format.delimiter
        self._units_min = units_min
        self._has_address = not table.columns.positions.keys().isdisjoint(ADDRESS)
        self._has_further = not table.columns.positions.keys().isdisjoint(_FURTHER)
        self.times = times_of(table, zone)
        self._pattern = ItemPattern(layout.item_pattern) if layout.item_pattern else None
        self._rules = RowRules(layout.skip, table.columns)

    @property
    def zone(self) -> tzinfo:
        """The time zone of times without an offset."""
        return self.times.zone or UTC

    def note_unmet(self) -> None:
        """Note what was to be included and is in no row. Call it after the last row."""
        self._notes += self._rules.notes()

    def read(self, record: Record) -> OrderRow:
        """Read one row with all of its faults."""
        if record.fault:
            record = record._replace(cells=self._before_quote(record.cells))
        cells = Cells(self._columns, record)
        if record.fault:
            text = self._layout.order_prefix + cells.text("order_id")
            fault = Fault(record.row, "", "", record.fault)
            return OrderRow(record.row, text if is_identifier(text) else None, [fault])
        if record.skip:
            odd = SkipRule(reason=record.skip, column="", is_filled=True)
            return OrderRow(record.row, None, [], skipped=odd)
        rule = self._rules.find(record.cells)
        order_id = self._order_id(cells)
        if rule is not None and rule.kind is SkipKind.UNKNOWN:
            cells.faults.append(self._unknown(record, rule))
            rule = None
        if rule is not None and (rule.whole_order or order_id is None):
            placed_at = cells.moment("placed_at", self.times)
            return OrderRow(record.row, order_id, [], skipped=rule, placed_at=placed_at)
        return OrderRow(
            row=record.row,
            order_id=order_id,
            digest=hash(tuple(record.cells)),
            faults=cells.faults,
            skipped=rule,
            off_sku=self._off_sku(cells, rule),
            lines=() if rule is not None else self._lines(cells),
            placed_at=cells.moment("placed_at", self.times),
            address=self._address(cells) if self._has_address else _NO_ADDRESS,
            **(self._further(cells) if self._has_further else _NOTHING),
        )

    def _further(self, cells: Cells) -> _Further:
        """Read the fields that many files do not have."""
        return {
            "promised_by": cells.moment("promised_by", self.times),
            "not_before": cells.moment("not_before", self.times),
            "short_part": cells.term("short_part", ShortPart),
            "priority": cells.whole(
                "priority",
                smallest=-PRIORITY_MAX,
                largest=PRIORITY_MAX,
                thousands=self._layout.thousands,
                required=False,
            ),
            "courier": cells.identifier("courier", required=False) or "",
            "customer_reference": cells.identifier("customer_reference", required=False) or "",
            "custom_fields": cells.notes("custom_fields"),
        }

    def _before_quote(self, cells: list[str]) -> list[str]:
        """Return the cells of a line that is kept in one cell because a quote is open in it.

        Those before the quote are whole. The cells of other rows are returned unchanged.
        """
        if '"' not in cells[0] or not self._layout.quoted:
            return cells
        try:
            found = next(csv.reader([cells[0]], delimiter=self._delimiter))
        except csv.Error:
            return cells
        return found[:-1] or cells

    def _order_id(self, cells: Cells) -> str | None:
        text, prefix = cells.text("order_id"), self._layout.order_prefix
        return cells.check_identifier("order_id", prefix + text if text else "")

    def _off_sku(self, cells: Cells, rule: SkipRule | None) -> str:
        if rule is None or rule.kind is not SkipKind.CANCELLED:
            return ""
        return self._sku(cells.text("sku"))

    def _unknown(self, record: Record, rule: SkipRule) -> Fault:
        position = self._columns.position_of(rule.column)
        text = record.cells[position] if position is not None else ""
        return Fault(record.row, rule.column, quote_value(text), rule.reason, "include_status")

    def _address(self, cells: Cells) -> tuple[str, ...]:
        texts = {field: cells.text(field) for field in ADDRESS}
        for field in _PROTECTED:
            texts[field] = texts[field].removeprefix("'")
        texts["ship_to_country"] = cells.country("ship_to_country")
        return tuple(texts.values())

    def _lines(self, cells: Cells) -> tuple[Line, ...]:
        """Read the items of a row. Only the first one must be there."""
        if self._layout.part is FilePart.ORDERS:
            return ()
        if self._pattern is not None:
            return tuple(self._packed(cells, self._pattern))
        line = self._line(cells)
        first = () if line is None else (line,)
        if not self._columns.more_items:
            return first
        more = map(cells.of_item, self._columns.more_items)
        items = (each for each in more if each.text("sku") or each.text("quantity"))
        return (*first, *(line for each in items if (line := self._line(each)) is not None))

    def _packed(self, cells: Cells, pattern: ItemPattern) -> Iterator[Line]:
        """Read the items of one cell."""
        text = cells.text("items")
        try:
            items = pattern.read(text)
        except UnreadableError as error:
            cells.fault("items", text, f"must be {error}", error.setting)
            return
        if not items:
            cells.fault("items", text, "is empty; every row needs a value")
        for item in items:
            sku = cells.check_identifier("items", item.sku)
            quantity = self._quantity(cells, "items", item.quantity)
            if sku is not None and quantity is not None:
                yield Line(cells.row, "", self._sku(sku), quantity)

    def _line(self, cells: Cells) -> Line | None:
        line_id = cells.identifier("line_id", required=False)
        set_id = cells.identifier("set_id", required=False)
        sku = cells.identifier("sku")
        quantity = self._quantity(cells, "quantity", cells.text("quantity"))
        if sku is None or quantity is None:
            return None
        return Line(cells.row, line_id or "", self._sku(sku), quantity, set_id or "")

    def _quantity(self, cells: Cells, field: str, text: str) -> int | None:
        layout = self._layout
        if not text and layout.quantity_default is not None:
            return layout.quantity_default
        return cells.check_whole(
            field, text, smallest=self._units_min, largest=UNITS_MAX, thousands=layout.thousands
        )

    def _sku(self, text: str) -> str:
        return text.upper() if self._layout.upper_sku else text
