"""When the warehouse works: its working days, its cut-off, and when deliveries are booked in."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import attrs

from orderflow.domain.calendar.calendar import Weekday
from orderflow.errors import InvalidValueError

__all__ = ["Hours", "Weekday"]


_WEEK = tuple(Weekday)


@attrs.frozen(kw_only=True)
class Hours:
    """When the warehouse works.

    >>> friday = datetime(2026, 3, 6, 18, tzinfo=UTC)
    >>> str(Hours().cut_off_after(friday))
    '2026-03-09 16:00:00+00:00'

    Attributes:
        time_zone: The time zone that its clocks show.
        cut_off: When it despatches what is allocated by then.
        books_in: When it books in what has arrived.
        working_days: The days of the week on which it does so.
    """

    time_zone: ZoneInfo = attrs.field(factory=lambda: ZoneInfo("Europe/London"))
    cut_off: time = time(16)
    books_in: time = time(8)
    working_days: frozenset[Weekday] = attrs.field(default=frozenset(_WEEK[:5]))

    @working_days.validator
    def _check_working_days(self, _attribute: object, value: frozenset[Weekday]) -> None:
        if not value:
            raise InvalidValueError("Hours.working_days", "one day of the week or more", set())

    def day(self, moment: datetime) -> date:
        """Return the day that it is in the warehouse."""
        return moment.astimezone(self.time_zone).date()

    def cut_off_after(self, moment: datetime) -> datetime:
        """Return the first cut-off later than a moment, in UTC."""
        day = self.day(moment)
        while (cut_off := self._at(self._working_day(day), self.cut_off)) <= moment:
            day += timedelta(days=1)
        return cut_off

    def booked_in_on(self, day: date) -> datetime:
        """Return when a delivery is booked in that arrives on this day, in UTC."""
        return self._at(self._working_day(day), self.books_in)

    def _working_day(self, day: date) -> date:
        """Return this day, or the first one after it on which the warehouse works."""
        while _WEEK[day.weekday()] not in self.working_days:
            day += timedelta(days=1)
        return day

    def _at(self, day: date, clock: time) -> datetime:
        return datetime.combine(day, clock, self.time_zone).astimezone(UTC)
