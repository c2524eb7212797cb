"""Orders that are passed over, until they begin to keep what there is.

An order that holds nothing until it is complete can be overtaken by smaller ones for ever. So it
counts how often a later order has taken of the product that it waits for, at most once in a
command; when that was often enough, it keeps what it can get from then on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from orderflow.domain.model.events import OrderPassedOver, OrderWaitedEnough
from orderflow.domain.model.policy import allows_partial, queue_position

if TYPE_CHECKING:
    from orderflow.domain.state.draft import Draft

__all__ = ["pass_over"]


def pass_over(draft: Draft) -> bool:
    """Count it for the orders that takers have passed over; tell whether any begins to keep."""
    begun = False
    last_taker = sorted(draft.last_taker.items())
    draft.last_taker.clear()
    for product, last_place in last_taker:
        for order in draft.view.waiting(*product, draft.policy):
            if queue_position(order, draft.policy.queue) >= last_place:
                break
            if draft.is_changed(order.order_id) or allows_partial(order, draft.policy):
                continue
            passed = draft.emit_for(order, OrderPassedOver(*draft.name(order)))
            if draft.has_waited_enough(passed):
                draft.emit(OrderWaitedEnough(*draft.name(order)))
                begun = True
    return begun
