"""A unit of work on a database: what one command reads, under locks, and what it writes.

Theory
======

*What is locked.* A row of the stock table stands for a product of a seller and for its queue.
Whoever changes an order, or lets a decision rest on it, holds the rows of all its products; whoever
reads what is available of a product, or who waits for it or holds it, holds its row. So of two
commands that have an order or a product in common, the second waits until the first has committed.

*Under which policy.* The row of the seller's policy is locked before any product: shared by all
commands that only go by it, and by a command that changes it alone. So no command decides by a
policy that has just been replaced. That a command changes the policy is known once it asks who is
on back order; then it is undone, and begun again with the row locked for it alone.

*In what order.* The products that a command needs are found out as it goes, and two commands that
lock them as they come would wait for each other. So a row is locked only if it comes after all that
are locked already. If one comes before them, nothing more is locked: the command is decided on what
can be read without locks, only to learn what it needs, then undone, and begun again with all of
these locked first, in order. The second time is nearly always the last.

*What is read when.* The database shows each statement what is committed by then (READ COMMITTED).
An order that was read before its products were locked may be another one by then; so its products
are looked up first and locked, until it has no others, and then it is read.

*What has no row* gets one that stands for the lock alone: a product, for which `is_known` says so,
and the policy of a seller without one. That of a product is added in its turn too: where rows
behind it were locked before it was found to be absent, all is undone and begun again, and then it
is known where rows have to be added.

SQLite lets one writer in at a time. There the rows are read and not locked.
"""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

import attrs

from orderflow.adapters.sql.reading import SqlReading
from orderflow.adapters.sql.rows import policy_of
from orderflow.adapters.sql.saving import Saving
from orderflow.domain.model.stock import ProductKey

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
    from datetime import datetime

    from sqlalchemy.sql import Executable

    from orderflow.adapters.sql.executor import Executor, Row
    from orderflow.adapters.sql.statements import Statements
    from orderflow.domain.model.commands import Command
    from orderflow.domain.model.order import Order
    from orderflow.domain.model.outcome import Outcome
    from orderflow.domain.model.policy import AllocationPolicy
    from orderflow.domain.model.stock import ExpectedReceipt

__all__ = ["LocksMissingError", "Needed", "SqlUnitOfWork"]


@attrs.frozen
class Needed:
    """What a unit of work has to lock.

    Attributes:
        products: All products.
        absent: Those of them that have no row yet.
        policy: Whether it changes the policy, and so has to lock it for itself alone.
    """

    products: frozenset[ProductKey] = frozenset()
    absent: frozenset[ProductKey] = frozenset()
    policy: bool = False


class LocksMissingError(Exception):
    """A unit of work needs to lock more, and could not do so in its turn."""

    def __init__(self, needed: Needed) -> None:
        self.needed = needed
        super().__init__(needed)


