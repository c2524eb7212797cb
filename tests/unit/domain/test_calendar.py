"""When a warehouse works, and until when each day; also on the days on which clocks change."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from orderflow.calendar import WarehouseCalendar, Weekday
from orderflow.errors import InvalidValueError

LONDON = ZoneInfo("Europe/London")
EVERY_DAY = frozenset(Weekday)
FORWARD = date(2026, 3, 29)  # from 01:00 to 02:00, which is 01:00 in UTC
BACK = date(2026, 10, 25)  # from 02:00 to 01:00, which is 01:00 in UTC
FIRST, LAST = date(1970, 1, 2), date(2999, 12, 30)


def warehouse(zone: tzinfo = LONDON, **fields: Any) -> WarehouseCalendar:  # noqa: ANN401
    return WarehouseCalendar(time_zone=zone, **fields)


def days_from(day: date, number: int) -> list[date]:
    return [day + timedelta(days=ahead) for ahead in range(number)]


def daily(clock: time, zone: tzinfo = LONDON) -> WarehouseCalendar:
    """Make a warehouse that works every day, with one cut-off."""
    return warehouse(zone, working_days=EVERY_DAY, cut_off=clock)


def worked(calendar: WarehouseCalendar) -> list[int]:
    """Name the days of December 2026 from the 21st on, a Monday, on which it works."""
    return [day for day in range(21, 32) if calendar.is_working_day(date(2026, 12, day))]


def shown(moment: datetime, zone: str = "Europe/London") -> str:
    return f"{moment.astimezone(ZoneInfo(zone)):%d %H:%M}"


def test_it_works_from_monday_to_friday_unless_told_otherwise() -> None:
    assert worked(warehouse()) == [21, 22, 23, 24, 25, 28, 29, 30, 31]


def test_it_works_on_the_days_of_the_week_that_are_named() -> None:
    days = frozenset({Weekday.TUE, Weekday.SUN})
    assert worked(warehouse(working_days=days)) == [22, 27, 29]


def test_it_does_not_work_on_holidays() -> None:
    holidays = frozenset({date(2026, 12, 25), date(2026, 12, 28), date(2026, 12, 27)})
    assert worked(warehouse(holidays=holidays)) == [21, 22, 23, 24, 29, 30, 31]


def test_it_works_on_a_date_that_has_a_cut_off_of_its_own() -> None:
    calendar = warehouse(
        holidays=frozenset({date(2026, 12, 25)}),
        date_cut_offs={date(2026, 12, 25): time(10), date(2026, 12, 26): time(11)},
    )
    assert worked(calendar) == [21, 22, 23, 24, 25, 26, 28, 29, 30, 31]
    assert calendar.cut_off_on(date(2026, 12, 26)) == datetime(2026, 12, 26, 11, tzinfo=UTC)


def test_the_cut_off_of_a_date_stands_before_that_of_its_weekday_and_that_before_the_usual() -> (
    None
):
    calendar = warehouse(
        cut_off=time(16, 30),
        weekday_cut_offs={Weekday.THU: time(14), Weekday.FRI: time(13)},
        date_cut_offs={date(2026, 12, 24): time(12)},
    )
    hours = [f"{calendar.cut_off_on(date(2026, 12, day)):%H:%M}" for day in (16, 17, 18, 24)]
    assert hours == ["16:30", "14:00", "13:00", "12:00"]


def test_the_day_is_that_of_the_warehouse() -> None:
    evening = datetime(2026, 6, 30, 23, 30, tzinfo=UTC)
    assert warehouse().local_day(evening) == date(2026, 7, 1)
    assert warehouse(ZoneInfo("America/New_York")).local_day(evening) == date(2026, 6, 30)
    assert warehouse().local_day(evening.astimezone(ZoneInfo("Asia/Tokyo"))) == date(2026, 7, 1)


def test_a_zone_named_utc_is_that_of_datetime() -> None:
    assert warehouse(ZoneInfo("UTC")).time_zone is UTC


def test_a_day_without_work_has_no_cut_off() -> None:
    message = r"^day must be a working day of the calendar, not .*2026, 12, 26"
    with pytest.raises(InvalidValueError, match=message):
        warehouse().cut_off_on(date(2026, 12, 26))


def test_the_first_working_day_from_a_day_on_may_be_that_day() -> None:
    calendar = warehouse(holidays=frozenset({date(2026, 12, 28)}))
    assert calendar.working_day_from(date(2026, 12, 25)) == date(2026, 12, 25)
    assert calendar.working_day_from(date(2026, 12, 26)) == date(2026, 12, 29)


# When clocks change.


def test_the_first_moment_of_a_time_is_found_as_that_of_a_cut_off_is() -> None:
    """Also on a day on which the warehouse does not work."""
    assert warehouse().first_moment(FORWARD, time(1, 30)) == datetime(2026, 3, 29, 1, tzinfo=UTC)
    assert warehouse().first_moment(BACK, time(1, 30)) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    with pytest.raises(InvalidValueError, match=r"^clock must be a time of day without a time"):
        warehouse().first_moment(FORWARD, time(1, 30, tzinfo=UTC))
    with pytest.raises(InvalidValueError, match=r"^day must be a date without a time"):
        warehouse().first_moment(datetime(2026, 3, 2, tzinfo=UTC), time(1, 30))


def test_a_moment_is_in_utc_whatever_the_zone_of_the_machine() -> None:
    assert warehouse().first_moment(BACK, time(1, 30)).tzinfo is UTC
    assert warehouse().first_moment(FORWARD, time(1, 30)).tzinfo is UTC


def test_a_day_begins_at_midnight_of_the_warehouse() -> None:
    assert warehouse().day_begins(BACK) == datetime(2026, 10, 24, 23, tzinfo=UTC)
    assert warehouse().day_begins(FORWARD) == datetime(2026, 3, 29, tzinfo=UTC)


def test_a_cut_off_in_the_hour_that_does_not_exist_is_where_the_clocks_go_forward() -> None:
    for clock in (time(1), time(1, 30), time(1, 59, 59, 999_999)):
        assert daily(clock).cut_off_on(FORWARD) == datetime(2026, 3, 29, 1, tzinfo=UTC)
    assert daily(time(0, 59)).cut_off_on(FORWARD) == datetime(2026, 3, 29, 0, 59, tzinfo=UTC)
    assert daily(time(2, 1)).cut_off_on(FORWARD) == datetime(2026, 3, 29, 1, 1, tzinfo=UTC)


def test_a_cut_off_in_the_hour_that_there_is_twice_is_in_the_first_of_them() -> None:
    assert daily(time(1, 30)).cut_off_on(BACK) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert daily(time(0, 59)).cut_off_on(BACK) == datetime(2026, 10, 24, 23, 59, tzinfo=UTC)
    assert daily(time(2)).cut_off_on(BACK) == datetime(2026, 10, 25, 2, tzinfo=UTC)


@pytest.mark.parametrize(("day", "hours"), [(FORWARD, 23), (BACK, 25), (date(2026, 7, 1), 24)])
def test_between_two_cut_offs_are_as_many_hours_as_the_day_has(day: date, hours: int) -> None:
    calendar = daily(time(16))
    before = calendar.cut_off_on(day - timedelta(days=1))
    assert calendar.cut_off_on(day) - before == timedelta(hours=hours)


def test_a_cut_off_at_midnight_that_does_not_exist_is_the_first_moment_of_the_day() -> None:
    beirut = daily(time(0, 15), ZoneInfo("Asia/Beirut"))  # goes from 00:00 to 01:00
    assert shown(beirut.cut_off_on(FORWARD), "Asia/Beirut") == "29 01:00"


def test_a_last_hour_that_does_not_exist_ends_with_its_own_day() -> None:
    nuuk = daily(time(23, 30), ZoneInfo("America/Nuuk"))  # goes from 23:00 to 00:00 of the next day
    assert shown(nuuk.cut_off_on(date(2026, 3, 28)), "America/Nuuk") == "29 00:00"


def test_half_an_hour_that_does_not_exist() -> None:
    island = daily(time(2, 10), ZoneInfo("Australia/Lord_Howe"))  # goes from 02:00 to 02:30
    assert shown(island.cut_off_on(date(2026, 10, 4)), "Australia/Lord_Howe") == "04 02:30"


# Bad values.


class NoOffset(tzinfo):
    """Has a name, and that is all."""

    def tzname(self, _: datetime | None) -> str:
        return "nowhere"

    def dst(self, _: datetime | None) -> None:
        return None

    def utcoffset(self, _: datetime | None) -> timedelta | None:
        return None


class Unfinished(NoOffset):
    """Is as good as the base of all zones."""

    def utcoffset(self, _: datetime | None) -> timedelta:
        raise NotImplementedError


class LocalMeanTime(NoOffset):
    """Is a minute out unless it is used in a way of its own, as zones of pytz are."""

    def utcoffset(self, _: datetime | None) -> timedelta:
        return timedelta(minutes=-1)

    def fromutc(self, moment: datetime) -> datetime:
        return moment


BAD: list[tuple[str, object, str]] = [
    ("time_zone", "Europe/London", "a time zone such as ZoneInfo('Europe/London')"),
    ("time_zone", None, "a time zone"),
    ("time_zone", Unfinished(), "a time zone"),
    ("time_zone", NoOffset(), "a time zone"),
    ("time_zone", LocalMeanTime(), "a time zone"),
    ("working_days", frozenset[Weekday](), "a frozenset of one Weekday or more"),
    ("working_days", {Weekday.MON}, "a frozenset"),
    ("working_days", frozenset({"MON"}), "a frozenset"),
    ("working_days", None, "a frozenset"),
    ("cut_off", "16:00", "a time of day without a time zone"),
    ("cut_off", time(16, tzinfo=UTC), "a time of day"),
    ("cut_off", time(1, 30, fold=1), "a time of day"),
    ("weekday_cut_offs", {Weekday.SAT: time(12)}, "for each of some working days"),
    ("weekday_cut_offs", {"MON": time(12)}, "for each of some working days"),
    ("weekday_cut_offs", {Weekday.MON: "12:00"}, "a time of day"),
    ("weekday_cut_offs", ((Weekday.MON, time(12)), (Weekday.MON, time(13))), "no day twice"),
    ("weekday_cut_offs", ((Weekday.MON,),), "for each of some working days"),
    ("weekday_cut_offs", (Weekday.MON,), "for each of some working days"),
    ("weekday_cut_offs", [(Weekday.MON, time(12))], "for each of some working days"),
    ("weekday_cut_offs", (([], time(12)),), "for each of some working days"),
    ("weekday_cut_offs", None, "for each of some working days"),
    ("holidays", {date(2026, 12, 25)}, "a frozenset of at most 10000 days"),
    ("holidays", frozenset({datetime(2026, 12, 25, tzinfo=UTC)}), "a date without a time"),
    ("holidays", frozenset({"2026-12-25"}), "a date without a time"),
    ("holidays", frozenset({date(2999, 12, 31)}), "from 1970-01-02 to 2999-12-30"),
    ("holidays", frozenset({date(1970, 1, 1)}), "from 1970-01-02 to 2999-12-30"),
    ("holidays", frozenset(days_from(FIRST, 10_001)), "at most 10000"),
    ("date_cut_offs", {Weekday.MON: time(12)}, "for each of at most 1000 dates"),
    ("date_cut_offs", ((date(2026, 12, 24), time(1)),) * 2, "no date twice"),
    ("date_cut_offs", {date(2026, 12, 24): None}, "a time of day"),
    ("date_cut_offs", {datetime(2026, 12, 24, tzinfo=UTC): time(12)}, "dates"),
    ("date_cut_offs", dict.fromkeys(days_from(FIRST, 1_001), time(1)), "at most 1000"),
    ("date_cut_offs", {date(2999, 12, 31): time(1)}, "dates"),
]


@pytest.mark.parametrize(("field", "value", "demand"), BAD)
def test_a_bad_value_is_refused_with_its_field(field: str, value: object, demand: str) -> None:
    fields: dict[str, Any] = {"time_zone": LONDON, field: value}
    with pytest.raises(InvalidValueError) as refusal:
        WarehouseCalendar(**fields)
    assert refusal.value.field == f"WarehouseCalendar.{field}"
    assert demand in str(refusal.value)


def test_the_limits_themselves_are_allowed() -> None:
    calendar = warehouse(
        holidays=frozenset(days_from(FIRST, 10_000)),
        date_cut_offs=dict.fromkeys(days_from(FIRST, 1_000), time(1)),
    )
    assert (len(calendar.holidays), len(calendar.date_cut_offs)) == (10_000, 1_000)
    days = frozenset({FIRST, LAST})
    assert warehouse(holidays=days).holidays == days


@pytest.mark.parametrize("minutes", [-1_439, -720, 0, 720, 1_439])
def test_every_time_of_every_day_of_a_calendar_is_a_moment_in_every_zone(minutes: int) -> None:
    calendar = warehouse(timezone(timedelta(minutes=minutes)))
    for day in (FIRST, LAST):
        for clock in (time.min, time.max):
            moment = calendar.first_moment(day, clock)
            assert calendar.local_day(moment) == day


def test_a_moment_of_a_date_that_no_calendar_has_is_refused() -> None:
    for moment in (datetime(1970, 1, 1, tzinfo=UTC), datetime(2999, 12, 31, tzinfo=UTC)):
        with pytest.raises(InvalidValueError, match=r"^at must be a moment whose local date is"):
            warehouse().local_day(moment)


@pytest.mark.parametrize(
    "moment",
    [
        datetime(2026, 3, 2, 9),  # noqa: DTZ001 - that is what is wrong with it
        datetime(1969, 12, 31, 23, tzinfo=UTC),
        datetime(3000, 1, 1, tzinfo=UTC),
        datetime.max.replace(tzinfo=timezone(timedelta(hours=-5))),
        date(2026, 3, 2),
        "2026-03-02T09:00:00Z",
    ],
)
def test_a_bad_moment_is_refused(moment: Any) -> None:  # noqa: ANN401
    with pytest.raises(InvalidValueError, match=r"^at must be a datetime with a time zone"):
        warehouse().local_day(moment)


@pytest.mark.parametrize("ask", ["is_working_day", "cut_off_on", "working_day_from"])
@pytest.mark.parametrize("day", [datetime(2026, 3, 2, tzinfo=UTC), "2026-03-02", date(9991, 1, 1)])
def test_a_bad_day_is_refused(ask: str, day: Any) -> None:  # noqa: ANN401
    with pytest.raises(InvalidValueError, match=r"^day must be a date without a time"):
        getattr(warehouse(), ask)(day)


# What it is.


def test_two_calendars_are_equal_whatever_order_their_cut_offs_were_given_in() -> None:
    first = {Weekday.FRI: time(14), Weekday.MON: time(15)}
    last = dict(reversed(first.items()))
    assert warehouse(weekday_cut_offs=first) == warehouse(weekday_cut_offs=last)
    assert warehouse(weekday_cut_offs=first) == warehouse(weekday_cut_offs=tuple(last.items()))
    assert len({warehouse(weekday_cut_offs=first), warehouse(weekday_cut_offs=last)}) == 1


def test_a_calendar_reads_the_same_in_every_process() -> None:
    calendar = warehouse(holidays=frozenset({date(2026, 12, 25), date(2026, 1, 1)}))
    assert "holidays=frozenset([datetime.date(2026, 1, 1), datetime.date(2026" in repr(calendar)
    assert "working_days=frozenset([<Weekday.FRI: 'FRI'>, <Weekday.MON: 'MON'>" in repr(calendar)


def test_a_zone_may_be_a_fixed_offset() -> None:
    calendar = warehouse(timezone(timedelta(hours=1)))
    assert calendar.cut_off_on(date(2026, 3, 2)) == datetime(2026, 3, 2, 15, tzinfo=UTC)
