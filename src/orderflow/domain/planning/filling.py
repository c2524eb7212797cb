"""Filling: a choice of orders that is filled up, and improved by exchanges.

Orders are added in the order of their *cost*: the price of what they need, for each weight. When no
order fits any more, the choice is improved. Some orders are taken out, and others are filled in. If
the choice then has a greater *merit*, the exchange stays, else it is undone. The merit is the
weight of the orders less a share of the price of their needs. So units that are left count too.

An exchange of one order must improve the merit, so none can come again. An exchange of a few orders
may lower it a little. This leaves choices that no single exchange improves, and the search keeps
the best choice that it has seen (threshold accepting, Dueck and Scheuer 1990).

An order that does not fit is *blocked on* one product of which too few units are left, as in the
queues of orders that need all units at once. It needs no other test until that product is freed.
So an exchange considers only a few orders, however many there are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from orderflow.domain.planning.prices import ONE, price_of_needs

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from orderflow.domain.planning.packing import Packing

__all__ = ["Filling"]

_FITS = -1
_OUT_MAX = 6
"""At most this many orders are taken out in one exchange."""
_PRICED, _OF = 7, 10
"""The share of the price that counts in the merit."""
_WORSE = ONE // 10
"""An exchange of a few orders may lower the merit by this much."""
_START_BITS = 16


class Filling:
    """A choice of orders that fit into the supply, to which no other order can be added."""

    def __init__(
        self, packing: Packing, prices: tuple[int, ...], first: Iterable[int] = ()
    ) -> None:
        """Fill the supply: first with some orders that fit together, then by cost."""
        self._products, self._units = packing.products, packing.units
        self._weights = packing.weights
        self._prices = price_of_needs(packing, prices)
        self._merits = [
            weight * ONE - price * _PRICED // _OF
            for weight, price in zip(packing.weights, self._prices, strict=True)
        ]
        orders = range(len(packing.weights))
        self.by_cost = sorted(orders, key=self._cost)
        self._rank = [0] * len(orders)
        for rank, order in enumerate(self.by_cost):
            self._rank[order] = rank
        self._left = list(packing.supply)
        self._is_in = bytearray(len(orders))
        self._blocked: list[dict[int, None]] = [{} for _ in packing.supply]
        self._blocked_on = [_FITS] * len(orders)
        self._dearest = _by_product(packing, reversed(self.by_cost))
        self.value = self._merit = 0
        chosen = dict.fromkeys(first)
        for order in (*chosen, *[each for each in self.by_cost if each not in chosen]):
            self._settle(order)

    @property
    def chosen(self) -> list[int]:
        """The orders of the choice."""
        return [order for order, is_in in enumerate(self._is_in) if is_in]

    def exchange_each(self) -> Iterator[bool]:
        """Try each exchange of one order for others, and of others for one; say what improved."""
        for order in reversed(self.by_cost):
            if self._is_in[order]:
                yield self._exchange([order])
        for order in self.by_cost:
            if not self._is_in[order]:
                yield self._make_room(order)

    def exchange_some(self, product: int, start: int, count: int) -> bool:
        """Try to take out some neighbours by cost among the orders that need a product.

        The dearer they are, the more often they are taken. The choice may become a little worse.
        """
        inside = [order for order in self._dearest[product] if self._is_in[order]]
        first = ((start % (1 << _START_BITS)) ** 4 * len(inside)) >> 4 * _START_BITS
        return self._exchange(inside[first : first + 2 + count % (_OUT_MAX - 1)], worse=_WORSE)

    def _cost(self, order: int) -> tuple[int, int]:
        return self._prices[order] * ONE // self._weights[order], order

    def _make_room(self, order: int) -> bool:
        """Take out the dearest orders until one fits that is not in; say whether this improved."""
        out: dict[int, None] = {}
        freed: dict[int, int] = {}
        for product, units in zip(self._products[order], self._units[order], strict=True):
            lacking = units - self._left[product]
            dearest = iter(self._dearest[product])
            while freed.get(product, 0) < lacking:
                other = next(dearest)
                if not self._is_in[other] or other in out:
                    continue
                if len(out) == _OUT_MAX:
                    return False
                out[other] = None
                for each, count in zip(self._products[other], self._units[other], strict=True):
                    freed[each] = freed.get(each, 0) + count
        return self._exchange(list(out), order)

    def _exchange(self, out: Sequence[int], first: int | None = None, worse: int = 0) -> bool:
        """Take orders out and fill up, with one order first; undo it unless it improved enough."""
        merit = self._merit
        candidates: dict[int, None] = {}
        for order in out:
            self._take_out(order)
            for product in self._products[order]:
                candidates |= self._blocked[product]
        added = [] if first is None else [first]
        if first is not None:
            self._settle(first)
            candidates.pop(first, None)
        ranked = sorted(candidates, key=self._rank.__getitem__)
        added += [order for order in ranked if self._settle(order)]
        back = [order for order in sorted(out, key=self._rank.__getitem__) if self._settle(order)]
        if self._merit > merit - worse:
            return True
        for order in (*added, *back):
            self._take_out(order)
        for order in (*out, *ranked):  # the former fit; the latter are blocked on what was freed
            self._settle(order)
        if first is not None:
            self._settle(first)
        return False

    def _settle(self, order: int) -> bool:
        """Add an order if it fits; say so, or note what it is blocked on."""
        product = self._first_lacking(order)
        before = self._blocked_on[order]
        if before != product:
            if before != _FITS:
                del self._blocked[before][order]
            self._blocked_on[order] = product
            if product != _FITS:
                self._blocked[product][order] = None
        if product != _FITS:
            return False
        self._move(order, 1)
        return True

    def _take_out(self, order: int) -> None:
        self._move(order, -1)

    def _first_lacking(self, order: int) -> int:
        left = self._left
        for product, units in zip(self._products[order], self._units[order], strict=True):
            if left[product] < units:
                return product
        return _FITS

    def _move(self, order: int, sign: int) -> None:
        """Put an order into the choice, or take it out."""
        left = self._left
        for product, units in zip(self._products[order], self._units[order], strict=True):
            left[product] -= sign * units
        self._is_in[order] = sign > 0
        self.value += sign * self._weights[order]
        self._merit += sign * self._merits[order]


def _by_product(packing: Packing, orders: Iterable[int]) -> list[list[int]]:
    """Return the orders that need each product, in the order given."""
    found: list[list[int]] = [[] for _ in packing.supply]
    for order in orders:
        for product in packing.products[order]:
            found[product].append(order)
    return found
