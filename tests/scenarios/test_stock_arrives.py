"""Stock comes, and waiting orders get it."""

from __future__ import annotations

import attrs
import pytest

from orderflow import AdjustmentReason, AllocationPolicy, PartialAllocation, Queue, ShortPart
from orderflow.errors import StockRefusedError
from tests.unit.shop import Shop, key, shop_with

NEVER = AllocationPolicy(partial_allocation=PartialAllocation.NEVER)


def held(shop: Shop, *order_ids: str) -> list[int]:
    return [sum(shop.held(order_id)) for order_id in order_ids]


@pytest.mark.parametrize(("on_hand", "status"), [(0, "ON_BACK_ORDER"), (1, "ON_BACK_ORDER")])
def test_without_all_of_it_nothing_is_packed(on_hand: int, status: str) -> None:
    """Case 4, Solidus simple_coordinator_spec "with no backordering"; complete.

    Where Solidus raises InsufficientStock and lists the line, the order here waits, holds
    nothing, and its short line says so.
    """
    shop = shop_with(NEVER, MUG=on_hand)
    shop.take("A", ("MUG", 5))
    order = shop.order("A")
    assert (order.status, order.allocated) == (status, 0)
    assert [line.short for line in order.short_lines] == [5]


@pytest.mark.parametrize("on_hand", [0, 1])
def test_without_all_of_it_the_order_is_cancelled(on_hand: int) -> None:
    """Case 4, Solidus simple_coordinator_spec "with no backordering": no back orders at all."""
    no_back_orders = attrs.evolve(NEVER, short_part=ShortPart.CANCEL_ORDER)
    shop = shop_with(no_back_orders, MUG=on_hand)
    shop.take("A", ("MUG", 5))
    assert (shop.status("A"), shop.shelf()) == ("CANCELLED", (on_hand, 0))


def test_with_all_of_it_everything_is_packed() -> None:
    """Case 4, the same with 5; complete."""
    shop = shop_with(NEVER, MUG=5)
    shop.take("A", ("MUG", 5))
    assert (shop.status("A"), held(shop, "A")) == ("ALLOCATED", [5])


def test_the_first_of_two_waiting_units_is_filled() -> None:
    """Case 23, Solidus stock_item_spec "processes existing backorders"; keep, first come."""
    shop = shop_with(MUG=0)
    shop.take("A")
    shop.take("B")
    shop.receive("MUG", 1)
    assert held(shop, "A", "B") == [1, 0]
    assert shop.shelf() == (1, 1)


def test_a_correction_downwards_fills_nobody() -> None:
    """Case 25, Solidus "does not process backorders when … negatively"; keep, first come.

    The count of Solidus goes below zero. Here there is nothing to take off an empty shelf.
    """
    shop = shop_with(MUG=0)
    shop.take("A")
    shop.take("B")
    with pytest.raises(StockRefusedError):
        shop.adjust(key(), -1, AdjustmentReason.LOSS)
    assert held(shop, "A", "B") == [0, 0]


def test_a_waiting_line_is_filled_in_part_and_the_next_is_not_touched() -> None:
    """Case 26, Spree stock_level_spec "splits inventory to fulfill partial backorder"; keep."""
    shop = shop_with(MUG=0)
    shop.take("A", ("MUG", 4))
    shop.take("B", ("MUG", 1))
    before = shop.order("B")
    shop.receive("MUG", 3)
    assert (shop.order("A").allocated, shop.order("A").short) == (3, 1)
    assert shop.order("B") == before


def test_the_oldest_is_served_up_to_what_is_available_and_a_second_run_gives_nothing() -> None:
    """Case 31, stateset sqlite_auto_allocate…; keep, priority. Six free units, no cart hold."""
    shop = shop_with(AllocationPolicy(queue=Queue.PRIORITY), MUG=0)
    shop.take("A", ("MUG", 5))
    shop.take("B", ("MUG", 5))
    shop.receive("MUG", 6)
    assert (held(shop, "A", "B"), shop.shelf()) == ([5, 1], (6, 6))
    assert shop.run_due().events == ()


def test_what_came_is_assigned_and_the_rest_waits() -> None:
    """Case 37, Tryton scenario_sale_supply; keep. Without the pegging, the numbers are the same."""
    shop = shop_with(MUG=0)
    shop.take("A", ("MUG", 250))
    shop.receive("MUG", 100)
    order = shop.order("A")
    assert (order.allocated, order.short) == (100, 150)


def test_two_pick_lists_one_after_the_other() -> None:
    """Case 42, Picqer partial-deliveries; keep. A pick list is what a split lets go."""
    shop = shop_with(A=6, B=3, C=0)
    shop.take("1", ("A", 4), ("B", 6), ("C", 1))
    shop.split("1", "first")
    assert [(line.sku, line.quantity) for line in shop.order("first").lines] == [
        ("A", 4),
        ("B", 3),
    ]
    assert [(line.sku, line.short) for line in shop.order("1").lines] == [("B", 3), ("C", 1)]
    shop.receive("B", 2)
    shop.split("1", "second")
    assert [(line.sku, line.quantity) for line in shop.order("second").lines] == [("B", 2)]
    assert [(line.sku, line.short) for line in shop.order("1").lines] == [("B", 1), ("C", 1)]


def test_a_small_order_skips_ahead_of_one_that_cannot_be_completed() -> None:
    """Case 44, Extensiv strict FIFO page, skip-ahead on; complete."""
    shop = shop_with(NEVER, MUG=0)
    shop.take("123", ("MUG", 2))
    shop.take("456", ("MUG", 1))
    shop.receive("MUG", 1)
    assert (shop.status("456"), held(shop, "123", "456")) == ("ALLOCATED", [0, 1])


def test_a_small_order_does_not_skip_ahead_where_short_orders_keep() -> None:
    """Case 44, the same with strict first in, first out; keep."""
    shop = shop_with(MUG=0)
    shop.take("123", ("MUG", 2))
    shop.take("456", ("MUG", 1))
    shop.receive("MUG", 1)
    assert held(shop, "123", "456") == [1, 0]


@pytest.mark.parametrize("partial_allocation", [PartialAllocation.ALWAYS, PartialAllocation.NEVER])
def test_the_older_of_two_gets_what_suffices_for_it_alone(
    partial_allocation: PartialAllocation,
) -> None:
    """Case 46, Acctivate order manager; in listed order, either holding."""
    shop = shop_with(AllocationPolicy(partial_allocation=partial_allocation), MUG=0)
    shop.take("older", ("MUG", 5))
    shop.take("younger", ("MUG", 2))
    shop.receive("MUG", 5)
    assert held(shop, "older", "younger") == [5, 0]
