"""Sets of lines that leave together: no split divides them, but what has left has left."""

from __future__ import annotations

from typing import Any

import pytest

from orderflow import AllocationPolicy, Fulfilment, OrderLine, SplitRefusedError, in_words
from orderflow.edits import AddLine, ChangeQuantity, RemoveLine, ReplaceLine
from tests.unit.shop import Shop, kinds, shop_with

SPLIT = AllocationPolicy(fulfilment=Fulfilment.SPLIT)
WHOLE = AllocationPolicy(fulfilment=Fulfilment.WHOLE_LINES)
PARCELS = AllocationPolicy(fulfilment=Fulfilment.PARCELS, parcels_max=2)

SUITE = (
    OrderLine("1", "TABLE", 1, set_id="suite"),
    OrderLine("2", "LEG", 4, set_id="suite"),
    OrderLine("3", "MUG", 2),
)


def furnished(policy: AllocationPolicy | None = None, /, **units: int) -> Shop:
    """Open a shop with so many units, and place an order A for a table with its legs and mugs."""
    shop = shop_with(policy, **units)
    shop.take("A", lines=SUITE)
    return shop


def parts(shop: Shop) -> dict[str, list[tuple[str, int]]]:
    """Return the lines of each order: their ids and units."""
    return {
        each.order_id: [(line.line_id, line.quantity) for line in each.lines]
        for each in shop.orders()
    }


@pytest.mark.parametrize("policy", [SPLIT, WHOLE, PARCELS], ids=["units", "lines", "parcels"])
def test_a_set_waits_until_all_its_lines_are_covered(policy: AllocationPolicy) -> None:
    shop = furnished(policy, TABLE=1, LEG=3)
    assert (parts(shop), shop.held("A")) == (
        {"A": [("1", 1), ("2", 4), ("3", 2)]},
        (1, 3, 0),
    )
    shop.receive("LEG", 1)
    assert parts(shop) == {"A": [("3", 2)], "A.1": [("1", 1), ("2", 4)]}
    assert {line.set_id for line in shop.order("A.1").lines} == {"suite"}


def test_other_lines_do_not_wait_for_a_set() -> None:
    shop = furnished(SPLIT, TABLE=1, MUG=1)
    assert parts(shop) == {"A": [("1", 1), ("2", 4), ("3", 1)], "A.1": [("3", 1)]}
    assert shop.held("A") == (1, 0, 0)


def test_a_line_can_be_a_set_of_its_own() -> None:
    shop = shop_with(SPLIT, MUG=5, PAN=1)
    shop.take("A", lines=(OrderLine("1", "MUG", 6, set_id="box"), OrderLine("2", "PAN", 1)))
    assert parts(shop) == {"A": [("1", 6)], "A.1": [("2", 1)]}


def test_a_minimum_counts_only_sets_that_can_leave() -> None:
    policy = AllocationPolicy(fulfilment=Fulfilment.SPLIT, split_units_min=4)
    shop = furnished(policy, TABLE=1, LEG=3, MUG=1)
    assert list(parts(shop)) == ["A"]
    shop.receive("LEG", 1)
    assert parts(shop)["A.1"] == [("1", 1), ("2", 4), ("3", 1)]


def test_the_seller_does_not_divide_a_set_either() -> None:
    shop = furnished(TABLE=1, LEG=3)
    with pytest.raises(SplitRefusedError, match="none of its sets is covered"):
        shop.split("A")
    shop.receive("MUG", 1)
    shop.split("A", "B")
    assert parts(shop)["B"] == [("3", 1)]


@pytest.mark.parametrize(
    ("units", "line"),
    [({"1": 1}, "4 units of line '2'"), ({"1": 1, "2": 3}, "4 units of line '2'")],
    ids=["one line", "a part of a line"],
)
def test_units_that_divide_a_set_are_not_split_off(units: dict[str, int], line: str) -> None:
    shop = furnished(TABLE=1, LEG=4, MUG=2)
    with pytest.raises(SplitRefusedError, match=f"set 'suite' leave together; name all {line}"):
        shop.split("A", units=units)
    shop.split("A", "B", units={"1": 1, "2": 4})
    assert parts(shop) == {"A": [("3", 2)], "B": [("1", 1), ("2", 4)]}


def test_what_left_the_warehouse_has_left() -> None:
    shop = furnished(TABLE=1, LEG=4, MUG=2)
    shop.send_to_warehouse("A")
    shop.despatch("A", units={"1": 1})
    assert {line.set_id for line in shop.order("A").lines} == {"suite"}


def test_a_set_stays_one_whatever_becomes_of_its_lines() -> None:
    shop = furnished(SPLIT, TABLE=1)
    shop.edit(
        "A", ChangeQuantity("2", 3), ReplaceLine("1", "DESK"), AddLine("LAMP", 1, "4", "suite")
    )
    assert [line.set_id for line in shop.order("A").lines] == ["suite", "suite", None, "suite"]
    for sku in ("LEG", "LEG", "LEG", "DESK"):
        shop.receive(sku, 1)
    assert list(parts(shop)) == ["A"]
    outcome = shop.edit("A", RemoveLine("4"))
    assert kinds(outcome) == ["OrderEdited", "OrderSplit", "OrderSplitOff"]
    assert [line.set_id for line in shop.order("A.1").lines] == ["suite", "suite"]


def test_an_order_says_which_lines_leave_together() -> None:
    shop = furnished(TABLE=1, LEG=3)
    sentence = "Lines '1', '2' are a set, and leave together."
    assert sentence in in_words(shop.explain("A"))
    shop.receive("LEG", 1)
    assert sentence not in in_words(shop.explain("A"))


def test_a_set_of_one_line_or_none_is_not_spoken_of() -> None:
    shop = shop_with(MUG=0)
    lines: dict[str, Any] = {"lines": (OrderLine("1", "MUG", 1, set_id="a"),)}
    shop.take("A", **lines)
    shop.take("B", ("MUG", 1))
    for order_id in ("A", "B"):
        assert not any("leave together" in each for each in in_words(shop.explain(order_id)))
