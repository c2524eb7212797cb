"""A repository that follows the docs of the ports, and differs wherever they leave it free.

It shares no code with the reference: each read goes through all that a seller has. What the docs
leave free is drawn each time:

- What comes in any order is shuffled, and an iterable can be read only once.
- Orders that may be omitted from a queue are omitted or not, one by one. `at_most` is asked for a
  page or for each order.
- `unserved` has all products, or only those that were read.
- A task runs twice, as after a conflict, and what its first run saved is gone.
- The numbers of events have gaps.
- What is read is equal to what was saved, but never the same object.
"""

from __future__ import annotations

from copy import copy
from threading import RLock
from typing import TYPE_CHECKING, Any, TypeVar

from orderflow import Order, Status, Stock, StockKey
from orderflow.commands import ServeWaiting
from orderflow.core import State, erase
from orderflow.domain.model.order import fields_of, order_of
from orderflow.domain.model.policy import queue_position
from orderflow.domain.model.stock import by_expectation
from orderflow.ports import EventPage

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
    from datetime import datetime, timedelta
    from random import Random

    from orderflow import AllocationPolicy, ExpectedReceipt, Outcome
    from orderflow.commands import Command
    from orderflow.core import NextPage
    from orderflow.domain.model.back_order_limit import BackOrderLimit
    from orderflow.events import Event

    T = TypeVar("T")

__all__ = ["DifferentRepository", "DifferentUnitOfWork"]

_PAGES = (1, 2, 5, 100)


class _Seller:
    """What one seller has."""

    def __init__(self, seller_id: str) -> None:
        self.state = State(seller_id)
        self.events: tuple[tuple[int, Event], ...] = ()
        self.answers: dict[str, tuple[Command, Outcome]] = {}
        self.unserved: frozenset[tuple[str, str]] = frozenset()


class DifferentRepository:
    """Stores the state of each seller as an immutable value."""

    def __init__(self, dice: Random, unit_of_work: type[DifferentUnitOfWork] | None = None) -> None:
        self._dice = dice
        self._unit_of_work = unit_of_work or DifferentUnitOfWork
        self._sellers: dict[str, _Seller] = {}
        self._lock = RLock()

    def write(self, seller_id: str, task: Callable[[Any], T]) -> T:
        with self._lock:
            stored = self._sellers.get(seller_id) or _Seller(seller_id)
            if self._dice.random() < 0.5:
                task(self._unit_of_work(copy(stored), self._dice))
            work = self._unit_of_work(copy(stored), self._dice)
            answer = task(work)
            if work.has_saved:
                self._sellers[seller_id] = work.seller
            return answer

    def read(self, seller_id: str, task: Callable[[Any], T]) -> T:
        stored = self._sellers.get(seller_id) or _Seller(seller_id)
        return task(self._unit_of_work(copy(stored), self._dice))

    def sellers(self) -> Sequence[str]:
        return sorted(self._sellers)

    def unserved(self) -> Sequence[StockKey]:
        return sorted(
            StockKey(seller_id, *product)
            for seller_id, seller in self._sellers.items()
            for product in seller.unserved
        )


