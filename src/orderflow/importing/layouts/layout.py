"""Layouts: the column names of a file, how to read its cells, and which rows to skip."""

from __future__ import annotations

from datetime import tzinfo
from typing import TYPE_CHECKING, Any

import attrs

from orderflow.domain.model import validators
from orderflow.importing.values.quantities import is_below_zero
from orderflow.importing.values.times import is_none

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = [
    "ItemColumns",
    "Layout",
    "Names",
    "OrderLayout",
    "ReceiptLayout",
    "ReplacementLayout",
    "SkipRule",
    "StockLayout",
    "columns_of",
]

Names = tuple[str, ...]
"""The possible names of a column."""


_REQUIRED = {"column": "required"}
_OPTIONAL = {"column": "optional"}


def _names(value: str | Names) -> Names:
    return (value,) if isinstance(value, str) else tuple(value)


def _fold_case(values: Iterable[str]) -> frozenset[str]:
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
    """Return the layout fields that name columns: all of them, or only the required ones."""
    kind = layout if isinstance(layout, type) else type(layout)
    kinds = {"required"} if required else {"required", "optional"}
    return [each.name for each in attrs.fields(kind) if each.metadata.get("column") in kinds]


@attrs.frozen(kw_only=True)
class SkipRule:
    """Skip rows by the value of one column.

    If a file lacks the column, the rule skips nothing. Texts are compared regardless of case.

    Attributes:
        reason: Why the rows are skipped.
        column: The column name in the file.
        is_one_of: Skip rows with one of these texts.
        begins_with: Skip rows whose text begins with one of these.
        is_filled: Skip rows with any text. A date of zeros does not count.
        is_blank: Skip rows without a text.
        is_below_zero: Skip rows with a negative number.
        whole_order: Whether the whole order of such a row is skipped.
    """

    reason: str
    column: str
    is_one_of: frozenset[str] = attrs.field(default=frozenset(), converter=_fold_case)
    begins_with: tuple[str, ...] = ()
    is_filled: bool = False
    is_blank: bool = False
    is_below_zero: bool = False
    whole_order: bool = False

    def fits(self, text: str) -> bool:
        """Whether a row with this text in the column is skipped."""
        text = text.strip().casefold()
        return (
            text in self.is_one_of
            or text.startswith(tuple(each.casefold() for each in self.begins_with))
            or (self.is_filled and not is_none(text))
            or (self.is_blank and not text)
            or (self.is_below_zero and is_below_zero(text))
        )


@attrs.frozen(kw_only=True)
class ItemColumns:
    """The columns of one item of a row that has several: each item is a line of the order.

    Attributes:
        sku: The product.
        quantity: The units.
        line_id: The id of the line within its order.
    """

    sku: Names = attrs.field(converter=_names, validator=_some)
    quantity: Names = attrs.field(converter=_names, validator=_some)
    line_id: Names = attrs.field(default=(), converter=_names)


@attrs.frozen(kw_only=True)
class OrderLayout:
    """The column names of a file of orders, and how to read its cells.

    A field may have several columns. In each row, the first one with a text is read. The columns of
    `ship_to_name` and `ship_to_street` are joined instead.

    Rows with several items have columns such as `SKU 1` and `Quantity 1`: write the number as
    `{n}`, or name the columns of the second item and the following ones in `more_items`. An item
    without a product is no line.

    Attributes:
        order_id: The order id. Rows with the same id are lines of one order, wherever they are.
        sku: The product of a line.
        quantity: The units of a line.
        placed_at: When the order was placed. If its rows differ, the earliest.
        line_id: The id of a line within its order. Default: lines are numbered as they come.
        more_items: The columns of further items in the same row.
        priority: The priority. If the rows of an order differ, the highest.
        promised_by: The promised date. If the rows of an order differ, the earliest.
        courier: The courier service. If the rows of an order differ in the courier or the
            address, the order is rejected.
        ship_to_name: The addressee.
        ship_to_street: The street, and anything else between the name and the city.
        ship_to_city: The city.
        ship_to_postcode: The postcode.
        ship_to_country: The two-letter country code.
        country_default: The country of addresses without one.
        first_counts: Columns that a file may have twice. Other repeated columns are refused.
        skip: Which rows to skip.
        zone: The time zone, or its name such as Europe/London, for times without an offset.
        time_format: The format of times, as for `datetime.strptime`. Default: ISO 8601.
        day_first: Whether the day comes first in dates like 02/03/2026. If None, such dates are
            refused.
        thousands: The thousands separator in quantities, a comma or a point.
        upper_sku: Whether products that differ only by case are the same.
        quoted: Whether cells may be quoted. Otherwise quotes are ordinary characters.
    """

    order_id: Names = attrs.field(converter=_names, validator=_some, metadata=_REQUIRED)
    sku: Names = attrs.field(converter=_names, validator=_some, metadata=_REQUIRED)
    quantity: Names = attrs.field(converter=_names, validator=_some, metadata=_REQUIRED)
    placed_at: Names = attrs.field(converter=_names, validator=_some, metadata=_REQUIRED)
    line_id: Names = attrs.field(default=(), converter=_names, metadata=_OPTIONAL)
    more_items: tuple[ItemColumns, ...] = ()
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
    skip: tuple[SkipRule, ...] = ()
    zone: tzinfo | str | None = None
    time_format: str | None = None
    day_first: bool | None = None
    thousands: str = attrs.field(default="", validator=_comma_or_point)
    upper_sku: bool = False
    quoted: bool = True

    @classmethod
    def of_columns(cls, columns: Mapping[str, str], **settings: Any) -> OrderLayout:  # noqa: ANN401 - fields
        """Make a layout from a mapping of column names to fields.

        >>> layout = OrderLayout.of_columns(
        ...     {"Nr": "order_id", "Artikel": "sku", "Menge": "quantity", "Datum": "placed_at"},
        ...     day_first=True,
        ... )
        >>> layout.quantity
        ('Menge',)

        Raises:
            InvalidValueError: If a value is not a field of an order.
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
    """The column names of a file of counted stock.

    Attributes:
        sku: The product.
        on_hand: The counted units.
        note: A note about the count.
        thousands: The thousands separator in numbers, a comma or a point.
        quoted: Whether cells may be quoted.
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
    """The column names of a file of expected receipts.

    Attributes:
        receipt_id: The receipt id. A receipt is for one product.
        sku: The product.
        quantity: The expected units.
        expected_at: When they are expected.
        zone: The time zone of times without an offset, as in `OrderLayout`.
        time_format: The format of times.
        day_first: Whether the day comes first in dates.
        thousands: The thousands separator in quantities.
        quoted: Whether cells may be quoted.
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
    """The column names of a file of replacements: the fields of `Replacement`.

    Attributes:
        sku: The replacement product.
        replaces: The product that it replaces.
        units: The units of the replacement…
        per: …for this many units of the replaced product.
        reason: Why it may be replaced.
        units_max: The maximum number of units on one line.
        seller_id: The only seller that it applies to.
        quoted: Whether cells may be quoted.
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
"""The column names of a file, and how to read its cells."""
