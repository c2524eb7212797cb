from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderflow import InvalidValueError
from orderflow.notices import (
    NOTICE_KINDS,
    NoticeKind,
    NoticeTiming,
    Preference,
    Preferences,
    Recipient,
)
from tests.unit.notices.samples import notices

JO = Recipient("mail", "jo@shop.example")
LONDON = ZoneInfo("Europe/London")


def test_every_kind_has_its_row() -> None:
    assert list(NOTICE_KINDS) == list(NoticeKind)
    assert len(notices()) == len(NoticeKind)


def test_what_a_seller_does_not_choose_is_as_the_table_says() -> None:
    preference = Preference(timings=((NoticeKind.HELD, NoticeTiming.NONE),))
    chosen = {kind: preference.timing(kind) for kind in NoticeKind}
    assert chosen == {kind: info.timing for kind, info in NOTICE_KINDS.items()} | {
        NoticeKind.HELD: NoticeTiming.NONE
    }


def test_who_has_opted_out_is_told_nothing() -> None:
    preference = Preference(
        recipients=(JO,), timings=((NoticeKind.HELD, NoticeTiming.BOTH),), opted_out=True
    )
    assert {preference.timing(kind) for kind in NoticeKind} == {NoticeTiming.NONE}
    assert preference.active_recipients() == ()


def test_who_is_named_twice_is_told_once() -> None:
    assert Preference(recipients=(JO, JO)).active_recipients() == (JO,)


@pytest.mark.parametrize(
    ("timing", "at_once", "daily"),
    [
        ("NONE", False, False),
        ("AT_ONCE", True, False),
        ("DAILY", False, True),
        ("BOTH", True, True),
    ],
)
def test_a_delivery_is_at_once_or_daily_or_both(timing: str, *, at_once: bool, daily: bool) -> None:
    assert (NoticeTiming(timing).is_at_once, NoticeTiming(timing).is_daily) == (at_once, daily)


def test_a_seller_without_preferences_has_the_default_ones() -> None:
    own = Preference(opted_out=True)
    preferences = Preferences(default=Preference(recipients=(JO,)), sellers={"acme": own})
    assert preferences.of("acme") is own
    assert preferences.of("bolt").active_recipients() == (JO,)


@pytest.mark.parametrize("timing", [NoticeTiming.DAILY, NoticeTiming.BOTH])
def test_a_kind_that_is_old_news_in_a_digest_is_refused_there(timing: NoticeTiming) -> None:
    with pytest.raises(InvalidValueError, match="AT_ONCE or NONE for EXPECTED_DATE_MOVED"):
        Preference(timings=((NoticeKind.EXPECTED_DATE_MOVED, timing),))


@pytest.mark.parametrize("timing", [NoticeTiming.AT_ONCE, NoticeTiming.BOTH])
def test_a_kind_that_no_event_causes_cannot_be_sent_at_once(timing: NoticeTiming) -> None:
    with pytest.raises(InvalidValueError, match="DAILY or NONE for RECEIPT_OVERDUE"):
        Preference(timings=((NoticeKind.RECEIPT_OVERDUE, timing),))


def test_a_kind_has_one_timing() -> None:
    with pytest.raises(InvalidValueError, match="at most one timing for each kind"):
        Preference(
            timings=((NoticeKind.HELD, NoticeTiming.NONE), (NoticeKind.HELD, NoticeTiming.DAILY))
        )


@pytest.mark.parametrize("address", ["", "a b", "a\r\nBcc: x@y", "x" * 2_001, "\u202ea@b", 7])
def test_an_address_that_no_channel_could_take_is_refused(address: str) -> None:
    with pytest.raises(InvalidValueError, match=r"Recipient\.address"):
        Recipient("mail", address)


@pytest.mark.parametrize(
    ("now", "end"),
    [
        ("2026-03-02T07:00+00:00", "2026-03-02T07:00+00:00"),
        ("2026-03-02T06:59+00:00", "2026-03-01T07:00+00:00"),
        ("2026-07-01T06:00+00:00", "2026-07-01T06:00+00:00"),  # summer time
        ("2026-07-01T05:59+00:00", "2026-06-30T06:00+00:00"),
    ],
)
def test_a_digest_ends_at_a_time_of_day_of_the_seller(now: str, end: str) -> None:
    preference = Preference(digest_at=time(7), zone=LONDON)
    found = preference.digest_end(datetime.fromisoformat(now))
    assert (found, found.tzinfo) == (datetime.fromisoformat(end), UTC)


@given(
    st.datetimes(datetime(2000, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 - bounds
    st.times().map(lambda each: each.replace(fold=0)),
    st.sampled_from(["UTC", "Europe/London", "America/St_Johns", "Pacific/Apia", "Asia/Kathmandu"]),
)
def test_the_ends_of_digests_follow_each_other_without_a_gap(
    now: datetime, digest_at: time, zone: str
) -> None:
    preference = Preference(digest_at=digest_at, zone=ZoneInfo(zone))
    end = preference.digest_end(now)
    assert end <= now < end + timedelta(hours=49)
    assert preference.digest_end(end) == end
    assert preference.digest_end(end - timedelta(seconds=1)) < end
