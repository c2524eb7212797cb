"""The same databases, for tests that await them."""

from __future__ import annotations

from contextlib import asynccontextmanager, contextmanager
from typing import TYPE_CHECKING

from sqlalchemy import URL
from sqlalchemy.ext.asyncio import create_async_engine

from tests.databases import postgres_url, sqlite

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from pathlib import Path

    from sqlalchemy.ext.asyncio import AsyncEngine

__all__ = ["DRIVERS", "engine_on", "url_for"]

DRIVERS = ("aiosqlite", "asyncpg", "psycopg")


@contextmanager
def url_for(driver: str, folder: Path) -> Iterator[URL]:
    """Make an empty database with the tables of orderflow, for one of the drivers."""
    if driver == "aiosqlite":
        path = folder / "orderflow.db"
        sqlite(path, synchronous="OFF").dispose()
        yield URL.create("sqlite+aiosqlite", database=str(path))
    else:
        with postgres_url() as url:
            yield url.set(drivername=f"postgresql+{driver}")


@asynccontextmanager
async def engine_on(url: URL, **settings: object) -> AsyncIterator[AsyncEngine]:
    """Open an engine of the host's, and close it in the same event loop."""
    engine = create_async_engine(url, **settings)
    try:
        yield engine
    finally:
        await engine.dispose()
