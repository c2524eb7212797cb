"""Orders that are passed over, until they may be allocated a part.

Smaller orders can overtake an order forever if it may not be allocated a part. So it counts how
often a later order has taken some of the product that it is blocked on, at most once in a command.
Once that was often enough, it may be allocated a part.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from orderflow.domain.model.events import OrderPassedOver, OrderWaitedEnough
from orderflow.domain.model.policy import allows_partial, has_waited_enough, queue_position

if TYPE_CHECKING:
    from orderflow.domain.allocation.serving_state import ServingState

__all__ = ["pass_over"]


def pass_over(serving: ServingState) -> bool:
    """Count a pass for each order that was passed over; return whether one may now have a part."""
    draft = serving.draft
    begun = False
    last_taker = sorted(serving.last_taker.items())
    serving.last_taker.clear()
    for product, last_position in last_taker:
        for order in draft.view.waiting(*product, draft.policy):
            if queue_position(order, draft.policy.queue) >= last_position:
                break
            if serving.is_changed(order.order_id) or allows_partial(order, draft.policy):
                continue
            passed = draft.emit_for(order, OrderPassedOver(*draft.name(order)))
            if has_waited_enough(passed, draft.policy, draft.at):
                draft.emit(OrderWaitedEnough(*draft.name(order)))
                begun = True
    return begun
