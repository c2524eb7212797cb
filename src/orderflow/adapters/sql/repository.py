"""The repository in a database: `orderflow.ports.Repository` on SQLite or PostgreSQL."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, TypeVar

from sqlalchemy import Connection, Engine

from orderflow.adapters.sql.auditing import audit
from orderflow.adapters.sql.executor import CoreExecutor
from orderflow.adapters.sql.reading import SqlReading
from orderflow.adapters.sql.statements import statements_of
from orderflow.adapters.sql.tables import Tables
from orderflow.adapters.sql.transactions import HostTransaction, OwnTransactions
from orderflow.adapters.sql.work import LocksMissingError, Needed, SqlUnitOfWork
from orderflow.domain.model.stock import StockKey
from orderflow.errors import ContentionError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from orderflow.adapters.sql.auditing import Stored
    from orderflow.adapters.sql.executor import Executor
    from orderflow.adapters.sql.transactions import Transactions
    from orderflow.ports import Reading, UnitOfWork

    T = TypeVar("T")

__all__ = ["SqlRepository"]

_ROUNDS_MAX = 10
"""So often a unit of work is begun again because it needs to lock more than was foreseen."""


class SqlRepository:
    """Keeps the state of every seller in a database.

    `SqlRepository(engine)` has transactions of its own. `SqlRepository.within(connection)` works
    in the transaction that a connection of the host's is in: what orderflow changes is committed
    and rolled back with what the host changes.

    Args:
        engine: An engine of SQLAlchemy, for SQLite or PostgreSQL; or what stands for one.
        tables: The tables; those with the names that orderflow gives them, if left out.
        outbox: Whether events are put into the outbox. A relay has to take them out again.
    """

    def __init__(
        self, engine: Engine | Transactions, *, tables: Tables | None = None, outbox: bool = True
    ) -> None:
        self._transactions: Transactions = (
            OwnTransactions(engine) if isinstance(engine, Engine) else engine
        )
        self._statements = statements_of(tables if tables is not None else Tables.default())
        self._outbox = outbox

    @classmethod
    def within(
        cls,
        connection: Connection | Executor,
        *,
        tables: Tables | None = None,
        outbox: bool = True,
    ) -> SqlRepository:
        """Make a repository that works in the transaction of the host's.

        Nothing is tried again here: an error of contention has undone what orderflow did, and
        the host rolls back and runs the whole transaction again.

        What is only read is whole, order by order and record by record, and two of them may be of
        different moments, as with any two statements of a transaction that is READ COMMITTED.

        Args:
            connection: An open connection of SQLAlchemy, or an executor on any other.
            tables: As above.
            outbox: As above.

        Raises:
            StorageError: If the isolation of its transaction does not fit.
        """
        executor = CoreExecutor(connection) if isinstance(connection, Connection) else connection
        return cls(HostTransaction(executor), tables=tables, outbox=outbox)

    def write(self, seller_id: str, task: Callable[[UnitOfWork], T]) -> T:
        """Carry out a task in a unit of work of one seller, and commit what it saved.

        Raises:
            ContentionError: If others changed the same time and again.
            SchemaError: If the tables are not there.
            StorageError: If the database could not do it.
            UnfinishedError: If it failed as it committed.
        """
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
        """Carry out a task that only reads, of one seller, on one state of the database.

        In a transaction of the host's it is that which its isolation shows.
        """
        return self._transactions.read(
            lambda executor: task(SqlReading(executor, self._statements, seller_id))
        )

    def sellers(self) -> Sequence[str]:
        """Return the ids of the sellers of whom anything is kept, in order."""
        return self._transactions.read(
            lambda executor: [row[0] for row in executor.rows(self._statements.sellers, {})]
        )

    def unserved(self) -> Sequence[StockKey]:
        """Return the products of all sellers whose queue is still to be served, in order."""
        return self._transactions.read(
            lambda executor: [
                StockKey(*row) for row in executor.rows(self._statements.unserved, {})
            ]
        )

    def audit(self) -> Iterator[Stored]:
        """Yield what is stored of each seller, read as if somebody had meddled with it.

        Each seller is read on one state of the database; in a transaction of the host's that takes
        one that is SERIALIZABLE. A row is a seller's by its `seller_id`, whichever table it is in.
        """
        tables = self._statements.tables
        for seller_id in self._transactions.read(self._owners):
            yield self._transactions.read(partial(audit, tables=tables, seller_id=seller_id))

    def _owners(self, executor: Executor) -> Sequence[str]:
        """Return whatever stands as a seller in any table, in order."""
        found = set[str]()
        for statement in self._statements.owners:
            found.update(row[0] for row in executor.rows(statement, {}))
        # SQLite keeps bytes in a column of texts, if it is given any.
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
            if work.missing:  # it was decided on what may have changed since
                raise LocksMissingError(work.needed) from error
            raise
        if work.missing:
            raise LocksMissingError(work.needed)
        return result
