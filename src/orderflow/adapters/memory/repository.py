"""The repository in memory: the reference for all others, and enough for tests and replays."""

from __future__ import annotations

from contextlib import contextmanager
from itertools import islice
from threading import RLock
from typing import TYPE_CHECKING, TypeVar

from orderflow.adapters.memory.seller import SellerState
from orderflow.domain.model.stock import StockKey, by_expectation

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
    from datetime import datetime

    from orderflow.adapters.memory.outbox import MemoryOutbox
    from orderflow.domain.model.commands import Command
    from orderflow.domain.model.events import Event
    from orderflow.domain.model.order import Order
    from orderflow.domain.model.outcome import Outcome
    from orderflow.domain.model.policy import AllocationPolicy
    from orderflow.domain.model.status import Status
    from orderflow.domain.model.stock import ExpectedReceipt, Stock
    from orderflow.ports import Reading, UnitOfWork

    T = TypeVar("T")

__all__ = ["MemoryRepository"]


class MemoryRepository:
    """Keeps the state of every seller in this process.

    Units of work of one seller run one after another, those of several sellers side by side.

    Args:
        outbox: Where events are put for a relay; nowhere, if left out.
    """

    def __init__(self, outbox: MemoryOutbox | None = None) -> None:
        self._sellers: dict[str, SellerState] = {}
        self._outbox = outbox
        self._lock = RLock()

    def write(self, seller_id: str, task: Callable[[UnitOfWork], T]) -> T:
        """Carry out a task in a unit of work of one seller, and commit what it saved."""
        with self.unit_of_work(seller_id) as work:
            return task(work)

    def read(self, seller_id: str, task: Callable[[Reading], T]) -> T:
        """Carry out a task that only reads."""
        with self.unit_of_work(seller_id) as work:
            return task(work)

    def sellers(self) -> Sequence[str]:
        """Return the ids of the sellers of whom anything is kept, in order."""
        return sorted(self._sellers)

    def unserved(self) -> Sequence[StockKey]:
        """Return the products of all sellers whose queue is still to be served, in order."""
        return sorted(
            StockKey(seller_id, *product)
            for seller_id, seller in self._sellers.items()
            for product in seller.unserved
        )

    @contextmanager
    def unit_of_work(self, seller_id: str) -> Iterator[MemoryUnitOfWork]:
        """Begin to read and write the state of one seller; an error undoes all of it."""
        with self._lock:
            seller = self._sellers.get(seller_id)
            if seller is None:
                # One that nothing is written of is forgotten, so that asking leaves no trace.
                seller = SellerState(seller_id)
                work = MemoryUnitOfWork(seller, self._outbox)
                yield work
                if work.commit():
                    self._sellers[seller_id] = seller
                return
        with seller.lock:
            work = MemoryUnitOfWork(seller, self._outbox)
            yield work
            work.commit()


class MemoryUnitOfWork:
    """What one command reads and writes. Nothing is written before it commits."""

    def __init__(self, seller: SellerState, outbox: MemoryOutbox | None) -> None:
        self._seller = seller
        self._outbox = outbox
        self._saved: list[tuple[Command, Outcome]] = []

    @property
    def seller_id(self) -> str:
        """The seller."""
        return self._seller.seller_id

    def order(self, order_id: str) -> Order | None:
        """Return the order, if the seller has it."""
        return self._seller.orders.get(order_id)

    def prefetch(self, order_ids: Collection[str]) -> None:
        """Do nothing: all is there."""

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

    def blocked_on(self, order_id: str) -> str | None:
        """Return what a waiting order waits for, if an outcome has told."""
        return self._seller.blocked_on.get(order_id)

    def orders_with_units(self, warehouse_id: str, sku: str) -> Iterable[Order]:
        """Return the orders that hold units of a product."""
        holders = self._seller.holders.get((warehouse_id, sku), {})
        return [self._seller.orders[order_id] for order_id in holders]

    def expected(self, warehouse_id: str, sku: str) -> Iterable[ExpectedReceipt]:
        """Return the receipts of a product, by the moment they are expected, then by id."""
        key = StockKey(self.seller_id, warehouse_id, sku)
        return [receipt for receipt in self.receipts() if receipt.key == key]

    def ended_holds(self, at: datetime) -> Iterable[Order]:
        """Return the orders on hold with a hold that ends at this moment or before it."""
        return self._seller.ended_holds(at)

    def waiting_since_before(self, since: datetime) -> Iterable[Order]:
        """Return the orders on back order since this moment or longer that do not keep yet."""
        return self._seller.waiting_since_before(since)

    def answered(self, command_id: str) -> tuple[Command, Outcome] | None:
        """Return the command that had this id, and what it was answered."""
        return self._seller.answers.get(command_id)

    def unserved(self) -> Sequence[tuple[str, str]]:
        """Return products whose queue is still to be served."""
        return sorted(self._seller.unserved)

    def orders(
        self,
        *,
        status: Status | None = None,
        sku: str | None = None,
        after: Order | None = None,
        limit: int | None = None,
    ) -> Sequence[Order]:
        """Return the seller's orders by the moment they were placed, then by their id."""
        behind = _by_placing(after) if after is not None else None
        found = (
            order
            for order in sorted(self._seller.orders.values(), key=_by_placing)
            if (status is None or order.status is status)
            and (sku is None or any(line.sku == sku for line in order.lines))
            and (behind is None or _by_placing(order) > behind)
        )
        return tuple(islice(found, limit))

    def split_off(self, order_id: str) -> Sequence[Order]:
        """Return the orders that were split from an order, by their id."""
        return [self._seller.orders[each] for each in sorted(self._seller.parts.get(order_id, ()))]

    def all_stock(
        self, *, after: StockKey | None = None, limit: int | None = None
    ) -> Sequence[Stock]:
        """Return the seller's stock records, ordered by key."""
        records = sorted(self._seller.stock.values(), key=lambda stock: stock.key)
        found = (stock for stock in records if after is None or stock.key > after)
        return list(islice(found, limit))

    def receipts(self) -> Sequence[ExpectedReceipt]:
        """Return what the seller expects, by the moment it is expected, then by its id."""
        return sorted(self._seller.receipts.values(), key=by_expectation)

    def events(
        self,
        order_id: str | None = None,
        *,
        since: datetime | None = None,
        after: int = 0,
        limit: int | None = None,
    ) -> Sequence[Event]:
        """Return what happened, to the seller or to one order, oldest first."""
        found = self._seller.events if order_id is None else self._seller.events_of(order_id)
        if since is not None:
            found = [each for each in found if each.at >= since]
        return tuple(found[after:] if limit is None else found[after : after + limit])

    def save(self, command: Command, outcome: Outcome) -> None:
        """Write what a command changed, when this unit of work commits."""
        self._saved.append((command, outcome))

    def commit(self) -> bool:
        """Write what was saved; tell whether there was any."""
        for command, outcome in self._saved:
            before = len(self._seller.events)
            self._seller.write(command, outcome)
            if self._outbox is not None:
                self._outbox.add(self.seller_id, outcome.events, before)
        return bool(self._saved)


def _by_placing(order: Order) -> tuple[datetime, str]:
    return (order.placed_at, order.order_id)
