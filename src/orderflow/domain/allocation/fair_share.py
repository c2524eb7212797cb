"""Fair shares: a scarce product divided among all who wait for it.

Each order gets units in proportion to what it is short of. Units cannot be divided, so each order
first gets its share, rounded down. The remaining units go one by one to the largest remainders
(the method of Hamilton, or of Hare and Niemeyer). Among equals, the earlier order in the queue
comes first.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["fair_shares"]


def fair_shares(wanted: Sequence[int], available: int, share_max: int | None = None) -> list[int]:
    """Divide the available units among those who want some.

    >>> fair_shares([5, 3, 1], 5)
    [3, 2, 0]
    >>> fair_shares([5, 3, 1], 5, share_max=2)
    [2, 2, 1]

    Args:
        wanted: The units that each one wants, in the order of the queue.
        available: The units to divide.
        share_max: The most units that each one gets in a round. Further rounds follow while units
            are available and wanted, so that none stay idle.

    Returns:
        The units that each one gets: at most what it wants. The total is what is available, or
        what is wanted if that is less.
    """
    given = [0] * len(wanted)
    while available > 0:
        rest = [want - got for want, got in zip(wanted, given, strict=True)]
        limits = rest if share_max is None else [min(each, share_max) for each in rest]
        total = sum(limits)
        if not total:
            break
        if total > available:
            parts = _in_proportion(limits, total, available)
            return [got + part for got, part in zip(given, parts, strict=True)]
        # Combine the rounds in which no limit changes: there may be very many of them.
        lasting = min(each // limit for each, limit in zip(rest, limits, strict=True) if limit)
        rounds = min(lasting, available // total)
        given = [got + rounds * limit for got, limit in zip(given, limits, strict=True)]
        available -= rounds * total
    return given


def _in_proportion(limits: list[int], total: int, available: int) -> list[int]:
    """Divide fewer units than the limits add up to."""
    parts = [limit * available // total for limit in limits]
    by_remainder = sorted(
        range(len(limits)), key=lambda index: (-(limits[index] * available % total), index)
    )
    for index in by_remainder[: available - sum(parts)]:
        parts[index] += 1
    return parts
