"""Keeping to cut-off: when what is asked for now leaves the warehouse.

Three rules of a warehouse that ships for many sellers:

- An order that is complete before the cut-off of a working day leaves on that day, else on the next
  working day.
- Orders that come in a file need time to be worked through. A file of up to 10 orders has to be
  uploaded 2 hours before the cut-off, a larger one 10 hours.
- More than 10 back orders that are released together, as by one booking-in, leave as soon as
  possible: their day is a best effort, and not promised.

*Before* is meant strictly everywhere: what comes at the very moment of a deadline is late. Hours
are elapsed hours, also over a night in which the clocks are changed. Nothing in here asks what
time it is: the moment comes as an argument.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

import attrs

from orderflow.domain.calendar.calendar import (
    WarehouseCalendar,
    check_day,
    cut_off_if_any,
    cut_off_on,
    local_day,
)
from orderflow.domain.model import validators
from orderflow.errors import InvalidValueError

__all__ = [
    "CutOffRules",
    "ExpectedDespatch",
    "despatch_day",
    "expected_despatch",
    "leaves_today",
    "next_cut_off",
    "time_left",
    "upload_by",
    "upload_despatch_day",
]

DAYS_AHEAD_MAX = 366
LEAD_MAX = timedelta(days=28)
COUNT_MAX = 10**9

_NONE = timedelta(0)


def _check_count(field: str, value: object, smallest: int) -> None:
    validators.require(
        ok=type(value) is int and smallest <= value <= COUNT_MAX,
        field=field,
        demand=f"a whole number from {smallest} to {COUNT_MAX}",
        value=value,
    )


def _check_limit(instance: object, attribute: attrs.Attribute[int], value: object) -> None:
    _check_count(f"{type(instance).__name__}.{attribute.name}", value, smallest=0)


def _check_lead(instance: object, attribute: attrs.Attribute[timedelta], value: object) -> None:
    validators.require(
        ok=isinstance(value, timedelta) and _NONE <= value <= LEAD_MAX,
        field=f"{type(instance).__name__}.{attribute.name}",
        demand=f"a timedelta from 0 to {LEAD_MAX.days} days",
        value=value,
    )


@attrs.frozen(kw_only=True)
class CutOffRules:
    """The numbers of the rules; these are the defaults.

    >>> CutOffRules().small_file_max, str(CutOffRules().large_file_before)
    (10, '10:00:00')

    Attributes:
        small_file_max: A file of up to so many orders is a small one.
        small_file_before: How long before the cut-off a small file has to be uploaded.
        large_file_before: How long before the cut-off a larger one has to be.
        released_max: Up to so many back orders that are released together have a promised day.

    Raises:
        InvalidValueError: If a value breaks its rule, or a large file had more time than a small
            one.
    """

    small_file_max: int = attrs.field(default=10, validator=_check_limit)
    small_file_before: timedelta = attrs.field(default=timedelta(hours=2), validator=_check_lead)
    large_file_before: timedelta = attrs.field(default=timedelta(hours=10), validator=_check_lead)
    released_max: int = attrs.field(default=10, validator=_check_limit)

    def __attrs_post_init__(self) -> None:
        validators.require(
            ok=self.large_file_before >= self.small_file_before,
            field="CutOffRules.large_file_before",
            demand=f"no less than small_file_before, which is {self.small_file_before}",
            value=self.large_file_before,
        )


_RULES = CutOffRules()


@attrs.frozen(kw_only=True)
class ExpectedDespatch:
    """When an order is going to leave, and whether that is promised.

    Attributes:
        day: The working day on which it leaves.
        promised: Whether that is a promise, or a best effort.
        reason: Why it is not promised; empty where it is.
    """

    day: date = attrs.field()
    promised: bool = attrs.field(default=True, validator=validators.one_of(bool))
    reason: str = attrs.field(default="", validator=validators.note)

    @day.validator
    def _check_day(self, _attribute: object, value: object) -> None:
        check_day("ExpectedDespatch.day", value)

    def __attrs_post_init__(self) -> None:
        validators.require(
            ok=bool(self.reason) is not self.promised,
            field="ExpectedDespatch.reason",
            demand="given exactly when the day is not promised",
            value=self.reason,
        )


def despatch_day(complete_at: datetime, calendar: WarehouseCalendar) -> date:
    """Return the day on which an order leaves that is complete at a moment.

    >>> from datetime import UTC
    >>> from zoneinfo import ZoneInfo
    >>> leeds = WarehouseCalendar(time_zone=ZoneInfo("Europe/London"))
    >>> friday = datetime(2026, 3, 6, 15, 59, tzinfo=UTC)
    >>> str(despatch_day(friday, leeds)), str(despatch_day(friday + timedelta(minutes=1), leeds))
    ('2026-03-06', '2026-03-09')

    Raises:
        InvalidValueError: If the moment names no time zone, or no working day follows within 366
            days.
    """
    return _first_day(complete_at, calendar, _NONE)


def next_cut_off(moment: datetime, calendar: WarehouseCalendar) -> datetime:
    """Return the first cut-off later than a moment, in UTC.

    >>> from datetime import UTC
    >>> from zoneinfo import ZoneInfo
    >>> leeds = WarehouseCalendar(time_zone=ZoneInfo("Europe/London"))
    >>> str(next_cut_off(datetime(2026, 3, 6, 16, tzinfo=UTC), leeds))
    '2026-03-09 16:00:00+00:00'

    Raises:
        InvalidValueError: As `despatch_day` does.
    """
    return cut_off_on(despatch_day(moment, calendar), calendar)


def time_left(moment: datetime, calendar: WarehouseCalendar) -> timedelta:
    """Return how long an order may still take to leave today; 0 where it cannot any more.

    >>> from datetime import UTC
    >>> from zoneinfo import ZoneInfo
    >>> leeds = WarehouseCalendar(time_zone=ZoneInfo("Europe/London"))
    >>> friday, saturday = (datetime(2026, 3, day, 14, 30, tzinfo=UTC) for day in (6, 7))
    >>> str(time_left(friday, leeds)), str(time_left(saturday, leeds))
    ('1:30:00', '0:00:00')

    Raises:
        InvalidValueError: If the moment names no time zone.
    """
    cut_off = cut_off_if_any(local_day(moment, calendar), calendar)
    return _NONE if cut_off is None else max(_NONE, cut_off - moment)


def leaves_today(complete_at: datetime, calendar: WarehouseCalendar) -> bool:
    """Whether an order that is complete at a moment leaves on the same day.

    >>> from datetime import UTC
    >>> from zoneinfo import ZoneInfo
    >>> leeds = WarehouseCalendar(time_zone=ZoneInfo("Europe/London"))
    >>> leaves_today(datetime(2026, 3, 6, 15, 59, tzinfo=UTC), leeds)
    True

    Raises:
        InvalidValueError: If the moment names no time zone.
    """
    return time_left(complete_at, calendar) > _NONE


def upload_by(
    day: date, orders: int, calendar: WarehouseCalendar, rules: CutOffRules = _RULES
) -> datetime:
    """Return the moment, in UTC, before which a file has to be uploaded to leave on a day.

    >>> from zoneinfo import ZoneInfo
    >>> leeds = WarehouseCalendar(time_zone=ZoneInfo("Europe/London"))
    >>> monday = date(2026, 3, 9)
    >>> [f"{upload_by(monday, orders, leeds):%H:%M}" for orders in (10, 11)]
    ['14:00', '06:00']

    Args:
        day: A working day.
        orders: How many orders are in the file, at least 1.
        calendar: When the warehouse works.
        rules: What a small file is, and how long before the cut-off each has to be uploaded.

    Raises:
        InvalidValueError: If the warehouse does not work on that day, or there are no orders.
    """
    return cut_off_on(day, calendar) - _lead(orders, rules)


def upload_despatch_day(
    uploaded_at: datetime, orders: int, calendar: WarehouseCalendar, rules: CutOffRules = _RULES
) -> date:
    """Return the day on which the orders of a file leave that is uploaded at a moment.

    >>> from datetime import UTC
    >>> from zoneinfo import ZoneInfo
    >>> leeds = WarehouseCalendar(time_zone=ZoneInfo("Europe/London"))
    >>> monday = datetime(2026, 3, 9, 13, 30, tzinfo=UTC)
    >>> [str(upload_despatch_day(monday, orders, leeds)) for orders in (10, 11)]
    ['2026-03-09', '2026-03-10']

    Args:
        uploaded_at: When it is uploaded, with a time zone.
        orders: How many orders are in the file, at least 1.
        calendar: When the warehouse works.
        rules: What a small file is, and how long before the cut-off each has to be uploaded.

    Raises:
        InvalidValueError: As `despatch_day` does, and if there are no orders.
    """
    return _first_day(uploaded_at, calendar, _lead(orders, rules))


def expected_despatch(
    complete_at: datetime,
    calendar: WarehouseCalendar,
    *,
    released: int = 1,
    rules: CutOffRules = _RULES,
) -> ExpectedDespatch:
    """Tell when an order leaves, and whether that is promised.

    After a booking-in, `released` is the length of `Outcome.completed`:

    >>> from datetime import UTC
    >>> from zoneinfo import ZoneInfo
    >>> leeds = WarehouseCalendar(time_zone=ZoneInfo("Europe/London"))
    >>> monday = datetime(2026, 3, 9, 10, tzinfo=UTC)
    >>> expected_despatch(monday, leeds).promised
    True
    >>> expected_despatch(monday, leeds, released=11).reason
    '11 back orders were released together; of more than 10 the day is a best effort'

    Args:
        complete_at: When the order is complete, with a time zone.
        calendar: When the warehouse works.
        released: How many back orders were released together, this one included.
        rules: Up to how many of them a day is promised.

    Raises:
        InvalidValueError: As `despatch_day` does, and if `released` is less than 1.
    """
    _check_count("released", released, smallest=1)
    day = despatch_day(complete_at, calendar)
    if released <= rules.released_max:
        return ExpectedDespatch(day=day)
    return ExpectedDespatch(
        day=day,
        promised=False,
        reason=(
            f"{released} back orders were released together; "
            f"of more than {rules.released_max} the day is a best effort"
        ),
    )


def _first_day(moment: datetime, calendar: WarehouseCalendar, lead: timedelta) -> date:
    """Return the first working day whose cut-off is more than `lead` later than the moment."""
    today = local_day(moment, calendar)
    for days in range(DAYS_AHEAD_MAX + 1):
        day = today + timedelta(days=days)
        cut_off = cut_off_if_any(day, calendar)
        if cut_off is not None and moment < cut_off - lead:
            return day
    raise InvalidValueError(
        "WarehouseCalendar.holidays",
        f"such that a working day can be reached within {DAYS_AHEAD_MAX} days of {today}",
        f"{len(calendar.holidays)} holidays",
    )


def _lead(orders: int, rules: CutOffRules) -> timedelta:
    _check_count("orders", orders, smallest=1)
    small = orders <= rules.small_file_max
    return rules.small_file_before if small else rules.large_file_before
