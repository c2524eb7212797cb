"""The options that say when a warehouse works."""

from __future__ import annotations

from datetime import time
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import attrs
import typer

from orderflow.adapters.holidays import public_holidays
from orderflow.domain.calendar.calendar import WarehouseCalendar, Weekday
from orderflow.domain.model.validators import YEAR_MAX, YEAR_MIN

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["CutOffHours", "Holidays", "ReplayHours", "WorkingHours", "with_holidays"]


@attrs.frozen(kw_only=True)
class WorkingHours:
    """When the warehouse works.

    Attributes:
        time_zone: The time zone of the warehouse.
        cut_off: The local cut-off time.
        working_days: The days of the week on which it works.
    """

    time_zone: ZoneInfo = attrs.field(factory=lambda: ZoneInfo("Europe/London"))
    cut_off: time = time(16)
    working_days: frozenset[Weekday] = frozenset(tuple(Weekday)[:5])

    def calendar(self) -> WarehouseCalendar:
        """Make a calendar without holidays.

        Raises:
            InvalidValueError: If a field is invalid.
        """
        return WarehouseCalendar(
            time_zone=self.time_zone, cut_off=self.cut_off, working_days=self.working_days
        )


@attrs.frozen(kw_only=True)
class CutOffHours:
    """When a warehouse works whose time zone is given otherwise.

    Attributes:
        cut_off: The local cut-off time.
        working_days: The days of the week on which it works.
    """

    cut_off: time = time(16)
    working_days: frozenset[Weekday] = frozenset(tuple(Weekday)[:5])


@attrs.frozen(kw_only=True)
class ReplayHours(CutOffHours):
    """When the warehouse of a replay works. Its time zone is that of the file.

    Attributes:
        books_in: The local time at which receipts are booked in.
    """

    books_in: time = time(8)


Holidays = Annotated[
    str | None,
    typer.Option(
        metavar="COUNTRY[-PART]",
        help="Close on the public holidays of this country, or of this part of it.",
    ),
]


def with_holidays(
    calendar: WarehouseCalendar, holidays: str | None, years: Iterable[int]
) -> WarehouseCalendar:
    """Return the calendar with the public holidays of some years, as the option names them."""
    if holidays is None:
        return calendar
    country, _, part = holidays.partition("-")
    within = [year for year in years if YEAR_MIN <= year <= YEAR_MAX]
    days = public_holidays(country, subdivision=part or None, years=within)
    return attrs.evolve(calendar, holidays=days)
