"""The kinds of notices: what each is for, and when it is sent by default.

`NOTICE_KINDS` is the only list. The preferences, the mails and the table in the documentation all
use it.
"""

from __future__ import annotations

import attrs

from orderflow.domain.model.terms import Term

__all__ = ["NOTICE_KINDS", "NoticeKind", "NoticeKindInfo", "NoticeTiming"]


class NoticeKind(Term):
    """The subject of a notice."""

    ON_BACK_ORDER = "ON_BACK_ORDER"
    PARTLY_SERVED = "PARTLY_SERVED"
    COMPLETED = "COMPLETED"
    EXPECTED_DATE_MOVED = "EXPECTED_DATE_MOVED"
    RECEIPT_OVERDUE = "RECEIPT_OVERDUE"
    RECALLED = "RECALLED"
    CANCELLATION_ACCEPTED = "CANCELLATION_ACCEPTED"
    CANCELLATION_REJECTED = "CANCELLATION_REJECTED"
    HELD = "HELD"
    RELEASED = "RELEASED"
    SHORT_ORDER_HELD = "SHORT_ORDER_HELD"
    SHORT_ORDER_CANCELLED = "SHORT_ORDER_CANCELLED"
    SHORT_UNITS_CANCELLED = "SHORT_UNITS_CANCELLED"
    GIVEN_UP_SOON = "GIVEN_UP_SOON"
    WAITED_TOO_LONG = "WAITED_TOO_LONG"


class NoticeTiming(Term):
    """When a notice is sent."""

    NONE = "NONE"
    """Never."""
    AT_ONCE = "AT_ONCE"
    """Shortly after the event."""
    DAILY = "DAILY"
    """In the daily digest."""
    BOTH = "BOTH"
    """At once, and again in the digest."""

    @property
    def is_at_once(self) -> bool:
        """Whether the notice is sent shortly after the event."""
        return self in (NoticeTiming.AT_ONCE, NoticeTiming.BOTH)

    @property
    def is_daily(self) -> bool:
        """Whether the notice is part of the digest."""
        return self in (NoticeTiming.DAILY, NoticeTiming.BOTH)


@attrs.frozen
class NoticeKindInfo:
    """The description of a kind of notice.

    Attributes:
        title: What happened to the order, as the predicate of a sentence.
        meaning: When a notice of this kind is written.
        timing: When it is sent if the seller has not chosen.
        may_be_at_once: Whether an event causes it, so that it may be sent at once.
        may_be_daily: Whether it may be part of a digest.
    """

    title: str
    meaning: str
    timing: NoticeTiming = NoticeTiming.AT_ONCE
    may_be_at_once: bool = True
    may_be_daily: bool = True


NOTICE_KINDS: dict[NoticeKind, NoticeKindInfo] = {
    NoticeKind.ON_BACK_ORDER: NoticeKindInfo(
        "is on back order",
        "An order went on back order. The notice lists the short lines and what to do about them.",
        NoticeTiming.BOTH,
    ),
    NoticeKind.PARTLY_SERVED: NoticeKindInfo(
        "received some units",
        "An order on back order received some of the units that it was waiting for.",
        NoticeTiming.NONE,
    ),
    NoticeKind.COMPLETED: NoticeKindInfo(
        "is complete",
        "Every line of an order on back order is now allocated.",
    ),
    NoticeKind.EXPECTED_DATE_MOVED: NoticeKindInfo(
        "has a new expected date",
        "An announced, withdrawn or short receipt changed the date at which an order on back order "
        "is expected to be complete.",
        may_be_daily=False,
    ),
    NoticeKind.RECEIPT_OVERDUE: NoticeKindInfo(
        "needs an overdue receipt",
        "The time of an announced receipt has passed, and an order on back order needs it.",
        NoticeTiming.DAILY,
        may_be_at_once=False,
    ),
    NoticeKind.RECALLED: NoticeKindInfo(
        "came back from the warehouse",
        "The warehouse could not find the allocated units.",
    ),
    NoticeKind.CANCELLATION_ACCEPTED: NoticeKindInfo(
        "was cancelled by the warehouse",
        "The warehouse accepted a cancellation that the seller had requested.",
    ),
    NoticeKind.CANCELLATION_REJECTED: NoticeKindInfo(
        "will not be cancelled",
        "The warehouse rejected a cancellation that the seller had requested.",
    ),
    NoticeKind.HELD: NoticeKindInfo(
        "is on hold", "An order was put on hold for a reason other than short stock."
    ),
    NoticeKind.RELEASED: NoticeKindInfo("was released", "A hold of an order ended."),
    NoticeKind.SHORT_ORDER_HELD: NoticeKindInfo(
        "is short and on hold",
        "An order that is short was put on hold for the seller to choose. The notice lists the "
        "short lines and what to do about them.",
    ),
    NoticeKind.SHORT_ORDER_CANCELLED: NoticeKindInfo(
        "was cancelled because it is short",
        "An order was cancelled because it is short, and may not wait, or not any longer.",
    ),
    NoticeKind.SHORT_UNITS_CANCELLED: NoticeKindInfo(
        "had short units cancelled",
        "Short units of an order were cancelled, because it may not wait for them, or not any "
        "longer.",
    ),
    NoticeKind.GIVEN_UP_SOON: NoticeKindInfo(
        "will be given up soon",
        "An order has been on back order for nearly as long as it may. The notice says when and "
        "how it will be given up, and lists the short lines and what to do about them.",
    ),
    NoticeKind.WAITED_TOO_LONG: NoticeKindInfo(
        "has waited too long",
        "An order has been on back order for as long as it may, and still waits. The notice lists "
        "the short lines and what to do about them.",
    ),
}
"""Every kind, in display order."""
