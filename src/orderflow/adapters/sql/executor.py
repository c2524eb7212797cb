"""Runs statements on a SQLAlchemy connection, or on a connection of another library.

The rest of this package describes reads and writes as SQLAlchemy Core statements, and an executor
runs them.
"""

from __future__ import annotations

import logging
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NoReturn, Protocol

from sqlalchemy.exc import DBAPIError

from orderflow.adapters.sql.arrays import as_set
from orderflow.adapters.sql.prepared import prepare
from orderflow.errors import StorageError
from orderflow.errors.quoting import counted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from contextlib import AbstractContextManager

    from sqlalchemy import Connection
    from sqlalchemy.engine.interfaces import DBAPICursor
    from sqlalchemy.sql import Executable
    from sqlalchemy.sql.dml import UpdateBase

    from orderflow.adapters.sql.prepared import Parameters, Row

__all__ = ["CHANGES", "CoreExecutor", "Executor", "commit", "has_listeners"]

CHANGES = "orderflow_changes"
"""Key in a SQLite connection's `info`: the number of changes made before its transaction."""


class Executor(Protocol):
    """Runs statements on an open connection."""

    @property
    def is_sqlite(self) -> bool:
        """Whether the database is SQLite, which has one writer at a time and locks no rows."""
        ...

    def rows(self, statement: Executable, parameters: Parameters) -> Sequence[Row]:
        """Run a statement and return its rows."""
        ...

    def rows_later(
        self, statement: Executable, parameters: Parameters
    ) -> Callable[[], Sequence[Row]]:
        """Run a statement now or later, and return what returns its rows.

        Statements run in the order in which they were given. Ask for rows as late as possible: a
        driver may run several statements in one exchange with the database.
        """
        ...

    def run(self, statement: UpdateBase, parameters: Sequence[Parameters]) -> None:
        """Run a statement once for each set of parameters, in this order, now or later."""
        ...

    def isolation(self) -> str:
        """Return the isolation level of the current transaction, as SQL names it."""
        ...

    def savepoint(self) -> AbstractContextManager[None]:
        """Run the block in a savepoint. If it raises, undo it and release its locks."""
        ...


