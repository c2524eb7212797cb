"""Who gets the stock, where each order takes its turn in the queue."""

from __future__ import annotations

from datetime import timedelta
from itertools import permutations
from typing import TYPE_CHECKING

import pytest

from orderflow import AllocationPolicy, HoldReason, Order, PartialAllocation, Queue, Status, Stock
from orderflow.commands import BookInStock, PlaceOrder
from orderflow.core import State, decide
from orderflow.edits import AddLine, ChangePriority, RemoveLine
from tests.unit.shop import ACME, NOON, key, kinds, later, order, shop_with

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.unit.shop import Shop

NEVER = AllocationPolicy(partial_allocation=PartialAllocation.NEVER)


def held(shop: Shop, *order_ids: str) -> list[int]:
    """Return what each order holds altogether."""
    return [sum(shop.held(order_id)) for order_id in order_ids]


# Keep what there is


def test_a_short_order_keeps_what_there_is() -> None:
    shop = shop_with(MUG=2)
    shop.take("A", ("MUG", 5))
    assert (shop.status("A"), shop.held("A")) == ("ON_BACK_ORDER", (2,))


def test_a_line_that_was_partly_allocated_is_served_until_it_is_covered() -> None:
    shop = shop_with(MUG=1)
    shop.take("A", ("MUG", 4))
    for expected in (2, 3, 4):
        shop.receive("MUG", 1)
        assert shop.held("A") == (expected,)
    assert shop.status("A") == "ALLOCATED"


def test_two_lines_of_one_product_never_get_more_than_there_is() -> None:
    shop = shop_with(MUG=3)
    shop.take("A", ("MUG", 2), ("MUG", 2))
    assert shop.held("A") == (2, 1)


def test_the_earlier_order_is_served_first() -> None:
    shop = shop_with(MUG=0)
    for order_id in "ABC":
        shop.take(order_id, ("MUG", 2))
    shop.receive("MUG", 3)
    assert held(shop, "A", "B", "C") == [2, 1, 0]


def test_an_order_that_was_placed_earlier_but_came_later_is_served_first() -> None:
    shop = shop_with(MUG=0)
    shop.take("A", placed_at=later(5))
    shop.take("B", placed_at=later(1))
    shop.receive("MUG", 1)
    assert held(shop, "A", "B") == [0, 1]


def test_an_order_that_comes_takes_nothing_from_those_who_have_it() -> None:
    shop = shop_with(AllocationPolicy(queue=Queue.PRIORITY), MUG=1)
    shop.take("A", priority=0)
    shop.take("B", priority=9)
    assert held(shop, "A", "B") == [1, 0]


def test_a_cancellation_serves_the_next_in_the_same_call() -> None:
    shop = shop_with(MUG=2)
    shop.take("A", ("MUG", 2))
    shop.take("B")
    shop.take("C")
    assert shop.cancel("A").back_orders_completed == ("B", "C")


def test_an_accepted_cancellation_serves_the_next_in_the_same_call() -> None:
    shop = shop_with(MUG=1)
    shop.take("A")
    shop.send_to_warehouse("A")
    shop.take("B")
    shop.request_cancellation("A")
    assert shop.accept_cancellation("A").back_orders_completed == ("B",)


def test_a_removed_line_serves_the_next_in_the_same_call() -> None:
    shop = shop_with(MUG=1, PAN=1)
    shop.take("A", ("MUG", 1), ("PAN", 1))
    shop.take("B")
    assert shop.edit("A", RemoveLine("1")).back_orders_completed == ("B",)


def test_a_changed_priority_by_itself_moves_no_stock() -> None:
    shop = shop_with(AllocationPolicy(queue=Queue.PRIORITY), MUG=1)
    shop.take("A")
    shop.take("B")
    shop.edit("B", ChangePriority(5))
    assert held(shop, "A", "B") == [1, 0]


def test_a_despatch_frees_nothing() -> None:
    shop = shop_with(MUG=1)
    shop.take("A")
    shop.take("B")
    shop.send_to_warehouse("A")
    assert kinds(shop.despatch("A")) == ["OrderDespatched"]
    assert (shop.shelf(), held(shop, "B")) == ((0, 0), [0])


def test_a_new_order_that_is_not_to_be_processed_takes_nothing() -> None:
    shop = shop_with(MUG=1)
    shop.take("A", allocate=False)
    shop.receive("MUG", 1)
    assert (shop.status("A"), shop.shelf()) == ("NEW", (2, 0))


def test_a_product_that_was_never_heard_of_puts_the_order_on_back_order() -> None:
    shop = shop_with()
    shop.take("A", ("JUG", 1))
    assert shop.status("A") == "ON_BACK_ORDER"
    shop.receive("JUG", 1)
    assert shop.status("A") == "ALLOCATED"


def test_a_waiting_line_without_a_stock_record_keeps_no_one_else_from_being_served() -> None:
    shop = shop_with(MUG=0)
    shop.take("A", ("JUG", 1), ("MUG", 1))
    shop.take("B", ("MUG", 1))
    shop.receive("MUG", 2)
    assert (shop.held("A"), shop.status("B")) == ((0, 1), "ALLOCATED")


def test_one_command_may_serve_several_products_of_several_orders() -> None:
    shop = shop_with(MUG=1, PAN=1)
    shop.take("A", ("MUG", 1), ("PAN", 1))
    shop.take("B", ("PAN", 1))
    shop.take("C", ("MUG", 1))
    assert shop.cancel("A").back_orders_completed == ("B", "C")


# Nothing until complete


def test_a_short_order_holds_nothing_until_it_is_complete() -> None:
    shop = shop_with(NEVER, MUG=2)
    shop.take("A", ("MUG", 5))
    assert (shop.status("A"), shop.held("A"), shop.shelf()) == ("ON_BACK_ORDER", (0,), (2, 0))


