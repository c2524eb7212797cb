"""Passing over: which orders still wait while later ones get the units that they lack.

An order that waits after the plan is *passed over* by each later order that takes units of a
product that it is short of then. It may have lacked them before, or have given them to the plan.
Each later order counts once.

The sets of orders are whole numbers with a bit for each order, the earliest position lowest. So an
order is compared with all earlier ones at once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from orderflow.domain.model.policy import is_urgent

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from orderflow.domain.model.stock import ProductKey
    from orderflow.domain.planning.dealing import Changes
    from orderflow.domain.planning.pool import Pool

__all__ = ["PassLimits", "passes", "passes_beyond_limit"]


def passes(pool: Pool, changes: Changes) -> dict[int, int]:
    """Return by how many later orders each order is passed over, if it is at all."""
    taken: list[list[ProductKey]] = [[] for _ in pool.members]
    waiting = []
    for at, member in enumerate(pool.members):
        short = dict(member.short)
        for line_id, change in changes.get(at, {}).items():
            product = (member.order.warehouse_id, member.order.line(line_id).sku)
            short[product] = short.get(product, 0) - change
            if change > 0:
                taken[at].append(product)
        lacks = [product for product, units in short.items() if units]
        if lacks:
            waiting.append((at, lacks))
    taking, found = _order_sets(taken), {}
    for at, lacks in waiting:
        times = _times(at, lacks, taking)
        if times:
            found[at] = times
    return found


def passes_beyond_limit(pool: Pool, changes: Changes) -> dict[int, int]:
    """Return how many passes of each order are beyond its limit, if any are."""
    limit = pool.protection.passed_over_max
    found = {}
    for at, times in passes(pool, changes).items():
        allowed = 0 if is_urgent(pool.members[at].order, pool.policy) else limit
        if allowed is not None and times > allowed:
            found[at] = times - allowed
    return found


def _order_sets(units: Iterable[Iterable[ProductKey]]) -> dict[ProductKey, int]:
    """Return the set of orders of each product, from the products of each order."""
    bits: dict[ProductKey, list[int]] = {}
    for order, products in enumerate(units):
        for product in products:
            bits.setdefault(product, []).append(order)
    return {product: _set_of(orders) for product, orders in bits.items()}


def _times(order: int, lacks: Iterable[ProductKey], taking: Mapping[ProductKey, int]) -> int:
    """Return how many later orders take what an order lacks."""
    later = 0
    for product in lacks:
        later |= taking.get(product, 0)
    return (later >> (order + 1)).bit_count()


class PassLimits:
    """Counts how often orders are passed over, and allows no order to go beyond the limits.

    Orders are completed one after another, and what they take beyond the available units is given
    by the latest orders that are not completed, as in `dealing`. So each order completed may make
    earlier ones give. From then on they are short of the product as well. Lines and sets that are
    given as a whole are not considered here.

    An urgent order is never passed over: it would preempt the units at once. The number of times
    that each order is passed over is kept in binary, the digits of equal value of all orders in one
    number. It begins so high that it reaches the highest digit when the limit is reached.
    """

    def __init__(self, pool: Pool) -> None:
        members, limit = pool.members, pool.protection.passed_over_max
        urgent = _set_of(
            [at for at, each in enumerate(members) if is_urgent(each.order, pool.policy)]
        )
        everyone = (1 << len(members)) - 1
        self._members, self._waiting = members, everyone
        self._limited = urgent if limit is None else everyone
        self._limit = min(limit or 0, len(members))
        self._short = [list(member.short) for member in members] if self._limited else []
        self._queues = _order_sets(self._short)
        self._taking: dict[ProductKey, int] = {}
        self._lacking = {product: -units for product, units in pool.available.items()}
        self._givers: dict[ProductKey, list[int]] = {}
        """The orders that may give a product and do not yet, the latest last."""
        self._giving: dict[ProductKey, int] = {}
        for at, member in enumerate(members if limit is not None else ()):
            for product in member.own if member.loses else ():
                self._givers.setdefault(product, []).append(at)
        digits = self._limit.bit_length()
        self._none = (1 << digits) - self._limit
        self._digits = [
            self._limited & ~urgent if self._none >> digit & 1 else 0 for digit in range(digits + 1)
        ]
        self._digits[-1] |= urgent & self._limited

    @property
    def is_limited(self) -> bool:
        """Whether any order has a limit."""
        return self._limited != 0

    def allow(self, order: int) -> bool:
        """Say whether an order may be completed, and count whom it passes over if so."""
        if not self._limited:
            return True
        short, this = self._members[order].short, 1 << order
        waiting = self._waiting & ~this
        lacking, giving = self._given_for(order, waiting)
        taking = {**self._taking, **{each: self._taking.get(each, 0) | this for each in short}}
        times = {
            giver: _times(giver, [*self._short[giver], *products], taking)
            for giver, products in giving.items()
        }
        earlier = 0
        for product in short:
            earlier |= self._queues.get(product, 0)
        earlier &= waiting & self._limited & (this - 1) & ~_set_of(sorted(giving))
        if earlier & self._digits[-1] or max(times.values(), default=0) > self._limit:
            return False
        for number, digit in enumerate(self._digits):
            self._digits[number] = digit ^ earlier
            earlier &= digit
        self._waiting = waiting
        for product in short:
            self._taking[product] = taking[product]
        self._lacking.update(lacking)
        for giver, products in giving.items():
            self._give(giver, products, times[giver])
        return True

    def _given_for(
        self, order: int, waiting: int
    ) -> tuple[dict[ProductKey, int], dict[int, list[ProductKey]]]:
        """Return what is lacking if an order is completed, and who gives which products for it."""
        member = self._members[order]
        needed = dict(member.short)
        for product, units in member.own.items():
            if self._giving.get(product, 0) >> order & 1:
                needed[product] = needed.get(product, 0) + units
        lacking: dict[ProductKey, int] = {}
        giving: dict[int, list[ProductKey]] = {}
        for product, units in needed.items():
            left = units + self._lacking.get(product, 0)
            for giver in reversed(self._givers.get(product, ())):
                if left <= 0:
                    break
                if waiting >> giver & 1:
                    left -= self._members[giver].own[product]
                    giving.setdefault(giver, []).append(product)
            lacking[product] = left
        return lacking, giving

    def _give(self, giver: int, products: list[ProductKey], times: int) -> None:
        """Note that an order is short of products that it gives."""
        this = 1 << giver
        for product in products:
            queue = self._givers[product]
            while queue and queue[-1] >= giver:
                queue.pop(-1)
            self._giving[product] = self._giving.get(product, 0) | this
            self._queues[product] = self._queues.get(product, 0) | this
        self._short[giver] += products
        for number, digit in enumerate(self._digits):
            is_set = (self._none + times) >> number & 1
            self._digits[number] = digit | this if is_set else digit & ~this


def _set_of(orders: list[int]) -> int:
    """Return a set of orders, which are sorted."""
    if not orders:
        return 0
    bits = bytearray(orders[-1] // 8 + 1)
    for order in orders:
        bits[order // 8] |= 1 << order % 8
    return int.from_bytes(bits, "little")
