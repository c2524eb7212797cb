"""Transactions: begun, committed, and begun again where another one had to go first.

An `Engine` opens one for each unit of work. A connection of the host's is in one already: there
each unit of work is a savepoint in it, and nothing is committed here.
"""

from __future__ import annotations

import random
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol, TypeVar

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as NoConnectionError

from orderflow.adapters.sql.executor import CoreExecutor
from orderflow.adapters.sql.faults import translated, translated_of_commit
from orderflow.errors import ContentionError, StorageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sqlalchemy import Engine

    from orderflow.adapters.sql.executor import Executor

    T = TypeVar("T")

__all__ = [
    "ATTEMPTS_MAX",
    "HostTransaction",
    "OwnTransactions",
    "Transactions",
    "commit",
    "tried_again",
]

ATTEMPTS_MAX = 5
FIRST_WAIT_SECONDS = 0.01


class Transactions(Protocol):
    """Runs what reads and writes, in transactions."""

    def write(self, task: Callable[[Executor], T]) -> T:
        """Carry out a task that writes; undo all of it if it raises.

        Raises:
            ContentionError: If others went first time and again.
        """
        ...

    def read(self, task: Callable[[Executor], T]) -> T:
        """Carry out a task that only reads."""
        ...


def tried_again(once: Callable[[], T], sleep: Callable[[float], None]) -> T:
    """Do something that is a transaction, and again if another one had to go first.

    Args:
        once: What to do.
        sleep: How to wait, given seconds.

    Raises:
        ContentionError: If others went first time and again.
    """
    for attempt in range(1, ATTEMPTS_MAX):
        try:
            return once()
        except ContentionError:
            # Full jitter: those that met now should not meet again.
            wait = random.uniform(0, FIRST_WAIT_SECONDS * 4**attempt)  # noqa: S311 - no secret
            sleep(wait)
    return once()


class OwnTransactions:
    """Transactions of our own on an engine, tried again where that may help.

    Args:
        engine: The engine; its settings of isolation are not used.
        sleep: How to wait, given seconds.
    """

    def __init__(self, engine: Engine, sleep: Callable[[float], None] = time.sleep) -> None:
        self._engine = engine
        self._sleep = sleep
        self._is_sqlite = engine.dialect.name == "sqlite"

    def write(self, task: Callable[[Executor], T]) -> T:
        """Carry out a task that writes, and commit; try again if another one had to go first."""

        def once() -> T:
            with self._begun() as connection:
                return task(CoreExecutor(connection))

        return tried_again(once, self._sleep)

    def read(self, task: Callable[[Executor], T]) -> T:
        """Carry out a task that only reads, on one state of the database."""
        with self._begun(for_reading=True) as connection:
            return task(CoreExecutor(connection))

    @contextmanager
    def _begun(self, *, for_reading: bool = False) -> Iterator[Connection]:
        try:
            with self._engine.connect() as connection:
                if self._is_sqlite:
                    # At once: what is read may not change before something is written.
                    connection.exec_driver_sql("BEGIN" if for_reading else "BEGIN IMMEDIATE")
                elif for_reading:
                    connection.execution_options(
                        isolation_level="REPEATABLE READ", postgresql_readonly=True
                    )
                else:
                    connection.execution_options(isolation_level="READ COMMITTED")
                yield connection
                try:
                    commit(connection)
                except DBAPIError as error:
                    if for_reading:
                        raise
                    raise translated_of_commit(error, ATTEMPTS_MAX) from error
        except DBAPIError as error:
            raise translated(error, ATTEMPTS_MAX) from error
        except NoConnectionError as error:
            raise StorageError(
                "all connections of the engine were in use for too long; give its pool more of "
                "them (pool_size), or let fewer at it at once; nothing was changed"
            ) from error


def commit(connection: Connection) -> None:
    """Commit, and throw the connection away if that fails.

    Its transaction may be open still, and whoever is given the connection next would not know.
    """
    try:
        connection.commit()
    except DBAPIError:
        connection.invalidate()
        raise


class HostTransaction:
    """The transaction of the host's that a connection is in.

    Each unit of work is a savepoint: if it fails, what the host has written before stays.

    Args:
        connection: An open connection of SQLAlchemy, or an executor on any other.

    Raises:
        StorageError: If the isolation of the transaction shows another state than that of the
            rows that are locked.
    """

    def __init__(self, connection: Connection | Executor) -> None:
        executor = CoreExecutor(connection) if isinstance(connection, Connection) else connection
        self._executor = executor
        isolation = executor.isolation()
        if isolation not in _FITTING_ISOLATIONS:
            raise StorageError(
                f"orderflow cannot work in a transaction of isolation {isolation}, which does not "
                f"show what others have committed meanwhile; begin it as READ COMMITTED, or "
                f"as SERIALIZABLE"
            )

    def write(self, task: Callable[[Executor], T]) -> T:
        """Carry out a task that writes, in a savepoint."""
        try:
            with self._executor.savepoint():
                return task(self._executor)
        except DBAPIError as error:
            raise translated(error, 1) from error

    def read(self, task: Callable[[Executor], T]) -> T:
        """Carry out a task that only reads.

        Each statement sees what is committed by then, unless the isolation shows one state to all.
        """
        try:
            return task(self._executor)
        except DBAPIError as error:
            raise translated(error, 1) from error


_FITTING_ISOLATIONS = {"READ COMMITTED", "SERIALIZABLE"}
