"""Real databases for the tests: SQLite files, and a PostgreSQL server of our own."""

from __future__ import annotations

import atexit
import os
from contextlib import contextmanager
from functools import cache
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import URL, create_engine, event, make_url

from orderflow.adapters.sql import Tables
from tests.databases.server import Server, binaries

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Engine

__all__ = ["empty", "file_with_tables", "postgres", "postgres_url", "sqlite"]

OF_ANOTHER_SERVER = "ORDERFLOW_TEST_POSTGRES"
"""The environment variable for the URL of a server that is there; one is started otherwise."""
NONE_WANTED = "ORDERFLOW_TEST_NO_POSTGRES"
"""The environment variable that, set to 1, skips what needs PostgreSQL."""

_numbers = count(1)


def sqlite(path: Path, *, synchronous: str = "FULL", busy_seconds: float = 30) -> Engine:
    """Open a SQLite file as orderflow wants it. A new one gets its tables."""
    if not path.exists():
        path.write_bytes(file_with_tables())
    engine = create_engine(f"sqlite:///{path}", connect_args={"timeout": busy_seconds})

    @event.listens_for(engine, "connect")
    def settle(connection: Any, _: object) -> None:  # noqa: ANN401 - the driver's
        connection.isolation_level = None
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute(f"PRAGMA synchronous = {synchronous}")
        connection.execute("PRAGMA foreign_keys = ON")

    return engine


@cache
def file_with_tables() -> bytes:
    """Return a SQLite file with the tables of orderflow, to be copied."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "orderflow.db"
        engine = create_engine(f"sqlite:///{path}")
        with engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA journal_mode = WAL")  # the file says so from then on
        Tables.default().metadata.create_all(engine)
        engine.dispose()
        return path.read_bytes()


@contextmanager
def postgres() -> Iterator[Engine]:
    """Open a new PostgreSQL database with the tables of orderflow, and drop it afterwards."""
    with postgres_url() as url:
        engine = create_engine(url)
        yield engine
        engine.dispose()


@contextmanager
def postgres_url() -> Iterator[URL]:
    """Make a new PostgreSQL database with the tables of orderflow, and drop it afterwards."""
    if os.environ.get(NONE_WANTED) == "1":
        pytest.skip(f"{NONE_WANTED} is set")
    server, template = _server_url(), _template()
    name = f"orderflow_{os.getpid()}_{next(_numbers)}"
    _carry_out(server, f"CREATE DATABASE {name} TEMPLATE {template}")
    yield server.set(database=name)
    _carry_out(server, f"DROP DATABASE {name} WITH (FORCE)")


def empty(engine: Engine) -> None:
    """Remove all rows."""
    texts = _deletions()
    with engine.begin() as connection:
        # PostgreSQL takes them all at once.
        for text in texts if engine.dialect.name == "sqlite" else ["; ".join(texts)]:
            connection.exec_driver_sql(text)


@cache
def _deletions() -> list[str]:
    tables = reversed(Tables.default().metadata.sorted_tables)
    return [f"DELETE FROM {table.fullname}" for table in tables]  # noqa: S608 - a name of ours


@cache
def _server_url() -> URL:
    given = os.environ.get(OF_ANOTHER_SERVER)
    if given:
        return make_url(given).set(drivername="postgresql+psycopg")
    # What is flushed to the disk does not matter to a server that ends with the tests.
    server = Server(binaries(), "-c", "fsync=off", "-c", "max_wal_size=128MB")
    atexit.register(server.remove)
    server.start()
    return server.url


@cache
def _template() -> str:
    server, name = _server_url(), f"orderflow_{os.getpid()}_template"
    _carry_out(server, f"CREATE DATABASE {name}")
    engine = create_engine(server.set(database=name))
    Tables.default().metadata.create_all(engine)
    engine.dispose()
    atexit.register(_carry_out, server, f"DROP DATABASE {name}")
    return name


def _carry_out(server: URL, statement: str) -> None:
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql(statement)
    engine.dispose()
