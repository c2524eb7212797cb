"""The reads of a decision, and the listings, on one connection."""

from __future__ import annotations

from itertools import groupby, islice
from operator import itemgetter
from typing import TYPE_CHECKING

from orderflow.adapters.sql.erasable_rows import ErasableReads
from orderflow.adapters.sql.long_waits import long_wait_reads
from orderflow.adapters.sql.rows import (
    Moments,
    limits_of,
    lines_of,
    next_page_of,
    order_of,
    place_values,
    policy_of,
    receipt_of,
)
from orderflow.adapters.sql.statements import PLACE_COLUMNS
from orderflow.adapters.sql.stored import read_stored
from orderflow.domain.model.arguments import require_identifier
from orderflow.domain.model.status import Status
from orderflow.domain.model.stock import ExpectedReceipt, ProductKey, Stock, StockKey
from orderflow.domain.model.validators import UNITS_MAX
from orderflow.domain.state.waits import to_give_up, to_remind
from orderflow.ports import EventPage
from orderflow.ports.read_arguments import check_events_read, check_orders_read, check_stock_read

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
    from datetime import datetime, timedelta
    from typing import Any

    from sqlalchemy.sql import Executable

    from orderflow.adapters.sql.executor import Executor
    from orderflow.adapters.sql.prepared import Row
    from orderflow.adapters.sql.rows import Values
    from orderflow.adapters.sql.statements import Statements
    from orderflow.domain.model.back_order_limit import BackOrderLimit
    from orderflow.domain.model.commands import Command
    from orderflow.domain.model.next_page import NextPage
    from orderflow.domain.model.order import Order
    from orderflow.domain.model.outcome import Outcome
    from orderflow.domain.model.policy import AllocationPolicy

__all__ = ["SqlReading"]

_FIRST_PAGE, _PAGE_GROWTH, _PAGE_MAX = 4, 4, 256


