"""Receipts: announced, booked in short, over or rejected, in parts, withdrawn."""

from __future__ import annotations

import pytest

from orderflow import ExpectedReceipt
from orderflow.errors import ReceiptNotFoundError, StockRefusedError
from orderflow.events import StockBookedIn
from tests.unit.shop import NOON, Shop, key, kinds, later, order, shop_with


def notice(quantity: int, receipt_id: str = "R1", sku: str = "MUG") -> ExpectedReceipt:
    return ExpectedReceipt(receipt_id, key(sku), quantity, NOON)


def expecting(quantity: int) -> Shop:
    shop = shop_with()
    shop.announce(notice(quantity))
    return shop


def booked(
    shop: Shop, received: int, *, rejected: int = 0, more_to_come: bool = False
) -> StockBookedIn:
    """Book in against the notice, and return the event."""
    outcome = shop.book_in(
        key(), received, rejected=rejected, receipt_id="R1", more_to_come=more_to_come
    )
    event = outcome.events[0]
    assert isinstance(event, StockBookedIn)
    return event


def test_what_was_announced_is_not_here_yet() -> None:
    shop = expecting(5)
    shop.take("A")
    assert (shop.shelf(), shop.status("A")) == ((0, 0), "ON_BACK_ORDER")
    assert shop.stored().receipts == {"R1": notice(5)}


def test_booking_in_without_a_notice_serves_the_waiting_orders_by_itself() -> None:
    shop = shop_with(MUG=0)
    shop.take("A", ("MUG", 2))
    outcome = shop.receive("MUG", 3)
    assert outcome.back_orders_completed == ("A",)
    assert kinds(outcome) == ["StockBookedIn", "OrderAllocated"]
    assert shop.shelf() == (3, 2)


def test_a_product_is_known_once_it_was_booked_in() -> None:
    shop = shop_with()
    assert shop.receive("JUG", 1).stock[0].on_hand == 1


def test_what_came_as_announced_is_neither_short_nor_over() -> None:
    shop = expecting(5)
    event = booked(shop, 5)
    assert (event.expected, event.short, event.over) == (5, 0, 0)
    assert shop.stored().receipts == {}


def test_what_did_not_come_is_short_and_the_notice_is_settled() -> None:
    shop = expecting(5)
    event = booked(shop, 3)
    assert (event.short, event.over) == (2, 0)
    assert (shop.stored().receipts, shop.shelf()) == ({}, (3, 0))


def test_what_came_beyond_the_notice_is_over_and_is_here_all_the_same() -> None:
    shop = expecting(5)
    event = booked(shop, 7)
    assert (event.short, event.over) == (0, 2)
    assert shop.shelf() == (7, 0)


def test_what_was_rejected_is_not_on_hand_and_not_short() -> None:
    shop = expecting(5)
    event = booked(shop, 3, rejected=2)
    assert (event.short, event.over, shop.shelf()) == (0, 0, (3, 0))


def test_a_delivery_may_be_rejected_altogether() -> None:
    shop = expecting(5)
    event = booked(shop, 0, rejected=6)
    assert (event.short, event.over, shop.shelf()) == (0, 1, (0, 0))


def test_a_notice_of_which_nothing_came_is_settled_as_short() -> None:
    shop = expecting(5)
    assert booked(shop, 0).short == 5
    assert shop.stored().receipts == {}


def test_a_notice_stays_open_while_there_is_more_to_come() -> None:
    shop = expecting(5)
    event = booked(shop, 2, rejected=1, more_to_come=True)
    assert (event.short, event.over, event.to_come) == (0, 0, 2)
    assert shop.stored().receipts == {"R1": notice(2)}
    event = booked(shop, 2)
    assert (event.expected, event.short, event.to_come) == (2, 0, 0)
    assert shop.stored().receipts == {}


@pytest.mark.parametrize(
    ("received", "rejected", "over"), [(5, 0, 0), (3, 2, 0), (0, 5, 0), (6, 0, 1)]
)
def test_a_notice_is_settled_when_all_has_come_even_if_more_was_said_to_come(
    received: int, rejected: int, over: int
) -> None:
    shop = expecting(5)
    outcome = shop.book_in(key(), received, rejected=rejected, receipt_id="R1", more_to_come=True)
    event = outcome.events[0]
    assert isinstance(event, StockBookedIn)
    assert (event.more_to_come, event.short, event.over, event.to_come) == (True, 0, over, 0)
    assert (outcome.receipts, outcome.receipts_closed) == ((), ("R1",))
    assert shop.stored().receipts == {}
    with pytest.raises(ReceiptNotFoundError, match="book the stock in without a receipt"):
        booked(shop, 1, more_to_come=True)


def test_without_a_notice_nothing_is_short_or_over() -> None:
    event = StockBookedIn(key(), NOON, 3, 0)
    assert (event.expected, event.short, event.over) == (None, 0, 0)


def test_a_settled_notice_cannot_be_booked_in_again() -> None:
    shop = expecting(5)
    booked(shop, 5)
    with pytest.raises(ReceiptNotFoundError):
        booked(shop, 5)


def test_a_notice_of_the_same_id_is_replaced() -> None:
    shop = expecting(5)
    shop.announce(ExpectedReceipt("R1", key(), 8, later(60)))
    assert shop.stored().receipts["R1"].quantity == 8


def test_a_notice_cannot_become_one_of_another_product() -> None:
    shop = expecting(5)
    with pytest.raises(StockRefusedError, match="'R1' announces 'MUG'"):
        shop.announce(notice(5, sku="PAN"))


def test_a_delivery_of_another_product_does_not_settle_a_notice() -> None:
    shop = expecting(5)
    with pytest.raises(StockRefusedError):
        shop.book_in(key("PAN"), 5, receipt_id="R1")


def test_a_delivery_in_another_warehouse_does_not_settle_a_notice() -> None:
    shop = expecting(5)
    with pytest.raises(StockRefusedError):
        shop.book_in(key(warehouse_id="york"), 5, receipt_id="R1")


def test_a_withdrawn_notice_is_expected_no_longer() -> None:
    shop = expecting(5)
    assert shop.withdraw("R1").receipts_closed == ("R1",)
    with pytest.raises(ReceiptNotFoundError):
        booked(shop, 5)
    with pytest.raises(ReceiptNotFoundError):
        shop.withdraw("R1")


def test_a_product_stays_known_when_its_notice_is_withdrawn() -> None:
    shop = expecting(5)
    shop.withdraw("R1")
    assert shop.shelf() == (0, 0)


def test_the_notices_of_two_sellers_may_have_one_id() -> None:
    shop = expecting(5)
    shop.flow.seller("bolt").announce(ExpectedReceipt("R1", key(seller_id="bolt"), 9, NOON))
    booked(shop, 5)
    with pytest.raises(ReceiptNotFoundError):
        shop.withdraw("R1")
    assert shop.flow.seller("bolt").withdraw("R1").receipts_closed == ("R1",)


def test_a_delivery_to_one_warehouse_serves_no_order_of_another() -> None:
    shop = shop_with(MUG=0)
    shop.take("A")
    shop.place(order("B", warehouse_id="york"))
    shop.book_in(key(warehouse_id="york"), 1)
    assert (shop.status("A"), shop.status("B")) == ("ON_BACK_ORDER", "ALLOCATED")
