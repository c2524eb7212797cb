"""What the settings of a policy make of orders that are short, beyond their turn in the queue."""

from __future__ import annotations

from datetime import timedelta

import pytest

from orderflow import (
    AllocationPolicy,
    Fulfilment,
    HoldReason,
    PartialAllocation,
    Preemption,
    Queue,
    Rationing,
    Status,
    Stock,
)
from orderflow.commands import BookInStock, PlaceOrder
from orderflow.core import State, allocate, decide
from orderflow.edits import ChangePriority, ChangeQuantity
from orderflow.errors import InvalidValueError, SplitRefusedError
from orderflow.events import DeallocationReason, OrderDeallocated
from tests.unit.shop import ACME, NOON, Shop, key, kinds, later, order, shop_with

URGENT = AllocationPolicy(preemption=Preemption.URGENT, urgent_from=5)
SPLIT = AllocationPolicy(fulfilment=Fulfilment.SPLIT)
WHOLE_LINES = AllocationPolicy(fulfilment=Fulfilment.WHOLE_LINES)
FAIR = AllocationPolicy(rationing=Rationing.FAIR_SHARE)


def split_count(most: int) -> AllocationPolicy:
    return AllocationPolicy(fulfilment=Fulfilment.PARCELS, parcels_max=most)


def patient(passes_max: int | None = None, wait_max: timedelta | None = None) -> AllocationPolicy:
    return AllocationPolicy(
        partial_allocation=PartialAllocation.AFTER_WAITING, passes_max=passes_max, wait_max=wait_max
    )


def held(shop: Shop, *order_ids: str) -> list[int]:
    return [sum(shop.held(order_id)) for order_id in order_ids]


# Complete first, keep later


def test_an_order_that_was_passed_over_often_enough_begins_to_keep() -> None:
    shop = shop_with(patient(passes_max=2), MUG=2)
    shop.take("A", ("MUG", 5))
    assert kinds(shop.take("B"))[-1] == "OrderPassedOver"
    assert kinds(shop.take("C"))[-2:] == ["OrderPassedOver", "OrderWaitedEnough"]
    shop.take("D")
    shop.receive("MUG", 1)
    assert held(shop, "A", "B", "C", "D") == [1, 1, 1, 0]


def test_an_order_that_nobody_has_overtaken_was_not_passed_over() -> None:
    shop = shop_with(patient(passes_max=1), MUG=0)
    shop.take("A", ("MUG", 5))
    shop.receive("MUG", 1)
    shop.receive("MUG", 1)
    assert held(shop, "A") == [0]


def test_a_later_order_is_served_until_then() -> None:
    shop = shop_with(patient(passes_max=2), MUG=0)
    shop.take("A", ("MUG", 5))
    shop.take("B", ("MUG", 1))
    shop.receive("MUG", 1)
    assert held(shop, "A", "B") == [0, 1]


@pytest.mark.parametrize(("minutes", "units"), [(119, 0), (120, 1)])
def test_an_order_that_has_waited_long_enough_begins_to_keep(minutes: int, units: int) -> None:
    shop = shop_with(patient(wait_max=timedelta(hours=2)), MUG=1)
    shop.take("A", ("MUG", 5))
    began = shop.clock.now()
    shop.run_due(at=began + timedelta(minutes=minutes))
    assert held(shop, "A") == [units]


def test_waiting_goes_on_through_holds_and_edits() -> None:
    shop = shop_with(patient(wait_max=timedelta(hours=2)), MUG=1)
    shop.take("A", ("MUG", 5))
    began = shop.clock.now()
    shop.hold("A", HoldReason.ADDRESS)
    shop.edit("A", ChangeQuantity("1", 4))
    shop.release_hold("A", at=began + timedelta(minutes=119))
    assert held(shop, "A") == [0]
    shop.run_due(at=began + timedelta(minutes=120))
    assert held(shop, "A") == [1]


def test_an_order_that_begins_to_wait_again_begins_from_the_start() -> None:
    shop = shop_with(patient(passes_max=1), MUG=1)
    shop.take("A", ("MUG", 2))
    shop.take("B", ("MUG", 1))
    shop.receive("MUG", 1)
    assert held(shop, "A") == [1]
    shop.receive("MUG", 1)
    shop.edit("A", ChangeQuantity("1", 3))
    assert held(shop, "A") == [0]


def test_a_plain_state_passes_over_the_same_orders_as_a_repository() -> None:
    policy = patient(passes_max=1)
    shop = shop_with(policy, MUG=0, PAN=0)
    shop.take("A", ("MUG", 1), ("PAN", 2))
    shop.take("B", ("PAN", 1))
    before = shop.state()
    told = shop.receive("PAN", 1)
    command = BookInStock(at=told.events[0].at, key=key("PAN"), received=1)
    assert decide(command, before, policy) == told


