"""Several changes of one order in a short time become one notice.

A later notice replaces an earlier one on the same subject. A notice that an order is complete, for
example, replaces one that it is on back order. Nothing new to the seller is lost: the units of two
partial allocations are added. Two moves of a date become one, or none if the date moved back.
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
    """Drop notices that a later notice about the same order replaces.

    Args:
        notices: The notices, oldest first.
        window: The longest time between two notices that are merged.
    """
    merged: dict[tuple[str, str], list[Notice]] = {}
    order: dict[tuple[str, str], None] = {}
    for notice in notices:
        key = (notice.seller_id, notice.order_id)
        order.pop(key, None)
        order[key] = None
        merged[key] = _add(merged.get(key, []), notice, window)
    return tuple(notice for key in order for notice in merged[key] if _has_news(notice))


def _add(notices: list[Notice], later: Notice, window: timedelta) -> list[Notice]:
    rest: list[Notice] = []
    for earlier in reversed(notices):
        merged = _merge(earlier, later) if later.at - earlier.at <= window else None
        if merged is None:
            rest.append(earlier)
        else:
            later = merged
    return [*reversed(rest), later]


def _merge(earlier: Notice, later: Notice) -> Notice | None:
    """Return one notice that replaces both, or `None` if both are needed."""
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
            return attrs.evolve(later, served=_sum_of(earlier.served, later.served))
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


def _sum_of(*served: tuple[LineCount, ...]) -> tuple[LineCount, ...]:
    units = Counter[tuple[str, str]]()
    for count in (each for counts in served for each in counts):
        units[count.line_id, count.sku] += count.units
    return tuple(LineCount(*line, number) for line, number in units.items())


def _has_news(notice: Notice) -> bool:
    return not isinstance(notice, ExpectedDateNotice) or notice.before != notice.expected_at
