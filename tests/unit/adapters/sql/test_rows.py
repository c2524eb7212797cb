"""Moments as texts: each of them in UTC, whichever zone it is told in."""

from __future__ import annotations

from datetime import timedelta, timezone

from orderflow.adapters.sql.rows import Moments
from tests.unit.shop import NOON

ELSEWHERE = NOON.astimezone(timezone(timedelta(hours=2)))


def test_equal_moments_have_one_text_whichever_is_written_first() -> None:
    write = Moments(as_text=True).write
    for first, second in ((ELSEWHERE, NOON), (NOON, ELSEWHERE)):
        assert write(first) == write(second) == f"{NOON:%Y-%m-%d %H:%M:%S}.000000"


def test_what_was_written_is_read_in_utc() -> None:
    moments = Moments(as_text=True)
    assert moments.read(moments.write(ELSEWHERE)) == NOON
