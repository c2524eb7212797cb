"""A change of policy: the command after which other rules say who gets the stock.

A change of policy counts as a change to every order on back order. So each of them is offered
stock again, in the order of the new queue, and none is passed over. What may leave by itself
under the new policy leaves, whether or not the order has gained anything.

Two things happen first. Orders that have waited enough by the new policy begin to keep stock.
The others that may not keep a part give it up, so that those in front can have it.

Some things stay as they are:

- Orders that are new, allocated, on hold or at the warehouse keep what they have.
- An order that has waited enough has done so for good. The mark means nothing under `ALWAYS` and
  `NEVER`, and counts again under a later `AFTER_WAITING`. So does how often it was passed over.

What it costs: all orders on back order are read once, and those that must give up a part do so in
the same transaction. Only what they are offered afterwards is cut into pages.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from orderflow.domain.allocation.serving import let_go
from orderflow.domain.model.events import OrderWaitedEnough, PolicyChanged
from orderflow.domain.model.policy import queue_position
from orderflow.domain.model.status import Status

if TYPE_CHECKING:
    from orderflow.domain.model.order import Order
    from orderflow.domain.model.policy import AllocationPolicy
    from orderflow.domain.state.draft import Draft

__all__ = ["change"]


def change(draft: Draft, policy: AllocationPolicy) -> None:
    """Let another policy say who gets the stock; do nothing if the seller has it already."""
    if policy == draft.view.policy:
        return
    draft.change_policy(PolicyChanged(draft.seller_id, draft.at, policy))
    orders = {order.order_id: order for order in draft.view.back_orders()} | draft.orders
    waiting = [order for order in orders.values() if order.status is Status.ON_BACK_ORDER]
    waiting.sort(key=lambda order: queue_position(order, policy.queue))
    for order in waiting:
        if draft.has_waited_enough(order):
            draft.emit(OrderWaitedEnough(*draft.name(order)))
    let_go(draft, _as_they_are_now(draft, waiting))
    draft.replenished.clear()  # whoever could use it is offered stock anyway
    draft.count_as_changed(_as_they_are_now(draft, waiting))


def _as_they_are_now(draft: Draft, orders: list[Order]) -> list[Order]:
    return [draft.orders.get(order.order_id, order) for order in orders]
