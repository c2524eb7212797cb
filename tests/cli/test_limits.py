"""Moments and lengths of time beyond their limits, and results above theirs, are named."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.cli.runner import flat, run
from tests.cli.shop import Shop, shop

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["shop"]

YEARS = "must be in the years 1970 to 2999 of UTC"


@pytest.mark.parametrize("moment", ["0001-01-01", "1969-12-31T23:59", "3000-01-01", "9999-12-31"])
def test_a_moment_beyond_the_limits_is_refused_by_the_name_of_its_option(
    shop: Shop, moment: str
) -> None:
    for command, *arguments in (
        ("count", "MUG", 5, "--at", moment),
        ("explain", "A-1", "--at", moment),
        ("events", "--since", moment),
        ("hold", "A-1", "ADDRESS", "--until", moment),
        ("edit", "A-1", "--promised-by", moment),
    ):
        message = shop.wrong(command, *arguments)
        assert f"'{moment}' {YEARS}" in message
        if "--" in str(arguments[-2]):
            assert f"'{arguments[-2]}'" in message
    assert f"'{moment}' {YEARS}" in shop.wrong("announce", "R-1", "MUG", 5, moment)


@pytest.mark.parametrize("days", ["3000000", "36526", "0", "-1", "nan", "inf", "1e300"])
def test_no_database_gets_a_policy_that_no_command_could_apply(tmp_path: Path, days: str) -> None:
    file = tmp_path / "new.db"
    options = ("--partial-allocation", "AFTER_WAITING", "--wait-max", days)
    result = run("init", "--db", file, *options)
    assert (result.exit_code, result.stdout) == (2, "")
    assert "'--wait-max'" in flat(result.stderr)
    assert not file.exists()


def test_the_longest_wait_of_a_policy_is_applied_at_any_moment(tmp_path: Path) -> None:
    made = Shop(tmp_path / "shop.db")
    made.do("init", "--partial-allocation", "AFTER_WAITING", "--wait-max", 36_525)
    made.do("count", "MUG", 1, "--at", "1970-01-01")
    made.do("place", "A-1", "MUG=2", "--at", "2999-12-31")
    assert made.status("A-1") == "ON_BACK_ORDER"
    assert "from 3100-01-01 00:00 UTC on" in made.do("explain", "A-1", "--at", "2999-12-31T23:59")


def test_too_many_units_are_refused_and_not_called_a_bad_value(shop: Shop) -> None:
    shop.do("count", "MUG", 10**12)
    message = shop.refused("book-in", "MUG", 1)
    assert (
        "stock of 'MUG' in warehouse 'leeds' would have 1,000,000,000,001 units on hand" in message
    )
    assert "count the stock and record the count first" in message
