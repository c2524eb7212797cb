from __future__ import annotations

from typing import TYPE_CHECKING

import attrs
import pytest

from orderflow import Action, GiveUp, HoldReason, Status
from orderflow.events import ShortReason
from orderflow.notices import (
    NOTICE_KINDS,
    CompletedNotice,
    ExpectedDateNotice,
    GivenUpSoonNotice,
    HeldNotice,
    LineCount,
    Notice,
    NoticeKind,
    ShortLine,
    ShortOrderCancelledNotice,
    ShortOrderHeldNotice,
    ShortUnitsCancelledNotice,
    WaitedTooLongNotice,
    kind_of,
)
from orderflow.notices.writing import _WAYS_OUT, _WAYS_OUT_OF_HOLD
from orderflow.wording.notices import (
    _GIVE_UP,
    _HOLDS,
    _SHORT_REASONS,
    _WAYS,
    subject_line,
    to_paragraph,
)
from tests.unit.notices.samples import FRIDAY, bulletin, digest, notices
from tests.unit.shop import NOON, about

if TYPE_CHECKING:
    from datetime import datetime


@pytest.mark.parametrize("notice", notices(), ids=lambda notice: kind_of(notice).value)
def test_a_heading_says_what_happened_to_which_order(notice: Notice) -> None:
    paragraph = to_paragraph(notice)
    assert paragraph.heading == f"Order A {NOTICE_KINDS[kind_of(notice)].title}"
    assert paragraph.lines
    assert all(line.endswith(".") or "Note: " in line for line in paragraph.lines)


def test_a_heading_has_the_customer_s_reference_only_if_there_is_one() -> None:
    notice = CompletedNotice(seller_id="acme", order_id="7", at=NOON, since=NOON)
    assert to_paragraph(notice).heading == "Order 7 is complete"
    named = attrs.evolve(notice, customer_reference="PO-1")
    assert to_paragraph(named).heading == "Order 7 (PO-1) is complete"


def test_an_order_on_back_order_is_told_of_with_what_is_short_and_the_ways_out() -> None:
    assert to_paragraph(notices()[0]).lines == (
        "On back order since 2025-03-03 12:00 UTC.",
        "Line A: 3 of A short, expected 2025-03-07 12:00 UTC.",
        "In stock instead of A: A (9).",
        "Cancel the order.",
        "Split the order and send the allocated units now: 2 of A.",
    )


def test_a_line_that_needs_an_overdue_receipt_is_told_of_without_a_date() -> None:
    (overdue,) = (each for each in notices() if kind_of(each) is NoticeKind.RECEIPT_OVERDUE)
    paragraph = to_paragraph(overdue)
    assert paragraph.heading == "Order A needs an overdue receipt"
    assert paragraph.lines == (
        "Line A: 3 of A short, overdue since 2025-03-03 12:00 UTC, no date.",
    )


def test_every_way_out_and_every_reason_has_words() -> None:
    assert set(_WAYS) == {*_WAYS_OUT, *_WAYS_OUT_OF_HOLD} <= set(Action)
    assert set(_HOLDS) == set(HoldReason)
    assert set(_SHORT_REASONS) == set(ShortReason)
    assert set(_GIVE_UP) == set(GiveUp)


def test_an_order_on_hold_until_the_seller_chooses_is_told_of_with_the_ways_out() -> None:
    (held,) = (each for each in notices() if isinstance(each, ShortOrderHeldNotice))
    told = to_paragraph(attrs.evolve(held, note=""))
    assert told.heading == "Order A is short and on hold"
    assert told.lines == (
        "On hold since 2025-03-03 12:00 UTC, until it is released.",
        "Line A: 3 of A short, expected 2025-03-07 12:00 UTC.",
        "In stock instead of A: A (9).",
        "Remove the short lines: 3 of A. The order will stay on hold until it is released.",
        "Release the hold. The order will then be on back order.",
    )
    until = to_paragraph(attrs.evolve(held, until=FRIDAY, note="ask Jo")).lines[0]
    assert until.endswith("until 2025-03-07 12:00 UTC. Note: ask Jo")
    arrived = attrs.evolve(held, short=(ShortLine("1", "MUG", 2, is_there=True),))
    assert to_paragraph(arrived).lines[1] == (
        "Line 1: 2 of MUG short, in stock, but the order is on hold."
    )


