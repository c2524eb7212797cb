"""Backlogs that are too large to try all choices, drawn from a seed."""

from __future__ import annotations

from random import Random

from orderflow.domain.planning.packing import Packing

SEED = 5


def large_packing(
    orders: int, *, products: int = 0, lines: int = 3, weight_max: int = 1, seed: int = SEED
) -> Packing:
    """Draw orders of some lines each, with stock for three quarters of the units."""
    random = Random(seed)  # noqa: S311 - the same draws in every run are the point
    products = products or max(3, orders // 60)
    needs = [
        {
            product: 1 + int(random.expovariate(0.2))
            for product in random.sample(range(products), lines)
        }
        for _ in range(orders)
    ]
    demand = [sum(each.get(product, 0) for each in needs) for product in range(products)]
    return Packing(
        tuple(random.randint(1, weight_max) for _ in needs),
        tuple(tuple(each) for each in needs),
        tuple(tuple(each.values()) for each in needs),
        tuple(units * 3 // 4 for units in demand),
    )
