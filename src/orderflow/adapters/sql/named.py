"""What a command names: the orders and products that it reads in any case.

This only says what to read and lock ahead. Whatever else a decision needs, it reads as it runs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from orderflow.domain.model.commands import (
    AdjustStock,
    BookInStock,
    CountStock,
    ErasePersonalData,
    PlaceOrder,
    PlaceOrders,
    ReallocateUnits,
    ServeWaiting,
    TransferStock,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from orderflow.domain.model.commands import Command
    from orderflow.domain.model.order import Order
    from orderflow.domain.model.stock import ProductKey, Stock, StockKey

__all__ = ["orders_named_by", "products_named_by", "units_to_serve"]


def orders_named_by(command: Command) -> Sequence[str]:
    """Return the ids of the orders that a command names."""
    if isinstance(command, PlaceOrders):
        return [order.order_id for order in command.orders]
    if isinstance(command, ReallocateUnits):
        return [each.order_id for each in command.changes]
    if isinstance(command, ErasePersonalData):
        return command.order_ids
    order_id: str | None = getattr(command, "order_id", None)
    return [] if order_id is None else [order_id]


def products_named_by(command: Command) -> set[ProductKey]:
    """Return the products that a command names."""
    orders: Sequence[Order] = ()
    keys: Sequence[StockKey] = ()
    if isinstance(command, PlaceOrder):
        orders = (command.order,)
    elif isinstance(command, PlaceOrders):
        orders = command.orders
    elif isinstance(command, ServeWaiting):
        keys = command.keys
    elif (key := getattr(command, "key", None)) is not None:
        keys = (key,)
    if isinstance(command, TransferStock):
        keys = (command.key, attrs.evolve(command.key, warehouse_id=command.to_warehouse_id))
    if isinstance(command, PlaceOrder | PlaceOrders) and command.sourcing is not None:
        skus = {line.sku for order in orders for line in order.lines}
        return {(each, sku) for each in command.sourcing.warehouses for sku in skus}
    named = {(key.warehouse_id, key.sku) for key in keys}
    return named | {(order.warehouse_id, line.sku) for order in orders for line in order.lines}


def units_to_serve(
    command: Command, stock: Mapping[ProductKey, Stock | None], orders: Iterable[Order]
) -> dict[ProductKey, int]:
    """Return about how many units of each product a command can give to waiting orders.

    Args:
        command: The command.
        stock: The stock records before it.
        orders: The orders that it names: they may give up what they have.
    """
    units = {key: each.available for key, each in stock.items() if each is not None}
    for order in orders:
        for line in order.lines:
            product = (order.warehouse_id, line.sku)
            units[product] = units.get(product, 0) + line.allocated
    if isinstance(command, BookInStock | AdjustStock | CountStock):
        product = (command.key.warehouse_id, command.key.sku)
        units[product] = units.get(product, 0) + _arriving(command, stock.get(product))
    return units


def _arriving(command: BookInStock | AdjustStock | CountStock, before: Stock | None) -> int:
    if isinstance(command, BookInStock):
        return command.received
    if isinstance(command, AdjustStock):
        return command.change
    return command.counted - (before.on_hand if before is not None else 0)
