"""A portal with two sellers: each has the pottery, and an order and a product of its own."""

from __future__ import annotations

import shutil
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest
from attrs import frozen
from fastapi import FastAPI
from portal.accounts import ACCOUNTS
from portal.shop import open_pottery, open_shop

from orderflow import Order, OrderLine, Seller, StockKey
from orderflow.checking import check
from tests.portal.server import PLAIN, served
from tests.portal.visitor import Visitor

if TYPE_CHECKING:
    from collections.abc import Iterator

SELLERS = ("acme", "shop")


def own_order(user: str) -> str:
    """Return the id of the order that only this seller has."""
    return f"{user}-ORDER"


def own_sku(user: str) -> str:
    """Return the product that only this seller has."""
    return f"{user}-PRODUCT".upper()


@frozen
class Portal:
    """A portal that is served, and its address."""

    app: FastAPI
    address: str
    database: Path
    clients: ExitStack

    def visitor(self) -> Visitor:
        client = httpx.Client(base_url=self.address, follow_redirects=True, verify=PLAIN)
        return Visitor(self.clients.enter_context(client))

    def signed_in(self, user: str) -> Visitor:
        visitor = self.visitor()
        visitor.sign_in(user)
        return visitor

    def seller(self, user: str) -> Seller:
        seller: Seller = self.app.state.shop.flow.seller(str(ACCOUNTS[user].seller_id))
        return seller

    def written(self) -> dict[str, int]:
        """Return how many events each seller has: what changes if anything does."""
        return {user: len(self.seller(user).events()) for user in SELLERS}


@pytest.fixture(name="filled", scope="session")
def _filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Fill a database once, to be copied."""
    database = tmp_path_factory.mktemp("portal") / "filled.db"
    shop = open_shop(database)
    for user in SELLERS:
        account = ACCOUNTS[user]
        seller = shop.flow.seller(str(account.seller_id))
        open_pottery(seller, account.warehouse_id)
        seller.book_in(StockKey(seller.seller_id, account.warehouse_id, own_sku(user)), 1)
        order = Order(
            order_id=own_order(user),
            seller_id=seller.seller_id,
            warehouse_id=account.warehouse_id,
            lines=(OrderLine("1", own_sku(user), 2),),
            placed_at=datetime.now(UTC),
        )
        seller.place(order)
    shop.engine.dispose()
    return database


@pytest.fixture(name="portal")
def _portal(filled: Path, tmp_path: Path) -> Iterator[Portal]:
    """Serve a copy, and check afterwards that everything holds that always has to."""
    database = tmp_path / "portal.db"
    shutil.copy(filled, database)
    with served(database) as (app, address), ExitStack() as clients:
        yield Portal(app, address, database, clients)
        if database.exists():
            assert check(app.state.shop.repository).violations == ()
