"""The working copy that one decision is made on.

A `Draft` is a view with the changes so far. It applies each event when it is emitted, with
`orderflow.domain.state.fold`, so that later decisions see it. Stock is plain numbers meanwhile: a
record is built once, at the end, if it changed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from orderflow.domain.model.back_order_limit import sorted_limits
from orderflow.domain.state.fold import fold
from orderflow.domain.state.shelf import Shelves
from orderflow.errors import OrderNotFoundError

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from orderflow.domain.model.back_order_limit import BackOrderLimit
    from orderflow.domain.model.events import Event, OrderEvent
    from orderflow.domain.model.order import Order
    from orderflow.domain.model.policy import AllocationPolicy
    from orderflow.domain.model.stock import ExpectedReceipt, ProductKey, StockKey
    from orderflow.domain.state.fold import StockMove
    from orderflow.domain.state.view import View

__all__ = ["Draft"]


class Draft:
    """The state of a seller while one command is decided, and the events so far."""

    def __init__(self, view: View, policy: AllocationPolicy, at: datetime) -> None:
        self.view = view
        self.seller_id = view.seller_id
        self.policy = policy
        self.at = at
        self.events: list[Event] = []
        self.orders: dict[str, Order] = {}
        """The orders that have changed, as they are now."""
        self.receipts: dict[str, ExpectedReceipt | None] = {}
        """The receipts that have changed, as they are now; `None` if one is closed."""
        self.shelves = Shelves(view)
        self.increased: list[ProductKey] = []
        """The products of which events made more available, in order."""
        self.new_policy: AllocationPolicy | None = None
        """The policy in force from this command on, if the command changes it."""
        self.new_limits: tuple[BackOrderLimit, ...] | None = None
        """The limits of back orders from this command on, if the command changes one."""
        self._limits: dict[ProductKey, BackOrderLimit] | None = None

    @property
    def limits(self) -> dict[ProductKey, BackOrderLimit]:
        """The limits of back orders now, by product."""
        if self._limits is None:
            limits = self.view.back_order_limits
            self._limits = {(each.key.warehouse_id, each.key.sku): each for each in limits}
        return self._limits

    def find(self, order_id: str) -> Order | None:
        """Return the order as it is now, if the seller has it."""
        return self.orders.get(order_id) or self.view.order(order_id)

    def order(self, order_id: str) -> Order:
        """Return the order as it is now.

        Raises:
            OrderNotFoundError: If the seller has no order with this id.
        """
        order = self.find(order_id)
        if order is None:
            raise OrderNotFoundError(self.seller_id, order_id)
        return order

    def find_receipt(self, receipt_id: str) -> ExpectedReceipt | None:
        """Return the expected receipt as it is now, if there is one."""
        if receipt_id in self.receipts:
            return self.receipts[receipt_id]
        return self.view.receipt(receipt_id)

    def prefetch(self, orders: Collection[Order]) -> None:
        """Read at once the data that these new orders will need."""
        self.view.prefetch([order.order_id for order in orders])
        skus: dict[str, dict[str, None]] = {}
        for order in orders:
            skus.setdefault(order.warehouse_id, {}).update((line.sku, None) for line in order.lines)
        skus.pop("", None)  # orders that name no warehouse: their plans read the stock
        for warehouse_id, of_warehouse in skus.items():
            self.shelves[warehouse_id].load(of_warehouse)

    def orders_with_units(self, warehouse_id: str, sku: str) -> list[Order]:
        """Return the orders that may have units of a product now, and some that have none."""
        stored = {order.order_id: order for order in self.view.orders_with_units(warehouse_id, sku)}
        changed = {
            order_id: order
            for order_id, order in self.orders.items()
            if order.warehouse_id == warehouse_id
        }
        return list({**stored, **changed}.values())

    def available(self, product: ProductKey) -> int:
        """Return the units of a product that are not allocated now."""
        warehouse_id, sku = product
        return self.shelves[warehouse_id][sku]

    def name(self, order: Order) -> tuple[str, str, datetime]:
        """Return the first three fields of every event of the order."""
        return (self.seller_id, order.order_id, self.at)

    def emit(self, event: Event) -> None:
        """Apply an event."""
        self.events.append(event)
        fold(event, self)

    def emit_for(self, order: Order, event: OrderEvent) -> Order:
        """Apply an event to an order, and return the new order."""
        self.emit(event)
        return self.orders[order.order_id]

    def record(self, after: Order, event: OrderEvent) -> None:
        """Record an event that is already applied to the order and the shelf."""
        self.orders[after.order_id] = after
        self.events.append(event)

    def put_order(self, order: Order) -> None:
        """Store an order that an event made or changed."""
        self.orders[order.order_id] = order

    def put_receipt(self, receipt_id: str, receipt: ExpectedReceipt | None) -> None:
        """Store a receipt that an event changed; `None` if it is closed."""
        self.receipts[receipt_id] = receipt

    def put_policy(self, policy: AllocationPolicy) -> None:
        """Use another policy from now on."""
        self.policy = self.new_policy = policy

    def put_limit(self, key: StockKey, limit: BackOrderLimit | None) -> None:
        """Change the limit of a product's back orders, or remove it."""
        self.limits.pop((key.warehouse_id, key.sku), None)
        if limit is not None:
            self.limits[key.warehouse_id, key.sku] = limit
        self.new_limits = sorted_limits(self.limits.values())

    def move_stock(self, warehouse_id: str, moves: list[StockMove]) -> None:
        """Change the stock of some products, and record those of which more is available."""
        self.shelves[warehouse_id].move(moves)
        self.increased += [
            (warehouse_id, sku) for sku, on_hand, allocated in moves if on_hand > allocated
        ]