def test_stock_that_nobody_was_offered_yet_breaks_no_later_command() -> None:
    """A state that was imported, or served by another policy before, may have idle stock."""
    waiting = order("A", ("MUG", 1), status=Status.ON_BACK_ORDER, placed_at=later(1))
    state = State.of(ACME, [waiting], [Stock(key(), 5)])
    placed = PlaceOrder(at=NOON, order=order("B", ("MUG", 1), placed_at=later(2)))
    assert decide(placed, state, patient(passes_max=2)).order is not None


# What may leave


def test_what_is_allocated_leaves_by_itself() -> None:
    shop = shop_with(SPLIT, MUG=2)
    outcome = shop.take("A", ("MUG", 5))
    assert kinds(outcome)[-2:] == ["OrderSplit", "OrderSplitOff"]
    assert (held(shop, "A.1"), shop.order("A").units) == ([2], 3)
    shop.receive("MUG", 1)
    assert held(shop, "A.1", "A.2", "A") == [2, 1, 0]


def test_the_last_parcel_is_complete() -> None:
    shop = shop_with(split_count(2), MUG=1)
    shop.take("A", ("MUG", 4))
    shop.receive("MUG", 2)
    assert (held(shop, "A.1", "A"), shop.status("A")) == ([1, 2], "ON_BACK_ORDER")
    shop.receive("MUG", 1)
    assert (held(shop, "A"), shop.status("A")) == ([3], "ALLOCATED")


def test_a_seller_cannot_split_more_often_than_there_are_parcels() -> None:
    shop = shop_with(split_count(2), MUG=1)
    shop.take("A", ("MUG", 4))
    shop.receive("MUG", 1)
    with pytest.raises(SplitRefusedError, match="2 parcels, and 1 was split"):
        shop.split("A", "B")


def test_whole_lines_leave_and_no_line_is_divided() -> None:
    shop = shop_with(WHOLE_LINES, MUG=2, PAN=2)
    shop.take("A", ("MUG", 2), ("PAN", 5))
    assert [line.sku for line in shop.order("A.1").lines] == ["MUG"]
    assert shop.held("A") == (2,)


def test_a_seller_cannot_divide_a_line_where_whole_lines_leave() -> None:
    shop = shop_with(WHOLE_LINES, MUG=2)
    shop.take("A", ("MUG", 5))
    with pytest.raises(SplitRefusedError, match="lines are never divided"):
        shop.split("A", "B")


# Fair share


def test_a_fair_share_is_in_proportion_to_what_each_is_short_of() -> None:
    shop = shop_with(FAIR, MUG=0)
    shop.take("A", ("MUG", 5))
    shop.take("B", ("MUG", 4))
    shop.receive("MUG", 6)
    assert held(shop, "A", "B") == [3, 3]


def test_both_lines_of_a_product_count_for_the_share() -> None:
    shop = shop_with(FAIR, MUG=0)
    shop.take("A", ("MUG", 2), ("MUG", 2))
    shop.take("B", ("MUG", 4))
    shop.receive("MUG", 4)
    assert (shop.held("A"), shop.held("B")) == ((2, 0), (2,))


def test_an_order_that_comes_shares_with_nobody_where_there_is_enough() -> None:
    shop = shop_with(FAIR, MUG=3)
    shop.take("A", ("MUG", 3))
    assert held(shop, "A") == [3]


def test_a_share_can_be_limited() -> None:
    policy = AllocationPolicy(rationing=Rationing.FAIR_SHARE, share_max=2)
    shop = shop_with(policy, MUG=0)
    for order_id, quantity in (("A", 5), ("B", 3), ("C", 1)):
        shop.take(order_id, ("MUG", quantity))
    shop.receive("MUG", 5)
    assert held(shop, "A", "B", "C") == [2, 2, 1]


# Take-back


def test_an_urgent_order_takes_the_unit_that_a_later_one_holds() -> None:
    shop = shop_with(URGENT, MUG=1)
    shop.take("A")
    shop.take("B", placed_at=later(-9), priority=5)
    assert held(shop, "A", "B") == [0, 1]
    assert shop.status("A") == "ON_BACK_ORDER"


def test_the_loser_is_told_why() -> None:
    shop = shop_with(URGENT, MUG=1)
    shop.take("A")
    outcome = shop.take("B", placed_at=later(-9), priority=5)
    lost = [event for event in outcome.events if isinstance(event, OrderDeallocated)]
    assert [(event.order_id, event.reason) for event in lost] == [
        ("A", DeallocationReason.PREEMPTED)
    ]


