"""Who comes first: by date, by priority, and what leaves the queue."""

from __future__ import annotations

from datetime import timedelta

import pytest

from orderflow import AllocationPolicy, Preemption, Queue
from orderflow.edits import ChangePriority, RemoveLine
from orderflow.errors import SplitRefusedError
from tests.unit.shop import NOON, Shop, key, order, shop_with

BY_DATE = AllocationPolicy(queue=Queue.PROMISED_DATE)
BY_PRIORITY = AllocationPolicy(queue=Queue.PRIORITY)
QUANTITIES = (5, 3, 20, 20, 15)


def held(shop: Shop, *order_ids: str) -> list[int]:
    return [sum(shop.held(order_id)) for order_id in order_ids]


def test_stock_is_promised_by_date() -> None:
    """Case 47, OCA test_ordered_available_to_promise_value_base; keep, by date."""
    shop = shop_with(BY_DATE, MUG=0)
    for number, quantity in reversed(list(enumerate(QUANTITIES, 1))):
        promised_by = NOON + timedelta(days=number)
        shop.take(f"{number}", ("MUG", quantity), promised_by=promised_by)
    shop.receive("MUG", 20)
    assert held(shop, "1", "2", "3", "4", "5") == [5, 3, 12, 0, 0]


def test_what_stands_before_an_order_does_not_depend_on_how_it_is_divided() -> None:
    """Case 47: order 1 in two parts of 4 and 1 changes nothing for order 2."""
    shop = shop_with(BY_DATE, MUG=0)
    first = NOON + timedelta(days=1)
    shop.take("1", ("MUG", 4), promised_by=first)
    shop.take("1b", ("MUG", 1), promised_by=first)
    shop.take("2", ("MUG", 3), promised_by=NOON + timedelta(days=2))
    shop.receive("MUG", 7)
    assert held(shop, "1", "1b", "2") == [4, 1, 2]


def test_orders_of_the_same_moment_come_by_the_code_points_of_their_ids() -> None:
    shop = shop_with(MUG=0)
    order_ids = ("9", "10", "a", "B", "é", "#8", "100")
    shop.place_many([order(each) for each in order_ids])
    by_code_point = ["#8", "10", "100", "9", "B", "a", "é"]
    assert [each.order_id for each in shop.queue(key())] == by_code_point
    assert [each.order_id for each in shop.orders()] == by_code_point
    shop.receive("MUG", 2)
    assert held(shop, "#8", "10", "9") == [1, 1, 0]


def test_an_urgent_order_comes_before_all() -> None:
    """Case 48, OCA …by_priority; keep, priority."""
    shop = shop_with(BY_PRIORITY, MUG=0)
    for number, quantity in enumerate(QUANTITIES, 1):
        shop.take(f"{number}", ("MUG", quantity), priority=int(number == 4))
    shop.receive("MUG", 20)
    assert held(shop, "1", "2", "3", "4", "5") == [0, 0, 0, 20, 0]


def test_a_removed_line_leaves_the_queue() -> None:
    """Case 51, OCA …consider_canceled_move; keep. Of P2 there are 12, so that it is scarce."""
    shop = shop_with(P1=8, P2=12)
    shop.take("1", ("P1", 3), ("P2", 5))
    shop.take("2", ("P1", 5), ("P2", 10))
    assert shop.held("2") == (5, 7)
    outcome = shop.edit("1", RemoveLine("2"))
    assert (outcome.back_orders_completed, shop.held("1"), shop.held("2")) == (
        ("2",),
        (3,),
        (5, 10),
    )


def test_what_is_there_is_released_and_the_rest_follows() -> None:
    """Case 52, OCA test_defer_creation_backorder; keep. A release is a split."""
    shop = shop_with(MUG=7)
    shop.take("1", ("MUG", 20))
    shop.split("1", "now")
    assert (held(shop, "now"), shop.order("1").short) == ([7], 13)
    with pytest.raises(SplitRefusedError):
        shop.split("1", "again")
    shop.receive("MUG", 30)
    assert (held(shop, "1"), shop.status("1")) == ([13], "ALLOCATED")


def test_without_take_back_an_order_that_becomes_urgent_takes_nothing() -> None:
    """Case 57, ShipHero page (order MO15), where what an order has got, it keeps."""
    shop = shop_with(BY_PRIORITY, MUG=1)
    shop.take("older")
    shop.take("newest")
    shop.edit("newest", ChangePriority(9))
    assert held(shop, "older", "newest") == [1, 0]


def test_with_take_back_an_order_that_becomes_urgent_gets_the_unit_of_an_older_one() -> None:
    """Case 57, ShipHero page (order MO15); priority with take-back."""
    policy = AllocationPolicy(queue=Queue.PRIORITY, preemption=Preemption.URGENT, urgent_from=9)
    shop = shop_with(policy, MUG=1)
    shop.take("older")
    shop.take("newest")
    outcome = shop.edit("newest", ChangePriority(9))
    assert (shop.status("newest"), shop.status("older")) == ("ALLOCATED", "ON_BACK_ORDER")
    assert (outcome.back_orders_completed, outcome.back_orders_opened) == (("newest",), ("older",))
