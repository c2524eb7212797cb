"""The working copy that one decision is made on.

A `Draft` lays what has changed so far over a view. Each event is applied at the moment it is
emitted, by the functions of `orderflow.domain.state.fold`, so that what is decided next sees it.
Stock is kept as plain numbers meanwhile: a record is built once, at the end, if it changed.
"""

from __future__ import annotations

from functools import cached_property
from math import inf
from typing import TYPE_CHECKING, assert_never

from orderflow.domain.allocation.preemption import in_reach
from orderflow.domain.allocation.with_units import OrdersWithUnits
from orderflow.domain.model.events import (
    STOCK_EVENTS,
    LineUnits,
    OrderEvent,
    PolicyChanged,
    ReceiptAnnounced,
    ReceiptWithdrawn,
    StockAdjusted,
    StockBookedIn,
)
from orderflow.domain.model.order import BackOrderWait
from orderflow.domain.model.outcome import Outcome
from orderflow.domain.model.policy import (
    PartialAllocation,
    Preemption,
    QueuePosition,
    allows_partial,
    is_urgent,
    queue_position,
)
from orderflow.domain.model.status import Status
from orderflow.domain.model.stock import Stock, StockKey
from orderflow.domain.state.fold import (
    evolve_order,
    evolve_receipt,
    stock_moves,
    units_come,
    units_left,
)
from orderflow.domain.state.shelf import Shelves
from orderflow.errors import OrderNotFoundError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from orderflow.domain.model.events import Event, StockEvent
    from orderflow.domain.model.order import Order
    from orderflow.domain.model.policy import AllocationPolicy
    from orderflow.domain.model.stock import ExpectedReceipt, WarehouseSku
    from orderflow.domain.state.state import View

__all__ = ["Draft"]

_NEW, _WAITING, _ALLOCATED = Status.NEW, Status.ON_BACK_ORDER, Status.ALLOCATED


