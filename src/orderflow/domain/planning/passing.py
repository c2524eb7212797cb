"""Passing over: which orders still wait while later ones get the units that they lack.

The queue of a product has the orders that are short of it before the plan. An order that the plan
does not complete is *passed over* by each later order that takes units of any of these products.
Each of them counts once.

The sets of orders are whole numbers with a bit for each order, the earliest position lowest. So an
order is compared with all earlier ones at once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from orderflow.domain.model.policy import is_urgent

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from orderflow.domain.model.stock import ProductKey
    from orderflow.domain.planning.pool import Pool

__all__ = ["PassLimits", "order_sets", "passed_over"]


def order_sets(units: Iterable[Iterable[ProductKey]]) -> dict[ProductKey, int]:
    """Return the set of orders of each product, from the products of each order."""
    bits: dict[ProductKey, list[int]] = {}
    for order, products in enumerate(units):
        for product in products:
            bits.setdefault(product, []).append(order)
    return {product: _set_of(orders) for product, orders in bits.items()}


def passed_over(
    short: Iterable[tuple[int, Iterable[ProductKey]]], taking: Mapping[ProductKey, int]
) -> dict[int, int]:
    """Return by how many later orders each order is passed over, if it is at all.

    Args:
        short: Orders that still wait, and the products that each of them lacks.
        taking: The set of the orders that take units, by product.
    """
    found = {}
    for order, products in short:
        later = 0
        for product in products:
            later |= taking.get(product, 0)
        times = (later >> (order + 1)).bit_count()
        if times:
            found[order] = times
    return found


class PassLimits:
    """Counts how often orders are passed over, and allows no order to go beyond the limits.

    An urgent order is never passed over: it would preempt the units at once. The number of times
    that each order is passed over is kept in binary, the digits of equal value of all orders in one
    number. It begins so high that it reaches the highest digit when the limit is reached.
    """

    def __init__(self, pool: Pool) -> None:
        limit = pool.protection.passed_over_max
        urgent = _set_of(
            [at for at, each in enumerate(pool.members) if is_urgent(each.order, pool.policy)]
        )
        everyone = (1 << len(pool.members)) - 1
        self._limited = everyone if limit is not None else urgent
        self._short = [member.short for member in pool.members]
        self._queues = order_sets(self._short) if self._limited else {}
        digits = min(limit or 0, len(pool.members)).bit_length()
        first = (1 << digits) - min(limit or 0, len(pool.members))
        self._digits = [
            self._limited & ~urgent if first >> digit & 1 else 0 for digit in range(digits + 1)
        ]
        self._digits[-1] |= urgent & self._limited
        self._waiting = everyone

    @property
    def is_limited(self) -> bool:
        """Whether any order has a limit."""
        return self._limited != 0

    def allow(self, order: int) -> bool:
        """Say whether an order may be completed, and count whom it passes over if so."""
        earlier = 0
        if self._limited:
            for product in self._short[order]:
                earlier |= self._queues[product]
            earlier &= self._waiting & self._limited & ((1 << order) - 1)
        if earlier & self._digits[-1]:
            return False
        for number, digit in enumerate(self._digits):
            self._digits[number] = digit ^ earlier
            earlier &= digit
        self._waiting &= ~(1 << order)
        return True


def _set_of(orders: list[int]) -> int:
    """Return a set of orders, which are sorted."""
    if not orders:
        return 0
    bits = bytearray(orders[-1] // 8 + 1)
    for order in orders:
        bits[order // 8] |= 1 << order % 8
    return int.from_bytes(bits, "little")
