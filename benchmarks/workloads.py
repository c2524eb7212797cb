"""Backlogs to allocate, drawn from a seed.

Three shapes:

- `plain`: three lines an order, all products alike. The targets speak of it.
- `retail`: the figures of a gift-ware seller's two years (Online Retail II, UCI data set 502):
  lines per order have the median 15 and the 95th percentile 75, at most 1,112; a tenth of the
  products has half of the lines.
- `market`: a marketplace with 1.1 lines an order, where the top 1 % of the products has a third
  of the lines.

In all of them units per line have the median 3 and the 95th percentile 32, as in that file, and
there are 200 lines for each product, as in that file, whatever the size.

The file knows no stock. What is added: of each product there is between half and all of what is
wanted, drawn evenly. So are priorities: of 20 orders, 16 have 0, three have 5 and one has 10.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from random import Random
from statistics import NormalDist
from typing import TYPE_CHECKING

import attrs

from orderflow import Order, OrderLine, Stock, StockKey

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["MARKET", "PLAIN", "RETAIL", "Backlog", "Shape", "draw", "draw_lines"]

SEED = 20_091_201
SELLER, WAREHOUSE = "acme", "leeds"
OPENING = datetime(2026, 1, 1, tzinfo=UTC)
LINES_PER_PRODUCT = 200
PRIORITIES = (0,) * 16 + (5,) * 3 + (10,)

_NORMAL = NormalDist()
_Z95 = _NORMAL.inv_cdf(0.95)


@attrs.frozen
class Shape:
    """What the orders of a backlog look like.

    Attributes:
        name: Its name.
        lines: Draws the number of lines of an order.
        skew: How unlike the products are: their numbers of lines are distributed log-normally
            with this sigma. 0 is all alike.
    """

    name: str
    lines: Callable[[Random], int]
    skew: float


@attrs.frozen
class Backlog:
    """Orders that nobody has processed yet, as they were placed, and the stock for them."""

    orders: tuple[Order, ...]
    stock: tuple[Stock, ...]
    lines: int
    at: datetime


def log_normal(median: int, percentile_95: int, largest: int) -> Callable[[Random], int]:
    """Make a function that draws whole numbers from 1 on."""
    mu, sigma = math.log(median), math.log(percentile_95 / median) / _Z95

    def draw_one(random: Random) -> int:
        return min(largest, max(1, round(random.lognormvariate(mu, sigma))))

    return draw_one


def _one_or_two(random: Random) -> int:
    return 1 + (random.random() < 0.1)  # noqa: PLR2004 - this makes 1.1 lines an order


PLAIN = Shape("plain", lambda _: 3, skew=0.0)
RETAIL = Shape("retail", log_normal(15, 75, 1_112), skew=1.24)
MARKET = Shape("market", _one_or_two, skew=1.896)

draw_units = log_normal(3, 32, 80_995)


def draw_lines(shape: Shape, lines: int, seed: int = SEED) -> Iterator[list[tuple[str, int]]]:
    """Yield orders as lists of SKU and units, until there are so many lines.

    The product of a line is drawn by the share of all lines that it has: of products whose
    numbers of lines are log-normal, the top x have the share Φ(Φ⁻¹(x) + sigma).
    """
    random = Random(seed)  # noqa: S311 - the same draws in every run are the point
    products = max(1, lines // LINES_PER_PRODUCT)
    while lines > 0:
        count = min(lines, shape.lines(random))
        lines -= count
        yield [
            (f"SKU-{_draw_product(random, shape.skew, products):05d}", draw_units(random))
            for _ in range(count)
        ]


def _draw_product(random: Random, skew: float, products: int) -> int:
    return min(products - 1, int(_NORMAL.cdf(random.gauss(0, 1) - skew) * products))


def draw(shape: Shape, lines: int, seed: int = SEED) -> Backlog:
    """Draw a backlog of so many lines."""
    random = Random(seed + 1)  # noqa: S311 - as above
    wanted = Counter[str]()
    orders = []
    for number, order in enumerate(draw_lines(shape, lines, seed)):
        for sku, units in order:
            wanted[sku] += units
        orders.append(
            Order(
                order_id=f"O{number:07d}",
                seller_id=SELLER,
                warehouse_id=WAREHOUSE,
                lines=tuple(
                    OrderLine(str(index), sku, units) for index, (sku, units) in enumerate(order, 1)
                ),
                placed_at=OPENING + timedelta(minutes=number),
                priority=random.choice(PRIORITIES),
            )
        )
    stock = tuple(
        Stock(StockKey(SELLER, WAREHOUSE, sku), round(units * random.uniform(0.5, 1)))
        for sku, units in sorted(wanted.items())
    )
    return Backlog(tuple(orders), stock, lines, OPENING + timedelta(minutes=len(orders)))
