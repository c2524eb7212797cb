"""Where orders without a warehouse are placed: the page, with every subset of the warehouses."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass, field, replace
from itertools import combinations
from typing import TYPE_CHECKING

from orderflow import (
    Fulfilment,
    Rationing,
)
from orderflow.sourcing import Division, SourcingPreference
from tests.model.moving import move_part
from tests.model.serving import free_id, in_reach, watch

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from orderflow.sourcing import SourcingPolicy
    from tests.model.world import Line, Order, ProductKey, World

    Units = dict[str, int]
    # How many units of each line, by its id.
    Plan = list[tuple[str, Units]]
    # The warehouses and what they send; the order itself is placed in the first of them.
    Planned = dict[ProductKey, int]
    # How many units of each product are planned for other orders.


def plan_all(world: World, orders: list[Order], policy: SourcingPolicy) -> list[tuple[Order, Plan]]:
    """Plan orders that are placed together, the earlier place first."""
    now = deepcopy(world)
    watch(now)  # the effects of time are a command of their own
    planned: Planned = {}
    plans = []
    for order in now.in_turn(orders):
        plan = _plan(now, order, policy, planned)
        plans.append((order, plan))
        for warehouse, units in plan:
            for line in order.lines:
                product = (warehouse, line.sku)
                planned[product] = planned.get(product, 0) + units.get(line.line_id, 0)
    return plans


def carry_out(world: World, order: Order, plan: Plan) -> list[Order]:
    """Put an order in the first warehouse of its plan; move and return the other parts."""
    (order.warehouse, _), *others = plan
    return [
        move_part(world, order, warehouse, free_id(world, order), units)
        for warehouse, units in others
    ]


@dataclass
class Taking:
    """What an order takes from each warehouse, of what is free there."""

    order: Order
    free: dict[ProductKey, int]
    taken: dict[str, Units] = field(default_factory=dict)

    def take(self, warehouse: str, line: Line, units: int) -> None:
        if units:
            of_warehouse = self.taken.setdefault(warehouse, {})
            of_warehouse[line.line_id] = of_warehouse.get(line.line_id, 0) + units
            self.free[warehouse, line.sku] -= units

    def left_of(self, line: Line) -> int:
        return line.quantity - sum(units.get(line.line_id, 0) for units in self.taken.values())

    def left(self) -> int:
        return sum(self.left_of(line) for line in self.order.lines)

    def has_all(self, warehouse: str, lines: list[Line]) -> bool:
        return all(
            self.free[warehouse, sku] >= sum(line.quantity for line in lines if line.sku == sku)
            for sku in {line.sku for line in lines}
        )

    def begin(self) -> Taking:
        """Begin again, with nothing taken."""
        return Taking(self.order, dict(self.free))


def _plan(world: World, order: Order, policy: SourcingPolicy, planned: Planned) -> Plan:
    products = [(each, line.sku) for each in policy.warehouses for line in order.lines]
    free = {each: max(0, world.available(each) - planned.get(each, 0)) for each in products}
    nothing = Taking(order, free)
    taking = _best(world, nothing, policy)
    if taking.left() and policy.division is not Division.ALWAYS:
        taking = nothing
    first = list(policy.warehouses)
    parts = {each: dict(taking.taken.get(each, {})) for each in first}
    if taking.left():
        waits_at = _waits_at(world, taking, policy, planned)
        first.sort(key=lambda each: each != waits_at)
        for line in order.lines:
            if taking.left_of(line):
                units = parts[waits_at].get(line.line_id, 0)
                parts[waits_at][line.line_id] = units + taking.left_of(line)
    return [(each, parts[each]) for each in first if parts[each]]


def _most(world: World, policy: SourcingPolicy) -> int:
    """Return how many warehouses may be used."""
    return min(world.policy.parcels_max or len(policy.warehouses), len(policy.warehouses))


# What is taken


def _best(world: World, nothing: Taking, policy: SourcingPolicy) -> Taking:
    most = 1 if policy.division is Division.NEVER else _most(world, policy)
    items = _items(world, nothing.order)
    if policy.preference in (SourcingPreference.FEWEST_PARCELS, SourcingPreference.CHEAPEST):
        return _cheapest(nothing, items, policy, most)
    if most == 1:
        preferred = _preferred(nothing, nothing.order.lines, policy)
        from_one = [_from_these(nothing, items, [warehouse]) for warehouse in preferred]
        return min(from_one, key=Taking.left)
    taking = nothing.begin()
    for lines, is_divided in items:
        _take(taking, lines, _preferred(taking, lines, policy), most, is_divided=is_divided)
    return taking


def _items(world: World, order: Order) -> list[tuple[list[Line], bool]]:
    """Return the lines that are planned together, and whether they may be divided."""
    items: list[tuple[list[Line], bool]] = []
    for line in order.lines:
        of_set = [each for each in order.lines if each.set_id == line.set_id]
        if line.set_id is None:
            items.append(([line], world.policy.fulfilment is not Fulfilment.WHOLE_LINES))
        elif of_set[0] is line:
            items.append((of_set, False))
    return items


def _preferred(taking: Taking, lines: list[Line], policy: SourcingPolicy) -> list[str]:
    """Return the warehouses, the preferred one for these lines first."""
    if policy.preference is SourcingPreference.RANKED:
        return list(policy.warehouses)
    skus = {line.sku for line in lines}
    return sorted(policy.warehouses, key=lambda each: -sum(taking.free[each, sku] for sku in skus))


def _take(
    taking: Taking, lines: list[Line], warehouses: Iterable[str], most: int, *, is_divided: bool
) -> None:
    for warehouse in warehouses:
        if warehouse not in taking.taken and len(taking.taken) >= most:
            continue
        if is_divided or (taking.left_of(lines[0]) and taking.has_all(warehouse, lines)):
            for line in lines:
                free = taking.free[warehouse, line.sku]
                taking.take(warehouse, line, min(taking.left_of(line), free))


def _from_these(
    nothing: Taking, items: list[tuple[list[Line], bool]], warehouses: Sequence[str]
) -> Taking:
    taking = nothing.begin()
    for lines, is_divided in items:
        _take(taking, lines, warehouses, len(warehouses), is_divided=is_divided)
    return taking


def _cheapest(
    nothing: Taking, items: list[tuple[list[Line], bool]], policy: SourcingPolicy, most: int
) -> Taking:
    """Compare all subsets: the smaller ones first, then those that come first in the list."""
    parcel = {each.warehouse_id: each.parcel for each in policy.costs}
    unit = {each.warehouse_id: each.unit for each in policy.costs}

    def cost(taking: Taking) -> int:
        if policy.preference is SourcingPreference.FEWEST_PARCELS:
            return len(taking.taken)
        return sum(
            parcel[warehouse] + unit[warehouse] * sum(units.values())
            for warehouse, units in taking.taken.items()
        )

    takings = []
    for size in range(most + 1):
        for warehouses in combinations(policy.warehouses, size):
            cheapest_first = sorted(warehouses, key=lambda each: unit.get(each, 0))
            takings.append(_from_these(nothing, items, cheapest_first))
    return min(takings, key=lambda each: (each.left(), cost(each)))


# Where the rest waits


def _waits_at(world: World, taking: Taking, policy: SourcingPolicy, planned: Planned) -> str:
    possible = [each for each in policy.warehouses if each in taking.taken]
    if len(possible) < _most(world, policy):
        possible = list(policy.warehouses)
    if policy.waits_at in possible:
        return policy.waits_at
    for warehouse in possible:
        if _expects_enough(world, taking, warehouse, planned):
            return warehouse
    return possible[0]


def _expects_enough(world: World, taking: Taking, warehouse: str, planned: Planned) -> bool:
    """Whether the warehouse will have all that the order would have there."""
    there = replace(taking.order, warehouse=warehouse)
    own = taking.taken.get(warehouse, {})
    for product in there.products():
        wanted = sum(
            own.get(line.line_id, 0) + taking.left_of(line) for line in there.lines_of(product)
        )
        if wanted > max(
            _expected(world, there, product) - planned.get(product, 0),
            in_reach(world, there, product),
        ):
            return False
    return True


def _expected(world: World, order: Order, product: ProductKey) -> int:
    """Return what is there or expected, less what the orders that are served first want."""
    first = [other for other in world.orders if world.is_in_queue(other, product)]
    if world.policy.rationing is not Rationing.FAIR_SHARE:
        first = [other for other in first if world.place(other) < world.place(order)]
    receipts = [
        receipt.quantity
        for receipt in world.receipts.values()
        if receipt.product == product and receipt.expected_at >= world.now
    ]
    there = world.available(product) + in_reach(world, order, product)
    return there + sum(receipts) - sum(other.short_of(product) for other in first)
