"""Notices in words: a heading and some lines for each, as plain text.

Nothing is escaped here. Escape the text for the mail or page that you put it in.
"""

from __future__ import annotations

from functools import reduce
from typing import TYPE_CHECKING, assert_never

import attrs

from orderflow.domain.model.give_up import GiveUp
from orderflow.domain.model.lifecycle import Action, allowed_actions
from orderflow.domain.model.status import Status
from orderflow.notices.kinds import NoticeKind
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
from orderflow.wording.notice_texts import ENGLISH, NoticeWording

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from orderflow.notices.notice import LineCount, Notice, ShortLine, WayOut

__all__ = ["ENGLISH", "NoticeWording", "Paragraph", "subject_line", "to_paragraph"]

_IN_ENGLISH = NoticeWording()


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


def to_paragraph(notice: Notice, wording: NoticeWording = _IN_ENGLISH) -> Paragraph:
    """Return a notice in words. The default is English, with moments in UTC.

    >>> from datetime import UTC, datetime
    >>> noon = datetime(2026, 3, 2, 12, tzinfo=UTC)
    >>> to_paragraph(CompletedNotice(seller_id="acme", order_id="7", at=noon, since=noon)).heading
    'Order 7 is complete'
    """
    reference = f" ({notice.customer_reference})" if notice.customer_reference is not None else ""
    heading = wording.text(f"heading.{kind_of(notice)}", order=f"{notice.order_id}{reference}")
    return Paragraph(notice.order_id, heading, tuple(_Writer(wording).lines(notice)))


def subject_line(bulletin: Bulletin, wording: NoticeWording = _IN_ENGLISH) -> str:
    """Return one line that says what a bulletin is about."""
    count = len(bulletin.notices) + bulletin.left_out
    if bulletin.until is not None:
        new = all(kind_of(each) is NoticeKind.ON_BACK_ORDER for each in bulletin.notices)
        one, many = ("one_back_order", "back_orders") if new else ("one_update", "updates")
        until = wording.moment(bulletin.until)
        name = f"subject.digest_{one if count == 1 else many}"
        return wording.text(name, count=count, until=until)
    if len({notice.order_id for notice in bulletin.notices}) == 1 and not bulletin.left_out:
        heading = to_paragraph(bulletin.notices[-1], wording).heading
        if count == 1:
            return heading
        name = "subject.and_one_more" if count == 2 else "subject.and_more"  # noqa: PLR2004 - itself and one
        return wording.text(name, heading=heading, count=count - 1)
    name = "subject.one_update" if count == 1 else "subject.updates"
    return wording.text(name, count=count)