def test_an_order_that_is_not_urgent_takes_nothing_back() -> None:
    shop = shop_with(URGENT, MUG=1)
    shop.take("A")
    shop.take("B", placed_at=later(-9), priority=4)
    assert held(shop, "A", "B") == [1, 0]


def test_nothing_is_taken_back_from_an_earlier_order() -> None:
    shop = shop_with(URGENT, MUG=1)
    shop.take("A")
    shop.take("B", priority=5)
    assert held(shop, "A", "B") == [1, 0]


def test_nothing_is_taken_back_from_an_order_at_the_warehouse() -> None:
    shop = shop_with(URGENT, MUG=1)
    shop.take("A")
    shop.send_to_warehouse("A")
    shop.take("B", placed_at=later(-9), priority=5)
    assert (shop.status("A"), held(shop, "B")) == ("SENT_TO_WAREHOUSE", [0])


def test_an_order_on_hold_loses_its_stock_and_stays_on_hold() -> None:
    shop = shop_with(URGENT, MUG=1)
    shop.take("A")
    shop.hold("A", HoldReason.OTHER)
    shop.take("B", placed_at=later(-9), priority=5)
    assert (shop.status("A"), held(shop, "A", "B")) == ("ON_HOLD", [0, 1])


def test_no_more_is_taken_back_than_is_needed_and_from_the_last_first() -> None:
    shop = shop_with(URGENT, MUG=5)
    shop.take("A", ("MUG", 2))
    shop.take("B", ("MUG", 2))
    shop.take("U", ("MUG", 2), placed_at=later(-9), priority=5)
    assert held(shop, "U", "A", "B") == [2, 2, 1]


def test_an_order_that_becomes_urgent_takes_back_at_once() -> None:
    policy = AllocationPolicy(queue=Queue.PRIORITY, preemption=Preemption.URGENT, urgent_from=5)
    shop = shop_with(policy, MUG=1)
    shop.take("A")
    shop.take("B")
    outcome = shop.edit("B", ChangePriority(5))
    assert held(shop, "A", "B") == [0, 1]
    assert (outcome.back_orders_completed, outcome.back_orders_opened) == (("B",), ("A",))


def test_an_urgent_order_that_cannot_be_completed_takes_nothing_back_where_it_may_not_keep() -> (
    None
):
    policy = AllocationPolicy(
        partial_allocation=PartialAllocation.NEVER, preemption=Preemption.URGENT, urgent_from=5
    )
    shop = shop_with(policy, MUG=1)
    shop.take("A")
    shop.take("B", ("MUG", 2), placed_at=later(-9), priority=5)
    assert held(shop, "A", "B") == [1, 0]
    shop.receive("MUG", 1)
    assert held(shop, "A", "B") == [0, 2]


# A whole backlog at once


def test_a_backlog_is_given_stock_as_one_command_after_another_would() -> None:
    shop = shop_with(MUG=4, PAN=1)
    backlog = [
        order("A", ("MUG", 3), placed_at=later(1)),
        order("B", ("MUG", 3), ("PAN", 1), placed_at=later(2)),
        order("C", ("PAN", 1), placed_at=later(3)),
    ]
    outcome = allocate(reversed(backlog), shop.state().records.values(), at=NOON)
    for each in backlog:
        shop.place(each)
    assert {each.order_id: each.lines for each in outcome.orders} == {
        each.order_id: each.lines for each in shop.orders()
    }
    assert set(outcome.stock) == set(shop.stock())


def test_a_backlog_of_two_sellers_is_refused() -> None:
    with pytest.raises(InvalidValueError, match=r"of one seller; call it once for each.*, not \["):
        allocate([order("A"), order("B", seller_id="bolt")], [], at=NOON)
    with pytest.raises(InvalidValueError):
        allocate([order("A")], [Stock(key(seller_id="bolt"), 1)], at=NOON)


def test_an_empty_backlog_comes_to_nothing() -> None:
    assert allocate([], [], at=NOON).events == ()


def test_a_backlog_lets_go_of_what_the_policy_does_not_let_it_keep() -> None:
    shop = shop_with(MUG=2)
    shop.take("A", ("MUG", 3))
    shop.take("B", ("MUG", 1))
    state: State = shop.state()
    policy = AllocationPolicy(partial_allocation=PartialAllocation.NEVER)
    outcome = allocate(state.orders.values(), state.records.values(), policy, at=NOON)
    assert kinds(outcome) == ["OrderDeallocated", "OrderAllocated"]
    assert outcome.back_orders_completed == ("B",)
