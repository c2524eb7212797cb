"""Time within one command, and clocks that go backwards."""

from __future__ import annotations

from datetime import timedelta

import pytest

from orderflow import AllocationPolicy, HoldReason, PartialAllocation
from orderflow.edits import ChangeCourier
from orderflow.errors import HoldRefusedError, StaleVersionError
from tests.unit.shop import key, kinds, later, order, shop_with

PATIENT = AllocationPolicy(
    partial_allocation=PartialAllocation.AFTER_WAITING, wait_max=timedelta(hours=2)
)

# A clock that goes backwards


def test_events_have_the_times_of_their_commands_and_the_order_in_which_they_were_saved() -> None:
    shop = shop_with()
    for minutes in (60, 10, 30):
        shop.count(key(), 1, at=later(minutes))
    assert [event.at for event in shop.events()] == [later(60), later(10), later(30)]
    assert [event.at for event in shop.events(since=later(20))] == [later(60), later(30)]


def test_what_has_ended_does_not_begin_again() -> None:
    shop = shop_with(MUG=1)
    shop.take("A")
    shop.hold("A", HoldReason.SELLER_DELAY, until=later(60), at=later(10))
    shop.run_due(at=later(60))
    shop.count(key("PAN"), 1, at=later(30))
    assert shop.status("A") == "ALLOCATED"


def test_a_hold_ends_by_the_time_of_each_command() -> None:
    shop = shop_with(MUG=1)
    shop.take("A")
    with pytest.raises(HoldRefusedError):
        shop.hold("A", HoldReason.SELLER_DELAY, until=later(60), at=later(60))
    shop.hold("A", HoldReason.SELLER_DELAY, until=later(60), at=later(30))
    shop.count(key("PAN"), 1, at=later(20))
    assert shop.status("A") == "ON_HOLD"
    shop.count(key("PAN"), 2, at=later(60))
    assert shop.status("A") == "ALLOCATED"


def test_a_wait_begins_at_the_time_of_its_event_even_if_that_is_still_to_come() -> None:
    shop = shop_with(PATIENT, MUG=1)
    shop.place(order("A", ("MUG", 2)), at=later(180))
    shop.count(key("PAN"), 1, at=later(0))
    shop.count(key("PAN"), 2, at=later(299))
    assert shop.held("A") == (0,)
    shop.count(key("PAN"), 3, at=later(300))
    assert shop.held("A") == (1,)


def test_an_order_that_has_waited_enough_may_have_a_part_although_the_clock_is_set_back() -> None:
    shop = shop_with(PATIENT, MUG=0)
    shop.place(order("A", ("MUG", 2)), at=later(0))
    assert kinds(shop.count(key("PAN"), 1, at=later(120))) == ["OrderWaitedEnough", "StockAdjusted"]
    shop.book_in(key(), 1, at=later(60))
    assert shop.held("A") == (1,)


# What time brings about within a command


def test_the_expected_version_is_the_one_before_a_hold_ends_within_the_command() -> None:
    shop = shop_with(MUG=1)
    shop.take("A")
    shop.hold("A", HoldReason.SELLER_DELAY, until=later(60))
    read = shop.order("A").version
    with pytest.raises(StaleVersionError):
        shop.edit("A", ChangeCourier("VAN"), at=later(60), expected_version=read + 1)
    outcome = shop.edit("A", ChangeCourier("VAN"), at=later(60), expected_version=read)
    assert kinds(outcome) == ["HoldReleased", "OrderEdited"]
    assert shop.order("A").version == read + 2


def test_the_expected_version_is_the_one_before_a_wait_ends_within_the_command() -> None:
    shop = shop_with(PATIENT, MUG=1)
    shop.place(order("A", ("MUG", 2)), at=later(0))
    read = shop.order("A").version
    outcome = shop.split("A", at=later(120), expected_version=read)
    assert kinds(outcome)[0] == "OrderWaitedEnough"


def test_a_hold_that_another_command_released_makes_the_version_stale() -> None:
    shop = shop_with(MUG=1)
    shop.take("A")
    shop.hold("A", HoldReason.SELLER_DELAY, until=later(60))
    read = shop.order("A").version
    shop.run_due(at=later(60))
    with pytest.raises(StaleVersionError):
        shop.edit("A", ChangeCourier("VAN"), at=later(60), expected_version=read)
