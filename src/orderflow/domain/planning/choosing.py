"""Choosing: which orders a plan completes, group by group, within its limits."""

from __future__ import annotations

from typing import TYPE_CHECKING

from orderflow.domain.planning.dealing import deal
from orderflow.domain.planning.packing import Packing
from orderflow.domain.planning.passing import PassLimits, passes_beyond_limit
from orderflow.domain.planning.search import search
from orderflow.domain.planning.trying import best_of_few
from orderflow.errors import PlanRefusedError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from orderflow.domain.model.stock import ProductKey
    from orderflow.domain.planning.dealing import Changes
    from orderflow.domain.planning.pool import Member, Pool
    from orderflow.domain.planning.search import Search

__all__ = ["Choice", "deal_within"]

_TOO_OFTEN = (
    "orders that must be full would pass over others too often: allow more with `passed_over_max`, "
    "or change the rule"
)


class Choice:
    """The orders to complete.

    Attributes:
        completed: These orders, those of the first group first.
        bounds: The bound of each group, from the units that the groups before it left.
        was_cut: Whether the search of any group was ended early.
    """

    def __init__(self, pool: Pool) -> None:
        self.completed: list[int] = []
        self.bounds: list[int] = []
        self.was_cut = False
        self._pool = pool
        self._limits = PassLimits(pool)
        self._left = dict(pool.available)
        for member in pool.members:
            if member.loses:
                for product, units in member.own.items():
                    self._left[product] = self._left.get(product, 0) + units

    def serve(self, group: int, how: Search) -> None:
        """Choose among the orders of the next group.

        Raises:
            PlanRefusedError: If they must be full, and cannot all be.
        """
        members = self._pool.members
        orders = [at for at, each in enumerate(members) if each.gains and each.group == group]
        if orders and members[orders[0]].must_be_full:
            self.bounds.append(sum([members[order].weight for order in orders]))
            self._complete_all(orders)
            return
        packing = self._packing(orders)
        known = [at for at, order in enumerate(orders) if members[order].is_complete]
        if min(packing.left(known), default=0) < 0:
            known = []  # a group before needs units of theirs
        found = search(packing, how, known)
        self.bounds.append(found.bound)
        self.was_cut |= found.was_cut
        chosen = [orders[at] for at in found.chosen]
        chosen.sort(key=lambda order: not members[order].is_complete)  # these take nothing
        self._complete(chosen)
        if self._limits.is_limited:
            others = set(orders).difference(chosen)
            self._complete(sorted(others, key=lambda each: _cost(members[each], each)))

    def _complete(self, orders: Iterable[int]) -> list[int]:
        """Complete those orders that fit and pass over nobody too often; return the others."""
        others = []
        for order in orders:
            needs = self._pool.members[order].needs
            fits = all(self._left.get(product, 0) >= units for product, units in needs.items())
            if fits and self._limits.allow(order):
                self.completed.append(order)
                for product, units in needs.items():
                    self._left[product] -= units
            else:
                others.append(order)
        return others

    def _complete_all(self, orders: list[int]) -> None:
        left_out = self._complete(orders)
        if left_out:
            raise PlanRefusedError(
                "these orders must be full, but too few units may be taken for all of them: change "
                "their rule or what is protected, or put their rule first",
                tuple(self._pool.members[order].order.order_id for order in left_out),
            )

    def _packing(self, orders: list[int]) -> Packing:
        numbers: dict[ProductKey, int] = {}
        products, units = [], []
        for order in orders:
            needs = self._pool.members[order].needs
            products.append(tuple([numbers.setdefault(each, len(numbers)) for each in needs]))
            units.append(tuple(needs.values()))
        return Packing(
            tuple([self._pool.members[order].weight for order in orders]),
            tuple(products),
            tuple(units),
            tuple([self._left.get(product, 0) for product in numbers]),
        )


