"""What one serving of the queues remembers.

A `Draft` has the changes so far. A `ServingState` derives from them which orders and products to
serve. It remembers which orders were offered stock, and which are deferred to a later command.
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
"""Events after which no order is offered stock: either it has just been, or there is none."""


class ServingState:
    """What serving the queues remembers while one command is decided."""

    def __init__(self, draft: Draft) -> None:
        self.draft = draft
        self.to_allocate: set[str] = set()
        """The new orders to allocate."""
        self.visited: dict[str, Order] = {}
        """The waiting orders that were offered stock and could not take any."""
        self.deferred: dict[ProductKey, None] = {}
        """The products that deferred orders are short of."""
        self.resumed: list[ProductKey] = []
        """The products whose queue an earlier command left unserved, and this one serves."""
        self.last_taker: dict[ProductKey, QueuePosition] = {}
        """For each product, the last position in its queue that took units."""
        self.offered_anew: dict[str, Order] = {}
        """The orders on back order when the policy changed; each counts as changed."""
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
        """Return, once, the waiting orders that changed and were not offered stock since."""
        events, touched = self.draft.events, self._touched
        for event in events[self._events_read :]:
            if not isinstance(event, _OFFERED):
                touched[event.order_id] = None
        self._events_read = len(events)
        orders = [self.draft.order(order_id) for order_id in touched]
        touched.clear()
        return [order for order in orders if self.is_waiting(order)]

    def resume(self, product: ProductKey) -> None:
        """Serve the queue of a product, although its available units did not increase."""
        self._replenished[product] = None
        self.resumed.append(product)

    def offer_anew(self, orders: list[Order]) -> None:
        """Treat orders on back order as changed, after a change of policy.

        No queue needs to be read, because all its orders are among them.
        """
        self.offered_anew = {order.order_id: order for order in orders}
        self._touched.update(dict.fromkeys(self.offered_anew))
        self._replenished.clear()
        self._increases_read = len(self.draft.increased)
        self.__dict__.pop("with_units", None)  # it has the order of the old queue

    def is_changed(self, order_id: str) -> bool:
        """Whether the command changed an order, or the order counts as changed."""
        return order_id in self.draft.orders or order_id in self.offered_anew

    @property
    def is_replenished(self) -> bool:
        """Whether more of a product is available and its queue was not read since."""
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
        """Set the number of further orders that this command may change."""
        self._orders_max = len(self.draft.orders) + orders_max

    @property
    def is_full(self) -> bool:
        """Whether this command serves no further order.

        An order that could take nothing does not count. Otherwise a page might have only such
        orders, and the next command would read the same page again, forever.
        """
        return len(self.draft.orders) >= self._orders_max

    def defer(self, order: Order) -> None:
        """Defer the queues of the products that an order is short of to a later command."""
        for line in order.short_lines:
            self.deferred[order.warehouse_id, line.sku] = None

    def unserved(self) -> list[WarehouseSku]:
        """Return the deferred products whose queue a later command can serve."""
        if not self.deferred:
            return []
        preempts = self.draft.policy.preemption is not Preemption.NEVER
        return sorted(
            WarehouseSku(*product)
            for product in self.deferred
            if preempts or self.draft.available(product) > 0
        )

    def record_taker(self, order: Order, units: LineUnits) -> None:
        """Record the position of an order that took units, unless a later order did."""
        position = queue_position(order, self.draft.policy.queue)
        taken = dict(units)
        for line in order.lines:
            if line.line_id in taken:
                product = (order.warehouse_id, line.sku)
                self.last_taker[product] = max(position, self.last_taker.get(product, position))
