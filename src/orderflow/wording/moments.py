"""How times are written for people: to the minute, in UTC or in a time zone of theirs."""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime, tzinfo

__all__ = ["duration", "moment_text"]


def moment_text(at: datetime, zone: tzinfo = UTC, *, with_zone: bool = True) -> str:
    """Write a moment in a time zone, whatever its own.

    >>> from datetime import datetime
    >>> at = datetime.fromisoformat("2026-03-02T10:30:59+01:00")
    >>> moment_text(at)
    '2026-03-02 09:30 UTC'
    >>> from zoneinfo import ZoneInfo
    >>> moment_text(at, ZoneInfo("America/New_York"))
    '2026-03-02 04:30 EST'
    >>> moment_text(at, with_zone=False)  # below a heading that names it
    '2026-03-02 09:30'
    """
    # Not by `strftime`, which writes the year 26 as 26 on some systems and as 0026 on others.
    local = at.astimezone(zone)
    text = local.replace(tzinfo=None).isoformat(" ", "minutes")
    return f"{text} {local.tzname()}" if with_zone else text


def duration(seconds: float | None) -> str:
    """Format a duration.

    >>> [duration(each) for each in (None, 59, 3_660, 93_600)]
    ['-', '0 min', '1 h 1 min', '1 d 2 h']
    """
    if seconds is None:
        return "-"
    minutes = int(seconds // 60)
    days, hours = minutes // 1_440, minutes // 60 % 24
    if days:
        return f"{days} d {hours} h"
    return f"{hours} h {minutes % 60} min" if hours else f"{minutes} min"
