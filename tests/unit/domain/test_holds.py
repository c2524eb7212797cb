"""Holds: several reasons, ends, replacements, and whether the stock is let go of."""

from __future__ import annotations

from datetime import timedelta

import pytest

from orderflow import AllocationPolicy, HoldReason, PartialAllocation
from orderflow.edits import ChangeQuantity
from orderflow.errors import ActionRefusedError, StaleVersionError
from orderflow.events import HoldReleased
from tests.unit.shop import ACME, Shop, key, kinds, later, shop_with

DELAY, FRAUD, ADDRESS = HoldReason.SELLER_DELAY, HoldReason.FRAUD_RISK, HoldReason.ADDRESS


def reasons(shop: Shop, order_id: str = "A") -> list[str]:
    return [str(hold.reason) for hold in shop.order(order_id).holds]


def test_an_order_on_hold_keeps_its_stock_unless_told_otherwise() -> None:
    shop = shop_with(MUG=1)
    shop.take("A")
    shop.take("B")
    shop.hold("A", FRAUD)
    assert (shop.held("A"), shop.held("B")) == ((1,), (0,))


def test_a_hold_that_lets_go_of_the_stock_serves_the_next_in_the_same_call() -> None:
    shop = shop_with(MUG=1)
    shop.take("A")
    shop.take("B")
    outcome = shop.hold("A", FRAUD, deallocate=True)
    assert (shop.held("A"), shop.held("B")) == ((0,), (1,))
    assert kinds(outcome) == ["OrderHeld", "OrderDeallocated", "OrderAllocated"]


def test_a_hold_that_lets_go_of_nothing_says_nothing_of_it() -> None:
    shop = shop_with(MUG=0)
    shop.take("A")
    assert kinds(shop.hold("A", FRAUD, deallocate=True)) == ["OrderHeld"]


def test_an_order_on_hold_is_passed_over_and_keeps_its_place() -> None:
    shop = shop_with(MUG=0)
    shop.take("A")
    shop.take("B")
    shop.take("C")
    shop.hold("A", FRAUD)
    shop.receive("MUG", 1)
    assert shop.held("B") == (1,)
    shop.release_hold("A")
    shop.receive("MUG", 1)
    assert (shop.held("A"), shop.held("C")) == ((1,), (0,))


def test_a_released_order_takes_what_is_available() -> None:
    shop = shop_with(MUG=0)
    shop.take("A")
    shop.hold("A", FRAUD)
    shop.receive("MUG", 1)
    outcome = shop.release_hold("A")
    assert (shop.status("A"), outcome.back_orders_completed) == ("ALLOCATED", ())
    assert kinds(outcome) == ["HoldReleased", "OrderAllocated"]


def test_an_order_that_holds_all_its_stock_is_allocated_when_it_is_released() -> None:
    shop = shop_with(MUG=1)
    shop.take("A")
    shop.hold("A", FRAUD)
    assert kinds(shop.release_hold("A")) == ["HoldReleased"]
    assert shop.status("A") == "ALLOCATED"


def test_an_order_is_held_until_the_last_reason_is_gone() -> None:
    shop = shop_with(MUG=1)
    shop.take("A")
    shop.hold("A", FRAUD)
    shop.hold("A", ADDRESS)
    assert reasons(shop) == ["ADDRESS", "FRAUD_RISK"]
    shop.release_hold("A", FRAUD)
    assert (shop.status("A"), reasons(shop)) == ("ON_HOLD", ["ADDRESS"])
    shop.release_hold("A", ADDRESS)
    assert (shop.status("A"), reasons(shop)) == ("ALLOCATED", [])


def test_a_release_without_a_reason_lets_go_of_all() -> None:
    shop = shop_with(MUG=1)
    shop.take("A")
    shop.hold("A", FRAUD)
    shop.hold("A", ADDRESS)
    shop.release_hold("A")
    assert shop.status("A") == "ALLOCATED"


def test_a_hold_for_the_same_reason_is_replaced() -> None:
    shop = shop_with(MUG=1)
    shop.take("A")
    shop.hold("A", DELAY, until=later(60), note="on holiday")
    shop.hold("A", DELAY, until=later(120))
    holds = shop.order("A").holds
    assert [(hold.until, hold.note) for hold in holds] == [(later(120), "")]
    shop.run_due(at=later(60))
    assert shop.status("A") == "ON_HOLD"
    shop.run_due(at=later(120))
    assert shop.status("A") == "ALLOCATED"


@pytest.mark.parametrize(("minutes", "status"), [(59, "ON_HOLD"), (60, "ALLOCATED")])
def test_a_hold_with_an_end_is_released_by_the_first_command_from_then_on(
    minutes: int, status: str
) -> None:
    shop = shop_with(MUG=1)
    shop.take("A")
    shop.hold("A", DELAY, until=later(60))
    shop.count(key("PAN"), 1, at=later(minutes))
    assert shop.status("A") == status


