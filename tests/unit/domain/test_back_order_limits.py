"""Limits of back orders: how many short units of a product may wait."""

from __future__ import annotations

import pytest

from orderflow import (
    AllocationPolicy,
    PartialAllocation,
    Preemption,
    Queue,
    ShortPart,
    in_words,
)
from orderflow.commands import LimitBackOrders, Reallocation
from orderflow.core import State, decide
from orderflow.domain.model import back_order_limit
from orderflow.edits import ChangeQuantity
from orderflow.errors import InvalidValueError, LimitRefusedError
from orderflow.events import BackOrdersLimited, OrderCancelled, ShortReason, ShortUnitsCancelled
from orderflow.invariants import limit_violations
from tests.unit.shop import ACME, NOON, Shop, key, kinds, later, order, shop_with


def limited(units_max: int, policy: AllocationPolicy | None = None, /, **units: int) -> Shop:
    shop = shop_with(policy, **units)
    shop.limit_back_orders(key(), units_max)
    return shop


def quantities(shop: Shop, order_id: str) -> list[tuple[str, int, int]]:
    return [(line.sku, line.quantity, line.allocated) for line in shop.order(order_id).lines]


def test_the_limit_is_an_event_and_part_of_the_state() -> None:
    shop = shop_with(MUG=0)
    outcome = shop.limit_back_orders(key(), 3, ends_at=later(60), at=NOON)
    assert outcome.events == (BackOrdersLimited(key(), NOON, 3, None, later(60)),)
    (limit,) = shop.back_order_limits()
    assert (limit.key, limit.units_max, limit.ends_at) == (key(), 3, later(60))
    assert shop.limit_back_orders(key(), None).back_order_limits == ()
    assert shop.back_order_limits() == ()


def test_a_product_that_may_not_be_on_back_order() -> None:
    shop = limited(0, MUG=2)
    outcome = shop.take("A", ("MUG", 5))
    event = outcome.events[-1]
    assert event == ShortUnitsCancelled(
        ACME, "A", outcome.events[0].at, (("1", 3),), ShortReason.LIMIT
    )
    assert (shop.status("A"), quantities(shop, "A")) == ("ALLOCATED", [("MUG", 2, 2)])
    shop.take("B", ("MUG", 1))
    assert shop.status("B") == "CANCELLED"


def test_what_is_given_back_after_a_reallocation_may_be_above_the_limit() -> None:
    shop = limited(5, AllocationPolicy(partial_allocation=PartialAllocation.NEVER), MUG=5)
    shop.take("A", ("MUG", 5))
    shop.take("B", ("MUG", 3))
    shop.take("C", ("MUG", 2), ("CUP", 1))
    changes = (Reallocation("A", None, (("1", -3),)), Reallocation("B", None, (("1", 3),)))
    shop.reallocate(changes, by="Ann", note="B is late")
    assert [shop.held(each) for each in "ABC"] == [(0,), (3,), (0, 0)]
    assert limit_violations(shop.orders(), shop.events()) == []


def test_orders_wait_up_to_the_limit() -> None:
    shop = limited(5, MUG=0)
    shop.take("A", ("MUG", 3))
    shop.take("B", ("MUG", 3), ("PAN", 1))
    shop.take("C", ("MUG", 1))
    assert quantities(shop, "B") == [("MUG", 2, 0), ("PAN", 1, 0)]
    assert (shop.status("A"), shop.status("B")) == ("ON_BACK_ORDER", "ON_BACK_ORDER")
    assert shop.status("C") == "CANCELLED"


def test_the_last_line_loses_units_first() -> None:
    shop = limited(4, MUG=0)
    shop.take("A", ("MUG", 3), ("MUG", 3))
    assert quantities(shop, "A") == [("MUG", 3, 0), ("MUG", 1, 0)]


def test_of_orders_placed_together_the_first_may_wait() -> None:
    shop = limited(4, MUG=0)
    placed = [order("B", ("MUG", 4), placed_at=later(1)), order("A", ("MUG", 3))]
    shop.place_many(placed, at=later(2))
    assert (quantities(shop, "A"), quantities(shop, "B")) == ([("MUG", 3, 0)], [("MUG", 1, 0)])


def test_a_limit_of_another_warehouse_or_product_does_not_count() -> None:
    shop = shop_with(MUG=0)
    shop.limit_back_orders(key(warehouse_id="york"), 0)
    shop.limit_back_orders(key("PAN"), 0)
    shop.take("A", ("MUG", 3))
    assert shop.status("A") == "ON_BACK_ORDER"


@pytest.mark.parametrize(
    ("minutes", "status"),
    [
        pytest.param(9, "ON_BACK_ORDER", id="before"),
        pytest.param(10, "CANCELLED", id="from"),
        pytest.param(19, "CANCELLED", id="within"),
        pytest.param(20, "ON_BACK_ORDER", id="until"),
    ],
)
def test_a_limit_counts_from_a_moment_until_another(minutes: int, status: str) -> None:
    shop = shop_with(MUG=0)
    shop.limit_back_orders(key(), 0, begins_at=later(10), ends_at=later(20), at=NOON)
    shop.place(order("A", ("MUG", 1)), at=later(minutes))
    assert shop.status("A") == status


def test_orders_that_wait_already_wait_on_and_count() -> None:
    shop = shop_with(MUG=0)
    shop.take("A", ("MUG", 5))
    shop.limit_back_orders(key(), 4)
    shop.take("B", ("MUG", 1))
    assert (shop.status("A"), shop.status("B")) == ("ON_BACK_ORDER", "CANCELLED")


