"""When a warehouse works, and its cut-off on each day: plain data, and the answers it gives.

Days are those of the warehouse: its clocks decide, not UTC. The cut-off of a day is the first
moment at which the clocks show the cut-off time, or a later time, of that day. So in every time
zone, a moment of a later day is never before the cut-off of an earlier day.

A calendar is given its time zone ready made, such as `zoneinfo.ZoneInfo("Europe/London")`.
Looking one up by name reads files, and the core reads none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Any, TypeGuard

import attrs

from orderflow.domain.calendar import clocks
from orderflow.domain.calendar.clocks import CLOCK_DEMAND, DAY_DEMAND
from orderflow.domain.calendar.cut_off import CutOffMethods
from orderflow.domain.model import validators
from orderflow.domain.model.terms import Term
from orderflow.errors import InvalidValueError

__all__ = ["WarehouseCalendar", "Weekday"]

HOLIDAYS_MAX = 10_000
EXCEPTIONS_MAX = 1_000
DAYS_AHEAD_MAX = 366


class Weekday(Term):
    """A day of the week."""

    MON = "MON"
    TUE = "TUE"
    WED = "WED"
    THU = "THU"
    FRI = "FRI"
    SAT = "SAT"
    SUN = "SUN"


_WEEK = tuple(Weekday)


def _are_pairs(value: object) -> TypeGuard[tuple[tuple[Any, Any], ...]]:
    return isinstance(value, tuple) and all(
        isinstance(pair, tuple) and len(pair) == 2  # noqa: PLR2004 - a pair
        for pair in value
    )


def _are_cut_offs(value: object, may_have_one: Callable[[object], bool]) -> bool:
    return (
        _are_pairs(value)
        and len(value) <= EXCEPTIONS_MAX
        and all(may_have_one(day) and clocks.is_clock(clock) for day, clock in value)
        and len(dict(value)) == len(value)
    )


def _sorted_pairs(
    value: Mapping[Any, time] | tuple[tuple[Any, time], ...],
) -> tuple[tuple[Any, time], ...]:
    """Sort days and their cut-offs; return anything else as it is, for the validator to refuse."""
    pairs = tuple(value.items()) if isinstance(value, Mapping) else value
    return tuple(sorted(pairs, key=lambda pair: _text(pair[0]))) if _are_pairs(pairs) else pairs


def _sorted_set(value: object) -> object:
    """Sort a set of anything, for a message."""
    return sorted(map(_text, value)) if isinstance(value, frozenset) else value


def _text(value: object) -> str:
    """Return the text of a day, or the name of another type: not all values have a text."""
    return str(value) if isinstance(value, str | date) else type(value).__name__


def _repr(value: frozenset[object]) -> str:
    return f"frozenset({sorted(value, key=str)})"


@attrs.frozen(kw_only=True)
class WarehouseCalendar(CutOffMethods):
    """When a warehouse works, and its cut-off on each day.

    >>> from zoneinfo import ZoneInfo
    >>> leeds = WarehouseCalendar(
    ...     time_zone=ZoneInfo("Europe/London"),
    ...     cut_off=time(16),
    ...     weekday_cut_offs={Weekday.FRI: time(14)},
    ...     holidays=frozenset({date(2026, 12, 25)}),
    ...     date_cut_offs={date(2026, 12, 24): time(12)},
    ... )
    >>> [day for day in range(23, 29) if leeds.is_working_day(date(2026, 12, day))]
    [23, 24, 28]
    >>> from datetime import UTC
    >>> friday = datetime(2026, 3, 6, 12, 30, tzinfo=UTC)
    >>> str(leeds.time_left(friday)), str(leeds.despatch_day(friday))
    ('1:30:00', '2026-03-06')

    Every method returns moments in UTC. Each raises `InvalidValueError` if an argument is invalid:
    a moment without a time zone, a date that is not a `date`, or a date that is not from 1970-01-02
    to 2999-12-30. A search for a working day raises it if there is none within 366 days.

    Attributes:
        time_zone: The time zone of the warehouse, such as ``ZoneInfo("Europe/London")``. Zones of
            `pytz` are refused: used like this, they are minutes out.
        working_days: The days of the week on which it works.
        cut_off: The local cut-off time of a working day.
        weekday_cut_offs: The cut-off times of working days that differ, as a mapping or as pairs.
            They are stored as sorted pairs.
        holidays: Dates on which it does not work.
        date_cut_offs: The cut-off times of single dates, which override everything above. The
            warehouse works on these dates, even if one is a holiday.

    Raises:
        InvalidValueError: If a field is invalid: no working day, a day with two cut-offs, or a
            cut-off for a day of the week on which the warehouse does not work.
    """

    time_zone: tzinfo = attrs.field(converter=validators.one_utc)
    working_days: frozenset[Weekday] = attrs.field(default=frozenset(_WEEK[:5]), repr=_repr)
    cut_off: time = attrs.field(default=time(16))
    weekday_cut_offs: tuple[tuple[Weekday, time], ...] = attrs.field(
        default=(), converter=_sorted_pairs
    )
    holidays: frozenset[date] = attrs.field(default=frozenset(), repr=_repr)
    date_cut_offs: tuple[tuple[date, time], ...] = attrs.field(default=(), converter=_sorted_pairs)

    @time_zone.validator
    def _check_time_zone(self, _attribute: object, value: object) -> None:
        validators.require(
            ok=clocks.is_time_zone(value),
            field="WarehouseCalendar.time_zone",
            demand="a time zone such as ZoneInfo('Europe/London')",
            value=value,
        )

    @working_days.validator
    def _check_working_days(self, _attribute: object, value: object) -> None:
        validators.require(
            ok=isinstance(value, frozenset)
            and len(value) > 0
            and all(isinstance(day, Weekday) for day in value),
            field="WarehouseCalendar.working_days",
            demand="a frozenset of one Weekday or more",
            value=_sorted_set(value),
        )

    @cut_off.validator
    def _check_cut_off(self, _attribute: object, value: object) -> None:
        clocks.check_clock("WarehouseCalendar.cut_off", value)

    @weekday_cut_offs.validator
    def _check_weekday_cut_offs(self, _attribute: object, value: object) -> None:
        validators.require(
            ok=_are_cut_offs(
                value, lambda day: isinstance(day, Weekday) and day in self.working_days
            ),
            field="WarehouseCalendar.weekday_cut_offs",
            demand=f"{CLOCK_DEMAND} for each of some working days, and no day twice",
            value=value,
        )

    @holidays.validator
    def _check_holidays(self, _attribute: object, value: object) -> None:
        validators.require(
            ok=isinstance(value, frozenset)
            and len(value) <= HOLIDAYS_MAX
            and all(clocks.is_day(day) for day in value),
            field="WarehouseCalendar.holidays",
            demand=f"a frozenset of at most {HOLIDAYS_MAX} days, each {DAY_DEMAND}",
            value=_sorted_set(value),
        )

    @date_cut_offs.validator
    def _check_date_cut_offs(self, _attribute: object, value: object) -> None:
        validators.require(
            ok=_are_cut_offs(value, clocks.is_day),
            field="WarehouseCalendar.date_cut_offs",
            demand=f"{CLOCK_DEMAND} for each of at most {EXCEPTIONS_MAX} dates, and no date twice",
            value=value,
        )

    def local_day(self, at: datetime) -> date:
        """Return the date in the warehouse at a moment."""
        return clocks.day_of("at", at, self.time_zone)

    def is_working_day(self, day: date) -> bool:
        """Whether the warehouse works on a day."""
        clocks.check_day("day", day)
        return self._clock_on(day) is not None

    def cut_off_on(self, day: date) -> datetime:
        """Return the cut-off of a working day. Orders complete before it leave that day.

        Raises:
            InvalidValueError: If the warehouse does not work on that day.
        """
        clocks.check_day("day", day)
        cut_off = self._cut_off_if_any(day)
        if cut_off is None:
            raise InvalidValueError("day", "a working day of the calendar", day)
        return cut_off

    def working_day_from(self, day: date) -> date:
        """Return the first working day that is not before a day."""
        clocks.check_day("day", day)
        return next(self._days_from(day))[0]

    def first_moment(self, day: date, clock: time) -> datetime:
        """Return the first moment at which the clocks show a time of a day, or a later one."""
        clocks.check_day("day", day)
        clocks.check_clock("clock", clock)
        return clocks.first_moment(datetime.combine(day, clock), self.time_zone)

    def day_begins(self, day: date) -> datetime:
        """Return the moment at which a day begins in the warehouse, such as for `not_before`.

        >>> from zoneinfo import ZoneInfo
        >>> warsaw = WarehouseCalendar(time_zone=ZoneInfo("Europe/Warsaw"))
        >>> str(warsaw.day_begins(date(2026, 12, 24)))
        '2026-12-23 23:00:00+00:00'
        """
        return self.first_moment(day, time(0))

    def _clock_on(self, day: date) -> time | None:
        """Return the local cut-off time of a day, or `None` if it is not a working day."""
        for exception, clock in self.date_cut_offs:
            if exception == day:
                return clock
        weekday = _WEEK[day.weekday()]
        if weekday not in self.working_days or day in self.holidays:
            return None
        return dict(self.weekday_cut_offs).get(weekday, self.cut_off)

    def _cut_off_if_any(self, day: date) -> datetime | None:
        clock = self._clock_on(day)
        if clock is None:
            return None
        return clocks.first_moment(datetime.combine(day, clock), self.time_zone)

    def _days_from(self, begin: date) -> Iterator[tuple[date, datetime]]:
        """Yield the working days from a day on, with their cut-offs; raise where none follows."""
        for ahead in range(DAYS_AHEAD_MAX + 1):
            day = begin + timedelta(days=ahead)
            cut_off = self._cut_off_if_any(day) if clocks.is_day(day) else None
            if cut_off is not None:
                yield day, cut_off
        raise InvalidValueError(
            "WarehouseCalendar.holidays",
            f"such that a working day can be reached within {DAYS_AHEAD_MAX} days of {begin}, "
            f"and by {clocks.DAY_MAX}",
            f"{len(self.holidays)} holidays",
        )
