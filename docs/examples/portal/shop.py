"""The database of the portal, and a small pottery to begin with."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated

from attrs import frozen
from fastapi import Depends, Request
from sqlalchemy import Engine

from orderflow import (
    ExpectedReceipt,
    Order,
    OrderFlow,
    OrderLine,
    Replacement,
    ReplacementList,
    Seller,
    StockKey,
)
from orderflow.adapters.sql import SqlDefaultPolicy, SqlRepository, open_database

CATALOGUE = ReplacementList(
    [
        Replacement("CUP", "BEAKER", reason="beakers are no longer made"),
        Replacement("CUP", "MUG", units=2, reason="two small ones"),
        Replacement("JUG", "TEAPOT", reason="same glaze"),
    ]
)
"""Which products may replace which. Give `OrderFlow` your own catalogue in place of it."""


@frozen
class Shop:
    """The open database, and the flow that runs on it."""

    engine: Engine
    repository: SqlRepository
    flow: OrderFlow


def open_shop(database: Path) -> Shop:
    """Open the database, or create it."""
    engine = open_database(database, create=True)
    # Nobody reads an outbox here: "Tell the sellers" in the docs shows how to send mails.
    repository = SqlRepository(engine, outbox=False)
    policy = SqlDefaultPolicy(engine).get()
    flow = OrderFlow(repository, default_policy=policy, catalogue=CATALOGUE)
    flow.recover()  # in case the last process ended within a long queue
    return Shop(engine, repository, flow)


def shop_of(request: Request) -> Shop:
    """Return the shop that the app has opened."""
    shop: Shop = request.app.state.shop
    return shop


OpenShop = Annotated[Shop, Depends(shop_of)]

STOCK = {"MUG": 6, "CUP": 12, "PLATE": 4, "BOWL": 3, "JUG": 5, "TEAPOT": 0}
ORDERS = {
    "1001": {"MUG": 2},
    "1002": {"TEAPOT": 1, "CUP": 2},
    "1003": {"CUP": 2, "BOWL": 4},
    "1004": {"MUG": 6, "CUP": 1},
    "1005": {"BEAKER": 2},
    "1006": {"PLATE": 6},
    "1007": {"MUG": 2},
}


def open_pottery(seller: Seller, warehouse_id: str) -> None:
    """Give a new seller some stock, a few orders, and a delivery that is announced."""
    now = datetime.now(UTC)
    for sku, units in STOCK.items():
        key = StockKey(seller.seller_id, warehouse_id, sku)
        seller.count(key, units, at=now - timedelta(days=3))
    for number, (order_id, products) in enumerate(ORDERS.items()):
        lines = [OrderLine(str(n), *product) for n, product in enumerate(products.items(), 1)]
        order = Order(
            order_id=order_id,
            seller_id=seller.seller_id,
            warehouse_id=warehouse_id,
            lines=tuple(lines),
            placed_at=now - timedelta(days=2) + timedelta(hours=number),
            courier="Royal Mail",
            customer_reference=f"PO-{order_id}",
        )
        seller.place(order, at=order.placed_at)
    mugs = StockKey(seller.seller_id, warehouse_id, "MUG")
    seller.announce(ExpectedReceipt("ASN-1", mugs, 3, now + timedelta(days=2)), at=now)