class DifferentUnitOfWork:
    """Reads and writes an immutable value."""

    def __init__(self, seller: _Seller, dice: Random) -> None:
        self.seller = seller
        self.has_saved = False
        self._dice = dice
        self._shows_all_unserved = dice.random() < 0.5
        self._read: set[tuple[str, str]] = set()

    @property
    def seller_id(self) -> str:
        return self.seller.state.seller_id

    @property
    def policy(self) -> AllocationPolicy | None:
        return copy(self.seller.state.policy)

    @property
    def next_page(self) -> NextPage | None:
        return copy(self.seller.state.next_page)

    @property
    def back_order_limits(self) -> tuple[BackOrderLimit, ...]:
        return tuple(copy(each) for each in self.seller.state.back_order_limits)

    # The reads of a decision

    def order(self, order_id: str) -> Order | None:
        order = self.seller.state.orders.get(order_id)
        return None if order is None else self._as_read(order)

    def prefetch(self, order_ids: Collection[str]) -> None:
        for order_id in order_ids:
            if self._dice.random() < 0.5:
                self.order(order_id)

    def prefetch_for(self, command: Command) -> None:
        self.prefetch([getattr(command, "order_id", "none")])

    def stock(self, warehouse_id: str, skus: Collection[str]) -> Iterator[Stock]:
        self._read.update((warehouse_id, sku) for sku in skus)
        wanted = set(skus)
        records = self.seller.state.records.values()
        return self._shuffled(
            copy(each)
            for each in records
            if each.key.warehouse_id == warehouse_id and each.key.sku in wanted
        )

    def receipt(self, receipt_id: str) -> ExpectedReceipt | None:
        return copy(self.seller.state.receipts.get(receipt_id))

    def waiting(
        self,
        warehouse_id: str,
        sku: str,
        policy: AllocationPolicy,
        at_most: Callable[[], int] | None = None,
        after: Order | None = None,
    ) -> Iterator[Order]:
        self._read.add((warehouse_id, sku))
        orders = self.seller.state.orders.values()
        behind = None if after is None else queue_position(after, policy.queue)
        queue = sorted(
            (
                order
                for order in orders
                if order.warehouse_id == warehouse_id
                and order.status is Status.ON_BACK_ORDER
                and self.is_in_queue(order, sku, policy)
                and (behind is None or queue_position(order, policy.queue) > behind)
            ),
            key=lambda order: queue_position(order, policy.queue),
        )
        page = self._dice.choice(_PAGES)
        for begin in range(0, len(queue), page):
            limit = None if at_most is None else at_most()
            for order in queue[begin : begin + page]:
                if at_most is not None and self._dice.random() < 0.5:
                    limit = at_most()
                if limit is None or not self.is_omitted(order, sku, limit):
                    yield self._as_read(order)

    def is_in_queue(self, order: Order, sku: str, policy: AllocationPolicy) -> bool:
        blocked_on = self.blocked_on(order.order_id) if policy.restricts_partial else None
        return order.short_of(sku) > 0 and blocked_on in {None, sku}

    def is_omitted(self, order: Order, sku: str, limit: int) -> bool:
        may_be = self.blocked_on(order.order_id) == sku and order.short_of(sku) > limit
        return may_be and self._dice.random() < 0.5

    def back_orders(self, after: Order | None = None, limit: int | None = None) -> Iterator[Order]:
        return self._found(
            lambda order: (
                order.status is Status.ON_BACK_ORDER
                and (after is None or _by_placing(order) > _by_placing(after))
            ),
            limit,
            first=_by_placing,
        )

    def blocked_on(self, order_id: str) -> str | None:
        return self.seller.state.queue_index.get(order_id)

    def orders_with_units(self, warehouse_id: str, sku: str) -> Iterator[Order]:
        self._read.add((warehouse_id, sku))
        return self._found(
            lambda order: order.warehouse_id == warehouse_id and order.allocated_of(sku) > 0
        )

    def expected(self, warehouse_id: str, sku: str) -> Iterator[ExpectedReceipt]:
        key = StockKey(self.seller_id, warehouse_id, sku)
        return (copy(each) for each in self.receipts() if each.key == key)

    def ended_holds(self, at: datetime, limit: int | None = None) -> Iterator[Order]:
        return self._found(
            lambda order: any(hold.until and hold.until <= at for hold in order.holds),
            limit,
            first=lambda order: (min(each.until for each in order.holds if each.until),),
        )

    def postponed(self, until: datetime, limit: int | None = None) -> Iterator[Order]:
        return self._found(
            lambda order: (
                order.status is Status.POSTPONED
                and order.not_before is not None
                and order.not_before <= until
            ),
            limit,
            first=lambda order: (order.not_before,),
        )

    def waiting_since_before(self, since: datetime, limit: int | None = None) -> Iterator[Order]:
        return self._found(
            lambda order: (
                order.status is Status.ON_BACK_ORDER
                and order.wait is not None
                and order.wait.since <= since
                and not order.wait.allows_partial
            ),
            limit,
            first=lambda order: (order.wait and order.wait.since,),
        )

    def to_give_up(
        self, by: datetime, give_up_after: timedelta | None, limit: int | None = None
    ) -> Iterator[Order]:
        def is_due(order: Order) -> bool:
            moment = _gives_up_at(order, give_up_after)
            return moment is not None and moment <= by

        return self._found(is_due, limit, first=lambda order: (_gives_up_at(order, give_up_after),))

    def to_remind(
        self,
        after: datetime,
        until: datetime,
        give_up_after: timedelta | None,
        limit: int | None = None,
    ) -> Iterator[Order]:
        def is_soon(order: Order) -> bool:
            moment, wait = _gives_up_at(order, give_up_after), order.wait
            is_soon = moment is not None and after < moment <= until
            return is_soon and wait is not None and not wait.reminded

        return self._found(
            is_soon, limit, first=lambda order: (_gives_up_at(order, give_up_after),)
        )

    # The listings

    def orders(
        self,
        *,
        status: Status | None = None,
        sku: str | None = None,
        after: Order | None = None,
        limit: int | None = None,
    ) -> list[Order]:
        found = [
            self._as_read(order)
            for order in self.seller.state.orders.values()
            if (status is None or order.status == status)
            and (sku is None or sku in {line.sku for line in order.lines})
            and (after is None or _by_placing(order) > _by_placing(after))
        ]
        return sorted(found, key=_by_placing)[:limit]

    def split_off(self, order_id: str) -> list[Order]:
        found = self._found(lambda order: order.split_from == order_id)
        return sorted(found, key=lambda order: order.order_id)

    def replaced_by(self, order_id: str) -> list[Order]:
        found = self._found(lambda order: order.replaces == order_id)
        return sorted(found, key=lambda order: order.order_id)

    def to_erase(
        self, before: datetime, *, after: str | None = None, limit: int | None = None
    ) -> list[str]:
        busy = {_order_id(each) for _, each in self.seller.events if each.at >= before}
        return [
            order.order_id
            for order in sorted(self.orders(), key=lambda order: order.order_id)
            if (after is None or order.order_id > after)
            and order.status in {Status.DESPATCHED, Status.DELIVERED, Status.CANCELLED}
            and order.erased_at is None
            and order.order_id not in busy
        ][:limit]

    def all_stock(self, *, after: StockKey | None = None, limit: int | None = None) -> list[Stock]:
        records = sorted(self.seller.state.records.values(), key=lambda stock: stock.key)
        return [copy(each) for each in records if after is None or each.key > after][:limit]

    def receipts(self) -> list[ExpectedReceipt]:
        return sorted(map(copy, self.seller.state.receipts.values()), key=by_expectation)

    def events(
        self,
        order_id: str | None = None,
        *,
        since: datetime | None = None,
        after: int = 0,
        limit: int | None = None,
    ) -> EventPage:
        found = [
            (number, copy(event))
            for number, event in self.seller.events
            if (order_id is None or _order_id(event) == order_id)
            and (since is None or event.at >= since)
            and number > after
        ]
        return EventPage.of(found[:limit], after)

    def answered(self, command_id: str) -> tuple[Command, Outcome] | None:
        return copy(self.seller.answers.get(command_id))

    def unserved(self) -> list[tuple[str, str]]:
        everything = self.seller.unserved
        return list(
            self._shuffled(everything if self._shows_all_unserved else everything & self._read)
        )

    # The writes

    def erase(self, order_ids: Sequence[str]) -> None:
        seller = self.seller
        seller.events = tuple((n, erase(event, order_ids)) for n, event in seller.events)
        seller.answers = {
            command_id: (erase(command, order_ids), erase(outcome, order_ids))
            for command_id, (command, outcome) in seller.answers.items()
        }

    def save(self, command: Command, outcome: Outcome) -> None:
        seller = self.seller
        self.has_saved = True
        if isinstance(command, ServeWaiting):
            seller.unserved -= {(key.warehouse_id, key.sku) for key in command.keys}
        seller.unserved |= {(each.warehouse_id, each.sku) for each in outcome.unserved}
        if command.command_id is not None:
            seller.answers = {**seller.answers, command.command_id: (command, outcome)}
        for event in outcome.events:
            last = seller.events[-1][0] if seller.events else 0
            seller.events += ((last + self._dice.randint(1, 3), event),)
        seller.state = seller.state.after(outcome)

    # What is left free

    def _found(
        self,
        is_meant: Callable[[Order], bool],
        limit: int | None = None,
        *,
        first: Callable[[Order], tuple[Any, ...]] = lambda _: (),
    ) -> Iterator[Order]:
        found = [order for order in self.seller.state.orders.values() if is_meant(order)]
        found.sort(key=lambda order: (*first(order), order.order_id))
        return self._shuffled(map(self._as_read, found[:limit]))

    def _as_read(self, order: Order) -> Order:
        self._read.update((order.warehouse_id, line.sku) for line in order.lines)
        return order_of(fields_of(order))

    def _shuffled(self, things: Iterable[T]) -> Iterator[T]:
        shuffled = list(things)
        self._dice.shuffle(shuffled)
        return iter(shuffled)


def _by_placing(order: Order) -> tuple[datetime, str]:
    return (order.placed_at, order.order_id)


def _order_id(event: Event) -> str | None:
    return getattr(event, "order_id", None)


def _gives_up_at(order: Order, give_up_after: timedelta | None) -> datetime | None:
    after = order.give_up_after or give_up_after
    if order.status is not Status.ON_BACK_ORDER or order.wait is None or after is None:
        return None
    return None if order.wait.given_up else order.wait.since + after
