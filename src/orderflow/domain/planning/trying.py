"""Trying all choices of a few orders, where protections apply only once the units are dealt out.

The search does not know whole lines, sets and the limits of passing over. So its choice may not be
the best that they allow. Of a few orders, all choices are dealt out, and the best one is kept.
"""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

from orderflow.domain.planning.dealing import deal
from orderflow.domain.planning.passing import passes_beyond_limit

if TYPE_CHECKING:
    from collections.abc import Iterable

    from orderflow.domain.planning.dealing import Changes
    from orderflow.domain.planning.pool import Pool

__all__ = ["best_of_few"]

_ORDERS_MAX = 10


def best_of_few(pool: Pool, changes: Changes, orders_max: int) -> Changes:
    """Return better changes that the protections allow, or the same ones.

    Args:
        pool: The orders. If there are more than ten, nothing is tried.
        changes: The best changes so far.
        orders_max: At most this many orders change.
    """
    members, protection = pool.members, pool.protection
    is_limited = protection.whole_lines or protection.sets or protection.passed_over_max is not None
    if not is_limited or len(members) > _ORDERS_MAX:
        return changes
    gaining = [at for at, member in enumerate(members) if member.gains]
    must = {at for at, member in enumerate(members) if member.must_be_full}
    most = _values(
        pool,
        [
            at
            for at, member in enumerate(members)
            if sum(changes.get(at, {}).values()) == sum(member.short.values())
        ],
    )
    for count in range(1, len(gaining) + 1):
        for chosen in combinations(gaining, count):
            values = _values(pool, chosen)
            if values > most and must.issubset(chosen):
                found = deal(pool, set(chosen))
                if (
                    found.is_covered
                    and not found.untaken
                    and len(found.changes) <= orders_max
                    and not passes_beyond_limit(pool, found.changes)
                ):
                    changes, most = found.changes, values
    return changes


def _values(pool: Pool, chosen: Iterable[int]) -> list[int]:
    """Return the total weight of some orders in each group; earlier groups count more."""
    values = [0] * (len(pool.rules) + 1)
    for at in chosen:
        values[pool.members[at].group] += pool.members[at].weight
    return values
