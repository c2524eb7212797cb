"""Several changes of one order in a short time become one notice.

A later notice replaces an earlier one on the same subject. A notice that an order is complete, for
example, replaces one that it is on back order. Nothing new to the seller is lost: the units of two
partial allocations are added. Two moves of a date become one, or none if the date moved back.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import attrs

from orderflow.domain.model.order import HoldReason
from orderflow.notices.notice import (
    CancellationAcceptedNotice,
    CancellationRejectedNotice,
    CompletedNotice,
    ExpectedDateNotice,
    GivenUpSoonNotice,
    HeldNotice,
    LineCount,
    OnBackOrderNotice,
    PartlyServedNotice,
    RecalledNotice,
    ReleasedNotice,
    ShortOrderCancelledNotice,
    ShortOrderHeldNotice,
    ShortUnitsCancelledNotice,
    WaitedTooLongNotice,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import timedelta

    from orderflow.notices.notice import Notice

__all__ = ["coalesce"]


def coalesce(notices: Iterable[Notice], window: timedelta) -> tuple[Notice, ...]:
    """Drop notices that a later notice about the same order replaces.

    Args:
        notices: The notices, oldest first.
        window: The longest time between two notices that are merged.
    """
    merged: dict[tuple[str, str], _OrderNotices] = {}
    for notice in notices:
        key = (notice.seller_id, notice.order_id)
        of_order = merged.pop(key, None) or _OrderNotices(window)
        of_order.add(notice)
        merged[key] = of_order
    return tuple(notice for of_order in merged.values() for notice in of_order.news())


class _OrderNotices:
    """The notices about one order, without those that a later one replaced."""

    def __init__(self, window: timedelta) -> None:
        self._window = window
        self._count = 0
        self._kept: dict[int, Notice] = {}
        self._recent: list[int] = []
        """The numbers of those that a later notice may still replace. They are few."""
        self._served: dict[int, list[tuple[LineCount, ...]]] = {}
        """The units of partial allocations that one notice replaces. They are added at the end."""

    def add(self, later: Notice) -> None:
        """Add a notice, and drop those that it replaces."""
        recent: list[int] = []
        served = [later.served] if isinstance(later, PartlyServedNotice) else []
        for number in reversed(self._recent):
            earlier = self._kept[number]
            if later.at - earlier.at > self._window:
                continue
            merged = _merge(earlier, later)
            if merged is None:
                recent.append(number)
            else:
                later = merged
                del self._kept[number]
                before = self._served.pop(number, [])
                before += served
                served = before
        self._count += 1
        self._kept[self._count] = later
        if isinstance(later, PartlyServedNotice):
            self._served[self._count] = served
        if _may_be_replaced(later):
            recent.insert(0, self._count)
        self._recent = recent[::-1]

    def news(self) -> Iterator[Notice]:
        """Yield the notices that remain, oldest first."""
        for number, notice in self._kept.items():
            if isinstance(notice, PartlyServedNotice):
                yield attrs.evolve(notice, served=_sum_of(*self._served[number]))
            elif not isinstance(notice, ExpectedDateNotice) or notice.before != notice.expected_at:
                yield notice


def _may_be_replaced(notice: Notice) -> bool:
    match notice:
        case (
            RecalledNotice()
            | CancellationAcceptedNotice()
            | ShortOrderCancelledNotice()
            | ShortUnitsCancelledNotice()
        ):
            return False
        case ReleasedNotice(reasons=reasons):
            return len(reasons) == 1
        case _:
            return True


def _merge(earlier: Notice, later: Notice) -> Notice | None:
    """Return one notice that replaces both, or `None` if both are needed."""
    match earlier, later:
        case OnBackOrderNotice(), PartlyServedNotice():
            return OnBackOrderNotice(
                seller_id=later.seller_id,
                order_id=later.order_id,
                at=later.at,
                customer_reference=later.customer_reference,
                since=later.since,
                short=later.short,
                ways_out=later.ways_out,
            )
        case ExpectedDateNotice(), ExpectedDateNotice():
            return attrs.evolve(later, before=earlier.before)
        case _:
            return later if _replaces(later, earlier) else None


def _replaces(later: Notice, earlier: Notice) -> bool:
    """Whether a notice says all that is still new to the seller of an earlier one."""
    if any(isinstance(earlier, old) and isinstance(later, new) for old, new in _REPLACED):
        return True
    match earlier, later:
        case HeldNotice(reason=reason), HeldNotice():
            return later.reason is reason
        case HeldNotice(reason=reason), ReleasedNotice():
            return reason in later.reasons
        case ReleasedNotice(reasons=(reason,)), HeldNotice():
            return later.reason is reason
        case ShortOrderHeldNotice(), ReleasedNotice():
            return HoldReason.SHORT in later.reasons
        case ReleasedNotice(reasons=(reason,)), ShortOrderHeldNotice():
            return reason is HoldReason.SHORT
        case _:
            return False


_ON_WAIT = (OnBackOrderNotice, PartlyServedNotice, CompletedNotice, ExpectedDateNotice)
_ON_LONG_WAIT = (GivenUpSoonNotice, WaitedTooLongNotice)
_REPLACED: tuple[tuple[tuple[type, ...], tuple[type, ...]], ...] = (
    (_ON_WAIT, (OnBackOrderNotice, CompletedNotice)),
    ((*_ON_WAIT, ShortOrderHeldNotice), (ShortOrderHeldNotice, ShortOrderCancelledNotice)),
    (
        _ON_LONG_WAIT,
        (
            *_ON_LONG_WAIT,
            *(CompletedNotice, ShortOrderCancelledNotice, ShortUnitsCancelledNotice),
        ),
    ),
    ((PartlyServedNotice,), (PartlyServedNotice,)),
    (
        (CancellationRejectedNotice,),
        (CancellationRejectedNotice, CancellationAcceptedNotice),
    ),
)
"""Notices, and those that replace any of them."""


def _sum_of(*served: tuple[LineCount, ...]) -> tuple[LineCount, ...]:
    units = Counter[tuple[str, str]]()
    for count in (each for counts in served for each in counts):
        units[count.line_id, count.sku] += count.units
    return tuple(LineCount(*line, number) for line, number in units.items())
