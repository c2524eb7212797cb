"""The kinds of notices: what each is for, and when it is sent by default.

`NOTICE_KINDS` is the only list. The preferences, the mails and the table in the documentation all
use it.
"""

from __future__ import annotations

from enum import StrEnum

import attrs

__all__ = ["NOTICE_KINDS", "NoticeKind", "NoticeKindInfo", "NoticeTiming"]


class NoticeKind(StrEnum):
    """The subject of a notice."""

    ON_BACK_ORDER = "ON_BACK_ORDER"
    PARTLY_SERVED = "PARTLY_SERVED"
    COMPLETED = "COMPLETED"
    EXPECTED_DATE_MOVED = "EXPECTED_DATE_MOVED"
    RECALLED = "RECALLED"
    CANCELLATION_ACCEPTED = "CANCELLATION_ACCEPTED"
    CANCELLATION_REJECTED = "CANCELLATION_REJECTED"
    HELD = "HELD"
    RELEASED = "RELEASED"


class NoticeTiming(StrEnum):
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
        may_be_daily: Whether it may be part of a digest.
    """

    title: str
    meaning: str
    timing: NoticeTiming = NoticeTiming.AT_ONCE
    may_be_daily: bool = True


NOTICE_KINDS: dict[NoticeKind, NoticeKindInfo] = {
    NoticeKind.ON_BACK_ORDER: NoticeKindInfo(
        "is on back order",
        "An order cannot be covered: which lines are short, and the ways out of it.",
        NoticeTiming.BOTH,
    ),
    NoticeKind.PARTLY_SERVED: NoticeKindInfo(
        "was partly served",
        "An order on back order got some of the units that it waits for.",
        NoticeTiming.NONE,
    ),
    NoticeKind.COMPLETED: NoticeKindInfo(
        "is complete",
        "An order on back order was processed again by itself, and every line is covered now.",
    ),
    NoticeKind.EXPECTED_DATE_MOVED: NoticeKindInfo(
        "has another expected date",
        "An announced, withdrawn or short receipt moves the moment at which an order on back order "
        "can be expected to be complete, against what the seller was told before.",
        may_be_daily=False,
    ),
    NoticeKind.RECALLED: NoticeKindInfo(
        "came back from the warehouse",
        "The warehouse did not find what was allocated.",
    ),
    NoticeKind.CANCELLATION_ACCEPTED: NoticeKindInfo(
        "was cancelled by the warehouse",
        "The warehouse agreed to a cancellation that the seller had asked for.",
    ),
    NoticeKind.CANCELLATION_REJECTED: NoticeKindInfo(
        "will not be cancelled",
        "The warehouse goes on with an order whose cancellation the seller had asked for.",
    ),
    NoticeKind.HELD: NoticeKindInfo("is on hold", "An order is kept back, for a reason."),
    NoticeKind.RELEASED: NoticeKindInfo("was released", "A reason to keep an order back is gone."),
}
"""Every kind, in display order."""
