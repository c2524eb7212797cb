"""Products that a command names for the first time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from orderflow import AdjustmentReason, ExpectedReceipt, InvalidValueError, StockKey
from orderflow.commands import (
    AdjustStock,
    AnnounceReceipt,
    BookInStock,
    CancelOrder,
    CountStock,
    EditOrder,
    LimitBackOrders,
    MoveOrder,
    PlaceOrder,
    PlaceOrders,
    TransferStock,
)
from orderflow.edits import AddLine, RemoveLine, ReplaceLine
from tests.unit.shop import NOON, about, key, order, shop_with

if TYPE_CHECKING:
    from orderflow.commands import Command


def unknown(command: Command) -> tuple[StockKey, ...]:
    """Ask a shop that knows mugs in Leeds, and has an order H for them."""
    shop = shop_with(MUG=5)
    shop.take("H")
    return shop.unknown_products(command)


def test_the_products_of_an_order_that_nothing_is_known_of() -> None:
    placed = order("A", ("MUG", 1), ("MGU", 1), ("MGU", 2))
    assert unknown(PlaceOrder(order=placed, at=NOON)) == (key("MGU"),)


def test_a_product_is_known_in_one_warehouse() -> None:
    orders = (order("A"), order("B", warehouse_id="york"))
    assert unknown(PlaceOrders(orders=orders, at=NOON)) == (key(warehouse_id="york"),)


def test_a_transfer_names_a_product_in_two_warehouses() -> None:
    transfer = TransferStock(
        key=key(), units=1, to_warehouse_id="york", receipt_id="R", expected_at=NOON, at=NOON
    )
    assert unknown(transfer) == (key(warehouse_id="york"),)


@pytest.mark.parametrize(
    "command",
    [
        BookInStock(key=key("MGU"), received=1, at=NOON),
        CountStock(key=key("MGU"), counted=1, at=NOON),
        AdjustStock(key=key("MGU"), change=1, reason=AdjustmentReason.FOUND, at=NOON),
        LimitBackOrders(key=key("MGU"), units_max=1, at=NOON),
        AnnounceReceipt(receipt=ExpectedReceipt("R", key("MGU"), 1, NOON), at=NOON),
    ],
    ids=lambda command: type(command).__name__,
)
def test_the_product_of_a_stock_command(command: Command) -> None:
    assert unknown(command) == (key("MGU"),)


@pytest.mark.parametrize(
    ("part", "skus"),
    [
        ({}, ["MUG", "PAN"]),
        ({"units": (("2", 1),)}, ["PAN"]),
        ({"only_short": True}, ["PAN"]),
    ],
)
def test_the_products_of_what_is_moved(part: dict[str, Any], skus: list[str]) -> None:
    shop = shop_with(MUG=1, PAN=0)
    shop.take("A", ("MUG", 1), ("PAN", 2))
    command = MoveOrder(**about("A"), warehouse_id="york", **part)
    assert shop.unknown_products(command) == tuple(key(sku, warehouse_id="york") for sku in skus)


def test_the_products_that_edits_name() -> None:
    edits = (AddLine("MGU", 1), RemoveLine("1"), ReplaceLine("2", "MGU"), AddLine("MUG", 1))
    assert unknown(EditOrder(**about("H"), edits=edits)) == (key("MGU"),)
    assert unknown(EditOrder(**about("no such order"), edits=edits)) == ()


def test_any_other_command_names_none() -> None:
    assert unknown(LimitBackOrders(key=key("MGU"), units_max=None, at=NOON)) == ()
    assert unknown(CancelOrder(**about())) == ()


def test_a_command_of_another_seller_is_refused() -> None:
    shop = shop_with(MUG=5)
    with pytest.raises(InvalidValueError, match=r"CancelOrder\.seller_id"):
        shop.flow.seller("bolt").unknown_products(CancelOrder(**about()))
