"""What a database refuses, as errors of orderflow."""

from __future__ import annotations

from typing import TYPE_CHECKING

from orderflow.adapters.sql.revision import REVISION
from orderflow.errors import ContentionError, SchemaError, StorageError, UnfinishedError

if TYPE_CHECKING:
    from sqlalchemy.exc import DBAPIError

__all__ = ["translated", "translated_of_commit"]

# A serialization failure, a deadlock, a lock that is not to be had, and two that inserted the
# same at once: PostgreSQL, appendix A of its manual.
_CONTENTION_STATES = {"40001", "40P01", "55P03", "23505"}
_CONTENTION_TEXTS = ("database is locked", "database table is locked")
_NO_TABLE_STATES = {"42P01", "3F000"}
_NO_TABLE_TEXTS = ("no such table",)


def translated(error: DBAPIError, attempts: int) -> StorageError:
    """Return what an error of the database driver means.

    Args:
        error: The error.
        attempts: How often it was tried.
    """
    driver_error = error.orig
    # Of psycopg, and of psycopg2, which Django takes too.
    state = getattr(driver_error, "sqlstate", None) or getattr(driver_error, "pgcode", None)
    text = _text(error)
    if state in _CONTENTION_STATES or any(each in text for each in _CONTENTION_TEXTS):
        return ContentionError(attempts)
    if state in _NO_TABLE_STATES or any(each in text for each in _NO_TABLE_TEXTS):
        return SchemaError(None, REVISION)
    return StorageError(
        f"the database could not do it: {text}; nothing of it was saved: "
        f"mend what is in the way, and do it again"
    )


def translated_of_commit(error: DBAPIError, attempts: int) -> StorageError:
    """Return what an error of the database driver means that a COMMIT has led to.

    A connection that breaks then may have broken before the commit or after it. SQLite, if it
    could not flush, has undone the change for everybody who is there; but it is in the file, and
    is found and taken for committed if nobody writes over it before the machine stops.

    Args:
        error: The error.
        attempts: How often it was tried.
    """
    meant = translated(error, attempts)
    if isinstance(meant, ContentionError):
        return meant
    return UnfinishedError(_text(error))


def _text(error: DBAPIError) -> str:
    """Return what the driver says, on one line."""
    return " ".join(str(error.orig).split())
