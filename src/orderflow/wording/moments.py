"""How a moment is written for people: in UTC, to the minute."""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

__all__ = ["moment_text"]


def moment_text(at: datetime, *, with_zone: bool = True) -> str:
    """Write a moment in UTC, whatever its time zone.

    >>> from datetime import datetime
    >>> at = datetime.fromisoformat("2026-03-02T10:30:59+01:00")
    >>> moment_text(at)
    '2026-03-02 09:30 UTC'
    >>> moment_text(at, with_zone=False)  # below a heading that names it
    '2026-03-02 09:30'
    """
    # Not by `strftime`, which writes the year 26 as 26 on some systems and as 0026 on others.
    text = at.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "minutes")
    return f"{text} UTC" if with_zone else text
