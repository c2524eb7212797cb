"""The repository in a database: an `orderflow.ports.Repository` on SQLite or PostgreSQL."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Self, TypeVar

from sqlalchemy import select

from orderflow.adapters.sql.auditing import audit
from orderflow.adapters.sql.needed_locks import LocksMissingError, Needed
from orderflow.adapters.sql.reading import SqlReading
from orderflow.adapters.sql.sellers import sellers_with_orders, sellers_with_receipts
from orderflow.adapters.sql.statements import statements_of
from orderflow.adapters.sql.store import SqlStore
from orderflow.adapters.sql.transactions import HostTransaction
from orderflow.adapters.sql.work import SqlUnitOfWork
from orderflow.domain.model.stock import StockKey
from orderflow.errors import ContentionError
from orderflow.ports.read_arguments import check_unit_of_work

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from sqlalchemy import Connection, Engine

    from orderflow.adapters.sql.auditing import SellerAudit
    from orderflow.adapters.sql.executor import Executor
    from orderflow.adapters.sql.tables import Tables
    from orderflow.adapters.sql.transactions import Transactions
    from orderflow.domain.model.status import Status
    from orderflow.ports import Reading, Repository, UnitOfWork

    T = TypeVar("T")

__all__ = ["SqlRepository"]

_AUDITED_AT_ONCE = 50
"""How many sellers an audit reads on one snapshot."""

_ROUNDS_MAX = 10
"""How often a unit of work starts again because it needs more locks than expected."""


class SqlRepository(SqlStore):
    """Keeps the state of every seller in a database.

    `SqlRepository(engine)` uses transactions of its own. `SqlRepository.within(connection)` works
    in the host's transaction, so orderflow's changes are committed or rolled back together with
    the host's.

    Args:
        engine: A SQLAlchemy engine for SQLite or PostgreSQL, or an object with the methods of
            `Transactions`.
        tables: The tables. Default: those with orderflow's own names.
        outbox: Whether events are put into the outbox. If so, run a relay to take them out.
    """

    def __init__(
        self, engine: Engine | Transactions, *, tables: Tables | None = None, outbox: bool = True
    ) -> None:
        super().__init__(engine, tables=tables)
        self._statements = statements_of(self._tables)
        self._outbox = outbox

    @classmethod
    def within(
        cls,
        connection: Connection | Executor,
        *,
        tables: Tables | None = None,
        outbox: bool = True,
    ) -> Self:
        """Return a repository that works in the host's transaction.

        Nothing is retried here. On `ContentionError`, roll back and run the whole transaction
        again.

        A task that only reads sees each order and each stock record as a whole. At READ
        COMMITTED, two of them may be from different times, as with any two statements.

        Args:
            connection: An open SQLAlchemy connection, or an executor on a connection of any
                other library.
            tables: The tables. Default: those with orderflow's own names.
            outbox: Whether events are put into the outbox.

        Raises:
            StorageError: If the transaction's isolation level is not supported.
        """
        return cls(HostTransaction(connection), tables=tables, outbox=outbox)

    def write(self, seller_id: str, task: Callable[[UnitOfWork], T]) -> T:
        """Run a task in a unit of work of one seller, and commit what it saved.

        Raises:
            ContentionError: If concurrent transactions won every attempt.
            SchemaError: If the tables are missing.
            StorageError: If the database reported an error.
            UnfinishedError: If the database failed during the commit.
        """
        check_unit_of_work(seller_id, task)
        needed = Needed()
        for _ in range(_ROUNDS_MAX):
            try:
                return self._transactions.write(
                    partial(self._work, seller_id=seller_id, task=task, needed=needed)
                )
            except LocksMissingError as missing:
                needed = missing.needed
        raise ContentionError(_ROUNDS_MAX)

    def read(self, seller_id: str, task: Callable[[Reading], T]) -> T:
        """Run a task that reads one seller's state, on one snapshot of the database.

        In the host's transaction, its isolation level decides what the task sees.
        """
        check_unit_of_work(seller_id, task)
        return self._transactions.read(
            lambda executor: task(SqlReading(executor, self._statements, seller_id))
        )

    def together(self, seller_id: str, task: Callable[[Repository], T]) -> T:
        """Run a task on a repository whose units of work are all committed at its end, or none.

        Rows are locked as they are reached, so another seller's work is not in the way.
        """
        check_unit_of_work(seller_id, task)
        return self._transactions.write(
            lambda executor: task(
                SqlRepository.within(executor, tables=self._tables, outbox=self._outbox)
            )
        )

    def sellers(self) -> Sequence[str]:
        """Return the ids of all sellers with any state, in order."""
        return self._transactions.read(
            lambda executor: [row[0] for row in executor.rows(self._statements.sellers, {})]
        )

    def sellers_with_orders(
        self,
        *,
        status: Status | None = None,
        sku: str | None = None,
        after: str | None = None,
        limit: int,
    ) -> Sequence[str]:
        """Return the ids of the next sellers that have any order, in order.

        Args:
            status: Return only sellers with an order of this status.
            sku: Return only sellers with an order of this product.
            after: Return only sellers after this one, the last of the previous page.
            limit: Return at most this many.
        """
        return self._transactions.read(
            partial(
                sellers_with_orders,
                tables=self._tables,
                status=status,
                sku=sku,
                after=after,
                limit=limit,
            )
        )

    def sellers_with_receipts(self, *, after: str | None = None, limit: int) -> Sequence[str]:
        """Return the ids of the next sellers that expect a receipt, in order.

        Args:
            after: Return only sellers after this one, the last of the previous page.
            limit: Return at most this many.
        """
        task = partial(sellers_with_receipts, tables=self._tables, after=after, limit=limit)
        return self._transactions.read(task)

    def orders_replacing(self, seller_id: str, order_id: str, *, limit: int) -> Sequence[str]:
        """Return the ids of the orders that were placed in place of an order, in order.

        No index has them, so this looks through the orders of the seller.

        Args:
            seller_id: The seller.
            order_id: The order that they replace.
            limit: Return at most this many.
        """
        orders = self._tables.orders.c
        query = select(orders.order_id).where(
            orders.seller_id == seller_id, orders.replaces == order_id
        )
        found = query.order_by(orders.placed_at, orders.order_id).limit(limit)
        return self._transactions.read(
            lambda executor: [row[0] for row in executor.rows(found, {})]
        )

    def unserved(self) -> Sequence[StockKey]:
        """Return the products of all sellers whose queue has not been served, in order."""
        return self._transactions.read(
            lambda executor: [
                StockKey(*row) for row in executor.rows(self._statements.unserved, {})
            ]
        )

    def audit(
        self,
        task: Callable[[SellerAudit], T],
        *,
        progress: Callable[[int, int], None] = lambda _done, _total: None,
    ) -> Iterator[T]:
        """Run a task on what is stored about each seller, without trusting any row.

        Some sellers at a time are read on one snapshot of the database. In the host's transaction,
        that needs the isolation level SERIALIZABLE. A row belongs to the seller in its
        `seller_id`.

        Args:
            task: What to run for each seller. It must not keep what it is given. After a conflict
                with another transaction, it may run again.
            progress: Called with the number of sellers so far, and the number of all sellers.

        Yields:
            What the task returned for each seller, in order.
        """
        owners = self._transactions.read(self._owners)
        for begin in range(0, len(owners), _AUDITED_AT_ONCE):
            some = owners[begin : begin + _AUDITED_AT_ONCE]

            def read(executor: Executor, some: Sequence[str] = some) -> list[T]:
                stored = audit(executor, tables=self._tables, seller_ids=some)
                return [task(each) for each in stored]

            yield from self._transactions.read(read)
            progress(begin + len(some), len(owners))

    def _owners(self, executor: Executor) -> Sequence[str]:
        """Return every value of `seller_id` in any table, in order."""
        found = set[str]()
        for statement in self._statements.owners:
            found.update(row[0] for row in executor.rows(statement, {}))
        # SQLite allows bytes in a text column.
        return sorted(found, key=lambda each: (not isinstance(each, str), each))

    def _work(
        self,
        executor: Executor,
        seller_id: str,
        task: Callable[[UnitOfWork], T],
        needed: Needed,
    ) -> T:
        work = SqlUnitOfWork(executor, self._statements, seller_id, needed, outbox=self._outbox)
        try:
            result = task(work)
        except LocksMissingError:
            raise
        except Exception as error:
            if work.missing:  # the task read rows that may have changed since
                raise LocksMissingError(work.needed) from error
            raise
        if work.missing:
            raise LocksMissingError(work.needed)
        return result
