"""Back orders: the products that orders wait for, and the queue of each."""

from __future__ import annotations

from decimal import Decimal
from operator import itemgetter
from typing import TYPE_CHECKING, Annotated, Any

import attrs
import typer

from orderflow.cli.chosen_orders import OrderChoice
from orderflow.cli.connection import WarehouseOptions, connect
from orderflow.cli.execution import key_of
from orderflow.cli.options.from_settings import with_options
from orderflow.cli.options.listing import ListingOptions
from orderflow.cli.options.order_choice import OrderChoiceOptions
from orderflow.cli.output.expected_dates import EXPECTED_COLUMN, product_cover
from orderflow.cli.output.listing import Column, print_listing, time_column
from orderflow.cli.row_sorting import sort_key, sort_rows
from orderflow.cli.unknown_names import check_seller
from orderflow.domain.model.customer_wait import customer_waits_since
from orderflow.domain.model.status import Status
from orderflow.domain.reports.order_value import sum_of_values

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

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
_VALUE_COLUMNS = (Column("value"), Column("orders_without_value", "without value"))
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
@with_options("", choice=OrderChoiceOptions)
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
    choice: OrderChoiceOptions,
) -> None:
    """List the products that orders wait for, or the queue of one product.

    The products with the most short units come first. Those of several sellers are listed seller
    by seller. `--where` chooses the orders that count. `--sort` takes the fields of a filter for a
    queue, and the fields of a row for the products.
    """
    with connect(where) as database:
        value = () if choice.value_field is None else _VALUE_COLUMNS
        if sku is None:
            chosen = OrderChoice(attrs.evolve(choice, sort=None), where, database)
            key = sort_key(choice.sort, _PRODUCT_FIELDS)
            found = _waited_for(database, chosen)
            if key is not None:
                found = iter(_sorted(found, key, how.rows_max))
            print_listing("products", (*_PRODUCT_COLUMNS, *value), chosen.known(found), how)
        else:
            chosen = OrderChoice(choice, where, database)
            if chosen.where.seller is not None:
                check_seller(database.flow, chosen.where.seller)
            product = key_of(database, chosen.where, sku)
            queue = chosen.known(_queue(database, product, chosen, how.rows_max), sku)
            print_listing("queue", (*_QUEUE_COLUMNS, *value[:1]), queue, how)
        chosen.values.report()


def _sorted(
    rows: Iterable[dict[str, Any]], key: Callable[[dict[str, Any]], tuple[Any, ...]], limit: int
) -> Sequence[dict[str, Any]]:
    def whole_key(row: dict[str, Any]) -> tuple[Any, ...]:
        return (*key(row), row["seller_id"], row["warehouse_id"], row["sku"])

    return sort_rows(rows, whole_key, limit, what="products")


def _queue(
    database: Database, key: StockKey, chosen: OrderChoice, limit: int
) -> Iterator[dict[str, Any]]:
    """Yield the chosen orders that are short of a product, in the order of the queue or sorted."""
    covers, queue = chosen.covers, database.flow.seller(key.seller_id).queue(key)
    positions = {order.order_id: position for position, order in enumerate(queue, 1)}
    for order in chosen.chosen(queue, limit):
        value = chosen.value(order)
        yield {
            "position": positions[order.order_id],
            "order_id": order.order_id,
            "since": _since(order),
            "wanted": sum(line.quantity for line in order.lines if line.sku == key.sku),
            "allocated": order.allocated_of(key.sku),
            "short": order.short_of(key.sku),
            "priority": order.priority,
            "value": None if value is None else str(value),
            **covers.of(order),
        }


def _waited_for(database: Database, chosen: OrderChoice) -> Iterator[dict[str, Any]]:
    """Yield the products that orders wait for, seller by seller, those shortest of units first.

    A listing of a few rows reads no more sellers than it needs.
    """
    where = chosen.where
    for seller_id in database.sellers_with_orders(where.seller, Status.ON_BACK_ORDER):
        rows = _waited_for_by(database, seller_id, chosen).values()
        for row in sorted(rows, key=lambda row: (-row["short"], row["sku"])):
            if where.warehouse in (None, row["warehouse_id"]):
                yield row


def _waited_for_by(database: Database, seller_id: str, chosen: OrderChoice) -> Rows:
    rows: Rows = {}
    for order in filter(chosen.matches, database.orders(seller_id, Status.ON_BACK_ORDER)):
        for sku in {line.sku: None for line in order.short_lines}:
            _count(rows, order, sku, chosen.value(order))
    receipts: dict[ProductKey, list[ExpectedReceipt]] = {}
    for receipt in database.flow.seller(seller_id).receipts():
        product = (receipt.key.warehouse_id, receipt.key.sku)
        receipts.setdefault(product, []).append(receipt)
    for product, row in rows.items():
        come = receipts.get(product, ())
        row["expected"] = sum(receipt.quantity for receipt in come)
        row["value"] = None if row["value"] is None else str(row["value"])
        row.update(product_cover(come, chosen.at))
    return rows


def _count(rows: Rows, order: Order, sku: str, value: Decimal | None) -> None:
    row = rows.setdefault(
        (order.warehouse_id, sku),
        {
            "seller_id": order.seller_id,
            "warehouse_id": order.warehouse_id,
            "sku": sku,
            "orders": 0,
            "short": 0,
            "since": _since(order),
            "value": None,
            "orders_without_value": 0,
        },
    )
    row["orders"] += 1
    row["short"] += order.short_of(sku)
    row["since"] = min(row["since"], _since(order))
    row["value"] = sum_of_values(row["value"], value)
    row["orders_without_value"] += value is None


def _since(order: Order) -> str:
    return (customer_waits_since(order) or order.placed_at).isoformat()


def _date(row: dict[str, Any]) -> str | None:
    """Return when the next receipt of a product is expected, or since when it is overdue."""
    date: str | None = row["cover"]["expected_at"] or row["cover"]["overdue_since"]
    return date


_PRODUCT_FIELDS: dict[str, Callable[[dict[str, Any]], Any]] = {
    "sku": itemgetter("sku"),
    "seller": itemgetter("seller_id"),
    "warehouse": itemgetter("warehouse_id"),
    "orders": itemgetter("orders"),
    "short-units": itemgetter("short"),
    "placed": itemgetter("since"),
    "expected": _date,
    "next-receipt": _date,
    "value": lambda row: None if row["value"] is None else Decimal(row["value"]),
}
"""The fields to sort products by. `placed` is that of the oldest order."""
