"""The state in a database that is awaited: asyncpg or psycopg for PostgreSQL, aiosqlite for SQLite.

What reads and writes is the same code as for a host that waits. It runs in a greenlet, as
everything does that SQLAlchemy awaits: while it waits for the database, the event loop goes on.
Needs what comes with the extra `async`.
"""

from __future__ import annotations

import asyncio
from importlib.util import find_spec
from typing import TYPE_CHECKING, TypeVar

from orderflow.adapters.sql.embedded import settle, url_of
from orderflow.adapters.sql.repository import SqlRepository
from orderflow.adapters.sql.transactions import OwnTransactions
from orderflow.errors import MissingExtraError

for _package in ("greenlet", "sqlalchemy"):  # SQLAlchemy can be installed without greenlet
    if find_spec(_package) is None:
        raise MissingExtraError(_package, "async")

from sqlalchemy.ext.asyncio import create_async_engine  # noqa: E402 - it fails without greenlet
from sqlalchemy.util import await_only, greenlet_spawn  # noqa: E402 - the same

if TYPE_CHECKING:
    from collections.abc import Callable
    from os import PathLike

    from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

    from orderflow.adapters.sql.embedded import Durability
    from orderflow.adapters.sql.tables import Tables
    from orderflow.ports import AsyncRepository, Repository

    T = TypeVar("T")

__all__ = ["AsyncSqlRepository", "open_async_database"]


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
        transactions = OwnTransactions(engine.sync_engine, sleep=_sleep)
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

    async def run(self, task: Callable[[Repository], T]) -> T:
        """Carry out a task on a repository, while the event loop goes on with other things."""
        return await greenlet_spawn(task, self._repository)


class _Within:
    """Works on a connection of the host's."""

    def __init__(self, connection: AsyncConnection, tables: Tables | None, *, outbox: bool) -> None:
        self._connection = connection
        self._tables = tables
        self._outbox = outbox

    async def run(self, task: Callable[[Repository], T]) -> T:
        """Carry out a task in the transaction that the connection is in."""
        return await self._connection.run_sync(
            lambda connection: task(
                SqlRepository.within(connection, tables=self._tables, outbox=self._outbox)
            )
        )


async def open_async_database(
    path: str | PathLike[str], *, durability: Durability = "full", create: bool = False
) -> AsyncEngine:
    """Open a database that is one file, as `open_database` does, to be awaited.

    Arguments and errors are those of `orderflow.adapters.sql.open_database`.
    """
    url = url_of("sqlite+aiosqlite", path, durability=durability, create=create)
    engine = create_async_engine(url)
    await greenlet_spawn(settle, engine.sync_engine, durability=durability, create=create)
    return engine


def _sleep(seconds: float) -> None:
    await_only(asyncio.sleep(seconds))
