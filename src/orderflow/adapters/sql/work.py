"""A unit of work on a database: it reads under locks, and writes once.

Theory
======

*Locks.* A row of the stock table represents a product of a seller, and its queue. A command locks
the row of a product whose stock it reads, and the rows of all products of an order that it reads by
its id, or changes. If two commands have an order or a product in common, the second one waits until
the first has committed.

*What needs no lock of its own.* A decision reads the queue of a product, and the orders with its
units, only once the product is locked. These orders cannot change meanwhile, since whoever changes
one locks that product too. So their other products are locked only if they are changed.

*The policy.* The row of the seller's policy is locked before any product, so no command uses a
policy that has just been replaced. Most commands share this lock. A command that changes the policy
needs it exclusively, and so does one that leaves pages to later commands, since that is stored in
the same row. This is known when it reads back orders, meets a next page or saves one. It is then
rolled back and started again with the exclusive lock.

*Order.* A command finds the products that it needs as it runs. If each command locked them as it
found them, two commands could deadlock. A command therefore waits only for a row that sorts after
all rows that it has locked. Another row is locked if nobody else has it. If somebody has, the
command stops locking, and runs to its end only to find its products. It is then rolled back and
started again with all these rows locked first, in order. Usually the second attempt succeeds.

*Exchanges.* What a command names is locked and read first, in one exchange with the database if its
driver can do that. The products of the orders that a queue will serve are locked together too.

*Reads.* Each statement sees what was committed before it started (READ COMMITTED). An order that is
read before its products are locked may change in between. So its products are read and locked
first, until there are no others, and then the order is read.

*Missing rows.* A product or a policy without a row gets one that serves as the lock. For a product,
`is_known` is then false. These rows, too, must be added in order. If a later row was locked before
one was found to be missing, the command starts again, and adds the missing rows in order.

SQLite has one writer at a time, so there rows are read without locks.
"""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

import attrs

from orderflow.adapters.sql.erasable_rows import erase_stored
from orderflow.adapters.sql.named import orders_named_by, products_named_by, units_to_serve
from orderflow.adapters.sql.needed_locks import LocksMissingError
from orderflow.adapters.sql.reading import SqlReading
from orderflow.adapters.sql.rows import next_page_of
from orderflow.adapters.sql.saving import Saving
from orderflow.domain.model.validators import UNITS_MAX

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Sequence
    from datetime import datetime

    from sqlalchemy.sql import Executable

    from orderflow.adapters.sql.executor import Executor
    from orderflow.adapters.sql.needed_locks import Needed
    from orderflow.adapters.sql.prepared import Row
    from orderflow.adapters.sql.rows import Values
    from orderflow.adapters.sql.statements import Statements
    from orderflow.domain.model.commands import Command
    from orderflow.domain.model.order import Order, OrderLine
    from orderflow.domain.model.outcome import Outcome
    from orderflow.domain.model.stock import ExpectedReceipt, ProductKey

__all__ = ["SqlUnitOfWork"]


