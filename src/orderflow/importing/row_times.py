"""The time of an order, from the times that its rows have."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

__all__ = ["earlier", "later"]


def earlier(first: datetime | None, other: datetime | None) -> datetime | None:
    """Return the earlier of two times. Either may be missing."""
    if first is None or other is None:
        return first or other
    return min(first, other)


def later(first: datetime | None, other: datetime | None) -> datetime | None:
    """Return the later of two times. Either may be missing."""
    if first is None or other is None:
        return first or other
    return max(first, other)
