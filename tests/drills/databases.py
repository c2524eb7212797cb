"""What drills run on: a database that can be made anew, and killed where that can be."""

from __future__ import annotations

import os
import signal
import time
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Protocol

from sqlalchemy import URL, create_engine, text
from sqlalchemy.exc import OperationalError

from orderflow.adapters.sql import open_database, upgrade
from tests.databases.server import Server, binaries

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Engine

__all__ = ["Database", "Postgres", "Sqlite", "on"]

_RECOVERY_SECONDS_MAX = 60


class Database(Protocol):
    """Somewhere that databases are made."""

    def fresh(self) -> URL:
        """Make a database."""
        ...

    def opened(self, url: URL) -> Engine:
        """Open it, in the process of the drill."""
        ...


class Sqlite:
    """Databases in files."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._numbers = count()

    def fresh(self) -> URL:
        return URL.create("sqlite", database=str(self._folder / f"drill-{next(self._numbers)}.db"))

    def opened(self, url: URL) -> Engine:
        return open_database(str(url.database), create=True)


class Postgres:
    """Databases on a server of its own, which flushes what is committed."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self._numbers = count()

    def fresh(self) -> URL:
        name = f"drill_{next(self._numbers)}"
        engine = create_engine(self.server.url, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name}"))
        engine.dispose()
        url = self.server.url.set(database=name)
        made = create_engine(url)
        upgrade(made)
        made.dispose()
        return url

    def opened(self, url: URL) -> Engine:
        engine, until = create_engine(url), time.monotonic() + _RECOVERY_SECONDS_MAX
        while True:
            try:
                engine.connect().close()
            except OperationalError:  # it may be recovering
                if time.monotonic() > until:
                    raise
                time.sleep(0.05)
            else:
                return engine

    def kill_backend(self, url: URL) -> bool:
        """Kill the process that serves somebody's connection; tell whether there was one."""
        engine = create_engine(url)
        with engine.connect() as connection:
            pids = connection.scalars(_OTHERS).all()
        engine.dispose()  # all of the server begins again, and drops every connection
        for pid in pids[:1]:
            os.kill(pid, signal.SIGKILL)
        return bool(pids)

    def restart(self) -> None:
        """Kill the whole server, and start it again."""
        self.server.kill()
        self.server.start()


_OTHERS = text(
    "SELECT pid FROM pg_stat_activity WHERE datname = current_database()"
    " AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
)


@contextmanager
def on(name: str) -> Iterator[Database]:
    """Set databases up: `SQLite` or `PostgreSQL`."""
    if name == "SQLite":
        with TemporaryDirectory(prefix="of-drill-") as folder:
            yield Sqlite(Path(folder))
        return
    server = Server(binaries())
    try:
        server.start()
        yield Postgres(server)
    finally:
        server.remove()
