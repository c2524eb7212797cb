"""The invariants find orders that were given up wrongly, or not at all."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import attrs
import pytest

from orderflow import AllocationPolicy, GiveUp
from orderflow.events import (
    Event,
    OrderGivenUp,
    OrderPlaced,
    OrderPutOnBackOrder,
    SellerReminded,
    ShortReason,
    ShortUnitsCancelled,
)
from orderflow.invariants import history_violations, not_given_up
from tests.unit.shop import ACME, NOON, later, order, shop_with

if TYPE_CHECKING:
    from orderflow.core import State

HOUR = timedelta(hours=1)
POLICY = AllocationPolicy(give_up_after=HOUR, give_up=GiveUp.NOTIFY, remind_before=HOUR / 2)
GIVEN_UP = OrderGivenUp(ACME, "A", later(70), later(60), GiveUp.NOTIFY)
REMINDED = SellerReminded(ACME, "A", later(40), later(30), later(60))
CANCELLED = ShortUnitsCancelled(ACME, "A", later(70), (("1", 1),), ShortReason.GIVEN_UP)


def opening() -> State:
    return shop_with().state()


def found(*events: Event, policy: AllocationPolicy = POLICY) -> list[str]:
    waiting = (
        OrderPlaced(NOON, order("A", ("MUG", 2))),
        OrderPutOnBackOrder(ACME, "A", NOON, ()),
    )
    return history_violations(opening(), (*waiting, *events), policy)


def test_nothing_is_found_where_all_is_well() -> None:
    assert found(REMINDED, GIVEN_UP) == []


@pytest.mark.parametrize(
    ("event", "said"),
    [
        (attrs.evolve(GIVEN_UP, due_at=later(59)), "was given up at"),
        (attrs.evolve(GIVEN_UP, at=later(59)), "was given up at"),
        (attrs.evolve(GIVEN_UP, how=GiveUp.SPLIT), "was given up by SPLIT, despite NOTIFY"),
        (attrs.evolve(REMINDED, gives_up_at=later(61)), "its seller was reminded at"),
        (attrs.evolve(REMINDED, at=later(29)), "its seller was reminded at"),
        (CANCELLED, "short units cancelled, but not given up"),
    ],
)
def test_an_event_at_a_wrong_moment_is_found(event: Event, said: str) -> None:
    (violation,) = found(event)
    assert said in violation


@pytest.mark.parametrize(
    ("events", "said"),
    [
        ((GIVEN_UP, GIVEN_UP), "was given up twice"),
        ((REMINDED, REMINDED), "its seller was reminded twice"),
        ((GIVEN_UP, REMINDED), "its seller was reminded twice"),
    ],
)
def test_what_happens_twice_is_found(events: tuple[Event, ...], said: str) -> None:
    (violation,) = found(*events)
    assert said in violation


def test_an_order_without_a_time_is_not_given_up() -> None:
    policy = AllocationPolicy(give_up=GiveUp.NOTIFY)
    (violation,) = found(GIVEN_UP, policy=policy)
    assert "was given up at" in violation


@pytest.mark.parametrize(
    ("fields", "minutes", "count"),
    [
        ({}, 59, 0),
        ({}, 60, 1),
        ({"give_up_after": 2 * HOUR}, 60, 0),
        ({"give_up_after": HOUR / 2}, 30, 1),
    ],
)
def test_an_order_that_should_have_been_given_up_is_found(
    fields: dict[str, Any], minutes: int, count: int
) -> None:
    shop = shop_with()
    shop.place(order("A", **fields), at=NOON)
    assert len(not_given_up(shop.orders(), POLICY, later(minutes))) == count


def test_an_order_that_was_given_up_and_waits_on_is_not_found() -> None:
    shop = shop_with(POLICY)
    shop.place(order("A"), at=NOON)
    shop.run_due(at=later(60))
    assert not_given_up(shop.orders(), POLICY, later(90)) == []