@attrs.frozen
class _Writer:
    _wording: NoticeWording

    def lines(self, notice: Notice) -> Iterator[str]:
        text = self._wording.text
        match notice:
            case OnBackOrderNotice():
                yield self._since(notice.since)
            case PartlyServedNotice():
                yield text("served", units=self._counts(notice.served))
                yield self._since(notice.since)
            case CompletedNotice():
                yield text("complete", since=self._wording.moment(notice.since))
            case ExpectedDateNotice():
                yield self._date_change(notice)
            case ReceiptOverdueNotice():
                pass
            case RecalledNotice():
                yield text("recalled", units=self._counts(notice.missing))
            case CancellationAcceptedNotice():
                yield text("cancellation.accepted")
            case CancellationRejectedNotice():
                yield text("cancellation.rejected")
                yield from self._note(notice.reason)
            case HeldNotice():
                yield text("held", reason=text(f"hold.{notice.reason}"))
                yield from self._until(notice)
            case ReleasedNotice():
                reasons = ", ".join(text(f"hold.{reason}") for reason in notice.reasons)
                yield text("released", reasons=reasons, status=self._status(notice.status))
            case ShortOrderHeldNotice() | ShortOrderCancelledNotice() | ShortUnitsCancelledNotice():
                yield from self._of_short_order(notice)
            case GivenUpSoonNotice() | WaitedTooLongNotice():
                yield from self._of_long_wait(notice)
            case _:
                assert_never(notice)
        if not isinstance(notice, ShortOrderCancelledNotice):
            on_hold = isinstance(notice, ShortOrderHeldNotice)
            yield from self._short(getattr(notice, "short", ()), on_hold=on_hold)
        yield from self._ways_out(getattr(notice, "ways_out", ()))

    def _of_short_order(
        self,
        notice: ShortOrderHeldNotice | ShortOrderCancelledNotice | ShortUnitsCancelledNotice,
    ) -> Iterator[str]:
        text = self._wording.text
        if isinstance(notice, ShortOrderHeldNotice):
            yield text("short_held", since=self._wording.moment(notice.at))
            yield from self._until(notice)
            return
        yield text("short.cancelled", units=self._counts(notice.cancelled))
        if isinstance(notice, ShortOrderCancelledNotice):
            yield text("short.missing", units=self._counts(notice.short))
            yield text(f"reason.{notice.reason}")
            yield text("short.final")
            return
        yield text(f"reason.{notice.reason}")
        yield text("short.status", status=self._status(notice.status))
        if Action.EDIT in allowed_actions(notice.status):
            yield text("short.editable")

    def _of_long_wait(self, notice: GivenUpSoonNotice | WaitedTooLongNotice) -> Iterator[str]:
        text = self._wording.text
        yield self._since(notice.since)
        if isinstance(notice, GivenUpSoonNotice):
            at, how = self._wording.moment(notice.gives_up_at), text(f"give_up.{notice.how}")
            yield text("gives_up", at=at, how=how)
            return
        yield text("waited")
        if notice.how is GiveUp.SPLIT:
            yield text("waited.split")

    def _short(self, lines: Iterable[ShortLine], *, on_hold: bool) -> Iterator[str]:
        for line in lines:
            about = {"line": line.line_id, "units": self._units(line.short, line.sku)}
            if line.is_there:
                yield self._wording.text("line.there_on_hold" if on_hold else "line.there", **about)
            elif line.overdue_since is not None:
                overdue = self._wording.moment(line.overdue_since)
                yield self._wording.text("line.overdue", overdue=overdue, **about)
            elif line.expected_at is not None:
                expected = self._wording.moment(line.expected_at)
                yield self._wording.text("line.expected", expected=expected, **about)
            else:
                yield self._wording.text("line", **about)
            if line.replacements:
                products = ", ".join(
                    self._wording.text("replacement", sku=each.sku, available=each.available)
                    for each in line.replacements
                )
                yield self._wording.text("replacements", sku=line.sku, products=products)

    def _ways_out(self, ways: tuple[WayOut, ...]) -> Iterator[str]:
        if ways:
            yield self._wording.text("ways_out")
        yield from map(self._way_out, ways)

    def _way_out(self, way: WayOut) -> str:
        text = self._wording.text
        name = f"way.{way.action}"
        units = ", ".join(self._units(units, sku) for sku, units in way.units)
        has_units = bool(units) and f"{name}.units" in ENGLISH
        what = text(f"{name}.units", units=units) if has_units else text(name)
        if way.action is Action.CANCEL or not way.leads_to:
            return what
        if way.leads_to == (Status.ON_HOLD,):
            return text("way.stays_on_hold", way=what)
        statuses = reduce(
            lambda first, last: text("or", first=first, last=last),
            map(self._status, way.leads_to),
        )
        result = "way.rest_leads_to" if way.action is Action.SPLIT else "way.leads_to"
        return text(result, way=what, statuses=statuses)

    def _date_change(self, notice: ExpectedDateNotice) -> str:
        before, now = (
            self._wording.moment(date) if date is not None else ""
            for date in (notice.before, notice.expected_at)
        )
        match notice.direction:
            case Direction.UNKNOWN:
                return self._wording.text("date.lost", before=before)
            case Direction.BETTER if not before:
                return self._wording.text("date.found", now=now)
            case Direction.BETTER:
                return self._wording.text("date.sooner", now=now, before=before)
            case Direction.WORSE:
                return self._wording.text("date.later", now=now, before=before)

    def _until(self, notice: HeldNotice | ShortOrderHeldNotice) -> Iterator[str]:
        if notice.until is None:
            yield self._wording.text("held.until_released")
        else:
            yield self._wording.text("held.until", until=self._wording.moment(notice.until))
        yield from self._note(notice.note)

    def _note(self, note: str) -> Iterator[str]:
        if note.strip():
            yield self._wording.text("note", note=" ".join(note.split()))

    def _since(self, since: datetime) -> str:
        return self._wording.text("since", since=self._wording.moment(since))

    def _status(self, status: Status) -> str:
        return self._wording.text(f"status.{status}")

    def _counts(self, counts: tuple[LineCount, ...]) -> str:
        return ", ".join(self._units(each.units, each.sku) for each in counts)

    def _units(self, units: int, sku: str) -> str:
        return self._wording.text("units", units=units, sku=sku)
