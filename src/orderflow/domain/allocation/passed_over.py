"""Orders that are passed over, until they may be allocated a part.

If an order may not be allocated a part, smaller orders can overtake it forever. So each order
counts how often a later order took units of the product that it is blocked on. One command counts
at most once. After `passes_max` passes, the order may be allocated a part.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from orderflow.domain.model.events import OrderPassedOver, OrderWaitedEnough
from orderflow.domain.model.policy import allows_partial, has_waited_enough, queue_position
from orderflow.domain.model.validators import UNITS_MAX
from orderflow.errors import LimitRefusedError

if TYPE_CHECKING:
    from orderflow.domain.allocation.serving_state import ServingState
    from orderflow.domain.model.order import Order

__all__ = ["pass_over"]


def pass_over(serving: ServingState) -> bool:
    """Count the passes of this serving; return whether an order may now be allocated a part.

    Raises:
        LimitRefusedError: If an order was passed over too often to be counted.
    """
    draft = serving.draft
    any_allowed = False
    last_taker = sorted(serving.last_taker.items())
    serving.last_taker.clear()
    for product, last_position in last_taker:
        for order in draft.view.waiting(*product, draft.policy):
            if queue_position(order, draft.policy.queue) >= last_position:
                break
            if serving.is_changed(order.order_id) or allows_partial(order, draft.policy):
                continue
            _check_passes(order)
            passed = draft.emit_for(order, OrderPassedOver(*draft.name(order)))
            if has_waited_enough(passed, draft.policy, draft.at):
                draft.emit(OrderWaitedEnough(*draft.name(order)))
                any_allowed = True
    return any_allowed


def _check_passes(order: Order) -> None:
    passes = 1 + (order.wait.passed_over if order.wait is not None else 0)
    if passes > UNITS_MAX:
        way_out = "put it on hold, or cancel it"
        raise LimitRefusedError(f"order {order.order_id!r}", "passes", passes, UNITS_MAX, way_out)
