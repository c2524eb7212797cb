from __future__ import annotations

from typing import TYPE_CHECKING

import attrs
import pytest

from orderflow import Action, HoldReason
from orderflow.notices import (
    NOTICE_KINDS,
    CompletedNotice,
    ExpectedDateNotice,
    HeldNotice,
    Notice,
    NoticeKind,
    kind_of,
)
from orderflow.notices.writing import _WAYS_OUT
from orderflow.wording.notices import _HOLDS, _WAYS, subject_line, to_paragraph
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
    assert set(_WAYS) == set(_WAYS_OUT) <= set(Action)
    assert set(_HOLDS) == set(HoldReason)


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
