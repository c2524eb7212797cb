"""The embedded database: a SQLite file that makes, upgrades and settles itself."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from sqlalchemy import URL, create_engine, event
from sqlalchemy.exc import DBAPIError

from orderflow.adapters.sql.executor import CHANGES
from orderflow.adapters.sql.faults import translated
from orderflow.adapters.sql.revision import REVISION, revision_of
from orderflow.adapters.sql.tables import Tables
from orderflow.adapters.sql.upgrading import upgrade
from orderflow.errors import InvalidValueError, SchemaError, StorageError

if TYPE_CHECKING:
    from os import PathLike

    from sqlalchemy import Connection, Engine

__all__ = ["BUSY_MILLISECONDS", "Durability", "open_database", "settle", "url_of"]

Durability = Literal["full", "relaxed"]
"""Whether what was answered survives a loss of power (`full`), or a crash alone (`relaxed`)."""

BUSY_MILLISECONDS = 30_000
"""So long a writer waits for another one, before it gives up with a `ContentionError`."""

_SYNCHRONOUS = {"full": "FULL", "relaxed": "NORMAL"}


def open_database(
    path: str | PathLike[str], *, durability: Durability = "full", create: bool = False
) -> Engine:
    """Open a database that is one file, for any number of processes of one machine at once.

    Tables of an earlier release are brought to the revision of this one.

    Args:
        path: The file. Beside it stand two more while it is open, whose names end in `-wal`
            and `-shm`.
        durability: `full` waits for the disk at each commit. `relaxed` does not: what was
            committed last may be lost with the power, and the file stays consistent.
        create: Whether to make the file or the tables if they are not there.

    Raises:
        InvalidValueError: If the durability is no such word.
        SchemaError: If the file has no tables of orderflow, or those of a later release.
        StorageError: If the file is not there, or is no database, or cannot be opened.
    """
    engine = create_engine(url_of("sqlite", path, durability=durability, create=create))
    settle(engine, durability=durability, create=create)
    return engine


def url_of(driver: str, path: str | PathLike[str], *, durability: Durability, create: bool) -> URL:
    """Return the URL of a file that is to be opened, if it makes sense to open it."""
    if durability not in _SYNCHRONOUS:
        raise InvalidValueError("open_database.durability", "one of 'full', 'relaxed'", durability)
    file = Path(path)
    if not create and not file.exists():
        raise StorageError(
            f"there is no database at {file}; open_database(…, create=True) makes one"
        )
    return URL.create(driver, database=str(file.absolute()))


def settle(engine: Engine, *, durability: Durability, create: bool) -> None:
    """Have every connection of an engine settled, and the tables made or brought forward."""

    @event.listens_for(engine, "connect")
    def settle_connection(connection: Any, _record: object) -> None:  # noqa: ANN401 - the driver's
        connection.isolation_level = None  # the driver begins nothing of its own accord
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout = {BUSY_MILLISECONDS}")
        # Asked first: a change of the mode needs the file alone, even if it changes nothing.
        cursor.execute("PRAGMA journal_mode")
        if cursor.fetchone() != ("wal",):
            cursor.execute("PRAGMA journal_mode = WAL")
        cursor.execute(f"PRAGMA synchronous = {_SYNCHRONOUS[durability]}")
        cursor.execute("PRAGMA fullfsync = ON")  # macOS: else a flush ends in the drive's cache
        cursor.execute("PRAGMA foreign_keys = ON")
        cursor.close()

    @event.listens_for(engine, "begin")
    def note_changes(connection: Connection) -> None:
        # SQLAlchemy thinks that the driver has begun, and the host that it can roll back.
        driver = connection.connection.driver_connection
        connection.info[CHANGES] = 0 if driver is None else driver.total_changes

    try:
        _check_revision(engine, create=create)
    except DBAPIError as error:
        engine.dispose()
        raise _named(engine, error) from error
    except StorageError:
        engine.dispose()
        raise


def _check_revision(engine: Engine, *, create: bool) -> None:
    with engine.connect() as connection:
        found = revision_of(connection, Tables.default())
    if found is None and not create:
        raise SchemaError(found, REVISION)
    if found != REVISION:
        upgrade(engine)


def _named(engine: Engine, error: DBAPIError) -> StorageError:
    fault = translated(error, 1)
    if type(fault) is not StorageError:
        return fault
    return StorageError(f"{engine.url.database} cannot be opened as a database: {error.orig}")
