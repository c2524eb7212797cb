"""Stock that is transferred to another warehouse."""

from __future__ import annotations

from typing import Any

import attrs
import pytest

from orderflow import AllocationPolicy, ExpectedReceipt, InvalidValueError, Outcome, ShortPart
from orderflow.commands import AnnounceReceipt, TransferStock
from orderflow.errors import LimitRefusedError, StockRefusedError
from tests.unit.shop import NOON, Shop, key, kinds, later, shop_with

YORK = key(warehouse_id="york")


def transfer(shop: Shop, units: int, **fields: Any) -> Outcome:  # noqa: ANN401 - of the command
    given = {"receipt_id": "T", "expected_at": later(600), **fields}
    return shop.transfer(key(), units, "york", **given)


def test_the_units_leave_here_and_are_expected_there() -> None:
    shop = shop_with(MUG=5)
    outcome = transfer(shop, 3)
    assert kinds(outcome) == ["StockTransferred", "ReceiptAnnounced"]
    assert shop.shelf() == (2, 0)
    assert shop.receipts() == (
        ExpectedReceipt("T", YORK, 3, later(600), from_warehouse_id="leeds"),
    )
    assert shop.state().records["york", "MUG"].on_hand == 0


def test_only_what_is_available_is_taken() -> None:
    shop = shop_with(MUG=5)
    shop.take("A", ("MUG", 3))
    with pytest.raises(StockRefusedError, match="of which 3 are allocated") as refusal:
        transfer(shop, 3)
    assert "transfer at most 2, or at most 5 with take_allocated" in str(refusal.value)
    with pytest.raises(StockRefusedError, match="6 units cannot be transferred: 5 on hand"):
        transfer(shop, 6, take_allocated=True)


def test_no_more_is_taken_than_is_on_hand() -> None:
    shop = shop_with(MUG=5)
    with pytest.raises(StockRefusedError, match=r"5 on hand in .*; transfer at most 5$"):
        transfer(shop, 6)


def test_allocated_units_are_taken_from_the_last_in_the_queue() -> None:
    shop = shop_with(MUG=5)
    shop.take("A", ("MUG", 2))
    shop.take("B", ("MUG", 2))
    outcome = transfer(shop, 2, take_allocated=True)
    assert kinds(outcome) == ["OrderDeallocated", "StockTransferred", "ReceiptAnnounced"]
    assert outcome.events[0].reason == "TRANSFERRED"  # type: ignore[union-attr]
    assert (shop.held("A"), shop.held("B")) == ((2,), (1,))


def test_an_order_that_is_short_by_a_transfer_is_handled() -> None:
    shop = shop_with(AllocationPolicy(short_part=ShortPart.CANCEL_SHORT), MUG=3)
    shop.take("A", ("MUG", 3))
    transfer(shop, 1, take_allocated=True)
    assert (shop.status("A"), shop.order("A").units) == ("ALLOCATED", 2)


def test_the_warehouse_recalls_what_it_is_picking_last() -> None:
    shop = shop_with(MUG=2)
    shop.take("A", ("MUG", 2))
    shop.send_to_warehouse("A")
    outcome = transfer(shop, 1, take_allocated=True)
    assert kinds(outcome) == ["OrderRecalled", "StockTransferred", "ReceiptAnnounced"]


def test_a_receipt_id_is_used_once() -> None:
    shop = shop_with(MUG=5)
    transfer(shop, 1)
    with pytest.raises(StockRefusedError, match="receipt 'T' is announced already"):
        transfer(shop, 1)


def test_only_the_date_of_a_transfer_can_change() -> None:
    shop = shop_with(MUG=5)
    transfer(shop, 3)
    (receipt,) = shop.receipts()
    later_on = attrs.evolve(receipt, expected_at=later(900))
    shop.announce(later_on)
    assert shop.receipts() == (later_on,)
    with pytest.raises(StockRefusedError, match="is a transfer of 3, and only its date can change"):
        shop.announce(attrs.evolve(receipt, quantity=4))
    with pytest.raises(
        StockRefusedError, match="from warehouse 'leeds', not from warehouse 'hull'"
    ):
        shop.announce(attrs.evolve(receipt, from_warehouse_id="hull"))
    shop.announce(ExpectedReceipt("T", YORK, 3, later(901)))
    assert shop.receipts() == (attrs.evolve(receipt, expected_at=later(901)),)


def test_nothing_can_be_announced_as_a_transfer() -> None:
    shop = shop_with(MUG=5)
    made_up = ExpectedReceipt("T", YORK, 3, later(9), from_warehouse_id="leeds")
    with pytest.raises(StockRefusedError, match="from outside, not from warehouse 'leeds'"):
        shop.announce(made_up)
    assert AnnounceReceipt(receipt=made_up, at=NOON).seller_id == "acme"


def test_a_withdrawn_transfer_is_on_hand_again() -> None:
    shop = shop_with(MUG=5)
    transfer(shop, 3)
    outcome = shop.withdraw("T")
    assert kinds(outcome) == ["ReceiptWithdrawn", "TransferWithdrawn"]
    assert (shop.shelf(), list(shop.receipts())) == ((5, 0), [])


def test_a_transfer_is_not_withdrawn_onto_a_full_shelf() -> None:
    shop = shop_with(MUG=5)
    transfer(shop, 5)
    shop.count(key(), 10**12)
    with pytest.raises(LimitRefusedError, match="on hand"):
        shop.withdraw("T")


def test_a_receipt_from_outside_is_withdrawn_as_before() -> None:
    shop = shop_with(MUG=5)
    shop.announce(ExpectedReceipt("R", YORK, 3, later(9)))
    assert kinds(shop.withdraw("R")) == ["ReceiptWithdrawn"]


def test_a_transfer_goes_to_another_warehouse() -> None:
    with pytest.raises(InvalidValueError, match=r"TransferStock\.to_warehouse_id must be another"):
        TransferStock(
            at=NOON,
            key=key(),
            units=1,
            to_warehouse_id="leeds",
            receipt_id="T",
            expected_at=later(9),
        )