class SqlUnitOfWork(SqlReading):
    """The reads and the write of one command, for one seller.

    Args:
        executor: The connection.
        statements: The statements.
        seller_id: The seller.
        needed: The locks to take first.
        outbox: Whether events are put into the outbox.

    Attributes:
        missing: The products that could not be locked in order. If there are any, nothing was
            saved. Start again and lock these first.
        trace: The trace of the command. See `orderflow.ports.TracedUnitOfWork`.
    """

    trace: str | None = None

    def __init__(
        self,
        executor: Executor,
        statements: Statements,
        seller_id: str,
        needed: Needed,
        *,
        outbox: bool,
    ) -> None:
        super().__init__(executor, statements, seller_id)
        self.missing: set[ProductKey] = set()
        self._last: ProductKey | None = None
        self._rows_there: set[ProductKey] = set()
        self._unserved: set[ProductKey] = set()
        self._receipts: dict[str, ExpectedReceipt] = {}
        self._lines_locked: dict[str, tuple[OrderLine, ...]] = {}
        self._saving = Saving(executor, statements, self.moments, outbox=outbox)
        self._needed_first = needed
        self._policy_ahead: Sequence[Row] | None = None
        self._answers_ahead: dict[str, Callable[[], Sequence[Row]]] = {}
        self._no_hold_ended_by: datetime | None = None
        self._units_left: dict[ProductKey, int] = {}

    @property
    def needed(self) -> Needed:
        """All locks that are taken or needed."""
        products = frozenset(self._stock)
        absent = self._needed_first.absent | products - self._rows_there
        return attrs.evolve(self._needed_first, products=products, absent=absent)

    def prefetch_for(self, command: Command) -> None:
        """Lock and read what a command names, in one exchange with the database if possible.

        Each statement has a snapshot of its own: one that both locked and read would miss an order
        that was queued while it waited for the lock.
        """
        if self._executor.is_sqlite:
            return  # it answers at once
        to, order_ids = self._statements, orders_named_by(command)
        named = sorted(products_named_by(command) | self._needed_first.products)
        if not self._needed_first.has_policy_row:
            self._saving.policy_row(self.seller_id)
        policy = self._later(self._policy_statement)
        locked = self._queue_locks(named, order_ids)
        if command.command_id is not None:
            answer = self._later(to.answer, command_id=command.command_id)
            self._answers_ahead[command.command_id] = answer
        reads = (to.products_of, to.some_orders) if order_ids else ()
        orders = [self._later(statement, ids=order_ids) for statement in reads]
        hold = self._later(to.ended_holds, at=self.moments.write(command.at), limit=1)
        self._policy_ahead = policy()
        if not self._policy_ahead:  # it would be locked after the products
            raise LocksMissingError(attrs.evolve(self._needed_first, has_policy_row=False))
        if not hold():
            self._no_hold_ended_by = command.at
        self._note_locks(named, locked)
        if orders:
            self._note_orders_ahead(order_ids, *(rows() for rows in orders))
        named_orders = [order for each in order_ids if (order := self._orders.get(each))]
        self._units_left = units_to_serve(command, self._stock, named_orders)

    def _note_orders_ahead(
        self, order_ids: Sequence[str], products: Sequence[Row], orders: Sequence[Row]
    ) -> None:
        """Note orders, unless one has got another product since theirs were locked."""
        if self._stock.keys() >= {(row[0], row[1]) for row in products}:
            self._orders.update(dict.fromkeys(order_ids))
            self._note_orders(orders)

    def order(self, order_id: str) -> Order | None:
        """Return the order, or `None` if the seller has no such order."""
        if order_id not in self._orders:
            while self._lock_orders([order_id]):
                pass
        return super().order(order_id)

    def receipt(self, receipt_id: str) -> ExpectedReceipt | None:
        """Return the expected receipt, or `None` if it was not announced."""
        receipt = super().receipt(receipt_id)
        while receipt is not None and self._lock([(receipt.key.warehouse_id, receipt.key.sku)]):
            receipt = super().receipt(receipt_id)
        if receipt is not None:
            self._receipts[receipt_id] = receipt
        return receipt

    def ended_holds(self, at: datetime, limit: int | None = None) -> Iterable[Order]:
        """Return the orders on hold with a hold that has ended by this time."""
        if self._no_hold_ended_by is not None and at <= self._no_hold_ended_by:
            return ()
        return super().ended_holds(at, limit)

    def back_orders(self, after: Order | None = None, limit: int | None = None) -> Iterable[Order]:
        """Return the orders on back order: all, or those placed first."""
        self._require_exclusive_policy()
        return super().back_orders(after, limit)

    def unserved(self) -> Sequence[ProductKey]:
        """Return the products, among those read, whose queue has not been served."""
        return sorted(self._unserved)

    def erase(self, order_ids: Sequence[str]) -> None:
        """Erase the personal data of orders, which are locked, from what was saved before."""
        if not self.missing:
            erase_stored(self._executor, self._statements.tables, self.seller_id, order_ids)

    def save(self, command: Command, outcome: Outcome) -> None:
        """Save an outcome: the changes, the events, and the command if it has an id."""
        if outcome.next_page is not None or outcome.back_order_limits is not None:
            self._require_exclusive_policy()
        self._lock_for(outcome.orders)
        if self.missing:
            return
        self._saving.policy(outcome, self.next_page)
        self._saving.orders(outcome, self._orders, self._blocked_on)
        self._saving.stock(command, outcome, self._rows_there)
        self._saving.receipts(outcome, self._receipts)
        self._saving.events(outcome.seller_id, outcome.events, self.trace)
        self._saving.answer(command, outcome)
        self._note(outcome)

    def _note(self, outcome: Outcome) -> None:
        """Make later reads return what was saved."""
        for stock in outcome.stock:
            product = (stock.key.warehouse_id, stock.key.sku)
            self._stock[product] = stock
            self._rows_there.add(product)
        for order in outcome.orders:
            self._orders[order.order_id] = order
            self._blocked_on[order.order_id] = None
        self._blocked_on.update(outcome.queue_index)
        self._receipts.update((each.receipt_id, each) for each in outcome.receipts)
        self._policy = outcome.policy or self._policy
        self._next_page = outcome.next_page
        if outcome.back_order_limits is not None:
            self._limits = outcome.back_order_limits

    def _read_orders(self, statement: Executable, **parameters: object) -> Sequence[Order]:
        """Read orders. Without locks, this finds what is unserved."""
        orders = super()._read_orders(statement, **parameters)
        if self._executor.is_sqlite:
            self._lock_for(orders)
        return orders

    def _note_waiting(self, orders: Sequence[Order], product: ProductKey) -> None:
        """Lock all products of the orders that will be served, at once and so in order."""
        if self._executor.is_sqlite:
            self._lock_for(orders)
            return
        served, left = 0, self._units_left.get(product, 0)
        while served < len(orders) and left > 0:
            left -= orders[served].short_of(product[1])
            served += 1
        self._units_left[product] = left
        self._lock_for(orders[:served])

    def _orders_due(
        self, statement: Executable, parameters: Values, *, limit: int | None
    ) -> Iterable[Order]:
        """Find orders, and repeat until all their products were locked before the read."""
        most = UNITS_MAX if limit is None else limit
        while True:
            found = [row[0] for row in self._rows(statement, **parameters, limit=most)]
            if not self._lock_orders(found):
                return self._orders_by_id(found).values()

    @property
    def _policy_statement(self) -> Executable:
        to = self._statements
        return to.exclusive_policy if self._needed_first.policy else to.shared_policy

    def _policy_rows(self) -> Sequence[Row]:
        if self._executor.is_sqlite:
            return super()._policy_rows()
        rows, self._policy_ahead = self._policy_ahead, None
        if rows is None:
            rows = self._rows(self._policy_statement)
        if not rows:
            self._saving.policy_row(self.seller_id)
            rows = self._rows(self._policy_statement)
        if next_page_of(rows) is not None:
            self._require_exclusive_policy()  # this may be the next page
        return rows

    def _answer_rows(self, command_id: str) -> Sequence[Row]:
        ahead = self._answers_ahead.get(command_id)
        return super()._answer_rows(command_id) if ahead is None else ahead()

    def _require_exclusive_policy(self) -> None:
        if not (self._executor.is_sqlite or self._needed_first.policy):
            raise LocksMissingError(attrs.evolve(self.needed, policy=True))

    def _lock_orders(self, order_ids: Sequence[str]) -> bool:
        """Lock the products of orders not read yet; report whether any was locked."""
        if self._executor.is_sqlite or not order_ids:
            return False
        rows = self._rows(self._statements.products_of, ids=order_ids)
        return self._lock({(warehouse_id, sku) for warehouse_id, sku in rows})

    def _lock_for(self, orders: Iterable[Order]) -> bool:
        """Lock all products of orders; an order that several queues have is looked at once."""
        lines_locked = self._lines_locked
        unseen = [each for each in orders if lines_locked.get(each.order_id) is not each.lines]
        lines_locked.update((each.order_id, each.lines) for each in unseen)
        return self._lock({(each.warehouse_id, line.sku) for each in unseen for line in each.lines})

    def _load_stock(self, products: Collection[ProductKey]) -> None:
        self._lock(products)

    def _lock(self, products: Collection[ProductKey]) -> bool:
        """Lock products if they are next in order; report whether any was locked."""
        first = self._needed_first.products if self._last is None else frozenset()
        missing = sorted(first.union(products).difference(self._stock))
        if not missing:
            return False
        if self._executor.is_sqlite:
            super()._load_stock(missing)
            return False
        _ = self.policy  # locked before any product
        if self.missing or (self._last is not None and missing[0] < self._last):
            return self._lock_free(missing)
        return self._note_locks(missing, self._queue_locks(missing))

    def _lock_free(self, products: Sequence[ProductKey]) -> bool:
        """Lock products that come before locked ones, unless that would mean to wait."""
        if not self.missing:
            free = self._lock_later(self._statements.free_stock, products)()
            self._stock.update(((row[0], row[1]), None) for row in free)
            for row in free:
                self._note_stock(row)
                self._last = max(self._last or ("", ""), (row[0], row[1]))
        left = [product for product in products if product not in self._rows_there]
        self.missing.update(left)
        super()._load_stock(left)
        return not left

    def _queue_locks(
        self, products: Sequence[ProductKey], order_ids: Sequence[str] = ()
    ) -> Sequence[Callable[[], Sequence[Row]]]:
        """Lock sorted products, and those of some orders if no product has to be added first."""
        is_absent = self._needed_first.absent.__contains__
        locked_stock = self._statements.locked_stock
        if not self._needed_first.absent:
            wanted = products or order_ids
            return [self._lock_later(locked_stock, products, order_ids)] if wanted else []
        locked = []
        for add, group in groupby(products, is_absent):
            some = tuple(group)
            if add:
                self._saving.placeholders(self.seller_id, some)
            locked.append(self._lock_later(locked_stock, some))
        return locked

    def _lock_later(
        self,
        statement: Executable,
        products: Sequence[ProductKey],
        order_ids: Sequence[str] = (),
    ) -> Callable[[], Sequence[Row]]:
        warehouse_ids, skus = [product[0] for product in products], [each[1] for each in products]
        return self._later(statement, warehouse_ids=warehouse_ids, skus=skus, ids=order_ids)

    def _note_locks(
        self, wanted: Sequence[ProductKey], locked: Sequence[Callable[[], Sequence[Row]]]
    ) -> bool:
        """Note the rows that were locked; report whether all that is wanted was."""
        self._stock.update(dict.fromkeys(wanted))
        found = [row for rows in locked for row in rows()]
        for row in found:
            self._note_stock(row)
        products = sorted({*wanted, *((row[0], row[1]) for row in found)})
        if not products:
            return False
        self._last = products[-1]
        absent = [product for product in products if product not in self._rows_there]
        if absent != products[len(products) - len(absent) :]:
            self.missing.update(absent)  # later rows are already locked
            return False
        if absent:
            self._saving.placeholders(self.seller_id, absent)
            for row in self._lock_later(self._statements.locked_stock, absent)():
                self._note_stock(row)
        return True

    def _note_stock(self, row: Row) -> None:
        super()._note_stock(row)
        product = (row[0], row[1])
        self._rows_there.add(product)
        if row[5]:
            self._unserved.add(product)
