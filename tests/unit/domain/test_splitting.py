"""Splits: what is allocated leaves as an order of its own, the rest stays on back order."""

from __future__ import annotations

from typing import Any

import pytest

from orderflow import AllocationPolicy, OrderLine, PartialAllocation, Status, Stock
from orderflow.commands import SplitOrder
from orderflow.core import State, decide
from orderflow.errors import DuplicateOrderError, SplitRefusedError
from tests.unit.shop import ACME, NOON, about, key, kinds, order, shop_with

NEVER = AllocationPolicy(partial_allocation=PartialAllocation.NEVER)


def test_two_of_five_allocated_gives_two_and_three() -> None:
    shop = shop_with(MUG=2)
    shop.take("A", ("MUG", 5))
    outcome = shop.split("A", "A2")
    part, rest = shop.order("A2"), shop.order("A")
    assert kinds(outcome) == ["OrderSplit", "OrderSplitOff"]
    assert (part.status, part.lines) == ("ALLOCATED", (OrderLine("1", "MUG", 2, 2),))
    assert (rest.status, rest.lines) == ("ON_BACK_ORDER", (OrderLine("1", "MUG", 3, 0),))


def test_covered_lines_leave_whole() -> None:
    shop = shop_with(MUG=1, PAN=0)
    shop.take("A", ("MUG", 1), ("PAN", 2))
    shop.split("A", "A2")
    assert [line.sku for line in shop.order("A2").lines] == ["MUG"]
    assert [line.sku for line in shop.order("A").lines] == ["PAN"]


def test_the_new_order_is_like_the_old_one_and_says_where_it_comes_from() -> None:
    shop = shop_with(MUG=1)
    kept: dict[str, Any] = {"customer_reference": "PO-1", "custom_fields": {"Gift": "yes"}}
    shop.take("A", ("MUG", 2), priority=4, courier="VAN", **kept)
    shop.split("A", "A2")
    part, rest = shop.order("A2"), shop.order("A")
    assert (part.split_from, rest.split_from) == ("A", None)
    assert (part.placed_at, part.priority, part.courier) == (rest.placed_at, 4, "VAN")
    assert part.customer_reference == rest.customer_reference == "PO-1"
    assert part.custom_fields == rest.custom_fields == (("Gift", "yes"),)
    assert part.version == 0


def test_the_rest_keeps_its_place_in_the_queue() -> None:
    shop = shop_with(MUG=1)
    shop.take("A", ("MUG", 2))
    shop.take("B")
    shop.split("A", "A2")
    shop.receive("MUG", 1)
    assert (shop.status("A"), shop.status("B")) == ("ALLOCATED", "ON_BACK_ORDER")


def test_the_rest_can_be_split_again() -> None:
    shop = shop_with(MUG=1)
    shop.take("A", ("MUG", 3))
    shop.split("A", "A2")
    shop.receive("MUG", 1)
    shop.split("A", "A3")
    orders = [shop.order(each) for each in ("A", "A2", "A3")]
    assert [each.units for each in orders] == [1, 1, 1]
    assert [each.split_count for each in orders] == [2, 0, 0]


def test_a_part_can_go_on_by_itself() -> None:
    shop = shop_with(MUG=1)
    shop.take("A", ("MUG", 2))
    shop.split("A", "A2")
    shop.send_to_warehouse("A2")
    shop.despatch("A2")
    assert (shop.status("A2"), shop.status("A"), shop.shelf()) == (
        "DESPATCHED",
        "ON_BACK_ORDER",
        (0, 0),
    )


def test_there_is_nothing_to_split_where_nothing_is_allocated() -> None:
    shop = shop_with(MUG=0)
    shop.take("A")
    with pytest.raises(SplitRefusedError):
        shop.split("A", "A2")


def test_a_covered_order_is_split_only_into_what_is_named() -> None:
    shop = shop_with(MUG=1)
    shop.take("A")
    with pytest.raises(SplitRefusedError, match="all its units are allocated; name those"):
        shop.split("A", "A2")


@pytest.mark.parametrize("taken", ["A", "B"])
def test_the_id_of_another_order_is_refused(taken: str) -> None:
    shop = shop_with(MUG=1)
    shop.take("A", ("MUG", 2))
    shop.take("B")
    with pytest.raises(DuplicateOrderError):
        shop.split("A", taken)


def test_the_id_of_another_sellers_order_is_free() -> None:
    shop = shop_with(MUG=1)
    shop.take("A", ("MUG", 2))
    shop.flow.seller("bolt").place(order("B", seller_id="bolt"))
    shop.split("A", "B")
    assert shop.order("B").split_from == "A"


def test_where_nothing_is_held_a_split_offers_what_the_order_could_have_now() -> None:
    shop = shop_with(NEVER, MUG=2)
    shop.take("A", ("MUG", 5))
    assert shop.held("A") == (0,)
    outcome = shop.split("A", "A2")
    assert kinds(outcome) == ["OrderPartlyAllocated", "OrderSplit", "OrderSplitOff"]
    assert (shop.held("A2"), shop.held("A")) == ((2,), (0,))


def test_where_nothing_is_held_and_nothing_there_a_split_is_refused() -> None:
    shop = shop_with(NEVER, MUG=0)
    shop.take("A", ("MUG", 5))
    with pytest.raises(SplitRefusedError):
        shop.split("A", "A2")


def test_an_order_that_could_be_completed_by_now_is_allocated_whole_instead() -> None:
    waiting = order("A", ("MUG", 2), status=Status.ON_BACK_ORDER)
    state = State.of(ACME, [waiting], [Stock(key(), 2)])
    outcome = decide(SplitOrder(new_order_id="A2", **about()), state)
    assert kinds(outcome) == ["OrderAllocated"]
    assert (outcome.back_orders_completed, len(outcome.orders)) == (("A",), 1)


def test_several_lines_of_one_product_are_split_line_by_line() -> None:
    shop = shop_with(MUG=3)
    shop.take("A", ("MUG", 2), ("MUG", 2))
    shop.split("A", "A2")
    assert shop.order("A2").lines == (
        OrderLine("1", "MUG", 2, 2),
        OrderLine("2", "MUG", 1, 1),
    )
    assert shop.order("A").lines == (OrderLine("2", "MUG", 1, 0),)


def test_a_split_names_the_moment_and_both_orders() -> None:
    shop = shop_with(MUG=1)
    shop.take("A", ("MUG", 2))
    outcome = shop.split("A", "A2", at=NOON)
    assert outcome.order is not None
    assert [each.order_id for each in outcome.other_orders] == ["A2"]
    assert {event.at for event in outcome.events} == {NOON}
