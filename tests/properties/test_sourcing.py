"""The plan for an order over several warehouses, held against all plans that there are."""

from __future__ import annotations

from collections import Counter
from itertools import product
from typing import TYPE_CHECKING

import attrs
from hypothesis import given
from hypothesis import strategies as st

from orderflow import (
    Order,
    OrderLine,
)
from orderflow.domain.allocation.least_cost import EXACT_MAX
from orderflow.domain.allocation.sourcing import plan_sources
from orderflow.sourcing import Division, SourcingCost, SourcingPolicy, SourcingPreference
from tests.unit.shop import order

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from orderflow.sourcing import SourcingPlan

    Stock = Mapping[str, Mapping[str, int]]

WAREHOUSES = ("A", "B", "C")
WITHOUT_COSTS = (
    SourcingPreference.RANKED,
    SourcingPreference.MOST_AVAILABLE,
    SourcingPreference.FEWEST_PARCELS,
)
SKUS = ("MUG", "PAN")
MANY = tuple(f"W{number:02}" for number in range(EXACT_MAX + 3))

lines = st.lists(st.tuples(st.sampled_from(SKUS), st.integers(1, 3)), min_size=1, max_size=3)
numbers = st.integers(0, 3)


def stocks(warehouses: tuple[str, ...]) -> st.SearchStrategy[Stock]:
    of_skus = st.fixed_dictionaries(dict.fromkeys(SKUS, numbers))
    return st.fixed_dictionaries(dict.fromkeys(warehouses, of_skus))


def new_order(wanted: list[tuple[str, int]], set_of: int = 0) -> Order:
    """Make an order whose first lines are a set."""
    return order(
        "1",
        warehouse_id="",
        lines=tuple(
            OrderLine(str(number), *each, set_id="set" if number <= set_of else None)
            for number, each in enumerate(wanted, 1)
        ),
    )


def planned(new: Order, policy: SourcingPolicy, stock: Stock) -> SourcingPlan:
    return plan_sources(
        new,
        policy,
        stock,
        lambda _warehouse_id, _units: False,
        whole_lines=False,
        parcels_max=None,
    )


def taken(plan: SourcingPlan, new: Order) -> dict[str, Counter[str]]:
    """Return the available units that each warehouse sends, by product."""
    found = {}
    for part in plan.parts:
        waiting = dict(part.waiting)
        units = Counter[str]()
        for line_id, number in part.units:
            units[new.line(line_id).sku] += number - waiting.get(line_id, 0)
        found[part.warehouse_id] = +units
    return {warehouse_id: units for warehouse_id, units in found.items() if units}


def all_ways(wanted: Mapping[str, int], stock: Stock) -> Iterator[dict[str, Counter[str]]]:
    """Yield every way to take units from the warehouses."""
    places = [(warehouse_id, sku) for warehouse_id in stock for sku in wanted]
    for numbers_taken in product(*(range(stock[place][sku] + 1) for place, sku in places)):
        way: dict[str, Counter[str]] = {}
        total = Counter[str]()
        for (warehouse_id, sku), number in zip(places, numbers_taken, strict=True):
            total[sku] += number
            if number:
                way.setdefault(warehouse_id, Counter())[sku] = number
        if all(total[sku] <= units for sku, units in wanted.items()):
            yield way


def cost_of(way: Mapping[str, Counter[str]], policy: SourcingPolicy) -> int:
    if policy.preference is SourcingPreference.FEWEST_PARCELS:
        return len(way)
    costs = {each.warehouse_id: each for each in policy.costs}
    return sum(costs[each].parcel + costs[each].unit * way[each].total() for each in way)


def policy_of(preference: SourcingPreference, costs: list[tuple[int, int]]) -> SourcingPolicy:
    warehouses = WAREHOUSES if len(costs) == len(WAREHOUSES) else MANY
    table = [SourcingCost(each, *cost) for each, cost in zip(warehouses, costs, strict=True)]
    is_cheapest = preference is SourcingPreference.CHEAPEST
    return SourcingPolicy(
        warehouses=warehouses, preference=preference, costs=tuple(table) if is_cheapest else ()
    )


by_cost = st.sampled_from([SourcingPreference.FEWEST_PARCELS, SourcingPreference.CHEAPEST])
cost_pairs = st.tuples(st.integers(0, 4), st.integers(0, 3))


