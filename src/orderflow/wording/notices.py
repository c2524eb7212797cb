"""Notices in words: a heading and some lines for each, as plain text.

Nothing is escaped here. Escape the text for the mail or page that you put it in.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

import attrs

from orderflow.domain.model.give_up import GiveUp
from orderflow.domain.model.lifecycle import Action, allowed_actions
from orderflow.domain.model.order import HoldReason
from orderflow.domain.model.short_part import ShortReason
from orderflow.domain.model.status import Status
from orderflow.errors.quoting import counted
from orderflow.notices.kinds import NOTICE_KINDS, NoticeKind
from orderflow.notices.notice import (
    Bulletin,
    CancellationAcceptedNotice,
    CancellationRejectedNotice,
    CompletedNotice,
    Direction,
    ExpectedDateNotice,
    GivenUpSoonNotice,
    HeldNotice,
    OnBackOrderNotice,
    PartlyServedNotice,
    RecalledNotice,
    ReceiptOverdueNotice,
    ReleasedNotice,
    ShortOrderCancelledNotice,
    ShortOrderHeldNotice,
    ShortUnitsCancelledNotice,
    WaitedTooLongNotice,
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
        order_id: The order.
        heading: What happened, in one line.
        lines: The details.
    """

    order_id: str
    heading: str
    lines: tuple[str, ...]


def to_paragraph(notice: Notice) -> Paragraph:
    """Return a notice in words.

    >>> from datetime import UTC, datetime
    >>> noon = datetime(2026, 3, 2, 12, tzinfo=UTC)
    >>> to_paragraph(CompletedNotice(seller_id="acme", order_id="7", at=noon, since=noon)).heading
    'Order 7 is complete'
    """
    reference = f" ({notice.customer_reference})" if notice.customer_reference is not None else ""
    heading = f"Order {notice.order_id}{reference} {NOTICE_KINDS[kind_of(notice)].title}"
    return Paragraph(notice.order_id, heading, tuple(_lines(notice)))


def subject_line(bulletin: Bulletin) -> str:
    """Return one line that says what a bulletin is about."""
    count = len(bulletin.notices) + bulletin.left_out
    if bulletin.until is not None:
        until = moment_text(bulletin.until)
        if all(kind_of(each) is NoticeKind.ON_BACK_ORDER for each in bulletin.notices):
            return f"{counted(count, 'new order')} on back order until {until}"
        return f"{counted(count, 'order update')} until {until}"
    if count == 1:
        return to_paragraph(bulletin.notices[0]).heading
    if len({notice.order_id for notice in bulletin.notices}) == 1 and not bulletin.left_out:
        latest = to_paragraph(bulletin.notices[-1]).heading
        return f"{latest}, and {counted(count - 1, 'more update')}"
    return counted(count, "order update")


def _lines(notice: Notice) -> Iterator[str]:
    match notice:
        case OnBackOrderNotice():
            yield f"On back order since {moment_text(notice.since)}."
            yield from _short(notice.short)
            yield from map(_way_out, notice.ways_out)
        case PartlyServedNotice():
            yield f"Allocated: {_counts(notice.served)}."
            yield f"On back order since {moment_text(notice.since)}."
            yield from _short(notice.short)
            yield from map(_way_out, notice.ways_out)
        case CompletedNotice():
            yield f"On back order since {moment_text(notice.since)}. Every line is now allocated."
        case ExpectedDateNotice():
            yield _date_change(notice)
        case ReceiptOverdueNotice():
            yield from _short(notice.short)
        case RecalledNotice():
            yield f"The warehouse could not find {_counts(notice.missing)}."
        case CancellationAcceptedNotice():
            yield "The warehouse accepted the cancellation. The stock is available again."
        case CancellationRejectedNotice():
            yield f"The warehouse continues with the order.{_remark(notice.reason)}"
        case HeldNotice():
            until = "it is released" if notice.until is None else moment_text(notice.until)
            yield f"Reason: {_HOLDS[notice.reason]}, until {until}.{_remark(notice.note)}"
        case ReleasedNotice():
            reasons = ", ".join(_HOLDS[reason] for reason in notice.reasons)
            yield f"Holds ended: {reasons}. The order is now {_status(notice.status)}."
        case ShortOrderHeldNotice() | ShortOrderCancelledNotice() | ShortUnitsCancelledNotice():
            yield from _of_short_order(notice)
        case GivenUpSoonNotice() | WaitedTooLongNotice():
            yield from _of_long_wait(notice)
        case _:
            assert_never(notice)


