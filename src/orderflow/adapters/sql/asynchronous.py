"""Keeps the state in a database with an async driver: asyncpg, psycopg or aiosqlite.

Needs the extra `async`.

The code that reads and writes is the same as for a synchronous driver. It runs in a greenlet, as
SQLAlchemy's async support does. While it waits for the database or before a retry, the event loop
continues.

*Cancellation* reaches a task once, where it waits. The task rolls back and returns its connection
before the caller continues. A caller that is cancelled repeatedly, as anyio does, would otherwise
interrupt the rollback too.

*A PostgreSQL connection* is closed if its statement was cancelled, whatever error that causes.
psycopg may have lost track of the responses, and the next command would get those of this one.

*SQLite* runs statements in one thread for each connection, and nothing can interrupt them there. A
connection is fine again once its abandoned statement has ended, so it is kept. Closing it with the
statement half read would leave the file locked. SQLite has one writer at a time, so writers queue
in the event loop. There they can be cancelled, and they leave the connections to readers.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from importlib.util import find_spec
from typing import TYPE_CHECKING, TypeVar
from weakref import WeakSet

from sqlalchemy import event

from orderflow.adapters.sql.embedded import prepare_engine, url_of
from orderflow.adapters.sql.repository import SqlRepository
from orderflow.adapters.sql.transactions import OwnTransactions
from orderflow.adapters.sql.upgrading import upgrade
from orderflow.errors import MissingExtraError

if find_spec("greenlet") is None:  # SQLAlchemy can be installed without it
    raise MissingExtraError("greenlet", "async")

from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.util import await_only, greenlet_spawn

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine
    from os import PathLike
    from typing import Any

    from sqlalchemy import Engine
    from sqlalchemy.engine import ExceptionContext
    from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

    from orderflow.adapters.sql.embedded import Durability
    from orderflow.adapters.sql.executor import Executor
    from orderflow.adapters.sql.tables import Tables
    from orderflow.adapters.sql.transactions import Transactions
    from orderflow.ports import AsyncRepository, OutboxMessage, Repository

    T = TypeVar("T")

__all__ = [
    "AsyncNotifier",
    "AsyncSqlRepository",
    "open_async_database",
    "upgrade_async",
    "with_transactions",
]


_RUNNING = WeakSet[asyncio.Task[object]]()
"""The tasks that a caller is awaiting."""


class AsyncSqlRepository:
    """Keeps the state of every seller in a database with an async driver.

    `AsyncSqlRepository(engine)` uses transactions of its own. `AsyncSqlRepository.within(…)`
    works in the host's transaction, so orderflow's changes are committed or rolled back together
    with the host's.

    Args:
        engine: An async SQLAlchemy engine for SQLite or PostgreSQL.
        tables: The tables. Default: those with orderflow's own names.
        outbox: Whether events are put into the outbox. If so, run a relay to take them out.
    """

    def __init__(
        self, engine: AsyncEngine, *, tables: Tables | None = None, outbox: bool = True
    ) -> None:
        transactions = _transactions(engine)
        self._repository = SqlRepository(transactions, tables=tables, outbox=outbox)

    @staticmethod
    def within(
        connection: AsyncConnection, *, tables: Tables | None = None, outbox: bool = True
    ) -> AsyncRepository:
        """Return a repository that works in the host's transaction.

        Nothing is retried here. On `ContentionError`, roll back and run the whole transaction
        again.

        Args:
            connection: An open connection. A session has `await session.connection()`.
            tables: The tables. Default: those with orderflow's own names.
            outbox: Whether events are put into the outbox.
        """
        return _HostRepository(connection, tables, outbox=outbox)

    async def run(self, task: Callable[[SqlRepository], T]) -> T:
        """Run a task on a synchronous repository without blocking the event loop.

        For example, `await repository.run(check)` runs `orderflow.checking.check`.
        """
        return await _cancel_once(greenlet_spawn(task, self._repository))


class _HostRepository:
    """Works in the host's transaction: an `orderflow.ports.AsyncRepository`."""

    def __init__(self, connection: AsyncConnection, tables: Tables | None, *, outbox: bool) -> None:
        _configure_cancellation(connection.sync_engine)
        self._connection = connection
        self._tables = tables
        self._outbox = outbox

    async def run(self, task: Callable[[Repository], T]) -> T:
        """Run a task in the connection's transaction."""
        return await _cancel_once(
            self._connection.run_sync(
                lambda connection: task(
                    SqlRepository.within(connection, tables=self._tables, outbox=self._outbox)
                )
            )
        )