def test_a_later_order_that_can_be_completed_skips_ahead() -> None:
    shop = shop_with(NEVER, MUG=1)
    shop.take("A", ("MUG", 2))
    shop.take("B", ("MUG", 1))
    assert [shop.status(order_id) for order_id in "AB"] == ["ON_BACK_ORDER", "ALLOCATED"]


def test_an_order_is_completed_as_soon_as_all_of_it_can_be_had() -> None:
    shop = shop_with(NEVER, MUG=0, PAN=0)
    shop.take("A", ("MUG", 1), ("PAN", 2))
    shop.receive("MUG", 1)
    shop.receive("PAN", 1)
    assert shop.status("A") == "ON_BACK_ORDER"
    assert shop.receive("PAN", 1).back_orders_completed == ("A",)


def test_two_lines_of_one_product_are_complete_only_together() -> None:
    shop = shop_with(NEVER, MUG=3)
    shop.take("A", ("MUG", 2), ("MUG", 2))
    assert (shop.held("A"), shop.shelf()) == ((0, 0), (3, 0))
    shop.receive("MUG", 1)
    assert shop.held("A") == (2, 2)


def test_what_an_order_waits_for_is_told() -> None:
    shop = shop_with(NEVER, MUG=1, PAN=0, JUG=0)
    assert shop.take("A", ("MUG", 1), ("PAN", 1), ("JUG", 1)).queue_index == (("A", "PAN"),)


def test_an_order_that_was_looked_at_waits_for_another_product_from_then_on() -> None:
    shop = shop_with(NEVER, PAN=0, JUG=0)
    shop.take("A", ("PAN", 1), ("JUG", 1))
    assert shop.receive("PAN", 1).queue_index == (("A", "JUG"),)
    assert shop.receive("JUG", 1).back_orders_completed == ("A",)


def test_a_booking_in_looks_at_no_order_that_waits_for_something_else() -> None:
    shop = shop_with(NEVER, MUG=0, PAN=0)
    shop.take("A", ("PAN", 1), ("MUG", 1))
    outcome = shop.receive("MUG", 1)
    assert (outcome.orders, outcome.queue_index) == ((), ())


def test_an_order_that_was_passed_over_gets_what_a_later_one_lets_go_of() -> None:
    shop = shop_with(NEVER, MUG=1, PAN=1, JUG=0)
    shop.take("X", ("MUG", 1), ("PAN", 1), placed_at=later(9))
    shop.take("E", ("PAN", 1), ("MUG", 1), placed_at=later(1))
    outcome = shop.edit("X", RemoveLine("2"), AddLine("JUG", 1))
    assert outcome.back_orders_completed == ("E",)


# The same input, the same answer


def ties() -> Iterator[list[Order]]:
    """Yield orders that differ in nothing but their ids, in every order."""
    for order_ids in permutations("ABC"):
        yield [order(each, ("MUG", 1), status=Status.ON_BACK_ORDER) for each in order_ids]


@pytest.mark.parametrize("queue", Queue)
@pytest.mark.parametrize("partial_allocation", [PartialAllocation.ALWAYS, PartialAllocation.NEVER])
def test_a_tie_is_broken_by_the_order_id_whatever_the_order_of_the_input(
    queue: Queue, partial_allocation: PartialAllocation
) -> None:
    policy = AllocationPolicy(queue=queue, partial_allocation=partial_allocation)
    for waiting in ties():
        state = State.of(ACME, waiting, [Stock(key(), 0)])
        outcome = decide(BookInStock(at=NOON, key=key(), received=2), state, policy)
        assert outcome.back_orders_completed == ("A", "B")


def test_orders_that_come_together_are_served_in_the_order_of_the_queue() -> None:
    shop = shop_with(AllocationPolicy(queue=Queue.PRIORITY), MUG=1)
    shop.place_many([order("A", priority=1), order("B", priority=9)])
    assert held(shop, "A", "B") == [0, 1]


def test_an_order_that_comes_is_placed_and_processed_in_one_go() -> None:
    state = State.of(ACME, [], [Stock(key(), 1)])
    outcome = decide(PlaceOrder(at=NOON, order=order("A")), state)
    assert kinds(outcome) == ["OrderPlaced", "OrderAllocated"]
    assert outcome.order is not None
    assert outcome.order.version == 1


def test_an_answer_tells_what_went_on_back_order() -> None:
    shop = shop_with(MUG=1)
    assert shop.take("A").back_orders_opened == ()
    assert shop.take("B").back_orders_opened == ("B",)


def test_an_answer_tells_apart_the_order_itself_and_those_that_moved() -> None:
    shop = shop_with(MUG=1)
    shop.take("A")
    shop.take("B")
    outcome = shop.hold("A", HoldReason.OTHER, deallocate=True)
    assert outcome.order is not None
    assert outcome.order.order_id == "A"
    assert [moved.order_id for moved in outcome.other_orders] == ["B"]


def test_an_answer_about_stock_is_about_no_order() -> None:
    shop = shop_with(MUG=0)
    shop.take("A")
    outcome = shop.receive("MUG", 1)
    assert (outcome.order_id, outcome.order) == (None, None)
    assert [moved.order_id for moved in outcome.other_orders] == ["A"]


def test_priorities_promises_and_age_are_compared_in_turn() -> None:
    shop = shop_with(AllocationPolicy(queue=Queue.PROMISED_DATE), MUG=0)
    shop.take("A")
    shop.take("B", promised_by=NOON + timedelta(days=3))
    shop.take("C", promised_by=NOON + timedelta(days=2))
    shop.receive("MUG", 2)
    assert held(shop, "A", "B", "C") == [0, 1, 1]
