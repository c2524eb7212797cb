"""Orders that one command places: whom they pass over, and who passes them over."""

from __future__ import annotations

import pytest

from orderflow import AllocationPolicy, PartialAllocation
from tests.unit.shop import Shop, kinds, later, order, shop_with

AFTER_TWO = AllocationPolicy(partial_allocation=PartialAllocation.AFTER_WAITING, passes_max=2)


def passed_over(shop: Shop, order_id: str) -> int:
    wait = shop.order(order_id).wait
    assert wait is not None
    return wait.passed_over


def waiting() -> Shop:
    """Open a shop where order A waits for 9 mugs, of which 5 are there."""
    shop = shop_with(AFTER_TWO, MUG=5)
    shop.place(order("A", ("MUG", 9)))
    return shop


def test_a_placed_order_that_takes_units_passes_over_an_earlier_one_that_waits() -> None:
    shop = waiting()
    outcome = shop.place(order("B", ("MUG", 1), placed_at=later(1)))
    assert kinds(outcome) == ["OrderPlaced", "OrderAllocated", "OrderPassedOver"]
    assert passed_over(shop, "A") == 1


def test_orders_that_are_placed_together_pass_another_over_once() -> None:
    shop = waiting()
    shop.place_many([order(each, placed_at=later(1)) for each in "BCD"])
    assert (passed_over(shop, "A"), shop.held("A")) == (1, (0,))
    apart = waiting()
    for each in "BCD":
        apart.place(order(each, placed_at=later(1)))
    assert (passed_over(apart, "A"), apart.held("A"), apart.held("D")) == (2, (3,), (0,))


def test_an_order_is_not_passed_over_by_those_that_are_placed_with_it() -> None:
    shop = shop_with(AFTER_TWO, MUG=5)
    shop.place_many([order("A", ("MUG", 9)), order("B", placed_at=later(1))])
    assert (shop.held("B"), passed_over(shop, "A")) == ((1,), 0)


@pytest.mark.parametrize("order_id", ["A", "C"])
def test_an_earlier_order_that_is_placed_later_passes_nobody_over(order_id: str) -> None:
    shop = shop_with(AFTER_TWO, MUG=5)
    shop.place(order("B", ("MUG", 9), placed_at=later(5)))
    shop.place(order(order_id, ("MUG", 1), placed_at=later(4)))
    assert (shop.held(order_id), passed_over(shop, "B")) == ((1,), 0)


def test_an_order_placed_without_allocation_passes_over_when_it_is_allocated() -> None:
    shop = waiting()
    shop.place(order("B", ("MUG", 1), placed_at=later(1)), allocate=False)
    assert passed_over(shop, "A") == 0
    shop.allocate("B")
    assert passed_over(shop, "A") == 1
