"""The plan for an order over several warehouses, and an order that is placed by it."""

from __future__ import annotations

from typing import Any

import pytest

from orderflow import (
    AllocationPolicy,
    ExpectedReceipt,
    Fulfilment,
    HoldReason,
    InvalidValueError,
    OrderLine,
    PartialAllocation,
    Queue,
    StockKey,
)
from orderflow.commands import PlaceOrder, PlaceOrders
from orderflow.core import (
    State,
    source,
)
from orderflow.errors import DuplicateOrderError, OrderNotFoundError, ReplacementRefusedError
from orderflow.sourcing import (
    Division,
    SourcedPart,
    SourcingCost,
    SourcingPlan,
    SourcingPolicy,
    SourcingPreference,
)
from tests.unit.shop import ACME, NOON, Shop, key, kinds, later, order

FEWEST = SourcingPreference.FEWEST_PARCELS
CHEAPEST = SourcingPreference.CHEAPEST
MOST = SourcingPreference.MOST_AVAILABLE
ABC = ("A", "B", "C")


def shop_over(policy: AllocationPolicy | None = None, /, **stock: str) -> Shop:
    """Open a shop; each warehouse has such as "MUG 3, PAN 1"."""
    shop = Shop(policy)
    for warehouse_id, text in stock.items():
        for pair in text.split(", "):
            sku, units = pair.split()
            shop.count(key(sku, warehouse_id=warehouse_id), int(units))
    return shop


def planned(shop: Shop, *wanted: tuple[str, int] | OrderLine, **policy: Any) -> SourcingPlan:  # noqa: ANN401
    over = SourcingPolicy(**{"warehouses": ABC, **policy})
    lines = tuple(
        each if isinstance(each, OrderLine) else OrderLine(str(number), *each)
        for number, each in enumerate(wanted, 1)
    )
    return shop.source(order("1", lines=lines, warehouse_id=""), sourcing=over, at=NOON)


def units_of(plan: SourcingPlan) -> dict[str, dict[str, int]]:
    return {part.warehouse_id: dict(part.units) for part in plan.parts}


def test_the_plan_names_each_part_and_what_waits() -> None:
    shop = shop_over(A="MUG 2", B="MUG 1, PAN 1")
    plan = planned(shop, ("MUG", 5), ("PAN", 1), waits_at="C")
    assert plan.parts == (
        SourcedPart("C", (("1", 2),), waiting=(("1", 2),)),
        SourcedPart("A", (("1", 2),)),
        SourcedPart("B", (("1", 1), ("2", 1))),
    )
    assert (plan.cost, plan.cost_min) == (None, None)


def test_a_plan_is_carried_out_by_the_command_with_the_same_policy() -> None:
    shop = shop_over(A="MUG 2", B="MUG 1, PAN 1")
    over = SourcingPolicy(warehouses=ABC)
    new = order("1", ("MUG", 5), ("PAN", 1), warehouse_id="")
    plan = shop.source(new, sourcing=over)
    outcome = shop.place(new, sourcing=over)
    assert [(part.warehouse_id, dict(part.units)) for part in plan.parts] == [
        (each.warehouse_id, {line.line_id: line.quantity for line in each.lines})
        for each in outcome.orders
    ]
    assert kinds(outcome)[:3] == ["OrderPlaced", "OrderPartMoved", "OrderSplitOff"]
    assert outcome.order is not None
    assert [each.order_id for each in outcome.other_orders] == ["1.1"]


# The preferences


def test_the_most_available_is_looked_for_product_by_product() -> None:
    shop = shop_over(A="MUG 3, PAN 1", B="MUG 2, PAN 9")
    plan = planned(shop, ("MUG", 2), ("PAN", 2), preference=MOST)
    assert units_of(plan) == {"A": {"1": 2}, "B": {"2": 2}}


def test_of_the_same_availability_the_first_in_the_list_is_taken() -> None:
    plan = planned(shop_over(C="MUG 3", B="MUG 3"), ("MUG", 2), preference=MOST)
    assert units_of(plan) == {"B": {"1": 2}}


def test_the_fewest_parcels_are_found_although_the_first_warehouse_has_some() -> None:
    shop = shop_over(A="MUG 4, PAN 4", B="MUG 3, TIN 5", C="MUG 9, PAN 9, TIN 9")
    plan = planned(shop, ("MUG", 5), ("PAN", 2), ("TIN", 1), preference=FEWEST)
    assert units_of(plan) == {"C": {"1": 5, "2": 2, "3": 1}}
    assert (plan.cost, plan.cost_min) == (1, 1)


