"""Layouts: the column names of a file, how to read its cells, and which rows to skip."""

from __future__ import annotations

from datetime import datetime, tzinfo
from functools import cache
from typing import TYPE_CHECKING, Any

import attrs

from orderflow.domain.model import validators
from orderflow.importing.layouts.file_part import FilePart
from orderflow.importing.layouts.layout_checks import (
    check_custom_fields,
    check_item_pattern,
    check_moment,
    check_packed_items,
    check_prefix,
    check_some,
    check_thousands,
    check_units,
)
from orderflow.importing.layouts.lead_time_layout import LeadTimeLayout
from orderflow.importing.layouts.name_fields import OPTIONAL, REQUIRED, Names, names_of
from orderflow.importing.layouts.skip_rule import SkipKind, SkipRule, without
from orderflow.importing.values.times import check_time_format, check_zone

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

__all__ = [
    "DeliveryLayout",
    "ItemColumns",
    "Layout",
    "LeadTimeLayout",
    "Names",
    "OrderLayout",
    "ReceiptLayout",
    "ReplacementLayout",
    "StockLayout",
    "columns_of",
]


@cache
def _column_fields(kind: type, *, required: bool) -> tuple[str, ...]:
    kinds = {"required"} if required else {"required", "optional"}
    return tuple(each.name for each in attrs.fields(kind) if each.metadata.get("column") in kinds)


def columns_of(layout: type[Layout] | Layout, *, required: bool = False) -> list[str]:
    """Return the layout fields that name columns: all of them, or only the required ones."""
    kind: type = layout if isinstance(layout, type) else type(layout)
    spared = layout.spared if required and isinstance(layout, OrderLayout) else frozenset()
    names = [*_column_fields(kind, required=required)]
    if required and isinstance(layout, OrderLayout) and layout.items:
        names.append("items")
    return [name for name in names if name not in spared]


@attrs.frozen(kw_only=True)
class ItemColumns:
    """The columns of one item of a row that has several: each item is a line of the order.

    Attributes:
        sku: The product.
        quantity: The units. May be omitted if the layout has a `quantity_default`.
        line_id: The id of the line within its order.
        set_id: The set of the line within its order.
    """

    sku: Names = attrs.field(converter=names_of, validator=check_some)
    quantity: Names = attrs.field(default=(), converter=names_of)
    line_id: Names = attrs.field(default=(), converter=names_of)
    set_id: Names = attrs.field(default=(), converter=names_of)