class SqlUnitOfWork(SqlReading):
    """What one command reads and writes, of one seller.

    Args:
        executor: The connection.
        statements: The statements.
        seller_id: The seller.
        needed: What to lock first.
        outbox: Whether events are put into the outbox.

    Attributes:
        missing: The products that could not be locked in their turn. If there are any, nothing
            was saved: begin again, and lock these first.
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
        self._foreseen = needed
        self._load_stock(needed.products)

    @property
    def needed(self) -> Needed:
        """Everything that is locked, or needs to be."""
        products = frozenset(self._stock)
        absent = self._foreseen.absent | products - self._rows_there
        return Needed(products, absent, self._foreseen.policy)

    def order(self, order_id: str) -> Order | None:
        """Return the order, or `None` if the seller has no such order."""
        if order_id not in self._orders:
            while self._lock_orders([order_id]):
                pass
        order = super().order(order_id)
        if order is not None:
            self._lock_for([order])  # where nothing is locked, to learn what is left unserved
        return order

    def receipt(self, receipt_id: str) -> ExpectedReceipt | None:
        """Return the expected receipt, or `None` if it was not announced."""
        receipt = super().receipt(receipt_id)
        while receipt is not None and self._lock([(receipt.key.warehouse_id, receipt.key.sku)]):
            receipt = super().receipt(receipt_id)
        if receipt is not None:
            self._receipts[receipt_id] = receipt
        return receipt

    def waiting(
        self,
        warehouse_id: str,
        sku: str,
        policy: AllocationPolicy,
        at_most: Callable[[], int] | None = None,
    ) -> Iterator[Order]:
        """Yield the orders that wait for a product, in queue order."""
        self._lock([(warehouse_id, sku)])
        return super().waiting(warehouse_id, sku, policy, at_most)

    def orders_with_units(self, warehouse_id: str, sku: str) -> Iterable[Order]:
        """Return the orders that have units of a product."""
        self._lock([(warehouse_id, sku)])
        orders = super().orders_with_units(warehouse_id, sku)
        self._lock_for(orders)
        return orders

    def back_orders(self) -> Iterable[Order]:
        """Return all orders on back order."""
        self._demand_policy_alone()
        return self._settled(self._statements.back_orders)

    def ended_holds(self, at: datetime) -> Iterable[Order]:
        """Return the orders on hold with a hold that has ended by this time."""
        return self._settled(self._statements.ended_holds, at=self.moments.write(at))

    def waiting_since_before(self, since: datetime) -> Iterable[Order]:
        """Return the orders on back order since this time that allow no partial allocation yet."""
        return self._settled(self._statements.waiting_since_before, at=self.moments.write(since))

    def unserved(self) -> Sequence[ProductKey]:
        """Return the products, among those read, whose queue has not been served."""
        return sorted(self._unserved)

    def save(self, command: Command, outcome: Outcome) -> None:
        """Save an outcome: the changes, the events, and the command if it has an id."""
        if outcome.policy is not None:
            self._demand_policy_alone()
        self._lock_for(outcome.orders)
        if self.missing:
            return
        self._saving.policy(outcome)
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

    def _orders_by_id(self, order_ids: Sequence[str]) -> dict[str, Order]:
        orders = super()._orders_by_id(order_ids)
        self._lock_for(orders.values())  # nobody can change them: their product is locked already
        return orders

    def _settled(self, statement: Executable, **parameters: object) -> Iterable[Order]:
        """Find orders, and repeat until all their products were locked beforehand."""
        while True:
            found = [row[0] for row in self._rows(statement, **parameters)]
            if not self._lock_orders(found):
                return self._orders_by_id(found).values()

    def _read_policy(self) -> AllocationPolicy | None:
        if self._executor.is_sqlite:
            return super()._read_policy()
        to = self._statements
        statement = to.policy_alone if self._foreseen.policy else to.shared_policy
        rows = self._rows(statement)
        if not rows:
            self._saving.policy_row(self.seller_id)
            rows = self._rows(statement)
        return policy_of(rows)

    def _demand_policy_alone(self) -> None:
        if not (self._executor.is_sqlite or self._foreseen.policy):
            raise LocksMissingError(attrs.evolve(self.needed, policy=True))

    def _lock_orders(self, order_ids: Sequence[str]) -> bool:
        """Lock the products of orders not read yet; report whether any was locked."""
        if self._executor.is_sqlite:
            return False
        rows = self._rows_of(self._statements.products_of, "ids", order_ids)
        return self._lock({(warehouse_id, sku) for warehouse_id, sku in rows})

    def _lock_for(self, orders: Iterable[Order]) -> bool:
        return self._lock({(each.warehouse_id, line.sku) for each in orders for line in each.lines})

    def _load_stock(self, products: Collection[ProductKey]) -> None:
        self._lock(products)

    def _lock(self, products: Collection[ProductKey]) -> bool:
        """Lock products, if possible now; report whether any was locked."""
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
        for is_absent, group in groupby(missing, self._foreseen.absent.__contains__):
            self._lock_rows(tuple(group), add=is_absent)
        absent = [product for product in missing if product not in self._rows_there]
        if absent != missing[len(missing) - len(absent) :]:
            self.missing.update(absent)  # rows that come behind these are locked already
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
