"""Why an order is where it is."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from orderflow import (
    AllocationPolicy,
    BackOrderWait,
    ExpectedReceipt,
    Explanation,
    HoldReason,
    Order,
    OrderLine,
    PartialAllocation,
    Preemption,
    Queue,
    Rationing,
    Shortage,
    Status,
)
from orderflow.core import EarlierDemand, State, explain
from orderflow.domain.model.status import MAY_BE_ALLOCATED
from orderflow.errors import InvalidValueError, OrderNotFoundError
from tests.unit.domain.test_walks import OPENINGS
from tests.unit.shop import ACME, LEEDS, NOON, Shop, key, later, lines, shop_with

NEVER = AllocationPolicy(partial_allocation=PartialAllocation.NEVER)
PATIENT = AllocationPolicy(
    partial_allocation=PartialAllocation.AFTER_WAITING, passes_max=3, wait_max=timedelta(days=2)
)
URGENT = AllocationPolicy(queue=Queue.PRIORITY, preemption=Preemption.URGENT, urgent_from=5)


def explained(shop: Shop, order_id: str = "A", **options: Any) -> Explanation:  # noqa: ANN401
    return shop.explain(order_id, **options)


def only(explanation: Explanation) -> Shortage:
    (shortage,) = explanation.shortages
    return shortage


def queue_of(how_many: int) -> Shop:
    """So many orders wait for mugs: A0 for one, A1 for two, and so on."""
    shop = shop_with(MUG=0)
    for number in range(how_many):
        shop.take(f"A{number}", ("MUG", number + 1))
    return shop


# Who comes before it


def test_the_head_of_the_queue_has_nobody_before_it() -> None:
    shortage = only(explained(queue_of(3), "A0"))
    assert (shortage.position, shortage.earlier, shortage.earlier_units) == (1, (), 0)


def test_those_before_it_are_named_with_what_they_are_short_of() -> None:
    shop = shop_with(MUG=1)
    shop.take("A", ("MUG", 3))
    shop.take("B", ("MUG", 1), ("MUG", 1))
    shop.take("C", ("MUG", 1))
    shortage = only(explained(shop, "C"))
    assert shortage.position == 3
    assert shortage.earlier == (
        EarlierDemand(order_id="A", units=2),
        EarlierDemand(order_id="B", units=2),
    )


def test_only_the_first_are_named_and_the_others_counted() -> None:
    shortage = only(explained(queue_of(14), "A13"))
    assert [each.order_id for each in shortage.earlier] == [f"A{number}" for number in range(10)]
    assert (shortage.position, shortage.further_orders, shortage.further_units) == (14, 3, 36)
    assert shortage.earlier_units == 91


@pytest.mark.parametrize(("earlier_max", "named"), [(0, 0), (1, 1), (3, 3), (9, 3)])
def test_how_many_are_named_can_be_said(earlier_max: int, named: int) -> None:
    shortage = only(explained(queue_of(4), "A3", earlier_max=earlier_max))
    assert (len(shortage.earlier), shortage.further_orders) == (named, 3 - named)
    assert shortage.earlier_units == 6


@pytest.mark.parametrize("earlier_max", [-1, 1.5, True])
def test_no_fewer_than_none_can_be_named(earlier_max: Any) -> None:  # noqa: ANN401
    with pytest.raises(InvalidValueError, match=r"explain\.earlier_max must be a whole number"):
        explained(queue_of(1), "A0", earlier_max=earlier_max)


def test_those_before_it_that_may_take_back_are_marked() -> None:
    shop = shop_with(URGENT, MUG=0)
    shop.take("A")
    shop.take("B", priority=4)
    shop.take("C", priority=5)
    assert only(explained(shop)).earlier == (
        EarlierDemand(order_id="C", units=1, is_urgent=True),
        EarlierDemand(order_id="B", units=1),
    )


def test_where_shares_are_fair_all_others_share_and_nobody_has_a_place() -> None:
    shop = shop_with(AllocationPolicy(rationing=Rationing.FAIR_SHARE), MUG=0)
    for order_id in "ABC":
        shop.take(order_id)
    shortage = only(explained(shop, "B"))
    assert (shortage.position, [each.order_id for each in shortage.earlier]) == (None, ["A", "C"])


# What it is short of, and what there is


def test_each_short_line_is_explained_in_the_order_of_the_lines() -> None:
    shop = shop_with(MUG=0, PAN=1)
    shop.take("A", ("MUG", 1), ("PAN", 3), ("MUG", 2), ("PAN", 1))
    explanation = explained(shop)
    assert [each.line.line_id for each in explanation.shortages] == ["1", "2", "3", "4"]
    assert explanation.shortages[1].line == OrderLine("2", "PAN", 3, 1)


def test_a_line_that_is_covered_needs_no_explanation() -> None:
    shop = shop_with(MUG=0, PAN=1)
    shop.take("A", ("PAN", 1), ("MUG", 1))
    assert only(explained(shop)).line.sku == "MUG"


def test_the_product_that_blocks_is_told_from_the_one_that_does_not() -> None:
    shop = shop_with(NEVER, MUG=2, PAN=0)
    shop.take("A", ("MUG", 2), ("PAN", 1))
    explanation = explained(shop)
    found = [(each.line.sku, each.available, each.blocks) for each in explanation.shortages]
    assert found == [("MUG", 2, False), ("PAN", 0, True)]
    assert explanation.blocked_on == "PAN"


def test_it_goes_on_watching_what_an_outcome_had_it_wait_for() -> None:
    shop = shop_with(NEVER, MUG=0, PAN=0)
    shop.take("A", ("PAN", 1), ("MUG", 1))
    shop.receive("PAN", 1)
    assert explained(shop).blocked_on == "MUG"
    plain = State.of(ACME, shop.state().orders.values(), shop.state().records.values())
    assert explain("A", plain, NOON, NEVER).blocked_on == "MUG"


def test_it_goes_on_watching_a_product_although_another_one_blocks_too() -> None:
    shop = shop_with(NEVER, MUG=0, PAN=0)
    shop.take("A", ("PAN", 1), ("MUG", 1))
    shop.receive("PAN", 1)
    shop.count(key("PAN"), 0)
    assert [each.blocks for each in explained(shop).shortages] == [True, True]
    assert explained(shop).blocked_on == shop.state().blocked_on("A") == "MUG"


def test_stock_that_nobody_was_offered_yet_blocks_nothing() -> None:
    shop = shop_with(MUG=0)
    shop.take("A")
    orders = shop.state().orders.values()
    state = State.of(ACME, orders, list(shop_with(MUG=9).state().records.values()))
    explanation = explain("A", state, NOON, NEVER)
    assert (explanation.blocked_on, only(explanation).blocks) == (None, False)


@pytest.mark.parametrize("status", ["NEW", "ON_HOLD"])
def test_an_order_that_is_not_in_a_queue_watches_nothing(status: str) -> None:
    shop = OPENINGS[status]()
    state = shop.state()
    assert explain("A", state, NOON, NEVER).blocked_on is None


def test_two_lines_of_a_product_block_together() -> None:
    shop = shop_with(NEVER, MUG=3)
    shop.take("A", ("MUG", 2), ("MUG", 2))
    assert [each.blocks for each in explained(shop).shortages] == [True, True]


def test_an_urgent_order_knows_what_it_may_take_back() -> None:
    shop = shop_with(URGENT, MUG=3)
    shop.take("B", ("MUG", 2))
    shop.take("A", ("MUG", 2), priority=5, allocate=False)
    shortage = only(explained(shop))
    assert (shortage.available, shortage.preemptible, shortage.blocks) == (1, 2, False)


# By which rule it holds what it holds


@pytest.mark.parametrize(
    ("policy", "allows_partial"),
    [(AllocationPolicy(), True), (NEVER, False), (PATIENT, False)],
)
def test_whether_it_keeps_is_what_the_policy_says(
    policy: AllocationPolicy,
    allows_partial: bool,  # noqa: FBT001
) -> None:
    shop = shop_with(policy, MUG=1)
    shop.take("A", ("MUG", 2))
    assert explained(shop).allows_partial == allows_partial


def test_an_order_that_may_come_to_keep_knows_how_often_and_from_when() -> None:
    shop = shop_with(PATIENT, MUG=1)
    shop.take("A", ("MUG", 2))
    shop.take("B")
    explanation = explained(shop)
    assert explanation.passes_left == 2
    assert explanation.partial_from == later(1) + timedelta(days=2)


def test_an_order_that_has_waited_for_long_enough_keeps() -> None:
    shop = shop_with(PATIENT, MUG=1)
    shop.take("A", ("MUG", 2))
    explanation = explained(shop, at=later(3 * 24 * 60))
    assert (explanation.allows_partial, explanation.passes_left, explanation.partial_from) == (
        True,
        None,
        None,
    )
    assert explanation.order.allocated == 1, "time alone has brought it a unit"
    assert shop.order("A").allocated == 0, "asking has not"


def test_an_order_that_was_not_on_back_order_yet_counts_from_nothing() -> None:
    shop = shop_with(PATIENT, MUG=0)
    shop.take("A", allocate=False)
    explanation = explained(shop)
    assert (explanation.passes_left, explanation.partial_from) == (3, None)


def test_one_that_is_only_patient_by_time_counts_no_passes() -> None:
    by_time = AllocationPolicy(
        partial_allocation=PartialAllocation.AFTER_WAITING, wait_max=timedelta(days=2)
    )
    shop = shop_with(by_time, MUG=0)
    shop.take("A")
    assert explained(shop).passes_left is None


def test_passes_never_fall_below_none() -> None:
    """As they might after the policy was changed."""
    order = Order(
        order_id="A",
        seller_id=ACME,
        warehouse_id=LEEDS,
        lines=lines(("MUG", 1)),
        placed_at=NOON,
        status=Status.ON_BACK_ORDER,
        wait=BackOrderWait(NOON, passed_over=5),
    )
    assert explain("A", State.of(ACME, [order]), NOON, PATIENT).passes_left == 0


@pytest.mark.parametrize(
    ("status", "may_lose"),
    [
        ("ON_BACK_ORDER", True),
        ("ON_HOLD", True),
        ("ALLOCATED", True),
        ("SENT_TO_WAREHOUSE", False),
        ("NEW", False),
        ("CANCELLED", False),
    ],
)
def test_what_is_held_may_be_taken_back_until_it_is_at_the_warehouse(
    status: str,
    may_lose: bool,  # noqa: FBT001
) -> None:
    state = OPENINGS[status]().state()
    assert explain("A", state, NOON, URGENT).may_lose == may_lose
    assert not explain("A", state, NOON).may_lose


# What would cover it


def test_an_order_is_expected_when_its_last_line_is() -> None:
    shop = shop_with(MUG=0, PAN=0)
    shop.take("A", ("PAN", 1), ("MUG", 1))
    shop.announce(ExpectedReceipt("R1", key("PAN"), 1, later(90)))
    assert explained(shop).expected_at is None
    shop.announce(ExpectedReceipt("R2", key(), 1, later(60)))
    explanation = explained(shop)
    assert explanation.expected_at == later(90)
    assert [each.cover.expected_at for each in explanation.shortages] == [later(90), later(60)]


def test_an_order_that_needs_an_overdue_receipt_has_no_date() -> None:
    shop = shop_with(MUG=0, PAN=0)
    shop.take("A", ("PAN", 1), ("MUG", 1))
    shop.announce(ExpectedReceipt("R1", key("PAN"), 1, later(90)))
    shop.announce(ExpectedReceipt("R2", key(), 1, later(60)))
    dates = [
        (each.overdue_since, each.expected_at)
        for each in (explained(shop, at=later(minutes)) for minutes in (60, 61, 91))
    ]
    assert dates == [(None, later(90)), (later(60), None), (later(60), None)]


def test_what_is_there_already_is_not_waited_for() -> None:
    shop = shop_with(NEVER, MUG=2, PAN=0)
    shop.take("A", ("MUG", 2), ("PAN", 1))
    shop.announce(ExpectedReceipt("R1", key("PAN"), 1, later(90)))
    assert explained(shop).expected_at == later(90)


def test_a_postponed_order_is_covered_when_its_day_is_near_at_the_earliest() -> None:
    shop = shop_with(AllocationPolicy(allocation_horizon=timedelta(hours=1)), MUG=2)
    shop.take("A", ("MUG", 2), not_before=later(180))
    assert explained(shop).expected_at == later(120)
    shop.count(key(), 1)
    assert explained(shop).expected_at is None
    shop.announce(ExpectedReceipt("R1", key(), 1, later(90)))
    assert explained(shop).expected_at == later(120)
    shop.announce(ExpectedReceipt("R1", key(), 1, later(150)))
    assert explained(shop).expected_at == later(150)


# Orders that do not wait, and orders that are not there


@pytest.mark.parametrize("status", sorted({*OPENINGS} - MAY_BE_ALLOCATED))
def test_an_order_that_does_not_wait_has_no_shortages(status: str) -> None:
    explanation = explained(OPENINGS[status]())
    assert (explanation.order.status, explanation.shortages) == (status, ())
    assert explanation.expected_at is None


def test_a_hold_that_has_ended_by_then_is_over() -> None:
    shop = shop_with(MUG=0)
    shop.take("A")
    shop.take("B")
    shop.hold("A", HoldReason.SELLER_DELAY, until=later(60))
    assert only(explained(shop, "B", at=later(59))).position == 1
    assert only(explained(shop, "B", at=later(60))).position == 2
    assert explained(shop, "A", at=later(60)).order.status == "ON_BACK_ORDER"


def test_an_order_that_is_not_there_is_not_found() -> None:
    with pytest.raises(OrderNotFoundError):
        explain("A", State(ACME), NOON)
