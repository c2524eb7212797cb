"""`ServeWaiting`: the next page of an earlier command.

A page serves the unserved queues from their heads. Before that, it applies the effects of time,
unless the earlier command has more to do than serve queues: see `Outcome.next_page`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from orderflow.domain.allocation.passed_over import pass_over
from orderflow.domain.allocation.serving import defer, serve
from orderflow.domain.allocation.serving_state import QueuePassing
from orderflow.domain.decisions import policy_change
from orderflow.domain.decisions.effects_of_time import apply_effects_of_time
from orderflow.domain.decisions.run_due import run_due
from orderflow.domain.decisions.short_orders import handle_short_orders
from orderflow.domain.decisions.splitting import split_by_policy
from orderflow.domain.model.next_page import PageStep

if TYPE_CHECKING:
    from orderflow.domain.allocation.serving_state import ServingState
    from orderflow.domain.model.commands import ServeWaiting
    from orderflow.domain.model.next_page import NextPage
    from orderflow.domain.model.stock import ProductKey

__all__ = ["serve_page"]


def serve_page(serving: ServingState, command: ServeWaiting) -> None:
    """Do the next page of an earlier command; without a limit of orders, do all of them."""
    products = [(key.warehouse_id, key.sku) for key in command.keys]
    page = serving.draft.view.next_page
    if page is not None:
        serving.became_short.update(dict.fromkeys(page.became_short))
        serving.runs_due = page.runs_due
    if page is not None and page.changes_policy:
        policy_change.go_on(serving, page, products)
    elif page is not None and page.passing:
        _go_on_passing(serving, page, products)
    else:
        _serve(serving, products, is_due=not apply_effects_of_time(serving))
    handle_short_orders(serving)
    if serving.runs_due:
        run_due(serving)
    if page is None or not (page.changes_policy and serving.is_continued):
        split_by_policy(serving)


def _serve(serving: ServingState, products: list[ProductKey], *, is_due: bool) -> None:
    if is_due:
        defer(serving)
        serving.deferred.update(dict.fromkeys(products))
        return
    for product in products:
        serving.resume(product)
    serve(serving)


def _go_on_passing(serving: ServingState, page: NextPage, products: list[ProductKey]) -> None:
    """Count passes, or serve the queues if this is still to be done before."""
    find = serving.draft.order
    for each in page.passing:
        after = None if each.after is None else find(each.after)
        of_queue = QueuePassing(find(each.until), after)
        serving.passing[each.warehouse_id, each.sku] = of_queue
    serving.is_passing = page.step is PageStep.PASS_OVER
    is_limited = serving.orders_max is not None
    if serving.is_passing:
        serving.begin_page()
        pass_over(serving)
    _serve(serving, products, is_due=page.step is PageStep.PASS_OVER and is_limited)
