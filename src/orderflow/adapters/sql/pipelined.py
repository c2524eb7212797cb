"""Runs statements on PostgreSQL with psycopg, many in one exchange with the server.

A client that waits for each response spends most of a command waiting, most of all over a network.
In psycopg's pipeline mode, it sends statements without waiting, and receives all results at one
synchronization point. Here, statements are queued until a result is needed, or until the end.

The server runs the statements of an exchange one after the other. At READ COMMITTED, each one sees
what was committed before it started, as if it had been sent by itself. After a failed statement,
the server skips the rest of the exchange, even a COMMIT. So if the transaction is still open after
an exchange with a COMMIT, nothing was committed.

psycopg prepares a statement that comes often. It assumes that the server has prepared it, even if
the server has skipped it. So after a failed exchange, all prepared statements are forgotten.
"""

from __future__ import annotations

from contextlib import contextmanager, suppress
from itertools import count
from typing import TYPE_CHECKING, Any

import psycopg
from psycopg.pq import TransactionStatus
from sqlalchemy.exc import DBAPIError

from orderflow.adapters.sql.arrays import as_set
from orderflow.adapters.sql.executor import CoreExecutor
from orderflow.adapters.sql.prepared import prepare

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from sqlalchemy import Connection
    from sqlalchemy.sql import Executable
    from sqlalchemy.sql.dml import UpdateBase

    from orderflow.adapters.sql.prepared import Parameters, Row

__all__ = ["PipelinedExecutor"]

_numbers = count(1)


class _Queued:
    """A statement that waits to be sent, and its rows once they are there."""

    def __init__(self, text: str, values: Any, *, has_rows: bool) -> None:  # noqa: ANN401 - the driver's
        self.text = text
        self.values = values
        self.has_rows = has_rows
        self.rows: Sequence[Row] | None = None


class PipelinedExecutor(CoreExecutor):
    """Runs statements on a SQLAlchemy connection of psycopg, in as few exchanges as possible.

    An error of a statement is raised by the exchange that it is part of.
    """

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection)
        self._queue: list[_Queued] = []
        self._has_failed = False

    def rows(self, statement: Executable, parameters: Parameters) -> Sequence[Row]:
        """Run a statement and return its rows."""
        return self.rows_later(statement, parameters)()

    def rows_later(
        self, statement: Executable, parameters: Parameters
    ) -> Callable[[], Sequence[Row]]:
        """Queue a statement, and return what returns its rows."""
        prepared = prepare(statement, self.connection.dialect, tuple(parameters))
        queued = self._add(prepared.text, prepared.values(parameters), has_rows=True)

        def rows() -> Sequence[Row]:
            if queued.rows is None:
                self._exchange()
            return prepared.results(queued.rows or ())

        return rows

    def run(self, statement: UpdateBase, parameters: Sequence[Parameters]) -> None:
        """Queue a statement once for each set of parameters, in this order."""
        dialect = self.connection.dialect
        statement, parameters = as_set(statement, dialect, parameters)
        prepared = prepare(statement, dialect, tuple(parameters[0]))
        for values in prepared.plain_values(parameters):
            self._add(prepared.text, values)

    def isolation(self) -> str:
        """Return the isolation level of the current transaction, as SQL names it."""
        if self._queue:
            self._exchange()  # it begins the transaction
        return super().isolation()

    def begin(self, *, for_reading: bool) -> None:
        """Begin a transaction together with its first statement. The driver would wait for it."""
        self.connection.execution_options(isolation_level="AUTOCOMMIT")
        self._add(_BEGIN_TO_READ if for_reading else _BEGIN)

    def commit(self) -> None:
        """Run what is queued, and commit, in one exchange."""
        if self.connection.dispatch.commit:  # a listener comes before the COMMIT
            self._exchange()
            super().commit()
            return
        if self._status() is TransactionStatus.IDLE and len(self._queue) <= 1:
            self._queue.clear()  # nothing has been done
        else:
            self._add("COMMIT")
            try:
                self._exchange()
            except DBAPIError:
                self.is_in_doubt = self._status() is not TransactionStatus.INERROR
                raise
        self.connection.commit()  # the driver has nothing left to commit

    def roll_back(self) -> None:
        """Undo the transaction in one exchange. The driver would need two."""
        self._queue.clear()
        status = self._status()
        with suppress(DBAPIError):  # the connection is broken, so the server undoes it
            if status in _OPEN and not self.connection.dispatch.rollback:
                self._undo("ROLLBACK")
            elif status is TransactionStatus.IDLE and self._has_failed:
                self._undo()

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        """Undo the block and release its locks if it raises.

        If it cannot be undone, that error is raised instead, since the whole transaction is lost.
        """
        name = f"orderflow_{next(_numbers)}"
        self._add(f"SAVEPOINT {name}")
        try:
            yield
            self._add(f"RELEASE SAVEPOINT {name}")
            self._exchange()
        except BaseException:
            is_begun = not any(each.text == f"SAVEPOINT {name}" for each in self._queue)
            self._queue.clear()
            if is_begun and self._status() in _OPEN:
                self._undo(f"ROLLBACK TO SAVEPOINT {name}", f"RELEASE SAVEPOINT {name}")
            raise

    def _undo(self, *texts: str) -> None:
        for each in texts:
            self._add(each)
        if self._has_failed:
            # The driver forgets them too, if it does not know the text yet.
            self._add(f"DEALLOCATE ALL -- {next(_numbers)}")
        self._exchange()
        self._has_failed = False

    def _add(self, text: str, values: Any = None, *, has_rows: bool = False) -> _Queued:  # noqa: ANN401 - the driver's
        queued = _Queued(text, values, has_rows=has_rows)
        self._queue.append(queued)
        return queued

    def _status(self) -> TransactionStatus:
        """Return the status of the transaction, without asking the server."""
        connection = self.connection
        if connection.closed or connection.invalidated:
            return TransactionStatus.UNKNOWN
        driver: Any = connection.connection.driver_connection
        return TransactionStatus(driver.pgconn.transaction_status)

    def _exchange(self) -> None:
        """Send what is queued, and wait for all results."""
        queue, self._queue = self._queue, []
        connection = self.connection
        if not connection.in_transaction():
            connection.begin()  # as SQLAlchemy does before its first statement
        driver = connection.connection.driver_connection
        try:
            _send(driver, queue)
        except BaseException as error:  # noqa: BLE001 - SQLAlchemy decides which it wraps
            self._has_failed = True
            self._raise(error, "; ".join(each.text for each in queue), None, None)


def _send(driver: Any, queue: Sequence[_Queued]) -> None:  # noqa: ANN401 - SQLAlchemy does not say
    """Send statements, wait for all results, and raise the first error."""
    cursors: list[psycopg.Cursor[Any]] = []
    first: psycopg.Error | None = None
    try:
        with driver.pipeline():
            try:
                for each in queue:
                    cursors.append(driver.cursor())
                    cursors[-1].execute(each.text, each.values)
            except psycopg.Error as error:
                first = error  # the end of the pipeline raises less telling ones
    except psycopg.Error as error:
        raise first or error from None
    if first is not None:
        raise first
    for each, cursor in zip(queue, cursors, strict=True):
        if each.has_rows:
            each.rows = cursor.fetchall()


_BEGIN = "BEGIN ISOLATION LEVEL READ COMMITTED"
_BEGIN_TO_READ = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
_OPEN = (TransactionStatus.INTRANS, TransactionStatus.INERROR)
