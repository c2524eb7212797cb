"""The presets, on rows as the shops write them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from orderflow import Address
from orderflow.importing import PRESETS, Preset, read_orders
from tests.importing.files import AT, imported, lines, orders, real, reasons

SHOPIFY = """\
Name,Email,Financial Status,Fulfillment Status,Shipping Method,Created at,Lineitem quantity,\
Lineitem name,Lineitem sku,Lineitem requires shipping,Lineitem fulfillment status,Shipping Name,\
Shipping Address1,Shipping Address2,Shipping City,Shipping Zip,Shipping Country,Cancelled at,\
Shipping Company,Shipping Province,Shipping Phone
#1001,jo@example.com,paid,unfulfilled,Express,2024-01-31 10:00:00 +0100,2,Mug,MUG,true,pending,\
Jo,1 Way,Flat 2,Leeds,'LS1,GB,,Jo & Co,ENG,'0113
#1001,jo@example.com,,,,,1,Gift card,CARD,false,pending,,,,,,,,,,
#1001,jo@example.com,,,,,1,Cup,CUP,true,fulfilled,,,,,,,,,,
#1002,al@example.com,paid,unfulfilled,Express,2024-01-31 10:00:00 +0100,1,Mug,MUG,true,pending,\
Al,2 Way,,Leeds,LS1,GB,2024-02-01 10:00:00 +0100,,,
#1002,al@example.com,,,,,1,Cup,CUP,true,pending,,,,,,,,,,
#1003,bo@example.com,paid,fulfilled,Express,2024-01-31 10:00:00 +0100,1,Mug,MUG,true,fulfilled,\
Bo,3 Way,,Leeds,LS1,GB,,,,
#1004,cy@example.com,pending,unfulfilled,Express,2024-01-31 10:00:00 +0100,1,Mug,,true,pending,\
Cy,4 Way,,Leeds,LS1,GB,,,,
"""


def test_shopify_has_the_fields_of_an_order_on_its_first_row_only() -> None:
    result = imported(SHOPIFY)
    (order,) = orders(result).values()
    assert lines(result, "#1001") == [("1", "MUG", 2)]
    assert order.placed_at == datetime(2024, 1, 31, 9, 0, tzinfo=UTC)
    assert order.courier == "Express"
    assert order.ship_to == Address(
        *("Jo", "1 Way", "Leeds", "LS1", "GB"),
        company="Jo & Co",
        street_2="Flat 2",
        region="ENG",
        phone="0113",
    )


def test_shopify_orders_that_must_not_be_sent_are_passed_over() -> None:
    result = imported(SHOPIFY)
    assert [(each.row, each.reason) for each in result.skipped] == [
        (3, "not goods (postage, fees, discounts)"),
        (4, "already despatched"),
        (5, "cancelled or refunded"),
        (6, "cancelled or refunded"),
        (7, "already despatched"),
        (8, "not paid yet"),
    ]
    assert result.faults == ()  # the missing SKU is in an order that is not sent


def test_amazon_is_separated_by_tabs_and_its_quotes_are_characters() -> None:
    header = (
        "order-id\torder-item-id\tpurchase-date\tpromise-date\tsku\tproduct-name\t"
        "quantity-purchased\tquantity-to-ship\tship-service-level\trecipient-name\t"
        "ship-address-1\tship-address-2\tship-city\tship-postal-code\tship-country\t"
        "ship-address-3\tship-state\tship-phone-number"
    )
    result = imported(
        f"{header}\r\n"
        "026-1\t11\t2026-03-01T10:00:00+00:00\t2026-03-03T23:59:59+00:00\tMUG\t"
        '"Best" mug, 4"\t3\t2\tStandard\tJo "J" Do\t1 Way\tFlat 2\t'
        "Leeds\tLS1\tGB\tRear\tYorkshire\t0113\r\n"
        '026-1\t12\t\t2026-03-02T23:59:59+00:00\tCUP\t"Cup\t1\t1\tStandard\t\t\t\t\t\t\t\t\t\r\n'
        "026-1\t13\t\t\tPAN\tPan\t1\t0\tStandard\t\t\t\t\t\t\t\t\t\r\n"
        "026-1\t11\t\t\t\t\t\t\t\t\t\t\t\t\t\t\t\t\r\n"
    )
    (order,) = orders(result).values()
    assert lines(result, "026-1") == [("11", "MUG", 2), ("12", "CUP", 1)]
    assert order.promised_by == datetime(2026, 3, 2, 23, 59, 59, tzinfo=UTC)
    assert order.courier == "Standard"
    assert order.ship_to == Address(
        *('Jo "J" Do', "1 Way", "Leeds", "LS1", "GB"),
        street_2="Flat 2, Rear",
        region="Yorkshire",
        phone="0113",
    )
    assert [each.row for each in result.skipped] == [4, 5]


def test_amazon_s_report_of_all_orders_passes_over_what_the_seller_does_not_send() -> None:
    header = (
        "amazon-order-id\tpurchase-date\torder-status\tfulfillment-channel\t"
        "ship-service-level\tsku\tquantity"
    )
    rows = (
        "026-1\t2026-03-01T10:00:00+00:00\tUnshipped\tMerchant\tStandard\tMUG\t2",
        "026-1\t2026-03-01T10:00:00+00:00\tUnshipped\tMerchant\tStandard\tCUP\t0",
        "026-2\t2026-03-01T10:00:00+00:00\tUnshipped\tAmazon\tStandard\tMUG\t2",
        "026-3\t2026-03-01T10:00:00+00:00\tShipped - Delivered to Buyer\tMerchant\t\tMUG\t2",
        "026-4\t2026-03-01T10:00:00+00:00\tPending\tMerchant\tStandard\tMUG\t2",
    )
    result = imported("\n".join([header, *rows]))
    assert lines(result, "026-1") == [("1", "MUG", 2)]
    assert [(each.row, each.reason) for each in result.skipped] == [
        (3, "cancelled or refunded"),
        (4, "despatched by the marketplace"),
        (5, "already despatched"),
        (6, "not paid yet"),
    ]


def test_shopware_s_discounts_are_known_without_their_mode() -> None:
    result = imported(
        "number;orderTime;articleNumber;quantity;price\n"
        "1;2026-03-01 10:00:00;SW1;1;5\n"
        "1;2026-03-01 10:00:00;SHIPPINGDISCOUNT;1;2\n"
        "1;2026-03-01 10:00:00;sw-payment-absolute;1;5\n"
        "1;2026-03-01 10:00:00;GUTABS;1;-5\n",
        time_zone="Europe/Berlin",
    )
    assert lines(result, "1") == [("1", "SW1", 1)]
    assert result.reasons == {"not goods (postage, fees, discounts)": 3}


WOOCOMMERCE = """\
order_id,order_number,date,status,shipping_method,shipping_first_name,shipping_last_name,\
shipping_address_1,shipping_city,shipping_postcode,shipping_country,item_id,item_sku,item_quantity,\
shipping_company,shipping_address_2,shipping_state,shipping_phone,billing_phone
91,W-91,2026-07-01 10:00:00,processing,Flat rate,Jo,Do,1 Way,Leeds,LS1,GB,301,MUG,2,D,2 F,WY,,0113
91,W-91,2026-07-01 10:00:00,processing,Flat rate,Jo,Do,1 Way,Leeds,LS1,GB,302,CUP,1,D,2 F,WY,,0113
92,W-92,2026-07-01 10:00:00,completed,Flat rate,Al,Do,1 Way,Leeds,LS1,GB,303,CUP,1,,,,,
93,W-93,2026-07-01 10:00:00,pending,Flat rate,Bo,Do,1 Way,Leeds,LS1,GB,304,CUP,1,,,,,
"""


def test_woocommerce_repeats_the_fields_of_an_order_on_every_row() -> None:
    result = imported(WOOCOMMERCE, time_zone="Europe/London")
    (order,) = orders(result).values()
    assert lines(result, "W-91") == [("301", "MUG", 2), ("302", "CUP", 1)]
    assert order.placed_at == datetime(2026, 7, 1, 9, 0, tzinfo=UTC)
    assert order.ship_to == Address(
        *("Jo Do", "1 Way", "Leeds", "LS1", "GB"),
        company="D",
        street_2="2 F",
        region="WY",
        phone="0113",
    )
    assert result.reasons == {"already despatched": 1, "not paid yet": 1}


def test_a_preset_without_a_time_zone_asks_for_one() -> None:
    result = imported(WOOCOMMERCE)
    assert reasons(result)[0] == (2, "date", "'2026-07-01 10:00:00'")
    assert "unless a time zone is set" in result.faults[0].reason


def test_online_retail_ii_is_in_london_and_its_products_do_not_differ_by_case() -> None:
    result = imported(
        "Invoice,StockCode,Description,Quantity,InvoiceDate,Price,Customer ID,Country\n"
        "1001,85123a,a thing,6,2010-07-01 10:00:00,2.5,17850,United Kingdom\n"
        "1001,85123A,a thing,1,01/07/2010 10:01,2.5,17850,United Kingdom\n"
        "1001,POST,postage,1,2010-07-01 10:00:00,2.5,17850,United Kingdom\n"
        "1001,gift_0001_20,voucher,1,2010-07-01 10:00:00,2.5,17850,United Kingdom\n"
        "C1002,85123A,a thing,-6,2010-07-01 10:00:00,2.5,17850,United Kingdom\n"
        "A1003,B,debt,1,2010-07-01 10:00:00,2.5,17850,United Kingdom\n"
        "1004,85123A,broken,-6,2010-07-01 10:00:00,0,,United Kingdom\n"
    )
    assert lines(result, "1001") == [("1", "85123A", 6), ("2", "85123A", 1)]
    assert orders(result)["1001"].placed_at == datetime(2010, 7, 1, 9, 0, tzinfo=UTC)
    assert [each.row for each in result.skipped] == [4, 5, 6, 7, 8]
    assert (result.new, result.faults) == (1, ())


@pytest.mark.parametrize("preset", Preset)
def test_a_preset_is_known_by_a_header_of_its_columns(preset: Preset) -> None:
    layout = PRESETS[preset]
    names = [
        name
        for field in ("order_id", "sku", "quantity", "placed_at", "courier", "ship_to_city")
        for name in getattr(layout, field)[:1]
    ]
    result = imported("\t".join(names) + "\n")
    assert result.layout == layout
    assert result.file_format.delimiter == "\t"


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
