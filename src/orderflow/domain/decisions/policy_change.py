"""A change of the policy by which the stock of a seller is allocated.

A change of policy counts as a change to every order on back order. Each of them is offered stock
again, in the order of the new queue, and none is passed over. Units that may leave automatically
under the new policy are split off, whether or not the order has gained anything.

Two things happen first. Orders that have waited enough under the new policy may be allocated a part
from now on. Other orders give back a part that they may not have, so that earlier orders can have
it.

Some things stay as they are:

- Orders that are new, allocated, on hold or at the warehouse do not change.
- An order that has waited enough has done so permanently. The mark means nothing under `ALWAYS` and
  `NEVER`, and counts again under a later `AFTER_WAITING`. So does the count of passes.

The cost: the command reads all orders on back order once. Those that must give back a part do so in
the same transaction. Only the new offers are divided into pages.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from orderflow.domain.allocation.deallocation import deallocate_incomplete
from orderflow.domain.model.events import OrderWaitedEnough, PolicyChanged
from orderflow.domain.model.policy import has_waited_enough, queue_position
from orderflow.domain.model.status import Status

if TYPE_CHECKING:
    from orderflow.domain.allocation.serving_state import ServingState
    from orderflow.domain.model.order import Order
    from orderflow.domain.model.policy import AllocationPolicy
    from orderflow.domain.state.draft import Draft

__all__ = ["change"]


def change(serving: ServingState, policy: AllocationPolicy) -> None:
    """Put another policy in force; change nothing if the seller already has it."""
    draft = serving.draft
    if policy == draft.view.policy:
        return
    draft.emit(PolicyChanged(draft.seller_id, draft.at, policy))
    orders = {order.order_id: order for order in draft.view.back_orders()} | draft.orders
    waiting = [order for order in orders.values() if order.status is Status.ON_BACK_ORDER]
    waiting.sort(key=lambda order: queue_position(order, policy.queue))
    for order in waiting:
        if has_waited_enough(order, policy, draft.at):
            draft.emit(OrderWaitedEnough(*draft.name(order)))
    deallocate_incomplete(draft, _as_they_are_now(draft, waiting))
    serving.offer_anew(_as_they_are_now(draft, waiting))


def _as_they_are_now(draft: Draft, orders: list[Order]) -> list[Order]:
    return [draft.orders.get(order.order_id, order) for order in orders]