def deal_within(pool: Pool, completed: list[int], orders_max: int) -> tuple[Changes, int]:
    """Deal out the units so that at most this many orders change.

    Returns:
        The changes, and how many orders are not completed because of this limit.

    Raises:
        PlanRefusedError: If the orders that must be full need more changes.
    """
    changes = _deal(pool, completed)
    if len(changes) <= orders_max:
        return best_of_few(pool, changes, orders_max), 0
    members = pool.members
    complete = [order for order in completed if members[order].is_complete]
    others = [order for order in completed if not members[order].is_complete]
    others.sort(key=lambda order: (not members[order].must_be_full, *_cost(members[order], order)))
    first, last = 0, len(others)
    while last - first > 1:  # first is few enough, last is too many
        count = (first + last) // 2
        kept = _deal(pool, [*complete, *others[:count]])
        if len(kept) <= orders_max:
            first, changes = count, kept
        else:
            last = count
    if not first or members[others[first]].must_be_full:
        must = tuple(
            [members[each].order.order_id for each in others if members[each].must_be_full]
        )
        raise PlanRefusedError(
            f"no order can be completed by a plan that changes at most {orders_max:,} orders, or "
            "some that must be full cannot be: allow more of them",
            must,
        )
    return changes, len(others) - first


def _deal(pool: Pool, completed: list[int]) -> Changes:
    """Deal out the units.

    Give up orders until all units that are given can be taken, and nobody is passed over too often.
    """
    while True:
        limits = PassLimits(pool)
        completed = [order for order in completed if limits.allow(order)]
        found = deal(pool, set(completed))
        given_up = {_least(pool, completed, product, found.changes) for product in found.untaken}
        if limits.is_limited and not given_up:
            for order, times in passes_beyond_limit(pool, found.changes).items():
                given_up.update(_least_passing(pool, completed, order, found.changes)[:times])
        if not given_up:
            _require_full(pool, completed)
            return found.changes
        completed = [order for order in completed if order not in given_up]


def _require_full(pool: Pool, completed: list[int]) -> None:
    """Refuse a plan in which an order that must be full would pass over another too often."""
    taken = set(completed)
    left_out = tuple(
        [
            member.order.order_id
            for at, member in enumerate(pool.members)
            if member.must_be_full and at not in taken
        ]
    )
    if left_out:
        raise PlanRefusedError(_TOO_OFTEN, left_out)


def _least_passing(pool: Pool, completed: list[int], passed: int, changes: Changes) -> list[int]:
    """Return the orders that take what an order lacks, the later and less important ones first."""
    own = pool.members[passed].order
    lacks = {
        (own.warehouse_id, line.sku)
        for line in own.lines
        if line.short > changes.get(passed, {}).get(line.line_id, 0)
    }
    members = pool.members
    found = [
        order
        for order in completed
        if not lacks.isdisjoint(members[order].short) and not members[order].must_be_full
    ]
    if not found:
        raise PlanRefusedError(_TOO_OFTEN, (own.order_id,))
    return sorted(found, key=lambda order: (order < passed, members[order].weight, -order))


def _least(pool: Pool, completed: list[int], product: ProductKey, changes: Changes) -> int:
    """Return the least important order that takes units of a product, or of one given with it."""
    members = pool.members
    for products in ({product}, _given_with(pool, product, changes)):
        found = [
            order
            for order in completed
            if not products.isdisjoint(members[order].short) and not members[order].must_be_full
        ]
        if found:
            return min(found, key=lambda order: (members[order].weight, -order))
    raise PlanRefusedError(
        f"whole lines or sets would give more units of {product[1]!r} than can be taken, for "
        "orders that must be full: allow lines to be divided, or change the rule"
    )


def _given_with(pool: Pool, product: ProductKey, changes: Changes) -> set[ProductKey]:
    """Return what the orders that give a product give, such as the other lines of its set."""
    found: set[ProductKey] = set()
    for order, lines in changes.items():
        own = pool.members[order].order
        given = {
            (own.warehouse_id, line.sku) for line in own.lines if lines.get(line.line_id, 0) < 0
        }
        if product in given:
            found |= given
    return found


def _cost(member: Member, order: int) -> tuple[int, int]:
    """Sort the orders that are completed for the fewest units first."""
    return sum(member.short.values()), order
