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
found them, two commands could deadlock. A row is therefore locked only if it sorts after all locked
rows. Otherwise the command stops locking, and runs to its end only to find its products. It is then
rolled back and started again with all these rows locked first, in order. Usually the second attempt
succeeds.

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

from orderflow.adapters.sql.reading import SqlReading
from orderflow.adapters.sql.rows import next_page_of
from orderflow.adapters.sql.saving import Saving
from orderflow.domain.model.stock import ProductKey
from orderflow.domain.model.validators import UNITS_MAX

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from sqlalchemy.sql import Executable

    from orderflow.adapters.sql.executor import Executor
    from orderflow.adapters.sql.prepared import Row
    from orderflow.adapters.sql.rows import Values
    from orderflow.adapters.sql.statements import Statements
    from orderflow.domain.model.commands import Command
    from orderflow.domain.model.order import Order
    from orderflow.domain.model.outcome import Outcome
    from orderflow.domain.model.stock import ExpectedReceipt

__all__ = ["LocksMissingError", "Needed", "SqlUnitOfWork"]


@attrs.frozen
class Needed:
    """The locks that a unit of work needs.

    Attributes:
        products: All products.
        absent: The products among them that have no row yet.
        policy: Whether the lock on the policy must be exclusive.
    """

    products: frozenset[ProductKey] = frozenset()
    absent: frozenset[ProductKey] = frozenset()
    policy: bool = False


class LocksMissingError(Exception):
    """A unit of work needs locks that it could not take in order."""

    def __init__(self, needed: Needed) -> None:
        self.needed = needed
        super().__init__(needed)


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
    """

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
        self._saving = Saving(executor, statements, self.moments, outbox=outbox)
        self._needed_first = needed
        self._load_stock(needed.products)

    @property
    def needed(self) -> Needed:
        """All locks that are taken or needed."""
        products = frozenset(self._stock)
        absent = self._needed_first.absent | products - self._rows_there
        return Needed(products, absent, self._needed_first.policy)

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

    def back_orders(self, after: Order | None = None, limit: int | None = None) -> Iterable[Order]:
        """Return the orders on back order: all, or those placed first."""
        self._require_exclusive_policy()
        return super().back_orders(after, limit)

    def unserved(self) -> Sequence[ProductKey]:
        """Return the products, among those read, whose queue has not been served."""
        return sorted(self._unserved)

    def save(self, command: Command, outcome: Outcome) -> None:
        """Save an outcome: the changes, the events, and the command if it has an id."""
        if outcome.next_page is not None:
            self._require_exclusive_policy()
        self._lock_for(outcome.orders)
        if self.missing:
            return
        self._saving.policy(outcome, self.next_page)
        self._saving.orders(outcome, self._orders, self._blocked_on)
        self._saving.stock(command, outcome, self._rows_there)
        self._saving.receipts(outcome, self._receipts)
        self._saving.events(outcome.seller_id, outcome.events)
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

    def _read_orders(self, statement: Executable, **parameters: object) -> Sequence[Order]:
        """Read orders. Without locks, this finds what is unserved."""
        orders = super()._read_orders(statement, **parameters)
        if self._executor.is_sqlite:
            self._lock_for(orders)
        return orders

    def _orders_due(
        self, statement: Executable, parameters: Values, *, limit: int | None
    ) -> Iterable[Order]:
        """Find orders, and repeat until all their products were locked before the read."""
        most = UNITS_MAX if limit is None else limit
        while True:
            found = [row[0] for row in self._rows(statement, **parameters, limit=most)]
            if not self._lock_orders(found):
                return self._orders_by_id(found).values()

    def _policy_rows(self) -> Sequence[Row]:
        if self._executor.is_sqlite:
            return super()._policy_rows()
        to = self._statements
        statement = to.exclusive_policy if self._needed_first.policy else to.shared_policy
        rows = self._rows(statement)
        if not rows:
            self._saving.policy_row(self.seller_id)
            rows = self._rows(statement)
        if next_page_of(rows) is not None:
            self._require_exclusive_policy()  # this may be the next page
        return rows

    def _require_exclusive_policy(self) -> None:
        if not (self._executor.is_sqlite or self._needed_first.policy):
            raise LocksMissingError(attrs.evolve(self.needed, policy=True))

    def _lock_orders(self, order_ids: Sequence[str]) -> bool:
        """Lock the products of orders not read yet; report whether any was locked."""
        if self._executor.is_sqlite:
            return False
        rows = self._rows(self._statements.products_of, ids=order_ids)
        return self._lock({(warehouse_id, sku) for warehouse_id, sku in rows})

    def _lock_for(self, orders: Iterable[Order]) -> bool:
        return self._lock({(each.warehouse_id, line.sku) for each in orders for line in each.lines})

    def _load_stock(self, products: Collection[ProductKey]) -> None:
        self._lock(products)

    def _lock(self, products: Collection[ProductKey]) -> bool:
        """Lock products if they are next in order; report whether any was locked."""
        missing = sorted(set(products).difference(self._stock))
        if not missing:
            return False
        if self._executor.is_sqlite:
            super()._load_stock(missing)
            return False
        _ = self.policy  # locked before any product
        if self.missing or (self._last is not None and missing[0] < self._last):
            self.missing.update(missing)
            super()._load_stock(missing)
            return False
        self._last = missing[-1]
        self._stock.update(dict.fromkeys(missing))
        for is_absent, group in groupby(missing, self._needed_first.absent.__contains__):
            self._lock_rows(tuple(group), add=is_absent)
        absent = [product for product in missing if product not in self._rows_there]
        if absent != missing[len(missing) - len(absent) :]:
            self.missing.update(absent)  # later rows are already locked
            return False
        if absent:
            self._lock_rows(absent, add=True)
        return True

    def _lock_rows(self, products: Sequence[ProductKey], *, add: bool) -> None:
        if add:
            self._saving.placeholders(self.seller_id, products)
        for row in self._stock_rows(self._statements.locked_stock, products):
            self._note_stock(row)

    def _note_stock(self, row: Row) -> None:
        super()._note_stock(row)
        product = (row[0], row[1])
        self._rows_there.add(product)
        if row[5]:
            self._unserved.add(product)
