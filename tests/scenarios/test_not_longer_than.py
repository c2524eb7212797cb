"""How long an order may wait, as laws, EDI and other systems define it."""

from __future__ import annotations

from datetime import timedelta

from orderflow import AllocationPolicy, Fulfilment, GiveUp
from orderflow.edits import ChangeGiveUpAfter
from tests.unit.shop import NOON, kinds, order, shop_with

DAY = timedelta(days=1)


def test_a_buyer_is_asked_before_thirty_days_are_over_and_the_order_is_cancelled_then() -> None:
    """16 CFR 435.2 (US, mail order rule): offer a delay or a refund in time, else cancel."""
    shop = shop_with(AllocationPolicy(give_up_after=30 * DAY, remind_before=5 * DAY))
    shop.place(order("A"), at=NOON)
    shop.place(order("B"), at=NOON)
    assert kinds(shop.run_due(at=NOON + 25 * DAY)) == ["SellerReminded"] * 2
    shop.edit("B", ChangeGiveUpAfter(60 * DAY), at=NOON + 26 * DAY)  # the buyer agrees to a delay
    shop.run_due(at=NOON + 30 * DAY)
    assert (shop.status("A"), shop.status("B")) == ("CANCELLED", "ON_BACK_ORDER")


def test_cancel_after_is_a_date_of_the_order() -> None:
    """X12 DTM 001 "Cancel After": one order of a retailer has its own date, the others none."""
    shop = shop_with()
    cancel_after = NOON + 10 * DAY
    shop.place(order("A", give_up_after=cancel_after - NOON), at=NOON)
    shop.place(order("B"), at=NOON)
    shop.run_due(at=cancel_after + 90 * DAY)
    assert (shop.status("A"), shop.status("B")) == ("CANCELLED", "ON_BACK_ORDER")


def test_what_is_there_is_sent_and_the_remainder_is_cancelled() -> None:
    """Order management systems, "short close": the rest of an order is not waited for any more."""
    shop = shop_with(AllocationPolicy(give_up_after=7 * DAY, give_up=GiveUp.CANCEL_SHORT), MUG=2)
    shop.place(order("A", ("MUG", 5)), at=NOON)
    shop.run_due(at=NOON + 7 * DAY)
    assert (shop.status("A"), shop.order("A").units) == ("ALLOCATED", 2)


def test_a_complete_order_becomes_a_partial_one_after_some_days() -> None:
    """Fulfilment services hold an order to send it complete, and release what is there later."""
    policy = AllocationPolicy(
        fulfilment=Fulfilment.COMPLETE, give_up_after=3 * DAY, give_up=GiveUp.SPLIT
    )
    shop = shop_with(policy, MUG=2)
    shop.place(order("A", ("MUG", 5)), at=NOON)
    shop.run_due(at=NOON + 3 * DAY)
    assert [part.units for part in shop.parts_of("A").children] == [2]
    assert (shop.status("A"), shop.order("A").short) == ("ON_BACK_ORDER", 3)


def test_a_scheduler_that_was_down_for_a_week_does_everything_once() -> None:
    """A job that is late, or runs twice, neither forgets an order nor cancels it again."""
    shop = shop_with(AllocationPolicy(give_up_after=30 * DAY, remind_before=5 * DAY))
    shop.place(order("A"), at=NOON)
    late = shop.run_due(at=NOON + 37 * DAY)
    assert kinds(late) == ["OrderGivenUp", "OrderCancelled"]
    assert "due_at=datetime.datetime(2025, 4, 2, 12, 0" in str(late.events[0])
    assert shop.run_due(at=NOON + 37 * DAY).events == ()
