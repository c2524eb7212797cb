"""The options that say when a warehouse works."""

from __future__ import annotations

from datetime import time
from zoneinfo import ZoneInfo

import attrs

from orderflow.domain.calendar.calendar import WarehouseCalendar, Weekday

__all__ = ["ReplayHours", "WorkingHours"]


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
class ReplayHours:
    """When the warehouse of a replay works. Its time zone is that of the file.

    Attributes:
        cut_off: The local cut-off time.
        working_days: The days of the week on which it works.
        books_in: The local time at which receipts are booked in.
    """

    cut_off: time = time(16)
    working_days: frozenset[Weekday] = frozenset(tuple(Weekday)[:5])
    books_in: time = time(8)