class _OneWriter:
    """Runs one writing task at a time."""

    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions
        self._turn = asyncio.Lock()

    def write(self, task: Callable[[Executor], T]) -> T:
        """Run a task that writes, after those queued before it."""
        await_only(self._turn.acquire())
        try:
            return self._transactions.write(task)
        finally:
            self._turn.release()

    def read(self, task: Callable[[Executor], T]) -> T:
        """Run a task that only reads, without queueing."""
        return self._transactions.read(task)


async def open_async_database(
    path: str | PathLike[str], *, durability: Durability = "full", create: bool = False
) -> AsyncEngine:
    """Open a database file with an async driver.

    The arguments and errors are those of `orderflow.adapters.sql.open_database`.
    """
    url = url_of("sqlite+aiosqlite", path, durability=durability, create=create)
    engine = create_async_engine(url, hide_parameters=True)  # as `open_database` does
    _configure_cancellation(engine.sync_engine)
    work = greenlet_spawn(prepare_engine, engine.sync_engine, durability=durability, create=create)
    await _cancel_once(work)
    return engine


async def upgrade_async(engine: AsyncEngine, *, tables: Tables | None = None) -> str | None:
    """Create the tables, or upgrade them to this release.

    The arguments, result and errors are those of `orderflow.adapters.sql.upgrade`.
    """
    _configure_cancellation(engine.sync_engine)
    return await _cancel_once(greenlet_spawn(upgrade, engine.sync_engine, tables=tables))


async def with_transactions(engine: AsyncEngine, task: Callable[[Transactions], T]) -> T:
    """Run a task that uses anything else in `orderflow.adapters.sql` that takes an engine.

    For example, `lambda transactions: SqlOutbox(transactions).dead()`, or a whole relay:
    `lambda transactions: Relay(SqlOutbox(transactions), AsyncNotifier(handle)).run()`.

    Args:
        engine: An async SQLAlchemy engine for SQLite or PostgreSQL.
        task: The task. Its argument replaces the engine.
    """
    return await _cancel_once(greenlet_spawn(task, _transactions(engine)))


class AsyncNotifier:
    """Passes messages to an async function: an `orderflow.ports.Notifier`.

    Use it in `with_transactions`.

    Args:
        handle: Handles one message, or raises.
    """

    def __init__(self, handle: Callable[[OutboxMessage], Awaitable[object]]) -> None:
        self._handle = handle

    def notify(self, message: OutboxMessage) -> None:
        """Pass on one message without blocking the event loop."""
        await_only(self._handle(message))


def _transactions(engine: AsyncEngine) -> Transactions:
    _configure_cancellation(engine.sync_engine)
    transactions = OwnTransactions(engine.sync_engine, sleep=_sleep)
    return _OneWriter(transactions) if engine.dialect.name == "sqlite" else transactions


async def _cancel_once(work: Coroutine[Any, Any, T]) -> T:
    """Await work, cancel it at most once, and return only when it has ended."""
    running = asyncio.create_task(work)
    _RUNNING.add(running)
    try:
        return await asyncio.shield(running)
    except asyncio.CancelledError:
        running.cancel()
        while not running.done():
            with suppress(asyncio.CancelledError):
                await asyncio.wait([running])
        if not running.cancelled():
            running.exception()  # retrieve it, or asyncio logs a warning
        raise


def _configure_cancellation(engine: Engine) -> None:
    """Set what happens to a connection whose statement was cancelled."""
    handler = _keep if engine.dialect.name == "sqlite" else _close
    if not event.contains(engine, "handle_error", handler):
        event.listen(engine, "handle_error", handler)


def _keep(context: ExceptionContext) -> None:
    if isinstance(context.original_exception, asyncio.CancelledError):
        context.is_disconnect = False


def _close(context: ExceptionContext) -> None:
    task = asyncio.current_task()
    if task is not None and task in _RUNNING and task.cancelling():
        context.is_disconnect = True
        context.invalidate_pool_on_disconnect = False


def _sleep(seconds: float) -> None:
    await_only(asyncio.sleep(seconds))