@attrs.frozen(kw_only=True)
class OrderLayout:
    """The column names of a file of orders, and how to read its cells.

    A field may have several columns. In each row, the first one with a text is read. The columns of
    `ship_to_name`, `ship_to_street` and `ship_to_street_2` are joined instead.

    Rows with several items have columns such as `SKU 1` and `Quantity 1`: write the number as
    `{n}`, or name the columns of the second item and the following ones in `more_items`. An item
    without a product is no line.

    Attributes:
        order_id: The order id. Rows with the same id are lines of one order, wherever they are.
        sku: The product of a line.
        quantity: The units of a line.
        placed_at: When the order was placed. If its rows differ by up to an hour, the earliest.
        line_id: The id of a line within its order. Default: lines are numbered as they come.
        set_id: What the lines of an order that leave together have in common.
        more_items: The columns of further items in the same row.
        items: Instead of `sku`: a column with several items in each cell.
        item_pattern: How these items are written, such as `sku:{sku}|qty:{quantity};`.
        quantity_default: The units of a line without a quantity, such as 1 for a row a unit.
        placed_at_default: When an order without a time was placed.
        must_have: Columns that a file must have, although there are others for their fields.
        part: What the file has, if the lines are in a file of their own.
        priority: The priority.
        promised_by: The promised date. If the rows of an order differ, the earliest.
        not_before: The order is not sent before this day. If its rows differ, the latest.
        short_part: What happens if the order becomes short: the name of a `ShortPart`, in any case.
        customer: For a replay: the customer, who may cancel units later without naming the order.
        price: For a replay: the price of a unit. Free units without a customer are adjustments.
        cancelled_at: When the shop cancelled the order.
        courier: The courier service. If the rows of an order differ in this, the priority, the
            short part, the address, the reference, or the time by more than an hour, the order is
            rejected.
        ship_to_name: The addressee.
        ship_to_company: The company.
        ship_to_street: The street.
        ship_to_street_2: The second line of the street: flat, building, district.
        ship_to_city: The city.
        ship_to_region: The state, province or county.
        ship_to_postcode: The postcode.
        ship_to_country: The two-letter country code.
        ship_to_phone: The number that the courier may call.
        drop_repeated: Whether rows that equal an earlier row of their order are skipped.
        order_prefix: What is put before each order id, such as UK- for one of several shops.
        customer_reference: The customer's own name for the order, such as a purchase order number.
        custom_fields: Columns that are kept with the order, as custom fields of the same names. A
            file must have all of them. Their texts are about the order, not about one line: if the
            rows of an order differ, it is rejected.
        country_default: The country of addresses without one.
        any_case: Whether the names of columns may differ in capitals, spaces and hyphens.
        first_counts: Columns that a file may have twice. Other repeated columns are refused.
        footers: What the rows below the table say, such as `record(s) downloaded`.
        skip: Which rows to skip.
        zone: The time zone, or its name such as Europe/London, for times without an offset.
        time_format: The format of times, as for `datetime.strptime`. Default: ISO 8601.
        day_first: Whether the day comes first in dates like 02/03/2026. If None, such dates are
            refused.
        thousands: The thousands separator in quantities, a comma or a point.
        upper_sku: Whether products that differ only by case are the same.
        quoted: Whether cells may be quoted. Otherwise quotes are ordinary characters.
    """

    order_id: Names = attrs.field(converter=names_of, metadata=REQUIRED)
    sku: Names = attrs.field(default=(), converter=names_of, metadata=REQUIRED)
    quantity: Names = attrs.field(default=(), converter=names_of, metadata=REQUIRED)
    placed_at: Names = attrs.field(default=(), converter=names_of, metadata=REQUIRED)
    line_id: Names = attrs.field(default=(), converter=names_of, metadata=OPTIONAL)
    set_id: Names = attrs.field(default=(), converter=names_of, metadata=OPTIONAL)
    more_items: tuple[ItemColumns, ...] = ()
    items: Names = attrs.field(default=(), converter=names_of, metadata=OPTIONAL)
    item_pattern: str = attrs.field(default="", validator=check_item_pattern)
    quantity_default: int | None = attrs.field(default=None, validator=check_units)
    placed_at_default: datetime | None = attrs.field(default=None, validator=check_moment)
    must_have: frozenset[str] = frozenset()
    part: FilePart = FilePart.WHOLE
    priority: Names = attrs.field(default=(), converter=names_of, metadata=OPTIONAL)
    promised_by: Names = attrs.field(default=(), converter=names_of, metadata=OPTIONAL)
    not_before: Names = attrs.field(default=(), converter=names_of, metadata=OPTIONAL)
    short_part: Names = attrs.field(default=(), converter=names_of, metadata=OPTIONAL)
    customer: Names = attrs.field(default=(), converter=names_of, metadata=OPTIONAL)
    price: Names = attrs.field(default=(), converter=names_of, metadata=OPTIONAL)
    cancelled_at: Names = attrs.field(default=(), converter=names_of, metadata=OPTIONAL)
    courier: Names = attrs.field(default=(), converter=names_of, metadata=OPTIONAL)
    ship_to_name: Names = attrs.field(default=(), converter=names_of, metadata=OPTIONAL)
    ship_to_company: Names = attrs.field(default=(), converter=names_of, metadata=OPTIONAL)
    ship_to_street: Names = attrs.field(default=(), converter=names_of, metadata=OPTIONAL)
    ship_to_street_2: Names = attrs.field(default=(), converter=names_of, metadata=OPTIONAL)
    ship_to_city: Names = attrs.field(default=(), converter=names_of, metadata=OPTIONAL)
    ship_to_region: Names = attrs.field(default=(), converter=names_of, metadata=OPTIONAL)
    ship_to_postcode: Names = attrs.field(default=(), converter=names_of, metadata=OPTIONAL)
    ship_to_country: Names = attrs.field(default=(), converter=names_of, metadata=OPTIONAL)
    ship_to_phone: Names = attrs.field(default=(), converter=names_of, metadata=OPTIONAL)
    customer_reference: Names = attrs.field(default=(), converter=names_of, metadata=OPTIONAL)
    custom_fields: Names = attrs.field(
        default=(), converter=names_of, validator=check_custom_fields, metadata=OPTIONAL
    )
    order_prefix: str = attrs.field(default="", validator=check_prefix)
    drop_repeated: bool = False
    country_default: str | None = None
    any_case: bool = False
    first_counts: frozenset[str] = frozenset()
    footers: Names = attrs.field(default=(), converter=names_of)
    skip: tuple[SkipRule, ...] = ()
    zone: tzinfo | str | None = attrs.field(default=None, validator=check_zone)
    time_format: str | None = attrs.field(default=None, validator=check_time_format)
    day_first: bool | None = None
    thousands: str = attrs.field(default="", validator=check_thousands)
    upper_sku: bool = False
    quoted: bool = True

    def __attrs_post_init__(self) -> None:
        for field in columns_of(self, required=True):
            validators.require(
                ok=len(getattr(self, field)) > 0,
                field=f"OrderLayout.{field}",
                demand="the name of a column",
                value=getattr(self, field),
            )
        validators.require(
            ok="quantity" in self.spared or all(each.quantity for each in self.more_items),
            field="OrderLayout.more_items",
            demand="items that each have a column of units, unless there is a quantity_default",
            value=self.more_items,
        )
        check_packed_items(self.items, self.item_pattern)

    @property
    def spared(self) -> frozenset[str]:
        """The required columns that need not be there, because something stands for them."""
        return frozenset(
            field
            for field, instead in {
                "sku": bool(self.items) or self.part is FilePart.ORDERS,
                "quantity": bool(self.items)
                or self.quantity_default is not None
                or self.part is FilePart.ORDERS,
                "placed_at": self.placed_at_default is not None or self.part is FilePart.LINES,
            }.items()
            if instead
        )

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
        return cls(**names, **{"must_have": frozenset(columns), **settings})

    def including(self, *statuses: str, kinds: Collection[SkipKind] = ()) -> OrderLayout:
        """Return a layout that does not skip these statuses and kinds of rows.

        >>> from orderflow.importing import PRESETS, Preset, SkipKind
        >>> cash_on_delivery = PRESETS[Preset.SHOPIFY].including("pending")
        >>> gift_cards_too = PRESETS[Preset.SHOPIFY].including(kinds=[SkipKind.NOT_GOODS])

        Args:
            statuses: Texts that the rules compare cells with, regardless of case.
            kinds: Kinds of rules.

        Raises:
            InvalidValueError: If no rule skips such a status or kind.
        """
        return attrs.evolve(self, skip=without(self.skip, statuses=statuses, kinds=kinds))


