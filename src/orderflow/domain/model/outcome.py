"""The outcome of a command: its events, and what they change."""

from __future__ import annotations

import attrs

from orderflow.domain.model.back_order_limit import BackOrderLimit
from orderflow.domain.model.events import Event
from orderflow.domain.model.next_page import NextPage
from orderflow.domain.model.order import Order
from orderflow.domain.model.policy import AllocationPolicy
from orderflow.domain.model.stock import ExpectedReceipt, Stock, WarehouseSku

__all__ = ["Outcome"]


# Not slotted: there is one for each command, and without slots it is made in half the time.
@attrs.frozen(kw_only=True, slots=False)
class Outcome:
    """The outcome of a command: its events, and what they change.

    Attributes:
        seller_id: The seller whose state changes.
        order_id: The order that the command names, if any.
        events: What happened, in order.
        orders: Every order that changed, as it is now.
        stock: Every stock record that changed, as it is now, sorted by key.
        receipts: Every expected receipt that was announced or changed, as it is now.
        receipts_closed: The ids of the receipts that are no longer expected.
        back_orders_completed: The ids of the orders on back order that are now allocated.
        back_orders_opened: The ids of the orders that went on back order.
        policy: The new policy, if the command changed it.
        queue_index: Pairs of an order id and the SKU that it is blocked on, if the policy
            restricts partial allocation. It has every visited order that still waits. An order
            cannot be completed until more of that product is available, so a repository needs to
            list it in that queue alone. `None` in place of the SKU means that the order waits in
            the queue of each product that it is short of.
        unserved: Products that have available units and orders that may still wait for them,
            because the command reached its limit of orders. `ServeWaiting` serves these queues
            next. No other command may change these products before that.
        back_order_limits: All limits of the seller's products, if the command changed one.
        next_page: What `ServeWaiting` does besides serving these queues, if anything. Until then,
            no other command of the seller is possible, and at least one product is unserved.
    """

    seller_id: str
    order_id: str | None = None
    events: tuple[Event, ...] = ()
    orders: tuple[Order, ...] = ()
    stock: tuple[Stock, ...] = ()
    receipts: tuple[ExpectedReceipt, ...] = ()
    receipts_closed: tuple[str, ...] = ()
    back_orders_completed: tuple[str, ...] = ()
    back_orders_opened: tuple[str, ...] = ()
    policy: AllocationPolicy | None = None
    queue_index: tuple[tuple[str, str | None], ...] = ()
    unserved: tuple[WarehouseSku, ...] = ()
    next_page: NextPage | None = None
    back_order_limits: tuple[BackOrderLimit, ...] | None = None

    @property
    def order(self) -> Order | None:
        """The order that the command names, as it is now."""
        return next((order for order in self.orders if order.order_id == self.order_id), None)

    @property
    def other_orders(self) -> tuple[Order, ...]:
        """The other orders that changed, as they are now."""
        return tuple(order for order in self.orders if order.order_id != self.order_id)
