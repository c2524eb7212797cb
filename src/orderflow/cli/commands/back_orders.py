"""Back orders: the products that orders wait for, and the queue of each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from orderflow.cli.connection import WarehouseOptions, connect
from orderflow.cli.execution import key_of
from orderflow.cli.options.from_settings import with_options
from orderflow.cli.options.listing import ListingOptions
from orderflow.cli.output.expected_dates import EXPECTED_COLUMN, OrderCovers, product_cover
from orderflow.cli.output.listing import Column, print_listing, time_column
from orderflow.cli.unknown_names import check_seller
from orderflow.domain.model.status import Status
from orderflow.service import SystemClock

if TYPE_CHECKING:
    from collections.abc import Iterator

    from orderflow.cli.connection import Database
    from orderflow.domain.model.order import Order
    from orderflow.domain.model.stock import ExpectedReceipt, ProductKey, StockKey

    Rows = dict[ProductKey, dict[str, Any]]

__all__ = ["backorders"]

_QUEUE_COLUMNS = (
    Column("position"),
    Column("order_id", "order"),
    time_column("since", "waiting since"),
    Column("wanted", "units wanted"),
    Column("allocated"),
    Column("short"),
    Column("priority"),
    EXPECTED_COLUMN,
)
_PRODUCT_COLUMNS = (
    Column("sku"),
    Column("seller_id", "seller", if_differs=True),
    Column("warehouse_id", "warehouse", if_differs=True),
    Column("orders", "orders waiting"),
    Column("short", "units short"),
    time_column("since", "oldest since"),
    Column("expected", "units expected"),
    EXPECTED_COLUMN,
)


@with_options("The database", where=WarehouseOptions)
@with_options("Listing", how=ListingOptions)
def backorders(
    sku: Annotated[
        str | None,
        typer.Argument(
            metavar="SKU", help="Show the queue of this product. If omitted, list all products."
        ),
    ] = None,
    *,
    where: WarehouseOptions,
    how: ListingOptions,
) -> None:
    """List the products that orders wait for, or the queue of one product.

    The products with the most short units come first. Those of several sellers are listed seller
    by seller.
    """
    with connect(where) as database:
        if sku is None:
            rows = database.known(_waited_for(database, where), where)
            print_listing("products", _PRODUCT_COLUMNS, rows, how)
        else:
            if where.seller is not None:
                check_seller(database.flow, where.seller)
            key = key_of(database, where, sku)
            queue = database.known(_queue(database, key), where, sku)
            print_listing("queue", _QUEUE_COLUMNS, queue, how)


def _queue(database: Database, key: StockKey) -> Iterator[dict[str, Any]]:
    """Yield the orders that are short of a product, in the order of the queue."""
    covers = OrderCovers(database, SystemClock().now())
    for position, order in enumerate(database.flow.seller(key.seller_id).queue(key), 1):
        yield {
            "position": position,
            "order_id": order.order_id,
            "since": _since(order),
            "wanted": sum(line.quantity for line in order.lines if line.sku == key.sku),
            "allocated": order.allocated_of(key.sku),
            "short": order.short_of(key.sku),
            "priority": order.priority,
            **covers.of(order),
        }


def _waited_for(database: Database, where: WarehouseOptions) -> Iterator[dict[str, Any]]:
    """Yield the products that orders wait for, seller by seller, those shortest of units first.

    A listing of a few rows reads no more sellers than it needs.
    """
    for seller_id in database.sellers_with_orders(where.seller, Status.ON_BACK_ORDER):
        rows = _waited_for_by(database, seller_id).values()
        for row in sorted(rows, key=lambda row: (-row["short"], row["sku"])):
            if where.warehouse in (None, row["warehouse_id"]):
                yield row


def _waited_for_by(database: Database, seller_id: str) -> Rows:
    rows: Rows = {}
    for order in database.orders(seller_id, Status.ON_BACK_ORDER):
        for sku in {line.sku: None for line in order.short_lines}:
            _count(rows, order, sku)
    receipts: dict[ProductKey, list[ExpectedReceipt]] = {}
    for receipt in database.flow.seller(seller_id).receipts():
        product = (receipt.key.warehouse_id, receipt.key.sku)
        receipts.setdefault(product, []).append(receipt)
    now = SystemClock().now()
    for product, row in rows.items():
        come = receipts.get(product, ())
        row["expected"] = sum(receipt.quantity for receipt in come)
        row.update(product_cover(come, now))
    return rows


def _count(rows: Rows, order: Order, sku: str) -> None:
    row = rows.setdefault(
        (order.warehouse_id, sku),
        {
            "seller_id": order.seller_id,
            "warehouse_id": order.warehouse_id,
            "sku": sku,
            "orders": 0,
            "short": 0,
            "since": _since(order),
        },
    )
    row["orders"] += 1
    row["short"] += order.short_of(sku)
    row["since"] = min(row["since"], _since(order))


def _since(order: Order) -> str:
    since = order.wait.since if order.wait is not None else order.placed_at
    return since.isoformat()
