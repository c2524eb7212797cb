"""The repository in memory: the reference for all others, and enough for tests and replays."""

from __future__ import annotations

from contextlib import contextmanager
from itertools import islice
from threading import Lock
from types import NoneType
from typing import TYPE_CHECKING, TypeVar
from weakref import WeakValueDictionary

from orderflow.adapters.memory.outbox import MemoryOutbox
from orderflow.adapters.memory.seller import SellerState
from orderflow.domain.model import validators
from orderflow.domain.model.arguments import require_function, require_identifier, require_kind
from orderflow.domain.model.status import ENDED, Status
from orderflow.domain.model.stock import StockKey, by_expectation
from orderflow.domain.state.waits import to_give_up, to_remind
from orderflow.ports import EventPage
from orderflow.ports.read_arguments import (
    check_erasable_read,
    check_events_read,
    check_orders_read,
    check_stock_read,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
    from datetime import datetime, timedelta

    from orderflow.domain.model.back_order_limit import BackOrderLimit
    from orderflow.domain.model.commands import Command
    from orderflow.domain.model.next_page import NextPage
    from orderflow.domain.model.order import Order
    from orderflow.domain.model.outcome import Outcome
    from orderflow.domain.model.policy import AllocationPolicy
    from orderflow.domain.model.stock import ExpectedReceipt, Stock
    from orderflow.ports import Reading, Repository, UnitOfWork

    T = TypeVar("T")

__all__ = ["MemoryRepository"]

_WAITING = Status.ON_BACK_ORDER


class MemoryRepository:
    """Keeps the state of every seller in this process.

    Units of work of one seller run one after another. Those of different sellers run in parallel,
    in any number of threads.

    Args:
        outbox: The outbox for events. If omitted, there are no messages.
        stores_events: Whether events can be read. Otherwise a long run needs less memory.

    Raises:
        InvalidValueError: If there is an outbox, which numbers events, and they are not kept.
    """

    def __init__(self, outbox: MemoryOutbox | None = None, *, stores_events: bool = True) -> None:
        demand = "a MemoryOutbox, or None"
        require_kind("MemoryRepository.outbox", outbox, (MemoryOutbox, NoneType), demand=demand)
        require_kind("MemoryRepository.stores_events", stores_events, bool, demand="true or false")
        validators.require(
            ok=stores_events or outbox is None,
            field="MemoryRepository.stores_events",
            demand="true if there is an outbox",
            value=stores_events,
        )
        self._stores_events = stores_events
        self._sellers: dict[str, SellerState] = {}
        # Sellers without any state, while somebody uses them: a read leaves no trace.
        self._new = WeakValueDictionary[str, SellerState]()
        self._outbox = outbox
        # Of both dictionaries. Nobody waits for a seller's lock while holding this one.
        self._lock = Lock()

    def write(self, seller_id: str, task: Callable[[UnitOfWork], T]) -> T:
        """Run a task in a unit of work of one seller, and commit what it saved."""
        require_function("Repository.task", task)
        with self.unit_of_work(seller_id) as work:
            return task(work)

    def read(self, seller_id: str, task: Callable[[Reading], T]) -> T:
        """Run a task that only reads."""
        require_function("Repository.task", task)
        with self.unit_of_work(seller_id) as work:
            return task(work)

    def together(self, seller_id: str, task: Callable[[Repository], T]) -> T:
        """Run a task on a repository whose units of work are all committed at its end, or none.

        The task works on a copy of the seller's state, so a large state makes it slow.
        """
        require_function("Repository.task", task)
        with self.unit_of_work(seller_id) as work:
            return task(_CopyOfSeller(work))

    def sellers(self) -> Sequence[str]:
        """Return the ids of all sellers with any state, in order."""
        with self._lock:
            return sorted(self._sellers)

    def unserved(self) -> Sequence[StockKey]:
        """Return the products of all sellers whose queue has not been served, in order."""
        with self._lock:
            sellers = list(self._sellers.values())
        return sorted(
            StockKey(seller.seller_id, *product)
            for seller in sellers
            for product in seller.unserved
        )

    @contextmanager
    def unit_of_work(self, seller_id: str) -> Iterator[MemoryUnitOfWork]:
        """Open a unit of work of one seller; an error undoes all of it."""
        require_identifier("Repository.seller_id", seller_id)
        seller = self._seller(seller_id)
        with seller.lock:
            work = MemoryUnitOfWork(seller, self._outbox)
            yield work
            if work.commit():
                with self._lock:
                    self._sellers[seller_id] = seller

    def _seller(self, seller_id: str) -> SellerState:
        with self._lock:
            seller = self._sellers.get(seller_id) or self._new.get(seller_id)
            if seller is None:
                seller = SellerState(seller_id, stores_events=self._stores_events)
                self._new[seller_id] = seller
            return seller


class _CopyOfSeller(MemoryRepository):
    """Commits to a copy of one seller's state, and saves the outcomes in a unit of work."""

    def __init__(self, work: MemoryUnitOfWork) -> None:
        super().__init__()
        self._work = work
        self._sellers = {work.seller_id: work.copy_of_seller()}

    @contextmanager
    def unit_of_work(self, seller_id: str) -> Iterator[MemoryUnitOfWork]:
        """Open a unit of work on the copy; an error undoes all of it."""
        validators.require(
            ok=seller_id == self._work.seller_id,
            field="together.seller_id",
            demand="the seller of every command in the task",
            value=self._work.seller_id,
        )
        with super().unit_of_work(seller_id) as work:
            yield work
        for command, outcome, trace, erased in work.saved:
            self._work.trace = trace
            self._work.erase(erased)
            self._work.save(command, outcome)


class MemoryUnitOfWork:
    """The reads and the write of one command. Nothing is written before it commits."""

    def __init__(self, seller: SellerState, outbox: MemoryOutbox | None) -> None:
        self._seller = seller
        self._outbox = outbox
        self.trace: str | None = None
        self.erased: tuple[str, ...] = ()
        self.saved: list[tuple[Command, Outcome, str | None, tuple[str, ...]]] = []

    @property
    def seller_id(self) -> str:
        """The seller."""
        return self._seller.seller_id

    def copy_of_seller(self) -> SellerState:
        """Return a copy of the seller's state."""
        return self._seller.copy()

    @property
    def policy(self) -> AllocationPolicy | None:
        """The seller's own policy, if there is one."""
        return self._seller.policy

    @property
    def next_page(self) -> NextPage | None:
        """What the next page of an earlier command does, if there is one."""
        return self._seller.next_page

    @property
    def back_order_limits(self) -> tuple[BackOrderLimit, ...]:
        """The limits of back orders, sorted by product."""
        return self._seller.back_order_limits

    def order(self, order_id: str) -> Order | None:
        """Return the order, or `None` if the seller has no such order."""
        return self._seller.orders.get(order_id)

    def prefetch(self, order_ids: Collection[str]) -> None:
        """Do nothing: everything is in memory."""

    def prefetch_for(self, command: Command) -> None:
        """Do nothing: everything is in memory."""

    def stock(self, warehouse_id: str, skus: Collection[str]) -> Iterable[Stock]:
        """Return the existing stock records of these products."""
        found = self._seller.stock.get
        return [stock for sku in skus if (stock := found((warehouse_id, sku))) is not None]

    def receipt(self, receipt_id: str) -> ExpectedReceipt | None:
        """Return the expected receipt, or `None` if it was not announced."""
        return self._seller.receipts.get(receipt_id)

    def waiting(
        self,
        warehouse_id: str,
        sku: str,
        policy: AllocationPolicy,
        at_most: Callable[[], int] | None = None,
        after: Order | None = None,
    ) -> Iterable[Order]:
        """Return the orders that wait for a product, in queue order."""
        return self._seller.waiting((warehouse_id, sku), policy, at_most, after)

    def back_orders(self, after: Order | None = None, limit: int | None = None) -> Iterable[Order]:
        """Return the orders on back order: all, or those placed first."""
        return self.orders(status=_WAITING, after=after, limit=limit)

    def blocked_on(self, order_id: str) -> str | None:
        """Return the product that a waiting order is blocked on, if any."""
        return self._seller.blocked_on.get(order_id)

    def orders_with_units(self, warehouse_id: str, sku: str) -> Iterable[Order]:
        """Return the orders that have units of a product."""
        order_ids = self._seller.with_units.get((warehouse_id, sku), {})
        return [self._seller.orders[order_id] for order_id in order_ids]

    def expected(self, warehouse_id: str, sku: str) -> Iterable[ExpectedReceipt]:
        """Return the receipts of a product, sorted by expected time, then by id."""
        receipts = self._seller.expected.get((warehouse_id, sku), {})
        return sorted(receipts.values(), key=by_expectation)

    def ended_holds(self, at: datetime, limit: int | None = None) -> Iterable[Order]:
        """Return the orders on hold with a hold that has ended by this time."""
        return self._seller.ended_holds(at, limit)

    def postponed(self, until: datetime, limit: int | None = None) -> Iterable[Order]:
        """Return the postponed orders whose day is this time or before it."""
        return self._seller.postponed(until, limit)

    def waiting_since_before(self, since: datetime, limit: int | None = None) -> Iterable[Order]:
        """Return the orders on back order since this time that allow no partial allocation yet."""
        return self._seller.waiting_since_before(since, limit)

    def to_give_up(
        self, by: datetime, give_up_after: timedelta | None, limit: int | None = None
    ) -> Iterable[Order]:
        """Return the orders on back order that are to be given up at this moment or before it."""
        return to_give_up(self._on_back_order(), by, give_up_after)[:limit]

    def to_remind(
        self,
        after: datetime,
        until: datetime,
        give_up_after: timedelta | None,
        limit: int | None = None,
    ) -> Iterable[Order]:
        """Return the orders on back order whose sellers are to be reminded."""
        return to_remind(self._on_back_order(), after, until, give_up_after)[:limit]

    def _on_back_order(self) -> Iterator[Order]:
        orders = self._seller.orders
        return (orders[order_id] for order_id in self._seller.on_back_order)

    def answered(self, command_id: str) -> tuple[Command, Outcome] | None:
        """Return the earlier command with this id and its outcome, if there was one."""
        require_identifier("answered.command_id", command_id)
        return self._seller.answers.get(command_id)

    def unserved(self) -> Sequence[tuple[str, str]]:
        """Return the products whose queue has not been served."""
        return sorted(self._seller.unserved)

    def orders(
        self,
        *,
        status: Status | None = None,
        sku: str | None = None,
        after: Order | None = None,
        limit: int | None = None,
    ) -> Sequence[Order]:
        """Return the seller's orders, sorted by the time they were placed, then by id."""
        status = check_orders_read(status=status, sku=sku, after=after, limit=limit)
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
        require_identifier("split_off.order_id", order_id)
        return [self._seller.orders[each] for each in sorted(self._seller.parts.get(order_id, ()))]

    def replaced_by(self, order_id: str) -> Sequence[Order]:
        """Return the orders that were placed in place of an order, by their id."""
        require_identifier("replaced_by.order_id", order_id)
        placed = self._seller.replaced_by.get(order_id, ())
        return [self._seller.orders[each] for each in sorted(placed)]

    def to_erase(
        self, before: datetime, *, after: str | None = None, limit: int | None = None
    ) -> Sequence[str]:
        """Return the ids of orders that ended before a time and have personal data still."""
        moment = check_erasable_read(before, after=after, limit=limit)
        found = (
            order_id
            for order_id, order in sorted(self._seller.orders.items())
            if (after is None or order_id > after)
            and order.status in ENDED
            and order.erased_at is None
            and not self.events(order_id, since=moment, limit=1)
        )
        return tuple(islice(found, limit))

    def all_stock(
        self, *, after: StockKey | None = None, limit: int | None = None
    ) -> Sequence[Stock]:
        """Return the seller's stock records, sorted by key."""
        check_stock_read(after=after, limit=limit)
        records = sorted(self._seller.stock.values(), key=lambda stock: stock.key)
        found = (stock for stock in records if after is None or stock.key > after)
        return list(islice(found, limit))

    def receipts(self) -> Sequence[ExpectedReceipt]:
        """Return the seller's expected receipts, sorted by expected time, then by id."""
        return sorted(self._seller.receipts.values(), key=by_expectation)

    def events(
        self,
        order_id: str | None = None,
        *,
        since: datetime | None = None,
        after: int = 0,
        limit: int | None = None,
    ) -> EventPage:
        """Return the events of the seller, or of one order, oldest first."""
        moment = check_events_read(order_id, since=since, after=after, limit=limit)
        found = (
            (number, event)
            for number, event in self._seller.numbered_events(order_id, after)
            if moment is None or event.at >= moment
        )
        return EventPage.of(islice(found, limit), after)

    def erase(self, order_ids: Sequence[str]) -> None:
        """Erase the personal data of orders from what is stored, when this unit of work commits."""
        self.erased = tuple(order_ids)

    def save(self, command: Command, outcome: Outcome) -> None:
        """Write the outcome of a command when this unit of work commits."""
        self.saved.append((command, outcome, self.trace, self.erased))
        self.erased = ()

    def commit(self) -> bool:
        """Write all saved outcomes; report whether there were any."""
        for command, outcome, trace, erased in self.saved:
            if erased:
                self._seller.erase(erased)
                if self._outbox is not None:
                    self._outbox.erase(self.seller_id, erased)
            before = len(self._seller.events)
            self._seller.write(command, outcome)
            if self._outbox is not None:
                self._outbox.add(self.seller_id, outcome.events, before, trace)
        return bool(self.saved)


def _by_placing(order: Order) -> tuple[datetime, str]:
    return (order.placed_at, order.order_id)