@attrs.frozen(kw_only=True)
class StockLayout:
    """The column names of a file of counted stock.

    Attributes:
        sku: The product.
        on_hand: The counted units.
        note: A note about the count.
        must_have: Columns that a file must have, as in `OrderLayout`.
        thousands: The thousands separator in numbers, a comma or a point.
        quoted: Whether cells may be quoted.
    """

    sku: Names = attrs.field(
        default=("sku",), converter=names_of, validator=check_some, metadata=REQUIRED
    )
    on_hand: Names = attrs.field(
        default=("on_hand",), converter=names_of, validator=check_some, metadata=REQUIRED
    )
    note: Names = attrs.field(default=("note",), converter=names_of, metadata=OPTIONAL)
    must_have: frozenset[str] = frozenset()
    thousands: str = attrs.field(default="", validator=check_thousands)
    quoted: bool = True


@attrs.frozen(kw_only=True)
class ReceiptLayout:
    """The column names of a file of expected receipts.

    Attributes:
        receipt_id: The receipt id. A receipt is for one product.
        sku: The product.
        quantity: The expected units.
        expected_at: When they are expected.
        must_have: Columns that a file must have, as in `OrderLayout`.
        zone: The time zone of times without an offset, as in `OrderLayout`.
        time_format: The format of times.
        day_first: Whether the day comes first in dates.
        thousands: The thousands separator in quantities.
        quoted: Whether cells may be quoted.
    """

    receipt_id: Names = attrs.field(
        default=("receipt_id",), converter=names_of, validator=check_some, metadata=REQUIRED
    )
    sku: Names = attrs.field(
        default=("sku",), converter=names_of, validator=check_some, metadata=REQUIRED
    )
    quantity: Names = attrs.field(
        default=("quantity",), converter=names_of, validator=check_some, metadata=REQUIRED
    )
    expected_at: Names = attrs.field(
        default=("expected_at",), converter=names_of, validator=check_some, metadata=REQUIRED
    )
    must_have: frozenset[str] = frozenset()
    zone: tzinfo | str | None = attrs.field(default=None, validator=check_zone)
    time_format: str | None = attrs.field(default=None, validator=check_time_format)
    day_first: bool | None = None
    thousands: str = attrs.field(default="", validator=check_thousands)
    quoted: bool = True


