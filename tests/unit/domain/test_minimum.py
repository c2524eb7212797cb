"""The minimum worth sending: automatic splits that are large enough, or that waited long enough."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from orderflow import (
    AllocationPolicy,
    Fulfilment,
    HoldReason,
    PartialAllocation,
    Rationing,
    in_words,
)
from orderflow.core import allocate
from orderflow.events import OrderWaitedEnough
from tests.unit.shop import NOON, Shop, key, kinds, order, shop_with

HOUR = timedelta(hours=1)
FIVE: dict[str, Any] = {"split_units_min": 5}
HALF: dict[str, Any] = {"split_percent_min": 50}
SOON: dict[str, Any] = {"split_wait_min": HOUR}


def splitting(fulfilment: Fulfilment = Fulfilment.SPLIT, **minimums: Any) -> AllocationPolicy:  # noqa: ANN401
    return AllocationPolicy(fulfilment=fulfilment, **minimums)


def parts(shop: Shop) -> dict[str, int]:
    """Return the units of each order, by its id."""
    return {each.order_id: each.units for each in shop.orders()}


@pytest.mark.parametrize(
    ("minimums", "units", "is_split"),
    [
        ({}, 1, True),
        (FIVE, 4, False),
        (FIVE, 5, True),
        (HALF, 3, False),
        (HALF, 4, True),
        (SOON, 7, False),
        ({**FIVE, "split_percent_min": 100}, 5, True),
        ({**HALF, "split_units_min": 9}, 4, True),
        ({**FIVE, "split_percent_min": 90}, 4, False),
    ],
    ids=[
        "none",
        "too few",
        "enough",
        "too small a share",
        "enough of a share",
        "too soon",
        "units are enough",
        "the share is enough",
        "neither is enough",
    ],
)
def test_a_part_leaves_by_itself_if_one_minimum_is_reached(
    minimums: dict[str, Any], units: int, *, is_split: bool
) -> None:
    shop = shop_with(splitting(**minimums), MUG=units)
    shop.take("A", ("MUG", 8))
    assert parts(shop) == ({"A.1": units, "A": 8 - units} if is_split else {"A": 8})


def test_units_that_are_too_few_are_kept_until_there_are_enough() -> None:
    shop = shop_with(splitting(**FIVE), MUG=4)
    shop.take("A", ("MUG", 8))
    assert shop.held("A") == (4,)
    shop.receive("MUG", 1)
    assert parts(shop) == {"A": 3, "A.1": 5}


def test_a_share_is_one_of_the_units_that_the_order_has_then() -> None:
    shop = shop_with(splitting(**HALF), MUG=4)
    shop.take("A", ("MUG", 8))
    shop.receive("MUG", 1)
    assert (parts(shop), shop.held("A")) == ({"A": 4, "A.1": 4}, (1,))
    shop.receive("MUG", 1)
    assert parts(shop) == {"A": 2, "A.1": 4, "A.2": 2}


def test_only_covered_lines_count_where_lines_are_not_divided() -> None:
    shop = shop_with(splitting(Fulfilment.WHOLE_LINES, **FIVE), MUG=4, PAN=3)
    shop.take("A", ("MUG", 4), ("PAN", 4))
    assert parts(shop) == {"A": 8}
    shop.take("B", ("PAN", 4))
    assert parts(shop) == {"A": 8, "B": 4}


def test_the_seller_may_split_off_less() -> None:
    shop = shop_with(splitting(**FIVE), MUG=1)
    shop.take("A", ("MUG", 8))
    shop.split("A")
    assert parts(shop) == {"A": 7, "A.1": 1}


def test_of_several_parcels_only_those_that_are_worth_it_leave() -> None:
    policy = splitting(Fulfilment.PARCELS, parcels_max=2, **FIVE)
    shop = shop_with(policy, MUG=4)
    shop.take("A", ("MUG", 8))
    assert parts(shop) == {"A": 8}
    shop.receive("MUG", 2)
    assert parts(shop) == {"A": 2, "A.1": 6}


def waited(**settings: Any) -> Shop:  # noqa: ANN401
    """Open a shop in which order A has one of eight mugs, and has waited for an hour."""
    shop = shop_with(splitting(**SOON, **settings), MUG=1)
    shop.take("A", ("MUG", 8))
    assert parts(shop) == {"A": 8}
    shop.clock.wait(60)
    return shop


def test_after_some_time_any_part_is_enough() -> None:
    shop = waited()
    outcome = shop.run_due()
    assert kinds(outcome) == ["OrderWaitedEnough", "OrderSplit", "OrderSplitOff"]
    shop.receive("MUG", 1)
    assert parts(shop) == {"A": 6, "A.1": 1, "A.2": 1}
    assert kinds(shop.run_due()) == []


def test_an_order_that_was_on_hold_meanwhile_has_waited_as_well() -> None:
    shop = shop_with(splitting(rationing=Rationing.FAIR_SHARE, **SOON), MUG=1)
    shop.take("A", ("MUG", 8))
    shop.hold("A", HoldReason.OTHER)
    shop.clock.wait(60)
    outcome = shop.release_hold("A")
    assert kinds(outcome)[-3:] == ["OrderWaitedEnough", "OrderSplit", "OrderSplitOff"]


def test_an_order_without_units_waits_enough_but_is_not_split() -> None:
    shop = shop_with(splitting(**SOON), MUG=0)
    shop.take("A", ("MUG", 8))
    due_at = shop.clock.moment + HOUR
    shop.clock.wait(90)
    outcome = shop.run_due()
    assert [getattr(event, "due_at", None) for event in outcome.events] == [due_at]
    assert kinds(outcome) == ["OrderWaitedEnough"]
    shop.receive("MUG", 1)
    assert parts(shop) == {"A": 7, "A.1": 1}


def test_a_minimum_that_goes_lets_parts_leave_at_once() -> None:
    shop = shop_with(splitting(**FIVE), MUG=4)
    shop.take("A", ("MUG", 8))
    shop.change_policy(splitting())
    assert parts(shop) == {"A": 4, "A.1": 4}


def test_a_wait_that_a_new_policy_finds_long_enough_counts_at_once() -> None:
    shop = shop_with(splitting(**FIVE), MUG=4)
    shop.take("A", ("MUG", 8))
    shop.clock.wait(60)
    outcome = shop.change_policy(splitting(**SOON))
    assert any(isinstance(event, OrderWaitedEnough) for event in outcome.events)
    assert parts(shop) == {"A": 4, "A.1": 4}


def test_a_whole_backlog_has_the_same_minimum() -> None:
    shop = shop_with(MUG=4)
    outcome = allocate([order("A", ("MUG", 8))], shop.stock(), splitting(**FIVE), at=NOON)
    assert [each.order_id for each in outcome.orders] == ["A"]
    outcome = allocate([order("A", ("MUG", 8))], shop.stock(), splitting(**HALF), at=NOON)
    assert [each.order_id for each in outcome.orders] == ["A", "A.1"]


@pytest.mark.parametrize(
    ("minimums", "when"),
    [
        (FIVE, "as soon as there are 5."),
        ({"split_percent_min": 90}, "as soon as they are 90 % of the order."),
        ({**FIVE, **SOON}, "as soon as there are 5 or it has waited until 2025-03-03 13:01 UTC."),
    ],
    ids=["units", "share", "units or time"],
)
def test_an_order_says_when_its_units_leave(minimums: dict[str, Any], when: str) -> None:
    shop = shop_with(splitting(**minimums), MUG=4)
    shop.take("A", ("MUG", 8))
    assert f"Its allocated units are too few to leave; they leave {when}" in in_words(
        shop.explain("A")
    )


def test_an_order_that_has_waited_enough_or_has_no_units_says_nothing_of_it() -> None:
    shop = shop_with(splitting(**SOON), MUG=0)
    shop.take("A", ("MUG", 8))
    assert not shop.explain("A").waits_to_split
    assert shop.explain("A").splits_from == NOON + timedelta(minutes=61)
    shop.clock.wait(60)
    shop.run_due()
    assert shop.explain("A").splits_from is None


def test_a_minimum_counts_after_waiting_too() -> None:
    policy = AllocationPolicy(
        partial_allocation=PartialAllocation.AFTER_WAITING,
        wait_max=HOUR,
        fulfilment=Fulfilment.SPLIT,
        **FIVE,
    )
    shop = shop_with(policy, MUG=4)
    shop.take("A", ("MUG", 8))
    shop.clock.wait(60)
    shop.run_due()
    assert (parts(shop), shop.held("A")) == ({"A": 8}, (4,))
    shop.book_in(key("MUG"), 1)
    assert parts(shop) == {"A": 3, "A.1": 5}
