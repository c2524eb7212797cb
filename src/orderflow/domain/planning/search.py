"""The search for the orders to complete: prices, filling, exchanges, and branch and bound.

Every part of the problem (`packing`) is searched on its own. First its prices are found; at each
of several prices the supply is filled by cost, and the best filling is kept. Then it is improved by
exchanges: of one order for others, until none improves it, and of a few orders that need a common
product, as often as `rounds` says. A small part is searched exactly at the end.

The same problem and the same rounds give the same answer. `go_on` may end the search at any moment.
Then the best answer so far is returned, with the best bound so far.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice
from math import inf
from typing import TYPE_CHECKING, Protocol

import attrs

from orderflow.domain.planning.branching import best_choice
from orderflow.domain.planning.filling import Filling
from orderflow.domain.planning.packing import parts_of
from orderflow.domain.planning.prices import ONE, Prices, bound_of, first_prices, improve_prices

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from orderflow.domain.planning.packing import Packing, Part

__all__ = [
    "GoOn",
    "Optimiser",
    "Search",
    "Searched",
    "SecondsLeft",
    "every_time",
    "no_limit",
    "search",
]

GoOn = Callable[[int, int], bool]
"""Takes the weight reached and the bound, and returns whether to go on searching."""

SecondsLeft = Callable[[], float]
"""Returns how many seconds the search may still take: infinity if there is no limit."""

ROUNDS = 300
_EXCHANGES = 100
"""This many exchanges of a few orders make a round."""
_OPTIMISER_SHARE = 0.75
"""The share of the seconds left that each call of the optimiser may take."""
_FACTOR, _MASK = 6_364_136_223_846_793_005, (1 << 64) - 1
"""The next draw is the last one times a factor, plus 1, modulo 2^64 (Knuth)."""
_EXACT_ORDERS_MAX, _NODES_MAX = 60, 100_000
"""Parts of at most this many orders are searched exactly, if this many partial choices suffice."""


class Optimiser(Protocol):
    """A solver of linear and integer programs, such as `orderflow.adapters.highs`.

    It solves parts of the problem. No answer is trusted: prices prove their bound here, and a
    choice that does not fit is ignored. Only the bound of `best` is taken as it is.
    """

    def prices(self, packing: Packing, seconds: float) -> Sequence[float]:
        """Return the price of a unit of each product: the dual values of the linear relaxation.

        Args:
            packing: The problem.
            seconds: How long it may take at most.
        """
        ...

    def best(
        self, packing: Packing, known: Sequence[int], seconds: float
    ) -> tuple[Sequence[int], int]:
        """Return the best choice of orders found, and a bound of the total weight of any choice.

        Args:
            packing: The problem.
            known: A choice that fits, to start from.
            seconds: How long it may take at most.
        """
        ...


def every_time(_value: int, _bound: int) -> bool:
    """Go on until the rounds are over."""
    return True


def no_limit() -> float:
    """Return infinity: the search may take as long as its rounds do."""
    return inf


@attrs.frozen
class Search:
    """How to search.

    Attributes:
        rounds: How long, in steps that do not depend on the machine.
        go_on: May end the search earlier.
        seconds_left: How many seconds are left. At 0, the search ends.
        optimiser: Finds the prices, if given.
        exact: Whether the optimiser is also to prove the best choice.
    """

    rounds: int = ROUNDS
    go_on: GoOn = every_time
    seconds_left: SecondsLeft = no_limit
    optimiser: Optimiser | None = None
    exact: bool = False

    def with_share(self, searches: int) -> Search:
        """Return the first of several searches, which has an equal share of the seconds left."""
        left = self.seconds_left()
        if searches == 1 or left == inf:
            return self
        kept = left - left / searches
        return attrs.evolve(self, seconds_left=lambda: self.seconds_left() - kept)


@attrs.frozen
class Searched:
    """What a search has found.

    Attributes:
        chosen: The orders to complete.
        value: Their total weight.
        bound: No choice has a greater total weight. If it is the value, the choice is the best.
        was_cut: Whether the search was ended before its rounds were over.
    """

    chosen: tuple[int, ...]
    value: int
    bound: int
    was_cut: bool


def search(packing: Packing, how: Search, known: Iterable[int] = ()) -> Searched:
    """Search for the orders of the greatest total weight whose needs the supply covers.

    Args:
        packing: The problem.
        how: How to search.
        known: Orders that fit together. The answer is never worse.
    """
    sure, parts = parts_of(packing)
    known_ones, weight = set(known), packing.value(sure)
    progress = _Progress(how, weight, weight)
    parts.sort(key=lambda part: len(part.orders))  # most are small, and soon proven
    found = [_SearchOfPart(part, known_ones, progress) for part in parts]
    for each in found:
        each.run(how)
    chosen = sorted([*sure, *(order for each in found for order in each.orders)])
    return Searched(tuple(chosen), progress.value, progress.bound, progress.is_over)


@attrs.define
class _Progress:
    """What is known of the whole, and whether to go on."""

    how: Search
    value: int
    bound: int
    is_over: bool = False

    def goes_on(self) -> bool:
        """Ask, unless the answer was no before."""
        if not self.is_over:
            self.is_over = (
                not self.how.go_on(self.value, self.bound) or self.how.seconds_left() <= 0
            )
        return not self.is_over


class _SearchOfPart:
    """The best choice of a part so far, and its bound."""

    def __init__(self, part: Part, known: set[int], progress: _Progress) -> None:
        self._numbers, self._packing, self._progress = part.orders, part.packing, progress
        self._best: list[int] = []
        self._value = 0
        self._prices = bound_of(self._packing, first_prices(self._packing))
        progress.bound += self._prices.bound
        start = [at for at, order in enumerate(part.orders) if order in known]
        self._keep(start, self._packing.value(start))
        self._fill(self._prices.each)

    @property
    def orders(self) -> list[int]:
        """The chosen orders, as they are numbered in the whole."""
        return [self._numbers[order] for order in self._best]

    @property
    def _is_proven(self) -> bool:
        return self._value >= self._prices.bound

    def run(self, how: Search) -> None:
        """Search until the rounds are over, or the best choice is proven."""
        if not self._goes_on():
            return
        self._find_prices(how)
        self._exchange_each(self._fill(self._prices.each), how.rounds)
        if len(self._numbers) <= _EXACT_ORDERS_MAX and self._goes_on():
            self._branch()
        if how.optimiser is not None and how.exact and self._goes_on():
            self._take_proof(*how.optimiser.best(self._packing, self._best, _share(how)))
        if self._goes_on():
            self._exchange_some(self._fill(self._prices.each), how.rounds)

    def _goes_on(self) -> bool:
        return not self._is_proven and self._progress.goes_on()

    def _find_prices(self, how: Search) -> None:
        if how.optimiser is not None:
            first = self._prices
            found = how.optimiser.prices(self._packing, _share(how))
            self._price(bound_of(self._packing, [round(price * ONE) for price in found]))
            if self._prices is not first:
                return
        steps = improve_prices(self._packing, self._prices, self._value_at)
        for prices in islice(steps, how.rounds):
            self._price(prices)
            if not self._goes_on():
                return

    def _price(self, prices: Prices) -> None:
        if prices.total < self._prices.total:
            self._progress.bound += prices.bound - self._prices.bound
            self._prices = prices

    def _value_at(self, prices: tuple[int, ...]) -> int:
        self._fill(prices)
        return self._value

    def _fill(self, prices: tuple[int, ...]) -> Filling:
        """Fill at these prices, or begin with the best choice if that is worth more."""
        filling = Filling(self._packing, prices)
        if filling.value < self._value:
            filling = Filling(self._packing, prices, self._best)
        self._keep_filling(filling)
        return filling

    def _keep_filling(self, filling: Filling) -> None:
        if filling.value > self._value:
            self._keep(filling.chosen, filling.value)

    def _keep(self, chosen: Sequence[int], value: int) -> None:
        if value > self._value:
            self._progress.value += value - self._value
            self._best, self._value = list(chosen), value

    def _exchange_each(self, filling: Filling, rounds: int) -> None:
        for _ in range(rounds):
            if not self._goes_on() or not self._try_each(filling):
                return

    def _exchange_some(self, filling: Filling, rounds: int) -> None:
        products, draw = len(self._packing.supply), 1
        for _ in range(rounds * _EXCHANGES):
            if not self._goes_on():
                return
            draw = (draw * _FACTOR + 1) & _MASK
            product = (draw >> 33) % products
            filling.exchange_some(product, start=draw >> 40, count=draw >> 48)
            self._keep_filling(filling)

    def _try_each(self, filling: Filling) -> bool:
        """Try all exchanges of one order; say whether any improved the choice."""
        improved = False
        for better in filling.exchange_each():
            improved |= better
            self._keep_filling(filling)
            if not self._goes_on():
                break
        return improved

    def _branch(self) -> None:
        chosen, is_proven = best_choice(self._packing, self._prices.each, self._best, _NODES_MAX)
        bound = self._packing.value(chosen) if is_proven else self._prices.bound
        self._take_proof(chosen, bound)

    def _take_proof(self, chosen: Sequence[int], bound: int) -> None:
        """Take a choice if it fits and is better, and a bound if it is lower."""
        once = sorted(set(chosen))
        if min(self._packing.left(once), default=0) >= 0:
            self._keep(once, self._packing.value(once))
        self._price(Prices(self._prices.each, max(bound, self._value) * ONE))


def _share(how: Search) -> float:
    """Return how many seconds the optimiser has: the search needs some of what is left."""
    return max(0.0, how.seconds_left() * _OPTIMISER_SHARE)
