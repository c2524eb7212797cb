"""A shortfall: fewer units on hand than are allocated, so some orders lose units.

The last order in the queue loses units first. Orders that the warehouse works on lose units only
after all others. Such a frozen order is recalled: it goes on back order again, and the event
informs the warehouse. A recalled order whose cancellation was requested is cancelled.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from orderflow.domain.allocation.deallocation import last_lines_first
from orderflow.domain.decisions.stock_commands import check_on_hand
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
from orderflow.errors.quoting import counted

if TYPE_CHECKING:
    from orderflow.domain.model.order import Order
    from orderflow.domain.model.stock import StockKey
    from orderflow.domain.state.draft import Draft

__all__ = ["adjust", "cancel_if_requested", "deallocate_missing"]


def adjust(draft: Draft, key: StockKey, change: int, reason: AdjustmentReason, note: str) -> None:
    """Change the stock on hand by some units; orders give back units that no longer exist.

    Raises:
        StockRefusedError: If fewer than 0 units would be on hand.
        LimitRefusedError: If more units would be on hand than a stock record can have.
    """
    shelf = draft.shelves[key.warehouse_id]
    on_hand = shelf.on_hand(key.sku)
    if on_hand + change < 0:
        raise StockRefusedError(
            key.sku,
            f"{counted(-change, 'unit')} cannot be removed from the {on_hand} on hand; "
            f"count the stock, and record the count",
        )
    check_on_hand(draft, key, change)
    deallocate_missing(draft, key, -(shelf[key.sku] + change), DeallocationReason.COUNT)
    draft.emit(StockAdjusted(key, draft.at, change, reason, note))


def cancel_if_requested(draft: Draft, before: Order) -> None:
    """Cancel an order that came back from the warehouse, if this was requested."""
    if before.status is Status.CANCELLATION_REQUESTED:
        draft.emit(
            OrderCancelled(
                before.seller_id, before.order_id, draft.at, "its cancellation was requested"
            )
        )


def deallocate_missing(
    draft: Draft, key: StockKey, missing: int, reason: DeallocationReason
) -> None:
    """Let orders give back units until this many more are available."""
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
            draft.emit(OrderDeallocated(*draft.name(order), units, reason))