class SqlReading(ErasableReads):
    """The state of one seller, as one transaction sees it."""

    def __init__(self, executor: Executor, statements: Statements, seller_id: str) -> None:
        self.seller_id = seller_id
        self.moments = Moments(as_text=executor.is_sqlite)
        self._executor = executor
        self._statements = statements
        self._orders: dict[str, Order | None] = {}
        self._blocked_on: dict[str, str | None] = {}
        self._stock: dict[ProductKey, Stock | None] = {}
        self._first_queue: ProductKey | None = None
        self._policy: AllocationPolicy | None = None
        self._next_page: NextPage | None = None
        self._limits: tuple[BackOrderLimit, ...] = ()
        self._has_read_policy = False

    # The reads of a decision

    @property
    def policy(self) -> AllocationPolicy | None:
        """The seller's own policy, if there is one."""
        self._load_policy()
        return self._policy

    @property
    def next_page(self) -> NextPage | None:
        """What the next page of an earlier command does, if there is one."""
        self._load_policy()
        return self._next_page

    @property
    def back_order_limits(self) -> tuple[BackOrderLimit, ...]:
        """The limits of back orders, which are in the row of the policy."""
        self._load_policy()
        return self._limits

    def order(self, order_id: str) -> Order | None:
        """Return the order, or `None` if the seller has no such order."""
        if order_id not in self._orders:
            self._orders[order_id] = None
            self._read_orders(self._statements.order, order_id=order_id)
        return self._orders[order_id]

    def prefetch(self, order_ids: Collection[str]) -> None:
        """Record which of these orders do not exist."""
        unread = [order_id for order_id in order_ids if order_id not in self._orders]
        if not unread:
            return
        there = {row[0] for row in self._rows(self._statements.order_ids, ids=unread)}
        self._orders.update(dict.fromkeys(each for each in unread if each not in there))

    def stock(self, warehouse_id: str, skus: Collection[str]) -> Iterable[Stock]:
        """Return the existing stock records of these products."""
        products = [(warehouse_id, sku) for sku in skus]
        self._load_stock(products)
        return [stock for each in products if (stock := self._stock[each]) is not None]

    def receipt(self, receipt_id: str) -> ExpectedReceipt | None:
        """Return the expected receipt, or `None` if it was not announced."""
        rows = self._rows(self._statements.receipt, receipt_id=receipt_id)
        return receipt_of(self.seller_id, rows[0], self.moments) if rows else None

    def waiting(
        self,
        warehouse_id: str,
        sku: str,
        policy: AllocationPolicy,
        at_most: Callable[[], int] | None = None,
        after: Order | None = None,
    ) -> Iterator[Order]:
        """Yield the orders that wait for a product, in queue order."""
        names = PLACE_COLUMNS[policy.queue]
        parameters: dict[str, Any] = {"warehouse_id": warehouse_id, "sku": sku}
        limit = _FIRST_PAGE
        if after is not None:
            place = place_values(after, self.moments)
            parameters |= {f"after_{name}": place[name] for name in names}
        has_begun = after is not None
        # An order may wait in many queues. It is read with one of them, or once by its id.
        self._first_queue = self._first_queue or (warehouse_id, sku)
        with_orders = self._first_queue == (warehouse_id, sku)
        to = self._statements
        pages = to.queue_pages_with_orders if with_orders else to.queue_pages
        while True:
            parameters |= {"limit": limit, "at_most": UNITS_MAX if at_most is None else at_most()}
            page = pages[policy.queue, policy.restricts_partial, has_begun]
            rows = self._rows(page, **parameters)
            orders = self._orders_of_page(rows, len(names), with_orders=with_orders)
            self._note_waiting(orders, (warehouse_id, sku))
            for row, order in zip(rows, orders, strict=True):
                wanted = at_most is None or not policy.restricts_partial or row[0] <= at_most()
                if wanted and _waits_for(order, sku):
                    yield order
            if len(rows) < limit or (at_most is not None and at_most() <= 0):
                return
            has_begun = True
            parameters |= {f"after_{n}": v for n, v in zip(names, rows[-1][1:], strict=False)}
            limit = min(limit * _PAGE_GROWTH, _PAGE_MAX)

    def back_orders(self, after: Order | None = None, limit: int | None = None) -> Iterable[Order]:
        """Return the orders on back order: all, or those placed first."""
        return self._orders_due(*self._back_orders(after), limit=limit)

    def blocked_on(self, order_id: str) -> str | None:
        """Return the product that a waiting order is blocked on, if any."""
        return self._blocked_on.get(order_id) if self.order(order_id) is not None else None

    def orders_with_units(self, warehouse_id: str, sku: str) -> Iterable[Order]:
        """Return the orders that have units of a product."""
        rows = self._rows(self._statements.orders_with_units, warehouse_id=warehouse_id, sku=sku)
        # Two statements, because a join may be planned as a scan of all orders of the seller.
        return self._orders_by_id([row[0] for row in rows]).values()

    def expected(self, warehouse_id: str, sku: str) -> Iterable[ExpectedReceipt]:
        """Return the receipts of a product, sorted by expected time, then by id."""
        rows = self._rows(self._statements.expected, warehouse_id=warehouse_id, sku=sku)
        return [receipt_of(self.seller_id, row, self.moments) for row in rows]

    def ended_holds(self, at: datetime, limit: int | None = None) -> Iterable[Order]:
        """Return the orders on hold with a hold that has ended by this time."""
        parameters = {"at": self.moments.write(at)}
        return self._orders_due(self._statements.ended_holds, parameters, limit=limit)

    def postponed(self, until: datetime, limit: int | None = None) -> Iterable[Order]:
        """Return the postponed orders whose day is this time or before it."""
        parameters = {"at": self.moments.write(until)}
        return self._orders_due(self._statements.postponed, parameters, limit=limit)

    def waiting_since_before(self, since: datetime, limit: int | None = None) -> Iterable[Order]:
        """Return the orders on back order since this time that allow no partial allocation yet."""
        parameters = {"at": self.moments.write(since)}
        return self._orders_due(self._statements.waiting_since_before, parameters, limit=limit)

    def to_give_up(
        self, by: datetime, give_up_after: timedelta | None, limit: int | None = None
    ) -> Iterable[Order]:
        """Return the orders on back order that are to be given up at this moment or before it."""
        to = self._statements
        found = self._long_waits(to.to_give_up_own, to.to_give_up, give_up_after, limit, at=by)
        return to_give_up(found, by, give_up_after)[:limit]

    def to_remind(
        self,
        after: datetime,
        until: datetime,
        give_up_after: timedelta | None,
        limit: int | None = None,
    ) -> Iterable[Order]:
        """Return the orders on back order whose sellers are to be reminded."""
        own, others = self._statements.to_remind_own, self._statements.to_remind
        between = {"later_than": after, "at": until}
        found = self._long_waits(own, others, give_up_after, limit, **between)
        return to_remind(found, after, until, give_up_after)[:limit]

    def _long_waits(
        self,
        own: Executable,
        others: Executable,
        give_up_after: timedelta | None,
        limit: int | None,
        **moments: datetime,
    ) -> list[Order]:
        reads = long_wait_reads(own, others, self.moments.write, give_up_after, **moments)
        return [order for read in reads for order in self._orders_due(*read, limit=limit)]

    # The listings

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
        page = self._statements.order_pages[status is not None, sku is not None, after is not None]
        parameters: Values = {"limit": UNITS_MAX if limit is None else limit}
        if status is not None:
            parameters["status"] = status.value
        if sku is not None:
            parameters["sku"] = sku
        if after is not None:
            parameters |= self._behind(after)
        return self._read_orders(page, **parameters)

    def split_off(self, order_id: str) -> Sequence[Order]:
        """Return the orders that were split from an order, by their id."""
        require_identifier("split_off.order_id", order_id)
        return self._read_orders(self._statements.split_off, split_from=order_id)

    def all_stock(
        self, *, after: StockKey | None = None, limit: int | None = None
    ) -> Sequence[Stock]:
        """Return the seller's stock records, sorted by key."""
        check_stock_read(after=after, limit=limit)
        page = self._statements.stock_pages[after is not None]
        parameters: Values = {"limit": UNITS_MAX if limit is None else limit}
        if after is not None:
            parameters |= {"after_warehouse_id": after.warehouse_id, "after_sku": after.sku}
        return [
            Stock(StockKey(self.seller_id, warehouse_id, sku), on_hand, allocated)
            for warehouse_id, sku, on_hand, allocated in self._rows(page, **parameters)
        ]

    def receipts(self) -> Sequence[ExpectedReceipt]:
        """Return the seller's expected receipts, sorted by expected time, then by id."""
        rows = self._rows(self._statements.receipts)
        return [receipt_of(self.seller_id, row, self.moments) for row in rows]

    def events(
        self,
        order_id: str | None = None,
        *,
        since: datetime | None = None,
        after: int = 0,
        limit: int | None = None,
    ) -> EventPage:
        """Return the events of the seller, or of one order, oldest first."""
        since = check_events_read(order_id, since=since, after=after, limit=limit)
        rows = self._event_rows(order_id, since, after, limit)
        found = ((number, read_stored(text)) for number, text in rows)
        if since is not None:
            found = (each for each in found if each[1].at >= since)
        return EventPage.of(islice(found, limit), after)

    def _event_rows(
        self, order_id: str | None, since: datetime | None, after: int, limit: int | None
    ) -> Iterable[Row]:
        if order_id is None and since is not None:
            recent = self._rows(self._statements.events_since, since=self.moments.write(since))
            return sorted((row for row in recent if row[0] > after), key=itemgetter(0))
        at_most = UNITS_MAX if limit is None or since is not None else limit
        if order_id is None:
            return self._rows(self._statements.events, after=after, limit=at_most)
        of_order = self._statements.events_of
        return self._rows(of_order, order_id=order_id, after=after, limit=at_most)

    def answered(self, command_id: str) -> tuple[Command, Outcome] | None:
        """Return the earlier command with this id and its outcome, if there was one."""
        require_identifier("answered.command_id", command_id)
        rows = self._answer_rows(command_id)
        return (read_stored(rows[0][0]), read_stored(rows[0][1])) if rows else None

    def unserved(self) -> Sequence[ProductKey]:
        """Return the products whose queue has not been served."""
        return [(row[0], row[1]) for row in self._rows(self._statements.unserved_of)]

    # The statements

    def _answer_rows(self, command_id: str) -> Sequence[Row]:
        return self._rows(self._statements.answer, command_id=command_id)

    def _rows(self, statement: Executable, **parameters: object) -> Sequence[Row]:
        return self._executor.rows(statement, {"seller_id": self.seller_id, **parameters})

    def _later(self, statement: Executable, **parameters: object) -> Callable[[], Sequence[Row]]:
        return self._executor.rows_later(statement, {"seller_id": self.seller_id, **parameters})

    def _read_orders(self, statement: Executable, **parameters: object) -> Sequence[Order]:
        """Read orders with their lines."""
        return self._note_orders(self._rows(statement, **parameters))

    def _note_orders(self, rows: Sequence[Row]) -> Sequence[Order]:
        """Return the orders of these rows. Orders that were read before are not replaced."""
        for *columns, blocked_on, lines in rows:
            order_id = columns[0]
            if self._orders.get(order_id) is None:
                of_order = lines_of(lines)
                self._orders[order_id] = order_of(self.seller_id, columns, of_order, self.moments)
                self._blocked_on[order_id] = blocked_on
        return [order for row in rows if (order := self._orders[row[0]]) is not None]

    def _orders_of_page(
        self, rows: Sequence[Row], places: int, *, with_orders: bool
    ) -> Sequence[Order]:
        """Return the orders of a page of a queue, whose places end in the order id."""
        if with_orders:
            return self._note_orders([row[1 + places :] for row in rows])
        return list(self._orders_by_id([row[places] for row in rows]).values())

    def _note_waiting(self, orders: Sequence[Order], product: ProductKey) -> None:
        """Prepare to serve the first of these orders, which wait for a product."""

    def _orders_by_id(self, order_ids: Sequence[str]) -> dict[str, Order]:
        missing = [order_id for order_id in order_ids if self._orders.get(order_id) is None]
        if missing:
            self._read_orders(self._statements.some_orders, ids=missing)
        return {each: order for each in order_ids if (order := self._orders[each]) is not None}

    def _orders_due(
        self, statement: Executable, parameters: Values, *, limit: int | None
    ) -> Iterable[Order]:
        """Return some orders that a command has to go through."""
        most = UNITS_MAX if limit is None else limit
        return self._read_orders(statement, **parameters, limit=most)

    def _back_orders(self, after: Order | None) -> tuple[Executable, Values]:
        if after is None:
            return self._statements.back_orders, {}
        return self._statements.back_orders_after, self._behind(after)

    def _behind(self, after: Order) -> Values:
        """Return the place of an order among all orders, by the time they were placed."""
        return {
            "after_placed_at": self.moments.write(after.placed_at),
            "after_order_id": after.order_id,
        }

    def _load_policy(self) -> None:
        if not self._has_read_policy:
            rows = self._policy_rows()
            self._policy, self._next_page = policy_of(rows), next_page_of(rows)
            self._limits = limits_of(rows)
            self._has_read_policy = True

    def _policy_rows(self) -> Sequence[Row]:
        return self._rows(self._statements.policy)

    def _load_stock(self, products: Collection[ProductKey]) -> None:
        missing = sorted(set(products).difference(self._stock))
        if missing:
            self._stock.update(dict.fromkeys(missing))
            for row in self._stock_rows(self._statements.stock, missing):
                self._note_stock(row)

    def _note_stock(self, row: Row) -> None:
        warehouse_id, sku, on_hand, allocated, is_known, _ = row
        if is_known:
            key = StockKey(self.seller_id, warehouse_id, sku)
            self._stock[warehouse_id, sku] = Stock(key, on_hand, allocated)

    def _stock_rows(self, statement: Executable, products: Sequence[ProductKey]) -> Iterator[Row]:
        """Yield the stock rows of sorted products.

        One warehouse at a time: for a list of pairs, SQLite uses only the seller in the index.
        """
        for warehouse_id, group in groupby(products, key=itemgetter(0)):
            skus = [sku for _, sku in group]
            yield from self._rows(statement, skus=skus, warehouse_id=warehouse_id)


def _waits_for(order: Order, sku: str) -> bool:
    """Whether the order still waits. Without locks, it may have changed meanwhile."""
    return order.status is Status.ON_BACK_ORDER and order.short_of(sku) > 0
