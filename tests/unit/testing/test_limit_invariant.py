"""Rule 12, told by events alone: who became short, under which limit, and what waits at the end."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs
import pytest

from orderflow import (
    AllocationPolicy,
    Hold,
    HoldReason,
    Order,
    OrderLine,
    PartialAllocation,
    Status,
)
from orderflow.domain.model.back_order_limit import BackOrderLimit
from orderflow.events import (
    BackOrdersLimited,
    DeallocationReason,
    Event,
    HoldReleased,
    OrderDeallocated,
    OrderPutOnBackOrder,
    PolicyChanged,
    ShortUnitsCancelled,
)
from orderflow.invariants import history_violations, limit_violations
from tests.unit.shop import ACME, NOON, key, later, order, shop_with

if TYPE_CHECKING:
    from datetime import datetime

NEVER = AllocationPolicy(partial_allocation=PartialAllocation.NEVER)


def waits(order_id: str, quantity: int, allocated: int = 0) -> Order:
    lines = (OrderLine("1", "MUG", quantity, allocated), OrderLine("2", "PAN", 9))
    return order(order_id, lines=lines, status=Status.ON_BACK_ORDER)


def put(order_id: str, at: datetime = NOON) -> Event:
    return OrderPutOnBackOrder(ACME, order_id, at, ())


def limited(units_max: int | None, at: datetime = NOON) -> Event:
    return BackOrdersLimited(key(), at, units_max)


FOUND = [
    (
        "'MUG' of 'acme' in 'leeds': order 'B' became short of it and waits, but 5 units together "
        "exceed the limit of 4"
    )
]
BOTH = (waits("A", 5, 2), waits("B", 2))


def test_an_order_that_became_short_above_the_limit_is_found() -> None:
    assert limit_violations(BOTH, [limited(4), put("B")]) == FOUND
    assert limit_violations(BOTH, [put("B")], [BackOrderLimit(key(), 4)]) == FOUND
    assert limit_violations(BOTH, [limited(5), put("B")]) == []


@pytest.mark.parametrize(
    "events",
    [
        pytest.param([put("A"), put("B"), limited(4)], id="it waited before the limit"),
        pytest.param([limited(4), put("B"), limited(None)], id="the limit was removed"),
        pytest.param([limited(4), put("C")], id="another one became short"),
        pytest.param(
            [limited(4), put("B"), PolicyChanged(ACME, NOON, NEVER)], id="the policy changed"
        ),
        pytest.param(
            [
                limited(4),
                OrderDeallocated(ACME, "B", NOON, (("1", 1),), DeallocationReason.INCOMPLETE),
            ],
            id="it gave back a part",
        ),
    ],
)
def test_an_order_that_did_not_become_short_under_the_limit_may_wait(events: list[Event]) -> None:
    assert limit_violations(BOTH, events) == []


def test_an_order_that_became_short_again_is_found() -> None:
    released = HoldReleased(ACME, "B", NOON, ())
    assert limit_violations(BOTH, [put("B"), limited(4), released]) == FOUND
    lost = OrderDeallocated(ACME, "B", NOON, (("1", 1),), DeallocationReason.COUNT)
    assert limit_violations(BOTH, [put("B"), limited(4), lost]) == FOUND


@pytest.mark.parametrize(
    ("minutes_of_a", "minutes_of_b", "is_found"),
    [(0, 10, True), (10, 0, False), (10, 20, False), (20, 10, True)],
)
def test_a_limit_binds_the_orders_that_became_short_while_it_was_in_force(
    minutes_of_a: int, minutes_of_b: int, *, is_found: bool
) -> None:
    limit = BackOrderLimit(key(), 4, later(10), later(20))
    events = [put("A", later(minutes_of_a)), put("B", later(minutes_of_b))]
    assert limit_violations(BOTH, events, [limit]) == (FOUND if is_found else [])


def test_what_is_not_on_back_order_does_not_count() -> None:
    on_hold = attrs.evolve(BOTH[0], status=Status.ON_HOLD, holds=(Hold(HoldReason.OTHER),))
    elsewhere = attrs.evolve(BOTH[0], warehouse_id="york")
    for other in (on_hold, elsewhere):
        assert limit_violations([other, BOTH[1]], [limited(4), put("B")]) == []


def test_what_the_next_page_handles_does_not_count() -> None:
    assert limit_violations(BOTH, [limited(4), put("A"), put("B")], left=["B"]) == []


def test_a_history_is_held_to_the_limits_before_it() -> None:
    shop = shop_with(MUG=0)
    shop.limit_back_orders(key(), 4)
    shop.take("A", ("MUG", 3))
    before, outcome = shop.state(), shop.take("B", ("MUG", 2))
    assert history_violations(before, outcome.events, AllocationPolicy()) == []
    *uncancelled, cancelled = outcome.events
    assert isinstance(cancelled, ShortUnitsCancelled)
    assert history_violations(before, uncancelled, AllocationPolicy()) == FOUND
