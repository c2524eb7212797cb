"""Fair shares: a scarce product divided among all who wait for it.

Each gets in proportion to what it is short of. Fractions of units cannot be given, so everyone
gets the whole part of the share, and the units that are left go one by one to the largest
remainders (the method of Hamilton, or of Hare and Niemeyer); those who stand earlier in the queue
come first among equals.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["fair_shares"]


def fair_shares(wanted: Sequence[int], available: int, share_max: int | None = None) -> list[int]:
    """Divide what is available among those who want it.

    >>> fair_shares([5, 3, 1], 5)
    [3, 2, 0]
    >>> fair_shares([5, 3, 1], 5, share_max=2)
    [2, 2, 1]

    Args:
        wanted: The units that each one wants, in the order of the queue.
        available: The units that there are.
        share_max: The most that anyone gets in one round. As long as units are left and wanted,
            there is a further round, so that nothing stays idle.

    Returns:
        The units that each one gets: at most what it wants, and in total as much as there is
        and is wanted.
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
        # As many rounds at once as change nobody's limit, for there may be very many of them.
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