def test_the_cheapest_may_be_several_parcels() -> None:
    costs = (SourcingCost("A", 100, 1), SourcingCost("B", 100, 1), SourcingCost("C", 150, 90))
    shop = shop_over(A="MUG 2", B="MUG 2", C="MUG 4")
    plan = planned(shop, ("MUG", 4), preference=CHEAPEST, costs=costs)
    assert (units_of(plan), plan.cost) == ({"A": {"1": 2}, "B": {"1": 2}}, 204)
    dear_parcels = (SourcingCost("A", 500), SourcingCost("B", 500), SourcingCost("C", 600))
    plan = planned(shop, ("MUG", 4), preference=CHEAPEST, costs=dear_parcels)
    assert (units_of(plan), plan.cost, plan.cost_min) == ({"C": {"1": 4}}, 600, 600)


def test_more_units_are_worth_any_cost() -> None:
    costs = (SourcingCost("A", 0), SourcingCost("B", 10**9), SourcingCost("C", 5))
    shop = shop_over(A="MUG 1", B="MUG 3", C="MUG 1")
    plan = planned(shop, ("MUG", 5), preference=CHEAPEST, costs=costs)
    assert units_of(plan) == {"A": {"1": 1}, "B": {"1": 3}, "C": {"1": 1}}


def test_beyond_eight_warehouses_the_plan_says_how_far_off_it_may_be() -> None:
    many = tuple(f"W{number}" for number in range(12))
    shop = shop_over(**{each: f"MUG {1 + number}" for number, each in enumerate(many)})
    over = SourcingPolicy(warehouses=many, preference=FEWEST)
    plan = shop.source(order("1", ("MUG", 30), warehouse_id=""), sourcing=over)
    assert (sorted(units_of(plan)), plan.cost, plan.cost_min) == (["W10", "W11", "W6"], 3, 3)


def test_the_bound_is_that_of_the_cheapest_parcels_and_units() -> None:
    many = tuple("ABCDEFGHI")
    costs = tuple(SourcingCost(each, 10, number) for number, each in enumerate(many, 1))
    shop = shop_over(**dict.fromkeys(many, "MUG 1"))
    plan = planned(shop, ("MUG", 1), ("MUG", 2), warehouses=many, preference=CHEAPEST, costs=costs)
    assert (plan.cost, plan.cost_min) == (36, 36)
    plan = planned(shop, ("MUG", 12), warehouses=many, preference=CHEAPEST, costs=costs)
    assert (plan.cost, plan.cost_min) == (90 + 45, 90 + 45)


def test_beyond_eight_warehouses_those_that_cost_more_than_they_save_are_dropped() -> None:
    """B and C replace A, which was the best single one."""
    many = tuple("ABCDEFGHI")
    stock = {"A": "MUG 5", "B": "MUG 4, PAN 1", "C": "MUG 4, TIN 1"}
    shop = shop_over(**{**dict.fromkeys(many, "MUG 1"), **stock})
    over = SourcingPolicy(warehouses=many, preference=FEWEST)
    new = order("1", ("MUG", 8), ("PAN", 1), ("TIN", 1), warehouse_id="")
    plan = shop.source(new, sourcing=over)
    assert (sorted(units_of(plan)), plan.cost) == (["B", "C"], 2)


def test_beyond_eight_warehouses_an_order_may_come_from_all_or_from_a_few() -> None:
    many = tuple("ABCDEFGHI")
    new = order("1", ("MUG", 12), warehouse_id="")
    over = SourcingPolicy(warehouses=many, preference=FEWEST)
    plan = shop_over(**dict.fromkeys(many, "MUG 1")).source(new, sourcing=over)
    assert (len(plan.parts), plan.cost, plan.cost_min) == (9, 9, 9)
    parcels = AllocationPolicy(fulfilment=Fulfilment.PARCELS, parcels_max=2)
    plan = shop_over(parcels, **dict.fromkeys(many, "MUG 1")).source(new, sourcing=over)
    assert units_of(plan) == {"A": {"1": 11}, "B": {"1": 1}}


# What is not divided


TABLE = (
    OrderLine("1", "TOP", 1, set_id="table"),
    OrderLine("2", "LEG", 4, set_id="table"),
)


