"""The repository in memory, with the indexes that keep the costs where the design puts them.

- A queue for each product that somebody waits for, sorted by the policy's order: a booking-in
  reads its head. Where the policy holds nothing for short orders, an order stands in the one
  queue that `Outcome.watched` names.
- The orders that hold units of a product: a count that finds less looks at no others.
- The ends of holds and the beginnings of waits as heaps: a command that is too early for any
  looks at one of them.

What depends on the policy is built when it is first asked for, and again if the policy changes.
"""

from __future__ import annotations

from contextlib import contextmanager
from heapq import heappop, heappush
from threading import RLock
from typing import TYPE_CHECKING

from orderflow.adapters.memory.queue import SortedQueue
from orderflow.domain.policy import Place, place_in_queue
from orderflow.domain.state import is_overdue
from orderflow.domain.status import Status

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
    from datetime import datetime

    from orderflow.domain.commands import Command
    from orderflow.domain.events import Event
    from orderflow.domain.order import Order
    from orderflow.domain.outcome import Outcome
    from orderflow.domain.policy import AllocationPolicy
    from orderflow.domain.stock import ExpectedReceipt, Product, Stock

__all__ = ["MemoryRepository"]


class MemoryRepository:
    """Keeps the state of every seller in this process.

    Units of work of one seller run one after another, those of several sellers side by side.
    """

    def __init__(self) -> None:
        self._sellers: dict[str, _Seller] = {}
        self._lock = RLock()

    @contextmanager
    def unit_of_work(self, seller_id: str) -> Iterator[MemoryUnitOfWork]:
        """Begin to read and write the state of one seller; an error undoes all of it."""
        with self._lock:
            seller = self._sellers.setdefault(seller_id, _Seller(seller_id))
        with seller.lock:
            work = MemoryUnitOfWork(seller)
            yield work
            work.commit()


class MemoryUnitOfWork:
    """What one command reads and writes. Nothing is written before it commits."""

    def __init__(self, seller: _Seller) -> None:
        self._seller = seller
        self._saved: list[tuple[Command, Outcome]] = []

    @property
    def seller_id(self) -> str:
        """The seller."""
        return self._seller.seller_id

    def order(self, order_id: str) -> Order | None:
        """Return the order, if the seller has it."""
        return self._seller.orders.get(order_id)

    def stock(self, warehouse_id: str, skus: Collection[str]) -> Iterable[Stock]:
        """Return the stock records that there are of these products."""
        found = self._seller.stock.get
        return [stock for sku in skus if (stock := found((warehouse_id, sku))) is not None]

    def receipt(self, receipt_id: str) -> ExpectedReceipt | None:
        """Return the expected receipt, if the seller announced it."""
        return self._seller.receipts.get(receipt_id)

    def waiting(
        self,
        warehouse_id: str,
        sku: str,
        policy: AllocationPolicy,
        at_most: Callable[[], int] | None = None,
    ) -> Iterable[Order]:
        """Return the orders that wait for a product, in the order of the queue."""
        return self._seller.waiting((warehouse_id, sku), policy, at_most)

    def watched(self, order_id: str) -> str | None:
        """Return what a waiting order waits for, if an outcome has told."""
        return self._seller.watched.get(order_id)

    def holding(self, warehouse_id: str, sku: str) -> Iterable[Order]:
        """Return the orders that hold units of a product."""
        holders = self._seller.holders.get((warehouse_id, sku), {})
        return [self._seller.orders[order_id] for order_id in holders]

    def ended_holds(self, at: datetime) -> Iterable[Order]:
        """Return the orders on hold with a hold that ends at this moment or before it."""
        return self._seller.ended_holds(at)

    def overdue(self, since: datetime) -> Iterable[Order]:
        """Return the orders on back order since this moment or longer that do not keep yet."""
        return self._seller.overdue(since)

    def answered(self, command_id: str) -> tuple[Command, Outcome] | None:
        """Return the command that had this id, and what it was answered."""
        return self._seller.answers.get(command_id)

    def orders(self) -> Sequence[Order]:
        """Return the seller's orders, in the order in which they were placed."""
        return tuple(self._seller.orders.values())

    def all_stock(self) -> Sequence[Stock]:
        """Return the seller's stock records, ordered by key."""
        return sorted(self._seller.stock.values(), key=lambda stock: stock.key)

    def events(self, order_id: str | None = None) -> Sequence[Event]:
        """Return what happened, to the seller or to one order, oldest first."""
        if order_id is None:
            return tuple(self._seller.events)
        return self._seller.events_of(order_id)

    def save(self, command: Command, outcome: Outcome) -> None:
        """Write what a command changed, when this unit of work commits."""
        self._saved.append((command, outcome))

    def commit(self) -> None:
        """Write what was saved."""
        for command, outcome in self._saved:
            self._seller.write(outcome)
            if command.command_id is not None:
                self._seller.answers[command.command_id] = (command, outcome)


