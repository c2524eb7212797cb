"""How a file says what it holds: the names of its columns, and which of its rows are no order."""

from __future__ import annotations

from datetime import tzinfo
from typing import TYPE_CHECKING, Any

import attrs

from orderflow.domain.model import validators
from orderflow.importing.quantities import is_below_zero
from orderflow.importing.times import is_none

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = [
    "Layout",
    "Names",
    "OrderLayout",
    "PassOver",
    "ReceiptLayout",
    "ReplacementLayout",
    "StockLayout",
    "columns_of",
]

Names = tuple[str, ...]
"""What a column is called, by several names where files differ."""


_REQUIRED = {"column": "required"}
_OPTIONAL = {"column": "optional"}


def _names(value: str | Names) -> Names:
    return (value,) if isinstance(value, str) else tuple(value)


def _folded(values: Iterable[str]) -> frozenset[str]:
    return frozenset(value.casefold() for value in values)


def _some(instance: object, attribute: attrs.Attribute[Names], value: Names) -> None:
    validators.require(
        ok=len(value) > 0,
        field=f"{type(instance).__name__}.{attribute.name}",
        demand="the name of a column",
        value=value,
    )


def _comma_or_point(instance: object, attribute: attrs.Attribute[str], value: str) -> None:
    validators.require(
        ok=value in {"", ",", "."},
        field=f"{type(instance).__name__}.{attribute.name}",
        demand="a comma, a point, or empty",
        value=value,
    )


def columns_of(layout: type[Layout] | Layout, *, required: bool = False) -> list[str]:
    """Name the fields of a layout that stand for columns, or those that a file has to have."""
    kind = layout if isinstance(layout, type) else type(layout)
    kinds = {"required"} if required else {"required", "optional"}
    return [each.name for each in attrs.fields(kind) if each.metadata.get("column") in kinds]


@attrs.frozen(kw_only=True)
class PassOver:
    """Which rows are no order to be sent, by what stands in one column, and why.

    A file that lacks the column has no such rows. Texts are compared whatever their case.

    Attributes:
        reason: Why the rows are passed over.
        column: The column to look at, as the file calls it.
        is_one_of: Texts that say so.
        begins_with: What texts begin with that say so.
        is_filled: Any text says so; a date of zeros is none.
        is_blank: The lack of a text says so.
        is_below_zero: A number below zero says so.
        whole_order: Whether the order of the row is passed over with all of its rows.
    """

    reason: str
    column: str
    is_one_of: frozenset[str] = attrs.field(default=frozenset(), converter=_folded)
    begins_with: tuple[str, ...] = ()
    is_filled: bool = False
    is_blank: bool = False
    is_below_zero: bool = False
    whole_order: bool = False

    def fits(self, text: str) -> bool:
        """Whether the row is passed over that has this in the column."""
        text = text.strip().casefold()
        return (
            text in self.is_one_of
            or text.startswith(tuple(each.casefold() for each in self.begins_with))
            or (self.is_filled and not is_none(text))
            or (self.is_blank and not text)
            or (self.is_below_zero and is_below_zero(text))
        )


@attrs.frozen(kw_only=True)
class OrderLayout:
    """What the columns of a file of orders are called, and how to read what stands in them.

    Each column may have several names: the first that a file has counts. The columns of
    `ship_to_name` and `ship_to_street` are parts instead, which are put together.

    Attributes:
        order_id: The order. The rows that share it are its lines, wherever they stand.
        sku: The product of a line.
        quantity: The units of a line.
        placed_at: When the order was placed; the earliest, where its rows differ.
        line_id: What tells the lines of an order apart; else they are numbered as they come.
        priority: Its priority; the highest, where its rows differ.
        promised_by: When it is promised by; the earliest, where its rows differ.
        courier: The courier service. Where the rows of an order differ in this or in the address,
            the order is rejected.
        ship_to_name: The addressee.
        ship_to_street: The street, and whatever else stands between the name and the city.
        ship_to_city: The city.
        ship_to_postcode: The postcode.
        ship_to_country: The country as a code of two letters.
        country_default: The country of addresses that name none.
        first_counts: Columns that a file may have twice; else that is refused.
        pass_over: Which rows are no order to be sent.
        zone: The time zone of times that name none, or its name, such as Europe/London.
        time_format: How times are written, as for `datetime.strptime`; ISO 8601 if None.
        day_first: Whether the day comes first in dates like 02/03/2026; if None, these are refused.
        thousands: What parts thousands in a quantity, a comma or a point.
        upper_sku: Whether products that differ by case are one.
        quoted: Whether cells may stand in quotes; else a quote is a character like any other.
    """

    order_id: Names = attrs.field(converter=_names, validator=_some, metadata=_REQUIRED)
    sku: Names = attrs.field(converter=_names, validator=_some, metadata=_REQUIRED)
    quantity: Names = attrs.field(converter=_names, validator=_some, metadata=_REQUIRED)
    placed_at: Names = attrs.field(converter=_names, validator=_some, metadata=_REQUIRED)
    line_id: Names = attrs.field(default=(), converter=_names, metadata=_OPTIONAL)
    priority: Names = attrs.field(default=(), converter=_names, metadata=_OPTIONAL)
    promised_by: Names = attrs.field(default=(), converter=_names, metadata=_OPTIONAL)
    courier: Names = attrs.field(default=(), converter=_names, metadata=_OPTIONAL)
    ship_to_name: Names = attrs.field(default=(), converter=_names, metadata=_OPTIONAL)
    ship_to_street: Names = attrs.field(default=(), converter=_names, metadata=_OPTIONAL)
    ship_to_city: Names = attrs.field(default=(), converter=_names, metadata=_OPTIONAL)
    ship_to_postcode: Names = attrs.field(default=(), converter=_names, metadata=_OPTIONAL)
    ship_to_country: Names = attrs.field(default=(), converter=_names, metadata=_OPTIONAL)
    country_default: str | None = None
    first_counts: frozenset[str] = frozenset()
    pass_over: tuple[PassOver, ...] = ()
    zone: tzinfo | str | None = None
    time_format: str | None = None
    day_first: bool | None = None
    thousands: str = attrs.field(default="", validator=_comma_or_point)
    upper_sku: bool = False
    quoted: bool = True

    @classmethod
    def of_columns(cls, columns: Mapping[str, str], **settings: Any) -> OrderLayout:  # noqa: ANN401 - fields
        """Make a layout from what the columns of a file are called and what they hold.

        >>> layout = OrderLayout.of_columns(
        ...     {"Nr": "order_id", "Artikel": "sku", "Menge": "quantity", "Datum": "placed_at"},
        ...     day_first=True,
        ... )
        >>> layout.quantity
        ('Menge',)

        Raises:
            InvalidValueError: If a column holds no field of an order.
        """
        known = columns_of(cls)
        names: dict[str, Any] = {}
        for name, field in columns.items():
            validators.require(
                ok=field in known,
                field=f"OrderLayout.of_columns[{name!r}]",
                demand=f"one of {', '.join(known)}",
                value=field,
            )
            names[field] = (*names.get(field, ()), name)
        return cls(**names, **settings)


