"""Products that a command names for the first time: often a typing error, never refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

from orderflow.domain.model.commands import (
    AdjustStock,
    AnnounceReceipt,
    BookInStock,
    CountStock,
    PlaceOrder,
    PlaceOrders,
)
from orderflow.domain.model.stock import StockKey

if TYPE_CHECKING:
    from collections.abc import Iterable

    from orderflow.domain.model.commands import Command
    from orderflow.domain.model.order import Order
    from orderflow.domain.state.view import View

__all__ = ["unknown_products"]


def unknown_products(command: Command, view: View) -> tuple[StockKey, ...]:
    """Return the products of an order, a receipt or a stock movement that have no stock record.

    Such a command is not refused, because it may be the first to name the product. Call this before
    the command if you want to warn of a mistyped SKU.

    Args:
        command: Any command.
        view: The state of the seller.
    """
    keys = _keys(command)
    warehouses: dict[str, dict[str, None]] = {}
    for key in keys:
        warehouses.setdefault(key.warehouse_id, {})[key.sku] = None
    known = {
        stock.key
        for warehouse_id, skus in warehouses.items()
        for stock in view.stock(warehouse_id, skus)
    }
    return tuple(key for key in keys if key not in known)


def _keys(command: Command) -> tuple[StockKey, ...]:
    match command:
        case PlaceOrder(order=order):
            return _keys_of([order])
        case PlaceOrders(orders=orders):
            return _keys_of(orders)
        case BookInStock(key=key) | CountStock(key=key) | AdjustStock(key=key):
            return (key,)
        case AnnounceReceipt(receipt=receipt):
            return (receipt.key,)
        case _:
            return ()


def _keys_of(orders: Iterable[Order]) -> tuple[StockKey, ...]:
    keys = (
        StockKey(order.seller_id, order.warehouse_id, line.sku)
        for order in orders
        for line in order.lines
    )
    return tuple(dict.fromkeys(keys))
