"""Prices: what a unit of each scarce product is worth, and the bound that they prove.

Give every unit a price of at least 0. Add the price of the whole supply, and for each order what
its weight is above the price of its needs, if that is above 0. Whatever orders are completed, their
total weight is at most this sum. This is *weak duality*: the first term pays for all units that can
be used, and the second for the rest of any weight. So each vector of prices proves an upper bound.
The best prices prove the bound of the linear relaxation, in which parts of orders count too.

The prices are found by a subgradient method. At each step, some orders are worth their price. A
product becomes dearer if these need more than its supply, and cheaper if they need less. The length
of a step follows Polyak: the distance between the bound and the best known value, over the square
of the direction. The direction is a mean with earlier ones, so that it does not zigzag. The units
of a product count as a share of the geometric mean of its supply and its demand.

Prices are whole numbers, in parts of 2^-40 of a weight. So each bound is exact, and the same on
every machine; only the direction is computed with floating-point numbers.
"""

from __future__ import annotations

from math import sqrt
from operator import mul
from typing import TYPE_CHECKING

import attrs

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from orderflow.domain.planning.packing import Packing

__all__ = ["ONE", "Prices", "bound_of", "first_prices", "improve_prices", "price_of_needs"]

_BITS = 40
ONE = 1 << _BITS
"""A weight of 1, in the unit of prices."""

_MEMORY = 0.5
"""How much of the direction is that of the steps before."""
_SHORTER, _LOST_STEPS = 0.95, 20
"""A step without a better bound makes steps shorter; after this many, they start from the best."""
_SLOW_STEPS, _SLOW = 25, 2_000
"""The search ends if this many steps improve the bound by less than one part in this many."""


@attrs.frozen
class Prices:
    """Prices of the products, and the bound that they prove.

    Attributes:
        each: The price of a unit of each product.
        total: No choice of orders has a greater total weight, in the unit of prices.
    """

    each: tuple[int, ...]
    total: int

    @property
    def bound(self) -> int:
        """The same as a whole number of weight."""
        return self.total >> _BITS


def price_of_needs(packing: Packing, prices: tuple[int, ...] | list[int]) -> list[int]:
    """Return the price of what each order needs."""
    find = prices.__getitem__
    return [
        sum(map(mul, map(find, products), units))
        for products, units in zip(packing.products, packing.units, strict=True)
    ]


def bound_of(packing: Packing, prices: Iterable[int]) -> Prices:
    """Return prices with the bound that they prove. A price below 0 counts as 0."""
    each = [max(0, price) for price in prices]
    total = sum(map(mul, each, packing.supply))
    for weight, price in zip(packing.weights, price_of_needs(packing, each), strict=True):
        total += max(0, weight * ONE - price)
    return Prices(tuple(each), total)


def improve_prices(
    packing: Packing, first: Prices, value_of: Callable[[tuple[int, ...]], int]
) -> Iterator[Prices]:
    """Yield prices with ever better bounds: after each step, the best so far.

    Args:
        packing: The problem.
        first: The prices to start from.
        value_of: Returns the greatest value known. It is given prices now and then, and may use
            them to find a better one.
    """
    scale = [
        sqrt(supply * demand)
        for supply, demand in zip(packing.supply, _demand(packing), strict=True)
    ]
    direction = [0.0] * len(scale)
    prices, best = list(first.each), first
    steps, value, length, since_better, mark = 0, 0, 1.0, 0, best.total
    while True:
        if steps % _SLOW_STEPS == 0:
            value = value_of(best.each)
            is_slow = steps > _SLOW_STEPS and (mark - best.total) * _SLOW <= mark
            if best.bound <= value or is_slow:
                return
            mark = best.total
        steps += 1
        found, used = _priced(packing, prices)
        since_better += 1
        if found.total < best.total:
            best, since_better = found, 0
        elif steps > 1:
            length *= _SHORTER
        yield best
        _turn(direction, packing.supply, used, scale)
        if since_better >= _LOST_STEPS:
            prices = list(best.each)
        _go(prices, direction, scale, length * max(ONE, found.total - value * ONE))


def first_prices(packing: Packing) -> list[int]:
    """Return the prices at which all that is demanded costs a part of all weight."""
    demand = _demand(packing)
    weight = sum(packing.weights) * ONE // (4 * len(demand))
    return [weight // wanted for wanted in demand]


def _demand(packing: Packing) -> list[int]:
    """Return the units of each product that all orders need together."""
    demand = [0] * len(packing.supply)
    for products, units in zip(packing.products, packing.units, strict=True):
        for product, count in zip(products, units, strict=True):
            demand[product] += count
    return demand


def _priced(packing: Packing, prices: list[int]) -> tuple[Prices, list[int]]:
    """Return the bound of prices, and the units of the orders that are worth their price."""
    used = [0] * len(prices)
    total = sum(map(mul, prices, packing.supply))
    needs = price_of_needs(packing, prices)
    for order, (weight, price) in enumerate(zip(packing.weights, needs, strict=True)):
        worth = weight * ONE - price
        if worth > 0:
            total += worth
            for product, units in zip(packing.products[order], packing.units[order], strict=True):
                used[product] += units
    return Prices(tuple(prices), total), used


def _turn(
    direction: list[float], supply: tuple[int, ...], used: list[int], scale: list[float]
) -> None:
    """Turn the direction towards the products that need more than their supply."""
    for product, (units, all_units) in enumerate(zip(used, supply, strict=True)):
        ahead = (units - all_units) / scale[product]
        direction[product] = (1 - _MEMORY) * ahead + _MEMORY * direction[product]


def _go(prices: list[int], direction: list[float], scale: list[float], gap: float) -> None:
    """Change the prices: one step in the direction."""
    square = 0.0
    for price, ahead in zip(prices, direction, strict=True):
        if price or ahead > 0:
            square += ahead * ahead
    if square:
        step = gap / square
        for product, ahead in enumerate(direction):
            prices[product] = max(0, prices[product] + int(step * ahead / scale[product]))
