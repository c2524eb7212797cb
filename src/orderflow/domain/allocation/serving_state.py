"""What one serving of the queues remembers.

A `Draft` says what has changed. A `ServingState` reads from it which orders and products that
concerns, and remembers who was offered stock, who has to wait for a later command, and why.
"""

from __future__ import annotations

from functools import cached_property
from math import inf
from typing import TYPE_CHECKING

from orderflow.domain.allocation.with_units import OrdersWithUnits
from orderflow.domain.model.events import (
    STOCK_EVENTS,
    OrderAllocated,
    OrderPartlyAllocated,
    OrderPutOnBackOrder,
    PolicyChanged,
)
from orderflow.domain.model.policy import Preemption, queue_position
from orderflow.domain.model.status import Status
from orderflow.domain.model.stock import WarehouseSku

if TYPE_CHECKING:
    from orderflow.domain.model.events import LineUnits
    from orderflow.domain.model.order import Order
    from orderflow.domain.model.policy import QueuePosition
    from orderflow.domain.model.stock import ProductKey
    from orderflow.domain.state.draft import Draft

__all__ = ["ServingState"]

_NEW, _WAITING = Status.NEW, Status.ON_BACK_ORDER
_OFFERED = (*STOCK_EVENTS, PolicyChanged, OrderAllocated, OrderPartlyAllocated, OrderPutOnBackOrder)
"""Events after which there is no order to offer stock to: it has just been offered some."""


class ServingState:
    """What serving the queues remembers while one command is decided."""

    def __init__(self, draft: Draft) -> None:
        self.draft = draft
        self.to_allocate: set[str] = set()
        """The new orders that are to be offered stock for the first time."""
        self.visited: dict[str, Order] = {}
        """The waiting orders that were offered stock and could not take any."""
        self.deferred: dict[ProductKey, None] = {}
        """The products that an order needs whose turn did not come in this command."""
        self.resumed: list[ProductKey] = []
        """The products whose queue an earlier command left unserved and this one serves."""
        self.last_taker: dict[ProductKey, QueuePosition] = {}
        """The last position in the queue of each product that took some of it."""
        self.offered_anew: dict[str, Order] = {}
        """The orders on back order when the policy changed, which counts as a change to each."""
        self._touched: dict[str, None] = {}
        self._events_read = 0
        self._replenished: dict[ProductKey, None] = {}
        self._increases_read = 0
        self._orders_max: float = inf

    @cached_property
    def with_units(self) -> OrdersWithUnits:
        """The orders that have units allocated, in the order of the queue."""
        return OrdersWithUnits(self.draft)

    def allocate(self, order: Order) -> None:
        """Offer stock to a new order when the queues are served next."""
        self.draft.shelves[order.warehouse_id].load([line.sku for line in order.lines])
        self.to_allocate.add(order.order_id)
        self._touched[order.order_id] = None

    def is_waiting(self, order: Order) -> bool:
        """Whether the order is to be offered stock."""
        return order.status is _WAITING or (
            order.status is _NEW and order.order_id in self.to_allocate
        )

    def take_touched(self) -> list[Order]:
        """Return, once, the waiting orders that events have changed and nobody offered stock."""
        events, touched = self.draft.events, self._touched
        for event in events[self._events_read :]:
            if not isinstance(event, _OFFERED):
                touched[event.order_id] = None
        self._events_read = len(events)
        orders = [self.draft.order(order_id) for order_id in touched]
        touched.clear()
        return [order for order in orders if self.is_waiting(order)]

    def resume(self, product: ProductKey) -> None:
        """Read the queue of a product although no more of it is available than before."""
        self._replenished[product] = None
        self.resumed.append(product)

    def offer_anew(self, orders: list[Order]) -> None:
        """Treat orders on back order as if an event had changed each, after a change of policy.

        No queue is read besides, since every order in it is among them.
        """
        self.offered_anew = {order.order_id: order for order in orders}
        self._touched.update(dict.fromkeys(self.offered_anew))
        self._replenished.clear()
        self._increases_read = len(self.draft.increased)
        self.__dict__.pop("with_units", None)  # it has the order of the old queue

    def is_changed(self, order_id: str) -> bool:
        """Whether the command has changed an order, or counts as having changed it."""
        return order_id in self.draft.orders or order_id in self.offered_anew

    @property
    def is_replenished(self) -> bool:
        """Whether more of any product is available and its queue was not read since."""
        return bool(self._replenished) or len(self.draft.increased) > self._increases_read

    def take_replenished(self) -> list[ProductKey]:
        """Return, once, the products of which more is available than before."""
        increased, replenished = self.draft.increased, self._replenished
        replenished.update(dict.fromkeys(increased[self._increases_read :]))
        self._increases_read = len(increased)
        available = self.draft.available
        products = sorted([product for product in replenished if available(product) > 0])
        replenished.clear()
        return products

    def limit(self, orders_max: int) -> None:
        """Be full when this many further orders have changed."""
        self._orders_max = len(self.draft.orders) + orders_max

    @property
    def is_full(self) -> bool:
        """Whether this command serves no further order.

        An order that was visited in vain does not count. The next command might visit it in vain
        again, and a page of such orders would be followed by the same page forever.
        """
        return len(self.draft.orders) >= self._orders_max

    def defer(self, order: Order) -> None:
        """Leave the queues of what an order is short of to a later command."""
        for line in order.short_lines:
            self.deferred[order.warehouse_id, line.sku] = None

    def unserved(self) -> list[WarehouseSku]:
        """Return the products whose queue is left to a later command, and that it can serve."""
        if not self.deferred:
            return []
        preempts = self.draft.policy.preemption is not Preemption.NEVER
        return sorted(
            WarehouseSku(*product)
            for product in self.deferred
            if preempts or self.draft.available(product) > 0
        )

    def record_taker(self, order: Order, units: LineUnits) -> None:
        """Remember the position of an order that took units, unless a later one has taken some."""
        position = queue_position(order, self.draft.policy.queue)
        taken = dict(units)
        for line in order.lines:
            if line.line_id in taken:
                product = (order.warehouse_id, line.sku)
                self.last_taker[product] = max(position, self.last_taker.get(product, position))
