from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import attrs
import pytest

from orderflow import Action, GiveUp, HoldReason, InvalidValueError, Status
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
from orderflow.wording.notices import ENGLISH, NoticeWording, subject_line, to_paragraph
from tests.unit.notices.samples import FRIDAY, bulletin, digest, notices
from tests.unit.shop import NOON, about

if TYPE_CHECKING:
    from datetime import datetime


@pytest.mark.parametrize("notice", notices(), ids=lambda notice: kind_of(notice).value)
def test_a_heading_says_what_happened_to_which_order(notice: Notice) -> None:
    paragraph = to_paragraph(notice)
    assert paragraph.heading == f"Order A {NOTICE_KINDS[kind_of(notice)].title}"
    assert paragraph.lines
    assert all(line.endswith((".", ":")) or "Note: " in line for line in paragraph.lines)


def test_a_heading_has_the_customer_s_reference_only_if_there_is_one() -> None:
    notice = CompletedNotice(seller_id="acme", order_id="7", at=NOON, since=NOON)
    assert to_paragraph(notice).heading == "Order 7 is complete"
    named = attrs.evolve(notice, customer_reference="PO-1")
    assert to_paragraph(named).heading == "Order 7 (PO-1) is complete"


def test_an_order_on_back_order_is_told_of_with_what_is_short_and_the_ways_out() -> None:
    assert to_paragraph(notices()[0]).lines == (
        "It has been on back order since 3 March 2025, 12:00 UTC.",
        "Not in stock: 3 of A (line A). Expected on 7 March 2025, 12:00 UTC.",
        "In stock instead of A: A (9 available).",
        "What you can do:",
        "Cancel the order.",
        "Split the order, and let what is in stock leave now: 2 of A.",
    )


def test_a_line_that_needs_an_overdue_receipt_is_told_of_without_a_date() -> None:
    (overdue,) = (each for each in notices() if kind_of(each) is NoticeKind.RECEIPT_OVERDUE)
    paragraph = to_paragraph(overdue)
    assert paragraph.heading == "Order A needs an overdue receipt"
    assert paragraph.lines == (
        (
            "Not in stock: 3 of A (line A). It was expected on 3 March 2025, 12:00 UTC, and there "
            "is no new date."
        ),
    )


def test_every_way_out_and_every_reason_has_words() -> None:
    def named(kind: str) -> set[str]:
        parts = (name.split(".") for name in ENGLISH)
        return {each[1] for each in parts if each[0] == kind and each[1].isupper()}

    assert named("way") == {*_WAYS_OUT, *_WAYS_OUT_OF_HOLD} <= set(Action)
    assert named("hold") == set(HoldReason)
    assert named("reason") == set(ShortReason)
    assert named("give_up") == set(GiveUp)
    assert named("status") == set(Status)
    assert named("heading") == set(NoticeKind)


def test_an_order_on_hold_until_the_seller_chooses_is_told_of_with_the_ways_out() -> None:
    (held,) = (each for each in notices() if isinstance(each, ShortOrderHeldNotice))
    told = to_paragraph(attrs.evolve(held, note=""))
    assert told.heading == "Order A is short and on hold"
    assert told.lines == (
        "It has been on hold since 3 March 2025, 12:00 UTC.",
        "It stays on hold until somebody releases it.",
        "Not in stock: 3 of A (line A). Expected on 7 March 2025, 12:00 UTC.",
        "In stock instead of A: A (9 available).",
        "What you can do:",
        "Remove the short lines: 3 of A. The order stays on hold until you release it.",
        "Release the hold. The order is then on back order.",
    )
    until = to_paragraph(attrs.evolve(held, until=FRIDAY, note="ask Jo")).lines[1:3]
    assert until == ("It stays on hold until 7 March 2025, 12:00 UTC.", "Note: ask Jo")
    arrived = attrs.evolve(held, short=(ShortLine("1", "MUG", 2, is_there=True),))
    assert "Now in stock: 2 of MUG (line 1). The order is on hold." in to_paragraph(arrived).lines


def test_a_short_order_that_was_cancelled_is_told_of_with_what_was_missing() -> None:
    (cancelled,) = (each for each in notices() if isinstance(each, ShortOrderCancelledNotice))
    told = to_paragraph(attrs.evolve(cancelled, short=(LineCount("1", "MUG", 1),)))
    assert told.heading == "Order A was cancelled because it is short"
    assert told.lines == (
        "Cancelled: 2 of A.",
        "Not in stock: 1 of MUG.",
        "Your settings let no order wait for stock.",
        "If the order is still wanted, place a new one.",
    )


def test_an_order_that_will_be_given_up_is_told_of_with_the_moment_and_the_ways_out() -> None:
    (soon,) = (each for each in notices() if isinstance(each, GivenUpSoonNotice))
    told = to_paragraph(soon)
    assert told.heading == "Order A will be given up soon"
    assert told.lines == (
        "It has been on back order since 3 March 2025, 12:00 UTC.",
        (
            "If it is still on back order on 7 March 2025, 12:00 UTC, the missing units will be "
            "cancelled."
        ),
        "Not in stock: 3 of A (line A). Expected on 7 March 2025, 12:00 UTC.",
        "In stock instead of A: A (9 available).",
        "What you can do:",
        "Cancel the order.",
        "Split the order, and let what is in stock leave now: 2 of A.",
    )