@attrs.frozen(kw_only=True)
class DeliveryLayout:
    """The column names of a file of deliveries: announced receipts that have arrived.

    Attributes:
        receipt_id, sku: The announced receipt and its product.
        received: The units that go into stock.
        rejected: The units that arrived, but do not go into stock.
        more_to_come: Yes or no: whether the rest of the receipt is expected later.
        must_have: Columns that a file must have, as in `OrderLayout`.
        thousands: The thousands separator in numbers.
        quoted: Whether cells may be quoted.
    """

    receipt_id: Names = attrs.field(
        default=("receipt_id",), converter=names_of, validator=check_some, metadata=REQUIRED
    )
    sku: Names = attrs.field(
        default=("sku",), converter=names_of, validator=check_some, metadata=REQUIRED
    )
    received: Names = attrs.field(
        default=("received",), converter=names_of, validator=check_some, metadata=REQUIRED
    )
    rejected: Names = attrs.field(default=("rejected",), converter=names_of, metadata=OPTIONAL)
    more_to_come: Names = attrs.field(
        default=("more_to_come",), converter=names_of, metadata=OPTIONAL
    )
    must_have: frozenset[str] = frozenset()
    thousands: str = attrs.field(default="", validator=check_thousands)
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
        must_have: Columns that a file must have, as in `OrderLayout`.
        quoted: Whether cells may be quoted.
    """

    sku: Names = attrs.field(
        default=("sku",), converter=names_of, validator=check_some, metadata=REQUIRED
    )
    replaces: Names = attrs.field(
        default=("replaces",), converter=names_of, validator=check_some, metadata=REQUIRED
    )
    units: Names = attrs.field(default=("units",), converter=names_of, metadata=OPTIONAL)
    per: Names = attrs.field(default=("per",), converter=names_of, metadata=OPTIONAL)
    reason: Names = attrs.field(default=("reason",), converter=names_of, metadata=OPTIONAL)
    units_max: Names = attrs.field(default=("units_max",), converter=names_of, metadata=OPTIONAL)
    seller_id: Names = attrs.field(default=("seller_id",), converter=names_of, metadata=OPTIONAL)
    must_have: frozenset[str] = frozenset()
    quoted: bool = True


Layout = (
    OrderLayout | StockLayout | ReceiptLayout | DeliveryLayout | ReplacementLayout | LeadTimeLayout
)
"""The column names of a file, and how to read its cells."""