def test_a_short_order_that_was_cancelled_is_told_of_with_what_was_missing() -> None:
    (cancelled,) = (each for each in notices() if isinstance(each, ShortOrderCancelledNotice))
    told = to_paragraph(attrs.evolve(cancelled, short=(LineCount("1", "MUG", 1),)))
    assert told.heading == "Order A was cancelled because it is short"
    assert told.lines == (
        "Cancelled: 2 of A.",
        "Short: 1 of MUG.",
        "Reason: the settings do not let short units wait for stock.",
        "A cancelled order stays cancelled. If it is still wanted, place a new order.",
    )


def test_an_order_that_will_be_given_up_is_told_of_with_the_moment_and_the_ways_out() -> None:
    (soon,) = (each for each in notices() if isinstance(each, GivenUpSoonNotice))
    told = to_paragraph(soon)
    assert told.heading == "Order A will be given up soon"
    assert told.lines == (
        (
            "On back order since 2025-03-03 12:00 UTC. If it is still on back order at "
            "2025-03-07 12:00 UTC, its short units will be cancelled."
        ),
        "Line A: 3 of A short, expected 2025-03-07 12:00 UTC.",
        "In stock instead of A: A (9).",
        "Cancel the order.",
        "Split the order and send the allocated units now: 2 of A.",
    )


@pytest.mark.parametrize(
    ("how", "said"),
    [(GiveUp.SPLIT, " Whatever could leave was split off."), (GiveUp.NOTIFY, "")],
)
def test_an_order_that_has_waited_too_long_is_told_of(how: GiveUp, said: str) -> None:
    (waited,) = (each for each in notices() if isinstance(each, WaitedTooLongNotice))
    told = to_paragraph(attrs.evolve(waited, how=how))
    assert told.heading == "Order A has waited too long"
    since = "On back order since 2025-03-03 12:00 UTC, which is as long as it may be."
    assert told.lines[0] == f"{since}{said}"


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (
            Status.ALLOCATED,
            (
                "The order is now allocated. It can be edited or cancelled until it is sent to the "
                "warehouse."
            ),
        ),
        (Status.DESPATCHED, "The order is now despatched."),
    ],
)
def test_short_units_that_were_cancelled_are_told_with_what_can_still_be_done(
    status: Status, said: str
) -> None:
    (cancelled,) = (each for each in notices() if isinstance(each, ShortUnitsCancelledNotice))
    told = to_paragraph(attrs.evolve(cancelled, status=status))
    assert told.heading == "Order A had short units cancelled"
    assert told.lines == (
        "Cancelled: 2 of A.",
        "Reason: these products may have no more units on back order.",
        said,
    )


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        (NOON, FRIDAY, "later than 2025-03-03 12:00 UTC"),
        (FRIDAY, NOON, "sooner than 2025-03-07 12:00 UTC"),
        (None, NOON, "There was no expected date before"),
        (NOON, None, "There is no expected date now"),
    ],
)
def test_a_date_that_moved_is_said_to_be_better_worse_or_unknown(
    before: datetime | None, after: datetime | None, said: str
) -> None:
    notice = ExpectedDateNotice(**about(), before=NOON, expected_at=FRIDAY)
    moved = attrs.evolve(notice, before=before, expected_at=after)
    assert said in to_paragraph(moved).lines[0]


def test_a_remark_is_one_line() -> None:
    hold = HeldNotice(**about(), reason=HoldReason.OTHER, until=None, note="call\r\nBcc: x")
    assert to_paragraph(hold).lines == ("Reason: other, until it is released. Note: call Bcc: x",)


def test_a_subject_names_the_one_order_or_counts() -> None:
    first, _, completed, *_ = notices()
    held = notices()[7]
    other = attrs.evolve(completed, order_id="B")
    assert subject_line(bulletin(completed)) == "Order A is complete"
    assert subject_line(bulletin(held, completed)) == "Order A is complete, and 1 more update"
    assert subject_line(bulletin(completed, other)) == "2 order updates"
    assert subject_line(bulletin(completed, left_out=5)) == "6 order updates"
    assert subject_line(digest(first)) == "1 new order on back order until 2025-03-03 12:00 UTC"
    assert subject_line(digest(first, held)) == "2 order updates until 2025-03-03 12:00 UTC"
    assert subject_line(attrs.evolve(digest(first), left_out=1)).startswith("2 new orders on")
