"""What urgent orders may take from later orders that the warehouse does not work on yet.

The last order in the queue loses first, and nobody loses more than is needed. An urgent order that
may not be allocated a part preempts only what makes it complete. Orders that differ in the queue
only by their ids do not preempt each other: parcels split off from one order are such orders.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from orderflow.domain.allocation.deallocation import last_lines_first
from orderflow.domain.model.events import DeallocationReason, OrderDeallocated
from orderflow.domain.model.policy import Preemption, queue_position
from orderflow.domain.model.status import FROZEN

if TYPE_CHECKING:
    from orderflow.domain.allocation.serving_state import ServingState
    from orderflow.domain.model.order import Order
    from orderflow.domain.model.policy import Queue, QueuePosition
    from orderflow.domain.model.stock import ProductKey

__all__ = ["is_preemptible", "preempt_for", "preemptible_products", "preemptible_units"]

_NEVER = Preemption.NEVER


def preemptible_products(serving: ServingState) -> list[ProductKey]:
    """Return the products that changed orders hold and urgent ones might take from them.

    With them go those whose urgent orders were not served to the end before.
    """
    draft = serving.draft
    if draft.policy.preemption is _NEVER:
        return []
    held = {
        (order.warehouse_id, line.sku)
        for order in draft.orders.values()
        if order.status not in FROZEN
        for line in order.lines
        if line.allocated
    }
    return sorted(held.union(serving.resumed))


def preemptible_units(serving: ServingState, order: Order, sku: str) -> int:
    """Return the units of a product that later orders hold and this one may take."""
    return sum(later.allocated_of(sku) for later in _later_orders(serving, order, sku))


def preempt_for(serving: ServingState, order: Order, *, completely: bool) -> None:
    """Put what an urgent order lacks on the shelf, taken from later orders.

    Args:
        serving: What this serving remembers.
        order: The urgent order.
        completely: Take nothing unless the order can be completed with it.
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


def is_preemptible(order: Order, position: QueuePosition, queue: Queue) -> bool:
    """Whether an urgent order at a position in the queue may take the units of another order.

    That one has to be later by more than its id, and the warehouse must not work on it yet.
    """
    return order.status not in FROZEN and queue_position(order, queue)[:-1] > position[:-1]


def _later_orders(serving: ServingState, order: Order, sku: str) -> list[Order]:
    """Return the orders that may lose units of a product to the order, the last one first."""
    queue = serving.draft.policy.queue
    position = queue_position(order, queue)
    return [
        later
        for later in serving.with_units.behind(position, (order.warehouse_id, sku))
        if is_preemptible(later, position, queue) and later.allocated_of(sku)
    ]
