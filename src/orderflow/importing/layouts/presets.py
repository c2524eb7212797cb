"""The layouts of common exports, as data.

The column names are the ones that the shops write in English. The rules skip rows that must not
be sent (again): cancelled, refunded and unpaid orders, despatched orders, and lines that are not
goods.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from orderflow.domain.model.terms import Term
from orderflow.importing.layouts.layout import OrderLayout
from orderflow.importing.layouts.skip_rule import SkipKind, SkipRule

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["NOT_GOODS", "NOT_GOODS_PREFIXES", "PRESETS", "Preset"]


class Preset(Term):
    """The names of the built-in layouts for files of orders."""

    PLAIN = "PLAIN"
    """The form of orderflow itself: each column has the name of its field."""
    SHOPIFY = "SHOPIFY"
    """The order export of Shopify."""
    SHOPWARE = "SHOPWARE"
    """The order export of Shopware 5."""
    WOOCOMMERCE = "WOOCOMMERCE"
    """The order export of the WooCommerce export extensions, with one row per item."""
    AMAZON = "AMAZON"
    """The reports of Amazon for sellers: orders, unsent orders and all orders."""
    ONLINE_RETAIL_II = "ONLINE_RETAIL_II"
    """The data set Online Retail II of the UCI repository."""


NOT_GOODS: Final = frozenset(
    {
        *("POST", "DOT", "M", "C2", "D", "S", "B", "PADS"),
        *("BANK CHARGES", "AMAZONFEE", "CRUK"),
    }
)
"""The product codes in Online Retail II for postage, fees and the like."""

NOT_GOODS_PREFIXES: Final = ("GIFT_", "TEST")
"""The prefixes of further such codes."""


def _order(kind: SkipKind, column: str, *values: str) -> SkipRule:
    return SkipRule(kind=kind, column=column, is_one_of=frozenset(values), whole_order=True)


_PLAIN = OrderLayout(
    order_id="order_id",
    line_id="line_id",
    sku="sku",
    quantity="quantity",
    placed_at="placed_at",
    priority="priority",
    promised_by="promised_by",
    courier="courier",
    ship_to_name="ship_to_name",
    ship_to_company="ship_to_company",
    ship_to_street="ship_to_street",
    ship_to_street_2="ship_to_street_2",
    ship_to_city="ship_to_city",
    ship_to_region="ship_to_region",
    ship_to_postcode="ship_to_postcode",
    ship_to_country="ship_to_country",
    ship_to_phone="ship_to_phone",
)

_SHOPIFY = OrderLayout(
    order_id="Name",
    sku=("Lineitem sku", "Lineitem name"),
    quantity="Lineitem quantity",
    placed_at="Created at",
    courier="Shipping Method",
    ship_to_name="Shipping Name",
    ship_to_company="Shipping Company",
    ship_to_street="Shipping Address1",
    ship_to_street_2="Shipping Address2",
    ship_to_city="Shipping City",
    ship_to_region="Shipping Province",
    ship_to_postcode="Shipping Zip",
    ship_to_country="Shipping Country",
    ship_to_phone="Shipping Phone",
    skip=(
        SkipRule(kind=SkipKind.CANCELLED, column="Cancelled at", is_filled=True, whole_order=True),
        _order(SkipKind.CANCELLED, "Financial Status", "refunded", "voided"),
        _order(SkipKind.UNPAID, "Financial Status", "pending", "expired"),
        _order(SkipKind.DESPATCHED, "Fulfillment Status", "fulfilled"),
        SkipRule(
            kind=SkipKind.DESPATCHED,
            column="Lineitem fulfillment status",
            is_one_of=frozenset({"fulfilled"}),
        ),
        SkipRule(
            kind=SkipKind.NOT_GOODS,
            column="Lineitem requires shipping",
            is_one_of=frozenset({"false"}),
        ),
    ),
)

_SHOPWARE = OrderLayout(
    order_id="number",
    line_id="orderDetailId",
    sku="articleNumber",
    quantity="quantity",
    placed_at="orderTime",
    first_counts=frozenset({"number"}),
    skip=(
        # The numbers are those of Shopware's table of order states.
        SkipRule(
            kind=SkipKind.NO_ORDER,
            reason="abandoned basket",
            column="orderStatusID",
            is_one_of=frozenset({"-1"}),
            whole_order=True,
        ),
        _order(SkipKind.CANCELLED, "orderStatusID", "4"),
        _order(SkipKind.DESPATCHED, "orderStatusID", "2", "7"),
        # Modes 2 to 4 are vouchers, discounts and surcharges.
        SkipRule(kind=SkipKind.NOT_GOODS, column="mode", is_one_of=frozenset({"2", "3", "4"})),
        SkipRule(
            kind=SkipKind.NOT_GOODS,
            column="articleNumber",
            is_one_of=frozenset({"SHIPPINGDISCOUNT"}),
            begins_with=("sw-payment", "sw-discount", "sw-surcharge"),
        ),
        SkipRule(kind=SkipKind.NOT_GOODS, column="price", is_below_zero=True),
        SkipRule(kind=SkipKind.RETURNED, column="quantity", is_below_zero=True),
    ),
)

_WOOCOMMERCE = OrderLayout(
    order_id=("order_number_formatted", "order_number", "order_id"),
    line_id="item_id",
    sku="item_sku",
    quantity="item_quantity",
    placed_at=("date", "order_date"),
    courier="shipping_method",
    ship_to_name=("shipping_first_name", "shipping_last_name"),
    ship_to_company="shipping_company",
    ship_to_street="shipping_address_1",
    ship_to_street_2="shipping_address_2",
    ship_to_city="shipping_city",
    ship_to_region="shipping_state",
    ship_to_postcode="shipping_postcode",
    ship_to_country="shipping_country",
    ship_to_phone=("shipping_phone", "billing_phone"),
    skip=(
        _order(SkipKind.CANCELLED, "status", "cancelled", "refunded", "failed", "trash"),
        _order(SkipKind.CANCELLED, "status", "wc-cancelled", "wc-refunded", "wc-failed"),
        _order(SkipKind.UNPAID, "status", "pending", "on-hold", "draft", "checkout-draft"),
        _order(SkipKind.UNPAID, "status", "wc-pending", "wc-on-hold", "wc-checkout-draft"),
        _order(SkipKind.DESPATCHED, "status", "completed", "wc-completed"),
        SkipRule(kind=SkipKind.RETURNED, column="item_quantity", is_below_zero=True),
    ),
)

_AMAZON = OrderLayout(
    order_id=("order-id", "amazon-order-id"),
    line_id="order-item-id",
    sku="sku",
    quantity=("quantity-to-ship", "quantity-purchased", "quantity"),
    placed_at="purchase-date",
    promised_by="promise-date",
    courier="ship-service-level",
    ship_to_name="recipient-name",
    ship_to_street="ship-address-1",
    ship_to_street_2=("ship-address-2", "ship-address-3"),
    ship_to_city="ship-city",
    ship_to_region="ship-state",
    ship_to_postcode="ship-postal-code",
    ship_to_country="ship-country",
    ship_to_phone="ship-phone-number",
    skip=(
        _order(SkipKind.SENT_BY_OTHERS, "fulfillment-channel", "Amazon", "AFN"),
        _order(SkipKind.CANCELLED, "order-status", "Cancelled"),
        _order(SkipKind.UNPAID, "order-status", "Pending"),
        SkipRule(
            kind=SkipKind.DESPATCHED,
            column="order-status",
            begins_with=("Shipped",),
            whole_order=True,
        ),
        SkipRule(kind=SkipKind.DESPATCHED, column="quantity-to-ship", is_one_of=frozenset({"0"})),
        SkipRule(kind=SkipKind.CANCELLED, column="quantity", is_one_of=frozenset({"0"})),
        SkipRule(kind=SkipKind.CANCELLED, column="quantity-purchased", is_one_of=frozenset({"0"})),
        SkipRule(
            kind=SkipKind.NO_ORDER,
            reason="continues the row before",
            column="quantity-purchased",
            is_blank=True,
        ),
    ),
    quoted=False,
)

_ONLINE_RETAIL_II = OrderLayout(
    order_id="Invoice",
    sku="StockCode",
    quantity="Quantity",
    placed_at="InvoiceDate",
    skip=(
        SkipRule(
            kind=SkipKind.RETURNED,
            reason="cancellation without an order number",
            column="Invoice",
            begins_with=("C",),
            whole_order=True,
        ),
        SkipRule(
            kind=SkipKind.NO_ORDER,
            reason="accounting adjustment",
            column="Invoice",
            begins_with=("A",),
            whole_order=True,
        ),
        SkipRule(
            kind=SkipKind.NOT_GOODS,
            column="StockCode",
            is_one_of=NOT_GOODS,
            begins_with=NOT_GOODS_PREFIXES,
        ),
        SkipRule(
            kind=SkipKind.RETURNED,
            reason="stock written off",
            column="Quantity",
            is_below_zero=True,
        ),
    ),
    zone="Europe/London",
    day_first=True,
    upper_sku=True,
)

PRESETS: Final[Mapping[Preset, OrderLayout]] = MappingProxyType(
    {
        Preset.PLAIN: _PLAIN,
        Preset.SHOPIFY: _SHOPIFY,
        Preset.SHOPWARE: _SHOPWARE,
        Preset.WOOCOMMERCE: _WOOCOMMERCE,
        Preset.AMAZON: _AMAZON,
        Preset.ONLINE_RETAIL_II: _ONLINE_RETAIL_II,
    }
)
"""The layout of each preset."""
