"""The lists: their filters, what they show, and how many queries they need."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import attrs
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from orderflow.adapters.sql import SqlOutbox
from orderflow.adapters.sql.django import DjangoTransactions
from orderflow.django_admin.models import Order as Row
from orderflow.django_admin.order_page import facts
from orderflow.reports import customer_waits_since
from tests.django_admin.host import flow
from tests.django_admin.staff import ANN, NOON, Staff, key, order_of, place, shop, superuser

pytestmark = pytest.mark.parametrize("_database", ["sqlite", "postgresql"], indirect=True)


def queries_of_orderflow(staff: Staff, query: str = "", of: str = "order") -> int:
    with CaptureQueriesContext(connection) as captured:
        assert staff.show(query, of).status_code == 200
    return sum("orderflow_" in each["sql"] for each in captured.captured_queries)


def text_of(answer: Any) -> str:  # noqa: ANN401 - a page of the test client
    text: str = answer.content.decode()
    return text


def test_orders_are_listed_newest_first_with_what_they_lack(staff: Staff) -> None:
    shop()
    place("B-1", ("MUG", 1), seller_id="bolt", at=NOON - timedelta(days=1))
    assert staff.listed() == ["B-1", "A-3", "A-2", "A-1"]
    answer = staff.show("seller=acme")
    rows = {row.order_id: (row.units, row.short_units) for row in answer.context["cl"].result_list}
    assert rows == {"A-3": (1, 1), "A-2": (3, 1), "A-1": (2, 0)}
    assert "On back order" in text_of(answer)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("status__exact=ON_BACK_ORDER", ["A-3", "A-2"]),
        ("status__exact=NONE", []),
        ("seller=acme", ["A-3", "A-2", "A-1"]),
        ("seller=acm", []),
        ("seller=%00", []),
        ("product=CUP", ["A-2"]),
        ("product=CUP&seller=bolt", []),
        ("q=A-", ["A-3", "A-2", "A-1"]),
        ("q=A-2", ["A-2"]),
        ("q=a-2", []),
        ("q=A%25", []),
        ("q=2", []),
        ("age=0", []),
        ("age=28", ["A-3", "A-2"]),
        ("age=0&age=28", ["A-3", "A-2"]),
        ("age=4", []),
        ("age=x", []),
        ("o=-6", ["A-3", "A-2", "A-1"]),
    ],
)
def test_orders_are_filtered(staff: Staff, query: str, found: list[str]) -> None:
    shop()
    assert staff.listed(query) == found


def test_the_age_is_how_long_an_order_waits(staff: Staff) -> None:
    now = datetime.now(UTC)
    for days in (0, 2, 5, 20, 40):
        place(f"{days} days", ("MUG", 1), at=now - timedelta(days=days))
    found = {band: staff.listed(f"age={band}") for band in ("0", "1", "3", "7", "28")}
    assert found == {
        "0": ["0 days"],
        "1": ["2 days"],
        "3": ["5 days"],
        "7": ["20 days"],
        "28": ["40 days"],
    }
    assert staff.listed("q=2 d") == ["2 days"]
    assert "20 d 0 h" in text_of(staff.show())


def test_the_wait_is_that_of_the_customer_as_in_reports(staff: Staff) -> None:
    """An order that was imported today waits since it was placed, or since its day."""
    now = datetime.now(UTC)
    acme = flow.seller("acme")
    acme.book_in(key("CUP"), 1, at=now)
    for order_id, sku, day in (
        ("imported", "MUG", None),
        ("day came", "MUG", 5),
        ("day first", "MUG", 60),
        ("allocated", "CUP", None),
    ):
        old = order_of(order_id, (sku, 1), at=now - timedelta(days=40))
        not_before = None if day is None else now - timedelta(days=day)
        acme.place(attrs.evolve(old, not_before=not_before), at=now)
    listed = staff.show().context["cl"].result_list
    assert {each.order_id: each.customer_waits_since for each in listed} == {
        each.order_id: customer_waits_since(each) for each in acme.orders()
    }
    found = {band: staff.listed(f"age={band}") for band in ("0", "3", "28")}
    assert found == {"0": [], "3": ["day came"], "28": ["imported", "day first"]}
    assert dict(facts(acme.order("day came")))["Waits since"] == now - timedelta(days=5)


def test_a_page_takes_two_queries_however_many_orders_there_are(staff: Staff) -> None:
    shop()
    few = [queries_of_orderflow(staff, query) for query in ("", "product=MUG", "q=A&age=28")]
    for number in range(120):
        place(f"A-{number:03}x", ("MUG", 1), ("CUP", 1), ("POT", 1))
    many = [queries_of_orderflow(staff, query) for query in ("", "product=MUG", "q=A&age=28")]
    assert few == many == [2, 2, 2]
    assert [queries_of_orderflow(staff, of=of) for of in ("stock", "message")] == [2, 2]


def test_no_list_shows_personal_data(staff: Staff) -> None:
    shop()
    shown = "".join(text_of(staff.show(of=of)) for of in ("order", "stock", "message"))
    assert "A-2" in shown
    assert ANN.name not in shown
    columns = {each.column for each in Row._meta.concrete_fields}  # noqa: SLF001 - Django's own name for it
    assert columns.isdisjoint({"ship_to", "custom_fields", "customer_reference", "holds"})


def test_times_are_those_that_were_stored(staff: Staff) -> None:
    moment = datetime(2026, 7, 2, 10, 30, 0, 120, tzinfo=UTC)
    place("A-1", ("MUG", 1), at=moment)
    row: Any = Row.objects.get(placed_at=moment)
    assert (row.placed_at, row.waits_since) == (moment, moment)
    assert row.pk == "acme\nA-1"
    assert "2026-07-02 11:30" in text_of(staff.show())  # in London


def test_stock_is_listed_with_a_link_to_what_waits_for_it(staff: Staff) -> None:
    shop()
    place("B-1", ("POT", 1))  # of which there is no record, only a lock
    answer = staff.show(of="stock")
    assert [row.sku for row in answer.context["cl"].result_list] == ["CUP", "MUG"]
    assert "?status__exact=ON_BACK_ORDER&amp;seller=acme&amp;product=MUG" in text_of(answer)
    assert [row.sku for row in staff.show("product=MUG", "stock").context["cl"].result_list] == [
        "MUG"
    ]


def test_a_dead_message_says_why(staff: Staff) -> None:
    shop()
    outbox = SqlOutbox(DjangoTransactions())
    claimed = outbox.claim(NOON, timedelta(minutes=5), limit=100)
    outbox.mark_failed(claimed[0], "550 no such user", None)
    answer = staff.show("is_dead__exact=1", "message")
    (row,) = answer.context["cl"].result_list
    assert (row.kind, row.attempts) == ("StockBookedIn", 1)
    page = staff.client.get(f"/admin/orderflow_admin/message/acme_0A{row.number}/change/")
    assert "550 no such user" in text_of(page)
    assert staff.client.get("/admin/orderflow_admin/message/acme_0Ax/change/").status_code == 302


def test_nothing_can_be_added_changed_or_deleted(staff: Staff) -> None:
    shop()
    boss = Staff(staff.client)
    boss.client.force_login(superuser("boss", ""))
    for of, name in (("order", "acme_0AA-1"), ("stock", "acme_0Aleeds_0AMUG")):
        pages = ("add", f"{name}/delete")
        statuses = [
            boss.client.post(f"/admin/orderflow_admin/{of}/{page}/").status_code for page in pages
        ]
        assert statuses == [403, 403]
    assert (
        boss.client.post("/admin/orderflow_admin/stock/acme_0Aleeds_0AMUG/change/").status_code
        == 403
    )
    assert len(flow.seller("acme").orders()) == 3
    assert flow.seller("acme").stock_of(key("MUG")).on_hand == 3


def test_each_list_needs_its_permission(staff: Staff) -> None:
    shop()
    nobody = Staff.with_permissions("split_order")
    assert [nobody.show(of=of).status_code for of in ("order", "stock", "message")] == [403] * 3
    assert nobody.open("A-1").status_code == 403
    staff.client.logout()
    assert staff.show().status_code == 302
