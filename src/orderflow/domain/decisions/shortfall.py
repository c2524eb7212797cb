"""When there is less on hand than is allocated: who loses, and who is recalled.

The last in the queue gives back first, and orders that the warehouse works on only when all
others have given back. Such a frozen order is recalled: it is on back order again, and the
warehouse is told by the event. A recalled order whose cancellation had been asked for is
cancelled with it, for nothing stands in the way of that any more.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from orderflow.domain.allocation.deallocation import last_lines_first
from orderflow.domain.model.events import (
    AdjustmentReason,
    DeallocationReason,
    OrderCancelled,
    OrderDeallocated,
    OrderRecalled,
    StockAdjusted,
)
from orderflow.domain.model.policy import queue_position
from orderflow.domain.model.status import FROZEN, Status
from orderflow.errors import StockRefusedError

if TYPE_CHECKING:
    from orderflow.domain.model.order import Order
    from orderflow.domain.model.stock import StockKey
    from orderflow.domain.state.draft import Draft

__all__ = ["adjust", "cancel_if_requested"]


def adjust(draft: Draft, key: StockKey, change: int, reason: AdjustmentReason, note: str) -> None:
    """Change the stock on hand by so many units; orders give back what is not there any more.

    Raises:
        StockRefusedError: If there would be fewer than 0 units on hand.
    """
    shelf = draft.shelves[key.warehouse_id]
    on_hand = shelf.on_hand(key.sku)
    if on_hand + change < 0:
        raise StockRefusedError(
            key.sku,
            f"{-change} units cannot be taken off the {on_hand} on hand; "
            f"count the stock to say how many there are",
        )
    _deallocate_missing(draft, key, -(shelf[key.sku] + change))
    draft.emit(StockAdjusted(key, draft.at, change, reason, note))


def cancel_if_requested(draft: Draft, before: Order) -> None:
    """Cancel an order that came back from the warehouse, if that had been asked for."""
    if before.status is Status.CANCELLATION_REQUESTED:
        draft.emit(
            OrderCancelled(
                before.seller_id, before.order_id, draft.at, "its cancellation was requested"
            )
        )


def _deallocate_missing(draft: Draft, key: StockKey, missing: int) -> None:
    if missing <= 0:
        return
    shelf = draft.shelves[key.warehouse_id]
    enough = shelf[key.sku] + missing
    with_units = sorted(
        draft.orders_with_units(key.warehouse_id, key.sku),
        key=lambda order: (
            order.status not in FROZEN,
            queue_position(order, draft.policy.queue),
        ),
        reverse=True,
    )
    for order in with_units:
        units = last_lines_first(order, key.sku, enough - shelf[key.sku])
        if units and order.status in FROZEN:
            draft.emit(OrderRecalled(*draft.name(order), units))
            cancel_if_requested(draft, order)
        elif units:
            reason = DeallocationReason.COUNT
            draft.emit(OrderDeallocated(*draft.name(order), units, reason))
