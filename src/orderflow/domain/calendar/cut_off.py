"""Keeping to cut-off: when an order leaves, and how much time is left.

`CutOffMethods` has the rules, as methods of `WarehouseCalendar`, which knows the days.

A warehouse that ships for many sellers has three rules:

- An order that is complete before the cut-off of a working day leaves on that day. Later orders
  leave on the next working day.
- The warehouse needs time to work through a file of orders. Upload a file of up to 10 orders
  2 hours before the cut-off, and a larger file 10 hours before.
- If more than 10 back orders are completed together, for example by one booking-in, they leave as
  soon as possible. Their day is a best effort, not a promise.

*Before* is strict everywhere: whatever arrives at the exact moment of a deadline is late. Hours
are elapsed hours, even over a night in which the clocks change. No rule reads a clock: the moment
is always an argument.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

import attrs

from orderflow.domain.calendar.clocks import check_day
from orderflow.domain.model import validators

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["CutOffMethods", "CutOffRules", "ExpectedDespatch"]

LEAD_MAX = timedelta(days=28)
COUNT_MAX = 10**9


def check_count(field: str, value: object, smallest: int) -> None:
    """Refuse a value that is not a count.

    Raises:
        InvalidValueError: If it is not a whole number, or out of range.
    """
    validators.require(
        ok=type(value) is int and smallest <= value <= COUNT_MAX,
        field=field,
        demand=f"a whole number from {smallest} to {COUNT_MAX}",
        value=value,
    )


def _check_rules(rules: object) -> None:
    validators.require(
        ok=isinstance(rules, CutOffRules), field="rules", demand="a CutOffRules", value=rules
    )


def _check_limit(instance: object, attribute: attrs.Attribute[int], value: object) -> None:
    check_count(f"{type(instance).__name__}.{attribute.name}", value, smallest=0)


def _check_lead(instance: object, attribute: attrs.Attribute[timedelta], value: object) -> None:
    validators.require(
        ok=isinstance(value, timedelta) and timedelta(0) <= value <= LEAD_MAX,
        field=f"{type(instance).__name__}.{attribute.name}",
        demand=f"a timedelta from 0 to {LEAD_MAX.days} days",
        value=value,
    )


@attrs.frozen(kw_only=True)
class CutOffRules:
    """The numbers that the cut-off rules use.

    >>> CutOffRules().small_file_max, str(CutOffRules().large_file_before)
    (10, '10:00:00')

    Attributes:
        small_file_max: The most orders that a small file has.
        small_file_before: How long before the cut-off to upload a small file.
        large_file_before: How long before the cut-off to upload a larger file.
        completed_max: The most back orders completed together that still have a promised day.

    Raises:
        InvalidValueError: If a value is out of range, or `large_file_before` is less than
            `small_file_before`.
    """

    small_file_max: int = attrs.field(default=10, validator=_check_limit)
    small_file_before: timedelta = attrs.field(default=timedelta(hours=2), validator=_check_lead)
    large_file_before: timedelta = attrs.field(default=timedelta(hours=10), validator=_check_lead)
    completed_max: int = attrs.field(default=10, validator=_check_limit)

    def __attrs_post_init__(self) -> None:
        validators.require(
            ok=self.large_file_before >= self.small_file_before,
            field="CutOffRules.large_file_before",
            demand=f"no less than small_file_before, which is {self.small_file_before}",
            value=self.large_file_before,
        )

    def upload_lead(self, orders: int) -> timedelta:
        """Return how long before the cut-off to upload a file.

        >>> str(CutOffRules().upload_lead(11))
        '10:00:00'

        Raises:
            InvalidValueError: If the file has less than one order.
        """
        check_count("orders", orders, smallest=1)
        small = orders <= self.small_file_max
        return self.small_file_before if small else self.large_file_before


@attrs.frozen(kw_only=True)
class ExpectedDespatch:
    """When an order leaves, and whether that is a promise.

    Attributes:
        day: The working day on which it leaves.
        promised: Whether the day is a promise. If not, it is a best effort.
        reason: Why the day is not promised; empty if it is.
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


_RULES = CutOffRules()
_NO_TIME = timedelta(0)


