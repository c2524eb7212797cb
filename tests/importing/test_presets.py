"""The presets, on invented rows below the headers that the shops write."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import attrs
import pytest

from orderflow import Address
from orderflow.importing import PRESETS, Preset, SkipKind, read_orders
from orderflow.importing.table import open_table
from tests.importing.files import AT, imported, lines, orders, real, reasons

if TYPE_CHECKING:
    from orderflow.importing import Import

FOLDER = Path(__file__).parent / "exports"
FILES = sorted(each.name for each in FOLDER.iterdir())

CANCELLED, DESPATCHED = "cancelled or refunded", "already despatched"
NOT_GOODS, UNPAID = "not goods (postage, fees, discounts)", "not paid yet"
ON_HOLD, RETURNED = "kept back by the shop", "returned"
IN_PART = "refunded in part; the file does not say which lines"
BY_OTHERS, DRAFT = "despatched by the marketplace", "a draft"
SUM, FOOTER = "the sum of the rows below", "a footer"
ID_A, ID_B = "0a" * 16, "0b" * 16


class Expected(NamedTuple):
    """What is read from a file."""

    preset: Preset
    placed: dict[str, list[tuple[str, int]]]
    skipped: dict[str, int]
    rejected: tuple[int, ...] = ()


EXPECTED = {
    "plain.csv": Expected(Preset.PLAIN, {"A-1": [("MUG", 2), ("CUP", 1)]}, {CANCELLED: 1}),
    "shopify.csv": Expected(
        Preset.SHOPIFY,
        {"#1001": [("MUG", 2), ("CUP", 1), ("Tea towel - Red", 1)], "#1012": [("MUG", 1)]},
        {CANCELLED: 5, IN_PART: 1, UNPAID: 3, DESPATCHED: 2, ON_HOLD: 1, NOT_GOODS: 1},
        rejected=(19, 20),
    ),
    "squarespace.csv": Expected(
        Preset.SQUARESPACE,
        {"00001": [("SQ1", 2), ("SQ2", 1)]},
        {NOT_GOODS: 1, DESPATCHED: 2, CANCELLED: 3, IN_PART: 1, UNPAID: 1},
        rejected=(12, 13),
    ),
    "shopware_5.csv": Expected(
        Preset.SHOPWARE_5,
        {"20001": [("SW1", 2), ("SW2", 1)]},
        {
            NOT_GOODS: 4,
            RETURNED: 1,
            CANCELLED: 1,
            DESPATCHED: 2,
            ON_HOLD: 1,
            "abandoned basket": 1,
        },
        rejected=(14,),
    ),
    "shopware_6.csv": Expected(
        Preset.SHOPWARE_6,
        {"10001": [(ID_A, 2), (ID_B, 1)], "10002": [(ID_A, 1)]},
        {},
        rejected=(4,),
    ),
    "woocommerce.csv": Expected(
        Preset.WOOCOMMERCE,
        {"W-91": [("MUG", 2), ("CUP", 1), ("Thing", 1)]},
        {RETURNED: 1, DESPATCHED: 1, UNPAID: 3, CANCELLED: 2, DRAFT: 2},
        rejected=(14,),
    ),
    "woocommerce_row_per_order.csv": Expected(
        Preset.WOOCOMMERCE_ROW_PER_ORDER,
        {"91": [("MUG", 2), ("CUP", 1)], "92": [("MUG", 1)]},
        {DESPATCHED: 1, CANCELLED: 1, UNPAID: 1, DRAFT: 1},
        rejected=(8, 9),
    ),
    "woocommerce_numbered_items.csv": Expected(
        Preset.WOOCOMMERCE_NUMBERED_ITEMS,
        {"91": [("MUG", 2), ("CUP", 1)], "92": [("MUG", 1)]},
        {CANCELLED: 1, UNPAID: 1, DESPATCHED: 1, DRAFT: 1, IN_PART: 1},
        rejected=(8,),
    ),
    "woocommerce_advanced.csv": Expected(
        Preset.WOOCOMMERCE_ADVANCED,
        {"91": [("MUG", 2), ("CUP", 1), ("A thing", 1)]},
        {CANCELLED: 2, DESPATCHED: 1, UNPAID: 1, DRAFT: 1, RETURNED: 1},
        rejected=(11,),
    ),
    "woocommerce_analytics.csv": Expected(
        Preset.WOOCOMMERCE_ANALYTICS,
        {"91": [("Mug", 2), ("Tea towel - Red", 1)]},
        {DESPATCHED: 1, CANCELLED: 1, UNPAID: 2, DRAFT: 1},
        rejected=(8, 9),
    ),
    "amazon-unshipped.txt": Expected(
        Preset.AMAZON,
        {"026-1": [("MUG", 2), ("CUP", 1)]},
        {
            DESPATCHED: 1,
            "continues the row before": 1,
            "the buyer asked to cancel it": 1,
            CANCELLED: 1,
        },
    ),
    "amazon-all-orders.txt": Expected(
        Preset.AMAZON,
        {"026-1": [("MUG", 2)]},
        {CANCELLED: 3, DESPATCHED: 2, BY_OTHERS: 1, UNPAID: 1},
        rejected=(10,),
    ),
    "etsy.csv": Expected(
        Preset.ETSY,
        {"3001": [("MUG", 2), ("9001", 1)]},
        {DESPATCHED: 1, UNPAID: 1, "sold in person": 1},
    ),
    "ebay-com.csv": Expected(
        Preset.EBAY,
        {"11-1": [("MUG", 2)], "11-2": [("MUG", 2), ("22000", 1)]},
        {SUM: 1, UNPAID: 1, DESPATCHED: 1, FOOTER: 2},
    ),
    "ebay-co-uk.csv": Expected(
        Preset.EBAY,
        {"11-1": [("MUG", 2)], "11-2": [("CUP", 2)]},
        {SUM: 1, UNPAID: 1, DESPATCHED: 1, FOOTER: 2},
    ),
    "tiktok_shop.csv": Expected(
        Preset.TIKTOK_SHOP,
        {"576912345678901001": [("MUG", 2), ("172900001", 1)]},
        {
            "describes the columns": 1,
            CANCELLED: 2,
            RETURNED: 2,
            UNPAID: 1,
            ON_HOLD: 1,
            DESPATCHED: 2,
            BY_OTHERS: 1,
        },
        rejected=(14,),
    ),
    "bigcommerce.csv": Expected(
        Preset.BIGCOMMERCE,
        {"186": [("MUG-S", 2), ("CUP", 1)]},
        {
            CANCELLED: 2,
            IN_PART: 1,
            UNPAID: 1,
            ON_HOLD: 1,
            DESPATCHED: 1,
            "despatched in part; the file does not say which lines": 1,
        },
        rejected=(10, 11),
    ),
    "shipstation.csv": Expected(
        Preset.SHIPSTATION,
        {"SO-500": [("MUG", 2), ("Cable", 1)]},
        {"a shipment without items": 1, DESPATCHED: 1},
    ),
    "online_retail_ii.csv": Expected(
        Preset.ONLINE_RETAIL_II,
        {"1001": [("85123A", 6)]},
        {
            NOT_GOODS: 3,
            "cancellation without an order number": 1,
            "accounting adjustment": 1,
            "stock written off": 1,
        },
    ),
}

ADDRESS = {
    "name",
    "company",
    "street",
    "street_2",
    "city",
    "region",
    "postcode",
    "country",
    "phone",
}
WITHOUT = {
    "squarespace.csv": {"company"},
    "shopware_6.csv": {"region", "phone"},
    "woocommerce_row_per_order.csv": {"phone"},
    "woocommerce_advanced.csv": {"company", "street_2"},
    "amazon-unshipped.txt": {"company"},
    "amazon-all-orders.txt": {"name", "company", "street", "street_2", "phone"},
    "etsy.csv": {"company", "phone"},
    "ebay-com.csv": {"company"},
    "ebay-co-uk.csv": {"company"},
    "tiktok_shop.csv": {"company"},
}
"""The parts of an address that an export does not have."""

NO_ADDRESS = {"shopware_5.csv", "woocommerce_analytics.csv", "online_retail_ii.csv"}


def imported_file(name: str) -> Import:
    """Import a file; without a preset, unless it has no countries."""
    layout = PRESETS[Preset.SHOPWARE_6]
    return read_orders(
        FOLDER / name,
        seller_id="acme",
        warehouse_id="leeds",
        at=AT,
        time_zone="Europe/London",
        preset=attrs.evolve(layout, country_default="DE") if name == "shopware_6.csv" else None,
    )


def test_every_preset_has_a_file() -> None:
    assert sorted(EXPECTED) == FILES
    assert {each.preset for each in EXPECTED.values()} == set(Preset)


@pytest.mark.parametrize("name", FILES)
def test_the_orders_of_an_export_are_read_and_what_is_none_is_skipped(name: str) -> None:
    expected, result = EXPECTED[name], imported_file(name)
    placed = {
        order_id: [(line.sku, line.quantity) for line in order.lines]
        for order_id, order in orders(result).items()
    }
    assert placed == expected.placed
    assert result.reasons == expected.skipped
    assert tuple(each.row for each in result.rejected) == expected.rejected


@pytest.mark.parametrize("name", sorted(set(FILES) - NO_ADDRESS))
def test_the_address_is_read_with_all_its_parts(name: str) -> None:
    address = next(iter(orders(imported_file(name)).values())).ship_to
    assert address is not None
    filled = {field for field, text in attrs.asdict(address).items() if text}
    assert filled == ADDRESS - WITHOUT.get(name, set())


@pytest.mark.parametrize("name", FILES)
def test_an_export_is_told_from_those_of_all_other_presets(name: str) -> None:
    own = EXPECTED[name].preset
    for other in set(Preset) - {own}:
        for pair in ((own, other), (other, own)):
            with open_table(FOLDER / name, {each: PRESETS[each] for each in pair}) as table:
                assert table.layout == PRESETS[own], f"taken for {other}"
    with open_table(FOLDER / name, {str(each): PRESETS[each] for each in Preset}) as table:
        assert table.layout == PRESETS[own]


ELSEWHERE = {
    (Preset.SHOPIFY, "Canceled at"),  # the spelling of Shopify's help page
    (Preset.WOOCOMMERCE, "refunds"),
    (Preset.WOOCOMMERCE, "refund_items"),
    (Preset.WOOCOMMERCE_ROW_PER_ORDER, "refunds"),
    (Preset.WOOCOMMERCE_ROW_PER_ORDER, "refund_items"),
    (Preset.WOOCOMMERCE_NUMBERED_ITEMS, "refunds"),
}
"""Columns of rules that other versions of an export have."""


@pytest.mark.parametrize("preset", Preset)
def test_every_rule_of_a_preset_fits_a_row_of_its_files(preset: Preset) -> None:
    columns: dict[str, set[str]] = {}
    for name, expected in EXPECTED.items():
        if expected.preset is not preset:
            continue
        with open_table(FOLDER / name, {"own": PRESETS[preset]}) as table:
            for record in table.rows():
                for column, cell in zip(table.columns.header, record.cells, strict=False):
                    columns.setdefault(column, set()).add(cell)
    rules = PRESETS[preset].skip
    lacking = {rule.column for rule in rules} - set(columns)
    assert {(preset, column) for column in lacking} == {
        (each, column) for each, column in ELSEWHERE if each is preset
    }
    assert [
        rule
        for rule in rules
        if rule.column in columns and not any(map(rule.fits, columns[rule.column]))
    ] == []


def test_the_order_is_the_file_s_and_times_are_in_its_own_zone() -> None:
    order = orders(imported_file("shopify.csv"))["#1001"]
    assert order.placed_at == datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
    assert order.courier == "Express"
    assert order.ship_to == Address(
        *("Jo Do", "1 Way", "Leeds", "LS1 4DY", "GB"),
        company="Jo & Co",
        street_2="Flat 2",
        region="England",
        phone="0113 1",
    )


def test_amazon_s_quotes_are_characters_and_the_earliest_promise_counts() -> None:
    order = orders(imported_file("amazon-unshipped.txt"))["026-1"]
    assert order.promised_by == datetime(2026, 3, 2, 23, 59, 59, tzinfo=UTC)
    assert order.ship_to is not None
    assert order.ship_to.name == 'Jo "J" Do'
    assert order.ship_to.street_2 == "Flat 2, Rear"
    assert order.customer_reference == "PO-1"


def test_a_country_by_name_has_its_code() -> None:
    order = orders(imported_file("etsy.csv"))["3001"]
    assert order.ship_to is not None
    assert order.ship_to.country == "NL"


def test_a_preset_without_a_time_zone_asks_for_one() -> None:
    result = read_orders(FOLDER / "woocommerce.csv", seller_id="acme", warehouse_id="leeds", at=AT)
    assert reasons(result)[0] == (2, "date", "'2026-07-01 10:00:00'")
    assert "unless a time zone is set" in result.faults[0].reason


def test_without_countries_the_setting_that_gives_one_is_named() -> None:
    result = read_orders(FOLDER / "shopware_6.csv", seller_id="acme", warehouse_id="leeds", at=AT)
    assert (result.faults[0].column, result.faults[0].setting) == ("ship_to_country", "country")


def test_a_shop_that_is_paid_on_delivery_includes_its_pending_orders() -> None:
    layout = PRESETS[Preset.SHOPIFY].including("pending", kinds=[SkipKind.NOT_GOODS])
    result = read_orders(
        FOLDER / "shopify.csv", seller_id="acme", warehouse_id="leeds", at=AT, preset=layout
    )
    assert list(orders(result)) == ["#1001", "#1006", "#1012"]
    assert ("CARD", 1) in [(line.sku, line.quantity) for line in orders(result)["#1001"].lines]


def test_a_status_in_another_language_is_rejected_unless_it_is_named() -> None:
    result = imported_file("woocommerce_advanced.csv")
    fault = result.faults[-1]
    assert (fault.row, fault.column, fault.value) == (11, "Order Status", "'Storniert'")
    assert (fault.reason, fault.setting) == (
        "must be a text that the preset knows; include it, or drop its orders",
        "include_status",
    )
    result = read_orders(
        FOLDER / "woocommerce_advanced.csv",
        seller_id="acme",
        warehouse_id="leeds",
        at=AT,
        time_zone="Europe/Berlin",
        preset=PRESETS[Preset.WOOCOMMERCE_ADVANCED].including("storniert"),
    )
    assert "97" in orders(result)
    assert result.faults == ()


def test_online_retail_ii_is_in_london_and_its_products_do_not_differ_by_case() -> None:
    result = imported(
        "Invoice,StockCode,Description,Quantity,InvoiceDate,Price,Customer ID,Country\n"
        "1001,85123a,a thing,6,2010-07-01 10:00:00,2.5,17850,United Kingdom\n"
        "1001,85123A,a thing,1,01/07/2010 10:01,2.5,17850,United Kingdom\n"
    )
    assert lines(result, "1001") == [("1", "85123A", 6), ("2", "85123A", 1)]
    assert orders(result)["1001"].placed_at == datetime(2010, 7, 1, 9, 0, tzinfo=UTC)


SHOPIFY_SAMPLE = real("exports/shopify_orders_sample.csv")
SHOPWARE_SAMPLE = real("exports/shopware5_OrderImport.csv")
needs_exports = pytest.mark.skipif(
    SHOPIFY_SAMPLE is None or SHOPWARE_SAMPLE is None,
    reason="the exports are not beside the checkout, in ../shared/data",
)


@needs_exports
def test_a_real_export_of_shopify_is_read_whole() -> None:
    assert SHOPIFY_SAMPLE is not None
    result = read_orders(SHOPIFY_SAMPLE, seller_id="acme", warehouse_id="leeds", at=AT)
    assert (result.rows, result.new, len(result.faults)) == (249, 127, 0)
    assert sum(len(order.lines) for order in orders(result).values()) == 249
    assert lines(result, "#1009") == [
        ("1", "Green Doohickey", 1),
        ("2", "Red Gadget", 1),
        ("3", "Red Gadget", 1),
    ]


@needs_exports
def test_a_real_export_of_shopware_is_read_whole() -> None:
    assert SHOPWARE_SAMPLE is not None
    result = read_orders(
        SHOPWARE_SAMPLE,
        seller_id="acme",
        warehouse_id="leeds",
        at=AT,
        time_zone="Europe/Berlin",
    )
    assert lines(result, "20001") == [("42", "SW10196", 1)]
    assert [sku for _, sku, _ in lines(result, "20002")] == [
        "SW10001",
        "SW10002841",
        "SW10185",
        "SW10196",
    ]
    assert result.reasons == {"abandoned basket": 9, "not goods (postage, fees, discounts)": 3}
    assert result.faults == ()
