"""The time of a history, without orders whose year is mistyped."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime, timedelta

import attrs

__all__ = ["Span", "SpanFinder"]

GAP_MAX = timedelta(days=366)
"""The longest time without an order in a history."""


@attrs.frozen
class Span:
    """A time without gaps above `GAP_MAX`, from the first to the last order."""

    first: date
    last: date

    def __contains__(self, at: datetime) -> bool:
        # A cancellation may follow the last order.
        return self.first <= at.date() <= self.last + GAP_MAX

    @property
    def demand(self) -> str:
        """What a moment outside the span must be."""
        return (
            f"is more than {GAP_MAX.days} days away from the orders of {self.first} to "
            f"{self.last}; is the year right?"
        )


class SpanFinder:
    """Finds the span with the most rows."""

    def __init__(self) -> None:
        self._rows: Counter[date] = Counter()

    def add(self, at: datetime, rows: int) -> None:
        """Add the rows of an order that was placed at a moment."""
        self._rows[at.date()] += rows

    def spans(self) -> list[Span]:
        """Return all spans; the one with the most rows comes first."""
        spans: list[Span] = []
        counts: list[int] = []
        for day in sorted(self._rows):
            if spans and day - spans[-1].last <= GAP_MAX:
                spans[-1] = attrs.evolve(spans[-1], last=day)
                counts[-1] += self._rows[day]
            else:
                spans.append(Span(day, day))
                counts.append(self._rows[day])
        return [spans[at] for at in sorted(range(len(spans)), key=lambda at: -counts[at])]
