"""The ways out of a back order, each as its seller takes it."""

from __future__ import annotations

import json

import pytest

from tests.cli.runner import flat
from tests.cli.shop import Shop, shop

__all__ = ["shop"]


def test_the_order_is_cancelled(shop: Shop) -> None:
    assert "A-1 is CANCELLED" in shop.do("cancel", "A-1")


def test_the_short_line_is_removed(shop: Shop) -> None:
    assert "A-1 is ALLOCATED" in shop.do("remove", "A-1")
    assert shop.lines("A-1") == {"1": ("MUG", 3, 3)}


def test_a_line_that_is_named_is_removed_instead(shop: Shop) -> None:
    shop.do("remove", "A-1", 1)
    assert shop.lines("A-1") == {"2": ("CUP", 2, 0)}


def test_nothing_is_removed_if_nothing_is_short(shop: Shop) -> None:
    shop.do("place", "A-2", "MUG=1")
    assert "none of its lines is short; name the lines" in shop.refused("remove", "A-2")
    assert "cancel the order instead" in shop.refused("remove", "A-2", 1)


def test_the_short_line_is_replaced_by_a_product_in_stock(shop: Shop) -> None:
    shop.do("replace", "A-1", 2, "MUG", "--reason", "same glaze")
    assert shop.status("A-1") == "ALLOCATED"
    assert shop.lines("A-1")["2"] == ("MUG", 2, 2)


def test_two_units_may_replace_one(shop: Shop) -> None:
    shop.do("count", "TEA", 9)
    shop.do("replace", "A-1", 2, "TEA", "--units", 3, "--per", 2)
    assert shop.lines("A-1")["2"] == ("TEA", 3, 3)
    assert "cannot be replaced 2 at a time" in shop.refused("replace", "A-1", 2, "MUG", "--per", 2)


def test_a_line_may_be_named_by_its_product(shop: Shop) -> None:
    shop.do("edit", "A-1", "--quantity", "MUG=2", "--replace", "CUP=TEA")
    assert shop.lines("A-1") == {"1": ("MUG", 2, 2), "2": ("TEA", 2, 0)}
    shop.do("replace", "A-1", "TEA", "MUG")
    assert shop.lines("A-1")["2"] == ("MUG", 2, 2)
    assert "'LINE': order 'A-1' has 'MUG' on lines 1, 2; name one" in shop.wrong(
        "remove", "A-1", "MUG"
    )
    shop.do("edit", "A-1", "--add", "CUP=1")
    shop.do("remove", "A-1", "CUP")
    assert set(shop.lines("A-1")) == {"1", "2"}
    assert "has no line 'POT'; its lines are 1 (MUG), 2 (MUG)" in shop.refused(
        "remove", "A-1", "POT"
    )


def test_the_id_of_a_line_comes_before_a_product_of_the_same_name(shop: Shop) -> None:
    shop.do("place", "A-2", "2=1", "1=1")
    shop.do("remove", "A-2", "2")
    assert shop.lines("A-2") == {"1": ("2", 1, 0)}


def test_an_edit_that_names_a_product_takes_effect_once(shop: Shop) -> None:
    command = ("replace", "A-1", "CUP", "TEA", "--command-id", "c-1")
    first = shop.ask(*command)
    shop.do("edit", "A-1", "--add", "CUP=1")
    there = shop.everything()
    assert shop.ask(*command) == first
    assert shop.everything() == there
    other = ("replace", "A-1", "MUG", "TEA", "--command-id", "c-1")
    assert "was used for another command" in shop.refused(*other)


def test_chosen_units_of_an_allocated_order_are_split_off(shop: Shop) -> None:
    shop.do("book-in", "MUG", "9")
    shop.do("place", "B", "MUG=6")
    assert "name those to split off" in shop.refused("split", "B")
    split = shop.ask("split", "B", "--units", "1=4")["outcome"]
    assert [(each["order_id"], each["status"]) for each in split["orders"]] == [
        ("B", "ALLOCATED"),
        ("B.1", "ALLOCATED"),
    ]
    assert "3 units of line '1' cannot be split off" in shop.refused("split", "B", "--units", "1=3")


