"""Several changes of one order in a short time are one notice."""

from __future__ import annotations

from datetime import timedelta

import attrs
import pytest
from hypothesis import given

from orderflow import HoldReason, Status
from orderflow.notices import (
    ExpectedDateNotice,
    HeldNotice,
    LineCount,
    Notice,
    OnBackOrderNotice,
    PartlyServedNotice,
    ReleasedNotice,
    ShortLine,
    coalesce,
    kind_of,
)
from tests.unit.notices.samples import FRIDAY, histories, notices
from tests.unit.shop import NOON, About, about, later

WINDOW = timedelta(minutes=10)
(
    ON_BACK_ORDER,
    PARTLY,
    COMPLETED,
    MOVED,
    OVERDUE,
    RECALLED,
    ACCEPTED,
    REJECTED,
    HELD,
    RELEASED,
    SHORT_HELD,
    SHORT_CANCELLED,
    UNITS_CANCELLED,
    GIVEN_UP_SOON,
    WAITED_TOO_LONG,
) = notices()
RELEASED_SHORT = ReleasedNotice(
    seller_id="A",
    order_id="A",
    at=NOON,
    reasons=(HoldReason.SHORT,),
    status=Status.ON_BACK_ORDER,
)


def at(minutes: int, notice: Notice) -> Notice:
    return attrs.evolve(notice, at=later(minutes))


def at_minute(minutes: int) -> About:
    return about("A", later(minutes))


@pytest.mark.parametrize(
    ("earlier", "later_one"),
    [
        (ON_BACK_ORDER, ON_BACK_ORDER),
        (ON_BACK_ORDER, COMPLETED),
        (PARTLY, COMPLETED),
        (COMPLETED, ON_BACK_ORDER),
        (PARTLY, ON_BACK_ORDER),
        (MOVED, COMPLETED),
        (MOVED, ON_BACK_ORDER),
        (HELD, HELD),
        (HELD, RELEASED),
        (RELEASED, HELD),
        (REJECTED, ACCEPTED),
        (REJECTED, REJECTED),
        (ON_BACK_ORDER, SHORT_HELD),
        (MOVED, SHORT_HELD),
        (COMPLETED, SHORT_HELD),
        (COMPLETED, SHORT_CANCELLED),
        (SHORT_HELD, SHORT_HELD),
        (SHORT_HELD, SHORT_CANCELLED),
        (SHORT_HELD, RELEASED_SHORT),
        (RELEASED_SHORT, SHORT_HELD),
        (GIVEN_UP_SOON, WAITED_TOO_LONG),
        (GIVEN_UP_SOON, COMPLETED),
        (WAITED_TOO_LONG, UNITS_CANCELLED),
        (WAITED_TOO_LONG, SHORT_CANCELLED),
    ],
    ids=lambda notice: kind_of(notice).value,
)
def test_a_later_notice_takes_the_place_of_an_earlier_one(
    earlier: Notice, later_one: Notice
) -> None:
    later_one = at(5, later_one)
    assert coalesce([earlier, later_one], WINDOW) == (later_one,)


@pytest.mark.parametrize(
    ("earlier", "later_one"),
    [
        (ON_BACK_ORDER, HELD),
        (RECALLED, ON_BACK_ORDER),
        (RECALLED, COMPLETED),
        (HELD, COMPLETED),
        (ON_BACK_ORDER, MOVED),
        (REJECTED, RECALLED),
        (HELD, SHORT_HELD),
        (SHORT_HELD, RELEASED),
        (RELEASED, SHORT_HELD),
        (COMPLETED, UNITS_CANCELLED),
        (UNITS_CANCELLED, UNITS_CANCELLED),
        (UNITS_CANCELLED, SHORT_CANCELLED),
        (ON_BACK_ORDER, GIVEN_UP_SOON),
        (GIVEN_UP_SOON, MOVED),
    ],
    ids=lambda notice: kind_of(notice).value,
)
def test_notices_on_different_subjects_are_both_told(earlier: Notice, later_one: Notice) -> None:
    assert coalesce([earlier, at(5, later_one)], WINDOW) == (earlier, at(5, later_one))


def test_what_is_far_apart_in_time_is_told_twice() -> None:
    assert len(coalesce([ON_BACK_ORDER, at(10, COMPLETED)], WINDOW)) == 1
    assert len(coalesce([ON_BACK_ORDER, at(11, COMPLETED)], WINDOW)) == 2


