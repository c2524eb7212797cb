"""Translates the errors of database drivers into errors of orderflow."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from orderflow.adapters.sql.revision import REVISION
from orderflow.errors import ContentionError, SchemaError, StorageError, UnfinishedError

if TYPE_CHECKING:
    from sqlalchemy.exc import DBAPIError

__all__ = ["translate_commit_error", "translate_error"]

# Serialization failure, deadlock, lock not available, and unique violation from two concurrent
# inserts. The codes are in appendix A of PostgreSQL's manual.
_CONTENTION_STATES = {"40001", "40P01", "55P03", "23505"}
_CONTENTION_TEXTS = ("database is locked", "database table is locked")
_READ_ONLY_STATES = {"25006"}
_READ_ONLY_TEXTS = ("attempt to write a readonly database",)
_NO_TABLE_STATES = {"42P01", "3F000"}
_NO_TABLE_TEXTS = ("no such table",)
_NO_COLUMN_STATES = {"42703"}
_NO_COLUMN_TEXTS = ("no such column", "has no column named")
_DATA_EXCEPTION = "22"
_DETAILS = re.compile(r"\n(?:DETAIL|HINT|CONTEXT):| \$\d+: ")
"""Where the message of asyncpg goes on with values."""


def translate_error(error: DBAPIError, attempts: int) -> StorageError:
    """Return the orderflow error for an error of the database driver.

    Args:
        error: The error.
        attempts: The number of attempts made.
    """
    state = _state(error)
    text = _text(error)
    if state in _CONTENTION_STATES or any(each in text for each in _CONTENTION_TEXTS):
        return ContentionError(attempts)
    if state in _NO_TABLE_STATES or any(each in text for each in _NO_TABLE_TEXTS):
        return SchemaError(None, REVISION)
    if state in _NO_COLUMN_STATES or any(each in text for each in _NO_COLUMN_TEXTS):
        return StorageError(
            f"the tables are not those of this release, which needs revision {REVISION}: {text}; "
            f"nothing was saved; if they are of an earlier one, upgrade them with "
            f"`orderflow.adapters.sql.upgrade` or your migrations; otherwise upgrade this process"
        )
    if state in _READ_ONLY_STATES or any(each in text for each in _READ_ONLY_TEXTS):
        return StorageError(
            "the database can only be read here, so nothing was saved; make it writable (for a "
            "file, together with its folder), or use another copy"
        )
    return StorageError(
        f"the database reported an error: {text}; nothing was saved; fix the cause and try again"
    )


def translate_commit_error(error: DBAPIError, attempts: int) -> StorageError:
    """Return the orderflow error for an error of the database driver during COMMIT.

    If the connection breaks then, it is unknown whether the commit happened. If SQLite could not
    flush, it has undone the change for every open connection. But the change is in the file: if
    nothing overwrites it before the machine stops, the next reader takes it for committed.

    Args:
        error: The error.
        attempts: The number of attempts made.
    """
    translated = translate_error(error, attempts)
    if isinstance(translated, ContentionError):
        return translated
    return UnfinishedError(_text(error))


def _text(error: DBAPIError) -> str:
    """Return the driver's message on one line, without the values of rows and parameters.

    A log may have this text. The details of a server quote whole rows: `DETAIL: Failing row
    contains (…)`. What it or a driver says of data of the wrong form quotes these.
    """
    driver_error = error.orig
    state = _state(error) or ""
    if state.startswith(_DATA_EXCEPTION):
        return f"{type(driver_error).__name__} ({state})"
    primary = getattr(getattr(driver_error, "diag", None), "message_primary", None)
    text, *_ = _DETAILS.split(primary or str(driver_error))
    return " ".join(text.split())


def _state(error: DBAPIError) -> str | None:
    """Return the SQLSTATE of an error, if it is one of PostgreSQL."""
    # The first is psycopg's; the second is that of psycopg2, which Django supports too.
    state: str | None = getattr(error.orig, "sqlstate", None) or getattr(error.orig, "pgcode", None)
    return state
