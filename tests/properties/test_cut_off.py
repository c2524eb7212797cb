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
    lambda few, completed, small, more: CutOffRules(
        small_file_max=few,
        completed_max=completed,
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
    day = calendar.despatch_day(moment)
    assert calendar.is_working_day(day)
    assert day >= calendar.local_day(moment)


@given(moment=moments, calendar=calendars())
def test_the_despatch_day_is_the_first_one_whose_cut_off_is_still_to_come(
    moment: datetime, calendar: WarehouseCalendar
) -> None:
    day = calendar.despatch_day(moment)
    assert calendar.next_cut_off(moment) == calendar.cut_off_on(day) > moment
    for earlier in (day - timedelta(days=each) for each in range(1, 15)):
        if calendar.is_working_day(earlier):
            assert calendar.cut_off_on(earlier) <= moment


@given(moment=moments, later=moments, calendar=calendars())
def test_what_is_complete_later_never_leaves_earlier(
    moment: datetime, later: datetime, calendar: WarehouseCalendar
) -> None:
    first, last = sorted([moment, later])
    assert calendar.despatch_day(first) <= calendar.despatch_day(last)
    assert calendar.next_cut_off(first) <= calendar.next_cut_off(last)


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

    cut_off = calendar.cut_off_on(day)
    assert shown(cut_off) >= wanted
    before = (cut_off - minutes * MINUTE for minutes in range(1, 27 * 60))
    assert all(shown(moment) < wanted for moment in before)
    assert shown(cut_off - timedelta(microseconds=1)) < wanted


@given(moment=moments, calendar=calendars())
def test_an_order_leaves_today_exactly_while_time_is_left(
    moment: datetime, calendar: WarehouseCalendar
) -> None:
    left = calendar.time_left(moment)
    today = calendar.local_day(moment)
    assert calendar.leaves_today(moment) == (left > timedelta(0))
    assert calendar.leaves_today(moment) == (calendar.despatch_day(moment) == today)
    if left:
        assert moment + left == calendar.next_cut_off(moment)


@given(moment=moments, orders=st.integers(1, 15), calendar=calendars(), rules=rules)
def test_a_file_leaves_on_the_first_day_whose_deadline_is_still_to_come(
    moment: datetime, orders: int, calendar: WarehouseCalendar, rules: CutOffRules
) -> None:
    day = calendar.upload_despatch_day(moment, orders, rules=rules)
    deadline = calendar.upload_by(day, orders, rules=rules)
    assert moment < deadline <= calendar.cut_off_on(day)
    assert day >= calendar.despatch_day(moment)
    for earlier in (day - timedelta(days=each) for each in range(1, 15)):
        if calendar.is_working_day(earlier) and earlier >= calendar.local_day(moment):
            assert calendar.upload_by(earlier, orders, rules=rules) <= moment


@given(
    moment=moments, sizes=st.tuples(*[st.integers(1, 15)] * 2), calendar=calendars(), rules=rules
)
def test_a_larger_file_never_leaves_earlier(
    moment: datetime, sizes: tuple[int, int], calendar: WarehouseCalendar, rules: CutOffRules
) -> None:
    small, large = (
        calendar.upload_despatch_day(moment, size, rules=rules) for size in sorted(sizes)
    )
    assert small <= large


@given(moment=moments, completed=st.integers(1, 15), calendar=calendars(), rules=rules)
def test_how_many_are_completed_changes_the_promise_and_not_the_day(
    moment: datetime, completed: int, calendar: WarehouseCalendar, rules: CutOffRules
) -> None:
    answer = calendar.expected_despatch(moment, completed=completed, rules=rules)
    assert answer.day == calendar.despatch_day(moment)
    assert answer.promised == (completed <= rules.completed_max)
    assert bool(answer.reason) != answer.promised


@given(moment=moments, calendar=calendars(), zone=zones)
def test_the_zone_in_which_a_moment_is_told_has_no_say(
    moment: datetime, calendar: WarehouseCalendar, zone: ZoneInfo
) -> None:
    told = moment.astimezone(zone)
    assert calendar.despatch_day(told) == calendar.despatch_day(moment)
    assert calendar.time_left(told) == calendar.time_left(moment)
