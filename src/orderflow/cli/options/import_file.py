"""The options that say what the columns of a file to import are called, and how it is written."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import attrs
import typer

from orderflow.cli.options.arguments import pairs
from orderflow.importing import (
    PRESETS,
    OrderLayout,
    Preset,
    ReceiptLayout,
    SkipRule,
    StockLayout,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["ColumnNames", "FileForm", "Kind", "layout_of"]


class Kind(StrEnum):
    """What a file holds."""

    ORDERS = "orders"
    STOCK = "stock"
    RECEIPTS = "receipts"


_BASES: dict[Kind, OrderLayout | StockLayout | ReceiptLayout] = {
    Kind.ORDERS: PRESETS[Preset.PLAIN],
    Kind.STOCK: StockLayout(),
    Kind.RECEIPTS: ReceiptLayout(),
}
_COLUMN = attrs.field(default=None, metadata={"metavar": "COLUMN"})


@attrs.frozen(kw_only=True)
class ColumnNames:
    """What the columns are called, in place of what the preset says, or else the plain form.

    Attributes:
        order_id_column: The id of the order. Each of these may be said several times: the first
            that the file has counts, and the parts of the name and of the street are put together.
        sku_column: The product.
        quantity_column: The units of a line, or of a receipt.
        placed_at_column: When the order was placed.
        line_id_column: What tells the lines of an order apart.
        priority_column: The priority of the order.
        promised_by_column: When the order is promised by.
        courier_column: The courier service.
        ship_to_name_column: The addressee.
        ship_to_street_column: The street.
        ship_to_city_column: The city.
        ship_to_postcode_column: The postcode.
        ship_to_country_column: The country, as a code of two letters.
        on_hand_column: Of stock: the units that were counted.
        note_column: Of stock: what to note of the count.
        receipt_id_column: Of receipts: the id of the receipt.
        expected_at_column: Of receipts: when it is expected.
    """

    order_id_column: list[str] | None = _COLUMN
    sku_column: list[str] | None = _COLUMN
    quantity_column: list[str] | None = _COLUMN
    placed_at_column: list[str] | None = _COLUMN
    line_id_column: list[str] | None = _COLUMN
    priority_column: list[str] | None = _COLUMN
    promised_by_column: list[str] | None = _COLUMN
    courier_column: list[str] | None = _COLUMN
    ship_to_name_column: list[str] | None = _COLUMN
    ship_to_street_column: list[str] | None = _COLUMN
    ship_to_city_column: list[str] | None = _COLUMN
    ship_to_postcode_column: list[str] | None = _COLUMN
    ship_to_country_column: list[str] | None = _COLUMN
    on_hand_column: list[str] | None = _COLUMN
    note_column: list[str] | None = _COLUMN
    receipt_id_column: list[str] | None = _COLUMN
    expected_at_column: list[str] | None = _COLUMN

    def changes(self) -> Iterator[tuple[str, str, object]]:
        """Yield what was said: the option, the field of the layout, and its value."""
        for option, names in attrs.asdict(self, recurse=False).items():
            if names:
                yield option, option.removesuffix("_column"), tuple(names)


def _flag(*names: str) -> Any:  # noqa: ANN401 - as attrs has it
    return attrs.field(default=None, metadata={"names": names})


@attrs.frozen(kw_only=True)
class FileForm:
    """How the file is written.

    Attributes:
        preset: Whose export it is; found out from its columns, if left out.
        encoding: How its text is stored; found out, if left out.
        delimiter: What stands between two cells, or tab; found out, if left out.
        time_zone: That of times that name none, unless the preset names one.
        time_format: How times are written, such as %d/%m/%Y %H:%M; else as in ISO 8601.
        day_first: Whether the day or the month comes first in 02/03/2026.
        thousands: What parts thousands in a number, a comma or a point.
        country: The country of addresses that name none.
        upper_sku: Products that differ by case are one.
        unquoted: A quote is a character like any other.
        pass_over: An order with this in that column is not to be sent, such as Status=cancelled.
    """

    preset: Preset | None = None
    encoding: str | None = None
    delimiter: str | None = None
    time_zone: ZoneInfo | None = None
    time_format: str | None = None
    day_first: bool | None = _flag("--day-first/--month-first")
    thousands: str | None = None
    country: str | None = None
    upper_sku: bool | None = _flag("--upper-sku")
    unquoted: bool | None = _flag("--unquoted")
    pass_over: list[str] | None = attrs.field(default=None, metadata={"metavar": "COLUMN=TEXT"})

    @property
    def between_cells(self) -> str | None:
        """What stands between two cells."""
        return "\t" if self.delimiter == "tab" else self.delimiter

    def changes(self, base: object) -> Iterator[tuple[str, str, object]]:
        """Yield what was said that is of the layout: the option, the field, and its value."""
        for option in ("time_format", "day_first", "thousands", "upper_sku"):
            value = getattr(self, option)
            if value is not None:
                yield option, option, value
        if self.country is not None:
            yield "country", "country_default", self.country.upper()
        if self.unquoted:
            yield "unquoted", "quoted", False
        if self.pass_over:
            rules = tuple(_rule(*pair) for pair in pairs("--pass-over", self.pass_over))
            yield "pass_over", "skip", (*getattr(base, "skip", ()), *rules)


def layout_of(
    kind: Kind, form: FileForm, columns: ColumnNames
) -> OrderLayout | StockLayout | ReceiptLayout | None:
    """Bring the options together; `None` if the layout is to be found out from the columns.

    Raises:
        BadParameter: If one is not about files of this kind.
        InvalidValueError: If one breaks its rule.
    """
    if form.preset is not None and kind is not Kind.ORDERS:
        raise _not_of(kind, "preset")
    if form.time_zone is not None and kind is Kind.STOCK:
        raise _not_of(kind, "time_zone")
    base = _BASES[kind] if form.preset is None else PRESETS[form.preset]
    changes: dict[str, Any] = {}
    for option, field, value in (*columns.changes(), *form.changes(base)):
        if not hasattr(base, field):
            raise _not_of(kind, option)
        changes[field] = value
    if kind is Kind.ORDERS and form.preset is None and not changes:
        return None
    return attrs.evolve(base, **changes) if changes else base


def _rule(column: str, text: str) -> SkipRule:
    reason = f"{column} is {text}"
    return SkipRule(reason=reason, column=column, is_one_of=frozenset({text}), whole_order=True)


def _not_of(kind: Kind, option: str) -> typer.BadParameter:
    return typer.BadParameter(
        f"a file of {kind} has no such thing; leave it out",
        param_hint=f"'--{option.replace('_', '-')}'",
    )
