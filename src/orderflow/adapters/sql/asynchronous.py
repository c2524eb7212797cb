"""The state in a database that is awaited: asyncpg or psycopg for PostgreSQL, aiosqlite for SQLite.

Needs what comes with the extra `async`.

What reads and writes is the same code as for a host that waits. It runs in a greenlet, as all does
that SQLAlchemy awaits: while it waits for the database, or to try again, the event loop goes on.

*What is cancelled* hears of it once, where it waits; it rolls back and gives its connection back,
and only then does whoever awaits it go on. Somebody who is cancelled time and again, as by anyio,
would else interrupt that too.

*A connection to PostgreSQL* whose statement was cancelled is closed, whatever error comes of it:
psycopg may have lost count of its answers, and the next command would be given those of this one.

*SQLite* carries statements out in a thread for each connection, where nothing can interrupt them.
A connection whose statement was given up is in order once that has ended, so it is kept; closed
with the statement half read, it would hold the file's lock on. And as it lets one writer in at a
time, writers wait for their turn in the event loop, where they can be cancelled and do not keep
the connections from readers.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from importlib.util import find_spec
from typing import TYPE_CHECKING, TypeVar
from weakref import WeakSet

from sqlalchemy import event

from orderflow.adapters.sql.embedded import settle, url_of
from orderflow.adapters.sql.repository import SqlRepository
from orderflow.adapters.sql.transactions import OwnTransactions
from orderflow.adapters.sql.upgrading import upgrade
from orderflow.errors import MissingExtraError

if find_spec("greenlet") is None:  # SQLAlchemy can be had without it
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
    "AsyncSqlRepository",
    "AwaitedNotifier",
    "open_async_database",
    "upgrade_async",
    "with_transactions",
]


_RUNNING = WeakSet[asyncio.Task[object]]()
"""What is being carried out for somebody who awaits it."""


class AsyncSqlRepository:
    """Keeps the state of every seller in a database that is awaited.

    `AsyncSqlRepository(engine)` has transactions of its own. `AsyncSqlRepository.within(…)` works
    in the transaction that a connection of the host's is in: what orderflow changes is committed
    and rolled back with what the host changes.

    Args:
        engine: An asynchronous engine of SQLAlchemy, for SQLite or PostgreSQL.
        tables: The tables; those with the names that orderflow gives them, if left out.
        outbox: Whether events are put into the outbox. A relay has to take them out again.
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
        """Make a repository that works in the transaction of the host's.

        Nothing is tried again here: an error of contention has undone what orderflow did, and
        the host rolls back and runs the whole transaction again.

        Args:
            connection: An open connection; that of a session is `await session.connection()`.
            tables: As above.
            outbox: As above.
        """
        return _Within(connection, tables, outbox=outbox)

    async def run(self, task: Callable[[SqlRepository], T]) -> T:
        """Carry out a task on a repository, while the event loop goes on with other things.

        So `await repository.run(check)` is `orderflow.checking.check` on it.
        """
        return await _cancelled_once(greenlet_spawn(task, self._repository))


class _Within:
    """Works on a connection of the host's."""

    def __init__(self, connection: AsyncConnection, tables: Tables | None, *, outbox: bool) -> None:
        _settle_cancellation(connection.sync_engine)
        self._connection = connection
        self._tables = tables
        self._outbox = outbox

    async def run(self, task: Callable[[Repository], T]) -> T:
        """Carry out a task in the transaction that the connection is in."""
        return await _cancelled_once(
            self._connection.run_sync(
                lambda connection: task(
                    SqlRepository.within(connection, tables=self._tables, outbox=self._outbox)
                )
            )
        )


class _InTurn:
    """Transactions of which one at a time writes."""

    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions
        self._turn = asyncio.Lock()

    def write(self, task: Callable[[Executor], T]) -> T:
        """Carry out a task that writes, when it is its turn."""
        await_only(self._turn.acquire())
        try:
            return self._transactions.write(task)
        finally:
            self._turn.release()

    def read(self, task: Callable[[Executor], T]) -> T:
        """Carry out a task that only reads, at once."""
        return self._transactions.read(task)


async def open_async_database(
    path: str | PathLike[str], *, durability: Durability = "full", create: bool = False
) -> AsyncEngine:
    """Open a database that is one file, as `open_database` does, to be awaited.

    Arguments and errors are those of `orderflow.adapters.sql.open_database`.
    """
    url = url_of("sqlite+aiosqlite", path, durability=durability, create=create)
    engine = create_async_engine(url)
    _settle_cancellation(engine.sync_engine)
    opened = greenlet_spawn(settle, engine.sync_engine, durability=durability, create=create)
    await _cancelled_once(opened)
    return engine


async def upgrade_async(engine: AsyncEngine, *, tables: Tables | None = None) -> str | None:
    """Create the tables, or bring them to the revision of this release, as `upgrade` does.

    Arguments, answer and errors are those of `orderflow.adapters.sql.upgrade`.
    """
    _settle_cancellation(engine.sync_engine)
    return await _cancelled_once(greenlet_spawn(upgrade, engine.sync_engine, tables=tables))


async def with_transactions(engine: AsyncEngine, task: Callable[[Transactions], T]) -> T:
    """Carry out a task with whatever else of `orderflow.adapters.sql` takes an engine.

    For example `lambda transactions: SqlOutbox(transactions).dead()`, or a whole relay:
    `lambda transactions: Relay(SqlOutbox(transactions), AwaitedNotifier(tell)).run()`.

    Args:
        engine: An asynchronous engine of SQLAlchemy, for SQLite or PostgreSQL.
        task: What to do, given what stands for the engine.
    """
    return await _cancelled_once(greenlet_spawn(task, _transactions(engine)))


class AwaitedNotifier:
    """Tells by a function that is awaited: an `orderflow.ports.Notifier`, in `with_transactions`.

    Args:
        tell: Tells of one message, or raises.
    """

    def __init__(self, tell: Callable[[OutboxMessage], Awaitable[object]]) -> None:
        self._tell = tell

    def notify(self, message: OutboxMessage) -> None:
        """Tell of one message, while the event loop goes on with other things."""
        await_only(self._tell(message))


def _transactions(engine: AsyncEngine) -> Transactions:
    _settle_cancellation(engine.sync_engine)
    transactions = OwnTransactions(engine.sync_engine, sleep=_sleep)
    return _InTurn(transactions) if engine.dialect.name == "sqlite" else transactions


async def _cancelled_once(work: Coroutine[Any, Any, T]) -> T:
    """Await work that is told once if it is cancelled, and let it come to its end first."""
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
            running.exception()  # it is of no interest any more, and would be complained of
        raise


def _settle_cancellation(engine: Engine) -> None:
    """Say what becomes of a connection whose statement was cancelled."""
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
