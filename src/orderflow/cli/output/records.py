"""Orders, stock and receipts as rows of listings, and the outcome of a command."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs
from rich.padding import Padding

from orderflow.cli.output.event_rows import policy_details
from orderflow.cli.output.listing import Column, table_of, time_column
from orderflow.codec import to_data
from orderflow.domain.model.events import (
    BackOrdersLimited,
    Event,
    OrderCancelled,
    OrderMoved,
    OrderPartMoved,
    OrderSplitOff,
    PolicyChanged,
    ShortReason,
    ShortUnitsCancelled,
    StockAdjusted,
    StockBookedIn,
    StockTransferred,
    TransferWithdrawn,
)
from orderflow.domain.model.status import MAY_BE_ALLOCATED
from orderflow.errors.quoting import counted
from orderflow.service import SystemClock
from orderflow.wording.event_details import event_details

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from rich.console import Console

    from orderflow.domain.model.order import Order
    from orderflow.domain.model.outcome import Outcome
    from orderflow.domain.model.stock import ExpectedReceipt, Stock

__all__ = [
    "RECEIPT_COLUMNS",
    "STOCK_COLUMNS",
    "data_of",
    "order_columns",
    "order_row",
    "print_order",
    "print_outcome",
    "print_table",
    "receipt_row",
    "stock_row",
]

OTHER_ORDERS_MAX = 20
"""At most this many of the other orders that changed are shown."""

STOCK_COLUMNS = (
    Column("sku"),
    Column("seller_id", "seller", if_differs=True),
    Column("warehouse_id", "warehouse", if_differs=True),
    Column("on_hand"),
    Column("allocated"),
    Column("available"),
)
RECEIPT_COLUMNS = (
    Column("receipt_id", "receipt"),
    Column("seller_id", "seller", if_differs=True),
    Column("warehouse_id", "warehouse", if_differs=True),
    Column("sku"),
    Column("quantity", "units"),
    time_column("expected_at", "expected"),
    Column("from_warehouse_id", "from", if_any=True),
)
_LINE_COLUMNS = (
    Column("line_id", "line"),
    Column("sku"),
    Column("quantity"),
    Column("allocated"),
    Column("short"),
)


def data_of(thing: object) -> dict[str, Any]:
    """Return an object of orderflow as plain values, as the codec does."""
    data: dict[str, Any] = to_data(thing)["data"]
    return data


def order_columns(*, several_sellers: bool = False) -> tuple[Column, ...]:
    """Return the columns of orders.

    Args:
        several_sellers: Whether to name the seller, even if all orders shown are of one seller.
    """
    return (
        Column("order_id", "order"),
        Column("seller_id", "seller", if_differs=not several_sellers),
        Column("warehouse_id", "warehouse", if_differs=True),
        Column("customer_reference", "reference", if_differs=True),
        Column("status"),
        time_column("placed_at", "placed"),
        Column("units"),
        Column("allocated"),
        Column("short"),
        Column("replaces", if_any=True),
    )


def order_row(order: Order) -> dict[str, Any]:
    """Return an order as a row of a listing, with its sums."""
    short = order.short if order.status in MAY_BE_ALLOCATED else 0
    sums = {"units": order.units, "allocated": order.allocated, "short": short}
    return {**data_of(order), **sums}


def stock_row(stock: Stock) -> dict[str, Any]:
    """Return a stock record as a row of a listing."""
    return {
        **attrs.asdict(stock.key),
        "on_hand": stock.on_hand,
        "allocated": stock.allocated,
        "available": stock.available,
    }


def receipt_row(receipt: ExpectedReceipt, at: datetime | None = None) -> dict[str, Any]:
    """Return an expected receipt as a row of a listing, as it is at a moment. Default: now."""
    data = data_of(receipt)
    is_late = receipt.is_overdue(SystemClock().now() if at is None else at)
    return {**data.pop("key"), **data, "is_overdue": is_late}


def print_order(console: Console, order: Order) -> None:
    """Print an order with its lines."""
    waits = order.status in MAY_BE_ALLOCATED and order.short
    part = f", {order.allocated:,} of {counted(order.units, 'unit')} allocated" if waits else ""
    pinned = ", pinned" if order.pinned else ""
    version = f"(version {order.version})"
    console.print(f"{order.order_id} is {order.status}{part}{pinned} {version}")
    lines = [{**attrs.asdict(line), "short": line.short if waits else 0} for line in order.lines]
    sets = (Column("set_id", "set"),) if any(line.set_id for line in order.lines) else ()
    print_table(console, (*_LINE_COLUMNS, *sets), lines)


def print_outcome(console: Console, outcome: Outcome) -> None:
    """Print the outcome of a command."""
    if outcome.order is not None:
        print_order(console, outcome.order)
    for text in filter(None, map(_sentence, outcome.events)):
        console.print(text)
    for event in outcome.events:
        if isinstance(event, _OF_STOCK):
            console.print(f"{event.key.sku}: {event_details(event)}")
        if isinstance(event, PolicyChanged):
            console.print(f"new policy: {policy_details(event)}")
    if outcome.stock:
        print_table(console, STOCK_COLUMNS, map(stock_row, outcome.stock))
    if outcome.receipts:
        print_table(console, RECEIPT_COLUMNS, map(receipt_row, outcome.receipts))
    booked_in = [event for event in outcome.events if isinstance(event, StockBookedIn)]
    short = {event.receipt_id for event in booked_in if event.short}
    for receipt_id in outcome.receipts_closed:
        hint = "; --more-to-come keeps it open" if receipt_id in short else ""
        console.print(f"receipt {receipt_id} is closed{hint}")
    new = {event.order_id for event in outcome.events if isinstance(event, OrderSplitOff)}
    _print_orders(console, "New orders", [o for o in outcome.other_orders if o.order_id in new])
    others = [order for order in outcome.other_orders if order.order_id not in new]
    _print_orders(console, "Other orders that changed", others)
    if not outcome.events:
        console.print("Nothing has changed.")


_OF_STOCK = (BackOrdersLimited, StockBookedIn, StockAdjusted, StockTransferred, TransferWithdrawn)


def _sentence(event: Event) -> str:
    """Say what an order has lost because it was short, or that it moved; nothing otherwise."""
    match event:
        case OrderMoved():
            return f"{event.order_id} moved {event_details(event)}"
        case OrderPartMoved():
            return f"moved: {event_details(event)}"
        case ShortUnitsCancelled():
            return f"short units of {event.order_id} cancelled: {event_details(event)}"
        case OrderCancelled(short_reason=ShortReason()):
            return f"{event.order_id} was cancelled: {event.reason}"
        case _:
            return ""


def _print_orders(console: Console, title: str, orders: Sequence[Order]) -> None:
    if not orders:
        return
    console.print(f"{title}: {len(orders):,}")
    print_table(console, order_columns(), map(order_row, orders[:OTHER_ORDERS_MAX]))
    if len(orders) > OTHER_ORDERS_MAX:
        console.print("  … (--json shows all)")


def print_table(
    console: Console, columns: Sequence[Column], rows: Iterable[dict[str, Any]]
) -> None:
    """Print rows as an indented table."""
    drawn = table_of(columns, list(rows), console.width - 2)
    console.print(Padding(drawn, (0, 0, 0, 2), expand=False))
