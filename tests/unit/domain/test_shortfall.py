"""Counts and corrections that find less than is allocated: who loses, and who is recalled."""

from __future__ import annotations

import pytest

from orderflow import AdjustmentReason, AllocationPolicy, HoldReason, PartialAllocation, Queue
from orderflow.commands import PickedLine, ReportShortPick
from orderflow.errors import InvalidValueError, StockRefusedError
from orderflow.events import DeallocationReason, OrderDeallocated, OrderRecalled, StockAdjusted
from tests.unit.shop import ACME, NOON, about, key, kinds, later, shop_with


def test_the_last_in_the_queue_gives_back_first() -> None:
    shop = shop_with(MUG=4)
    shop.take("A", ("MUG", 2))
    shop.take("B", ("MUG", 2))
    shop.count(key(), 3)
    assert (shop.held("A"), shop.held("B"), shop.shelf()) == ((2,), (1,), (3, 3))


def test_what_is_available_is_lost_before_what_is_allocated() -> None:
    shop = shop_with(MUG=4)
    shop.take("A", ("MUG", 3))
    shop.count(key(), 3)
    assert (shop.held("A"), shop.shelf()) == ((3,), (3, 3))


def test_several_lose_if_one_is_not_enough() -> None:
    shop = shop_with(MUG=3)
    for order_id in "ABC":
        shop.take(order_id)
    outcome = shop.count(key(), 1)
    assert [shop.held(order_id) for order_id in "ABC"] == [(1,), (0,), (0,)]
    assert set(outcome.back_orders_opened) == {"B", "C"}


def test_the_loser_is_told_why() -> None:
    shop = shop_with(MUG=1)
    shop.take("A")
    outcome = shop.count(key(), 0, at=NOON)
    lost = OrderDeallocated(ACME, "A", NOON, (("1", 1),), DeallocationReason.COUNT)
    assert outcome.events == (lost, StockAdjusted(key(), NOON, -1, AdjustmentReason.COUNT))


def test_who_is_last_goes_by_the_policy() -> None:
    shop = shop_with(AllocationPolicy(queue=Queue.PRIORITY), MUG=2)
    shop.take("A", priority=0)
    shop.take("B", priority=1)
    shop.count(key(), 1)
    assert (shop.held("A"), shop.held("B")) == ((0,), (1,))


def test_an_order_on_hold_loses_by_its_place_too() -> None:
    shop = shop_with(MUG=2)
    shop.take("A")
    shop.take("B")
    shop.hold("B", HoldReason.OTHER)
    shop.count(key(), 1)
    assert (shop.held("A"), shop.held("B"), shop.status("B")) == ((1,), (0,), "ON_HOLD")


def test_unfrozen_orders_lose_before_frozen_ones() -> None:
    shop = shop_with(MUG=2)
    shop.take("A")
    shop.take("B")
    shop.send_to_warehouse("B")
    shop.count(key(), 1)
    assert (shop.status("A"), shop.status("B")) == ("ON_BACK_ORDER", "SENT_TO_WAREHOUSE")


def test_a_frozen_order_that_loses_is_recalled() -> None:
    shop = shop_with(MUG=2, PAN=1)
    shop.take("A", ("MUG", 2), ("PAN", 1))
    shop.send_to_warehouse("A")
    outcome = shop.count(key(), 1, at=NOON)
    assert OrderRecalled(ACME, "A", NOON, (("1", 1),)) in outcome.events
    assert (shop.status("A"), shop.held("A")) == ("ON_BACK_ORDER", (1, 1))


def test_a_recalled_order_whose_cancellation_was_requested_is_cancelled() -> None:
    shop = shop_with(MUG=3)
    shop.take("A", ("MUG", 2))
    shop.send_to_warehouse("A")
    shop.request_cancellation("A")
    shop.take("B", ("MUG", 2))
    outcome = shop.count(key(), 1)
    assert "OrderRecalled" in kinds(outcome)
    assert (shop.status("A"), shop.held("A"), shop.held("B")) == ("CANCELLED", (0,), (1,))


def test_a_short_pick_of_an_order_whose_cancellation_was_requested_cancels_it() -> None:
    shop = shop_with(MUG=2)
    shop.take("A", ("MUG", 2))
    shop.send_to_warehouse("A")
    shop.request_cancellation("A")
    outcome = shop.report_short_pick("A", {"1": 1})
    assert kinds(outcome) == ["OrderShortPicked", "OrderCancelled"]
    assert shop.shelf() == (1, 0)


def test_the_last_line_of_a_product_gives_back_first() -> None:
    shop = shop_with(MUG=3)
    shop.take("A", ("MUG", 1), ("MUG", 2))
    shop.count(key(), 1)
    assert shop.held("A") == (1, 0)


