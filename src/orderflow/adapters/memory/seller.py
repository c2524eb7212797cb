"""The state of one seller in memory, with indexes that keep commands fast.

- A queue for each product that orders wait for, in the policy's order. A booking-in reads its
  head. If the policy restricts partial allocation, an order is only in the queue of the product
  that `Outcome.queue_index` names.
- The receipts of a product. An explanation reads those of each line.
- The orders with units of a product. A count that finds fewer units reads only these.
- The orders on back order. Only these can be given up.
- Heaps of the ends of holds, the days of postponed orders and the starts of waits. If none is due,
  a command reads one entry.

Queues depend on the policy. They are built at their first use, and again after it changes.
"""

from __future__ import annotations

from bisect import bisect_right
from heapq import heappop, heappush
from threading import RLock
from typing import TYPE_CHECKING

from orderflow.adapters.memory.queue import SortedQueue
from orderflow.domain.model.commands import Command, ServeWaiting
from orderflow.domain.model.personal_data import erase
from orderflow.domain.model.policy import QueuePosition, queue_position
from orderflow.domain.model.status import Status
from orderflow.domain.model.stock import ProductKey
from orderflow.domain.state.waits import is_postponed_to, waits_since_before

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from datetime import datetime

    from orderflow.domain.model.back_order_limit import BackOrderLimit
    from orderflow.domain.model.events import Event
    from orderflow.domain.model.next_page import NextPage
    from orderflow.domain.model.order import Order
    from orderflow.domain.model.outcome import Outcome
    from orderflow.domain.model.policy import AllocationPolicy
    from orderflow.domain.model.stock import ExpectedReceipt, Stock

__all__ = ["SellerState"]


