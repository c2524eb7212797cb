"""Packing: which orders to complete from units that are not enough for all.

An order has a weight and needs units of some products; of each product there is a supply. To choose
orders of the greatest total weight whose needs the supply covers is a knapsack problem with one
dimension for each product. Here orders and products are numbers, counted from 0.

Much of it is decided before any search. An order that needs more than the whole supply is out.
If the supply of a product covers all orders that are left, the product limits nobody: it is
*ample*. An order that needs ample products only is completed. The others fall into parts that
share no product, and each part is a problem of its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = ["Packing", "Part", "parts_of"]


@attrs.frozen
class Packing:
    """Orders to choose from, and the supply.

    Attributes:
        weights: The weight of each order, 1 or more.
        products: The products that each order needs, each once.
        units: How many units it needs of each of them, 1 or more.
        supply: The available units of each product, 0 or more.
    """

    weights: tuple[int, ...]
    products: tuple[tuple[int, ...], ...]
    units: tuple[tuple[int, ...], ...]
    supply: tuple[int, ...]

    def value(self, chosen: Iterable[int]) -> int:
        """Return the total weight of some orders."""
        return sum([self.weights[order] for order in chosen])

    def left(self, chosen: Iterable[int]) -> list[int]:
        """Return the units of each product that some orders leave; below 0 if too few."""
        left = list(self.supply)
        for order in chosen:
            for product, units in zip(self.products[order], self.units[order], strict=True):
                left[product] -= units
        return left


@attrs.frozen
class Part:
    """A part of a problem that shares no product with the rest.

    Attributes:
        orders: Its orders, as they are numbered in the whole.
        packing: The problem, with its own numbers, and without ample products.
    """

    orders: tuple[int, ...]
    packing: Packing


def parts_of(whole: Packing) -> tuple[list[int], list[Part]]:
    """Return the orders that are completed in any case, and the parts that remain to be searched.

    >>> parts_of(Packing((1, 1, 1), ((0,), (0, 1), (1,)), ((2,), (9, 1), (3,)), (4, 5)))
    ([0, 2], [])
    """
    possible = [
        order
        for order, products in enumerate(whole.products)
        if all(
            units <= whole.supply[product]
            for product, units in zip(products, whole.units[order], strict=True)
        )
    ]
    demand = [0] * len(whole.supply)
    for order in possible:
        for product, units in zip(whole.products[order], whole.units[order], strict=True):
            demand[product] += units
    scarce = [wanted > supply for wanted, supply in zip(demand, whole.supply, strict=True)]
    sure, groups = [], _Groups(len(whole.supply))
    for order in possible:
        limiting = [product for product in whole.products[order] if scarce[product]]
        if limiting:
            groups.join(limiting)
        else:
            sure.append(order)
    members: dict[int, list[int]] = {}
    for order in possible:
        for product in whole.products[order]:
            if scarce[product]:
                members.setdefault(groups.first_of(product), []).append(order)
                break
    return sure, [_part(whole, orders, scarce) for orders in members.values()]


class _Groups:
    """Products that are linked by the orders that need them (disjoint sets)."""

    def __init__(self, products: int) -> None:
        self._above = list(range(products))

    def first_of(self, product: int) -> int:
        """Return the product that stands for the group of this one."""
        above = self._above
        while above[product] != product:
            above[product] = above[above[product]]
            product = above[product]
        return product

    def join(self, products: Sequence[int]) -> None:
        """Make one group of these products."""
        first = self.first_of(products[0])
        for product in products[1:]:
            self._above[self.first_of(product)] = first


def _part(whole: Packing, orders: list[int], scarce: list[bool]) -> Part:
    numbers: dict[int, int] = {}
    products, units = [], []
    for order in orders:
        needs = [
            (numbers.setdefault(product, len(numbers)), count)
            for product, count in zip(whole.products[order], whole.units[order], strict=True)
            if scarce[product]
        ]
        products.append(tuple([product for product, _ in needs]))
        units.append(tuple([count for _, count in needs]))
    packing = Packing(
        tuple([whole.weights[order] for order in orders]),
        tuple(products),
        tuple(units),
        tuple([whole.supply[product] for product in numbers]),
    )
    return Part(tuple(orders), packing)
