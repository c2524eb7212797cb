"""What a command comes to: the events, and the difference that they make."""

from __future__ import annotations

import attrs

from orderflow.domain.model.events import Event
from orderflow.domain.model.order import Order
from orderflow.domain.model.policy import AllocationPolicy
from orderflow.domain.model.stock import ExpectedReceipt, Stock, WarehouseSku

__all__ = ["Outcome"]


# Not slotted: there is one for each command, and without slots it is made in half the time.
@attrs.frozen(kw_only=True, slots=False)
class Outcome:
    """What a command comes to: the events, and the difference that they make.

    Attributes:
        seller_id: Whose state changes.
        order_id: The order that the command was about, if it was about one.
        events: What happened, in order.
        orders: Every order that changed, as it is now.
        stock: Every stock record that changed, as it is now.
        receipts: Every expected receipt that was announced or changed, as it is now.
        receipts_closed: The ids of the receipts that are expected no longer.
        back_orders_completed: The ids of the orders that were on back order and are allocated now.
        back_orders_opened: The ids of the orders that were not on back order and are now.
        policy: The policy in force from now on, if the command changed it.
        queue_index: Pairs of an order id and a SKU, where the policy holds nothing for short
            orders: for every order that was looked at and waits, the product that it waits for.
            It cannot be completed before more of that is available, so nothing else needs to
            look at it. A repository keeps its queues by this. `None` in place of the SKU: the
            order waits in the queue of each product that it is short of.
        unserved: The products of which units are available although orders may wait for them,
            because the command has served as many orders as it was to serve at most.
            `ServeWaiting` goes on with them, and no other command may touch them before that.
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

    @property
    def order(self) -> Order | None:
        """The order that the command was about, as it is now."""
        return next((order for order in self.orders if order.order_id == self.order_id), None)

    @property
    def other_orders(self) -> tuple[Order, ...]:
        """The other orders that changed, as they are now."""
        return tuple(order for order in self.orders if order.order_id != self.order_id)
