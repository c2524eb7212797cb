"""What can be promised, who gets what of a receipt, and what if receipts change."""

from __future__ import annotations

import pytest

from tests.cli.shop import Shop, shop

__all__ = ["shop"]


@pytest.fixture
def waiting(shop: Shop) -> Shop:
    """A shop where B-1 and B-2 wait for mugs, and two receipts are announced."""
    shop.do("place", "B-1", "MUG=4")
    shop.do("place", "B-2", "MUG=3", "--promised-by", "2999-01-06")
    shop.do("announce", "R-1", "MUG", 4, "2999-01-02")
    shop.do("announce", "R-2", "MUG", 4, "2999-01-05")
    return shop


def test_what_is_available_to_promise_is_shown(waiting: Shop) -> None:
    printed = waiting.do("available-to-promise", "MUG", "2999-01-05")
    assert printed == "3 units of MUG by 2999-01-05 00:00 UTC"
    answer = waiting.ask("available-to-promise", "MUG", "2999-01-02")
    assert answer == {"sku": "MUG", "by": "2999-01-02T00:00:00+00:00", "units": 0}


def test_a_time_that_has_passed_is_refused(waiting: Shop) -> None:
    assert "'TIME': must be" in waiting.wrong("available-to-promise", "MUG", "2020-01-05")


def test_a_basket_is_promised_with_the_receipts_that_it_rests_on(waiting: Shop) -> None:
    printed = waiting.do("promise", "MUG=2")
    assert "All of it by 2999-01-05 00:00 UTC, from:" in printed
    assert "R-1 MUG 4 2999-01-02 00:00 R-2 MUG 4 2999-01-05 00:00" in printed
    promise = waiting.ask("promise", "MUG=2")["promise"]
    assert promise["expected_at"] == "2999-01-05T00:00:00+00:00"
    assert [receipt["receipt_id"] for receipt in promise["receipts"]] == ["R-1", "R-2"]
    assert "No promise: too few units" in waiting.do("promise", "MUG=9")
    assert waiting.ask("promise", "MUG=9") == {"promise": None}
    waiting.do("book-in", "PAN", 1)
    assert waiting.do("promise", "PAN=1") == "Everything is available now."
    assert "such as" not in waiting.wrong("promise", "CUP")


def test_an_unknown_product_is_refused(waiting: Shop) -> None:
    assert "there is no product 'MUGG'" in waiting.refused("promise", "MUGG=1", "MUG=1")
    arguments = ("available-to-promise", "MUGG", "2999-01-05")
    assert "there is no product 'MUGG'" in waiting.refused(*arguments)


def test_a_receipt_lists_the_orders_that_get_units_of_it(waiting: Shop) -> None:
    printed = waiting.do("receipts", "R-1")
    assert "B-1 2 yes 0 B-2 2 1" in printed
    assert "4 units of MUG at 2999-01-02 00:00 UTC; 2 orders served, 1 completed, 0 units left" in (
        printed
    )
    answer = waiting.ask("receipts", "R-2", "--limit", 1)
    assert (answer["left"], answer["completed"], answer["more"]) == (3, 1, False)
    assert answer["receipt"]["receipt_id"] == "R-2"
    assert answer["served"] == [
        {"order_id": "B-2", "units": 1, "is_completed": True, "short": 0},
    ]
    lines = waiting.run("receipts", "R-2", "--csv").stdout.split()
    assert lines == ["order_id,units,is_completed,short", "B-2,1,True,0"]


def test_a_receipt_that_is_not_expected_here_is_refused(waiting: Shop) -> None:
    assert "expects no receipt 'R-9'" in waiting.refused("receipts", "R-9")
    told = waiting.wrong("receipts", "R-1", "--warehouse", "york")
    assert "'--warehouse': receipt 'R-1' is expected in 'leeds'" in told
    told = waiting.wrong("receipts", "R-1", "--sku", "MUG")
    assert "'--sku': omit it with RECEIPT" in told


def test_dates_that_move_are_listed_and_nothing_is_saved(waiting: Shop) -> None:
    before = waiting.everything()
    printed = waiting.do("what-if", "--slip", "R-1=3d", "--short", "R-2=2")
    assert "B-1 2999-01-02 00:00 2999-01-05 00:00 later" in printed
    (move,) = waiting.ask("what-if", "--slip", "R-2=36h")["moves"]
    assert move == {
        "order_id": "B-2",
        "warehouse_id": "leeds",
        "before": "2999-01-05T00:00:00+00:00",
        "after": "2999-01-06T12:00:00+00:00",
        "direction": "later",
        "promised_by": "2999-01-06T00:00:00+00:00",
    }
    for change in ("--over R-1=1", "--add MUG=1@2999-01-02", "--slip R-2=-3"):
        (move,) = waiting.ask("what-if", *change.split())["moves"]
        assert (move["order_id"], move["after"][:10]) == ("B-2", "2999-01-02")
        assert move["direction"] == "earlier"
    (move,) = waiting.ask("what-if", "--short", "R-2=4")["moves"]
    assert move["after"] is None
    unknown = ("what-if", "--slip", "R-1=0.5", "--warehouse", "york")
    assert "in warehouse 'york'; known: 'leeds'" in waiting.refused(*unknown)
    both = ("--short", "R-1=4", "--over", "R-1=5")
    assert waiting.ask("what-if", *both) == waiting.ask("what-if", "--over", "R-1=1")
    assert waiting.everything() == before


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("", "name at least one of --slip, --short, --over and --add"),
        ("--slip R-1", "'--slip': 'R-1' is not a pair: try R-1=3d"),
        ("--slip R-1=soon", "'--slip': 'soon' is not a time: try 3d, 12h or -1d"),
        ("--slip R-1=99999d", "'--slip': later must be"),
        ("--slip R-1=36000d", "'--slip': later must be a time after which receipt 'R-1'"),
        ("--short R-1=x", "'--short': 'x' is not a number of units"),
        ("--short R-1=5", "'--short': must be a number that leaves 0 to"),
        ("--short R-1=9999999999999", "'--short': must be a whole number"),
        ("--over R-1=9999999999999", "'--over': must be a whole number"),
        ("--over R-1=1000000000000", "'--over': must be a number that leaves 0 to"),
        ("--add MUG=5", "'--add': 'MUG=5' is not a receipt: try MUG=40@2026-12-01T09:00"),
        ("--add MUG@2026-12-01", "'--add': 'MUG' is not a pair"),
        ("--add MUG=5@never", "'--add': 'MUG=5@never' is not a receipt"),
        (f"--add {'M' * 129}=1@2026-12-01", "'--add': sku must be a text of 1 to 128"),
        ("--add MUG=0@2026-12-01", "'--add': quantity must be"),
    ],
)
def test_a_change_that_makes_no_sense_names_its_option(
    waiting: Shop, arguments: str, message: str
) -> None:
    assert message in waiting.wrong("what-if", *arguments.split())


def test_a_change_of_a_receipt_that_is_not_expected_is_refused(waiting: Shop) -> None:
    assert "expects no receipt 'R-9'" in waiting.refused("what-if", "--slip", "R-9=1d")
