"""The actions: details, a preview, a confirmation; or a refusal that changes nothing."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.db import connections
from django.test import Client

from orderflow import HoldReason, Replacement, ReplacementList, Status
from orderflow.django_admin import order_actions, order_changes
from orderflow.django_admin.order_actions import ORDER_ACTIONS
from tests.django_admin.host import flow
from tests.django_admin.staff import NOON, Staff, address, key, messages, place, shop

DETAILS: dict[str, dict[str, object]] = {
    "split": {},
    "replace": {"line": "1", "sku": "CUP", "units": 1, "per": 1},
    "hold": {"reason": "OTHER"},
    "release": {},
    "cancel": {},
}
HELD = "release"


@pytest.fixture(autouse=True)
def _shop(staff: Staff) -> None:  # noqa: ARG001 - it empties the tables first
    shop()


def prepare(action: str) -> None:
    if action == HELD:
        flow.seller("acme").hold("A-2", HoldReason.ADDRESS, at=NOON)


def state() -> object:
    acme = flow.seller("acme")
    return acme.orders(), acme.stock(), len(acme.events())


def test_a_split_is_previewed_and_done(staff: Staff) -> None:
    before = state()
    shown = staff.send("A-2", "split", step="preview", new_order_id="A-2/now")
    changes = shown.context["changes"]
    assert changes.own.order.status == "ON_BACK_ORDER"
    assert [each.order.order_id for each in changes.others] == ["A-2/now"]
    assert state() == before
    (message,) = staff.do("A-2", "split", new_order_id="A-2/now")
    assert message == (
        "success: Order A-2: Split (1 of line 1, 1 of line 2 to A-2/now). "
        "Order A-2/now: Split off (1 MUG, 1 CUP)."
    )
    assert flow.seller("acme").order("A-2/now").status is Status.ALLOCATED


def test_a_split_may_name_the_units(staff: Staff) -> None:
    staff.do("A-1", "split", units_0=1)
    assert flow.seller("acme").order("A-1.1").units == 1


@pytest.mark.parametrize("numbers", [{"units_0": 0}, {"units_0": 0, "units_1": 0}])
def test_a_split_of_no_unit_is_refused(staff: Staff, numbers: dict[str, int]) -> None:
    before = state()
    shown = staff.send("A-2", "split", step="preview", **numbers)
    assert "Enter at least one unit" in shown.content.decode()
    assert "changes" not in shown.context
    staff.send("A-2", "split", step="confirm", **numbers)
    assert state() == before
    staff.do("A-2", "split", units_0=0, units_1=1)
    assert flow.seller("acme").order("A-2.1").units == 1


def test_a_cancellation_shows_who_gets_the_units(staff: Staff) -> None:
    shown = staff.send("A-1", "cancel", step="preview", reason="asked for")
    changes = shown.context["changes"]
    assert [each.order.order_id for each in changes.others] == ["A-2", "A-3"]
    assert "What happens" in shown.content.decode()
    (message,) = staff.do("A-1", "cancel", reason="asked for")
    assert message == (
        "success: Order A-1: Cancelled (asked for). "
        "Order A-2: Allocated (1 of line 1). Order A-3: Allocated (1 of line 1)."
    )
    assert {each.status for each in flow.seller("acme").orders()[1:]} == {Status.ALLOCATED}


def test_the_warehouse_is_asked_to_cancel_what_it_has(staff: Staff) -> None:
    flow.seller("acme").send_to_warehouse("A-1")
    staff.do("A-1", "cancel", reason="asked for")
    assert flow.seller("acme").order("A-1").status is Status.CANCELLATION_REQUESTED


def test_a_hold_ends_when_the_user_s_clock_says(staff: Staff) -> None:
    staff.do(
        "A-2", "hold", reason="FRAUD_RISK", until="2199-07-02T12:00", note="card", deallocate="on"
    )
    (hold,) = flow.seller("acme").order("A-2").holds
    assert (hold.reason, hold.note) == (HoldReason.FRAUD_RISK, "card")
    assert hold.until == datetime(2199, 7, 2, 11, tzinfo=UTC)  # noon in London
    assert flow.seller("acme").order("A-2").allocated == 0


def test_one_hold_or_all_are_released(staff: Staff) -> None:
    acme = flow.seller("acme")
    for reason in (HoldReason.ADDRESS, HoldReason.FRAUD_RISK, HoldReason.OTHER):
        acme.hold("A-2", reason)
    staff.do("A-2", "release", reason="ADDRESS")
    assert len(acme.order("A-2").holds) == 2
    staff.do("A-2", "release")
    assert acme.order("A-2").status is Status.ON_BACK_ORDER


def test_a_product_is_replaced(staff: Staff) -> None:
    details = {"line": "1", "sku": "CUP", "units": 2, "per": 1, "reason": "sold out"}
    shown = staff.send("A-2", "replace", step="preview", **details)
    assert "MUG → <strong>CUP</strong>" in shown.content.decode()
    staff.do("A-2", "replace", **details)
    order = flow.seller("acme").order("A-2")
    assert (order.status, order.line("1").sku, order.line("1").quantity) == ("ALLOCATED", "CUP", 4)


def test_an_unknown_product_is_warned_of(staff: Staff) -> None:
    shown = staff.send("A-2", "replace", **{**DETAILS["replace"], "sku": "CUPP"}, step="preview")
    assert "acme has no stock record of CUPP in leeds" in shown.content.decode()


@pytest.mark.parametrize("action", DETAILS)
def test_an_order_that_has_changed_since_the_preview_is_left_alone(
    staff: Staff, action: str
) -> None:
    prepare(action)
    confirmed = staff.preview("A-2", action, **DETAILS[action])
    flow.seller("acme").hold("A-2", HoldReason.OTHER)
    before = state()
    assert messages(staff.send("A-2", action, **confirmed)) == [
        "error: Order A-2 has changed since the preview. Nothing was done."
    ]
    assert state() == before


def test_details_that_no_longer_fit_are_of_an_order_that_has_changed(staff: Staff) -> None:
    confirmed = staff.preview("A-2", "replace", line="2", sku="MUG", units=1, per=1)
    staff.do("A-2", "replace", line="1", sku="CUP", units=1, per=1)
    flow.seller("acme").remove_short_lines("A-2") if flow.seller("acme").order(
        "A-2"
    ).short else None
    assert messages(staff.send("A-2", "replace", **{**confirmed, "line": "9"})) == [
        "error: Order A-2 has changed since the preview. Nothing was done."
    ]


@pytest.mark.parametrize("is_atomic", [False, True])
@pytest.mark.parametrize(
    ("action", "details"),
    [
        *DETAILS.items(),
        ("split", {"units_1": 1}),  # all of the line, which is gone then
        ("split", {"units_0": 1}),
        ("replace", {"line": "2", "sku": "MUG", "units": 1, "per": 1}),
        ("release", {"reason": "ADDRESS"}),  # and FRAUD_RISK stays
        ("cancel at the warehouse", {}),
    ],
)
def test_a_second_click_tells_what_the_first_has_done(
    staff: Staff,
    monkeypatch: pytest.MonkeyPatch,
    action: str,
    details: dict[str, object],
    is_atomic: bool,  # noqa: FBT001 - a parameter of a test
) -> None:
    default = {**connections.settings["default"], "ATOMIC_REQUESTS": is_atomic}
    monkeypatch.setitem(connections.settings, "default", default)
    acme = flow.seller("acme")
    prepare(action)
    if details.get("reason") == "ADDRESS":
        acme.hold("A-2", HoldReason.FRAUD_RISK, at=NOON)
    action, _, is_sent = action.partition(" ")
    order_id = "A-1" if is_sent else "A-2"
    if is_sent:
        acme.send_to_warehouse("A-1", at=NOON)
    confirmed = staff.preview(order_id, action, **details)
    first = messages(staff.send(order_id, action, **confirmed))
    after = state()
    entries = LogEntry.objects.count()
    assert messages(staff.send(order_id, action, **confirmed)) == first
    assert first[0].startswith(f"success: Order {order_id}: ")
    assert (state(), LogEntry.objects.count()) == (after, entries)


@pytest.mark.parametrize(
    ("order_id", "action", "details"),
    [
        ("A-1", "split", {"units_0": 1}),
        ("A-1", "split", {"units_0": 1, "version": 1}),
        ("A-2", "cancel", {}),
        ("A-2", "split", {"units_0": 1}),
    ],
)
def test_the_preview_of_another_command_confirms_nothing(
    staff: Staff, order_id: str, action: str, details: dict[str, object]
) -> None:
    confirmed = staff.preview("A-2", "split", units_1=1)
    staff.send("A-2", "split", **confirmed)
    before, entries = state(), LogEntry.objects.count()
    version = flow.seller("acme").order(order_id).version
    sent = {**confirmed, "version": version, **details}
    (message,) = messages(staff.send(order_id, action, **sent))
    assert message.startswith("error: Nothing was done: command id ")
    assert "was used for another command" in message
    assert (state(), LogEntry.objects.count()) == (before, entries)


def test_a_message_names_the_order_as_it_is_written(staff: Staff) -> None:
    for order_id in ("web-1", "Web-1", "WEB-1"):
        place(order_id, ("CUP", 1))
    confirmed = staff.preview("web-1", "cancel")
    page = staff.send("web-1", "cancel", **confirmed).content.decode()
    assert ">Order web-1: Cancelled." in page


@pytest.mark.parametrize("action", DETAILS)
def test_each_action_needs_its_permission_at_every_step(staff: Staff, action: str) -> None:
    prepare(action)
    confirmed = staff.preview("A-2", action, **DETAILS[action])
    before = state()
    others = [f"{each.name}_order" for each in ORDER_ACTIONS if each.name != action]
    for given in (("view_order", *others), (f"{action}_order",)):
        user = Staff.with_permissions(*given)
        assert user.client.get(address("A-2", action)).status_code == 403
        assert user.send("A-2", action, **confirmed).status_code == 403
    stranger = Staff(Client())
    assert stranger.client.post(address("A-2", action), confirmed).status_code == 302
    assert state() == before


def test_a_form_of_another_site_is_refused(staff: Staff) -> None:
    confirmed = staff.preview("A-2", "cancel")
    before = state()
    other = Staff.with_permissions(check_csrf=True)
    assert other.send("A-2", "cancel", **confirmed).status_code == 403
    assert state() == before


@pytest.mark.parametrize(
    ("order_id", "action", "details", "reason"),
    [
        ("A-3", "split", {}, "none of its units is allocated"),
        ("A-1", "split", {}, "A-1"),
        ("A-1", "release", {}, "cannot release hold"),
        ("A-2", "hold", {"reason": "OTHER", "until": "2001-01-01T00:00"}, "not put on hold"),
        ("A-2", "hold", {"reason": "OTHER", "note": "a\x1bb"}, "Hold.note must be"),
        ("A-2", "split", {"new_order_id": "A-1"}, "A-1"),
        (
            "A-2",
            "replace",
            {**DETAILS["replace"], "units": 10**12},
            "at most 1,000,000,000,000 are allowed",
        ),
        ("A-2", "replace", {**DETAILS["replace"], "sku": "a\x07b"}, "sku must be"),
    ],
)
def test_a_refusal_says_why_and_changes_nothing(
    staff: Staff, order_id: str, action: str, details: dict[str, object], reason: str
) -> None:
    before = state()
    previewed = staff.send(order_id, action, step="preview", **details)
    assert reason in str(previewed.context["form"].non_field_errors())
    version = flow.seller("acme").order(order_id).version
    sent = {**details, "version": version, "command_id": "x", "step": "confirm"}
    (message,) = messages(staff.send(order_id, action, **sent))
    assert message.startswith("error: ")
    assert reason in message
    assert state() == before


@pytest.mark.parametrize(
    "sent",
    [
        {"step": "confirm"},
        {"step": "confirm", "version": "x", "command_id": "x"},
        {"step": "confirm", "version": 1, "command_id": "x" * 200},
        {"step": "confirm", "version": 1, "command_id": "\x1b"},
        {"step": "confirm", "version": 99, "command_id": "x"},
        {"step": "confirm", "version": 1, "command_id": "x", "units_0": "many"},
        {"step": "preview", "units_0": -1},
        {"step": "preview", "units_0": 10**30},
        {"step": "preview", "new_order_id": "x" * 200},
        {"step": "edit"},
        {"step": "drop"},
        {},
    ],
)
def test_what_no_page_would_send_does_nothing(staff: Staff, sent: dict[str, object]) -> None:
    before = state()
    assert staff.send("A-2", "split", **sent).status_code == 200
    assert state() == before


def test_an_impossible_action_is_refused_before_its_details_are_asked_for(staff: Staff) -> None:
    answer: Any = staff.client.get(address("A-2", "release"), follow=True)
    (message,) = messages(answer)
    assert "cannot release hold" in message


def test_what_was_done_is_logged_with_the_user(staff: Staff) -> None:
    before = LogEntry.objects.count()
    staff.do("A-2", "cancel", reason="Ann Lovelace called")
    entry = LogEntry.objects.latest("action_time")
    assert LogEntry.objects.count() == before + 1
    assert (entry.get_change_message(), entry.object_repr) == ("Cancel", "A-2 of acme")
    page: Any = staff.client.get(address("A-2", "history"))
    assert "Cancel" in page.content.decode()


def test_the_details_name_what_the_catalogue_offers(staff: Staff) -> None:
    answer: Any = staff.client.get(address("A-2", "replace"))
    assert [value for value, _ in answer.context["form"].fields["line"].choices] == ["1", "2"]
    assert key("MUG").sku in answer.content.decode()


@pytest.mark.parametrize("action", ["split", "replace"])
def test_a_form_says_how_many_lines_it_does_not_list(staff: Staff, action: str) -> None:
    flow.seller("acme").book_in(key("SKU-0"), 2, at=NOON)
    place("A-4", *((f"SKU-{number}", 1) for number in range(order_actions.LINES_MAX + 7)))
    text = "7 further lines are not listed. Use the command line or the API for them."
    assert text in staff.client.get(address("A-4", action)).content.decode()
    place("A-5", *((f"SKU-{number}", 1) for number in range(order_actions.LINES_MAX)))
    assert "not listed" not in staff.client.get(address("A-5", action)).content.decode()


def test_a_preview_says_how_many_products_it_does_not_show(staff: Staff) -> None:
    skus = [f"SKU-{number}" for number in range(order_changes.STOCK_MAX + 3)]
    for sku in skus:
        flow.seller("acme").book_in(key(sku), 1, at=NOON)
    place("A-4", *((sku, 1) for sku in skus))
    page = staff.send("A-4", "cancel", step="preview").content.decode()
    assert "3 further products are not shown" in page


def test_the_details_say_how_many_offers_they_do_not_name(
    staff: Staff, monkeypatch: pytest.MonkeyPatch
) -> None:
    skus = [f"CUP-{number}" for number in range(order_actions.OFFERS_MAX + 2)]
    catalogue = ReplacementList([Replacement(sku, "MUG") for sku in skus])
    monkeypatch.setattr(flow, "_catalogue", catalogue)
    for sku in skus:
        flow.seller("acme").book_in(key(sku), 9, at=NOON)
    page = staff.client.get(address("A-2", "replace")).content.decode()
    assert "CUP-19 for line 1, 9 available; and 2 more." in page
