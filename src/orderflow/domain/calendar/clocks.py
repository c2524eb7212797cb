"""Days, times of day and moments, as the clocks of one time zone show them.

The moment of a local time is the first moment at which the clocks show that time or a later one.
This rule also covers the days on which the clocks change:

- If the clocks go back over a time, they show it twice, and the first time counts.
- If the clocks go forward over a time, they never show it, and the moment of the change counts.
"""

from __future__ import annotations

from bisect import bisect_left
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from orderflow.domain.model import validators

DAY_MIN, DAY_MAX = date(validators.YEAR_MIN, 1, 2), date(validators.YEAR_MAX, 12, 30)
"""Between these days, every local time is a moment within the limits, whatever the time zone."""

DAY_DEMAND = f"a date without a time, from {DAY_MIN} to {DAY_MAX}"
CLOCK_DEMAND = "a time of day without a time zone"

_NOON = datetime(2000, 1, 1, 12)  # noqa: DTZ001 - each zone to check is put in
_STEP = timedelta(microseconds=1)


def is_day(value: object) -> bool:
    """Whether this is a date that a calendar can handle."""
    return (
        isinstance(value, date) and not isinstance(value, datetime) and DAY_MIN <= value <= DAY_MAX
    )


def is_clock(value: object) -> bool:
    """Whether this is a time of day that names no zone."""
    return isinstance(value, time) and value.tzinfo is None and not value.fold


def is_time_zone(value: object) -> bool:
    """Whether a local time with this zone is the moment at which the zone shows that time."""
    if not isinstance(value, tzinfo):
        return False
    try:
        noon = _NOON.replace(tzinfo=value)
        return (
            noon.utcoffset() is not None
            and noon.astimezone(UTC).astimezone(value).replace(tzinfo=None) == _NOON
        )
    except NotImplementedError:  # from the abstract `tzinfo`, if its class has no `utcoffset`
        return False


def check_day(field: str, value: object) -> None:
    """Refuse a value that is not a day.

    Raises:
        InvalidValueError: If it is not a date, or is out of range.
    """
    validators.require(ok=is_day(value), field=field, demand=DAY_DEMAND, value=value)


def check_clock(field: str, value: object) -> None:
    """Refuse a value that is not a time of day.

    Raises:
        InvalidValueError: If it is not a time, or names a time zone.
    """
    validators.require(ok=is_clock(value), field=field, demand=CLOCK_DEMAND, value=value)


def day_of(field: str, value: datetime, zone: tzinfo) -> date:
    """Return the local date of a moment.

    Raises:
        InvalidValueError: If the value is not a moment, or its date is out of range.
    """
    day = validators.require_moment(field, value).astimezone(zone).date()
    demand = f"a moment whose local date is from {DAY_MIN} to {DAY_MAX}"
    validators.require(ok=is_day(day), field=field, demand=demand, value=value)
    return day


def first_moment(local: datetime, zone: tzinfo) -> datetime:
    """Return the first moment, in UTC, at which the clocks show a local time or a later one."""

    def shown(moment: datetime) -> datetime:
        return moment.astimezone(zone).replace(tzinfo=None)

    latest = local.replace(tzinfo=zone).astimezone(UTC)
    if shown(latest) == local:
        return latest
    # The clocks go forward over this time. Its later offset gives a moment before the change, its
    # earlier offset gives one after it. Search for the change between the two.
    earliest = local.replace(tzinfo=zone, fold=1).astimezone(UTC)
    steps = range((latest - earliest) // _STEP)
    before = bisect_left(steps, local, key=lambda step: shown(earliest + step * _STEP))
    return earliest + before * _STEP