@given(
    wanted=lines,
    stock=stocks(WAREHOUSES),
    preference=by_cost,
    costs=st.lists(cost_pairs, min_size=3, max_size=3),
)
def test_no_way_gives_as_many_units_at_less_cost(
    wanted: list[tuple[str, int]],
    stock: Stock,
    preference: SourcingPreference,
    costs: list[tuple[int, int]],
) -> None:
    new, policy = new_order(wanted), policy_of(preference, costs)
    plan = planned(new, policy, stock)
    by_sku = Counter[str]()
    for sku, number in wanted:
        by_sku[sku] += number
    ways = list(all_ways(by_sku, stock))
    most = max(sum(units.total() for units in way.values()) for way in ways)
    best = min(
        cost_of(way, policy) for way in ways if sum(units.total() for units in way.values()) == most
    )
    way = taken(plan, new)
    assert sum(units.total() for units in way.values()) == most
    assert (plan.cost, cost_of(way, policy), plan.cost_min) == (best, best, best)


@given(
    wanted=lines,
    stock=stocks(MANY),
    preference=by_cost,
    costs=st.lists(cost_pairs, min_size=len(MANY), max_size=len(MANY)),
    some=st.sets(st.sampled_from(MANY), min_size=1, max_size=EXACT_MAX),
)
def test_beyond_eight_warehouses_the_bound_is_a_bound(
    wanted: list[tuple[str, int]],
    stock: Stock,
    preference: SourcingPreference,
    costs: list[tuple[int, int]],
    some: set[str],
) -> None:
    """The best of some of the warehouses is known exactly, and is not below it."""
    new, policy = new_order(wanted), policy_of(preference, costs)
    plan = planned(new, policy, stock)
    assert plan.cost is not None
    assert plan.cost_min is not None
    assert plan.cost_min <= plan.cost == cost_of(taken(plan, new), policy)
    units = sum(each.total() for each in taken(plan, new).values())
    available = {sku: sum(stock[each][sku] for each in MANY) for sku in SKUS}
    by_sku = Counter[str]()
    for sku, number in wanted:
        by_sku[sku] += number
    assert units == sum(min(number, available[sku]) for sku, number in by_sku.items())
    fewer = attrs.evolve(
        policy,
        warehouses=tuple(sorted(some)),
        costs=tuple(each for each in policy.costs if each.warehouse_id in some),
    )
    exact = planned(new, fewer, stock)
    assert exact.cost is not None
    if sum(each.total() for each in taken(exact, new).values()) == units:
        assert plan.cost_min <= exact.cost


@given(
    wanted=lines,
    stock=stocks(WAREHOUSES),
    preference=st.sampled_from(
        [each for each in SourcingPreference if each is not SourcingPreference.CHEAPEST]
    ),
    division=st.sampled_from(Division),
    set_of=st.integers(0, 3),
    whole_lines=st.booleans(),
    parcels_max=st.sampled_from([None, 2]),
    waits_at=st.sampled_from([None, *WAREHOUSES]),
)
def test_every_plan_is_one_of_the_order_and_of_the_stock(  # noqa: PLR0917 - all settings
    wanted: list[tuple[str, int]],
    stock: Stock,
    preference: SourcingPreference,
    division: Division,
    set_of: int,
    whole_lines: bool,  # noqa: FBT001
    parcels_max: int | None,
    waits_at: str | None,
) -> None:
    new = new_order(wanted, set_of)
    policy = SourcingPolicy(
        warehouses=WAREHOUSES, preference=preference, division=division, waits_at=waits_at
    )
    plan = plan_sources(
        new,
        policy,
        stock,
        lambda _warehouse_id, _units: False,
        whole_lines=whole_lines,
        parcels_max=parcels_max,
    )
    total = Counter[str]()
    for part in plan.parts:
        total.update(dict(part.units))
    assert total == {line.line_id: line.quantity for line in new.lines}
    for warehouse_id, units in taken(plan, new).items():
        assert all(number <= stock[warehouse_id][sku] for sku, number in units.items())
    places = {line.line_id: [] for line in new.lines}  # type: dict[str, list[str]]
    for part in plan.parts:
        for line_id, _ in part.units:
            places[line_id].append(part.warehouse_id)
    undivided = [line for line in new.lines if whole_lines or line.set_id]
    assert all(len(places[line.line_id]) == 1 for line in undivided)
    assert len({places[line.line_id][0] for line in new.lines if line.set_id}) <= 1
    assert len(plan.parts) <= (parcels_max or len(WAREHOUSES))
    is_divided = len(plan.parts) > 1
    waits = any(part.waiting for part in plan.parts)
    assert not (is_divided and division is Division.NEVER)
    assert not (is_divided and waits and division is Division.IF_COVERED)
    assert all(not part.waiting for part in plan.parts[1:])