def _of_short_order(
    notice: ShortOrderHeldNotice | ShortOrderCancelledNotice | ShortUnitsCancelledNotice,
) -> Iterator[str]:
    match notice:
        case ShortOrderHeldNotice():
            until = "it is released" if notice.until is None else moment_text(notice.until)
            yield f"On hold since {moment_text(notice.at)}, until {until}.{_remark(notice.note)}"
            yield from _short(notice.short, "on hold")
            yield from map(_way_out, notice.ways_out)
        case ShortOrderCancelledNotice():
            yield f"Cancelled: {_counts(notice.cancelled)}."
            yield f"Short: {_counts(notice.short)}."
            yield f"Reason: {_SHORT_REASONS[notice.reason]}."
            yield "A cancelled order stays cancelled. If it is still wanted, place a new order."
        case ShortUnitsCancelledNotice():
            yield f"Cancelled: {_counts(notice.cancelled)}."
            yield f"Reason: {_SHORT_REASONS[notice.reason]}."
            yield f"The order is now {_status(notice.status)}.{_while_editable(notice.status)}"


def _of_long_wait(notice: GivenUpSoonNotice | WaitedTooLongNotice) -> Iterator[str]:
    since = f"On back order since {moment_text(notice.since)}"
    match notice:
        case GivenUpSoonNotice():
            then = f"If it is still on back order at {moment_text(notice.gives_up_at)}"
            yield f"{since}. {then}, {_GIVE_UP[notice.how]}."
        case WaitedTooLongNotice():
            split = " Whatever could leave was split off."
            yield f"{since}, which is as long as it may be.{split * (notice.how is GiveUp.SPLIT)}"
    yield from _short(notice.short)
    yield from map(_way_out, notice.ways_out)


def _short(lines: Iterable[ShortLine], but: str = "waiting for other lines") -> Iterator[str]:
    for line in lines:
        expected = f", expected {moment_text(line.expected_at)}" if line.expected_at else ""
        if line.overdue_since:
            expected = f", overdue since {moment_text(line.overdue_since)}, no date"
        if line.is_there:
            expected = f", in stock, but the order is {but}"
        yield f"Line {line.line_id}: {line.short} of {line.sku} short{expected}."
        if line.replacements:
            stock = ", ".join(f"{each.sku} ({each.available})" for each in line.replacements)
            yield f"In stock instead of {line.sku}: {stock}."


def _way_out(way: WayOut) -> str:
    units = ", ".join(f"{units} of {sku}" for sku, units in way.units)
    what = f"{_WAYS[way.action]}: {units}" if units else _WAYS[way.action]
    if way.action is Action.CANCEL or not way.leads_to:
        return f"{what}."
    if way.leads_to == (Status.ON_HOLD,):
        return f"{what}. The order will stay on hold until it is released."
    return f"{what}. The order will then be {' or '.join(map(_status, way.leads_to))}."


def _while_editable(status: Status) -> str:
    if Action.EDIT not in allowed_actions(status):
        return ""
    return " It can be edited or cancelled until it is sent to the warehouse."


def _status(status: Status) -> str:
    return status.lower().replace("_", " ")


def _date_change(notice: ExpectedDateNotice) -> str:
    before, now = (
        moment_text(date) if date is not None else ""
        for date in (notice.before, notice.expected_at)
    )
    match notice.direction:
        case Direction.UNKNOWN:
            return f"It was expected to be complete on {before}. There is no expected date now."
        case Direction.BETTER if not before:
            return f"It is expected to be complete on {now}. There was no expected date before."
        case Direction.BETTER:
            return f"It is now expected to be complete on {now}, sooner than {before}."
        case Direction.WORSE:
            return f"It is now expected to be complete on {now}, later than {before}."


def _counts(counts: tuple[LineCount, ...]) -> str:
    return ", ".join(f"{each.units} of {each.sku}" for each in counts)


def _remark(text: str) -> str:
    return f" Note: {' '.join(text.split())}" if text.strip() else ""


_HOLDS = {
    HoldReason.SELLER_DELAY: "delay requested by the seller",
    HoldReason.FRAUD_RISK: "risk of fraud",
    HoldReason.AWAITING_CONFIRMATION: "waiting for confirmation",
    HoldReason.ADDRESS: "problem with the address",
    HoldReason.SHORT: "short of stock",
    HoldReason.OTHER: "other",
}

_SHORT_REASONS = {
    ShortReason.SHORT_PART: "the settings do not let short units wait for stock",
    ShortReason.LIMIT: "these products may have no more units on back order",
    ShortReason.GIVEN_UP: "it was on back order for as long as it may be",
}

_GIVE_UP = {
    GiveUp.CANCEL_ORDER: "it will be cancelled",
    GiveUp.CANCEL_SHORT: "its short units will be cancelled",
    GiveUp.SPLIT: "the units that it has will be split off",
    GiveUp.NOTIFY: "you will be told again",
}

_WAYS = {
    Action.CANCEL: "Cancel the order",
    Action.REMOVE_LINE: "Remove the short lines",
    Action.REPLACE_LINE: "Replace the short lines with products in stock",
    Action.SEND_STOCK: "Send stock to the warehouse",
    Action.SPLIT: "Split the order and send the allocated units now",
    Action.EDIT: "Reduce a quantity, or let the short units be cancelled",
    Action.RELEASE_HOLD: "Release the hold",
}
