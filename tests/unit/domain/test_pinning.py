"""Pinned orders: no reallocation and no urgent order takes their units."""

from __future__ import annotations

import pytest

from orderflow import AllocationPolicy, Preemption, Queue
from orderflow.core import reallocation_of_product
from orderflow.errors import ActionRefusedError, ReallocationRefusedError
from orderflow.wording.explanation import in_words
from tests.unit.shop import Shop, kinds, shop_with

URGENT = AllocationPolicy(queue=Queue.PRIORITY, preemption=Preemption.URGENT, urgent_from=5)


def pass_units(shop: Shop, giver: str, taker: str, units: int) -> None:
    changes = [
        reallocation_of_product(shop.order(giver), "MUG", -units),
        reallocation_of_product(shop.order(taker), "MUG", units),
    ]
    shop.reallocate(changes, note="why", by="Ann")


def test_an_urgent_order_takes_no_unit_of_a_pinned_one() -> None:
    shop = shop_with(URGENT, MUG=3)
    shop.take("A", ("MUG", 2))
    shop.take("B", ("MUG", 1))
    shop.pin("A")
    shop.take("U", ("MUG", 3), priority=9)
    assert [shop.held(each) for each in "ABU"] == [(2,), (0,), (1,)]


def test_an_unpinned_order_loses_its_units_to_an_urgent_one_that_waits() -> None:
    shop = shop_with(URGENT, MUG=2)
    shop.take("A", ("MUG", 2))
    shop.pin("A")
    shop.take("U", ("MUG", 2), priority=9)
    outcome = shop.unpin("A")
    assert kinds(outcome) == ["OrderUnpinned", "OrderDeallocated", "OrderAllocated"]


def test_a_pinned_order_takes_units_but_gives_none() -> None:
    shop = shop_with(MUG=2)
    shop.take("A", ("MUG", 2))
    shop.take("B", ("MUG", 2))
    shop.pin("B")
    pass_units(shop, "A", "B", 2)
    with pytest.raises(ReallocationRefusedError, match="'B' is pinned and gives no units; unpin"):
        pass_units(shop, "B", "A", 1)


def test_units_of_a_reallocation_to_a_pinned_order_are_kept_from_urgent_ones() -> None:
    shop = shop_with(URGENT, MUG=2)
    shop.take("A", ("MUG", 2), priority=9)
    shop.take("B", ("MUG", 2))
    shop.pin("B")
    pass_units(shop, "A", "B", 2)
    assert [shop.held(each) for each in "AB"] == [(0,), (2,)]


def test_a_count_takes_units_of_a_pinned_order() -> None:
    shop = shop_with(MUG=2)
    shop.take("A", ("MUG", 2))
    shop.pin("A")
    shop.count(shop.state().records["leeds", "MUG"].key, 1)
    assert shop.held("A") == (1,)


def test_a_part_of_a_pinned_order_is_pinned() -> None:
    shop = shop_with(MUG=2)
    shop.take("A", ("MUG", 4))
    shop.pin("A")
    shop.split("A", "B")
    shop.move("A", "york", "C", units={"1": 1})
    assert [shop.order(each).pinned for each in "ABC"] == [True] * 3


def test_the_position_in_the_queue_stays_the_same() -> None:
    shop = shop_with(MUG=0)
    shop.take("A", ("MUG", 1))
    shop.take("B", ("MUG", 1))
    shop.pin("B")
    shop.receive("MUG", 1)
    assert [shop.held(each) for each in "AB"] == [(1,), (0,)]


def test_an_order_is_pinned_once() -> None:
    shop = shop_with(MUG=1)
    shop.take("A")
    with pytest.raises(ActionRefusedError, match="'A' is not pinned: cannot unpin"):
        shop.unpin("A")
    shop.pin("A")
    with pytest.raises(ActionRefusedError, match="'A' is pinned already: cannot pin"):
        shop.pin("A")


def test_a_pin_is_explained() -> None:
    shop = shop_with(URGENT, MUG=1)
    shop.take("A", ("MUG", 2))
    assert "may preempt its units" in in_words(shop.explain("A"))[-1]
    shop.pin("A")
    assert in_words(shop.explain("A"))[-1] == (
        "It is pinned: no reallocation and no urgent order takes its units."
    )
