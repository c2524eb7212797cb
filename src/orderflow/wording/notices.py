"""Notices in words: a heading and some lines for each, as plain text.

Nothing is escaped here. Who puts the words into a mail or a page does it for what they put it in.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

import attrs

from orderflow.domain.model.lifecycle import Action
from orderflow.domain.model.order import HoldReason
from orderflow.notices.kinds import NOTICE_KINDS, NoticeKind
from orderflow.notices.notice import (
    Bulletin,
    CancellationAcceptedNotice,
    CancellationRejectedNotice,
    CompletedNotice,
    Direction,
    ExpectedDateNotice,
    HeldNotice,
    OnBackOrderNotice,
    PartlyServedNotice,
    RecalledNotice,
    ReleasedNotice,
    kind_of,
)
from orderflow.wording.moments import moment_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from orderflow.notices.notice import LineCount, Notice, ShortLine, WayOut

__all__ = ["Paragraph", "subject_line", "to_paragraph"]


@attrs.frozen
class Paragraph:
    """A notice in words.

    Attributes:
        order_id: The order that it is about.
        heading: What has happened, in one line.
        lines: What else there is to say.
    """

    order_id: str
    heading: str
    lines: tuple[str, ...]


def to_paragraph(notice: Notice) -> Paragraph:
    """Put a notice in words.

    >>> from datetime import UTC, datetime
    >>> noon = datetime(2026, 3, 2, 12, tzinfo=UTC)
    >>> to_paragraph(CompletedNotice(seller_id="acme", order_id="7", at=noon, since=noon)).heading
    'Order 7 is complete'
    """
    heading = f"Order {notice.order_id} {NOTICE_KINDS[kind_of(notice)].title}"
    return Paragraph(notice.order_id, heading, tuple(_lines(notice)))


def subject_line(bulletin: Bulletin) -> str:
    """Say in one line what a bulletin is about."""
    count = len(bulletin.notices) + bulletin.left_out
    if bulletin.until is not None:
        until = moment_text(bulletin.until)
        if all(kind_of(each) is NoticeKind.ON_BACK_ORDER for each in bulletin.notices):
            return f"{_counted(count, 'new order')} on back order until {until}"
        return f"{_counted(count, 'change')} of orders until {until}"
    if count == 1:
        return to_paragraph(bulletin.notices[0]).heading
    if len({notice.order_id for notice in bulletin.notices}) == 1 and not bulletin.left_out:
        latest = to_paragraph(bulletin.notices[-1]).heading
        return f"{latest}, and {_counted(count - 1, 'more change')}"
    return f"{_counted(count, 'change')} of orders"


def _lines(notice: Notice) -> Iterator[str]:
    match notice:
        case OnBackOrderNotice():
            yield f"On back order since {moment_text(notice.since)}."
            yield from _short(notice.short)
            yield from map(_way_out, notice.ways_out)
        case PartlyServedNotice():
            yield f"It got {_counts(notice.served)}."
            yield f"On back order since {moment_text(notice.since)}."
            yield from _short(notice.short)
            yield from map(_way_out, notice.ways_out)
        case CompletedNotice():
            since = moment_text(notice.since)
            yield f"It was on back order since {since}; every line is covered now."
        case ExpectedDateNotice():
            yield _moved(notice)
        case RecalledNotice():
            yield f"The warehouse did not find {_counts(notice.missing)}."
        case CancellationAcceptedNotice():
            yield "The warehouse agreed to the cancellation; its stock is available again."
        case CancellationRejectedNotice():
            yield f"The warehouse goes on with it.{_remark(notice.reason)}"
        case HeldNotice():
            until = "it is released" if notice.until is None else moment_text(notice.until)
            yield f"Reason: {_HOLDS[notice.reason]}, until {until}.{_remark(notice.note)}"
        case ReleasedNotice():
            reasons = ", ".join(_HOLDS[reason] for reason in notice.reasons)
            yield f"No longer on hold for: {reasons}. Its status is {notice.status} now."
        case _:
            assert_never(notice)


def _short(lines: Iterable[ShortLine]) -> Iterator[str]:
    for line in lines:
        expected = f", expected {moment_text(line.expected_at)}" if line.expected_at else ""
        if line.is_there:
            expected = ", in stock; the order waits for the rest"
        yield f"Line {line.line_id}: {line.short} of {line.sku} short{expected}."
        if line.replacements:
            stock = ", ".join(f"{each.sku} ({each.available})" for each in line.replacements)
            yield f"In stock instead of {line.sku}: {stock}."


def _way_out(way: WayOut) -> str:
    units = ", ".join(f"{units} of {sku}" for sku, units in way.units)
    what = f"{_WAYS[way.action]}: {units}" if units else _WAYS[way.action]
    return (
        f"You can {what}. It would be {' or '.join(way.leads_to)}."
        if way.leads_to
        else (f"You can {what}.")
    )


def _moved(notice: ExpectedDateNotice) -> str:
    before, now = (
        moment_text(date) if date is not None else ""
        for date in (notice.before, notice.expected_at)
    )
    match notice.direction:
        case Direction.UNKNOWN:
            return f"It was expected to be complete {before}; no date is known any more."
        case Direction.BETTER if not before:
            return f"It is expected to be complete {now}; no date was known before."
        case Direction.BETTER:
            return f"It is expected to be complete {now}, sooner than {before}."
        case Direction.WORSE:
            return f"It is expected to be complete {now}, later than {before}."


def _counts(counts: tuple[LineCount, ...]) -> str:
    return ", ".join(f"{each.units} of {each.sku}" for each in counts)


def _counted(number: int, thing: str) -> str:
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"


def _remark(text: str) -> str:
    return f" They say: {' '.join(text.split())}" if text.strip() else ""


_HOLDS = {
    HoldReason.SELLER_DELAY: "the seller asked for a delay",
    HoldReason.FRAUD_RISK: "risk of fraud",
    HoldReason.AWAITING_CONFIRMATION: "a confirmation is missing",
    HoldReason.ADDRESS: "the address",
    HoldReason.OTHER: "another one",
}

_WAYS = {
    Action.CANCEL: "cancel the order",
    Action.REMOVE_LINE: "remove what is short",
    Action.REPLACE_LINE: "replace what is short by what is in stock",
    Action.SEND_STOCK: "send stock, and it is processed again by itself",
    Action.SPLIT: "split the order, and let leave what is allocated",
}