@pytest.mark.parametrize("preference", [SourcingPreference.RANKED, MOST, FEWEST])
def test_a_set_comes_from_one_warehouse(preference: SourcingPreference) -> None:
    shop = shop_over(A="TOP 1, LEG 3", B="TOP 1, LEG 4")
    plan = planned(shop, *TABLE, ("LEG", 2), preference=preference)
    assert units_of(plan)["B"] == {"1": 1, "2": 4}
    assert units_of(plan)["A"] == {"3": 2}


def test_a_set_that_no_warehouse_has_waits_as_a_whole() -> None:
    shop = shop_over(A="TOP 1, LEG 3", B="LEG 4")
    plan = planned(shop, *TABLE)
    assert plan.parts == (SourcedPart("A", (("1", 1), ("2", 4)), waiting=(("2", 1),)),)


# Where the rest waits


def test_what_is_overdue_is_not_expected() -> None:
    shop = shop_over(A="MUG 0", B="MUG 0")
    for warehouse_id, minutes in (("A", 1), ("B", 60)):
        there = key(warehouse_id=warehouse_id)
        shop.announce(ExpectedReceipt(f"R{warehouse_id}", there, 9, later(minutes)))
    new = order("1", ("MUG", 2), warehouse_id="")
    for at, waits_at in ((NOON, "A"), (later(2), "B"), (later(61), "A")):
        plan = shop.source(new, sourcing=SourcingPolicy(warehouses=ABC), at=at)
        assert [part.warehouse_id for part in plan.parts] == [waits_at]


def test_every_product_that_waits_must_be_expected() -> None:
    shop = shop_over(A="MUG 0", B="MUG 0")
    for receipt_id, warehouse_id, sku in (("1", "A", "MUG"), ("2", "B", "MUG"), ("3", "B", "PAN")):
        there = key(sku, warehouse_id=warehouse_id)
        shop.announce(ExpectedReceipt(receipt_id, there, 9, later(60)))
    assert units_of(planned(shop, ("MUG", 1))).keys() == {"A"}
    assert units_of(planned(shop, ("MUG", 1), ("PAN", 1))).keys() == {"B"}
    shop.count(key("PAN", warehouse_id="C"), 1)
    assert units_of(planned(shop, ("MUG", 1), ("PAN", 1))) == {"A": {"1": 1}, "C": {"2": 1}}


def test_the_units_that_the_order_has_there_are_not_expected_twice() -> None:
    """B has 2 of 4 and expects 2: enough; A has 1 and expects 2: not enough for 1 and 3."""
    shop = shop_over(A="MUG 1", B="MUG 2")
    for warehouse_id in ("A", "B"):
        there = key(warehouse_id=warehouse_id)
        shop.announce(ExpectedReceipt(f"R{warehouse_id}", there, 2, later(60)))
    one = planned(shop, ("MUG", 4), division=Division.NEVER)
    assert one.parts == (SourcedPart("B", (("1", 4),), waiting=(("1", 2),)),)


def test_an_order_that_would_be_divided_without_being_covered_waits_as_a_whole() -> None:
    shop = shop_over(A="MUG 1", B="MUG 2")
    plan = planned(shop, ("MUG", 4), division=Division.IF_COVERED)
    assert plan.parts == (SourcedPart("A", (("1", 4),), waiting=(("1", 3),)),)
    assert units_of(planned(shop, ("MUG", 3), division=Division.IF_COVERED)) == {
        "A": {"1": 1},
        "B": {"1": 2},
    }


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        ({}, "A"),
        ({"preference": MOST}, "C"),
        ({"preference": FEWEST}, "A"),
        (
            {
                "preference": CHEAPEST,
                "costs": (SourcingCost("A", 9), SourcingCost("B", 1), SourcingCost("C", 2)),
            },
            "B",
        ),
    ],
)
def test_of_those_that_have_all_the_preferred_one_sends_it(
    policy: dict[str, Any], expected: str
) -> None:
    shop = shop_over(A="MUG 4, PAN 1", B="MUG 5, PAN 1", C="MUG 4, PAN 4")
    plan = planned(shop, ("MUG", 4), ("PAN", 1), division=Division.NEVER, **policy)
    assert units_of(plan).keys() == {expected}


# Several orders together


def test_orders_are_planned_in_the_order_of_the_queue() -> None:
    shop = shop_over(AllocationPolicy(queue=Queue.PRIORITY), A="MUG 2", B="MUG 2")
    orders = [order("1", ("MUG", 2), warehouse_id=""), order("2", ("MUG", 2), warehouse_id="")]
    urgent = order("3", ("MUG", 2), warehouse_id="", priority=9)
    shop.place_many([*orders, urgent], sourcing=SourcingPolicy(warehouses=ABC, waits_at="C"))
    assert [each.warehouse_id for each in shop.orders()] == ["B", "C", "A"]


