"""Sourcing: which warehouses send which units of a new order.

The lines are taken one by one, each from the preferred warehouses that have its product available.
The lines of a set are taken together, from one warehouse. Whatever no warehouse gives waits in one
of them.

`orderflow.domain.allocation.least_cost` has the theory of the fewest parcels and the least cost.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from orderflow.domain.allocation.least_cost import LeastCost
from orderflow.domain.allocation.taking import Taking, items_of
from orderflow.domain.model.event_fields import LineUnits
from orderflow.domain.model.sourcing_policy import Division, SourcingPreference

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    from orderflow.domain.allocation.taking import AvailableUnits, Item
    from orderflow.domain.model.order import Order
    from orderflow.domain.model.sourcing_policy import SourcingPolicy

__all__ = ["SourcedPart", "SourcingPlan", "plan_sources"]

_BY_COST = (SourcingPreference.FEWEST_PARCELS, SourcingPreference.CHEAPEST)


@attrs.frozen
class SourcedPart:
    """The part of an order that one warehouse sends.

    Attributes:
        warehouse_id: The warehouse.
        units: The units of each line.
        waiting: Those of them that are not available there.
    """

    warehouse_id: str
    units: LineUnits
    waiting: LineUnits = ()


@attrs.frozen(kw_only=True)
class SourcingPlan:
    """The warehouses that send an order.

    Attributes:
        parts: What each of them sends. The first part keeps the id of the order: the one that
            waits, if one does.
        cost: With `FEWEST_PARCELS`, the number of parcels that can leave at once. With `CHEAPEST`,
            their cost. What waits is not counted. Otherwise `None`.
        cost_min: No division that sends as many units at once costs less. Up to eight warehouses
            with stock, it is the cost.
    """

    parts: tuple[SourcedPart, ...]
    cost: int | None = None
    cost_min: int | None = None


def plan_sources(
    order: Order,
    policy: SourcingPolicy,
    available: AvailableUnits,
    expects: Callable[[str, Mapping[str, int]], bool],
    *,
    whole_lines: bool,
    parcels_max: int | None,
) -> SourcingPlan:
    """Return which warehouses send which units of an order.

    Args:
        order: The order, which is new.
        policy: The policy.
        available: The available units of each warehouse of the policy, by SKU.
        expects: Whether a warehouse has or expects these units, by SKU, for the order.
        whole_lines: Whether no line may be divided.
        parcels_max: The most parts, if they are limited.
    """
    items = items_of(order, whole_lines=whole_lines)
    most = min(parcels_max or len(policy.warehouses), len(policy.warehouses))
    divides = policy.division is not Division.NEVER
    taking, cost, cost_min = _best(items, policy, available, most if divides else 1)
    if taking.left and policy.division is not Division.ALWAYS:
        taking, cost, cost_min = Taking(items, available), None, None
    waits_at = None
    if taking.left:
        waits_at = _waits_at(order, policy, taking, expects, most)
        taking.take_all((waits_at,))
    return SourcingPlan(parts=_parts(order, policy, taking, waits_at), cost=cost, cost_min=cost_min)


def _best(
    items: Sequence[Item], policy: SourcingPolicy, available: AvailableUnits, most: int
) -> tuple[Taking, int | None, int | None]:
    """Return what is taken from at most this many warehouses, and its cost if that counts."""
    if policy.preference in _BY_COST:
        return LeastCost(items, policy, available, most).find()
    if most == 1:
        return _from_one(items, policy, available), None, None
    taking = Taking(items, available)
    for item in items:
        taking.take(item, _by_preference(policy, item.units_by_sku, taking), most)
    return taking, None, None


def _from_one(items: Sequence[Item], policy: SourcingPolicy, available: AvailableUnits) -> Taking:
    """Return what is taken from the one warehouse that has the most of it."""
    skus = {line.sku: None for item in items for line in item.lines}
    takings = []
    for warehouse_id in _by_preference(policy, skus, Taking(items, available)):
        taking = Taking(items, available)
        taking.take_all((warehouse_id,))
        takings.append(taking)
    return min(takings, key=lambda each: each.units_left)


def _by_preference(policy: SourcingPolicy, skus: Collection[str], taking: Taking) -> Sequence[str]:
    """Return the warehouses, the preferred one for these products first."""
    if policy.preference is SourcingPreference.RANKED:
        return policy.warehouses
    return sorted(
        policy.warehouses, key=lambda each: -sum(taking.available(each, sku) for sku in skus)
    )


def _waits_at(
    order: Order,
    policy: SourcingPolicy,
    taking: Taking,
    expects: Callable[[str, Mapping[str, int]], bool],
    most: int,
) -> str:
    """Return the warehouse where what is left waits."""
    used = [each for each in policy.warehouses if each in taking.units]
    possible = used if len(used) == most else policy.warehouses
    if policy.waits_at is not None and policy.waits_at in possible:
        return policy.waits_at
    for warehouse_id in possible:
        own = taking.units.get(warehouse_id, {})
        needed: dict[str, int] = {}
        for line in order.lines:
            units = own.get(line.line_id, 0) + taking.left.get(line.line_id, 0)
            if units:
                needed[line.sku] = needed.get(line.sku, 0) + units
        if expects(warehouse_id, needed):
            return warehouse_id
    return possible[0]


def _parts(
    order: Order, policy: SourcingPolicy, taking: Taking, waits_at: str | None
) -> tuple[SourcedPart, ...]:
    """Return the part of each warehouse: the one that waits first, then as they are ranked."""
    parts = []
    for warehouse_id in sorted(policy.warehouses, key=lambda each: each != waits_at):
        units = dict(taking.units.get(warehouse_id, {}))
        waiting: dict[str, int] = {}
        if warehouse_id == waits_at:
            waiting = _waiting(order, taking, warehouse_id)
            for line_id, number in taking.left.items():
                units[line_id] = units.get(line_id, 0) + number
        if units:
            parts.append(SourcedPart(warehouse_id, _sorted(order, units), _sorted(order, waiting)))
    return tuple(parts)


def _waiting(order: Order, taking: Taking, warehouse_id: str) -> dict[str, int]:
    """Return the units by line that wait in a warehouse: some of an item may be there."""
    there: dict[str, int] = {}
    waiting = {}
    for line_id, number in taking.left.items():
        sku = order.line(line_id).sku
        available = there.get(sku, taking.available(warehouse_id, sku))
        there[sku] = max(0, available - number)
        if number > available:
            waiting[line_id] = number - available
    return waiting


def _sorted(order: Order, units: Mapping[str, int]) -> LineUnits:
    """Return units by line as pairs, in the order of the lines."""
    return tuple(
        (each.line_id, units[each.line_id]) for each in order.lines if each.line_id in units
    )
