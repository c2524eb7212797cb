"""Rules 5 and 6: what holds under each setting of the policy.

Each function asks the settings one after another, and each setting says its part.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from orderflow.domain.model.events import (
    OrderAllocated,
    OrderPartlyAllocated,
    OrderPutOnBackOrder,
)
from orderflow.domain.model.policy import (
    Fulfilment,
    PartialAllocation,
    Preemption,
    Rationing,
    queue_position,
)
from orderflow.domain.model.status import Status
from orderflow.invariants.state import key_of, text_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from orderflow.domain.model.events import Event
    from orderflow.domain.model.order import Order
    from orderflow.domain.model.policy import AllocationPolicy
    from orderflow.domain.model.stock import Stock, StockKey

__all__ = [
    "FROZEN",
    "GAINS",
    "fulfilment_violations",
    "gain_violations",
    "idle_stock_violations",
    "patience_violations",
]

GAINS = OrderAllocated | OrderPutOnBackOrder | OrderPartlyAllocated
"""What gives an order units."""

FROZEN = frozenset({Status.SENT_TO_WAREHOUSE, Status.CANCELLATION_REQUESTED})
"""The warehouse works on it."""


def idle_stock_violations(
    orders: Iterable[Order], stock: Iterable[Stock], policy: AllocationPolicy
) -> list[str]:
    """Hold the state to rule 5: no unit lies idle that a waiting order could use.

    What later orders hold counts as idle for an urgent one that may take it back.
    """
    orders = tuple(orders)
    available = _available(stock)
    found = []
    for order in orders:
        if order.status is not Status.ON_BACK_ORDER:
            continue
        name = f"order {order.order_id!r}"
        within_reach = _within_reach(order, orders, available, policy)
        if _keeps(order, policy):
            found += [
                f"{text_of(key)}: {within_reach[key]} within reach, but {name} is short of it"
                for key in _usable(order, within_reach)
            ]
        elif _can_be_completed(order, within_reach):
            found.append(f"{name} waits, but could be completed from what is within reach")
        if not _keeps(order, policy) and order.allocated:
            found.append(f"{name} holds {order.allocated} units, but is short of others")
    return found


def patience_violations(
    orders: Iterable[Order], policy: AllocationPolicy, at: datetime | None = None
) -> list[str]:
    """Say which orders on back order have waited enough to keep stock, and do not keep it."""
    if policy.partial_allocation is not PartialAllocation.AFTER_WAITING:
        return []
    found = []
    for order in orders:
        wait = order.wait
        if order.status is not Status.ON_BACK_ORDER or wait is None or wait.allows_partial:
            continue
        if policy.passes_max is not None and wait.passed_over >= policy.passes_max:
            found.append(f"order {order.order_id!r} was passed over {wait.passed_over} times")
        if at is not None and policy.wait_max is not None and at - wait.since >= policy.wait_max:
            found.append(f"order {order.order_id!r} waits since {wait.since}")
    return [f"{each} and keeps nothing yet" for each in found]


def fulfilment_violations(orders: Iterable[Order], policy: AllocationPolicy) -> list[str]:
    """Say which units of orders on back order should have left by now."""
    found = []
    for order in orders:
        may_leave = _may_leave(order, policy) if order.status is Status.ON_BACK_ORDER else 0
        if may_leave:
            found.append(f"order {order.order_id!r} still has {may_leave} units that may leave")
    return found


def gain_violations(
    orders: Iterable[Order], stock: Iterable[Stock], event: Event, policy: AllocationPolicy
) -> list[str]:
    """Hold an event that gives units to rule 6: nobody who stands in front lacked them.

    A fair share goes to all who wait at once: there it says nothing.

    Args:
        orders: The orders before the event.
        stock: The stock before the event. Where stock was taken back for the order that gains,
            both are from before that.
        event: The event. One that gives an order nothing violates nothing.
        policy: Who gets the stock.
    """
    if not isinstance(event, GAINS) or not event.units:
        return []
    by_id = {order.order_id: order for order in orders}
    gainer = by_id.get(event.order_id)
    if gainer is None:
        return [f"order {event.order_id!r} got units before it was placed"]
    if policy.rationing is Rationing.FAIR_SHARE:
        return []
    gained = {key_of(gainer, gainer.line(line_id).sku) for line_id, _ in event.units}
    available = _available(stock)
    place = queue_position(gainer, policy.queue)
    return [
        f"{text_of(key)}: order {gainer.order_id!r} got units of it, "
        f"but order {order.order_id!r} stands in front and could have used them"
        for order in by_id.values()
        if order.status is Status.ON_BACK_ORDER and queue_position(order, policy.queue) < place
        for key in _could_have_used(order, available, policy)
        if key in gained
    ]


# Holding


def _keeps(order: Order, policy: AllocationPolicy) -> bool:
    match policy.partial_allocation:
        case PartialAllocation.ALWAYS:
            return True
        case PartialAllocation.NEVER:
            return False
        case PartialAllocation.AFTER_WAITING:
            return order.wait is not None and order.wait.allows_partial
        case _:
            assert_never(policy.partial_allocation)


def _could_have_used(
    order: Order, available: Mapping[StockKey, int], policy: AllocationPolicy
) -> list[StockKey]:
    """Return the products of which a waiting order could have used units at this moment."""
    if _keeps(order, policy):
        return _usable(order, available)
    return list(_needs(order)) if _can_be_completed(order, available) else []


# Fulfilment


def _may_leave(order: Order, policy: AllocationPolicy) -> int:
    """Return how many units of a short order the setting lets go at once."""
    match policy.fulfilment:
        case Fulfilment.COMPLETE:
            return 0
        case Fulfilment.SPLIT:
            return sum(line.allocated for line in order.lines)
        case Fulfilment.PARCELS:
            left = (policy.parcels_max or 1) - 1 - order.split_count
            return sum(line.allocated for line in order.lines) if left > 0 else 0
        case Fulfilment.WHOLE_LINES:
            return sum(line.allocated for line in order.lines if line.allocated == line.quantity)
        case _:
            assert_never(policy.fulfilment)


# Take-back


def _within_reach(
    order: Order,
    orders: Iterable[Order],
    available: Mapping[StockKey, int],
    policy: AllocationPolicy,
) -> Mapping[StockKey, int]:
    """Return what there is for an order: for an urgent one also what later ones hold."""
    match policy.preemption:
        case Preemption.NEVER:
            return available
        case Preemption.URGENT:
            if policy.urgent_from is None or order.priority < policy.urgent_from:
                return available
        case _:
            assert_never(policy.preemption)
    place = queue_position(order, policy.queue)[:-1]  # the order id alone makes nobody later
    preemptible = dict(available)
    for later in orders:
        if later.status not in FROZEN and queue_position(later, policy.queue)[:-1] > place:
            for line in later.lines:
                key = key_of(later, line.sku)
                preemptible[key] = preemptible.get(key, 0) + line.allocated
    return preemptible


# What is needed, and what there is


def _needs(order: Order) -> dict[StockKey, int]:
    """Return how many units the order is short of, by product."""
    needs: dict[StockKey, int] = {}
    for line in order.lines:
        if line.allocated < line.quantity:
            key = key_of(order, line.sku)
            needs[key] = needs.get(key, 0) + line.quantity - line.allocated
    return needs


def _usable(order: Order, available: Mapping[StockKey, int]) -> list[StockKey]:
    """Return the products that the order is short of and that there are units of."""
    return [key for key in _needs(order) if available.get(key, 0) > 0]


def _can_be_completed(order: Order, available: Mapping[StockKey, int]) -> bool:
    return all(units <= available.get(key, 0) for key, units in _needs(order).items())


def _available(stock: Iterable[Stock]) -> dict[StockKey, int]:
    return {record.key: record.on_hand - record.allocated for record in stock}