@pytest.fixture(name="parts")
def _parts(shop: Shop) -> Shop:
    """Order B was split, and its part B.1 too."""
    shop.do("book-in", "MUG", "9")
    shop.do("place", "B", "MUG=6")
    shop.do("split", "B", "--units", "1=2")
    shop.do("split", "B.1", "--units", "1=1")
    return shop


def test_the_parts_of_an_order_know_each_other(parts: Shop) -> None:
    assert "other parts: B.1 ALLOCATED, B.1.1 ALLOCATED" in parts.do("show", "B")
    assert "other parts: B ALLOCATED, B.1 ALLOCATED" in parts.do("show", "B.1.1")
    shown = parts.ask("show", "B.1")
    assert [each["order_id"] for each in shown["other_parts"]] == ["B", "B.1.1"]
    assert not shown["more_parts"]
    assert "other parts: B ALLOCATED" in flat(parts.run("events", "B.1").stderr)
    assert parts.ask("show", "A-1")["other_parts"] == []


def test_the_events_of_an_order_come_with_its_other_parts(parts: Shop) -> None:
    found = parts.ask("events", "B.1")
    assert [(each["order_id"], each["status"]) for each in found["other_parts"]] == [
        ("B", "ALLOCATED"),
        ("B.1.1", "ALLOCATED"),
    ]
    assert not found["more_parts"]
    assert parts.ask("events", "A-1")["other_parts"] == []
    assert "other_parts" not in parts.ask("events")
    assert "other" not in parts.do("events", "B.1", "--csv")


def test_a_cancellation_names_the_other_parts(parts: Shop) -> None:
    said = parts.do("cancel", "B.1")
    assert "other parts: B ALLOCATED, B.1.1 ALLOCATED; --all-parts cancels them too" in said
    assert parts.ask("cancel", "B")["other_parts"][0]["status"] == "CANCELLED"
    assert "other parts" not in parts.do("cancel", "A-1", "--dry-run")
    assert parts.ask("cancel", "A-1")["other_parts"] == []


def test_all_parts_are_cancelled_that_can_be(parts: Shop) -> None:
    parts.do("send", "B.1")
    found = parts.ask("cancel", "B.1.1", "--all-parts", "--command-id", "c")
    assert found["saved"]
    assert [(each["order_id"], each["status"]) for each in found["orders"]] == [
        ("B", "CANCELLED"),
        ("B.1.1", "CANCELLED"),
        ("B.1", "CANCELLATION_REQUESTED"),
    ]
    assert parts.ask("cancel", "B", "--all-parts", "--command-id", "c") == found
    parts.do("accept-cancellation", "B.1")
    assert parts.ask("cancel", "B", "--all-parts") == {"saved": True, "orders": []}
    assert "Every part is already cancelled." in parts.run("cancel", "B", "--all-parts").stderr


def test_a_part_that_has_left_is_named_and_the_others_are_cancelled(parts: Shop) -> None:
    parts.do("send", "B.1")
    parts.do("despatch", "B.1")
    result = parts.run("cancel", "B", "--all-parts", "--json")
    rows = json.loads(result.stdout)["orders"]
    assert result.exit_code == 1
    assert [(each["order_id"], each["status"]) for each in rows] == [
        ("B", "CANCELLED"),
        ("B.1.1", "CANCELLED"),
        ("B.1", "DESPATCHED"),
    ]
    assert "'B.1' is DESPATCHED: cannot cancel" in rows[-1]["refused"]


def test_a_cancellation_of_all_parts_can_be_previewed(parts: Shop) -> None:
    there = parts.everything()
    said = parts.run("cancel", "B", "--all-parts", "--dry-run")
    assert "B.1.1 CANCELLED" in flat(said.stdout)
    assert "nothing was saved" in said.stderr
    assert parts.everything() == there


def test_one_version_is_not_for_all_parts(parts: Shop) -> None:
    result = parts.run("cancel", "B", "--all-parts", "--expected-version", "1")
    assert (result.exit_code, "not for --all-parts" in flat(result.stderr)) == (2, True)


