"""The port for the current time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from datetime import datetime

__all__ = [
    "Clock",
]


class Clock(Protocol):
    """Provides the current time."""

    def now(self) -> datetime:
        """Return the current time, with a time zone.

        Any other value, or a year out of range, is an `InvalidValueError` that names this clock.
        """
        ...
