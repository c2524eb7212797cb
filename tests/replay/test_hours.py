"""When the warehouse works."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from orderflow import InvalidValueError
from orderflow.replay import Hours, Weekday


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("moment", "cut_off"),
    [
        ("2026-03-06 15:59", "2026-03-06 16:00"),
        ("2026-03-06 16:00", "2026-03-09 16:00"),  # a Friday, and the Monday after
        ("2026-03-28 12:00", "2026-03-30 15:00"),  # British Summer Time has begun meanwhile
        ("2026-10-23 15:00", "2026-10-26 16:00"),  # and here it has ended
    ],
)
def test_the_next_cut_off_is_on_a_working_day_by_the_clock_of_the_warehouse(
    moment: str, cut_off: str
) -> None:
    assert Hours().cut_off_after(utc(moment)) == utc(cut_off)


def test_a_warehouse_elsewhere_has_other_days_and_clocks() -> None:
    hours = Hours(
        time_zone=ZoneInfo("Asia/Dubai"),
        cut_off=time(12, 30),
        working_days=frozenset({Weekday.SUN, Weekday.MON}),
    )
    assert hours.cut_off_after(utc("2026-03-03 00:00")) == utc("2026-03-08 08:30")


def test_a_delivery_that_arrives_at_the_weekend_is_booked_in_on_monday() -> None:
    assert Hours().booked_in_on(date(2026, 3, 7)) == utc("2026-03-09 08:00")


def test_the_day_is_that_of_the_warehouse() -> None:
    assert Hours().day(utc("2026-06-01 23:30")) == date(2026, 6, 2)


def test_a_warehouse_works_on_some_day() -> None:
    with pytest.raises(InvalidValueError, match="working_days must be one day"):
        Hours(working_days=frozenset())
