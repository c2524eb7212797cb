"""When a warehouse works, and until when it takes orders each day: plain data, and what it says.

Days are those of the warehouse: what its clocks show decides, and not UTC. The cut-off of a day is
a moment: the first one at which the clocks show the cut-off time, or a later time, of that day.
This one sentence also covers the days on which the clocks are changed:

- Where they go back over the cut-off time it comes twice, and the first time counts.
- Where they go forward over it it never comes, and the moment at which they do so counts.

So no moment of a later day is before the cut-off of an earlier one, in any time zone.

The type takes a time zone ready made: to look one up by its name reads files, and the core reads
none. `zoneinfo.ZoneInfo("Europe/London")` is one.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Any, TypeGuard

import attrs

from orderflow.domain.model import validators
from orderflow.domain.model.terms import Term
from orderflow.errors import InvalidValueError

__all__ = [
    "WarehouseCalendar",
    "Weekday",
    "cut_off_on",
    "is_working_day",
    "local_day",
]

HOLIDAYS_MAX = 10_000
EXCEPTIONS_MAX = 1_000
YEAR_MIN, YEAR_MAX = 2, 9_990
"""No time zone and no search for a working day leads from these out of the years of Python."""

MOMENT_DEMAND = f"a datetime with a time zone, in the years {YEAR_MIN} to {YEAR_MAX} of UTC"
DAY_DEMAND = f"a date without a time, in the years {YEAR_MIN} to {YEAR_MAX}"
CLOCK_DEMAND = "a time of day without a time zone"


class Weekday(Term):
    """A day of the week."""

    MON = "mon"
    TUE = "tue"
    WED = "wed"
    THU = "thu"
    FRI = "fri"
    SAT = "sat"
    SUN = "sun"


_WEEK = tuple(Weekday)
_NOON = datetime(2000, 1, 1, 12)  # noqa: DTZ001 - the zone that is looked at is put in
_STEP = timedelta(microseconds=1)


def _is_day(value: object) -> bool:
    return (
        isinstance(value, date)
        and not isinstance(value, datetime)
        and YEAR_MIN <= value.year <= YEAR_MAX
    )


def _is_clock(value: object) -> bool:
    return isinstance(value, time) and value.tzinfo is None and not value.fold


def _is_time_zone(value: object) -> bool:
    """Whether a local time with this zone is the moment at which the zone shows that time."""
    if not isinstance(value, tzinfo):
        return False
    try:
        noon = _NOON.replace(tzinfo=value)
        return (
            noon.utcoffset() is not None
            and noon.astimezone(UTC).astimezone(value).replace(tzinfo=None) == _NOON
        )
    except NotImplementedError:  # the base of all zones
        return False


def _are_pairs(value: object) -> TypeGuard[tuple[tuple[Any, Any], ...]]:
    return isinstance(value, tuple) and all(
        isinstance(pair, tuple) and len(pair) == 2  # noqa: PLR2004 - a pair
        for pair in value
    )


def _are_cut_offs(value: object, may_have_one: Callable[[object], bool]) -> bool:
    return (
        _are_pairs(value)
        and len(value) <= EXCEPTIONS_MAX
        and all(may_have_one(day) and _is_clock(clock) for day, clock in value)
        and len(dict(value)) == len(value)
    )


def _in_order(
    value: Mapping[Any, time] | tuple[tuple[Any, time], ...],
) -> tuple[tuple[Any, time], ...]:
    """Bring days and their cut-offs into one order; what is neither form is left to be refused."""
    pairs = tuple(value.items()) if isinstance(value, Mapping) else value
    return tuple(sorted(pairs, key=lambda pair: str(pair[0]))) if _are_pairs(pairs) else pairs


def _listed(value: object) -> object:
    """Tell a set in one order, whatever is in it."""
    return sorted(map(str, value)) if isinstance(value, frozenset) else value


def _repr(value: frozenset[object]) -> str:
    return f"frozenset({sorted(value, key=str)})"


@attrs.frozen(kw_only=True)
class WarehouseCalendar:
    """When a warehouse works, and until when it takes orders each day.

    >>> from zoneinfo import ZoneInfo
    >>> leeds = WarehouseCalendar(
    ...     time_zone=ZoneInfo("Europe/London"),
    ...     cut_off=time(16),
    ...     weekday_cut_offs={Weekday.FRI: time(14)},
    ...     holidays=frozenset({date(2026, 12, 25)}),
    ...     date_cut_offs={date(2026, 12, 24): time(12)},
    ... )
    >>> [day for day in range(23, 29) if is_working_day(date(2026, 12, day), leeds)]
    [23, 24, 28]

    Attributes:
        time_zone: The time zone that its clocks show, such as ``ZoneInfo("Europe/London")``. Zones
            of `pytz` are refused: they are made to be used in another way, and would be minutes
            out.
        working_days: The days of the week on which it works.
        cut_off: When the cut-off of a working day is, as its clocks show it.
        weekday_cut_offs: The cut-offs of those working days that have another one, as a mapping or
            as pairs. They are kept as pairs, in one order.
        holidays: Dates on which it does not work.
        date_cut_offs: The cut-offs of single dates, in place of those above. It works on these,
            even if one is a holiday or no working day.

    Raises:
        InvalidValueError: If a field breaks its rule: no working day, a day that has two cut-offs,
            or a cut-off for a day of the week on which it does not work.
    """

    time_zone: tzinfo = attrs.field(converter=validators.one_utc)
    working_days: frozenset[Weekday] = attrs.field(default=frozenset(_WEEK[:5]), repr=_repr)
    cut_off: time = attrs.field(default=time(16))
    weekday_cut_offs: tuple[tuple[Weekday, time], ...] = attrs.field(
        default=(), converter=_in_order
    )
    holidays: frozenset[date] = attrs.field(default=frozenset(), repr=_repr)
    date_cut_offs: tuple[tuple[date, time], ...] = attrs.field(default=(), converter=_in_order)

    @time_zone.validator
    def _check_time_zone(self, _attribute: object, value: object) -> None:
        validators.require(
            ok=_is_time_zone(value),
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
            value=_listed(value),
        )

    @cut_off.validator
    def _check_cut_off(self, _attribute: object, value: object) -> None:
        validators.require(
            ok=_is_clock(value),
            field="WarehouseCalendar.cut_off",
            demand=CLOCK_DEMAND,
            value=value,
        )

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
            and all(_is_day(day) for day in value),
            field="WarehouseCalendar.holidays",
            demand=f"a frozenset of at most {HOLIDAYS_MAX} days, each {DAY_DEMAND}",
            value=_listed(value),
        )

    @date_cut_offs.validator
    def _check_date_cut_offs(self, _attribute: object, value: object) -> None:
        validators.require(
            ok=_are_cut_offs(value, _is_day),
            field="WarehouseCalendar.date_cut_offs",
            demand=f"{CLOCK_DEMAND} for each of at most {EXCEPTIONS_MAX} dates, and no date twice",
            value=value,
        )


def local_day(moment: datetime, calendar: WarehouseCalendar) -> date:
    """Return the day that it is in the warehouse.

    >>> from zoneinfo import ZoneInfo
    >>> sydney = WarehouseCalendar(time_zone=ZoneInfo("Australia/Sydney"))
    >>> str(local_day(datetime(2026, 3, 2, 20, tzinfo=UTC), sydney))
    '2026-03-03'

    Raises:
        InvalidValueError: If the moment names no time zone.
    """
    at = validators.in_utc(moment)
    holds = validators.is_moment(at) and YEAR_MIN <= at.year <= YEAR_MAX
    validators.require(ok=holds, field="moment", demand=MOMENT_DEMAND, value=moment)
    return at.astimezone(calendar.time_zone).date()


def is_working_day(day: date, calendar: WarehouseCalendar) -> bool:
    """Whether the warehouse works on a day.

    >>> from zoneinfo import ZoneInfo
    >>> leeds = WarehouseCalendar(
    ...     time_zone=ZoneInfo("Europe/London"), holidays=frozenset({date(2026, 4, 3)})
    ... )
    >>> [is_working_day(date(2026, 4, day), leeds) for day in (2, 3, 4)]
    [True, False, False]

    Raises:
        InvalidValueError: If it is no day.
    """
    check_day("day", day)
    return _clock_on(day, calendar) is not None


def cut_off_on(day: date, calendar: WarehouseCalendar) -> datetime:
    """Return the cut-off of a working day, in UTC: what is complete before it leaves that day.

    >>> from zoneinfo import ZoneInfo
    >>> leeds = WarehouseCalendar(time_zone=ZoneInfo("Europe/London"), cut_off=time(16))
    >>> [str(cut_off_on(date(2026, 3, day), leeds)) for day in (27, 30)]
    ['2026-03-27 16:00:00+00:00', '2026-03-30 15:00:00+00:00']

    Raises:
        InvalidValueError: If the warehouse does not work on that day.
    """
    check_day("day", day)
    cut_off = cut_off_if_any(day, calendar)
    if cut_off is None:
        raise InvalidValueError("day", "a working day of the calendar", day)
    return cut_off


def cut_off_if_any(day: date, calendar: WarehouseCalendar) -> datetime | None:
    """Return the cut-off of a day, in UTC, or `None` where it is no working day."""
    clock = _clock_on(day, calendar)
    if clock is None:
        return None
    return _first_showing(datetime.combine(day, clock), calendar.time_zone)


def check_day(field: str, value: object) -> None:
    """Refuse what is no day.

    Raises:
        InvalidValueError: If it is none.
    """
    validators.require(ok=_is_day(value), field=field, demand=DAY_DEMAND, value=value)


def _clock_on(day: date, calendar: WarehouseCalendar) -> time | None:
    """Return the local time of the cut-off of a day, or `None` where it is no working day."""
    for exception, clock in calendar.date_cut_offs:
        if exception == day:
            return clock
    weekday = _WEEK[day.weekday()]
    if weekday not in calendar.working_days or day in calendar.holidays:
        return None
    return dict(calendar.weekday_cut_offs).get(weekday, calendar.cut_off)


def _first_showing(local: datetime, zone: tzinfo) -> datetime:
    """Return the first moment, in UTC, at which the clocks show a local time or a later one."""

    def shown(moment: datetime) -> datetime:
        return moment.astimezone(zone).replace(tzinfo=None)

    latest = local.replace(tzinfo=zone).astimezone(UTC)
    if shown(latest) == local:
        return latest
    # The clocks go forward over it. By the later offset it would be too early a moment, which the
    # clocks show as an earlier time, by the earlier offset too late a one. The change is between.
    earliest = local.replace(tzinfo=zone, fold=1).astimezone(UTC)
    steps = range((latest - earliest) // _STEP)
    before = bisect_left(steps, local, key=lambda step: shown(earliest + step * _STEP))
    return earliest + before * _STEP
