"""A change of the policy by which the stock of a seller is allocated.

A change of policy counts as a change to every order on back order. Each of them is offered stock
again, in the order of the new queue, and none is passed over. Units that may leave automatically
under the new policy are split off, whether or not the order has gained anything.

Some things happen first. Postponements end if the day of the order is near under the new policy,
and orders on back order are postponed if theirs is far. Orders that have waited enough may be
allocated a part from now on. Other orders give back a part that they may not have, so that earlier
orders can have it.

Some things stay as they are:

- Orders that are new, allocated, on hold or at the warehouse do not change.
- An order that has waited enough has done so permanently. The mark means nothing under `ALWAYS` and
  `NEVER`, and counts again under a later `AFTER_WAITING`. So does the count of passes.

The cost: the change reads all orders on back order twice. If these are too many for a transaction,
it has the following steps, each in pages:

- `REVIEW` ends postponements. Then it goes through all orders on back order. They are postponed,
  begin to allow a part, or give it back.
- `OFFER` serves the queues of all products that they wait for.
- `SPLIT` goes through all orders on back order again, and makes the automatic splits.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from orderflow.domain.allocation.deallocation import deallocate_incomplete
from orderflow.domain.allocation.postponing import (
    end_postponements,
    postpone_far,
    postponed_to_near,
)
from orderflow.domain.allocation.serving import serve
from orderflow.domain.decisions.splitting import split_by_policy
from orderflow.domain.model.events import OrderWaitedEnough, PolicyChanged
from orderflow.domain.model.horizon import is_far
from orderflow.domain.model.next_page import NextPage, PageStep
from orderflow.domain.model.policy import Fulfilment, has_waited_enough, queue_position
from orderflow.domain.model.queue_position import placing
from orderflow.domain.model.status import Status

if TYPE_CHECKING:
    from orderflow.domain.allocation.serving_state import ServingState
    from orderflow.domain.model.order import Order
    from orderflow.domain.model.policy import AllocationPolicy
    from orderflow.domain.model.stock import ProductKey
    from orderflow.domain.state.draft import Draft

__all__ = ["change", "go_on"]


def change(serving: ServingState, policy: AllocationPolicy) -> None:
    """Put another policy in force; change nothing if the seller already has it."""
    draft = serving.draft
    if policy == draft.view.policy:
        return
    draft.emit(PolicyChanged(draft.seller_id, draft.at, policy))
    serving.begin_new_policy()
    step = _end_postponements(serving) or _review(serving, None)
    if step is None:
        serving.offer_anew()
        return
    _defer_reviewed(serving)
    order = next(iter((serving.reviewed or draft.orders).values()))
    serving.continue_later((order.warehouse_id, order.lines[0].sku), step)


def go_on(serving: ServingState, page: NextPage, products: list[ProductKey]) -> None:
    """Do the next page of a change of policy; without a limit of orders, do all of them.

    Args:
        serving: What this serving remembers.
        page: What this page does.
        products: The products whose queue is unserved.
    """
    serving.begin_new_policy()
    step = _step(serving, page, products)
    while serving.orders_max is None and step is not None:
        step = _step(serving, step, products)
    if step is not None:
        serving.continue_later(products[0], step)


def _step(serving: ServingState, page: NextPage, products: list[ProductKey]) -> NextPage | None:
    """Do a step of a change of policy, or a page of it; return what to do next."""
    after = None if page.after is None else serving.draft.order(page.after)
    if page.step is PageStep.SPLIT:
        return _split(serving, after)
    serving.deferred.update(dict.fromkeys(products))
    if page.step is PageStep.REVIEW:
        step = _end_postponements(serving) if after is None else None
        step = step or _review(serving, after)
        _defer_reviewed(serving)
        return step or NextPage(PageStep.OFFER)
    for product in serving.deferred:
        serving.resume(product)
    serving.deferred.clear()
    serve(serving)
    if serving.deferred:
        return NextPage(PageStep.OFFER)
    splits = serving.draft.policy.fulfilment is not Fulfilment.COMPLETE
    return NextPage(PageStep.SPLIT) if splits else None


def _end_postponements(serving: ServingState) -> NextPage | None:
    """End the postponements of orders whose day is near now; return the next page, if any."""
    draft = serving.draft
    near = postponed_to_near(draft, serving.orders_max)
    changed = [
        order for order in draft.orders.values() if not is_far(order, draft.policy, draft.at)
    ]
    end_postponements(draft, [*near, *changed])
    return NextPage(PageStep.REVIEW) if len(near) == serving.orders_max else None


def _review(serving: ServingState, after: Order | None) -> NextPage | None:
    """Postpone orders on back order, or let them begin to allow a part, or give it back."""
    draft = serving.draft
    read = _back_orders(serving, after)
    orders = {order.order_id: order for order in read} | draft.orders
    waiting = [order for order in orders.values() if order.status is Status.ON_BACK_ORDER]
    waiting.sort(key=lambda order: queue_position(order, draft.policy.queue))
    waiting = postpone_far(draft, waiting, again=True)
    for order in waiting:
        if has_waited_enough(order, draft.policy, draft.at):
            draft.emit(OrderWaitedEnough(*draft.name(order)))
    deallocate_incomplete(draft, _as_they_are_now(draft, waiting))
    reviewed = _as_they_are_now(draft, waiting)
    serving.reviewed = {order.order_id: order for order in reviewed}
    return _go_on_after(read, serving.orders_max, PageStep.REVIEW)


def _defer_reviewed(serving: ServingState) -> None:
    """Defer the orders that were reviewed, and those that wait for units of postponed ones."""
    for order in serving.reviewed.values():
        serving.defer(order)
    serving.defer_replenished()


def _split(serving: ServingState, after: Order | None) -> NextPage | None:
    """Make the automatic splits of orders on back order."""
    read = _back_orders(serving, after)
    serving.reviewed = {order.order_id: order for order in read}
    split_by_policy(serving)
    return _go_on_after(read, serving.orders_max, PageStep.SPLIT)


def _back_orders(serving: ServingState, after: Order | None) -> list[Order]:
    """Return the next orders on back order, by the time they were placed."""
    found = serving.draft.view.back_orders(after, serving.orders_max)
    return sorted(found, key=placing)


def _go_on_after(read: list[Order], orders_max: int | None, step: PageStep) -> NextPage | None:
    """Return the next page of a step, unless this page was not full."""
    return NextPage(step, read[-1].order_id) if len(read) == orders_max else None


def _as_they_are_now(draft: Draft, orders: list[Order]) -> list[Order]:
    return [draft.orders.get(order.order_id, order) for order in orders]
