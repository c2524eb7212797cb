"""Who gains and who loses: the wait of each order under a policy, against the first policy.

An order of which a policy cancels units, because it is short, does not wait for them. So lost units
come first: an order that loses more units under the policy than under the first one loses, however
short its wait.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import attrs

if TYPE_CHECKING:
    from collections.abc import Sequence

    from orderflow.laboratory.kept_history import OrderFacts
    from orderflow.laboratory.trial import Trial

__all__ = ["CHANGE_DAYS", "LISTED_CUSTOMERS", "SIZES", "WaitingChange", "waiting_change"]

DAY_SECONDS = 86_400
CHANGE_DAYS = (2, 7, 14, 28)
"""Where the distribution of changes is divided, in days to both sides of no change."""
SIZES = (1, 5, 20, 100)
"""The most lines of small, and of ever larger orders; the last class has all others."""
LISTED_CUSTOMERS = 5
"""How many of the customers are listed who gain most, and who lose most."""


@attrs.define
class WaitingChange:
    """The orders by how a policy changes them against the first one: the mean over the seeds.

    Attributes:
        shorter: The orders that wait less.
        same: The orders that wait the same.
        longer: The orders that wait longer.
        lost: The orders that lose more units.
        kept: The orders that lose fewer units.
        by_days: The number of orders by the change of their wait: more than 28 days less comes
            first, no change is in the middle.
        by_size: For each class of size: the orders that gain, and those that lose.
        customers: The change of the wait of each customer's orders in all, in seconds.
        orders: The orders of each customer.
    """

    shorter: float = 0
    same: float = 0
    longer: float = 0
    lost: float = 0
    kept: float = 0
    by_days: list[float] = attrs.field(factory=lambda: [0.0] * (2 * len(CHANGE_DAYS) + 3))
    by_size: list[list[float]] = attrs.field(
        factory=lambda: [[0.0, 0.0] for _ in range(len(SIZES) + 1)]
    )
    customers: dict[str, float] = attrs.field(factory=dict)
    orders: Counter[str] = attrs.field(factory=Counter)

    def as_json(self) -> dict[str, Any]:
        """Return the change as plain values."""
        sign = Counter((each > 0) - (each < 0) for each in self.customers.values())
        most = sorted(self.customers.items(), key=lambda each: (each[1], each[0]))
        return {
            "orders": {
                "shorter": self.shorter,
                "same": self.same,
                "longer": self.longer,
                "lost": self.lost,
                "kept": self.kept,
            },
            "by_days": [
                {"from": begin, "to": end, "orders": orders}
                for (begin, end), orders in zip(_bounds(), self.by_days, strict=True)
            ],
            "customers": {"shorter": sign[-1], "same": sign[0], "longer": sign[1]},
            "gain_most": [self._customer(*each) for each in most[:LISTED_CUSTOMERS] if each[1] < 0],
            "lose_most": [
                self._customer(*each) for each in most[: -LISTED_CUSTOMERS - 1 : -1] if each[1] > 0
            ],
        }

    def _customer(self, name: str, seconds: float) -> dict[str, Any]:
        return {"customer": name, "orders": self.orders[name], "change_seconds": seconds}


def waiting_change(
    facts: OrderFacts, first: Sequence[Trial], other: Sequence[Trial]
) -> WaitingChange:
    """Compare the orders of two policies, seed by seed."""
    change, seeds = WaitingChange(), len(first)
    customers = Counter[int]()
    for before, after in zip(first, other, strict=True):
        for order in range(len(before.waited)):
            lost = after.lost.get(order, 0) - before.lost.get(order, 0)
            seconds = after.waited[order] - before.waited[order]
            _count(change, lost, seconds, 1 / seeds)
            if effect := lost or seconds:
                change.by_size[size_of(facts.lines[order])][effect > 0] += 1 / seeds
            # A `Counter` is typed for whole numbers, and adds fractions as well.
            customers[facts.customers[order]] += seconds / seeds  # type: ignore[assignment]
    orders = Counter(facts.customers)
    for place, name in enumerate(facts.names):
        change.customers[name] = customers[place]
        change.orders[name] = orders[place]
    return change


def size_of(lines: int) -> int:
    """Return the class of size of an order, by its lines.

    >>> [size_of(lines) for lines in (1, 2, 5, 6, 1_000)]
    [0, 1, 1, 2, 4]
    """
    return bisect_left(SIZES, lines)


def _count(change: WaitingChange, lost: int, seconds: float, weight: float) -> None:
    if lost:
        if lost > 0:
            change.lost += weight
        else:
            change.kept += weight
        return
    if seconds < 0:
        change.shorter += weight
    elif seconds > 0:
        change.longer += weight
    else:
        change.same += weight
    far = bisect_left(CHANGE_DAYS, abs(seconds) / DAY_SECONDS) + 1 if seconds else 0
    change.by_days[len(CHANGE_DAYS) + 1 + (far if seconds > 0 else -far)] += weight


def _bounds() -> list[tuple[int | None, int | None]]:
    """Return the bounds of the classes of `by_days`, in days."""
    above: list[tuple[int | None, int | None]] = list(pairwise((0, *CHANGE_DAYS)))
    above.append((CHANGE_DAYS[-1], None))
    below = [
        (None if end is None else -end, None if begin is None else -begin)
        for begin, end in reversed(above)
    ]
    return [*below, (0, 0), *above]