class CutOffMethods(ABC):
    """The cut-off rules, as methods of a calendar."""

    __slots__ = ()

    @abstractmethod
    def local_day(self, at: datetime) -> date:
        """Return the date in the warehouse at a moment."""

    @abstractmethod
    def cut_off_on(self, day: date) -> datetime:
        """Return the cut-off of a working day."""

    @abstractmethod
    def _cut_off_if_any(self, day: date) -> datetime | None:
        """Return the cut-off of a day, or `None` if it is not a working day."""

    @abstractmethod
    def _days_from(self, begin: date) -> Iterator[tuple[date, datetime]]:
        """Yield the working days from a day on, with their cut-offs."""

    def next_cut_off(self, at: datetime) -> datetime:
        """Return the first cut-off later than a moment."""
        return self._first_cut_off(at, _NO_TIME)[1]

    def time_left(self, at: datetime) -> timedelta:
        """Return the time until today's cut-off; 0 if it has passed or there is none."""
        cut_off = self._cut_off_if_any(self.local_day(at))
        return _NO_TIME if cut_off is None else max(_NO_TIME, cut_off - at)

    def leaves_today(self, at: datetime) -> bool:
        """Whether an order that is complete at a moment leaves on the same day."""
        return self.time_left(at) > _NO_TIME

    def despatch_day(self, at: datetime) -> date:
        """Return the day on which an order leaves if it is complete at a moment."""
        return self._first_cut_off(at, _NO_TIME)[0]

    def expected_despatch(
        self, at: datetime, *, completed: int = 1, rules: CutOffRules = _RULES
    ) -> ExpectedDespatch:
        """Return the day on which an order leaves, and whether it is promised.

        >>> from datetime import UTC, datetime
        >>> from zoneinfo import ZoneInfo
        >>> from orderflow.calendar import WarehouseCalendar
        >>> leeds = WarehouseCalendar(time_zone=ZoneInfo("Europe/London"))
        >>> monday = datetime(2026, 3, 9, 10, tzinfo=UTC)
        >>> leeds.expected_despatch(monday).promised
        True
        >>> leeds.expected_despatch(monday, completed=11).reason
        '11 back orders were completed together; above 10, the day is a best effort'

        Args:
            at: When the order is complete.
            completed: The number of back orders completed together, at least 1. After a
                booking-in, this is the length of `Outcome.back_orders_completed`.
            rules: The most of them that have a promised day.
        """
        check_count("completed", completed, smallest=1)
        _check_rules(rules)
        day = self.despatch_day(at)
        if completed <= rules.completed_max:
            return ExpectedDespatch(day=day)
        return ExpectedDespatch(
            day=day,
            promised=False,
            reason=(
                f"{completed} back orders were completed together; "
                f"above {rules.completed_max}, the day is a best effort"
            ),
        )

    def upload_by(self, day: date, orders: int, *, rules: CutOffRules = _RULES) -> datetime:
        """Return the deadline for uploading a file, so that its orders leave on a day.

        >>> from datetime import date
        >>> from zoneinfo import ZoneInfo
        >>> from orderflow.calendar import WarehouseCalendar
        >>> leeds = WarehouseCalendar(time_zone=ZoneInfo("Europe/London"))
        >>> [f"{leeds.upload_by(date(2026, 3, 9), orders):%H:%M}" for orders in (10, 11)]
        ['14:00', '06:00']

        Args:
            day: A working day.
            orders: The number of orders in the file, at least 1.
            rules: How large a small file is, and how long before the cut-off to upload each.
        """
        _check_rules(rules)
        return self.cut_off_on(day) - rules.upload_lead(orders)

    def upload_despatch_day(
        self, at: datetime, orders: int, *, rules: CutOffRules = _RULES
    ) -> date:
        """Return the day on which the orders of a file leave if it is uploaded at a moment.

        Args:
            at: When the file is uploaded.
            orders: The number of orders in the file, at least 1.
            rules: How large a small file is, and how long before the cut-off to upload each.
        """
        _check_rules(rules)
        return self._first_cut_off(at, rules.upload_lead(orders))[0]

    def _first_cut_off(self, at: datetime, lead: timedelta) -> tuple[date, datetime]:
        """Return the first working day whose cut-off is more than `lead` later than a moment."""
        days = self._days_from(self.local_day(at))
        return next((day, cut_off) for day, cut_off in days if at < cut_off - lead)
