"""Several changes of one order in a short time are one notice.

A later notice of an order takes the place of an earlier one on the same subject: a seller who is
told that an order is complete need not read first that it was on back order. What had not been
told yet and still stands is taken over: the units of two part deliveries are added, and a date that
moved twice has moved once, or not at all.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import attrs

from orderflow.notices.notice import (
    CancellationAcceptedNotice,
    CancellationRejectedNotice,
    CompletedNotice,
    ExpectedDateNotice,
    HeldNotice,
    LineCount,
    OnBackOrderNotice,
    PartlyServedNotice,
    ReleasedNotice,
)

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import timedelta

    from orderflow.notices.notice import Notice

__all__ = ["coalesce"]


def coalesce(notices: Iterable[Notice], window: timedelta) -> tuple[Notice, ...]:
    """Leave out what later notices of the same order take the place of.

    Args:
        notices: What there is to tell, oldest first.
        window: How far apart in time two of them may be, to become one.
    """
    kept: dict[tuple[str, str], list[Notice]] = {}
    order: dict[tuple[str, str], None] = {}
    for notice in notices:
        key = (notice.seller_id, notice.order_id)
        order.pop(key, None)
        order[key] = None
        kept[key] = _taken_in(kept.get(key, []), notice, window)
    return tuple(notice for key in order for notice in kept[key] if _says_something(notice))


def _taken_in(told: list[Notice], later: Notice, window: timedelta) -> list[Notice]:
    rest: list[Notice] = []
    for earlier in reversed(told):
        merged = _merged(earlier, later) if later.at - earlier.at <= window else None
        if merged is None:
            rest.append(earlier)
        else:
            later = merged
    return [*reversed(rest), later]


def _merged(earlier: Notice, later: Notice) -> Notice | None:
    """Return what takes the place of both, or nothing if both are to be told."""
    match earlier, later:
        case OnBackOrderNotice(), PartlyServedNotice():
            return OnBackOrderNotice(
                seller_id=later.seller_id,
                order_id=later.order_id,
                at=later.at,
                since=later.since,
                short=later.short,
                ways_out=later.ways_out,
            )
        case PartlyServedNotice(), PartlyServedNotice():
            return attrs.evolve(later, served=_added(earlier.served, later.served))
        case (
            OnBackOrderNotice() | PartlyServedNotice() | CompletedNotice(),
            OnBackOrderNotice() | CompletedNotice(),
        ):
            return later
        case ExpectedDateNotice(), ExpectedDateNotice():
            return attrs.evolve(later, before=earlier.before)
        case ExpectedDateNotice(), OnBackOrderNotice() | CompletedNotice():
            return later
        case HeldNotice(reason=reason), HeldNotice() if later.reason is reason:
            return later
        case HeldNotice(reason=reason), ReleasedNotice() if reason in later.reasons:
            return later
        case ReleasedNotice(reasons=(reason,)), HeldNotice() if later.reason is reason:
            return later
        case (
            CancellationRejectedNotice(),
            CancellationRejectedNotice() | CancellationAcceptedNotice(),
        ):
            return later
        case _:
            return None


def _added(*served: tuple[LineCount, ...]) -> tuple[LineCount, ...]:
    units = Counter[tuple[str, str]]()
    for count in (each for counts in served for each in counts):
        units[count.line_id, count.sku] += count.units
    return tuple(LineCount(*line, number) for line, number in units.items())


def _says_something(notice: Notice) -> bool:
    return not isinstance(notice, ExpectedDateNotice) or notice.before != notice.expected_at
