"""The product that blocks each waiting order that may not be allocated a part."""

from __future__ import annotations

from typing import TYPE_CHECKING

from orderflow.domain.allocation.preemption import within_reach
from orderflow.domain.model.policy import allows_partial
from orderflow.domain.model.status import Status

if TYPE_CHECKING:
    from collections.abc import Iterator

    from orderflow.domain.allocation.serving_state import ServingState
    from orderflow.domain.model.order import Order
    from orderflow.domain.state.draft import Draft

__all__ = ["blocking_skus", "queue_index"]


def queue_index(serving: ServingState) -> Iterator[tuple[str, str | None]]:
    """Yield the product that each order is blocked on: see `Outcome.queue_index`.

    An order stays blocked on the same product until there is enough of it.
    """
    draft = serving.draft
    if not (draft.policy.restricts_partial or serving.reviewed):
        return
    for order_id, order in {**serving.reviewed, **serving.visited, **draft.orders}.items():
        if order.status is not Status.ON_BACK_ORDER:
            continue
        before = _blocked_before(draft, order)
        blocking = blocking_skus(serving, order)
        if blocking:
            yield order_id, before if before in blocking else blocking[0]
        elif before is not None and order_id not in draft.orders:
            yield order_id, None


def _blocked_before(draft: Draft, order: Order) -> str | None:
    """Return the product that an order was blocked on, unless it was in another warehouse."""
    before = draft.view.order(order.order_id) if order.order_id in draft.orders else order
    if before is None or before.warehouse_id != order.warehouse_id:
        return None
    return draft.view.blocked_on(order.order_id)


def blocking_skus(serving: ServingState, order: Order) -> list[str]:
    """Return the products of which there are too few units to complete a waiting order.

    An order that may be allocated a part is blocked on none. Nor is an order that could be
    completed, but was deferred to a later page.
    """
    if allows_partial(order, serving.draft.policy):
        return []
    needs: dict[str, int] = {}
    for line in order.short_lines:
        needs[line.sku] = needs.get(line.sku, 0) + line.short
    return [sku for sku, need in needs.items() if need > within_reach(serving, order, sku)]
