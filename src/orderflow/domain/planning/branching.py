"""Branch and bound: the best choice of few orders, with the proof that none is better.

Orders are decided one after another, those of the lowest cost first. What a partial choice can
still reach has a bound: see `orderflow.domain.planning.prices`. It is its weight, the price of what
is left of the supply, and what the weights of undecided orders are above their prices. A branch
that cannot reach more than the best choice is not followed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from orderflow.domain.planning.prices import ONE, price_of_needs

if TYPE_CHECKING:
    from collections.abc import Sequence

    from orderflow.domain.planning.packing import Packing

__all__ = ["best_choice"]


def best_choice(
    packing: Packing, prices: tuple[int, ...], known: Sequence[int], nodes_max: int
) -> tuple[list[int], bool]:
    """Return the best choice found, and whether it is proven that none is better.

    Args:
        packing: The problem.
        prices: The prices of its products.
        known: A choice that fits.
        nodes_max: How many partial choices are visited at most.
    """
    search = _Search(packing, prices, known)
    is_proven = search.run(nodes_max)
    return search.best, is_proven


class _Search:
    def __init__(self, packing: Packing, prices: tuple[int, ...], known: Sequence[int]) -> None:
        self.best, self._value = list(known), packing.value(known)
        self._packing = packing
        self._needs = price_of_needs(packing, prices)
        self._order = sorted(
            range(len(packing.weights)), key=lambda each: (self._worth(each, packing), each)
        )
        self._rest = [0] * (len(self._order) + 1)
        for at in range(len(self._order) - 1, -1, -1):
            self._rest[at] = self._rest[at + 1] + max(0, -self._worth(self._order[at], packing))
        self._supply_price = sum(
            [price * supply for price, supply in zip(prices, packing.supply, strict=True)]
        )

    def _worth(self, order: int, packing: Packing) -> int:
        """Return how much dearer an order is than its weight: the least come first."""
        return self._needs[order] - packing.weights[order] * ONE

    def run(self, nodes_max: int) -> bool:
        """Visit partial choices depth first, an order taken before the same order left out."""
        packing, order = self._packing, self._order
        left, taken = list(packing.supply), []
        value, left_price, at = 0, self._supply_price, 0
        for _ in range(nodes_max):
            reach = (value * ONE + left_price + self._rest[at]) // ONE
            if reach > self._value and at < len(order):
                each = order[at]
                needs = list(zip(packing.products[each], packing.units[each], strict=True))
                if all(left[product] >= units for product, units in needs):
                    for product, units in needs:
                        left[product] -= units
                    taken.append(at)
                    value += packing.weights[each]
                    left_price -= self._needs[each]
                at += 1
                continue
            if value > self._value:
                self.best, self._value = [order[each] for each in taken], value
            if not taken:
                return True
            at = taken.pop(-1)  # leave out what was taken last
            each = order[at]
            for product, units in zip(packing.products[each], packing.units[each], strict=True):
                left[product] += units
            value -= packing.weights[each]
            left_price += self._needs[each]
            at += 1
        return False