def test_orders_do_not_wait_for_what_those_before_them_wait_for() -> None:
    shop = shop_over(A="MUG 0", B="MUG 0")
    for warehouse_id, units in (("A", 3), ("B", 9)):
        there = key(warehouse_id=warehouse_id)
        shop.announce(ExpectedReceipt(f"R{warehouse_id}", there, units, later(60)))
    orders = [
        order("1", ("MUG", 1), ("MUG", 2), warehouse_id=""),
        order("2", ("MUG", 1), warehouse_id=""),
    ]
    shop.place_many(orders, sourcing=SourcingPolicy(warehouses=ABC))
    assert [each.warehouse_id for each in shop.orders()] == ["A", "B"]


@pytest.mark.parametrize("order_ids", [("1", "1.1"), ("1.1", "1")])
def test_no_part_takes_the_id_of_another_order(order_ids: tuple[str, str]) -> None:
    shop = shop_over(A="MUG 1", B="MUG 3")
    orders = [order(each, ("MUG", 2), warehouse_id="") for each in order_ids]
    shop.place_many(orders, sourcing=SourcingPolicy(warehouses=ABC))
    assert [each.order_id for each in shop.orders()] == ["1", "1.1", "1.2"]


def test_an_order_that_is_not_allocated_yet_has_its_parts_already() -> None:
    shop = shop_over(A="MUG 1", B="MUG 1")
    new = order("1", ("MUG", 2), warehouse_id="")
    outcome = shop.place(new, sourcing=SourcingPolicy(warehouses=ABC), allocate=False)
    assert {each.order_id: str(each.status) for each in outcome.orders} == {
        "1": "NEW",
        "1.1": "NEW",
    }
    shop.allocate("1.1")
    assert shop.held("1.1") == (1,)


def test_the_effects_of_time_come_first() -> None:
    """The order on hold takes the units at A when its hold ends, which is at this moment."""
    shop = shop_over(A="MUG 1", B="MUG 1")
    shop.take("held", ("MUG", 1), warehouse_id="A", allocate=False)
    shop.allocate("held")
    shop.hold("held", HoldReason.OTHER, until=later(9), deallocate=True)
    new = order("1", ("MUG", 1), warehouse_id="", placed_at=later(9))
    over = SourcingPolicy(warehouses=ABC)
    plan = shop.source(new, sourcing=over, at=later(9))
    assert units_of(plan).keys() == {"B"}
    shop.place(new, sourcing=over, at=later(9))
    assert shop.order("1").warehouse_id == "B"


def test_a_part_that_waits_may_have_nothing_yet() -> None:
    """The plan says what is where; the allocation policy says who may take it."""
    never = AllocationPolicy(partial_allocation=PartialAllocation.NEVER)
    shop = shop_over(never, A="MUG 2", B="MUG 1")
    shop.place(
        order("1", ("MUG", 5), warehouse_id=""),
        sourcing=SourcingPolicy(warehouses=ABC, waits_at="A"),
    )
    assert (shop.held("1"), shop.held("1.1")) == ((0,), (1,))


# Refusals


def test_an_id_is_taken_only_once() -> None:
    shop = shop_over(A="MUG 1", B="MUG 1")
    shop.take("1.1", ("MUG", 1), warehouse_id="C")
    over = SourcingPolicy(warehouses=ABC)
    shop.place(order("1", ("MUG", 2), warehouse_id=""), sourcing=over)
    assert {each.order_id for each in shop.orders()} == {"1", "1.1", "1.2"}
    for attempt in (shop.place, shop.source):
        for order_id, split_from in (("1", None), ("1.2", "1")):
            with pytest.raises(DuplicateOrderError) as refusal:
                attempt(order(order_id, ("MUG", 2), warehouse_id=""), sourcing=over)
            assert vars(refusal.value) == vars(DuplicateOrderError(ACME, order_id, split_from))


