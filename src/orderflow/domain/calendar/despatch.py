"""The numbers of the despatch rules, and the answer about one order.

`WarehouseCalendar` applies the rules: it knows the cut-off of each day.

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

from datetime import date, timedelta

import attrs

from orderflow.domain.calendar.clocks import check_day
from orderflow.domain.model import validators

__all__ = ["CutOffRules", "ExpectedDespatch"]

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