def test_allocated_units_are_split_off(shop: Shop) -> None:
    split = shop.ask("split", "A-1")["outcome"]
    assert [order["order_id"] for order in split["orders"]] == ["A-1", "A-1.1"]
    assert shop.status("A-1.1") == "ALLOCATED"
    assert shop.lines("A-1") == {"2": ("CUP", 2, 0)}
    assert "split from A-1" in shop.do("show", "A-1.1")


def test_the_new_order_gets_the_id_that_is_asked_for(shop: Shop) -> None:
    assert "already has an order 'A-1'" in shop.refused("split", "A-1", "A-1")
    shop.do("split", "A-1", "A-1/now")
    assert shop.status("A-1/now") == "ALLOCATED"
    assert "was not split" in shop.refused("split", "A-1")


def test_stock_is_sent_and_the_order_is_allocated_automatically(shop: Shop) -> None:
    shop.do("announce", "R-1", "CUP", 10, "2026-03-09")
    booked_in = shop.do("book-in", "CUP", 10, "--receipt", "R-1")
    assert "Other orders that changed: 1" in booked_in
    assert shop.status("A-1") == "ALLOCATED"
    assert shop.ask("receipts")["receipts"] == []


def test_a_preview_is_shown_and_nothing_is_saved(shop: Shop) -> None:
    before = shop.everything()
    for command in ("cancel A-1", "remove A-1", "split A-1", "replace A-1 2 MUG", "book-in CUP 2"):
        result = shop.run(*command.split(), "--dry-run")
        assert result.exit_code == 0
        assert "nothing was saved" in result.stderr
        answer = shop.ask(*command.split(), "--dry-run")
        assert answer["saved"] is False
        assert answer["outcome"]["orders"] != []
    assert shop.everything() == before


def test_a_sent_order_allows_only_a_cancellation_request(shop: Shop) -> None:
    shop.do("remove", "A-1")
    shop.do("send", "A-1")
    message = shop.refused("cancel", "A-1")
    assert "allowed now: request cancellation, report short pick, despatch" in message
    shop.do("request-cancellation", "A-1", "--reason", "too late")
    assert shop.status("A-1") == "CANCELLATION_REQUESTED"


def test_the_short_part_is_chosen_for_one_order(shop: Shop) -> None:
    shop.do("place", "B", "CUP=1", "--short-part", "hold")
    assert "held: SHORT" in shop.do("show", "B")
    assert "short part: HOLD" in shop.do("show", "B")
    shop.do("release-hold", "B")
    assert shop.ask("show", "B")["short_part"] == "WAIT"
    shop.do("edit", "B", "--no-short-part")
    assert shop.ask("show", "B")["short_part"] is None
    shop.do("edit", "B", "--short-part", "cancel_order")
    assert shop.status("B") == "CANCELLED"
    details = [each["details"] for each in shop.ask("events", "B")["events"]]
    assert "short part of the policy" in details
    assert "short part cancel order" in details


def test_the_short_units_are_cancelled(shop: Shop) -> None:
    assert "A-1 is ALLOCATED" in shop.do("edit", "A-1", "--short-part", "CANCEL_SHORT")
    assert shop.lines("A-1") == {"1": ("MUG", 3, 3)}
    assert "ShortUnitsCancelled 2 of line 2: short part" in [
        f"{each['event']} {each['details']}" for each in shop.ask("events", "A-1")["events"]
    ]


def test_the_short_part_is_chosen_for_a_seller(shop: Shop) -> None:
    assert "short part CANCEL_ORDER" in shop.do(
        "change-policy", "acme", "--short-part", "CANCEL_ORDER"
    )
    shop.do("place", "B", "CUP=1")
    assert (shop.status("A-1"), shop.status("B")) == ("ON_BACK_ORDER", "CANCELLED")
    said = shop.wrong(
        "change-policy", "acme", "--short-part", "CANCEL_ORDER", "--rationing", "FAIR_SHARE"
    )
    assert "because a share is a part" in said
