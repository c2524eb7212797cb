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
from orderflow.domain.state.waits import to_give_up, to_remind

if TYPE_CHECKING:
    from collections.abc import Iterable
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
    serving.to_give_up.update(given_up[:orders_max])
    serving.begin_page()
    handle_short_orders(serving)
    if serving.to_give_up or limit in (len(given_up), len(reminded)):
        order = draft.order(given_up[-1][0] if given_up else reminded[-1].order_id)
        serving.continue_later((order.warehouse_id, order.lines[0].sku))
    else:
        serving.runs_due = False


def _to_give_up(draft: Draft, limit: int | None) -> list[tuple[str, datetime]]:
    """Return the orders whose moment has come, with it, the first one first."""
    after = draft.policy.give_up_after
    stored = draft.view.to_give_up(draft.at, after, _enough(draft, limit))
    due = to_give_up(_as_they_are_now(draft, stored), draft.at, after)[:limit]
    return [(order.order_id, moment) for order in due if (moment := gives_up_at(order, after))]


def _to_remind(draft: Draft, limit: int | None) -> list[SellerReminded]:
    """Return reminders of the orders whose moment comes soon, the first one first."""
    policy, remind_before = draft.policy, draft.policy.remind_before
    if remind_before is None:
        return []
    until, after = draft.at + remind_before, policy.give_up_after
    stored = draft.view.to_remind(draft.at, until, after, _enough(draft, limit))
    due = to_remind(_as_they_are_now(draft, stored), draft.at, until, after)[:limit]
    return [
        SellerReminded(*draft.name(order), max(moment - remind_before, wait.since), moment)
        for order in due
        if (moment := gives_up_at(order, after)) and (wait := order.wait)
    ]


def _enough(draft: Draft, limit: int | None) -> int | None:
    """Return how many stored orders to read, since some of them may have changed."""
    return None if limit is None else limit + len(draft.orders)


def _as_they_are_now(draft: Draft, stored: Iterable[Order]) -> Iterable[Order]:
    """Return these orders and those that changed, as they are now."""
    return {**{each.order_id: each for each in stored}, **draft.orders}.values()