def test_only_the_reasons_that_have_ended_are_released() -> None:
    shop = shop_with(MUG=1)
    shop.take("A")
    shop.hold("A", DELAY, until=later(60))
    shop.hold("A", FRAUD)
    shop.hold("A", ADDRESS, until=later(61))
    outcome = shop.run_due(at=later(60))
    assert outcome.events == (HoldReleased(ACME, "A", later(60), (DELAY,), later(60)),)
    assert (shop.status("A"), reasons(shop)) == ("ON_HOLD", ["ADDRESS", "FRAUD_RISK"])


def test_ended_holds_are_released_before_the_command_itself() -> None:
    shop = shop_with(MUG=0)
    shop.take("A")
    shop.take("B")
    shop.hold("A", DELAY, until=later(60))
    outcome = shop.book_in(key(), 1, at=later(60))
    assert kinds(outcome) == ["HoldReleased", "StockBookedIn", "OrderAllocated"]
    assert shop.held("A") == (1,)


def test_holds_that_end_together_are_served_in_the_order_of_the_queue() -> None:
    shop = shop_with(MUG=0)
    shop.take("B")
    shop.take("A")
    shop.hold("A", DELAY, until=later(60))
    shop.hold("B", DELAY, until=later(60))
    shop.receive("MUG", 1)
    shop.run_due(at=later(60))
    assert (shop.held("A"), shop.held("B")) == ((0,), (1,))


def test_nothing_happens_where_no_hold_has_ended() -> None:
    shop = shop_with(MUG=1)
    shop.take("A")
    shop.hold("A", DELAY, until=later(60))
    assert shop.run_due(at=later(59)).events == ()


def test_a_refused_command_leaves_an_ended_hold_to_the_next_one() -> None:
    shop = shop_with(MUG=1)
    shop.take("A")
    shop.hold("A", DELAY, until=later(60))
    with pytest.raises(ActionRefusedError):
        shop.deliver("A", at=later(60))
    assert shop.status("A") == "ON_HOLD"
    shop.run_due(at=later(60))
    assert shop.status("A") == "ALLOCATED"


def test_releasing_an_order_whose_holds_have_just_ended_is_no_error() -> None:
    shop = shop_with(MUG=1)
    shop.take("A")
    shop.hold("A", DELAY, until=later(60))
    shop.release_hold("A", at=later(60))
    assert shop.status("A") == "ALLOCATED"


def test_an_order_that_is_not_held_cannot_be_released() -> None:
    shop = shop_with(MUG=1)
    shop.take("A")
    with pytest.raises(ActionRefusedError, match="cannot release"):
        shop.release_hold("A")


def test_an_order_whose_hold_has_ended_can_be_sent_by_the_same_command() -> None:
    shop = shop_with(MUG=1)
    shop.take("A")
    shop.hold("A", DELAY, until=later(60))
    shop.send_to_warehouse("A", at=later(60))
    assert shop.status("A") == "SENT_TO_WAREHOUSE"


def test_the_version_is_compared_with_what_was_stored_before_the_hold_ended() -> None:
    shop = shop_with(MUG=1)
    shop.take("A")
    shop.hold("A", DELAY, until=later(60))
    seen = shop.order("A").version
    with pytest.raises(StaleVersionError):
        shop.send_to_warehouse("A", at=later(60), expected_version=seen + 1)
    shop.send_to_warehouse("A", at=later(60), expected_version=seen)
    assert shop.status("A") == "SENT_TO_WAREHOUSE"


def test_a_cancelled_order_is_held_no_longer() -> None:
    shop = shop_with(MUG=1)
    shop.take("A")
    shop.hold("A", DELAY, until=later(60))
    shop.cancel("A")
    assert (reasons(shop), shop.run_due(at=later(60)).events) == ([], ())


def test_an_order_on_hold_that_was_reduced_serves_the_others() -> None:
    shop = shop_with(MUG=2)
    shop.take("A", ("MUG", 2))
    shop.take("B")
    shop.hold("A", FRAUD)
    assert shop.edit("A", ChangeQuantity("1", 1)).back_orders_completed == ("B",)


def test_an_order_that_holds_nothing_until_complete_waits_again_after_its_release() -> None:
    shop = shop_with(AllocationPolicy(partial_allocation=PartialAllocation.NEVER), MUG=1)
    shop.take("A", ("MUG", 2))
    shop.hold("A", FRAUD)
    shop.receive("MUG", 1)
    assert shop.shelf() == (2, 0)
    shop.release_hold("A")
    assert shop.held("A") == (2,)


def test_the_end_of_a_hold_may_be_asked_for_again_by_later_commands() -> None:
    shop = shop_with(MUG=2)
    shop.take("A")
    shop.take("B")
    shop.hold("A", DELAY, until=later(60))
    shop.hold("B", DELAY, until=later(60) + timedelta(seconds=1))
    with pytest.raises(ActionRefusedError):
        shop.deliver("A", at=later(90))
    assert kinds(shop.run_due(at=later(60))) == ["HoldReleased"]
    assert kinds(shop.run_due(at=later(61))) == ["HoldReleased"]