@pytest.mark.parametrize(
    ("warehouse_id", "sourcing", "message"),
    [
        ("", None, "in a warehouse, or placed with a sourcing policy that chooses one"),
        ("A", SourcingPolicy(warehouses=ABC), "without a warehouse_id, because the sourcing"),
    ],
)
def test_an_order_names_its_warehouse_or_leaves_it_to_the_policy(
    warehouse_id: str, sourcing: SourcingPolicy | None, message: str
) -> None:
    new = order("1", warehouse_id=warehouse_id)
    with pytest.raises(InvalidValueError, match=rf"PlaceOrder\.order must be {message}"):
        PlaceOrder(order=new, sourcing=sourcing, at=NOON)
    with pytest.raises(InvalidValueError, match=rf"PlaceOrders\.orders must be {message}"):
        PlaceOrders(orders=(new,), sourcing=sourcing, at=NOON)


def test_only_a_new_order_may_have_no_warehouse() -> None:
    with pytest.raises(InvalidValueError, match=r"Order\.warehouse_id"):
        order("1", warehouse_id="", version=1)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"warehouses": ()}, "warehouses must be a tuple of 1 to 100 str"),
        ({"warehouses": tuple(map(str, range(101)))}, "warehouses must be a tuple of 1 to 100 str"),
        ({"warehouses": ("A", "")}, "warehouses must be a text of 1 to 128"),
        ({"warehouses": ("A", "A")}, "warehouses must be warehouses that differ"),
        ({"waits_at": "D"}, "waits_at must be one of the warehouses, or None"),
        ({"preference": CHEAPEST}, "costs must be one for each warehouse with CHEAPEST"),
        ({"costs": (SourcingCost("A"),)}, "costs must be one for each warehouse with CHEAPEST"),
        (
            {"preference": CHEAPEST, "costs": 3 * (SourcingCost("A"),)},
            "costs must be one for each warehouse",
        ),
    ],
)
def test_a_policy_that_makes_no_sense_is_refused(fields: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidValueError, match=rf"SourcingPolicy\.{message}"):
        SourcingPolicy(**{"warehouses": ABC, **fields})


def test_the_plan_of_another_seller_is_refused() -> None:
    theirs = order("1", warehouse_id="", seller_id="zenith")
    with pytest.raises(InvalidValueError, match=r"source\.order\.seller_id must be 'acme'"):
        source(theirs, State("acme"), NOON, sourcing=SourcingPolicy(warehouses=ABC))


# A product that nobody knows


def test_a_product_is_unknown_if_no_warehouse_knows_it() -> None:
    shop = shop_over(B="MUG 1")
    new = order("1", ("MUG", 1), ("MGU", 1), warehouse_id="")
    command = PlaceOrder(order=new, sourcing=SourcingPolicy(warehouses=ABC), at=NOON)
    assert shop.unknown_products(command) == (StockKey("acme", "A", "MGU"),)


# In place of a cancelled order


def test_a_new_order_names_the_cancelled_one_that_it_replaces() -> None:
    shop = shop_over(A="MUG 1")
    shop.take("1", ("MUG", 1), warehouse_id="A")
    shop.cancel("1")
    shop.take("1b", ("MUG", 1), warehouse_id="A", replaces="1")
    assert (shop.order("1b").replaces, shop.held("1b")) == ("1", (1,))


def test_an_order_replaces_none_that_is_still_there() -> None:
    shop = shop_over(A="MUG 1")
    shop.take("1", ("MUG", 1), warehouse_id="A")
    with pytest.raises(ReplacementRefusedError, match="'1', which is ALLOCATED; cancel that one"):
        shop.take("1b", ("MUG", 1), warehouse_id="A", replaces="1")
    with pytest.raises(OrderNotFoundError):
        shop.take("1b", ("MUG", 1), warehouse_id="A", replaces="2")


def test_the_cheapest_plan_keeps_to_the_parcels_of_the_policy() -> None:
    parcels = AllocationPolicy(fulfilment=Fulfilment.PARCELS, parcels_max=2)
    shop = shop_over(parcels, A="MUG 1", B="MUG 1", C="MUG 1")
    costs = tuple(SourcingCost(each, parcel=1) for each in ABC)
    plan = planned(shop, ("MUG", 3), preference=CHEAPEST, costs=costs)
    assert sorted(each.warehouse_id for each in plan.parts) == ["A", "B"]
    assert sum(units for each in plan.parts for _, units in each.waiting) == 1


def test_two_lines_of_a_product_do_not_wait_for_the_same_units() -> None:
    plan = planned(shop_over(A="MUG 3"), ("MUG", 2), ("MUG", 2))
    (part,) = plan.parts
    assert (part.units, part.waiting) == ((("1", 2), ("2", 2)), (("2", 1),))
