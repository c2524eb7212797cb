"""The embedded database: a SQLite file that is created, upgraded and configured on opening."""

from __future__ import annotations

import os
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from sqlalchemy import URL, create_engine, event
from sqlalchemy.exc import DBAPIError

from orderflow.adapters.sql.database_file import FILES, DatabaseFile, watch_files
from orderflow.adapters.sql.executor import CHANGES
from orderflow.adapters.sql.faults import translate_error
from orderflow.adapters.sql.revision import REVISION, is_usable, revision_of
from orderflow.adapters.sql.tables import Tables
from orderflow.adapters.sql.upgrading import upgrade
from orderflow.domain.model.arguments import require_kind
from orderflow.errors import InvalidValueError, SchemaError, StorageError

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine
    from sqlalchemy.pool import ConnectionPoolEntry

__all__ = [
    "BUSY_MILLISECONDS",
    "Durability",
    "open_database",
    "prepare_engine",
    "require_file_name",
    "url_of",
]

Durability = Literal["full", "relaxed"]
"""Whether a commit survives a power cut (`full`) or only a crash of the process (`relaxed`)."""

BUSY_MILLISECONDS = 30_000
"""How long a writer waits for another one before it raises `ContentionError`."""

_SYNCHRONOUS = {"full": "FULL", "relaxed": "NORMAL"}


def open_database(
    path: str | PathLike[str], *, durability: Durability = "full", create: bool = False
) -> Engine:
    """Open a database file. Any number of processes on one machine can open it at once.

    Tables of an earlier release are upgraded. If the file is deleted, moved or replaced while it
    is open, every transaction is refused. A read-only file, or one in a read-only folder, can be
    read.

    Args:
        path: The file. While it is open, two more files lie beside it, whose names end in `-wal`
            and `-shm`. They belong to it: do not delete them.
        durability: `full` waits for the disk at each commit. `relaxed` does not: a power cut may
            lose the latest commits, but the file stays consistent.
        create: Whether to create the file or the tables if they are missing.

    Raises:
        InvalidValueError: If the durability is neither `full` nor `relaxed`, or if the path names
            no file, such as `:memory:` or a URI.
        SchemaError: If the file has no tables of orderflow, or those of a release after the next.
        StorageError: If the file does not exist, is no database, or cannot be opened.
    """
    url = url_of("sqlite", path, durability=durability, create=create)
    engine = create_engine(url, hide_parameters=True)  # they have names and addresses
    prepare_engine(engine, durability=durability, create=create)
    return engine


def require_file_name(path: str | PathLike[str]) -> None:
    """Raise `InvalidValueError` for a name that SQLite would not take for that of a file."""
    demand = "the path of a file"
    require_kind("open_database.path", path, (str, PathLike), demand=demand)
    try:
        is_possible = b"\0" not in os.fsencode(path)
    except UnicodeEncodeError:
        is_possible = False
    if not is_possible or isinstance(os.fspath(path), bytes):
        raise InvalidValueError("open_database.path", demand, path)
    if str(path) in {"", ":memory:"} or str(path).startswith("file:"):
        demand = "the path of a file; for a state in memory, use MemoryRepository"
        raise InvalidValueError("open_database.path", demand, str(path))


def url_of(driver: str, path: str | PathLike[str], *, durability: Durability, create: bool) -> URL:
    """Return the URL of a database file, after checking the arguments."""
    if durability not in _SYNCHRONOUS:
        raise InvalidValueError("open_database.durability", "one of 'full', 'relaxed'", durability)
    require_file_name(path)
    file = Path(path)
    if not create and not file.exists():
        raise StorageError(
            f"there is no database at {file}; open_database(…, create=True) creates one"
        )
    return URL.create(driver, database=str(file.absolute()))


def prepare_engine(engine: Engine, *, durability: Durability, create: bool) -> None:
    """Configure every connection of an engine, and create or upgrade the tables."""
    file = DatabaseFile(Path(str(engine.url.database)))

    @event.listens_for(engine, "do_connect")
    def open_file(_dialect: object, _record: object, given: list[Any], named: Any) -> None:  # noqa: ANN401 - the driver's
        given[0] = file.uri()
        named["uri"] = True

    @event.listens_for(engine, "connect")
    def configure_connection(connection: Any, record: ConnectionPoolEntry) -> None:  # noqa: ANN401 - the driver's
        connection.isolation_level = None  # the driver must not begin transactions
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout = {BUSY_MILLISECONDS}")
        # Ask first: setting the mode needs the file exclusively, even if nothing changes.
        cursor.execute("PRAGMA journal_mode")
        if cursor.fetchone() != ("wal",) and file.is_writable:
            cursor.execute("PRAGMA journal_mode = WAL")
        cursor.execute(f"PRAGMA synchronous = {_SYNCHRONOUS[durability]}")
        cursor.execute(
            "PRAGMA fullfsync = ON"
        )  # macOS: without it, a flush stops at the drive's cache
        cursor.execute("PRAGMA foreign_keys = ON")
        cursor.close()
        record.info[FILES] = file.opened()

    @event.listens_for(engine, "begin")
    def store_changes(connection: Connection) -> None:
        # SQLAlchemy assumes that the driver has started a transaction that can be rolled back.
        driver = connection.connection.driver_connection
        connection.info[CHANGES] = 0 if driver is None else driver.total_changes

    watch_files(engine)
    try:
        _check_revision(engine, create=create)
    except DBAPIError as error:
        engine.dispose()
        raise _opening_error(engine, error) from error
    except StorageError:
        engine.dispose()
        raise


def _check_revision(engine: Engine, *, create: bool) -> None:
    with engine.connect() as connection:
        found = revision_of(connection, Tables.default())
    if found is None and not create:
        raise SchemaError(found, REVISION)
    if not is_usable(found):
        upgrade(engine)


def _opening_error(engine: Engine, error: DBAPIError) -> StorageError:
    fault = translate_error(error, 1)
    if type(fault) is not StorageError:
        return fault
    return StorageError(f"{engine.url.database} cannot be opened as a database: {error.orig}")