@attrs.frozen(kw_only=True)
class StockLayout:
    """What the columns of a file of counted stock are called.

    Attributes:
        sku: The product.
        on_hand: The units that were counted.
        note: What to note of the count.
        thousands: What parts thousands in a number, a comma or a point.
        quoted: Whether cells may stand in quotes.
    """

    sku: Names = attrs.field(
        default=("sku",), converter=_names, validator=_some, metadata=_REQUIRED
    )
    on_hand: Names = attrs.field(
        default=("on_hand",), converter=_names, validator=_some, metadata=_REQUIRED
    )
    note: Names = attrs.field(default=("note",), converter=_names, metadata=_OPTIONAL)
    thousands: str = attrs.field(default="", validator=_comma_or_point)
    quoted: bool = True


@attrs.frozen(kw_only=True)
class ReceiptLayout:
    """What the columns of a file of expected receipts are called.

    Attributes:
        receipt_id: The receipt, which is of one product.
        sku: The product.
        quantity: The units that are expected.
        expected_at: When they are expected.
        zone: As with orders; so are the others.
        time_format: How times are written.
        day_first: Whether the day comes first in dates.
        thousands: What parts thousands in a quantity.
        quoted: Whether cells may stand in quotes.
    """

    receipt_id: Names = attrs.field(
        default=("receipt_id",), converter=_names, validator=_some, metadata=_REQUIRED
    )
    sku: Names = attrs.field(
        default=("sku",), converter=_names, validator=_some, metadata=_REQUIRED
    )
    quantity: Names = attrs.field(
        default=("quantity",), converter=_names, validator=_some, metadata=_REQUIRED
    )
    expected_at: Names = attrs.field(
        default=("expected_at",), converter=_names, validator=_some, metadata=_REQUIRED
    )
    zone: tzinfo | str | None = None
    time_format: str | None = None
    day_first: bool | None = None
    thousands: str = attrs.field(default="", validator=_comma_or_point)
    quoted: bool = True


@attrs.frozen(kw_only=True)
class ReplacementLayout:
    """What the columns of a file of replacements are called: as the fields of `Replacement`.

    Attributes:
        sku: The product that stands in.
        replaces: The product that it stands in for.
        units: How many come.
        per: For how many that go.
        reason: Why.
        units_max: At most so many units on one line.
        seller_id: Of this seller alone.
        quoted: Whether cells may stand in quotes.
    """

    sku: Names = attrs.field(
        default=("sku",), converter=_names, validator=_some, metadata=_REQUIRED
    )
    replaces: Names = attrs.field(
        default=("replaces",), converter=_names, validator=_some, metadata=_REQUIRED
    )
    units: Names = attrs.field(default=("units",), converter=_names, metadata=_OPTIONAL)
    per: Names = attrs.field(default=("per",), converter=_names, metadata=_OPTIONAL)
    reason: Names = attrs.field(default=("reason",), converter=_names, metadata=_OPTIONAL)
    units_max: Names = attrs.field(default=("units_max",), converter=_names, metadata=_OPTIONAL)
    seller_id: Names = attrs.field(default=("seller_id",), converter=_names, metadata=_OPTIONAL)
    quoted: bool = True


Layout = OrderLayout | StockLayout | ReceiptLayout | ReplacementLayout
"""What the columns of a file are called, and how to read what stands in them."""
