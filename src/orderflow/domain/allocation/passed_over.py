"""Orders that are passed over, until they may be allocated a part.

If an order may not be allocated a part, smaller orders can overtake it forever. So each order
counts how often a later order took units of the product that it is blocked on. One command counts
at most once. After `passes_max` passes, the order may be allocated a part.

The passes are counted when all queues are served, if need be in pages. A later page counts the
orders that are then in the queue, from where the page before it has ended.
"""

from __future__ import annotations

from operator import itemgetter
from typing import TYPE_CHECKING

from orderflow.domain.model.events import OrderPassedOver
from orderflow.domain.model.policy import allows_partial, has_waited_enough, queue_position
from orderflow.domain.model.validators import UNITS_MAX
from orderflow.errors import LimitRefusedError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from orderflow.domain.allocation.serving_state import QueuePassing, ServingState
    from orderflow.domain.model.order import Order
    from orderflow.domain.model.stock import ProductKey
    from orderflow.domain.state.draft import Draft

__all__ = ["pass_over"]


def pass_over(serving: ServingState) -> bool:
    """Count the passes of this serving; return whether that makes an order wait enough.

    Raises:
        LimitRefusedError: If an order was passed over too often to be counted.
    """
    if not serving.is_passing and serving.deferred:
        return False  # passes are counted after the last page of the queues
    any_allowed = False
    for product, passing in sorted(serving.passing.items(), key=itemgetter(0)):
        for order in _passed_over(serving, product, passing):
            if serving.is_full:
                serving.is_passing = True
                return any_allowed
            any_allowed |= _pass(serving.draft, order)
            passing.after = order
        passing.after = passing.until
    serving.is_passing = False
    return any_allowed


def _passed_over(
    serving: ServingState, product: ProductKey, passing: QueuePassing
) -> Iterator[Order]:
    """Yield the unchanged orders of a queue whose passes are not counted yet."""
    draft = serving.draft
    if passing.is_counted:
        return
    last = queue_position(passing.until, draft.policy.queue)
    for order in draft.view.waiting(*product, draft.policy, None, passing.after):
        if queue_position(order, draft.policy.queue) >= last:
            return
        if order.order_id not in draft.orders and not allows_partial(order, draft.policy):
            yield order


def _pass(draft: Draft, order: Order) -> bool:
    """Count a pass of an order; return whether it has waited enough now, and is to be served."""
    _check_passes(order)
    passed = draft.emit_for(order, OrderPassedOver(*draft.name(order)))
    return has_waited_enough(passed, draft.policy, draft.at)


def _check_passes(order: Order) -> None:
    passes = 1 + (order.wait.passed_over if order.wait is not None else 0)
    if passes > UNITS_MAX:
        way_out = "put it on hold, or cancel it"
        raise LimitRefusedError(f"order {order.order_id!r}", "passes", passes, UNITS_MAX, way_out)
