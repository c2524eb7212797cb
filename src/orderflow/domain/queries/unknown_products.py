"""Products that a command names without a stock record: often a typing error, never refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from orderflow.domain.model.chosen_lines import ReplaceProduct
from orderflow.domain.model.commands import (
    AdjustStock,
    AnnounceReceipt,
    BookInStock,
    CountStock,
    EditOrder,
    LimitBackOrders,
    MoveOrder,
    PlaceOrder,
    PlaceOrders,
    TransferStock,
)
from orderflow.domain.model.edits import AddLine, ReplaceLine
from orderflow.domain.model.stock import StockKey

if TYPE_CHECKING:
    from collections.abc import Iterable

    from orderflow.domain.model.commands import Command
    from orderflow.domain.model.order import Order
    from orderflow.domain.state.view import View

__all__ = ["unknown_products"]


def unknown_products(command: Command, view: View) -> tuple[StockKey, ...]:
    """Return the products that a command names and that have no stock record.

    An order, an edit, a receipt or a stock movement may name any product. Such a command is not
    refused, because it may be the first to name a new product: an order for it goes on back order
    until it is booked in. Call this before the command, to warn of a mistyped SKU or to refuse it.

    An order over several warehouses may name a product that one of them has. If none has it, it is
    returned for the first of them.

    Args:
        command: Any command.
        view: The state of the seller.
    """
    keys = _keys(command, view)
    warehouses: dict[str, dict[str, None]] = {}
    for key in keys:
        warehouses.setdefault(key.warehouse_id, {})[key.sku] = None
    known = {
        stock.key
        for warehouse_id, skus in warehouses.items()
        for stock in view.stock(warehouse_id, skus)
    }
    if isinstance(command, PlaceOrder | PlaceOrders) and command.sourcing is not None:
        somewhere = {key.sku for key in known}
        keys = tuple({key.sku: key for key in reversed(keys)}.values())[::-1]
        return tuple(key for key in keys if key.sku not in somewhere)
    return tuple(key for key in keys if key not in known)


def _keys(command: Command, view: View) -> tuple[StockKey, ...]:
    match command:
        case PlaceOrder() | PlaceOrders():
            keys = _keys_of_new(command)
        case EditOrder(order_id=order_id, edits=edits):
            found = view.order(order_id)
            named = [edit.sku for edit in edits if isinstance(edit, AddLine | ReplaceLine)]
            named += [edit.by for edit in edits if isinstance(edit, ReplaceProduct)]
            keys = [] if found is None else _keys_of(found, named)
        case BookInStock(key=key) | CountStock(key=key) | AdjustStock(key=key):
            keys = [key]
        case LimitBackOrders(key=key, units_max=int()):
            keys = [key]
        case TransferStock(key=key, to_warehouse_id=warehouse_id):
            keys = [key, attrs.evolve(key, warehouse_id=warehouse_id)]
        case MoveOrder(order_id=order_id):
            found = view.order(order_id)
            keys = [] if found is None else _keys_of_moved(found, command)
        case AnnounceReceipt(receipt=receipt):
            keys = [receipt.key]
        case _:
            keys = []
    return tuple(dict.fromkeys(keys))


def _keys_of_new(command: PlaceOrder | PlaceOrders) -> list[StockKey]:
    orders = (command.order,) if isinstance(command, PlaceOrder) else command.orders
    return [
        StockKey(order.seller_id, warehouse_id, line.sku)
        for order in orders
        for line in order.lines
        for warehouse_id in (
            command.sourcing.warehouses if command.sourcing else [order.warehouse_id]
        )
    ]


def _keys_of_moved(order: Order, command: MoveOrder) -> list[StockKey]:
    lines = order.short_lines if command.only_short else order.lines
    if command.units is not None:
        named = dict(command.units)
        lines = tuple(line for line in lines if line.line_id in named)
    return [StockKey(order.seller_id, command.warehouse_id, line.sku) for line in lines]


def _keys_of(order: Order, skus: Iterable[str]) -> list[StockKey]:
    return [StockKey(order.seller_id, order.warehouse_id, sku) for sku in skus]
