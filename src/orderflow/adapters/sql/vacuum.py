"""Removes what is left in a SQLite file of texts that were replaced or deleted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy.exc import DBAPIError

from orderflow.adapters.sql.faults import translate_error
from orderflow.errors import ContentionError, StorageError

if TYPE_CHECKING:
    from sqlalchemy import Engine

__all__ = ["vacuum"]

_BUSY = (
    "others use the database, so its files still have what was replaced or deleted; write it anew "
    "when they have finished"
)


def vacuum(engine: Engine) -> None:
    """Write a SQLite database anew, so that no replaced or deleted text is left in its files.

    SQLite frees the place of such a text and does not overwrite it. This takes about as long as
    copying the file, and as much free space on the disk. Commands of others wait meanwhile.

    On another database it does nothing: a server removes old versions of rows by itself.

    Args:
        engine: The engine of the database.

    Raises:
        StorageError: If it fails, for example because others use the database at this moment.
    """
    if engine.dialect.name != "sqlite":
        return
    try:
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("VACUUM")
            is_busy, *_ = connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").one()
    except DBAPIError as error:
        fault = translate_error(error, attempts=1)
        is_busy = isinstance(fault, ContentionError)
        raise (StorageError(_BUSY) if is_busy else fault) from error
    if is_busy:  # a reader needs what the -wal file has
        raise StorageError(_BUSY)
