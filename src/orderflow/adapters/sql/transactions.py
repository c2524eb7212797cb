"""Transactions: they begin, commit, and retry when they lose to a concurrent one.

With an `Engine`, each unit of work is a transaction of its own. A host's connection is already in
a transaction. There, each unit of work is a savepoint, and nothing is committed here.
"""

from __future__ import annotations

import random
import time
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Protocol, TypeVar

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError, PendingRollbackError
from sqlalchemy.exc import TimeoutError as NoConnectionError

from orderflow.adapters.sql.database_file import watch_files
from orderflow.adapters.sql.executor import CoreExecutor, has_listeners
from orderflow.adapters.sql.faults import translate_commit_error, translate_error
from orderflow.domain.model.arguments import require_methods
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
    "executor_of",
    "with_retry",
]

ATTEMPTS_MAX = 5
FIRST_WAIT_SECONDS = 0.01


class Transactions(Protocol):
    """Runs tasks that read and write, in transactions."""

    def write(self, task: Callable[[Executor], T]) -> T:
        """Run a task that writes; undo everything if it raises.

        Raises:
            ContentionError: If concurrent transactions won every attempt.
        """
        ...

    def read(self, task: Callable[[Executor], T]) -> T:
        """Run a task that only reads."""
        ...


def with_retry(once: Callable[[], T], sleep: Callable[[float], None]) -> T:
    """Run a transaction, and retry it if a concurrent one won.

    Args:
        once: Runs the transaction once.
        sleep: Waits for a number of seconds.

    Raises:
        ContentionError: If concurrent transactions won every attempt.
    """
    for attempt in range(1, ATTEMPTS_MAX):
        try:
            return once()
        except ContentionError:
            # Full jitter: transactions that collided should not collide again.
            wait = random.uniform(0, FIRST_WAIT_SECONDS * 4**attempt)  # noqa: S311 - no secret
            sleep(wait)
    return once()


def executor_of(connection: Connection) -> CoreExecutor:
    """Return the executor for a connection, and for what listens to it now."""
    dialect = connection.dialect
    if dialect.driver != "psycopg" or dialect.is_async or has_listeners(connection):
        return CoreExecutor(connection)
    from orderflow.adapters.sql.pipelined import PipelinedExecutor  # noqa: PLC0415 - needs psycopg

    return PipelinedExecutor(connection)


class OwnTransactions:
    """Runs tasks in transactions of their own, and retries them on contention.

    Args:
        engine: The engine. Its isolation settings are not used.
        sleep: Waits for a number of seconds.
    """

    def __init__(self, engine: Engine, sleep: Callable[[float], None] = time.sleep) -> None:
        self._engine = engine
        self._sleep = sleep
        if engine.dialect.name == "sqlite":
            watch_files(engine)

    def write(self, task: Callable[[Executor], T]) -> T:
        """Run a task that writes, and commit; retry if a concurrent transaction won."""

        def once() -> T:
            with self._begin() as executor:
                return task(executor)

        return with_retry(once, self._sleep)

    def read(self, task: Callable[[Executor], T]) -> T:
        """Run a task that only reads, on one snapshot of the database."""
        with self._begin(for_reading=True) as executor:
            return task(executor)

    @contextmanager
    def _begin(self, *, for_reading: bool = False) -> Iterator[CoreExecutor]:
        try:
            with _translate_errors(ATTEMPTS_MAX), self._engine.connect() as connection:
                executor = executor_of(connection)
                executor.begin(for_reading=for_reading)
                try:
                    yield executor
                    executor.commit()
                except BaseException as error:
                    executor.roll_back()
                    if isinstance(error, DBAPIError) and executor.is_in_doubt and not for_reading:
                        raise translate_commit_error(error, ATTEMPTS_MAX) from error
                    raise
        except NoConnectionError as error:
            raise StorageError(
                "no connection became free in time; raise the engine's pool_size, or run fewer "
                "tasks at once; nothing was changed"
            ) from error


class HostTransaction:
    """Runs tasks in the host's transaction that a connection is in.

    Each task is a savepoint. If it fails, everything the host wrote before stays.

    Args:
        connection: An open SQLAlchemy connection, or an executor on a connection of any other
            library.

    Raises:
        InvalidValueError: If this is neither of them.
        StorageError: If the isolation level would hide the current state of locked rows.
    """

    def __init__(self, connection: Connection | Executor) -> None:
        if isinstance(connection, Connection):
            self._executor: Callable[[], Executor] = partial(executor_of, connection)
        else:
            demand = "an open SQLAlchemy connection, or an executor"
            require_methods("within.connection", connection, "rows", "isolation", demand=demand)
            executor = connection
            self._executor = lambda: executor
        isolation = self._executor().isolation()
        if isolation not in _ISOLATION_LEVELS:
            raise StorageError(
                f"orderflow does not support the isolation level {isolation}, which hides what "
                f"others have committed meanwhile; begin the transaction as READ COMMITTED or "
                f"SERIALIZABLE"
            )

    def write(self, task: Callable[[Executor], T]) -> T:
        """Run a task that writes, in a savepoint."""
        with _translate_errors(attempts=1):
            executor = self._executor()
            with executor.savepoint():
                return task(executor)

    def read(self, task: Callable[[Executor], T]) -> T:
        """Run a task that only reads.

        At READ COMMITTED, each statement sees what was committed before it started. At
        SERIALIZABLE, all statements see one snapshot.
        """
        with _translate_errors(attempts=1):
            return task(self._executor())


@contextmanager
def _translate_errors(attempts: int) -> Iterator[None]:
    try:
        yield
    except DBAPIError as error:
        raise translate_error(error, attempts) from error
    except PendingRollbackError as error:
        raise StorageError(
            "the connection was lost earlier in this transaction; nothing was saved; roll back, "
            "and run the whole transaction again"
        ) from error


_ISOLATION_LEVELS = {"READ COMMITTED", "SERIALIZABLE"}
