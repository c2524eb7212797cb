"""Rules 5 and 6: the invariants that depend on the settings of the policy."""

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
from orderflow.errors.quoting import counted
from orderflow.invariants.state import key_of, text_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from orderflow.domain.model.events import Event
    from orderflow.domain.model.order import Order
    from orderflow.domain.model.policy import AllocationPolicy, Queue
    from orderflow.domain.model.stock import Stock, StockKey

__all__ = [
    "FROZEN",
    "GAINS",
    "allows_a_part",
    "fulfilment_violations",
    "gain_violations",
    "idle_stock_violations",
    "is_behind",
    "patience_violations",
    "postponement_violations",
]

GAINS = OrderAllocated | OrderPutOnBackOrder | OrderPartlyAllocated
"""The events that give units to an order."""

FROZEN = frozenset({Status.SENT_TO_WAREHOUSE, Status.CANCELLATION_REQUESTED})
"""The statuses in which the warehouse works on the order."""


def idle_stock_violations(
    orders: Iterable[Order], stock: Iterable[Stock], policy: AllocationPolicy
) -> list[str]:
    """Return violations of rule 5: no available unit is one that a waiting order could use.

    For an urgent order, units of later orders that it may preempt count as available.
    """
    orders = tuple(orders)
    available = _available(stock)
    found = []
    for order in orders:
        if order.status is not Status.ON_BACK_ORDER:
            continue
        name = f"order {order.order_id!r}"
        usable_units = _usable_units(order, orders, available, policy)
        if allows_a_part(order, policy):
            found += [
                f"{text_of(key)}: {usable_units[key]} could be used, but {name} is short of it"
                for key in _usable(order, usable_units)
            ]
        elif _can_be_completed(order, usable_units):
            found.append(f"{name} waits, but could be completed")
        if not allows_a_part(order, policy) and order.allocated:
            found.append(f"{name} has {counted(order.allocated, 'unit')}, but is short of others")
    return found


def patience_violations(
    orders: Iterable[Order], policy: AllocationPolicy, at: datetime | None = None
) -> list[str]:
    """Return orders that have waited long enough, but are not marked as such."""
    longest = policy.wait_max if policy.split_wait_min is None else policy.split_wait_min
    if policy.passes_max is None and longest is None:
        return []
    found = []
    for order in orders:
        wait = order.wait
        if order.status is not Status.ON_BACK_ORDER or wait is None or wait.allows_partial:
            continue
        if policy.passes_max is not None and wait.passed_over >= policy.passes_max:
            found.append(
                f"order {order.order_id!r} was passed over {counted(wait.passed_over, 'time')}"
            )
        if at is not None and longest is not None and at - wait.since >= longest:
            found.append(f"order {order.order_id!r} has waited since {wait.since}")
    return [f"{each} but is not marked as having waited enough" for each in found]


def postponement_violations(
    orders: Iterable[Order], policy: AllocationPolicy, at: datetime | None = None
) -> list[str]:
    """Return postponed orders that should be in their queues, because their day is near."""
    horizon = policy.allocation_horizon
    found = []
    for order in orders:
        day = order.not_before
        if order.status is Status.POSTPONED and (
            day is None or horizon is None or (at is not None and day - at <= horizon)
        ):
            found.append(
                f"order {order.order_id!r} is postponed, but its day {day} is near "
                f"(horizon: {horizon})"
            )
    return found


def fulfilment_violations(orders: Iterable[Order], policy: AllocationPolicy) -> list[str]:
    """Return orders on back order that should have been split, or should not have been."""
    found = []
    for order in orders:
        may_leave = _may_leave(order, policy) if order.status is Status.ON_BACK_ORDER else 0
        if may_leave and _is_enough(order, may_leave, policy):
            found.append(
                f"order {order.order_id!r} still has {counted(may_leave, 'unit')} to split off"
            )
    return found