@pytest.mark.parametrize(
    ("how", "said"),
    [(GiveUp.SPLIT, ("What it had in stock is now an order of its own.",)), (GiveUp.NOTIFY, ())],
)
def test_an_order_that_has_waited_too_long_is_told_of(how: GiveUp, said: tuple[str, ...]) -> None:
    (waited,) = (each for each in notices() if isinstance(each, WaitedTooLongNotice))
    told = to_paragraph(attrs.evolve(waited, how=how))
    assert told.heading == "Order A has waited too long"
    since = "It has been on back order since 3 March 2025, 12:00 UTC."
    assert told.lines[: 2 + len(said)] == (since, "That is as long as it may wait.", *said)


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (
            Status.ALLOCATED,
            (
                "The order is now complete.",
                "You can edit or cancel it until it is sent to the warehouse.",
            ),
        ),
        (Status.DESPATCHED, ("The order is now despatched.",)),
    ],
)
def test_short_units_that_were_cancelled_are_told_with_what_can_still_be_done(
    status: Status, said: tuple[str, ...]
) -> None:
    (cancelled,) = (each for each in notices() if isinstance(each, ShortUnitsCancelledNotice))
    told = to_paragraph(attrs.evolve(cancelled, status=status))
    assert told.heading == "Order A had short units cancelled"
    assert told.lines == (
        "Cancelled: 2 of A.",
        "No more units of these products may be on back order.",
        *said,
    )


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        (NOON, FRIDAY, "later than 3 March 2025, 12:00 UTC"),
        (FRIDAY, NOON, "sooner than 7 March 2025, 12:00 UTC"),
        (None, NOON, "Until now, there was no date"),
        (NOON, None, "there is no other one yet"),
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
    assert to_paragraph(hold).lines[-1] == "Note: call Bcc: x"


def test_a_subject_names_the_one_order_or_counts() -> None:
    first, _, completed, *_ = notices()
    held = notices()[7]
    other = attrs.evolve(completed, order_id="B")
    assert subject_line(bulletin(completed)) == "Order A is complete"
    assert subject_line(bulletin(held, completed)) == "Order A is complete, and 1 more update"
    assert subject_line(bulletin(completed, other)) == "2 order updates"
    assert subject_line(bulletin(completed, left_out=5)) == "6 order updates"
    assert subject_line(digest(first)) == "1 new order on back order until 3 March 2025, 12:00 UTC"
    assert subject_line(digest(first, held)) == "2 order updates until 3 March 2025, 12:00 UTC"
    assert subject_line(attrs.evolve(digest(first), left_out=1)).startswith("2 new orders on")


MARKED = NoticeWording(
    texts={
        name: text if name in {"moment", "months"} else f"«{text}»"
        for name, text in ENGLISH.items()
    }
)


def without_marks(text: str) -> str:
    """Return what is left of a text without what stands between marks, from the inside out."""
    inner = re.compile("«[^«»]*»")
    while inner.search(text):
        text = inner.sub("", text)
    return text


@pytest.mark.parametrize("notice", notices(), ids=lambda notice: kind_of(notice).value)
def test_no_word_of_a_notice_escapes_translation(notice: Notice) -> None:
    told = to_paragraph(notice, MARKED)
    assert [without_marks(each) for each in (told.heading, *told.lines)] == [""] * (
        1 + len(told.lines)
    )
    for each in (bulletin(notice), bulletin(notice, notice), digest(notice)):
        assert without_marks(subject_line(each, MARKED)) == ""


def test_moments_are_in_the_zone_of_the_wording() -> None:
    summer = CompletedNotice(**about(), since=NOON + timedelta(days=90))
    london = NoticeWording(zone=ZoneInfo("Europe/London"))
    assert "1 June 2025, 13:00 BST" in to_paragraph(summer, london).lines[0]
    german = NoticeWording(
        zone=ZoneInfo("Asia/Tokyo"),
        texts={
            "moment": "{day}. {month} {year}, {time} Uhr ({zone})",
            "months": "Januar Februar März April Mai Juni Juli August September Oktober November "
            "Dezember",
            "complete": "Im Rückstand seit {since}.",
        },
    )
    assert to_paragraph(notices()[2], german).lines == (
        "Im Rückstand seit 3. März 2025, 21:00 Uhr (JST).",
    )


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("no name", "text"),
        ("since", "Since {until}."),
        ("since", "Since {since.__class__}."),
        ("since", "Since {since[0]}."),
        ("since", "Since {since:>9999}."),
        ("since", "Since {since!r}."),
        ("since", "Since {}."),
        ("since", "Since {since."),
        ("months", "January February"),
    ],
)
def test_a_text_that_cannot_be_filled_in_is_refused_at_once(name: str, text: str) -> None:
    with pytest.raises(InvalidValueError, match=name):
        NoticeWording(texts={name: text})
