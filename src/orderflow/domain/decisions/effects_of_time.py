"""The effects of time: ended holds and postponements, and waits that were long enough.

Every command applies them before its own change, as if they were a command of their own. If one
transaction may not change all these orders, pages of `ServeWaiting` come first. No such page serves
a queue before all effects are applied. Otherwise an order could be served before an earlier one
whose hold has ended as well.
"""

from __future__ import annotations

from operator import itemgetter
from typing import TYPE_CHECKING

from orderflow.domain.allocation.postponing import end_postponements, postponed_to_near
from orderflow.domain.allocation.serving import defer, serve
from orderflow.domain.allocation.serving_state import ServingState
from orderflow.domain.decisions.difference import outcome_of
from orderflow.domain.decisions.short_orders import handle_short_orders
from orderflow.domain.decisions.splitting import split_by_policy
from orderflow.domain.model.events import HoldReleased, OrderWaitedEnough
from orderflow.domain.model.status import Status
from orderflow.domain.state.draft import Draft
from orderflow.errors import PagesFirstError

if TYPE_CHECKING:
    from datetime import datetime

    from orderflow.domain.model.order import Order
    from orderflow.domain.model.outcome import Outcome
    from orderflow.domain.model.policy import AllocationPolicy
    from orderflow.domain.state.view import View

__all__ = ["apply_effects_of_time", "effects_of_time", "let_time_pass"]


def effects_of_time(view: View, policy: AllocationPolicy, at: datetime) -> Outcome:
    """Return what any command at this moment would do before its own change.

    Raises:
        PagesFirstError: If an earlier command left a page to `ServeWaiting`.
    """
    serving = ServingState(Draft(view, policy, at))
    let_time_pass(serving)
    split_by_policy(serving)
    return outcome_of(serving)


def let_time_pass(serving: ServingState) -> bool:
    """Apply the effects of time and serve the queues; return whether nothing is left to do.

    Raises:
        PagesFirstError: If an earlier command left a page to `ServeWaiting`.
    """
    if serving.draft.view.next_page is not None:
        raise PagesFirstError(serving.draft.seller_id)
    if not apply_effects_of_time(serving):
        defer(serving)
    elif serving.draft.events:
        serve(serving)
    if serving.draft.events:
        handle_short_orders(serving)
    return not serving.unserved() and serving.next_page() is None


def apply_effects_of_time(serving: ServingState) -> bool:
    """Release ended holds, end postponements, and allow a part to orders that waited long enough.

    Returns:
        Whether these were all. If not, the next page has to go on.
    """
    draft, policy, patience = serving.draft, serving.draft.policy, serving.draft.policy.patience
    limit = None if serving.orders_max is None else serving.orders_max + 1
    due = _ended_holds(draft, limit)
    if policy.allocation_horizon is not None:
        due += postponed_to_near(draft, limit)
    if patience is not None:
        due += _long_waits(draft, draft.at - patience, limit)
    for order in sorted(due[: serving.orders_max], key=_releases_first):
        if order.status is Status.ON_HOLD:
            _release(draft, order)
        elif order.status is Status.POSTPONED:
            end_postponements(draft, [order], by_time=True)
        else:
            due_at = order.wait.since + patience if order.wait and patience else None
            draft.emit(OrderWaitedEnough(*draft.name(order), due_at))
    if serving.orders_max is None or len(due) <= serving.orders_max:
        return True
    serving.continue_later((due[0].warehouse_id, due[0].lines[0].sku))
    return False


def _release(draft: Draft, order: Order) -> None:
    """Release the holds of an order that have ended, the first end first."""
    for end in sorted({hold.until for hold in order.holds if hold.until}):
        if end <= draft.at:
            reasons = tuple(hold.reason for hold in order.holds if hold.until == end)
            draft.emit(HoldReleased(*draft.name(order), reasons, end))


def _ended_holds(draft: Draft, limit: int | None) -> list[Order]:
    """Return the orders with ended holds, by the first end; a view has them in any order."""
    ended = [
        (min(hold.until for hold in order.holds if hold.until), order.order_id, order)
        for order in draft.view.ended_holds(draft.at, limit)
    ]
    return [order for _, _, order in sorted(ended, key=itemgetter(0, 1))]


def _long_waits(draft: Draft, since: datetime, limit: int | None) -> list[Order]:
    """Return the orders that have waited long enough, the longest wait first."""
    long = [
        (order.wait and order.wait.since, order.order_id, order)
        for order in draft.view.waiting_since_before(since, limit)
    ]
    return [order for _, _, order in sorted(long, key=itemgetter(0, 1))]


def _releases_first(order: Order) -> tuple[bool, str]:
    return (order.status is not Status.ON_HOLD, order.order_id)
