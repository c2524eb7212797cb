"""The kinds of notices: what each one is for, and how it is delivered unless a seller says so.

`KINDS` is data, written once: the preferences, the mails and the table in the documentation are
drawn from it.
"""

from __future__ import annotations

from enum import StrEnum

import attrs

__all__ = ["KINDS", "Kind", "KindInfo", "NoticeTiming"]


class Kind(StrEnum):
    """What a notice is about."""

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
    """When a seller is told of something."""

    NONE = "NONE"
    """Not at all."""
    AT_ONCE = "AT_ONCE"
    """Shortly after it happened."""
    DAILY = "DAILY"
    """In the digest of the day."""
    BOTH = "BOTH"
    """At once, and in the digest again."""

    @property
    def is_at_once(self) -> bool:
        """Whether it is told shortly after it happened."""
        return self in (NoticeTiming.AT_ONCE, NoticeTiming.BOTH)

    @property
    def is_daily(self) -> bool:
        """Whether it stands in the digest."""
        return self in (NoticeTiming.DAILY, NoticeTiming.BOTH)


@attrs.frozen
class KindInfo:
    """What there is to know of a kind.

    Attributes:
        title: What happened to the order, to stand behind its id.
        meaning: When a notice of this kind is made.
        delivery: How it is delivered unless the seller chose otherwise.
        may_be_daily: Whether it may stand in a digest.
    """

    title: str
    meaning: str
    delivery: NoticeTiming = NoticeTiming.AT_ONCE
    may_be_daily: bool = True


KINDS: dict[Kind, KindInfo] = {
    Kind.ON_BACK_ORDER: KindInfo(
        "is on back order",
        "An order cannot be covered: which lines are short, and the ways out of it.",
        NoticeTiming.BOTH,
    ),
    Kind.PARTLY_SERVED: KindInfo(
        "was partly served",
        "An order on back order got some of the units that it waits for.",
        NoticeTiming.NONE,
    ),
    Kind.COMPLETED: KindInfo(
        "is complete",
        "An order on back order was processed again by itself, and every line is covered now.",
    ),
    Kind.EXPECTED_DATE_MOVED: KindInfo(
        "has another expected date",
        "An announced, withdrawn or short receipt moves the moment at which an order on back order "
        "can be expected to be complete, against what the seller was told before.",
        may_be_daily=False,
    ),
    Kind.RECALLED: KindInfo(
        "came back from the warehouse",
        "The warehouse did not find what was allocated.",
    ),
    Kind.CANCELLATION_ACCEPTED: KindInfo(
        "was cancelled by the warehouse",
        "The warehouse agreed to a cancellation that the seller had asked for.",
    ),
    Kind.CANCELLATION_REJECTED: KindInfo(
        "will not be cancelled",
        "The warehouse goes on with an order whose cancellation the seller had asked for.",
    ),
    Kind.HELD: KindInfo("is on hold", "An order is kept back, for a reason."),
    Kind.RELEASED: KindInfo("was released", "A reason to keep an order back is gone."),
}
"""Every kind, in the order in which they are shown."""
