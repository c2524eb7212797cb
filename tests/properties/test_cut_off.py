"""What always holds of cut-offs, in any time zone and through every change of its clocks."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from orderflow.calendar import (
    CutOffRules,
    WarehouseCalendar,
    Weekday,
    cut_off_on,
    despatch_day,
    expected_despatch,
    is_working_day,
    leaves_today,
    local_day,
    next_cut_off,
    time_left,
    upload_by,
    upload_despatch_day,
)

# Whole and half hours, midnight in the middle of a change, a day that never was (Apia, 2011), and
# clocks that went back from 00:01 to 23:01 of the day before (St John's, until 2011).
ZONES = (
    *("UTC", "Europe/London", "America/New_York", "America/Nuuk", "America/St_Johns"),
    *("Asia/Beirut", "Australia/Lord_Howe", "Pacific/Apia", "Africa/Casablanca"),
)
CHANGES = (
    datetime(2010, 11, 7, 2, 31, tzinfo=UTC),
    datetime(2011, 12, 30, 10, tzinfo=UTC),
    datetime(2026, 3, 28, 22, tzinfo=UTC),
    datetime(2026, 3, 29, 1, tzinfo=UTC),
    datetime(2026, 10, 3, 15, 30, tzinfo=UTC),
    datetime(2026, 10, 25, 1, tzinfo=UTC),
    datetime(2026, 11, 1, 6, tzinfo=UTC),
)
MINUTE = timedelta(minutes=1)

zones = st.sampled_from(ZONES).map(ZoneInfo)
moments = st.builds(
    lambda change, minutes: change + minutes * MINUTE,
    st.sampled_from(CHANGES),
    st.integers(-3 * 24 * 60, 3 * 24 * 60) | st.integers(-120, 120),
)
clocks = st.builds(time, st.integers(0, 23), st.sampled_from([0, 1, 30, 59]))
days = st.builds(
    lambda moment, ahead: moment.date() + timedelta(days=ahead), moments, st.integers(0, 9)
)


@st.composite
def calendars(draw: st.DrawFn) -> WarehouseCalendar:
    working_days = draw(st.frozensets(st.sampled_from(Weekday), min_size=1))
    worked = sorted(working_days)
    return WarehouseCalendar(
        time_zone=draw(zones),
        working_days=working_days,
        cut_off=draw(clocks),
        weekday_cut_offs=draw(st.dictionaries(st.sampled_from(worked), clocks, max_size=2)),
        holidays=draw(st.frozensets(days, max_size=4)),
        date_cut_offs=draw(st.dictionaries(days, clocks, max_size=2)),
    )


leads = st.integers(0, 40).map(lambda hours: timedelta(hours=hours))
rules = st.builds(
    lambda few, released, small, more: CutOffRules(
        small_file_max=few,
        released_max=released,
        small_file_before=small,
        large_file_before=small + more,
    ),
    st.integers(0, 12),
    st.integers(0, 12),
    leads,
    leads,
)


@given(moment=moments, calendar=calendars())
def test_the_despatch_day_is_a_working_day_and_never_past(
    moment: datetime, calendar: WarehouseCalendar
) -> None:
    day = despatch_day(moment, calendar)
    assert is_working_day(day, calendar)
    assert day >= local_day(moment, calendar)


@given(moment=moments, calendar=calendars())
def test_the_despatch_day_is_the_first_one_whose_cut_off_is_still_to_come(
    moment: datetime, calendar: WarehouseCalendar
) -> None:
    day = despatch_day(moment, calendar)
    assert next_cut_off(moment, calendar) == cut_off_on(day, calendar) > moment
    for earlier in (day - timedelta(days=each) for each in range(1, 15)):
        if is_working_day(earlier, calendar):
            assert cut_off_on(earlier, calendar) <= moment


@given(moment=moments, later=moments, calendar=calendars())
def test_what_is_complete_later_never_leaves_earlier(
    moment: datetime, later: datetime, calendar: WarehouseCalendar
) -> None:
    first, last = sorted([moment, later])
    assert despatch_day(first, calendar) <= despatch_day(last, calendar)
    assert next_cut_off(first, calendar) <= next_cut_off(last, calendar)


@given(calendar=calendars(), day=days)
def test_the_cut_off_is_the_first_moment_at_which_the_clocks_show_it_or_a_later_time(
    calendar: WarehouseCalendar, day: date
) -> None:
    calendar = WarehouseCalendar(
        time_zone=calendar.time_zone, cut_off=calendar.cut_off, working_days=frozenset(Weekday)
    )
    wanted = datetime.combine(day, calendar.cut_off)

    def shown(moment: datetime) -> datetime:
        return moment.astimezone(calendar.time_zone).replace(tzinfo=None)

    cut_off = cut_off_on(day, calendar)
    assert shown(cut_off) >= wanted
    before = (cut_off - minutes * MINUTE for minutes in range(1, 27 * 60))
    assert all(shown(moment) < wanted for moment in before)
    assert shown(cut_off - timedelta(microseconds=1)) < wanted


@given(moment=moments, calendar=calendars())
def test_an_order_leaves_today_exactly_while_time_is_left(
    moment: datetime, calendar: WarehouseCalendar
) -> None:
    left = time_left(moment, calendar)
    today = local_day(moment, calendar)
    assert leaves_today(moment, calendar) == (left > timedelta(0))
    assert leaves_today(moment, calendar) == (despatch_day(moment, calendar) == today)
    if left:
        assert moment + left == next_cut_off(moment, calendar)


@given(moment=moments, orders=st.integers(1, 15), calendar=calendars(), rules=rules)
def test_a_file_leaves_on_the_first_day_whose_deadline_is_still_to_come(
    moment: datetime, orders: int, calendar: WarehouseCalendar, rules: CutOffRules
) -> None:
    day = upload_despatch_day(moment, orders, calendar, rules)
    deadline = upload_by(day, orders, calendar, rules)
    assert moment < deadline <= cut_off_on(day, calendar)
    assert day >= despatch_day(moment, calendar)
    for earlier in (day - timedelta(days=each) for each in range(1, 15)):
        if is_working_day(earlier, calendar) and earlier >= local_day(moment, calendar):
            assert upload_by(earlier, orders, calendar, rules) <= moment


@given(
    moment=moments, sizes=st.tuples(*[st.integers(1, 15)] * 2), calendar=calendars(), rules=rules
)
def test_a_larger_file_never_leaves_earlier(
    moment: datetime, sizes: tuple[int, int], calendar: WarehouseCalendar, rules: CutOffRules
) -> None:
    small, large = (upload_despatch_day(moment, size, calendar, rules) for size in sorted(sizes))
    assert small <= large


@given(moment=moments, released=st.integers(1, 15), calendar=calendars(), rules=rules)
def test_how_many_are_released_changes_the_promise_and_not_the_day(
    moment: datetime, released: int, calendar: WarehouseCalendar, rules: CutOffRules
) -> None:
    answer = expected_despatch(moment, calendar, released=released, rules=rules)
    assert answer.day == despatch_day(moment, calendar)
    assert answer.promised == (released <= rules.released_max)
    assert bool(answer.reason) != answer.promised


@given(moment=moments, calendar=calendars(), zone=zones)
def test_the_zone_in_which_a_moment_is_told_has_no_say(
    moment: datetime, calendar: WarehouseCalendar, zone: ZoneInfo
) -> None:
    told = moment.astimezone(zone)
    assert despatch_day(told, calendar) == despatch_day(moment, calendar)
    assert time_left(told, calendar) == time_left(moment, calendar)