def test_a_loser_that_holds_nothing_until_complete_lets_go_of_the_rest() -> None:
    shop = shop_with(AllocationPolicy(partial_allocation=PartialAllocation.NEVER), MUG=3)
    shop.take("A", ("MUG", 3))
    shop.take("B", ("MUG", 1))
    shop.count(key(), 2)
    assert (shop.held("A"), shop.held("B"), shop.shelf()) == ((0,), (1,), (2, 1))


def test_a_count_that_finds_more_serves_the_queue() -> None:
    shop = shop_with(MUG=0)
    shop.take("A", ("MUG", 2))
    assert shop.count(key(), 3).back_orders_completed == ("A",)
    assert shop.shelf() == (3, 2)


def test_a_count_that_finds_what_was_known_is_recorded() -> None:
    shop = shop_with(MUG=3)
    outcome = shop.count(key(), 3, note="yearly count", at=NOON)
    expected = StockAdjusted(key(), NOON, 0, AdjustmentReason.COUNT, "yearly count")
    assert outcome.events == (expected,)


def test_a_count_that_finds_what_was_known_changes_no_record() -> None:
    assert shop_with(MUG=3).count(key(), 3).stock == ()


def test_an_adjustment_carries_its_reason() -> None:
    shop = shop_with(MUG=3)
    outcome = shop.adjust(key(), -1, AdjustmentReason.DAMAGE, note="dropped", at=NOON)
    expected = StockAdjusted(key(), NOON, -1, AdjustmentReason.DAMAGE, "dropped")
    assert outcome.events == (expected,)
    assert shop.shelf() == (2, 0)


def test_found_stock_serves_the_queue() -> None:
    shop = shop_with(MUG=0)
    shop.take("A")
    assert shop.adjust(key(), 1, AdjustmentReason.FOUND).back_orders_completed == ("A",)


@pytest.mark.parametrize("on_hand", [0, 2])
def test_more_cannot_be_lost_than_is_there(on_hand: int) -> None:
    shop = shop_with(MUG=on_hand)
    with pytest.raises(StockRefusedError):
        shop.adjust(key(), -on_hand - 1, AdjustmentReason.LOSS)


def test_nothing_can_be_lost_of_a_product_that_is_not_known() -> None:
    shop = shop_with()
    with pytest.raises(StockRefusedError, match="0 on hand"):
        shop.adjust(key("JUG"), -1, AdjustmentReason.LOSS)


def test_a_product_is_known_once_it_was_counted() -> None:
    shop = shop_with()
    outcome = shop.count(key("JUG"), 0)
    assert [stock.key.sku for stock in outcome.stock] == ["JUG"]


def test_units_picked_short_are_gone_and_the_order_waits_for_others() -> None:
    shop = shop_with(MUG=5)
    shop.take("A", ("MUG", 3))
    shop.send_to_warehouse("A")
    shop.report_short_pick("A", {"1": 1})
    assert (shop.status("A"), shop.held("A"), shop.shelf()) == ("ALLOCATED", (3,), (3, 3))


def test_a_short_pick_stands_behind_earlier_orders() -> None:
    shop = shop_with(MUG=3)
    shop.take("B", ("MUG", 2), placed_at=later(9))
    shop.send_to_warehouse("B")
    shop.take("A", ("MUG", 2), placed_at=later(5))
    shop.report_short_pick("B", {"1": 0})
    shop.receive("MUG", 1)
    assert (shop.held("A"), shop.held("B")) == ((2,), (0,))


def test_lines_that_are_not_named_were_found() -> None:
    shop = shop_with(MUG=2, PAN=1)
    shop.take("A", ("MUG", 2), ("PAN", 1))
    shop.send_to_warehouse("A")
    shop.report_short_pick("A", {"1": 0})
    assert (shop.held("A"), shop.shelf("PAN")) == ((0, 1), (1, 1))


def test_a_line_cannot_be_reported_twice() -> None:
    found = (PickedLine("1", 1), PickedLine("1", 0))
    with pytest.raises(InvalidValueError, match="no line twice"):
        ReportShortPick(picked=found, **about())


def test_orders_of_another_warehouse_that_the_same_command_releases_lose_nothing() -> None:
    shop = shop_with(MUG=1)
    shop.take("A")
    shop.book_in(key(warehouse_id="york"), 1, at=NOON)
    shop.take("B", warehouse_id="york")
    shop.hold("B", HoldReason.SELLER_DELAY, until=later(60), at=NOON)
    shop.count(key(), 0, at=later(60))
    assert (shop.held("A"), shop.held("B")) == ((0,), (1,))