class Draft:
    """The state of a seller while one command is decided, and the events so far."""

    def __init__(self, view: View, policy: AllocationPolicy, at: datetime) -> None:
        self.view = view
        self.seller_id = view.seller_id
        self.policy = policy
        self.at = at
        self._wait: BackOrderWait | None = None
        self.events: list[Event] = []
        self.orders: dict[str, Order] = {}
        self.receipts: dict[str, ExpectedReceipt | None] = {}
        self.replenished: dict[WarehouseSku, None] = {}
        """The products of which more is available than before, not offered yet."""
        self.processing: set[str] = set()
        """The new orders that are to be offered stock for the first time."""
        self._touched: dict[str, None] = {}
        self.visited: dict[str, Order] = {}
        """The waiting orders that were offered stock and could not take any."""
        self.deferred: dict[WarehouseSku, None] = {}
        """The products that an order needs whose turn has not come before the draft was full."""
        self._orders_max: float = inf
        self.resumed: list[WarehouseSku] = []
        """The products whose queue was left unserved before and is served by this command."""
        self.last_taker: dict[WarehouseSku, QueuePosition] = {}
        """For each product of which an order took, the last place in the queue that did."""
        self.shelves = Shelves(view)
        self.new_policy: AllocationPolicy | None = None
        self.counted_as_changed: dict[str, Order] = {}
        """The orders on back order when the policy changed, which is a change to each of them."""

    def find(self, order_id: str) -> Order | None:
        """Return the order as it is by now, if the seller has it."""
        return self.orders.get(order_id) or self.view.order(order_id)

    def prefetch(self, orders: tuple[Order, ...]) -> None:
        """Let the view read at once what will be asked of it about these new orders."""
        self.view.prefetch([order.order_id for order in orders])
        skus: dict[str, dict[str, None]] = {}
        for order in orders:
            skus.setdefault(order.warehouse_id, {}).update((line.sku, None) for line in order.lines)
        for warehouse_id, of_warehouse in skus.items():
            self.shelves[warehouse_id].load(of_warehouse)

    def order(self, order_id: str) -> Order:
        """Return the order as it is by now.

        Raises:
            OrderNotFoundError: If the seller has none of this id.
        """
        order = self.find(order_id)
        if order is None:
            raise OrderNotFoundError(self.seller_id, order_id)
        return order

    @property
    def wait(self) -> BackOrderWait:
        """The beginning of a wait: one for all orders that go on back order by the command."""
        if self._wait is None:
            self._wait = BackOrderWait(self.at)
        return self._wait

    def orders_with_units(self, warehouse_id: str, sku: str) -> list[Order]:
        """Return the orders that may hold units of a product by now, and some that do not."""
        held = {order.order_id: order for order in self.view.orders_with_units(warehouse_id, sku)}
        here = {
            order_id: order
            for order_id, order in self.orders.items()
            if order.warehouse_id == warehouse_id
        }
        return list({**held, **here}.values())

    @cached_property
    def holders(self) -> OrdersWithUnits:
        """The same in the order of the queue, for those who ask often."""
        return OrdersWithUnits(self)

    def emit(self, event: OrderEvent | StockEvent) -> None:
        """Apply an event."""
        if isinstance(event, STOCK_EVENTS):
            self.events.append(event)
            self._apply_to_stock(event)
            return
        before = self.find(event.order_id)
        after = evolve_order(before, event)
        self.record(after, event)
        self._touched[after.order_id] = None
        if before is None or before.lines is not after.lines:
            self._move_stock(before, after, event)

    def change_policy(self, event: PolicyChanged) -> None:
        """Apply a change of policy: what is decided from now on is decided under the new one."""
        self.events.append(event)
        self.policy = self.new_policy = event.policy
        self.__dict__.pop("holders", None)  # they are sorted by the old queue

    def count_as_changed(self, orders: Iterable[Order]) -> None:
        """Treat orders on back order as if an event had changed each of them."""
        self.counted_as_changed = {order.order_id: order for order in orders}
        self._touched.update(dict.fromkeys(self.counted_as_changed))

    def is_changed(self, order_id: str) -> bool:
        """Whether the command has changed an order, or counts as having changed it."""
        return order_id in self.orders or order_id in self.counted_as_changed

    def emit_for(self, order: Order, event: OrderEvent) -> Order:
        """Apply an event to an order, and return what it makes of it."""
        self.emit(event)
        return self.orders[order.order_id]

    def record(self, after: Order, event: OrderEvent) -> None:
        """Take note of an event that was applied to the order, and to the shelf, already."""
        self.orders[after.order_id] = after
        self.events.append(event)

    def allocate(self, order: Order) -> None:
        """Let a new order be offered stock."""
        self.shelves[order.warehouse_id].load([line.sku for line in order.lines])
        self.processing.add(order.order_id)
        self._touched[order.order_id] = None

    def note_last_taker(self, order: Order, units: LineUnits) -> None:
        """Take note of who was the last in the queue to take of each product."""
        place = queue_position(order, self.policy.queue)
        taken = dict(units)
        for line in order.lines:
            if line.line_id in taken:
                product = (order.warehouse_id, line.sku)
                self.last_taker[product] = max(place, self.last_taker.get(product, place))

    def take_touched(self) -> list[Order]:
        """Return the waiting orders that events have changed and nobody has offered stock to."""
        if not self._touched:
            return []
        touched = [self.order(order_id) for order_id in self._touched]
        self._touched.clear()
        return [order for order in touched if self.is_waiting(order)]

    def limit(self, orders_max: int) -> None:
        """Be full when so many further orders have changed."""
        self._orders_max = len(self.orders) + orders_max

    @property
    def is_full(self) -> bool:
        """Whether no further order is to be served by this command.

        One that was looked at in vain does not count: it may be looked at in vain again, and a
        page of those would be followed by the same page for ever.
        """
        return len(self.orders) >= self._orders_max

    def resume(self, product: WarehouseSku) -> None:
        """Let the queue of a product be read although there is no more of it than before."""
        self.replenished[product] = None
        self.resumed.append(product)

    def available(self, product: WarehouseSku) -> int:
        """Return the units of a product that no order holds by now."""
        warehouse_id, sku = product
        return self.shelves[warehouse_id][sku]

    def take_replenished(self) -> list[WarehouseSku]:
        """Return the products of which there is more than before and still some, once."""
        shelves = self.shelves
        replenished = sorted(
            [product for product in self.replenished if shelves[product[0]][product[1]] > 0]
        )
        self.replenished.clear()
        return replenished

    def name(self, order: Order) -> tuple[str, str, datetime]:
        """Return what every event about the order begins with."""
        return (self.seller_id, order.order_id, self.at)

    def is_waiting(self, order: Order) -> bool:
        """Whether the order is to be offered stock."""
        return order.status is _WAITING or (
            order.status is _NEW and order.order_id in self.processing
        )

    def has_waited_enough(self, order: Order) -> bool:
        """Whether the order was passed over often or long enough to begin to keep stock."""
        wait, policy = order.wait, self.policy
        if (
            wait is None
            or wait.allows_partial
            or policy.partial_allocation is not PartialAllocation.AFTER_WAITING
        ):
            return False
        often = policy.passes_max is not None and wait.passed_over >= policy.passes_max
        return often or (policy.wait_max is not None and self.at - wait.since >= policy.wait_max)

    def outcome(self, order_id: str | None) -> Outcome:
        """Return the difference between the view and the draft.

        Args:
            order_id: The order that the command was about, if it was about one.
        """
        completed, back_orders_opened = [], []
        for changed_id, order in self.orders.items():
            waits = order.status is _WAITING
            if waits or order.status is _ALLOCATED:
                was = self.view.order(changed_id)
                waited = was is not None and was.status is _WAITING
                if waits and not waited:
                    back_orders_opened.append(changed_id)
                elif waited and not waits:
                    completed.append(changed_id)
        stock: list[Stock] = []
        for shelf in self.shelves.values():
            stock += shelf.changed()
        return Outcome(
            seller_id=self.seller_id,
            order_id=order_id,
            events=tuple(self.events),
            orders=tuple(self.orders.values()),
            stock=tuple(stock),
            receipts=tuple([each for each in self.receipts.values() if each is not None]),
            receipts_closed=tuple([key for key, each in self.receipts.items() if each is None]),
            back_orders_completed=tuple(completed),
            back_orders_opened=tuple(back_orders_opened),
            policy=self.new_policy,
            queue_index=tuple(self._queue_index()),
            unserved=tuple(self._unserved()),
        )

    def _unserved(self) -> list[WarehouseSku]:
        if not self.deferred:
            return []
        may_take_back = self.policy.preemption is not Preemption.NEVER
        return sorted(
            product for product in self.deferred if may_take_back or self.available(product) > 0
        )

    def _queue_index(self) -> Iterator[tuple[str, str | None]]:
        if not self.policy.restricts_partial and self.new_policy is None:
            return
        for order_id, order in {**self.counted_as_changed, **self.visited, **self.orders}.items():
            if order.status is not _WAITING:
                continue
            before = self.view.blocked_on(order_id)
            blocking = self._blocking_skus(order)
            if blocking:
                yield order_id, before if before in blocking else blocking[0]
            elif before is not None and order_id not in self.orders:
                yield order_id, None

    def _blocking_skus(self, order: Order) -> list[str]:
        """Return the products without more of which a waiting order gets nothing at all.

        None if it takes what there is. None either if it could be completed, but its turn comes
        with a later page.
        """
        if allows_partial(order, self.policy):
            return []
        needs: dict[str, int] = {}
        for line in order.short_lines:
            needs[line.sku] = needs.get(line.sku, 0) + line.short
        shelf, urgent = self.shelves[order.warehouse_id], is_urgent(order, self.policy)
        return [
            sku
            for sku, need in needs.items()
            if need > shelf[sku] + (in_reach(self, order, sku) if urgent else 0)
        ]

    def _move_stock(self, before: Order | None, after: Order, event: OrderEvent) -> None:
        moves = stock_moves(before, after)
        if not moves:
            return
        warehouse_id = after.warehouse_id
        shelf = self.shelves[warehouse_id]
        shelf.load(moves)
        left = units_left(before, event)
        for sku, units in moves.items():
            shelf[sku] -= units
            if units + left.get(sku, 0) < 0:
                self.replenished[warehouse_id, sku] = None
        for sku, units in left.items():
            shelf.book(StockKey(self.seller_id, warehouse_id, sku), -units)

    def _apply_to_stock(self, event: StockEvent) -> None:
        match event:
            case StockBookedIn() | StockAdjusted():
                key = event.key
                units = units_come(event)
                self.shelves[key.warehouse_id].book(key, units)
                if units > 0:
                    self.replenished[key.warehouse_id, key.sku] = None
                if isinstance(event, StockBookedIn) and event.receipt_id is not None:
                    receipt = self.view.receipt(event.receipt_id)
                    assert receipt is not None  # noqa: S101 - decide made the event of it
                    self.receipts[event.receipt_id] = evolve_receipt(receipt, event)
            case ReceiptAnnounced(receipt=receipt):
                self.receipts[receipt.receipt_id] = receipt
                self.shelves[receipt.key.warehouse_id].book(receipt.key, 0)
            case ReceiptWithdrawn(receipt_id=receipt_id):
                self.receipts[receipt_id] = None
            case _:
                assert_never(event)
