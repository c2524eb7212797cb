"""Faults that were found in other systems: here the opposite holds."""

from __future__ import annotations

from itertools import permutations

import pytest

from orderflow import AllocationPolicy, PartialAllocation, Status, Stock
from orderflow.commands import BookInStock
from orderflow.core import State, allocate, decide
from orderflow.edits import ChangeQuantity
from orderflow.errors import ActionRefusedError
from tests.unit.shop import ACME, NOON, key, kinds, later, order, shop_with

BOTH = [PartialAllocation.ALWAYS, PartialAllocation.NEVER]


@pytest.mark.parametrize("partial_allocation", BOTH)
def test_the_running_balance_is_carried_from_line_to_line(
    partial_allocation: PartialAllocation,
) -> None:
    """Saleor, allocating several lines in one call."""
    shop = shop_with(AllocationPolicy(partial_allocation=partial_allocation), MUG=3)
    shop.take("A", ("MUG", 2), ("MUG", 2))
    assert sum(shop.held("A")) == (3 if partial_allocation is PartialAllocation.ALWAYS else 0)


@pytest.mark.parametrize("partial_allocation", BOTH)
def test_the_running_balance_is_carried_from_order_to_order_of_a_batch(
    partial_allocation: PartialAllocation,
) -> None:
    """Saleor and Medusa: stock 2, a batch of three orders for 2, one is served."""
    batch = [order(order_id, ("MUG", 2)) for order_id in "ABC"]
    policy = AllocationPolicy(partial_allocation=partial_allocation)
    outcome = allocate(batch, [Stock(key(), 2)], policy, at=NOON)
    assert [each.status for each in outcome.orders] == [
        "ALLOCATED",
        "ON_BACK_ORDER",
        "ON_BACK_ORDER",
    ]
    assert [(stock.on_hand, stock.allocated) for stock in outcome.stock] == [(2, 2)]


def test_a_batch_that_is_accepted_whole_is_served_only_as_far_as_there_is_stock() -> None:
    """Medusa, case 61: three reservations of 2 on a stock of 2 were all accepted."""
    shop = shop_with(MUG=2)
    for order_id in "ABC":
        shop.take(order_id, ("MUG", 2))
    assert shop.shelf() == (2, 2)
    assert [shop.status(order_id) for order_id in "ABC"].count("ALLOCATED") == 1


def test_the_same_command_id_twice_is_once() -> None:
    """cosmicpython: a repeated command allocates again."""
    shop = shop_with(MUG=10)
    placed = order("A", ("MUG", 3))
    assert shop.place(placed, command_id="C1") == shop.place(placed, command_id="C1")
    assert shop.shelf() == (10, 3)


def test_a_line_without_a_stock_record_is_skipped_and_the_others_are_served() -> None:
    """stateset-icommerce: the first such line ends the run for all others."""
    shop = shop_with(MUG=0)
    shop.take("A", ("NEVER-SEEN", 1), ("MUG", 1))
    shop.take("B", ("MUG", 1))
    shop.receive("MUG", 2)
    assert (shop.held("A"), shop.held("B")) == ((0, 1), (1,))


def test_orders_of_the_same_time_have_a_defined_order_whatever_the_order_of_the_input() -> None:
    """Solidus, Spree: waiting orders of the same time have none."""
    for order_ids in permutations("ABC"):
        waiting = [order(order_id, status=Status.ON_BACK_ORDER) for order_id in order_ids]
        state = State.of(ACME, waiting, [Stock(key(), 0)])
        outcome = decide(BookInStock(at=NOON, key=key(), received=1), state)
        assert outcome.back_orders_completed == ("A",)


def test_a_cancellation_serves_the_next_in_the_same_call() -> None:
    """Spree: giving back an allocation does not serve the queue."""
    shop = shop_with(MUG=1)
    shop.take("A")
    shop.take("B")
    assert kinds(shop.cancel("A")) == ["OrderCancelled", "OrderAllocated"]


def test_an_edit_there_and_back_makes_no_stock() -> None:
    """Spree issue 7328: editing a waiting order 2 → 1 → 2 made stock out of nothing."""
    shop = shop_with(MUG=0)
    shop.take("A", ("MUG", 2))
    before = shop.order("A")
    shop.edit("A", ChangeQuantity("1", 1))
    shop.edit("A", ChangeQuantity("1", 2))
    after = shop.order("A")
    assert (shop.shelf(), after.lines, after.status) == ((0, 0), before.lines, before.status)


def test_a_partly_allocated_line_is_served_until_it_is_covered() -> None:
    """Odoo issue 27874: the scheduler skipped lines that were partly reserved."""
    shop = shop_with(MUG=1)
    shop.take("A", ("MUG", 3))
    shop.receive("MUG", 1)
    shop.receive("MUG", 1)
    assert (shop.held("A"), shop.status("A")) == ((3,), "ALLOCATED")


def test_the_second_cancellation_is_refused_and_moves_nothing() -> None:
    """WooCommerce 22489: cancelling twice restored the stock twice."""
    shop = shop_with(MUG=1)
    shop.take("A")
    shop.cancel("A")
    with pytest.raises(ActionRefusedError):
        shop.cancel("A")
    assert shop.shelf() == (1, 0)


class Glass:
    """Shows a state, and counts how many orders are read out of it."""

    def __init__(self, state: State) -> None:
        self.state = state
        self.read = 0

    def __getattr__(self, name: str) -> object:
        return getattr(self.state, name)

    def waiting(self, *arguments: object) -> object:
        for each in self.state.waiting(*arguments):  # type: ignore[arg-type]
            self.read += 1
            yield each


def test_the_cost_of_a_booking_in_does_not_grow_with_the_lines_that_it_does_not_touch() -> None:
    """Odoo 46900, PR 219471: minutes for 90 lines, time-outs for 15,000."""
    waiting = [
        order(f"{number}", ("MUG", 1), status=Status.ON_BACK_ORDER, placed_at=later(number))
        for number in range(2_000)
    ]
    glass = Glass(State.of(ACME, waiting, [Stock(key(), 0)]))
    outcome = decide(BookInStock(at=NOON, key=key(), received=3), glass)  # type: ignore[arg-type]
    assert (len(outcome.orders), glass.read) == (3, 3)
