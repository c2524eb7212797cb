"""`orderflow cut-off`: does this order still leave today?"""

from __future__ import annotations

import sys
from datetime import UTC, datetime, timedelta

import pytest

from tests.cli.runner import flat, run, run_json

CHRISTMAS_EVE = ("--holidays", "GB-ENG", "--at", "2026-12-24T15:30")


def test_an_order_leaves_today_and_a_file_after_the_holidays() -> None:
    assert run_json("cut-off", *CHRISTMAS_EVE) == {
        "at": "2026-12-24T15:30:00+00:00",
        "time_zone": "Europe/London",
        "despatch_day": "2026-12-24",
        "cut_off": "2026-12-24T16:00:00+00:00",
        "seconds_left": 1_800,
        "uploads": [
            {
                "orders_max": 10,
                "despatch_day": "2026-12-29",
                "upload_by": "2026-12-29T14:00:00+00:00",
                "seconds_left": 426_600,
            },
            {
                "orders_max": None,
                "despatch_day": "2026-12-29",
                "upload_by": "2026-12-29T06:00:00+00:00",
                "seconds_left": 397_800,
            },
        ],
    }


def test_people_see_a_table() -> None:
    result = run("cut-off", *CHRISTMAS_EVE)
    assert result.exit_code == 0
    printed = flat(result.stdout)
    assert "Thu 24 Dec 2026, 15:30 in Europe/London leaves on if before left" in printed
    assert "an order, complete now Thu 24 Dec Thu 24 Dec, 16:00 30 min" in printed
    assert "a file of up to 10 orders, uploaded now Tue 29 Dec Tue 29 Dec, 14:00 4 d" in printed
    assert "a file of more orders, uploaded now Tue 29 Dec Tue 29 Dec, 06:00 4 d" in printed


def test_options_describe_the_warehouse() -> None:
    options = ("--time-zone", "Asia/Tokyo", "--cut-off", "11:30", "--working-days", "sat,sun")
    found = run_json("cut-off", *options, "--at", "2026-03-06T16:00:00Z")
    assert found["at"] == "2026-03-07T01:00:00+09:00"
    assert found["cut_off"] == "2026-03-07T11:30:00+09:00"
    assert found["uploads"][1]["upload_by"] == "2026-03-07T01:30:00+09:00"


def test_a_time_without_an_offset_is_that_of_the_warehouse() -> None:
    found = run_json("cut-off", "--time-zone", "America/New_York", "--at", "2026-03-06T16:00")
    assert found["at"] == "2026-03-06T16:00:00-05:00"
    assert found["despatch_day"] == "2026-03-09"


def test_without_a_time_it_is_about_now() -> None:
    at = datetime.fromisoformat(run_json("cut-off")["at"])
    assert abs(datetime.now(UTC) - at) < timedelta(minutes=1)


def test_holidays_of_the_next_year_count_too() -> None:
    found = run_json("cut-off", "--holidays", "GB-SCT", "--at", "2026-12-31T17:00")
    assert found["despatch_day"] == "2027-01-05"  # after New Year's Day, and the 2nd made up for


def test_holidays_of_a_whole_country() -> None:
    found = run_json("cut-off", "--holidays", "NL", "--at", "2026-04-26T12:00")
    assert found["despatch_day"] == "2026-04-28"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--at", "noon"], "'--at': 'noon' is not a valid TIME: try 2026-03-02T09:30"),
        (["--at", "9999-12-31"], "'--at': must be a time, in"),
        (["--cut-off", "4pm"], "'--cut-off': '4pm' is not a valid HH:MM: try 16:00"),
        (["--cut-off", "16:00Z"], "'--cut-off': must be a time of day"),
        (["--time-zone", "Europe"], "'Europe' is not a valid ZONE: try Europe/London"),
        (["--working-days", ""], "'--working-days'"),
        (
            ["--holidays", "ZZ"],
            "'--holidays': must be a code that the package holidays knows",
        ),
        (["--holidays", "GB-XX"], "'--holidays': must be one of ENG, NIR, SCT, WLS"),
        (["--holidays", ""], "'--holidays': must be"),
    ],
)
def test_an_invalid_value_is_named(options: list[str], message: str) -> None:
    result = run("cut-off", *options)
    assert (result.exit_code, result.stdout) == (2, "")
    assert message in flat(result.stderr)


def test_without_the_extra_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "holidays", None)
    result = run("cut-off", *CHRISTMAS_EVE)
    assert result.exit_code == 2
    assert "pip install 'orderflow-backorder[calendar]'" in flat(result.stderr)
    assert run("cut-off").exit_code == 0
