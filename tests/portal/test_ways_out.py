"""A seller does each way out of a back order, as the pages offer it."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from portal.ways import WAYS, buttons

from orderflow import HoldReason, Order, OrderLine, Status, StockKey

if TYPE_CHECKING:
    from tests.portal.conftest import Portal
    from tests.portal.visitor import Page


def titles(page: Page) -> list[str]:
    """Return the titles of the ways that may be chosen."""
    return re.findall(r'<span class="title">([^<]*)</span>', page.response.text)


def status_of(portal: Portal, order_id: str) -> Status:
    return portal.seller("acme").order(order_id).status


def test_a_page_has_a_button_for_what_the_library_allows_and_a_reason_for_the_rest(
    portal: Portal,
) -> None:
    acme, seller = portal.signed_in("acme"), portal.seller("acme")
    for order in seller.orders():
        page = acme.get(f"/order?id={order.order_id}")
        allowed = {each.action for each in seller.actions(order.order_id) if each.allowed}
        drawn = titles(page)
        assert set(drawn) <= {way.title for way in WAYS if way.action in allowed}
        refused = [each for each in buttons(seller, order) if not each.is_possible]
        assert len(drawn) + len(refused) == len(WAYS)
        for each in refused:
            assert f"{each.way.title} : {each.reason}" in page.text
    assert titles(acme.get("/order?id=1004")) == [
        *("Replace what is short", "Split off what is there", "Remove what is short"),
        *("Send stock", "Edit", "Cancel the order"),
    ]
    assert titles(acme.get("/order?id=1001")) == ["Edit", "Cancel the order"]


def test_cancel_and_the_next_order_gets_the_units(portal: Portal) -> None:
    acme = portal.signed_in("acme")
    review = acme.get("/order/way/cancel?id=1004")
    assert "1007 Allocated Gets 2 MUG" in review.text
    assert status_of(portal, "1004") is Status.ON_BACK_ORDER
    done = review.press("Confirm: cancel the order")
    assert "Done: what has moved" in done.text
    assert "1007 Allocated Gets 2 MUG" in done.text
    assert status_of(portal, "1004") is Status.CANCELLED
    assert status_of(portal, "1007") is Status.ALLOCATED


def test_remove_what_is_short(portal: Portal) -> None:
    review = portal.signed_in("acme").get("/order/way/remove-short?id=1002")
    assert "On back order → becomes Allocated" in review.text
    done = review.press("Confirm: remove what is short")
    assert "Removed: line 1" in done.text
    order = portal.seller("acme").order("1002")
    assert [line.sku for line in order.lines] == ["CUP"]
    assert order.status is Status.ALLOCATED


def test_edit_with_the_delete_icon_and_a_product_of_the_inventory(portal: Portal) -> None:
    acme = portal.signed_in("acme")
    page = acme.get("/order/edit?id=1002").press("Remove TEAPOT")
    assert "TEAPOT removed" in page.text
    page = page.press("Add from inventory")
    assert "Add PLATE" not in page.form_of("Save").buttons  # there is none
    page = page.press("Add JUG").press("Add from inventory").press("Add CUP")
    page = page.press("Remove the new line CUP")
    review = page.type("Save", {"added:JUG": "2"})
    assert "Removed: TEAPOT Added: 2 JUG" in review.text
    assert review.text.count("On back order → becomes Allocated") == 1
    before = portal.written()
    done = review.press("Confirm: save the changes")
    assert "Removed: line 1; Added: 2 JUG" in done.text
    order = portal.seller("acme").order("1002")
    assert [(line.sku, line.allocated) for line in order.lines] == [("CUP", 2), ("JUG", 2)]
    assert portal.written()["acme"] > before["acme"]


def test_replace_with_what_the_catalogue_suggests(portal: Portal) -> None:
    acme = portal.signed_in("acme")
    ways = acme.get("/order?id=1005").response.text
    (way,) = re.findall(r'href="(/order/edit[^"]*choose[^"]*)"', ways)
    page = acme.get(way.replace("&amp;", "&"))
    assert "Replace BEAKER by" in page.text
    assert "suggested: 2 units, beakers are no longer made" in page.text
    review = page.press("Use CUP instead of BEAKER").press("Save")
    assert "Line 1 is now CUP" in review.text
    review.press("Confirm: save the changes")
    (line,) = portal.seller("acme").order("1005").lines
    assert (line.sku, line.allocated) == ("CUP", 2)


def test_a_ratio_of_the_catalogue_is_kept(portal: Portal) -> None:
    page = portal.signed_in("acme").get("/order/edit?id=1007&choose=1")
    review = page.press("Use CUP instead of MUG").press("Save")
    review.press("Confirm: save the changes")
    (line,) = portal.seller("acme").order("1007").lines
    assert (line.sku, line.quantity) == ("CUP", 4)  # two small ones for each


def test_split_off_what_is_there(portal: Portal) -> None:
    acme = portal.signed_in("acme")
    review = acme.get("/order/way/split?id=1004")
    assert "New order with 4 MUG, 1 CUP" in review.text
    done = review.press("Confirm: split off what is there")
    assert "Split off 1004.1 Allocated" in done.text
    assert status_of(portal, "1004.1") is Status.ALLOCATED
    assert "Split from 1004" in acme.get("/order?id=1004.1").text


def test_send_stock_and_it_is_processed_again_once_it_is_booked_in(portal: Portal) -> None:
    acme = portal.signed_in("acme")
    page = acme.get("/order/send-stock?id=1003").press("See what it would do")
    assert "1003 unknown" in page.text
    assert portal.seller("acme").receipts()[-1].receipt_id == "ASN-1"
    stock = page.press("Confirm: announce the delivery")
    assert stock.text.count("BOWL 1 ") == 1
    version = portal.seller("acme").order("1003").version
    assert acme.client.get("/order/version?id=1003").json() == {"version": version}

    button = next(
        each
        for form in portal.signed_in("warehouse").get("/warehouse").forms
        for each in form.buttons
        if each.startswith("Book in BOWL")
    )
    booked = portal.signed_in("warehouse").get("/warehouse").press(button)
    assert "1 back order complete: 1003" in booked.text
    assert "1003 Allocated Gets 1 BOWL" in booked.text
    news = acme.get(f"/order?id=1003&seen={version}")
    assert "This order was processed again by itself. Gets 1 BOWL" in news.text
    assert status_of(portal, "1003") is Status.ALLOCATED


def test_an_order_at_the_warehouse_can_be_asked_back(portal: Portal) -> None:
    portal.seller("acme").send_to_warehouse("1001")
    acme = portal.signed_in("acme")
    assert titles(acme.get("/order?id=1001")) == ["Ask for a cancellation"]
    acme.get("/order/way/request-cancellation?id=1001").press("Confirm: ask for a cancellation")
    assert status_of(portal, "1001") is Status.CANCELLATION_REQUESTED


def test_a_second_click_does_nothing_twice(portal: Portal) -> None:
    review = portal.signed_in("acme").get("/order/way/split?id=1004")
    first = review.press("Confirm: split off what is there")
    written = portal.written()
    again = review.press("Confirm: split off what is there")
    assert again.status == 200
    assert again.response.url == first.response.url
    assert portal.written() == written


@pytest.mark.parametrize("path", ["/order/way/remove-short?id=1004", "/order/way/cancel?id=1004"])
def test_what_was_decided_in_another_tab_is_refused(portal: Portal, path: str) -> None:
    acme = portal.signed_in("acme")
    old = acme.get(path)
    edited = acme.get("/order/edit?id=1004")
    acme.get("/order/way/split?id=1004").press("Confirm: split off what is there")
    (button,) = (each for form in old.forms for each in form.buttons if each.startswith("Confirm"))
    assert "This order has changed meanwhile." in acme.get("/order?id=1004&seen=1").text
    stale = old.press(button)
    assert stale.status == 409
    assert "Order 1004 has changed since you opened this page. Nothing was saved." in stale.text
    assert "See order 1004 as it is now" in stale.text
    assert edited.type("Save", {"quantity:1": "3"}).status == 409
    assert status_of(portal, "1004") is Status.ON_BACK_ORDER


def test_a_second_click_saves_nothing_twice(portal: Portal) -> None:
    page = portal.signed_in("acme").get("/order/edit?id=1004")
    review = page.type("Save", {"quantity:1": "3"})
    first = review.press("Confirm: save the changes")
    written = portal.written()
    again = review.press("Confirm: save the changes")
    assert (again.status, again.response.url) == (200, first.response.url)
    assert portal.written() == written


@pytest.mark.parametrize("way", ["split", "remove-short", "request-cancellation"])
def test_a_way_that_is_not_possible_says_why(portal: Portal, way: str) -> None:
    page = portal.signed_in("acme").get(f"/order/way/{way}?id=1001")
    assert page.status == 409
    assert "That is not possible now order '1001'" in page.text


def test_orders_come_in_pages_and_by_status(portal: Portal) -> None:
    acme = portal.signed_in("acme")
    assert "On back order 7 Units short 11" in acme.get("/orders").text
    waiting = acme.get("/orders?status=ON_BACK_ORDER")
    assert "1004" in waiting.text
    assert "1001" not in waiting.text
    assert "1001" not in acme.get("/orders?after=1001").text
    assert "No order has this status." in acme.get("/orders?status=CANCELLED").text
    assert "MUG" not in acme.get("/stock?find=CU").text.partition("Products")[2]


def test_a_delivery_announces_all_that_was_seen_or_nothing(portal: Portal) -> None:
    acme, seller = portal.signed_in("acme"), portal.seller("acme")
    seller.place(order_of("1008", {"GLASS": 3, "VASE": 2}))
    plan = acme.get("/order/send-stock?id=1008")
    preview = plan.press("See what it would do")
    seller.book_in(StockKey("acme", "leeds", "GLASS"), 3)
    before = portal.written()
    for stale in (
        preview.press("Confirm: announce the delivery"),
        plan.press("See what it would do"),
    ):
        assert stale.status == 409
        assert "Order 1008 has changed since you opened this page. Nothing was saved." in stale.text
    assert portal.written() == before
    assert [each.key.sku for each in seller.receipts()] == ["MUG"]


def test_a_second_click_announces_nothing_twice_even_if_the_delivery_has_come(
    portal: Portal,
) -> None:
    acme, seller = portal.signed_in("acme"), portal.seller("acme")
    preview = acme.get("/order/send-stock?id=1003").press("See what it would do")
    first = preview.press("Confirm: announce the delivery")
    for _ in range(2):  # while it is on its way, and once it has come
        written = portal.written()
        again = preview.press("Confirm: announce the delivery")
        assert (again.status, again.response.url) == (200, first.response.url)
        assert portal.written() == written
        seller.book_in(StockKey("acme", "leeds", "BOWL"), 1)
    other = preview.type("Confirm: announce the delivery", {"units:BOWL": "2"})
    assert (other.status, "was used for another command" in other.text) == (422, True)


def test_the_id_of_another_command_says_nothing_of_this_edit(portal: Portal) -> None:
    acme, seller = portal.signed_in("acme"), portal.seller("acme")
    seller.split("1004", command_id="used")
    edit = acme.get("/order/edit?id=1005").type("Save", {"quantity:1": "1"})
    done = edit.press("Confirm: save the changes", command_id="used")
    assert "Quantity of BEAKER: 1" in done.text
    assert "1004.1" not in done.text
    assert seller.order("1005").units == 1
    stale = edit.type("Confirm: save the changes", {"quantity:1": "3", "command_id": "used"})
    assert stale.status == 409  # another edit is no second click
    assert seller.order("1005").units == 1


PRODUCTS = [f"P-{number}" for number in range(130)]


@pytest.mark.parametrize(
    ("user", "path", "note"),
    [
        ("acme", "/order/send-stock?id=1008", "… and 30 further products that the order is short"),
        ("acme", "/order/edit?id=1008&choosing=", "… and 112 further products. Search"),
        ("acme", "/order/way/cancel?id=1008", "… and 110 further products."),
        ("acme", "/order?id=1008", "… and 6 earlier events."),
        ("acme", "/stock", "… and 37 further products. Search"),
        ("warehouse", "/warehouse", "… and 122 further products."),
    ],
)
def test_a_page_says_how_much_it_leaves_out(
    portal: Portal, user: str, path: str, note: str
) -> None:
    seller = portal.seller("acme")
    for sku in PRODUCTS:
        seller.book_in(StockKey("acme", "leeds", sku), 1)
    seller.place(order_of("1008", dict.fromkeys(PRODUCTS, 2)))
    for _ in range(17):
        seller.hold("1008", HoldReason.ADDRESS)
        seller.release_hold("1008")
    if "edit" in path:
        for sku in PRODUCTS:
            seller.book_in(StockKey("acme", "leeds", sku), 2)
    assert note in portal.signed_in(user).get(path).text


def order_of(order_id: str, products: dict[str, int]) -> Order:
    lines = [OrderLine(str(number), *each) for number, each in enumerate(products.items(), 1)]
    return Order(
        order_id=order_id,
        seller_id="acme",
        warehouse_id="leeds",
        lines=tuple(lines),
        placed_at=datetime.now(UTC),
    )
