"""Who stands behind an urgent order and holds what it needs, whatever has happened meanwhile."""

from __future__ import annotations

from orderflow import (
    AllocationPolicy,
    Hold,
    HoldReason,
    Order,
    OrderLine,
    Preemption,
    Queue,
    Status,
    Stock,
)
from orderflow.commands import EditOrder
from orderflow.core import State, decide
from orderflow.domain.allocation.with_units import OrdersWithUnits
from orderflow.domain.model.events import OrderAllocated
from orderflow.domain.model.policy import queue_position
from orderflow.domain.state.draft import Draft
from orderflow.edits import ChangePriority
from orderflow.events import OrderDeallocated
from tests.unit.shop import ACME, LEEDS, NOON, about, key, later, order

MUGS = (LEEDS, "MUG")
POLICY = AllocationPolicy(queue=Queue.PRIORITY, preemption=Preemption.URGENT, urgent_from=10)


def holder(order_id: str, priority: int) -> Order:
    """Return an allocated order that holds a mug."""
    lines = (OrderLine("1", "MUG", 1, 1),)
    return order(order_id, priority=priority, status=Status.ALLOCATED, lines=lines)


def behind(orders: OrdersWithUnits, first: Order) -> list[str]:
    found = orders.behind(queue_position(first, POLICY.queue), MUGS)
    return [each.order_id for each in found]


def test_those_behind_come_last_first_and_those_before_do_not() -> None:
    orders = [holder("A", 1), holder("B", 7), holder("C", 3), holder("D", 30)]
    draft = Draft(State.of(ACME, orders, [Stock(key(), 4, 4)]), POLICY, NOON)
    assert behind(OrdersWithUnits(draft), order("U", priority=20)) == ["A", "C", "B"]


def test_what_was_allocated_since_is_seen_in_its_place() -> None:
    new = order("N", priority=5)
    state = State.of(ACME, [holder("A", 1), holder("B", 7), new], [Stock(key(), 3, 2)])
    draft = Draft(state, POLICY, NOON)
    orders = OrdersWithUnits(draft)
    assert behind(orders, order("U", priority=20)) == ["A", "B"]
    draft.emit(OrderAllocated(ACME, "N", NOON, (("1", 1),)))
    assert behind(orders, order("U", priority=20)) == ["A", "N", "B"]


def test_an_order_that_was_moved_loses_by_its_new_place() -> None:
    """A hold that has ended makes an urgent order ask before the edit, and another asks after."""
    held = order("U", priority=10, status=Status.ON_HOLD, holds=(Hold(HoldReason.OTHER, later(1)),))
    waiting = order("V", priority=12, status=Status.ON_BACK_ORDER)
    orders = [held, waiting, holder("L", 5), holder("N", 6), holder("M", 1)]
    state = State.of(ACME, orders, [Stock(key(), 3, 3)])
    changes = (ChangePriority(8),)
    outcome = decide(EditOrder(**about("L", later(2)), edits=changes), state, POLICY)
    lost = [each.order_id for each in outcome.events if isinstance(each, OrderDeallocated)]
    assert lost == ["M", "N"]
