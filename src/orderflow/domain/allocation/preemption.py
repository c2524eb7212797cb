"""Preemption: an urgent order takes units of later orders that are not at the warehouse yet.

A pinned order loses none. The last order in the queue loses units first, and no order loses more
than is needed. If an urgent
order may not be allocated a part, it preempts units only if they complete it. Orders whose
positions differ only by their ids do not preempt each other, such as the parcels of one order. An
order that is served first after a reallocation takes units before all others, but preempts no more
orders than it would otherwise.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from orderflow.domain.allocation.deallocation import last_lines_first
from orderflow.domain.model.events import DeallocationReason, OrderDeallocated
from orderflow.domain.model.policy import Preemption, is_urgent, queue_position
from orderflow.domain.model.status import FROZEN

if TYPE_CHECKING:
    from orderflow.domain.allocation.serving_state import ServingState
    from orderflow.domain.model.order import Order
    from orderflow.domain.model.policy import Queue
    from orderflow.domain.model.stock import ProductKey

__all__ = [
    "is_preemptible",
    "preempt_for",
    "preemptible_products",
    "preemption_rank",
    "within_reach",
]

_NEVER = Preemption.NEVER


def preemptible_products(serving: ServingState) -> list[ProductKey]:
    """Return the products of which urgent orders may preempt units of changed orders.

    These include the products whose queue an earlier command left unserved.
    """
    draft = serving.draft
    if draft.policy.preemption is _NEVER:
        return []
    products = {
        (order.warehouse_id, line.sku)
        for order in draft.orders.values()
        if is_preemptible(order)
        for line in order.lines
        if line.allocated
    }
    return sorted(products.union(serving.resumed))


def within_reach(serving: ServingState, order: Order, sku: str) -> int:
    """Return the units of a product that the order can take or, if urgent, preempt."""
    available = serving.draft.shelves[order.warehouse_id][sku]
    if not is_urgent(order, serving.draft.policy):
        return available
    return available + sum(each.allocated_of(sku) for each in _later_orders(serving, order, sku))


def preempt_for(serving: ServingState, order: Order, *, completely: bool) -> None:
    """Deallocate the units that an urgent order is short of from later orders.

    Args:
        serving: What this serving remembers.
        order: The urgent order.
        completely: Preempt nothing unless that completes the order.
    """
    draft = serving.draft
    shelf = draft.shelves[order.warehouse_id]
    missing: dict[str, int] = {}
    for line in order.short_lines:
        missing[line.sku] = missing.get(line.sku, -max(0, shelf[line.sku])) + line.short
    losses: dict[str, dict[str, int]] = {}
    for sku, units in missing.items():
        needed = units
        for later in _later_orders(serving, order, sku) if needed > 0 else ():
            lost = last_lines_first(later, sku, needed)
            if lost:
                needed -= sum(part for _, part in lost)
                losses.setdefault(later.order_id, {}).update(lost)
        if completely and needed > 0:
            return
    for order_id, parts in losses.items():
        later = draft.order(order_id)
        units_lost = tuple(
            (line.line_id, parts[line.line_id]) for line in later.lines if line.line_id in parts
        )
        reason = DeallocationReason.PREEMPTED
        draft.emit(OrderDeallocated(*draft.name(later), units_lost, reason))


def is_preemptible(order: Order) -> bool:
    """Whether urgent orders may preempt the units of an order.

    It is not at the warehouse yet, and not pinned.
    """
    return order.status not in FROZEN and not order.pinned


def preemption_rank(order: Order, queue: Queue) -> tuple[object, ...]:
    """Return what a preempting order has less of: its position without the mark and the id."""
    return queue_position(order, queue)[1:-1]


def _later_orders(serving: ServingState, order: Order, sku: str) -> list[Order]:
    """Return the orders whose units of a product the order may preempt, the last one first."""
    queue = serving.draft.policy.queue
    position, rank = queue_position(order, queue), preemption_rank(order, queue)
    return [
        later
        for later in serving.with_units.behind(position, (order.warehouse_id, sku))
        if is_preemptible(later)
        and preemption_rank(later, queue) > rank
        and later.allocated_of(sku)
    ]
