"""The time zone of the user: of times that are typed without an offset, and of times shown.

It is read before the other options, because their times are in it.
"""

from __future__ import annotations

from contextvars import ContextVar
from datetime import UTC, tzinfo
from zoneinfo import ZoneInfo  # noqa: TC003 - Typer looks up what the callback takes

__all__ = ["READ_FIRST", "user_zone"]

_ZONE: ContextVar[tzinfo] = ContextVar("user_zone", default=UTC)


def user_zone() -> tzinfo:
    """Return the time zone that the running command was given; UTC if it was given none."""
    return _ZONE.get()


def _use(zone: ZoneInfo | None) -> ZoneInfo | None:
    _ZONE.set(UTC if zone is None else zone)
    return zone


READ_FIRST = {"is_eager": True, "callback": _use}
"""The metadata of an option that sets the time zone of the user."""
