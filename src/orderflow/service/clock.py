"""The clock of this machine, and how any clock is read."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from orderflow.domain.model import validators

if TYPE_CHECKING:
    from orderflow.ports import Clock

__all__ = ["SystemClock", "read_clock"]


class SystemClock:
    """Reads the clock of this machine, in UTC."""

    def now(self) -> datetime:
        """Return the current time."""
        return datetime.now(UTC)


def read_clock(clock: Clock) -> datetime:
    """Return the time of a clock, in UTC.

    Raises:
        InvalidValueError: If the clock does not return a moment. The error names the clock.
    """
    return validators.require_moment(f"{type(clock).__name__}.now()", clock.now())
