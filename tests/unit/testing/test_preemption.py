"""What was taken back went from the last of those behind to an urgent order that needed it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs
import pytest

from orderflow import AllocationPolicy, OrderLine, Preemption, Queue, Status, Stock
from orderflow.core import State
from orderflow.events import (
    DeallocationReason,
    Event,
    OrderAllocated,
    OrderCancelled,
    OrderDeallocated,
)
from orderflow.invariants import history_violations, preemption_violations
from tests.unit.shop import ACME, NOON, key, later, order

if TYPE_CHECKING:
    from orderflow import Order

URGENT = AllocationPolicy(preemption=Preemption.URGENT, urgent_from=5)


def holder(order_id: str, units: int, *, minute: int) -> Order:
    line = OrderLine("1", "MUG", units, units)
    return order(order_id, status=Status.ALLOCATED, lines=(line,), placed_at=later(minute))


def lost(order_id: str, units: int) -> OrderDeallocated:
    return OrderDeallocated(ACME, order_id, NOON, (("1", units),), DeallocationReason.PREEMPTED)


WAITS = order("U", ("MUG", 2), status=Status.ON_BACK_ORDER, priority=5, placed_at=later(1))
NEXT, LAST = holder("Y", 2, minute=2), holder("Z", 1, minute=3)
GAIN = OrderAllocated(ACME, "U", NOON, (("1", 2),))
LOSSES = [lost("Z", 1), lost("Y", 1)]
SHELF = [Stock(key(), 3, 3)]


def test_units_that_the_last_ones_lose_to_an_urgent_order_violate_nothing() -> None:
    assert preemption_violations([WAITS, NEXT, LAST], SHELF, LOSSES, GAIN, URGENT) == []


def test_where_nothing_was_taken_back_there_is_nothing_to_find() -> None:
    assert preemption_violations([WAITS, NEXT, LAST], SHELF, [], GAIN, URGENT) == []


@pytest.mark.parametrize(
    "gain",
    [
        None,
        OrderCancelled(ACME, "U", NOON, ""),
        attrs.evolve(GAIN, order_id="V"),
        attrs.evolve(GAIN, at=later(1)),
    ],
    ids=["no event", "no gain", "an order that is not there", "another command"],
)
def test_units_that_nobody_gets_at_once_are_found(gain: Event | None) -> None:
    assert preemption_violations([WAITS, NEXT, LAST], SHELF, LOSSES, gain, URGENT) == [
        "units of order 'Z' were preempted for no order",
        "units of order 'Y' were preempted for no order",
    ]


@pytest.mark.parametrize(
    ("policy", "priority"), [(URGENT, 4), (AllocationPolicy(), 5)], ids=["its own", "of the policy"]
)
def test_an_order_that_is_not_urgent_takes_nothing_back(
    policy: AllocationPolicy, priority: int
) -> None:
    waits = attrs.evolve(WAITS, priority=priority)
    found = preemption_violations([waits, NEXT, LAST], SHELF, LOSSES, GAIN, policy)
    assert found == ["units were preempted for order 'U', which is not urgent"]


@pytest.mark.parametrize("minute", [0, 1])
def test_who_does_not_stand_behind_by_more_than_the_id_loses_nothing(minute: int) -> None:
    front = holder("Y", 2, minute=minute)
    found = preemption_violations([WAITS, front], SHELF, [lost("Y", 2)], GAIN, URGENT)
    assert found == ["units of order 'Y' were preempted, but it is not behind order 'U'"]


def test_who_stands_behind_is_what_the_queue_of_the_policy_says() -> None:
    by_priority = attrs.evolve(URGENT, queue=Queue.PRIORITY)
    earlier = holder("Y", 2, minute=0)
    assert preemption_violations([WAITS, earlier], SHELF, [lost("Y", 2)], GAIN, by_priority) == []


def test_what_the_warehouse_works_on_is_not_taken_back() -> None:
    picked = attrs.evolve(NEXT, status=Status.SENT_TO_WAREHOUSE)
    found = preemption_violations([WAITS, picked], SHELF, [lost("Y", 2)], GAIN, URGENT)
    assert found == ["units of order 'Y' were preempted, but the warehouse works on it"]


def test_the_last_one_loses_first() -> None:
    (found,) = preemption_violations([WAITS, NEXT, LAST], SHELF, [lost("Y", 2)], GAIN, URGENT)
    assert "units of order 'Y' were preempted" in found
    assert "order 'Z' is behind it and still has 1" in found


@pytest.mark.parametrize(
    "last",
    [
        attrs.evolve(LAST, status=Status.SENT_TO_WAREHOUSE),
        attrs.evolve(LAST, warehouse_id="york"),
        attrs.evolve(LAST, lines=(OrderLine("1", "PAN", 1, 1),)),
    ],
    ids=["at the warehouse", "elsewhere", "of another product"],
)
def test_a_last_one_that_could_not_lose_it_does_not_count(last: Order) -> None:
    assert preemption_violations([WAITS, NEXT, last], SHELF, [lost("Y", 2)], GAIN, URGENT) == []


def test_more_than_the_urgent_order_needed_is_found() -> None:
    shelf = [Stock(key(), 4, 3)]  # and one is available
    assert preemption_violations([WAITS, NEXT, LAST], shelf, LOSSES, GAIN, URGENT) == [
        "'MUG' of 'acme' in 'leeds': 2 preempted for order 'U', which needed 1 of them"
    ]
    assert preemption_violations([WAITS, NEXT, LAST], shelf, LOSSES[:1], GAIN, URGENT) == []


def test_a_history_is_held_to_it_wherever_units_are_taken_back() -> None:
    opening = State.of(ACME, [WAITS, NEXT, LAST], SHELF)
    assert history_violations(opening, [*LOSSES, GAIN], URGENT) == []
    assert history_violations(opening, LOSSES, URGENT) == [
        "units of order 'Y' were preempted for no order",
        "units of order 'Z' were preempted for no order",
    ]
    between = attrs.evolve(LOSSES[1], reason=DeallocationReason.COUNT)
    found = history_violations(opening, [LOSSES[0], between, GAIN], URGENT)
    assert found == ["units of order 'Z' were preempted for no order"]