class _Seller:
    """The state of one seller, and its indexes."""

    def __init__(self, seller_id: str) -> None:
        self.seller_id = seller_id
        self.lock = RLock()
        self.orders: dict[str, Order] = {}
        self.stock: dict[Product, Stock] = {}
        self.receipts: dict[str, ExpectedReceipt] = {}
        self.events: list[Event] = []
        self._events_of: dict[str, list[Event]] = {}
        self._indexed = 0
        self.answers: dict[str, tuple[Command, Outcome]] = {}
        self.holders: dict[Product, dict[str, None]] = {}
        self._hold_ends: list[tuple[datetime, str]] = []
        self._waits: list[tuple[datetime, str]] | None = None
        self._policy: AllocationPolicy | None = None
        self._queues: dict[Product, SortedQueue] = {}
        self.watched: dict[str, str] = {}

    def write(self, outcome: Outcome) -> None:
        for stock in outcome.stock:
            self.stock[stock.key.warehouse_id, stock.key.sku] = stock
        for receipt in outcome.receipts:
            self.receipts[receipt.receipt_id] = receipt
        for receipt_id in outcome.settled:
            self.receipts.pop(receipt_id, None)
        self.events += outcome.events
        watched = dict(outcome.watched)
        for order in outcome.orders:
            self._write_order(order, watched.pop(order.order_id, None))
        for order_id, sku in watched.items():
            self._write_order(self.orders[order_id], sku)

    def events_of(self, order_id: str) -> Sequence[Event]:
        for event in self.events[self._indexed :]:
            subject = getattr(event, "order_id", None)
            if subject is not None:
                self._events_of.setdefault(subject, []).append(event)
        self._indexed = len(self.events)
        return tuple(self._events_of.get(order_id, ()))

    def waiting(
        self, product: Product, policy: AllocationPolicy, at_most: Callable[[], int] | None
    ) -> Iterator[Order]:
        if policy != self._policy:
            self._build_queues(policy)
        queue = self._queues.get(product)
        if queue is not None:
            for place in queue if at_most is None else queue.needing(at_most):
                yield self.orders[str(place[-1])]

    def ended_holds(self, at: datetime) -> list[Order]:
        ended: dict[tuple[datetime, str], Order] = {}
        while self._hold_ends and self._hold_ends[0][0] <= at:
            until, order_id = heappop(self._hold_ends)
            order = self.orders[order_id]
            if any(hold.until == until for hold in order.holds):
                ended[until, order_id] = order
        for entry in ended:
            heappush(self._hold_ends, entry)
        return list({order.order_id: order for order in ended.values()}.values())

    def overdue(self, since: datetime) -> list[Order]:
        overdue: dict[tuple[datetime, str], Order] = {}
        if self._waits is None:
            self._waits = []
            for order in self.orders.values():
                self._note_wait(None, order)
        while self._waits and self._waits[0][0] <= since:
            began, order_id = heappop(self._waits)
            order = self.orders[order_id]
            if order.wait is not None and order.wait.since == began and is_overdue(order, since):
                overdue[began, order_id] = order
        for entry in overdue:
            heappush(self._waits, entry)
        return list(overdue.values())

    def _note_wait(self, before: Order | None, after: Order) -> None:
        since = _waiting_since(after)
        if self._waits is None or since is None:
            return
        if before is None or _waiting_since(before) != since:
            heappush(self._waits, (since, after.order_id))

    def _write_order(self, order: Order, watched: str | None) -> None:
        order_id = order.order_id
        before = self.orders.get(order_id)
        stood = self._standing(before)
        self.orders[order_id] = order
        if watched is not None:
            self.watched[order_id] = watched
        else:
            self.watched.pop(order_id, None)
        self._move_in_queues(stood, self._standing(order))
        self._index_holders(before, order)
        self._note_wait(before, order)
        for hold in order.holds:
            if hold.until is not None:
                heappush(self._hold_ends, (hold.until, order_id))

    def _build_queues(self, policy: AllocationPolicy) -> None:
        self._policy = policy
        self._queues.clear()
        for order in self.orders.values():
            self._move_in_queues({}, self._standing(order))

    def _standing(self, order: Order | None) -> dict[Product, tuple[Place, int]]:
        """Return for each queue that the order stands in: its place, and the least it can use."""
        if order is None or self._policy is None or order.status is not Status.ON_BACK_ORDER:
            return {}
        place = place_in_queue(order, self._policy.queue)
        return {product: (place, units) for product, units in self._needed(order).items()}

    def _move_in_queues(
        self,
        old: dict[Product, tuple[Place, int]],
        new: dict[Product, tuple[Place, int]],
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

    def _needed(self, order: Order) -> dict[Product, int]:
        """Return the products in whose queues the order stands, with the least it can use."""
        holds_nothing = self._policy is not None and self._policy.holds_nothing
        watched = self.watched.get(order.order_id) if holds_nothing else None
        if watched is not None:
            return {(order.warehouse_id, watched): _needs(order, watched)}
        return {(order.warehouse_id, line.sku): 0 for line in order.short_lines}

    def _index_holders(self, before: Order | None, after: Order) -> None:
        held_before = _held(before) if before is not None else {}
        held_after = _held(after)
        for product in held_after:
            if product not in held_before:
                self.holders.setdefault(product, {})[after.order_id] = None
        for product in held_before:
            if product not in held_after:
                del self.holders[product][after.order_id]


def _waiting_since(order: Order) -> datetime | None:
    if order.status is Status.ON_BACK_ORDER and order.wait is not None:
        return order.wait.since
    return None


def _needs(order: Order, sku: str) -> int:
    return sum(line.short for line in order.lines if line.sku == sku)


def _held(order: Order) -> dict[Product, None]:
    return {(order.warehouse_id, line.sku): None for line in order.lines if line.allocated}