def gain_violations(
    orders: Iterable[Order], stock: Iterable[Stock], event: Event, policy: AllocationPolicy
) -> list[str]:
    """Return violations of rule 6: no order ahead in the queue could have used the units.

    A fair share goes to all waiting orders at once, so there are no findings then.

    Args:
        orders: The orders before the event, and before any preemption for it.
        stock: The stock at that time.
        event: The event. An event that gives no units has no violations.
        policy: The allocation policy.
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
        f"but order {order.order_id!r} is ahead of it and could have used them"
        for order in by_id.values()
        if order.status is Status.ON_BACK_ORDER and queue_position(order, policy.queue) < place
        for key in _could_have_used(order, available, policy)
        if key in gained
    ]


# Partial allocation


def allows_a_part(order: Order, policy: AllocationPolicy) -> bool:
    """Whether the order may be allocated a part while it waits."""
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
    """Return the products of which a waiting order could have used units."""
    if allows_a_part(order, policy):
        return _usable(order, available)
    return list(_needs(order)) if _can_be_completed(order, available) else []


# Fulfilment


def _may_leave(order: Order, policy: AllocationPolicy) -> int:
    """Return how many units of a short order should be split off."""
    waiting = {each.set_id for each in order.lines if each.set_id and each.short}
    lines = [line for line in order.lines if line.set_id not in waiting]
    match policy.fulfilment:
        case Fulfilment.COMPLETE:
            return 0
        case Fulfilment.SPLIT:
            return sum(line.allocated for line in lines)
        case Fulfilment.PARCELS:
            left = (policy.parcels_max or 1) - 1 - order.split_count
            return sum(line.allocated for line in lines) if left > 0 else 0
        case Fulfilment.WHOLE_LINES:
            return sum(line.allocated for line in lines if line.allocated == line.quantity)
        case _:
            assert_never(policy.fulfilment)


def _is_enough(order: Order, leaving: int, policy: AllocationPolicy) -> bool:
    """Whether this number of units is enough to leave."""
    quantity = sum(line.quantity for line in order.lines)
    waited = order.wait is not None and order.wait.allows_partial
    minimums = (
        (policy.split_units_min, leaving >= (policy.split_units_min or 0)),
        (policy.split_percent_min, 100 * leaving >= (policy.split_percent_min or 0) * quantity),
        (policy.split_wait_min, waited),
    )
    given = [is_reached for minimum, is_reached in minimums if minimum is not None]
    return any(given) or not given


# Preemption


def _usable_units(
    order: Order,
    orders: Iterable[Order],
    available: Mapping[StockKey, int],
    policy: AllocationPolicy,
) -> Mapping[StockKey, int]:
    """Return the units that an order could use: available ones, and those it may preempt."""
    match policy.preemption:
        case Preemption.NEVER:
            return available
        case Preemption.URGENT:
            if policy.urgent_from is None or order.priority < policy.urgent_from:
                return available
        case _:
            assert_never(policy.preemption)
    preemptible = dict(available)
    for later in orders:
        if later.status in FROZEN or later.pinned:
            continue
        if is_behind(later, order, policy.queue):
            for line in later.lines:
                key = key_of(later, line.sku)
                preemptible[key] = preemptible.get(key, 0) + line.allocated
    return preemptible


def is_behind(later: Order, order: Order, queue: Queue) -> bool:
    """Whether an order is so far behind another that its units may be preempted.

    A greater order id alone is not enough, nor that the other one is served first.
    """
    position, other = queue_position(order, queue), queue_position(later, queue)
    return other > position and other[1:-1] > position[1:-1]


# Needed and available units


def _needs(order: Order) -> dict[StockKey, int]:
    """Return how many units the order is short of, by product."""
    needs: dict[StockKey, int] = {}
    for line in order.lines:
        if line.allocated < line.quantity:
            key = key_of(order, line.sku)
            needs[key] = needs.get(key, 0) + line.quantity - line.allocated
    return needs


def _usable(order: Order, available: Mapping[StockKey, int]) -> list[StockKey]:
    """Return the products that the order is short of and that are available."""
    return [key for key in _needs(order) if available.get(key, 0) > 0]


def _can_be_completed(order: Order, available: Mapping[StockKey, int]) -> bool:
    return all(units <= available.get(key, 0) for key, units in _needs(order).items())


def _available(stock: Iterable[Stock]) -> dict[StockKey, int]:
    return {record.key: record.on_hand - record.allocated for record in stock}
