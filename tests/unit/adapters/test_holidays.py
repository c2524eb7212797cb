"""Public holidays of countries and their parts."""

from __future__ import annotations

import pickle
import sys
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from orderflow.adapters.holidays import public_holidays
from orderflow.calendar import WarehouseCalendar
from orderflow.errors import InvalidValueError, MissingExtraError


def days_of(month: int, *days: int, year: int = 2026) -> set[date]:
    return {date(year, month, day) for day in days}


def test_england_has_easter_monday_and_the_day_that_makes_up_for_boxing_day() -> None:
    assert public_holidays("GB", subdivision="ENG", years=[2026]) == {
        *days_of(1, 1),
        *days_of(4, 3, 6),
        *days_of(5, 4, 25),
        *days_of(8, 31),
        *days_of(12, 25, 26, 28),
    }


def test_without_a_part_they_are_those_that_all_parts_have() -> None:
    common = public_holidays("GB", years=[2026])
    england = public_holidays("GB", subdivision="ENG", years=[2026])
    assert england - common == days_of(4, 6) | days_of(8, 31)
    assert common < england


def test_all_years_that_are_asked_for_are_there() -> None:
    found = public_holidays("NL", years=range(2026, 2029))
    assert {day.year for day in found} == {2026, 2027, 2028}
    assert {date(2026, 4, 27), date(2027, 4, 27)} < found
    assert public_holidays("NL", years=[]) == frozenset()


def test_a_calendar_takes_them_as_they_are() -> None:
    calendar = WarehouseCalendar(
        time_zone=ZoneInfo("Europe/London"),
        holidays=public_holidays("GB", subdivision="ENG", years=[2026, 2027]),
    )
    assert not calendar.is_working_day(date(2026, 12, 28))
    assert calendar.is_working_day(date(2026, 12, 29))


def test_they_are_plain_dates_and_nothing_of_the_package() -> None:
    found = public_holidays("DE", subdivision="BY", years=[2026])
    assert type(found) is frozenset
    assert {type(day) for day in found} == {date}
    assert b"holidays" not in pickle.dumps(found)


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"country": "ZZ"}, "country must be a code that the package holidays knows, such as GB"),
        ({"country": "gb"}, "country must be"),
        ({"country": "HolidayBase"}, "country must be"),
        ({"country": ""}, "country must be"),
        (
            {"country": "GB", "subdivision": "LND"},
            "subdivision must be one of ENG, NIR, SCT, WLS, not 'LND'",
        ),
        (
            {"country": "MC", "subdivision": "MO"},
            "subdivision must be omitted: MC has no parts, not 'MO'",
        ),
    ],
)
def test_what_the_package_does_not_know_is_refused(asked: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidValueError) as refusal:
        public_holidays(years=[2026], **asked)
    assert message in str(refusal.value)


def test_without_the_extra_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "holidays", None)
    with pytest.raises(MissingExtraError) as missing:
        public_holidays("GB", years=[2026])
    assert str(missing.value) == (
        "holidays is not installed; install it with: pip install 'orderflow-backorder[calendar]'"
    )
    assert (missing.value.package, missing.value.extra) == ("holidays", "calendar")
    assert isinstance(missing.value, ImportError)
    assert str(pickle.loads(pickle.dumps(missing.value))) == str(missing.value)  # noqa: S301 - own


@pytest.mark.parametrize("years", [[1969], [3000], [10**30], ["2026"], [2026, None]])
def test_years_beyond_those_of_a_calendar_are_refused(years: Any) -> None:  # noqa: ANN401
    with pytest.raises(InvalidValueError, match=r"^years must be years from 1970 to 2999, not"):
        public_holidays("GB", years=years)
