"""What is filled in wrongly is answered with a page that says so, and never with a 500."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING

import pytest

from tests.portal.test_access import request, routes_of

if TYPE_CHECKING:
    from tests.portal.conftest import Portal
    from tests.portal.visitor import Page

NO_UNITS = ("0", "-1", "1.5", "two", "", "1e3", "٣", "9" * 40, "1\n")
ODD = (*NO_UNITS, "x" * 5_000, "\0", "\t", "'; DROP TABLE orders; --", "<script>", "ü\u202e", "..")

NAMES = (
    *("id", "version", "command_id", "quantity:1", "removed", "replaced:1", "added:CUP"),
    *("choose", "take", "find", "day", "units:MUG", "seen", "done", "status", "after"),
    *("sku", "received", "warehouse_id", "receipt_id", "more_to_come", "seller_id", "user"),
)


def alert(page: Page) -> str:
    """Return what the page says is wrong."""
    text = page.response.text.partition('role="alert">')[2].partition("</p>")[0]
    return text.replace("&#39;", "'")


def test_a_quantity_has_to_be_a_number_from_1(portal: Portal) -> None:
    page = portal.signed_in("acme").get("/order/edit?id=1004")
    for text in NO_UNITS:
        answer = page.type("Save", {"quantity:1": text})
        assert answer.status == 422, text
        assert "the quantity of MUG must be a whole number from 1; to have none" in alert(answer)
        assert 'name="quantity:1"' in answer.response.text  # the form is there, to correct it


def test_a_draft_that_cannot_be_saved_comes_back_with_the_reason(portal: Portal) -> None:
    acme = portal.signed_in("acme")
    page = acme.get("/order/edit?id=1005").press("Remove BEAKER").press("Save")
    assert page.status == 409
    assert "cancel the order instead" in alert(page)
    assert "BEAKER removed" in page.text
    nothing = acme.get("/order/edit?id=1005").press("Save")
    assert (nothing.status, "nothing is changed yet" in alert(nothing)) == (409, True)
    unknown = acme.get("/order/edit/review?id=1005&removed=99&version=2")
    assert unknown.status in {404, 409}


@pytest.mark.parametrize("version", ["abc", "", "-1", "1.5", "9" * 40])
def test_a_version_that_is_none_sends_the_seller_back_to_the_order(
    portal: Portal, version: str
) -> None:
    acme = portal.signed_in("acme")
    fields = [("csrf", acme.token), ("command_id", "c"), ("version", version)]
    for page in (
        acme.get(f"/order/edit?id=1004&version={version}"),
        acme.post("/order/edit?id=1004", fields),
        acme.post("/order/way/cancel?id=1004", fields),
    ):
        assert page.status == 422
        assert "the version must be the number in the form; open the order again" in alert(page)


def test_a_product_that_is_not_in_the_inventory_is_pointed_out(portal: Portal) -> None:
    version = portal.seller("acme").order("1005").version
    path = f"/order/edit/review?id=1005&added:SPOON=1&version={version}"
    assert "SPOON is not in your inventory" in alert(portal.signed_in("acme").get(path))


WRONG = [
    ("/order?id=none", 404),
    ("/order", 422),
    ("/order?id=", 422),
    ("/order?id=" + "x" * 200, 422),
    ("/orders?status=GONE", 422),
    ("/orders?after=none", 404),
    ("/order/way/burn?id=1004", 404),
    ("/order/way/edit?id=1004", 404),
    ("/uploads/none", 404),
    ("/uploads/none/rejected.csv", 404),
    ("/nothing", 404),
]


def test_a_wrong_address_is_answered_with_a_page(portal: Portal) -> None:
    acme = portal.signed_in("acme")
    for path, status in WRONG:
        page = acme.get(path)
        assert page.status == status, path
        assert alert(page)
        assert "Go to the first page" in page.text


def test_a_delivery_needs_a_day_and_units(portal: Portal) -> None:
    page = portal.signed_in("acme").get("/order/send-stock?id=1004")
    for name, text in (
        *(("day", each) for each in ("", "tomorrow", "2020-01-01", "9999-12-31", "2026-02-30")),
        *(("units:MUG", each) for each in NO_UNITS),
    ):
        answer = page.type("See what it would do", {name: text})
        assert answer.status == 422, (name, text)
        assert " must be " in alert(answer)
        assert "See what it would do" in answer.form_of("See what it would do").buttons
    assert portal.signed_in("acme").get("/order/send-stock?id=1001&day=2099-01-01").status == 422


def test_stock_is_booked_in_by_whole_units(portal: Portal) -> None:
    before = portal.written()
    page = portal.signed_in("warehouse").get("/warehouse")
    for received in NO_UNITS:
        answer = page.press("Book in", received=received)
        assert answer.status == 422, received
    assert "received: must be a whole number" in alert(page.press("Book in", received="two"))
    assert portal.written() == before


def test_stock_of_a_seller_that_there_is_not_is_not_booked_in(portal: Portal) -> None:
    page = portal.signed_in("warehouse").get("/warehouse")
    form = page.form_of("Book in")
    fields = {**dict(form.fields), "seller_id": "nobody", "warehouse_id": "leeds", "sku": "MUG"}
    answer = page.visitor.post("/warehouse", [*fields.items(), ("received", "1")])
    assert answer.status == 404
    assert "nobody" not in portal.app.state.shop.flow.sellers()


def test_a_mistyped_warehouse_is_refused_with_the_known_ones(portal: Portal) -> None:
    visitor, before = portal.signed_in("warehouse"), portal.written()
    fields = {"csrf": visitor.token, "command_id": "c", "seller_id": "acme", "sku": "MUG"}
    typed = {**fields, "received": "1", "warehouse_id": "ledes"}
    answer = visitor.post("/warehouse", [*typed.items()])
    assert answer.status == 422
    assert "acme has nothing in warehouse 'ledes', only in leeds." in alert(answer)
    assert portal.written() == before
    assert visitor.post("/warehouse", [*(typed | {"warehouse_id": "leeds"}).items()]).status == 200


@pytest.mark.parametrize("user", ["acme", "warehouse"])
def test_no_odd_value_is_answered_with_a_500(portal: Portal, user: str) -> None:
    visitor = portal.signed_in(user)
    usual = {"id": "1004", "seller_id": "acme", "warehouse_id": "leeds", "sku": "MUG"}
    usual |= {"received": "1", "day": "2026-01-01", "version": "2"}
    paths = [each for each in routes_of(portal.app) if each[1] not in {"/sign-out", "/uploads"}]
    odd = [*product(NAMES, ODD)]
    for number, (method, path) in enumerate(paths):
        for name, value in odd[number % 37 :: 37]:  # each path with a share of them
            filled = path.format(name="cancel", upload_id="x")
            status, text = request(visitor, method, filled, {**usual, name: value})
            assert status < 500, (method, path, name, value, text)


def test_a_lost_database_is_answered_without_its_path(portal: Portal) -> None:
    acme = portal.signed_in("acme")
    portal.database.unlink()
    for path in ("/orders", "/order?id=1004", "/uploads", "/order/way/cancel?id=1004"):
        page = acme.get(path)
        assert page.status == 503, path
        assert "Please try again in a moment" in page.text
        assert str(portal.database) not in page.text
