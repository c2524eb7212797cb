"""`RunDue`: remind sellers of orders that will be given up, and give up those whose time has come.

Everything else that time brings about comes first, as before any command. Then the orders that have
waited for as long as they may are given up one by one, in the order of their moments. After each of
them, the queues are served: its units may complete the next one.

No other command gives up an order. So it may still be served after its time, until `RunDue` comes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from orderflow.domain.decisions.short_orders import handle_short_orders
from orderflow.domain.model.events import SellerReminded
from orderflow.domain.model.policy import gives_up_at
from orderflow.domain.model.status import Status

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from orderflow.domain.allocation.serving_state import ServingState
    from orderflow.domain.model.order import Order
    from orderflow.domain.state.draft import Draft

__all__ = ["run_due"]


def run_due(serving: ServingState) -> None:
    """Remind and give up, unless this page leaves more to the next one, which then does it."""
    serving.runs_due = True
    if serving.leaves_more or serving.became_short:
        return
    draft, orders_max = serving.draft, serving.orders_max
    limit = None if orders_max is None else orders_max + 1
    given_up, reminded = _to_give_up(draft, limit), _to_remind(draft, limit)
    for event in reminded[:orders_max]:
        draft.emit(event)
    serving.became_short.update(dict.fromkeys(given_up[:orders_max]))
    serving.begin_page()
    handle_short_orders(serving)
    if limit in (len(given_up), len(reminded)):
        order = draft.order(given_up[-1] if given_up else reminded[-1].order_id)
        serving.continue_later((order.warehouse_id, order.lines[0].sku))
    else:
        serving.runs_due = bool(serving.became_short)


def _to_give_up(draft: Draft, limit: int | None) -> list[str]:
    """Return the orders whose moment has come, the first one first."""
    stored = draft.view.to_give_up(draft.at, draft.policy.give_up_after, _enough(draft, limit))
    due = [
        (moment, order.order_id)
        for moment, order in _with_moments(draft, stored)
        if moment <= draft.at
    ]
    return [order_id for _, order_id in sorted(due)[:limit]]


def _to_remind(draft: Draft, limit: int | None) -> list[SellerReminded]:
    """Return reminders of the orders whose moment comes soon, the first one first."""
    policy, remind_before = draft.policy, draft.policy.remind_before
    if remind_before is None:
        return []
    until, enough = draft.at + remind_before, _enough(draft, limit)
    stored = draft.view.to_remind(draft.at, until, policy.give_up_after, enough)
    reminders = [
        SellerReminded(*draft.name(order), max(moment - remind_before, wait.since), moment)
        for moment, order in _with_moments(draft, stored)
        if draft.at < moment <= until and (wait := order.wait) and not wait.reminded
    ]
    return sorted(reminders, key=lambda each: (each.gives_up_at, each.order_id))[:limit]


def _enough(draft: Draft, limit: int | None) -> int | None:
    """Return how many stored orders to read, since some of them may have changed."""
    return None if limit is None else limit + len(draft.orders)


def _with_moments(draft: Draft, stored: Iterable[Order]) -> Iterator[tuple[datetime, Order]]:
    """Yield the moments of the orders on back order among these and those that changed."""
    for order in {**{each.order_id: each for each in stored}, **draft.orders}.values():
        moment = gives_up_at(order, draft.policy.give_up_after)
        if moment is not None and order.status is Status.ON_BACK_ORDER:
            yield moment, order