def test_an_order_that_gives_back_a_part_under_a_new_policy_waits_on() -> None:
    shop = limited(4, MUG=1)
    shop.take("A", ("MUG", 5))
    shop.change_policy(AllocationPolicy(partial_allocation=PartialAllocation.NEVER))
    assert (shop.status("A"), quantities(shop, "A")) == ("ON_BACK_ORDER", [("MUG", 5, 0)])
    shop.take("B", ("MUG", 2))
    assert (shop.status("B"), quantities(shop, "B")) == ("ALLOCATED", [("MUG", 1, 1)])


def test_an_order_that_loses_units_to_a_new_policy_becomes_short() -> None:
    shop = limited(0, AllocationPolicy(partial_allocation=PartialAllocation.NEVER), MUG=2)
    shop.take("A", ("MUG", 2))
    shop.take("B", ("MUG", 2), priority=1, short_part=ShortPart.HOLD)
    shop.limit_back_orders(key(), 2)
    shop.release_hold("B")
    shop.limit_back_orders(key(), 0)
    urgent = AllocationPolicy(queue=Queue.PRIORITY, preemption=Preemption.URGENT, urgent_from=1)
    shop.change_policy(urgent)
    assert (shop.status("A"), shop.status("B")) == ("CANCELLED", "ALLOCATED")


def test_an_edit_may_not_exceed_it_either() -> None:
    shop = limited(4, MUG=0)
    shop.take("A", ("MUG", 2))
    shop.edit("A", ChangeQuantity("1", 9))
    assert quantities(shop, "A") == [("MUG", 4, 0)]


def test_an_order_that_may_have_no_part_goes_on_with_what_is_available() -> None:
    shop = limited(1, AllocationPolicy(partial_allocation=PartialAllocation.NEVER), MUG=3)
    shop.take("A", ("MUG", 5))
    assert (shop.status("A"), quantities(shop, "A")) == ("ALLOCATED", [("MUG", 3, 3)])


def test_the_units_of_a_released_order_count() -> None:
    urgent = AllocationPolicy(preemption=Preemption.URGENT, urgent_from=1)
    shop = limited(1, urgent, MUG=3)
    shop.take("A", ("MUG", 3), placed_at=later(60))
    shop.take("B", ("MUG", 2), priority=1)
    assert quantities(shop, "A") == [("MUG", 2, 1)]


def test_an_order_with_another_short_part_is_handled_by_it() -> None:
    shop = limited(0, MUG=1)
    shop.take("A", ("MUG", 2), short_part=ShortPart.HOLD)
    assert (shop.status("A"), quantities(shop, "A")) == ("ON_HOLD", [("MUG", 2, 1)])
    shop.release_hold("A")
    assert quantities(shop, "A") == [("MUG", 1, 1)]


@pytest.mark.parametrize(
    ("units_max", "said"),
    [
        pytest.param(0, "No further order may wait for 'MUG'.", id="none"),
        pytest.param(
            4, "All orders that wait for 'MUG' may be short of at most 4 units together.", id="some"
        ),
    ],
)
def test_the_explanation_names_the_limit(units_max: int, said: str) -> None:
    shop = shop_with(MUG=0)
    shop.take("A", ("MUG", 3))
    shop.limit_back_orders(key(), units_max)
    shop.limit_back_orders(key("PAN"), 0)
    assert in_words(shop.explain("A"))[-1] == said


def test_a_limit_may_not_end_before_it_begins() -> None:
    with pytest.raises(
        InvalidValueError, match=r"LimitBackOrders\.ends_at must be after"
    ) as refusal:
        shop_with().limit_back_orders(key(), 0, begins_at=later(2), ends_at=later(1))
    assert refusal.value.value == later(1)
    with pytest.raises(InvalidValueError, match=r"BackOrderLimit\.ends_at must be after"):
        back_order_limit.BackOrderLimit(key(), 0, begins_at=later(2), ends_at=later(1))


def test_a_seller_has_a_bounded_number_of_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("orderflow.domain.decisions.stock_commands.LIMITS_MAX", 1)
    assert back_order_limit.LIMITS_MAX == 1_000
    first = decide(LimitBackOrders(key=key(), units_max=0, at=NOON), State(ACME))
    state = State(ACME).after(first)
    with pytest.raises(LimitRefusedError, match=r"^seller 'acme'.*remove limits that have ended"):
        decide(LimitBackOrders(key=key("PAN"), units_max=0, at=NOON), state)
    decide(LimitBackOrders(key=key(), units_max=1, at=NOON), state)


def test_a_limit_that_is_already_there_is_not_set_again() -> None:
    shop = shop_with(MUG=0)
    assert shop.limit_back_orders(key(), None).events == ()
    assert kinds(shop.limit_back_orders(key(), 3)) == ["BackOrdersLimited"]
    assert kinds(shop.limit_back_orders(key(), 3)) == []
    assert kinds(shop.limit_back_orders(key(), 3, ends_at=later(9))) == ["BackOrdersLimited"]
    assert kinds(shop.limit_back_orders(key(), None)) == ["BackOrdersLimited"]


def test_a_cancelled_order_is_explained_without_limits() -> None:
    shop = shop_with(MUG=0)
    shop.limit_back_orders(key(), 0)
    outcome = shop.take("A", ("MUG", 2))
    assert [event.units for event in outcome.events if isinstance(event, OrderCancelled)] == [
        (("1", 2),)
    ]
    assert in_words(shop.explain("A")) == ("Order 'A' was cancelled, and has no units.",)


def test_what_waits_in_another_warehouse_does_not_count() -> None:
    shop = limited(3, MUG=0)
    shop.place(order("Y", ("MUG", 2), warehouse_id="york"))
    shop.take("A", ("MUG", 3))
    assert quantities(shop, "A") == [("MUG", 3, 0)]
