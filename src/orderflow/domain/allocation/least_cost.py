"""The fewest parcels, or the least cost, of an order that comes from several warehouses.

Theory
======

A parcel costs something, and each unit may cost something more. The fewest parcels are the least
cost if a parcel costs 1 and a unit nothing.

Once the warehouses are chosen, each line is best taken where a unit is cheapest. So an answer is a
subset of the warehouses that have anything. The best one gives the most units, then costs the
least, and then has the warehouses that come first in the list.

*Exactly.* With up to `EXACT_MAX` warehouses that have anything, all subsets are compared, the small
ones first. If lines of sets, or undivided ones, compete for the same product, they take their units
in the order of the lines.

*Beyond.* Warehouses are added, each time the one that gives the most further units at the least
cost. Then each is dropped that costs more than it saves.

*The bound.* No answer that gives as many units of each line costs less than the cheapest units and
the cheapest parcels. A product needs at least as many parcels as if the warehouses with the largest
stock sent it. The product that needs the most parcels counts.
"""

from __future__ import annotations

from itertools import accumulate, combinations
from typing import TYPE_CHECKING

from orderflow.domain.allocation.taking import Taking
from orderflow.domain.model.sourcing_policy import SourcingCost, SourcingPreference

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from orderflow.domain.allocation.taking import AvailableUnits, Item
    from orderflow.domain.model.sourcing_policy import SourcingPolicy

__all__ = ["EXACT_MAX", "LeastCost"]

EXACT_MAX = 8
"""The most warehouses with stock among which all subsets are compared."""


class LeastCost:
    """The search for the cheapest answer.

    Args:
        items: What is taken.
        policy: The warehouses, and their costs.
        available: The available units of each warehouse.
        most: From how many warehouses the order may come.
    """

    def __init__(
        self,
        items: Sequence[Item],
        policy: SourcingPolicy,
        available: AvailableUnits,
        most: int,
    ) -> None:
        self._items = items
        self._available = available
        self._most = most
        costs = {each.warehouse_id: each for each in policy.costs}
        if policy.preference is SourcingPreference.FEWEST_PARCELS:
            costs = {each: SourcingCost(each, parcel=1) for each in policy.warehouses}
        self._cost = costs
        self._useful = [each for each in policy.warehouses if any(available[each].values())]

    def find(self) -> tuple[Taking, int, int]:
        """Return what is taken, its cost, and the least cost that any answer can have."""
        if len(self._useful) <= EXACT_MAX:
            best = self._compared()
            cost = self._cost_of(best)
            return best, cost, cost
        best = self._improved(self._added())
        return best, self._cost_of(best), self._bound(best)

    def _taken(self, warehouses: Iterable[str]) -> Taking:
        taking = Taking(self._items, self._available)
        taking.take_all(sorted(warehouses, key=lambda each: self._cost[each].unit))
        return taking

    def _cost_of(self, taking: Taking) -> int:
        return sum(
            self._cost[warehouse_id].parcel + self._cost[warehouse_id].unit * sum(units.values())
            for warehouse_id, units in taking.units.items()
        )

    def _rank(self, taking: Taking) -> tuple[int, int]:
        return (taking.units_left, self._cost_of(taking))

    def _compared(self) -> Taking:
        """Compare all subsets. The first of those that are as good is taken."""
        best = self._taken(())
        parcels = sorted(self._cost[each].parcel for each in self._useful)
        for size in range(1, min(self._most, len(self._useful)) + 1):
            if not best.left and self._cost_of(best) <= sum(parcels[:size]):
                break  # so many parcels cost as much alone
            for warehouses in combinations(self._useful, size):
                taking = self._taken(warehouses)
                if self._rank(taking) < self._rank(best):
                    best = taking
        return best

    def _added(self) -> list[str]:
        """Add warehouses as long as they give more."""
        chosen: list[str] = []
        others = list(self._useful)
        while others and len(chosen) < self._most:
            best = min(others, key=lambda each: self._rank(self._taken([*chosen, each])))
            if self._taken([*chosen, best]).units_left >= self._taken(chosen).units_left:
                break
            chosen.append(best)
            others.remove(best)
        return chosen

    def _improved(self, chosen: list[str]) -> Taking:
        """Drop the warehouses that cost more than they save."""
        best = self._taken(chosen)
        for warehouse_id in sorted(chosen, key=lambda each: -self._cost[each].parcel):
            fewer = [each for each in chosen if each != warehouse_id]
            taking = self._taken(fewer)
            if self._rank(taking) < self._rank(best):
                chosen, best = fewer, taking
        return best

    def _bound(self, taking: Taking) -> int:
        """Return a cost below which nobody can send as many units of each line."""
        units: dict[str, int] = {}
        for item in self._items:
            for line in item.lines:
                given = line.quantity - taking.left.get(line.line_id, 0)
                units[line.sku] = units.get(line.sku, 0) + given
        parcels = max(self._parcels_for(sku, number) for sku, number in units.items())
        cheapest = sorted(self._cost[each].parcel for each in self._useful)
        return sum(cheapest[:parcels]) + sum(
            self._least_for(sku, number) for sku, number in units.items()
        )

    def _parcels_for(self, sku: str, units: int) -> int:
        """Return from how many warehouses these units must come."""
        stocks = sorted((self._available[each].get(sku, 0) for each in self._useful), reverse=True)
        return sum(given < units for given in accumulate(stocks, initial=0))

    def _least_for(self, sku: str, units: int) -> int:
        """Return the least cost of these units, without their parcels."""
        cost = 0
        for warehouse_id in sorted(self._useful, key=lambda each: self._cost[each].unit):
            part = min(units, self._available[warehouse_id].get(sku, 0))
            cost += part * self._cost[warehouse_id].unit
            units -= part
        return cost
