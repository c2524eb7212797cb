"""Several orders at once: all of them or none, and never more than there is."""

from __future__ import annotations

import pytest

from orderflow.errors import DuplicateOrderError
from tests.unit.shop import later, order, shop_with


def test_they_are_processed_in_the_order_of_the_queue_and_not_as_they_are_named() -> None:
    shop = shop_with(MUG=3)
    early = order("B", ("MUG", 2), placed_at=later(1))
    late = order("A", ("MUG", 2), placed_at=later(2))
    outcome = shop.place_many([late, early])
    assert (outcome.order_id, outcome.back_orders_opened) == (None, ("A",))
    assert (shop.held("B"), shop.held("A"), shop.shelf()) == ((2,), (1,), (3, 3))


def test_they_never_get_more_than_there_is() -> None:
    shop = shop_with(MUG=2)
    shop.place_many(order(each, ("MUG", 2)) for each in "ABC")
    assert [shop.status(each) for each in "ABC"] == ["ALLOCATED", *["ON_BACK_ORDER"] * 2]


def test_they_may_be_taken_in_without_being_processed() -> None:
    shop = shop_with(MUG=2)
    shop.place_many([order("A"), order("B")], allocate=False)
    assert (shop.status("A"), shop.shelf()) == ("NEW", (2, 0))


def test_none_is_taken_in_if_one_is_there_already() -> None:
    shop = shop_with(MUG=2)
    shop.take("B")
    with pytest.raises(DuplicateOrderError, match="'B'"):
        shop.place_many([order("A"), order("B"), order("C")])
    assert [each.order_id for each in shop.orders()] == ["B"]