def test_orders_are_told_apart_and_sellers_too() -> None:
    others = [attrs.evolve(COMPLETED, order_id="B"), attrs.evolve(COMPLETED, seller_id="bolt")]
    assert len(coalesce([ON_BACK_ORDER, *others], WINDOW)) == 3


def test_an_order_that_is_not_known_to_be_on_back_order_is_told_of_as_it_stands() -> None:
    left = (ShortLine("1", "MUG", 1),)
    served = PartlyServedNotice(
        **at_minute(1), since=NOON, served=(LineCount("1", "MUG", 2),), short=left
    )
    before = OnBackOrderNotice(**at_minute(0), since=NOON, short=(ShortLine("1", "MUG", 3),))
    assert coalesce([before, served], WINDOW) == (
        OnBackOrderNotice(**at_minute(1), since=NOON, short=left),
    )


def test_units_that_came_in_parts_are_added() -> None:
    parts = [
        PartlyServedNotice(
            **at_minute(minute),
            since=NOON,
            served=(LineCount(line, "MUG", minute),),
            short=(ShortLine("1", "MUG", 9 - minute),),
        )
        for minute, line in [(1, "1"), (2, "2"), (3, "1")]
    ]
    (told,) = coalesce(parts, WINDOW)
    assert isinstance(told, PartlyServedNotice)
    assert told.served == (LineCount("1", "MUG", 4), LineCount("2", "MUG", 2))
    assert told.short == (ShortLine("1", "MUG", 6),)


def test_a_date_that_moved_twice_has_moved_once() -> None:
    monday = FRIDAY + timedelta(days=3)
    moves = [
        ExpectedDateNotice(**at_minute(0), before=NOON, expected_at=FRIDAY),
        ExpectedDateNotice(**at_minute(1), before=FRIDAY, expected_at=monday),
    ]
    assert coalesce(moves, WINDOW) == (
        ExpectedDateNotice(**at_minute(1), before=NOON, expected_at=monday),
    )


def test_a_date_that_moved_and_moved_back_is_not_told() -> None:
    moves = [
        ExpectedDateNotice(**at_minute(0), before=NOON, expected_at=None),
        ExpectedDateNotice(**at_minute(1), before=None, expected_at=NOON),
    ]
    assert coalesce(moves, WINDOW) == ()


def test_a_hold_for_another_reason_stays() -> None:
    address = HeldNotice(**at_minute(0), reason=HoldReason.ADDRESS, until=None, note="")
    fraud = HeldNotice(**at_minute(1), reason=HoldReason.FRAUD_RISK, until=None, note="")
    released = ReleasedNotice(**at_minute(2), reasons=(HoldReason.ADDRESS,), status=Status.ON_HOLD)
    assert coalesce([address, fraud, released], WINDOW) == (fraud, released)


@given(histories())
def test_to_coalesce_twice_is_to_coalesce_once(history: list[Notice]) -> None:
    once = coalesce(history, WINDOW)
    assert coalesce(once, WINDOW) == once


@given(histories())
def test_orders_do_not_touch_each_other(history: list[Notice]) -> None:
    for order_id in "AB":
        own = [notice for notice in history if notice.order_id == order_id]
        of_all = [each for each in coalesce(history, WINDOW) if each.order_id == order_id]
        assert coalesce(own, WINDOW) == tuple(of_all)


@given(histories())
def test_the_last_word_on_an_order_is_always_told(history: list[Notice]) -> None:
    last = {notice.order_id: notice for notice in history}
    told = coalesce(history, WINDOW)
    for order_id, notice in last.items():
        if isinstance(notice, ExpectedDateNotice):
            continue  # it may have moved back, and then there is nothing to tell
        own = [each for each in told if each.order_id == order_id]
        assert own[-1].at == notice.at
        stays = isinstance(notice, PartlyServedNotice)
        assert stays or kind_of(own[-1]) is kind_of(notice)


@given(histories())
def test_nothing_is_coalesced_without_a_window(history: list[Notice]) -> None:
    apart = [at(minute, notice) for minute, notice in enumerate(history)]
    said = [
        notice
        for notice in apart
        if not isinstance(notice, ExpectedDateNotice) or notice.before != notice.expected_at
    ]
    assert sorted(coalesce(apart, timedelta(0)), key=lambda each: each.at) == said
