"""The page of an order: what it shows, and to whom."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from orderflow import HoldReason, Order, OrderLine
from orderflow.django_admin import order_page
from tests.django_admin.host import flow
from tests.django_admin.staff import ANN, NOON, Staff, address, messages, place, shop


def text_of(answer: Any) -> str:  # noqa: ANN401 - a page of the test client
    assert answer.status_code == 200
    text: str = answer.content.decode()
    return text


def test_it_shows_lines_history_and_why_the_order_waits(staff: Staff) -> None:
    shop()
    flow.seller("acme").hold("A-2", HoldReason.FRAUD_RISK, note="card <b>unknown</b>", at=NOON)
    page = staff.open("A-2")
    text = text_of(page)
    assert ANN.name in text  # the one place where it stands
    assert "card &lt;b&gt;unknown&lt;/b&gt;" in text
    assert "short of 1 of its 2 units of &#x27;MUG&#x27;" in text
    assert [row.title for row in page.context["history"]] == [
        "Placed",
        "Put on back order",
        "Held",
    ]
    assert page.context["history"][2].details == "fraud risk"


def test_it_links_the_parts_of_a_split_order(staff: Staff) -> None:
    shop()
    flow.seller("acme").split("A-2", at=NOON)
    assert address("A-2.1", "change") in text_of(staff.open("A-2"))
    assert address("A-2", "change") in text_of(staff.open("A-2.1"))


def test_a_long_history_comes_in_pages(staff: Staff) -> None:
    shop()
    acme = flow.seller("acme")
    for _ in range(order_page.EVENTS_MAX // 2):
        acme.hold("A-1", HoldReason.OTHER)
        acme.release_hold("A-1")
    first = staff.open("A-1")
    assert len(first.context["history"]) == order_page.EVENTS_MAX
    after = first.context["later_events"]
    later: Any = staff.client.get(address("A-1", "change"), {"after": after})
    assert [row.title for row in later.context["history"]][-1] == "Hold released"
    assert not later.context["later_events"]
    assert text_of(staff.client.get(address("A-1", "change"), {"after": "x"}))
    assert text_of(staff.client.get(address("A-1", "change"), {"after": "9" * 40}))


def test_a_long_order_is_shown_in_part(staff: Staff) -> None:
    place("A-4", *((f"SKU-{number}", 1) for number in range(order_page.LINES_MAX + 100)))
    page = staff.open("A-4")
    text = text_of(page)
    assert "100 further lines are not shown" in text
    assert "SKU-199" in text
    assert "SKU-200" not in text.partition("History")[0]
    assert page.context["why"] == ("300 lines are short: too many to explain each of them here.",)


def test_ids_of_any_characters_find_their_order(staff: Staff) -> None:
    name = 'A/2 "ü" ?a=1&b=%41#<i>_0A.'
    order = Order(
        order_id=name,
        seller_id="a/b c",
        warehouse_id="leeds",
        lines=(OrderLine("1", "MUG", 1),),
        placed_at=NOON,
    )
    flow.seller("a/b c").place(order)
    listed: Any = staff.show()
    assert listed.status_code == 200
    page = staff.open(name, "a/b c")
    assert page.context["order"].order_id == name
    held: Any = staff.client.get(address(name, "hold", "a/b c"))
    assert held.status_code == 200


def test_an_unknown_order_is_said_to_be_unknown(staff: Staff) -> None:
    shop()
    for page in ("change", "split"):
        answer: Any = staff.client.get(address("A-9", page), follow=True)
        assert messages(answer) == ["error: There is no order 'A-9'."]
    assert messages(staff.open("A-1", "bolt")) == ["error: There is no order 'A-1'."]
    wrong: Any = staff.client.get("/admin/orderflow_admin/order/A-1/change/", follow=True)
    assert messages(wrong) == ["error: There is no order 'A-1'."]
    assert staff.client.get(address("A-9", "history")).status_code == 302


def test_only_what_the_user_may_do_has_a_button(staff: Staff) -> None:
    shop()
    titles = [each.action.title for each, _ in staff_buttons(staff, "A-2")]
    assert titles == ["Split", "Replace a product", "Hold", "Release", "Cancel"]
    reasons = {each.action.name: each.reason for each, _ in staff_buttons(staff, "A-2")}
    assert reasons["split"] == ""
    assert reasons["release"].startswith("order 'A-2' is ON_BACK_ORDER: cannot release hold")
    reader = Staff.with_permissions("view_order", "hold_order")
    assert [each.action.name for each, _ in staff_buttons(reader, "A-2")] == ["hold"]


def test_an_order_at_the_warehouse_may_still_be_asked_back(staff: Staff) -> None:
    shop()
    flow.seller("acme").send_to_warehouse("A-1", at=NOON + timedelta(hours=1))
    possible = [each.action.name for each, _ in staff_buttons(staff, "A-1") if not each.reason]
    assert possible == ["cancel"]


def staff_buttons(staff: Staff, order_id: str) -> Any:  # noqa: ANN401 - from a context
    page = staff.open(order_id)
    return page.context["buttons"]
