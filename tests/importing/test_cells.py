"""Numbers and moments as files write them."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderflow.importing import PRESETS, Preset, SkipRule
from orderflow.importing.values.quantities import is_below_zero, read_whole
from orderflow.importing.values.times import TimeReader, is_none
from orderflow.importing.values.unreadable import UnreadableError
from tests.importing.files import orders, plain


def whole(text: str, thousands: str = "") -> int:
    return read_whole(text, smallest=1, largest=10**12, thousands=thousands)


@pytest.mark.parametrize(
    ("text", "thousands", "number"),
    [
        ("5", "", 5),
        (" 5 ", "", 5),
        ("+5", "", 5),
        ("005", "", 5),
        ("1.0", "", 1),
        ("1,00", "", 1),
        ("12.0000", "", 12),
        ("1,000", ",", 1000),
        ("1,234,567.00", ",", 1234567),
        ("1.000", ",", 1),
        ("1.000", ".", 1000),
        ("1.234,0", ".", 1234),
        ("1000", ",", 1000),
        (str(10**12), "", 10**12),
    ],
)
def test_whole_numbers_are_read(text: str, thousands: str, number: int) -> None:
    assert whole(text, thousands) == number


@pytest.mark.parametrize(
    "text",
    [*("", "0", "-3", "1.5", "1,5", "٣", "¹", "1e3", "0x1", "1_000", "one", "--1", "1-"),
     str(10**20), "9" * 100_000, "1\0", "+", ".0", "1.", "1.0.0"],
)  # fmt: skip
def test_other_numbers_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="a whole number from 1 to"):
        whole(text)


@pytest.mark.parametrize("text", ["1,000", "1.000", "12,345"])
def test_what_may_be_a_thousand_or_one_is_refused_unless_it_is_said(text: str) -> None:
    with pytest.raises(ValueError, match="unless the thousands separator is set"):
        whole(text)


@pytest.mark.parametrize("text", ["1,00,0", "1,0000", ",100", "1.000.000", "1.5"])
def test_groups_that_are_none_are_refused_where_a_comma_parts_thousands(text: str) -> None:
    with pytest.raises(ValueError, match="a whole number"):
        whole(text, ",")


@given(st.integers(min_value=1, max_value=10**12), st.sampled_from(",."))
def test_a_number_reads_the_same_with_groups_and_without(number: int, thousands: str) -> None:
    grouped = f"{number:,}".replace(",", thousands)
    assert whole(grouped, thousands) == whole(str(number)) == number


@pytest.mark.parametrize(
    ("text", "below"),
    [("-1", True), ("- 2,50", True), ("-0.01", True), ("-0", False), ("0", False), ("-", False),
     ("-x", False), ("1-2", False), ("", False)],
)  # fmt: skip
def test_what_is_below_zero_is_told_from_what_is_not(text: str, below: object) -> None:
    assert is_below_zero(text) is below


LONDON = ZoneInfo("Europe/London")


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("2024-01-31 10:00:00 +0100", "2024-01-31 09:00"),
        ("2024-07-31T10:00:00-04:00", "2024-07-31 14:00"),
        ("2024-07-31T10:00:00Z", "2024-07-31 10:00"),
        ("2024-07-31 10:00:00 UTC", "2024-07-31 10:00"),
        ("2024-07-31 10:00 GMT", "2024-07-31 10:00"),
        ("2024-07-31 10:00", "2024-07-31 09:00"),
        ("2024-07-31", "2024-07-30 23:00"),
        ("31/07/2024 10:00", "2024-07-31 09:00"),
        ("1.2.2024, 9:05:30", "2024-02-01 09:05"),
        ("2024/07/31", "2024-07-30 23:00"),
        ("2024.7.1 9:05", "2024-07-01 08:05"),
        ("2024/07/31 10:00:00 +0100", "2024-07-31 09:00"),
        ("2024.07.31T10:00Z", "2024-07-31 10:00"),
        ("2024-07-31  10:00", "2024-07-31 09:00"),
        ("2024/07/31 9:30 PM", "2024-07-31 20:30"),
        ("2026-10-25 01:30", "2026-10-25 00:30"),
        ("2026-03-29 01:30", "2026-03-29 01:30"),
    ],
)
def test_moments_are_read(text: str, utc: str) -> None:
    found = TimeReader(LONDON, day_first=True).read(text)
    assert f"{found:%Y-%m-%d %H:%M}" == utc


def test_the_month_comes_first_where_that_is_said() -> None:
    found = TimeReader(UTC, day_first=False).read("02/03/2026 9:00")
    assert found == datetime(2026, 2, 3, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "times", "demand"),
    [
        ("02/03/2026", TimeReader(UTC), "unless the order of day and month is set"),
        ("31/02/2026", TimeReader(UTC, day_first=True), "a date with the day first"),
        ("2026-03-02 09:00", TimeReader(None), "unless a time zone is set"),
        ("soon", TimeReader(UTC), "a time like 2026-03-02 09:30"),
        ("٢٠٢٦-٠٣-٠٢", TimeReader(UTC), "a time like"),
        ("2026/13/02", TimeReader(UTC), "a time like"),
        ("2026/03-02", TimeReader(UTC), "a time like"),
        ("1026-03-02", TimeReader(UTC), "in the years 1970 to 2999"),
        ("1970-01-01", TimeReader(LONDON), "in the years 1970 to 2999"),
        ("0001-01-01", TimeReader(LONDON), "in the years 1970 to 2999"),
        ("9999-12-31 23:00-05:00", TimeReader(UTC), "in the years 1970 to 2999"),
        ("45000.5", TimeReader(UTC), "a time like"),
        ("2.3.26", TimeReader(UTC, "%d/%m/%y"), "a time in the format %d/%m/%y"),
    ],
)
def test_what_is_no_moment_says_what_is_asked_for(
    text: str, times: TimeReader, demand: str
) -> None:
    with pytest.raises(ValueError, match=demand):
        times.read(text)


@pytest.mark.parametrize("text", ["", " ", "0000-00-00", "0000-00-00 00:00:00", "00.00.0000"])
def test_a_date_of_zeros_is_none(text: str) -> None:
    assert is_none(text)


@pytest.mark.parametrize(
    ("rule", "fitting", "other"),
    [
        (SkipRule(reason="", column="a", is_one_of=frozenset({"Paid"})), " PAID", "paid in"),
        (SkipRule(reason="", column="a", begins_with=("TEST", "B")), "tests", "a test"),
        (SkipRule(reason="", column="a", is_filled=True), "2026-03-02", "0000-00-00"),
        (SkipRule(reason="", column="a", is_blank=True), " ", "x"),
        (SkipRule(reason="", column="a", is_below_zero=True), "-3,5", "3"),
    ],
)
def test_a_row_is_passed_over_by_what_one_column_says(
    rule: SkipRule, fitting: str, other: str
) -> None:
    assert rule.fits(fitting)
    assert not rule.fits(other)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1 200", 1200),
        ("1\u00a0200", 1200),
        ("1\u2009200\u2009000", 1_200_000),
        ("1\u202f200,00", 1200),
        ("1'200", 1200),
        ("1\u2019200.0", 1200),
        ("1,200,000", 1_200_000),
        ("1.200.000", 1_200_000),
        ("1,200.00", 1200),
        ("1.200,00", 1200),
        ("12.345.678,0", 12_345_678),
        ("-1 200", -1200),
    ],
)
def test_thousands_beyond_doubt_need_no_setting(text: str, number: int) -> None:
    assert read_whole(text, smallest=-9999, largest=10**9) == number


@pytest.mark.parametrize(
    "text", ["1 20", "1 2000", "1,20,000", "1.200,50", "1 200,5", "1.2,3", "1,200 000"]
)
def test_other_groups_are_no_numbers(text: str) -> None:
    with pytest.raises(ValueError, match="a whole number"):
        read_whole(text, smallest=0, largest=10**9)


@pytest.mark.parametrize("text", ["4.00638E+12", "4,00638e+12", "1E+05"])
def test_numbers_that_a_spreadsheet_shortened_are_refused_everywhere(text: str) -> None:
    with pytest.raises(ValueError, match="a spreadsheet has shortened this number"):
        read_whole(text, smallest=0, largest=10**18)
    result = plain(f'"{text}","{text}",1,2026-03-01T10:00Z')
    assert [(fault.column, "spreadsheet" in fault.reason) for fault in result.faults] == [
        ("order_id", True),
        ("sku", True),
    ]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("2 Mar 2026", (2026, 3, 2, 0, 0)),
        ("2-March-26 14:05", (2026, 3, 2, 14, 5)),
        ("Mar-02-26", (2026, 3, 2, 0, 0)),
        ("Dec 31, 2026, 12:15:30 am", (2026, 12, 31, 0, 15)),
        ("02/03/26 12:00 PM", (2026, 3, 2, 12, 0)),
        ("02/03/2026 9:30PM", (2026, 3, 2, 21, 30)),
        ("02.03.2026, 9:30 a.m.", (2026, 3, 2, 9, 30)),
    ],
)
def test_names_of_months_halves_of_days_and_short_years_are_read(
    text: str, found: tuple[int, ...]
) -> None:
    moment = TimeReader(UTC, day_first=True).read(text)
    assert (moment.year, moment.month, moment.day, moment.hour, moment.minute) == found


@pytest.mark.parametrize(
    "text", ["02/03/2026 13:00 PM", "02/03/2026 0:10 am", "2 Foo 2026", "31 Feb 2026", "2/3/026"]
)
def test_other_moments_are_refused(text: str) -> None:
    with pytest.raises(UnreadableError):
        TimeReader(UTC, day_first=True).read(text)


@pytest.mark.parametrize(
    ("dates", "months"),
    [
        (("02/03/2026", "25/03/2026"), [3, 3]),
        (("02/03/26 9:00", "03/25/26 9:00"), [2, 3]),
        (("2026-03-02", "02/03/2026", "25/03/2026"), [3, 3, 3]),
    ],
)
def test_a_date_of_the_file_shows_whether_the_day_comes_first(
    dates: tuple[str, ...], months: list[int]
) -> None:
    rows = [f"{number},MUG,1,{date}" for number, date in enumerate(dates)]
    result = plain(*rows, time_zone=UTC)
    assert [order.placed_at.month for order in orders(result).values()] == months
    assert "first, as '" in result.notes[0]


@pytest.mark.parametrize("dates", [("02/03/2026",), ("13/03/2026", "03/13/2026", "01/02/2026")])
def test_dates_that_show_nothing_or_both_are_asked_after(dates: tuple[str, ...]) -> None:
    result = plain(*(f"{number},MUG,1,{date}" for number, date in enumerate(dates)), time_zone=UTC)
    assert {fault.setting for fault in result.faults} == {"day_first"}
    assert (len(result.faults), result.notes) == (len(dates), ())
    given = plain("1,MUG,1,02/03/2026", "2,MUG,1,03/25/2026", time_zone=UTC, preset=DAY_FIRST)
    assert [(fault.row, fault.value) for fault in given.faults] == [(3, "'03/25/2026'")]


DAY_FIRST = attrs.evolve(PRESETS[Preset.PLAIN], day_first=True)
