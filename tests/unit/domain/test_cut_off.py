"""When what is asked for now leaves the warehouse."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest

from orderflow.calendar import (
    CutOffRules,
    ExpectedDespatch,
    WarehouseCalendar,
    Weekday,
)
from orderflow.errors import InvalidValueError
from tests.unit.shop import key, shop_with

if TYPE_CHECKING:
    from collections.abc import Callable

LONDON = ZoneInfo("Europe/London")
EASTER = frozenset({date(2026, 4, 3), date(2026, 4, 6)})
LEEDS = WarehouseCalendar(time_zone=LONDON, cut_off=time(16), holidays=EASTER)
EVERY_DAY = WarehouseCalendar(time_zone=LONDON, cut_off=time(16), working_days=frozenset(Weekday))
CLOSED = WarehouseCalendar(
    time_zone=LONDON,
    holidays=frozenset(date(2026, 1, 1) + timedelta(days=days) for days in range(799)),
)
SECOND = timedelta(seconds=1)


def march(day: int, hour: int = 0, minute: int = 0) -> datetime:
    """Return a moment of March 2026; the 2nd is a Monday, and London is on UTC until the 29th."""
    return datetime(2026, 3, day, hour, minute, tzinfo=UTC)


# Orders.


def test_an_order_that_is_complete_before_cut_off_leaves_on_the_same_day() -> None:
    assert LEEDS.despatch_day(march(2, 0)) == date(2026, 3, 2)
    assert LEEDS.despatch_day(march(2, 16) - SECOND) == date(2026, 3, 2)


def test_an_order_that_is_complete_at_cut_off_or_later_leaves_on_the_next_working_day() -> None:
    assert LEEDS.despatch_day(march(2, 16)) == date(2026, 3, 3)
    assert LEEDS.despatch_day(march(2, 23, 59)) == date(2026, 3, 3)


def test_an_order_that_is_complete_at_the_weekend_leaves_on_monday() -> None:
    assert LEEDS.despatch_day(march(6, 16)) == date(2026, 3, 9)
    assert LEEDS.despatch_day(march(7, 9)) == date(2026, 3, 9)
    assert LEEDS.despatch_day(march(8, 23)) == date(2026, 3, 9)


def test_an_order_that_is_complete_after_maundy_thursday_leaves_after_easter() -> None:
    thursday = datetime(2026, 4, 2, 15, tzinfo=UTC)  # 16:00 in summer
    assert LEEDS.despatch_day(thursday - SECOND) == date(2026, 4, 2)
    assert LEEDS.despatch_day(thursday) == date(2026, 4, 7)


def test_the_moment_may_be_told_in_any_zone() -> None:
    moment = march(2, 16).astimezone(ZoneInfo("Asia/Tokyo"))
    assert moment.date() == date(2026, 3, 3)
    assert LEEDS.despatch_day(moment - SECOND) == date(2026, 3, 2)


def test_the_next_cut_off_is_that_of_the_despatch_day() -> None:
    assert LEEDS.next_cut_off(march(6, 15)) == march(6, 16)
    assert LEEDS.next_cut_off(march(6, 16)) == march(9, 16)


def test_the_time_that_is_left_runs_out_at_cut_off() -> None:
    assert LEEDS.time_left(march(2, 14, 30)) == timedelta(hours=1, minutes=30)
    assert LEEDS.time_left(march(2, 16) - SECOND) == SECOND
    assert LEEDS.time_left(march(2, 16)) == timedelta(0)
    assert LEEDS.time_left(march(2, 20)) == timedelta(0)


def test_no_time_is_left_on_a_day_without_work() -> None:
    assert LEEDS.time_left(march(7, 9)) == timedelta(0)
    assert LEEDS.time_left(datetime(2026, 4, 3, 9, tzinfo=UTC)) == timedelta(0)


def test_an_order_leaves_today_as_long_as_time_is_left() -> None:
    assert LEEDS.leaves_today(march(2, 16) - SECOND)
    assert not LEEDS.leaves_today(march(2, 16))
    assert not LEEDS.leaves_today(march(7, 9))


# Files.


@pytest.mark.parametrize(("orders", "hour"), [(1, 14), (10, 14), (11, 6), (5_000, 6)])
def test_a_file_is_uploaded_2_hours_before_cut_off_and_10_if_it_is_large(
    orders: int, hour: int
) -> None:
    deadline = march(3, hour)
    assert LEEDS.upload_by(date(2026, 3, 3), orders) == deadline
    assert LEEDS.upload_despatch_day(deadline - SECOND, orders) == date(2026, 3, 3)
    assert LEEDS.upload_despatch_day(deadline, orders) == date(2026, 3, 4)


def test_a_large_file_for_an_early_cut_off_is_uploaded_the_evening_before() -> None:
    early = WarehouseCalendar(time_zone=LONDON, cut_off=time(8))
    assert early.upload_by(date(2026, 3, 9), 11) == march(8, 22)
    assert early.upload_despatch_day(march(8, 22) - SECOND, 11) == date(2026, 3, 9)
    assert early.upload_despatch_day(march(8, 22), 11) == date(2026, 3, 10)


def test_all_numbers_can_be_set() -> None:
    rules = CutOffRules(
        small_file_max=20,
        small_file_before=timedelta(0),
        large_file_before=timedelta(days=3),
        completed_max=0,
    )
    assert LEEDS.upload_by(date(2026, 3, 6), 20, rules=rules) == march(6, 16)
    assert LEEDS.upload_by(date(2026, 3, 6), 21, rules=rules) == march(3, 16)
    assert LEEDS.upload_despatch_day(march(3, 16), 20, rules=rules) == date(2026, 3, 4)
    assert LEEDS.upload_despatch_day(march(3, 16), 21, rules=rules) == date(2026, 3, 9)
    assert not LEEDS.expected_despatch(march(2), rules=rules).promised


def test_no_file_is_small_where_the_limit_is_0() -> None:
    assert LEEDS.upload_by(date(2026, 3, 3), 1, rules=CutOffRules(small_file_max=0)) == march(3, 6)


# Back orders that are completed together.


@pytest.mark.parametrize(("completed", "promised"), [(1, True), (10, True), (11, False)])
def test_the_day_of_more_than_10_back_orders_is_a_best_effort(
    completed: int,
    promised: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    answer = LEEDS.expected_despatch(march(6, 17), completed=completed)
    assert (answer.day, answer.promised) == (date(2026, 3, 9), promised)


def test_an_answer_that_is_no_promise_says_why() -> None:
    assert LEEDS.expected_despatch(march(2)).reason == ""
    rules = CutOffRules(completed_max=2)
    assert LEEDS.expected_despatch(march(2), completed=3, rules=rules).reason == (
        "3 back orders were completed together; above 2, the day is a best effort"
    )


@pytest.mark.parametrize(("waiting", "promised"), [(10, True), (11, False)])
def test_the_number_is_that_of_the_orders_which_a_booking_in_completed(
    waiting: int,
    promised: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    shop = shop_with(MUG=0)
    for number in range(waiting):
        shop.take(f"{number:02}")
    outcome = shop.book_in(key("MUG"), waiting)
    answer = LEEDS.expected_despatch(march(2), completed=len(outcome.back_orders_completed))
    assert answer.promised is promised


# When clocks change.


@pytest.mark.parametrize(
    ("day", "uploaded_by"),
    [
        (date(2026, 3, 29), datetime(2026, 3, 28, 21, tzinfo=UTC)),  # the clocks show 21:00
        (date(2026, 10, 25), datetime(2026, 10, 24, 22, tzinfo=UTC)),  # the clocks show 23:00
    ],
)
def test_10_hours_are_10_elapsed_hours_over_a_change(day: date, uploaded_by: datetime) -> None:
    early = WarehouseCalendar(time_zone=LONDON, cut_off=time(8), working_days=frozenset(Weekday))
    assert early.upload_by(day, 11) == uploaded_by
    assert early.cut_off_on(day) - early.upload_by(day, 11) == timedelta(hours=10)
    assert early.upload_despatch_day(uploaded_by - SECOND, 11) == day
    assert early.upload_despatch_day(uploaded_by, 11) == day + timedelta(days=1)


@pytest.mark.parametrize(
    ("day", "hours"), [(date(2026, 3, 29), 15), (date(2026, 10, 25), 17), (date(2026, 7, 1), 16)]
)
def test_what_is_left_at_midnight_of_a_shorter_or_a_longer_day(day: date, hours: int) -> None:
    midnight = datetime.combine(day, time(0), LONDON)
    assert EVERY_DAY.time_left(midnight) == timedelta(hours=hours)


def test_the_second_time_that_the_clocks_show_an_hour_is_after_a_cut_off_in_the_first() -> None:
    calendar = WarehouseCalendar(
        time_zone=LONDON, cut_off=time(1, 30), working_days=frozenset(Weekday)
    )
    first = datetime(2026, 10, 25, 1, 15, tzinfo=LONDON)
    assert calendar.leaves_today(first)
    assert not calendar.leaves_today(first.replace(fold=1))
    assert calendar.despatch_day(first.replace(fold=1)) == date(2026, 10, 26)


def test_after_the_clocks_went_forward_over_the_cut_off_it_is_too_late() -> None:
    calendar = WarehouseCalendar(
        time_zone=LONDON, cut_off=time(1, 30), working_days=frozenset(Weekday)
    )
    change = datetime(2026, 3, 29, 1, tzinfo=UTC)
    assert calendar.despatch_day(change - SECOND) == date(2026, 3, 29)
    assert calendar.despatch_day(change) == date(2026, 3, 30)


# Bad values.


@pytest.mark.parametrize("ask", ["despatch_day", "next_cut_off", "expected_despatch"])
def test_a_calendar_that_is_closed_for_a_year_is_an_error_and_no_endless_search(
    ask: str,
) -> None:
    demand = "such that a working day can be reached within 366 days of 2026-03-02"
    with pytest.raises(InvalidValueError, match=demand) as refusal:
        getattr(CLOSED, ask)(march(2))
    assert refusal.value.field == "WarehouseCalendar.holidays"
    assert refusal.value.value == "799 holidays"
    assert not CLOSED.leaves_today(march(2))


def test_the_last_day_that_is_looked_at_is_found() -> None:
    reopening = date(2026, 1, 1) + timedelta(days=799)  # a Friday
    moment = datetime.combine(reopening, time(17), UTC) - timedelta(days=366)
    assert CLOSED.despatch_day(moment) == reopening
    with pytest.raises(InvalidValueError):
        CLOSED.despatch_day(moment - timedelta(days=1))


def test_a_search_ends_at_the_last_day_of_a_calendar() -> None:
    last = datetime(2999, 12, 30, 12, tzinfo=UTC)  # a Monday
    assert str(LEEDS.despatch_day(last)) == "2999-12-30"
    with pytest.raises(InvalidValueError, match="366 days of 2999-12-30, and by 2999-12-30, not"):
        LEEDS.despatch_day(last + timedelta(hours=5))


@pytest.mark.parametrize("rules", [None, 1, "rules", CutOffRules])
def test_rules_of_another_type_are_refused(rules: Any) -> None:  # noqa: ANN401
    with pytest.raises(InvalidValueError, match=r"^rules must be a CutOffRules, not"):
        LEEDS.upload_by(date(2026, 3, 2), 1, rules=rules)
    with pytest.raises(InvalidValueError, match=r"^rules must be a CutOffRules, not"):
        LEEDS.upload_despatch_day(march(2), 1, rules=rules)
    with pytest.raises(InvalidValueError, match=r"^rules must be a CutOffRules, not"):
        LEEDS.expected_despatch(march(2), rules=rules)


@pytest.mark.parametrize("count", [0, -1, True, 1.0, "1", 10**9 + 1])
def test_a_bad_count_is_refused(count: Any) -> None:  # noqa: ANN401
    demand = "must be a whole number from 1 to 1000000000, not"
    with pytest.raises(InvalidValueError, match=f"^orders {demand}"):
        LEEDS.upload_by(date(2026, 3, 2), count)
    with pytest.raises(InvalidValueError, match=f"^orders {demand}"):
        LEEDS.upload_despatch_day(march(2), count)
    with pytest.raises(InvalidValueError, match=f"^completed {demand}"):
        LEEDS.expected_despatch(march(2), completed=count)


def test_a_file_for_a_day_without_work_is_refused() -> None:
    with pytest.raises(InvalidValueError, match="a working day of the calendar"):
        LEEDS.upload_by(date(2026, 3, 7), 1)


def test_a_moment_without_a_zone_is_refused() -> None:
    naive = march(2).replace(tzinfo=None)
    asks: list[Callable[[], object]] = [
        lambda: LEEDS.despatch_day(naive),
        lambda: LEEDS.time_left(naive),
        lambda: LEEDS.upload_despatch_day(naive, 1),
    ]
    for ask in asks:
        with pytest.raises(InvalidValueError, match=r"^at must be a datetime with a time zone"):
            ask()


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"small_file_max": -1}, "small_file_max"),
        ({"small_file_max": True}, "small_file_max"),
        ({"completed_max": 1.5}, "completed_max"),
        ({"completed_max": 10**9 + 1}, "completed_max"),
        ({"small_file_before": timedelta(seconds=-1)}, "small_file_before"),
        ({"small_file_before": 2}, "small_file_before"),
        ({"large_file_before": timedelta(days=28, seconds=1)}, "large_file_before"),
        ({"large_file_before": timedelta(hours=1)}, "large_file_before"),
        ({"small_file_before": timedelta(hours=11)}, "large_file_before"),
    ],
)
def test_bad_rules_are_refused(fields: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidValueError) as refusal:
        CutOffRules(**fields)
    assert refusal.value.field == f"CutOffRules.{field}"


def test_a_large_file_with_less_time_than_a_small_one_is_refused_with_both_times() -> None:
    demand = (
        r"^CutOffRules\.large_file_before must be no less than small_file_before, which is 2:00"
    )
    with pytest.raises(InvalidValueError, match=demand) as refusal:
        CutOffRules(small_file_before=timedelta(hours=2), large_file_before=timedelta(hours=1))
    assert refusal.value.value == timedelta(hours=1)


def test_a_small_and_a_large_file_may_have_the_same_deadline() -> None:
    same = CutOffRules(small_file_before=timedelta(days=28), large_file_before=timedelta(days=28))
    assert LEEDS.upload_by(date(2026, 3, 30), 1, rules=same) == march(2, 15)


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"day": march(2)}, "day"),
        ({"day": "2026-03-02"}, "day"),
        ({"promised": 1}, "promised"),
        ({"reason": None}, "reason"),
        ({"reason": "late"}, "reason"),
        ({"promised": False}, "reason"),
    ],
)
def test_a_bad_answer_is_refused(fields: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidValueError) as refusal:
        ExpectedDespatch(**{"day": date(2026, 3, 2), **fields})
    assert refusal.value.field == f"ExpectedDespatch.{field}"
    assert refusal.value.value == fields.get(field, "")


def test_a_day_without_promise_needs_a_reason() -> None:
    with pytest.raises(InvalidValueError) as refusal:
        ExpectedDespatch(day=date(2026, 3, 2), promised=False)
    assert refusal.value.demand == "given exactly when the day is not promised"