class SellerState:
    """The state of one seller, and its indexes."""

    def __init__(self, seller_id: str, *, stores_events: bool = True) -> None:
        self.seller_id = seller_id
        self._stores_events = stores_events
        self.lock = RLock()
        self.orders: dict[str, Order] = {}
        self.stock: dict[ProductKey, Stock] = {}
        self.receipts: dict[str, ExpectedReceipt] = {}
        self.expected: dict[ProductKey, dict[str, ExpectedReceipt]] = {}
        self.events: list[Event] = []
        self._events_of: dict[str, list[int]] = {}
        self._indexed = 0
        self.answers: dict[str, tuple[Command, Outcome]] = {}
        self.parts: dict[str, list[str]] = {}
        self.replaced_by: dict[str, list[str]] = {}
        self.with_units: dict[ProductKey, dict[str, None]] = {}
        self._hold_ends: list[tuple[datetime, str]] = []
        self._days: list[tuple[datetime, str]] = []
        self._waits: list[tuple[datetime, str]] | None = None
        self.policy: AllocationPolicy | None = None
        self.next_page: NextPage | None = None
        self.back_order_limits: tuple[BackOrderLimit, ...] = ()
        self._queues_policy: AllocationPolicy | None = None
        self._queues: dict[ProductKey, SortedQueue] = {}
        self.blocked_on: dict[str, str] = {}
        self.on_back_order: dict[str, None] = {}
        # Replaced as a whole, so that it can be read without the lock.
        self.unserved: frozenset[ProductKey] = frozenset()

    def copy(self) -> SellerState:
        """Return a copy without the queues, which depend on the policy."""
        other = SellerState(self.seller_id, stores_events=self._stores_events)
        other.orders = dict(self.orders)
        other.stock = dict(self.stock)
        other.receipts = dict(self.receipts)
        other.expected = {product: dict(of) for product, of in self.expected.items()}
        other.events = list(self.events)
        other.answers = dict(self.answers)
        other.parts = {order_id: list(parts) for order_id, parts in self.parts.items()}
        other.replaced_by = {order_id: list(by) for order_id, by in self.replaced_by.items()}
        other.with_units = {product: dict(orders) for product, orders in self.with_units.items()}
        other._hold_ends = list(self._hold_ends)
        other._days = list(self._days)
        other.policy = self.policy
        other.next_page = self.next_page
        other.back_order_limits = self.back_order_limits
        other.blocked_on = dict(self.blocked_on)
        other.on_back_order = dict(self.on_back_order)
        other.unserved = self.unserved
        return other

    def write(self, command: Command, outcome: Outcome) -> None:
        """Save the changes of an outcome, and the command if it has an id."""
        if command.command_id is not None:
            self.answers[command.command_id] = (command, outcome)
        served = command.keys if isinstance(command, ServeWaiting) else ()
        products_served = {(key.warehouse_id, key.sku) for key in served}
        self.unserved = self.unserved - products_served | set(outcome.unserved)
        self.policy = outcome.policy or self.policy
        self.next_page = outcome.next_page
        if outcome.back_order_limits is not None:
            self.back_order_limits = outcome.back_order_limits
        for stock in outcome.stock:
            self.stock[stock.key.warehouse_id, stock.key.sku] = stock
        for receipt in outcome.receipts:
            self.receipts[receipt.receipt_id] = receipt
            self.expected.setdefault(_product_of(receipt), {})[receipt.receipt_id] = receipt
        for receipt_id in outcome.receipts_closed:
            closed = self.receipts.pop(receipt_id, None)
            if closed is not None:
                del self.expected[_product_of(closed)][receipt_id]
        if self._stores_events:
            self.events += outcome.events
        blocked_on = dict(outcome.queue_index)
        for order in outcome.orders:
            self._write_order(order, blocked_on.pop(order.order_id, None))
        for order_id, sku in blocked_on.items():
            self._write_order(self.orders[order_id], sku)

    def erase(self, order_ids: Sequence[str]) -> None:
        """Erase the personal data of orders from the events, and from the answers to commands."""
        self.events = [erase(event, order_ids) for event in self.events]
        self.answers = {
            command_id: (erase(command, order_ids), erase(outcome, order_ids))
            for command_id, (command, outcome) in self.answers.items()
        }

    def numbered_events(self, order_id: str | None, after: int) -> Iterator[tuple[int, Event]]:
        """Yield the events of the seller, or of one order, that come after a number."""
        numbers: Iterable[int] = range(after + 1, len(self.events) + 1)
        if order_id is not None:
            of_order = self._numbers_of(order_id)
            numbers = of_order[bisect_right(of_order, after) :]
        return ((number, self.events[number - 1]) for number in numbers)

    def _numbers_of(self, order_id: str) -> Sequence[int]:
        for number in range(self._indexed + 1, len(self.events) + 1):
            subject = getattr(self.events[number - 1], "order_id", None)
            if subject is not None:
                self._events_of.setdefault(subject, []).append(number)
        self._indexed = len(self.events)
        return self._events_of.get(order_id, ())

    def waiting(
        self,
        product: ProductKey,
        policy: AllocationPolicy,
        at_most: Callable[[], int] | None,
        after: Order | None,
    ) -> Iterator[Order]:
        """Yield the orders that wait for a product, in queue order."""
        if policy != self._queues_policy:
            self._build_queues(policy)
        queue = self._queues.get(product)
        if queue is None:
            return
        if after is not None:
            places = queue.behind(queue_position(after, policy.queue))
        else:
            places = iter(queue) if at_most is None else queue.needing(at_most)
        for place in places:
            yield self.orders[str(place[-1])]

    def ended_holds(self, at: datetime, limit: int | None) -> list[Order]:
        """Return the orders on hold with a hold that has ended by this time."""
        entries: dict[tuple[datetime, str], None] = {}
        ended: dict[str, Order] = {}
        while len(ended) != limit and self._hold_ends and self._hold_ends[0][0] <= at:
            until, order_id = heappop(self._hold_ends)
            order = self.orders[order_id]
            if any(hold.until == until for hold in order.holds):
                entries[until, order_id] = None
                ended[order_id] = order
        for entry in entries:
            heappush(self._hold_ends, entry)
        return list(ended.values())

    def postponed(self, until: datetime, limit: int | None) -> list[Order]:
        """Return the postponed orders whose day is this time or before it."""
        found: dict[tuple[datetime, str], Order] = {}
        while len(found) != limit and self._days and self._days[0][0] <= until:
            day, order_id = heappop(self._days)
            order = self.orders[order_id]
            if order.not_before == day and is_postponed_to(order, until):
                found[day, order_id] = order
        for entry in found:
            heappush(self._days, entry)
        return list(found.values())

    def waiting_since_before(self, since: datetime, limit: int | None) -> list[Order]:
        """Return the orders on back order since this time that allow no partial allocation yet."""
        found: dict[tuple[datetime, str], Order] = {}
        if self._waits is None:
            self._waits = []
            for order in self.orders.values():
                self._note_wait(None, order)
        while len(found) != limit and self._waits and self._waits[0][0] <= since:
            start, order_id = heappop(self._waits)
            order = self.orders[order_id]
            if (
                order.wait is not None
                and order.wait.since == start
                and waits_since_before(order, since)
            ):
                found[start, order_id] = order
        for entry in found:
            heappush(self._waits, entry)
        return list(found.values())

    def _note_wait(self, before: Order | None, after: Order) -> None:
        since = _waiting_since(after)
        if self._waits is None or since is None:
            return
        if before is None or _waiting_since(before) != since:
            heappush(self._waits, (since, after.order_id))

    def _write_order(self, order: Order, blocked_on: str | None) -> None:
        order_id = order.order_id
        before = self.orders.get(order_id)
        old = self._positions(before)
        self.orders[order_id] = order
        if before is None and order.split_from is not None:
            self.parts.setdefault(order.split_from, []).append(order_id)
        if before is None and order.replaces is not None:
            self.replaced_by.setdefault(order.replaces, []).append(order_id)
        if blocked_on is not None:
            self.blocked_on[order_id] = blocked_on
        else:
            self.blocked_on.pop(order_id, None)
        self._move_in_queues(old, self._positions(order))
        self._index_units(before, order)
        self._note_wait(before, order)
        if order.status is Status.ON_BACK_ORDER:
            self.on_back_order[order_id] = None
        elif before is not None:
            self.on_back_order.pop(order_id, None)
        if order.status is Status.POSTPONED and order.not_before is not None:
            heappush(self._days, (order.not_before, order_id))
        for hold in order.holds:
            if hold.until is not None:
                heappush(self._hold_ends, (hold.until, order_id))

    def _build_queues(self, policy: AllocationPolicy) -> None:
        self._queues_policy = policy
        self._queues.clear()
        for order in self.orders.values():
            self._move_in_queues({}, self._positions(order))

    def _positions(self, order: Order | None) -> dict[ProductKey, tuple[QueuePosition, int]]:
        """Return the order's position in each of its queues, and the units it needs there."""
        if order is None or self._queues_policy is None or order.status is not Status.ON_BACK_ORDER:
            return {}
        place = queue_position(order, self._queues_policy.queue)
        return {product: (place, units) for product, units in self._needed(order).items()}

    def _move_in_queues(
        self,
        old: dict[ProductKey, tuple[QueuePosition, int]],
        new: dict[ProductKey, tuple[QueuePosition, int]],
    ) -> None:
        for product, entry in old.items():
            if new.get(product) != entry:
                queue = self._queues[product]
                queue.remove(entry[0])
                if not queue:
                    del self._queues[product]
        for product, entry in new.items():
            if old.get(product) != entry:
                self._queues.setdefault(product, SortedQueue()).add(*entry)

    def _needed(self, order: Order) -> dict[ProductKey, int]:
        """Return the products that the order waits for, with the fewest units it can use."""
        restricts_partial = (
            self._queues_policy is not None and self._queues_policy.restricts_partial
        )
        blocked_on = self.blocked_on.get(order.order_id) if restricts_partial else None
        if blocked_on is not None:
            return {(order.warehouse_id, blocked_on): order.short_of(blocked_on)}
        return {(order.warehouse_id, line.sku): 0 for line in order.short_lines}

    def _index_units(self, before: Order | None, after: Order) -> None:
        if before is not None and before.lines is after.lines:
            return
        had = _products_with_units(before) if before is not None else set[ProductKey]()
        has = _products_with_units(after)
        for product in has - had:
            self.with_units.setdefault(product, {})[after.order_id] = None
        for product in had - has:
            del self.with_units[product][after.order_id]


def _waiting_since(order: Order) -> datetime | None:
    if order.status is Status.ON_BACK_ORDER and order.wait is not None:
        return order.wait.since
    return None


def _product_of(receipt: ExpectedReceipt) -> ProductKey:
    return (receipt.key.warehouse_id, receipt.key.sku)


def _products_with_units(order: Order) -> set[ProductKey]:
    return {(order.warehouse_id, line.sku) for line in order.lines if line.allocated}
