"""The orders that have units of a product, in the order of the queue, for preemption.

An urgent order needs the orders behind it. Even in a long queue they are few, or none. So only the
positions are sorted, and no order is read until it is needed.
"""

from __future__ import annotations

from bisect import bisect_right, insort
from typing import TYPE_CHECKING

from orderflow.domain.model.events import STOCK_EVENTS, PolicyChanged
from orderflow.domain.model.policy import queue_position

if TYPE_CHECKING:
    from orderflow.domain.model.order import Order
    from orderflow.domain.model.policy import QueuePosition
    from orderflow.domain.model.stock import ProductKey
    from orderflow.domain.state.draft import Draft

__all__ = ["OrdersWithUnits"]


class OrdersWithUnits:
    """The orders that have units now: those of the view, and those that the draft changed."""

    def __init__(self, draft: Draft) -> None:
        self._draft = draft
        self._queue = draft.policy.queue
        self._positions: dict[ProductKey, list[QueuePosition]] = {}
        self._stored: dict[str, Order] = {}
        self._read: set[ProductKey] = set()
        self._noted = 0

    def behind(self, position: QueuePosition, product: ProductKey) -> list[Order]:
        """Return the orders behind a position that may have units of a product, last one first."""
        self._note_changed()
        if product not in self._read:
            self._read_stored(product)
        positions = self._positions.get(product, [])
        changed, found = self._draft.orders, {}
        for each in reversed(positions[bisect_right(positions, position) :]):
            order_id = str(each[-1])
            order = changed.get(order_id) or self._stored[order_id]
            if queue_position(order, self._queue) == each:  # its position may have changed
                found[order_id] = order
        return list(found.values())

    def _note_changed(self) -> None:
        """Add the orders that changed since the last call."""
        events, orders = self._draft.events, self._draft.orders
        for event in events[self._noted :]:
            if not isinstance(event, (*STOCK_EVENTS, PolicyChanged)):
                self._note(orders[event.order_id])
        self._noted = len(events)

    def _note(self, order: Order) -> None:
        position = queue_position(order, self._queue)
        for line in order.lines:
            if line.allocated:
                positions = self._positions.setdefault((order.warehouse_id, line.sku), [])
                if not positions or positions[-1] < position:
                    positions.append(position)
                else:
                    insort(positions, position)

    def _read_stored(self, product: ProductKey) -> None:
        self._read.add(product)
        changed = self._draft.orders
        positions = self._positions.setdefault(product, [])
        for order in self._draft.view.orders_with_units(*product):
            if order.order_id not in changed:
                self._stored[order.order_id] = order
                positions.append(queue_position(order, self._queue))
        positions.sort()