class CoreExecutor:
    """Runs statements on a SQLAlchemy connection.

    SQLAlchemy keeps the pool, the transaction and the dialect, and decides what happens to a broken
    connection. The text of a statement goes to the driver's own cursor. If somebody listens to what
    SQLAlchemy runs, or if its options change the text, SQLAlchemy runs the statement itself.

    Make one for each unit of work, by `executor_of` of `transactions`: it looks for listeners once.

    Attributes:
        connection: The connection.
        is_in_doubt: Whether a commit failed, and it is not known whether it happened.
    """

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.is_sqlite = connection.dialect.name == "sqlite"
        self.is_in_doubt = False
        self._has_listeners = has_listeners(connection)

    def rows(self, statement: Executable, parameters: Parameters) -> Sequence[Row]:
        """Run a statement and return its rows."""
        if self._has_listeners:
            return self.connection.execute(statement, parameters).all()
        prepared = prepare(statement, self.connection.dialect, tuple(parameters))
        found = self._run_text(prepared.text, prepared.values(parameters), has_rows=True)
        return prepared.results(found)

    def rows_later(
        self, statement: Executable, parameters: Parameters
    ) -> Callable[[], Sequence[Row]]:
        """Run a statement, and return what returns its rows."""
        rows = self.rows(statement, parameters)
        return lambda: rows

    def run(self, statement: UpdateBase, parameters: Sequence[Parameters]) -> None:
        """Run a statement once for each set of parameters, in this order."""
        dialect = self.connection.dialect
        statement, parameters = as_set(statement, dialect, parameters)
        if self._has_listeners:
            self.connection.execute(statement, parameters)
            return
        prepared = prepare(statement, dialect, tuple(parameters[0]))
        self._run_text(prepared.text, prepared.plain_values(parameters), has_rows=False)

    def begin(self, *, for_reading: bool) -> None:
        """Begin a transaction, right after the connection was opened."""
        if self.is_sqlite:
            # Lock now, so that nothing changes between the first read and the first write.
            self.command("BEGIN" if for_reading else "BEGIN IMMEDIATE")
        elif for_reading:
            self.connection.execution_options(
                isolation_level="REPEATABLE READ", postgresql_readonly=True
            )
        else:
            self.connection.execution_options(isolation_level="READ COMMITTED")

    def commit(self) -> None:
        """Commit."""
        self.is_in_doubt = True
        commit(self.connection)

    def roll_back(self) -> None:
        """Undo the transaction. SQLAlchemy does it when the connection is closed."""

    def command(self, text: str) -> None:
        """Run a statement that begins or ends something."""
        if self._has_listeners:
            self.connection.exec_driver_sql(text)
        else:
            self._run_text(text, [()], has_rows=False)

    def _run_text(self, text: str, values: Any, *, has_rows: bool) -> Sequence[Row]:  # noqa: ANN401 - the driver's
        connection, cursor = self.connection, None
        if not connection.in_transaction():
            connection.begin()  # as SQLAlchemy does before its first statement
        driver = connection.connection
        rows: Sequence[Row] = ()
        try:
            cursor = driver.cursor()
            if has_rows:
                cursor.execute(text, values)
                rows = cursor.fetchall()
            elif len(values) == 1:
                cursor.execute(text, values[0])
            else:
                cursor.executemany(text, values)
            cursor.close()
        except BaseException as error:  # noqa: BLE001 - SQLAlchemy decides which it wraps
            self._raise(error, text, values, cursor)
        return rows

    def _raise(
        self,
        error: BaseException,
        text: str,
        values: Any,  # noqa: ANN401 - the driver's
        cursor: DBAPICursor | None,
    ) -> NoReturn:
        """Raise a driver's error as SQLAlchemy does, which then drops a broken connection."""
        connection = self.connection
        is_drivers = isinstance(error, connection.dialect.loaded_dbapi.Error)
        # No public method tells the pool and the error listeners of a failed statement.
        connection._handle_dbapi_exception(  # noqa: SLF001 - see above
            error, text if is_drivers else None, values, cursor, None
        )

    def isolation(self) -> str:
        """Return the isolation level of the current transaction, as SQL names it."""
        return str(self.connection.get_isolation_level())

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        """Undo the block and release its locks if it raises."""
        if self.is_sqlite:
            self._begin_immediate()
        if self._has_listeners or any(getattr(self.connection.dispatch, e) for e in _SAVEPOINTS):
            with self.connection.begin_nested():
                yield
            return
        self.command("SAVEPOINT orderflow")
        try:
            yield
        except BaseException:
            if not self.connection.invalidated:
                self.command("ROLLBACK TO SAVEPOINT orderflow")
                self.command("RELEASE SAVEPOINT orderflow")
            raise
        self.command("RELEASE SAVEPOINT orderflow")

    def _begin_immediate(self) -> None:
        """Take SQLite's write lock now, so that nothing changes between a read and a write."""
        driver = self.connection.connection.driver_connection
        if driver is None or driver.in_transaction:
            return
        if self.connection.in_transaction() and CHANGES in self.connection.info:
            changes = driver.total_changes - self.connection.info[CHANGES]
            if changes:
                are = counted(changes, "change is", "changes are")
                raise StorageError(
                    f"{are} already committed of this transaction, because the "
                    f'SQLite driver had not started one; execute "BEGIN IMMEDIATE" before them'
                )
        self.command("BEGIN IMMEDIATE")


def commit(connection: Connection) -> None:
    """Commit, and discard the connection if that fails.

    Its transaction may still be open, and the pool would hand it to the next user.
    """
    try:
        connection.commit()
    except DBAPIError:
        connection.invalidate()
        raise


def has_listeners(connection: Connection) -> bool:
    """Whether SQLAlchemy must run the statements itself."""
    listeners, of_dialect = connection.dispatch, connection.dialect.dispatch
    return (
        any(getattr(listeners, name) for name in _LISTENERS)
        or any(getattr(of_dialect, name) for name in _REPLACING)
        or connection.engine.logger.isEnabledFor(logging.INFO)
        or "schema_translate_map" in connection.get_execution_options()
    )


_LISTENERS = ("before_execute", "after_execute", "before_cursor_execute", "after_cursor_execute")
_SAVEPOINTS = ("savepoint", "rollback_savepoint", "release_savepoint")
_REPLACING = ("do_execute", "do_executemany", "do_execute_no_params", "do_setinputsizes")
