"""Reads the JSON in the tables. What a later release has written may be unknown to this one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from orderflow.codec import loads
from orderflow.errors import CodecError, InvalidValueError, UnreadableError
from orderflow.errors.loggable import loggable

if TYPE_CHECKING:
    from types import UnionType

__all__ = ["read_stored", "unreadable"]


def read_stored(text: str, expect: type | UnionType = object) -> Any:  # noqa: ANN401 - any type
    """Return the value that `dumps` has written into a table.

    Raises:
        UnreadableError: If this release cannot read it.
    """
    try:
        return loads(text, expect)
    except CodecError as error:
        raise unreadable("a value", error) from error


def unreadable(what: str, error: ValueError) -> UnreadableError:
    """Return the error for something in the database that this release cannot read.

    Its message may be logged, so it does not quote what people wrote.
    """
    why = loggable(error) if isinstance(error, CodecError | InvalidValueError) else error
    return UnreadableError(
        f"the database has {what} that this release of orderflow cannot read: {why}; it is left "
        f"as it is; if a later release wrote it, upgrade this process too"
    )
