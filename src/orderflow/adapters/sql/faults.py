"""What a database refuses, as errors of orderflow."""

from __future__ import annotations

from typing import TYPE_CHECKING

from orderflow.adapters.sql.revision import REVISION
from orderflow.errors import ContentionError, SchemaError, StorageError

if TYPE_CHECKING:
    from sqlalchemy.exc import DBAPIError

__all__ = ["translated"]

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
    state = str(getattr(driver_error, "sqlstate", None))
    text = str(driver_error)
    if state in _CONTENTION_STATES or any(each in text for each in _CONTENTION_TEXTS):
        return ContentionError(attempts)
    if state in _NO_TABLE_STATES or any(each in text for each in _NO_TABLE_TEXTS):
        return SchemaError(None, REVISION)
    return StorageError(f"the database could not do it: {text.strip()}; nothing was changed")
