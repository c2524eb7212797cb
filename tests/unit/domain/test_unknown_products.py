"""Products that a command names for the first time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from orderflow import AdjustmentReason, ExpectedReceipt, StockKey
from orderflow.commands import (
    AdjustStock,
    AnnounceReceipt,
    BookInStock,
    CancelOrder,
    CountStock,
    PlaceOrder,
    PlaceOrders,
)
from orderflow.domain.queries.unknown_products import unknown_products
from tests.unit.shop import ACME, NOON, about, key, order, shop_with

if TYPE_CHECKING:
    from orderflow.commands import Command


def unknown(command: Command) -> tuple[StockKey, ...]:
    """Ask a shop that knows mugs in Leeds."""
    shop = shop_with(MUG=5)
    return shop.repository.read(ACME, lambda reading: unknown_products(command, reading))


def test_the_products_of_an_order_that_nothing_is_known_of() -> None:
    placed = order("A", ("MUG", 1), ("MGU", 1), ("MGU", 2))
    assert unknown(PlaceOrder(order=placed, at=NOON)) == (key("MGU"),)


def test_a_product_is_known_in_one_warehouse() -> None:
    orders = (order("A"), order("B", warehouse_id="york"))
    assert unknown(PlaceOrders(orders=orders, at=NOON)) == (key(warehouse_id="york"),)


@pytest.mark.parametrize(
    "command",
    [
        BookInStock(key=key("MGU"), received=1, at=NOON),
        CountStock(key=key("MGU"), counted=1, at=NOON),
        AdjustStock(key=key("MGU"), change=1, reason=AdjustmentReason.FOUND, at=NOON),
        AnnounceReceipt(receipt=ExpectedReceipt("R", key("MGU"), 1, NOON), at=NOON),
    ],
    ids=lambda command: type(command).__name__,
)
def test_the_product_of_a_stock_command(command: Command) -> None:
    assert unknown(command) == (key("MGU"),)


def test_any_other_command_names_none() -> None:
    assert unknown(CancelOrder(**about())) == ()
