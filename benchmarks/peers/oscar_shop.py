"""A shop with `django-oscar`: its `OrderCreator` places a basket and allocates the stock records.

A file with the tables, the products and the baskets is made once, and copied for each shop.
"""

from __future__ import annotations

import tempfile
from decimal import Decimal
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import django
import oscar
import oscar.defaults
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from oscar.core.loading import get_class, get_model

from benchmarks.peers.peer import require_durability

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from benchmarks.peers.peer import Storage
    from benchmarks.workloads import Backlog

__all__ = ["Shop"]

_NO_SEARCH = "haystack.backends.simple_backend.SimpleEngine"
_SYNCHRONOUS = {"full": "FULL", "relaxed": "NORMAL"}


class Shop:
    """A shop with `django-oscar`."""

    def __init__(self, backlog: Backlog, storage: Storage, folder: Path) -> None:
        if storage == "memory":
            raise ValueError("django-oscar is measured with a file")
        made = _made(backlog)
        path = folder / "shop.db"
        path.write_bytes(made)
        _connect(path, storage)
        with connection.cursor() as cursor:
            modes = [
                cursor.execute(f"PRAGMA {name}").fetchone()[0]
                for name in ("journal_mode", "synchronous")
            ]
        require_durability(storage, *modes)

    def placing(self) -> Sequence[Callable[[], object]]:
        """Return what places each order."""
        create = get_class("order.utils", "OrderCreator")().place_order
        calculator = get_class("checkout.calculators", "OrderTotalCalculator")()
        strategy = get_class("partner.strategy", "Default")()
        method = get_class("shipping.methods", "Free")()
        placing = []
        for basket in get_model("basket", "Basket").objects.order_by("id"):
            basket.strategy = strategy
            charge = method.calculate(basket)
            total = calculator.calculate(basket, charge)
            placing.append(partial(create, basket, total, method, charge))
        return placing

    def reserved(self) -> Mapping[str, int]:
        """Return how many units of each SKU are reserved."""
        records = get_model("partner", "StockRecord").objects.all()
        return {each.partner_sku: each.num_allocated or 0 for each in records}

    def close(self) -> None:
        """Close the database."""
        connection.close()


@cache
def _made(backlog: Backlog) -> bytes:
    """Return a database with the products and baskets of a backlog."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "made.db"
        _set_up(path)
        call_command("migrate", verbosity=0)
        products = _make_products(backlog)
        _make_baskets(backlog, products)
        connection.close()
        return path.read_bytes()


def _set_up(path: Path) -> None:
    values = {name: getattr(oscar.defaults, name) for name in dir(oscar.defaults)}
    values |= {
        "INSTALLED_APPS": oscar.INSTALLED_APPS,
        "DATABASES": {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": str(path)}},
        "HAYSTACK_CONNECTIONS": {"default": {"ENGINE": _NO_SEARCH}},
        "HAYSTACK_SIGNAL_PROCESSOR": "haystack.signals.BaseSignalProcessor",  # no search index
        "SITE_ID": 1,
        "USE_TZ": True,
        "SECRET_KEY": "of a benchmark",
    }
    settings.configure(**{name: value for name, value in values.items() if name.isupper()})
    django.setup()


def _connect(path: Path, storage: Storage) -> None:
    """Go on with another file, as durable as that."""
    connection.close()
    connection.settings_dict["NAME"] = str(path)
    connection.settings_dict["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "init_command": f"PRAGMA journal_mode=WAL; PRAGMA synchronous={_SYNCHRONOUS[storage]}",
    }


def _make_products(backlog: Backlog) -> Mapping[str, Any]:
    kind = get_model("catalogue", "ProductClass").objects.create(name="Goods")
    partner = get_model("partner", "Partner").objects.create(name="Leeds")
    products = {}
    for stock in backlog.stock:
        sku = stock.key.sku
        product = get_model("catalogue", "Product").objects.create(
            product_class=kind, title=sku, upc=sku
        )
        product.stockrecords.create(
            partner=partner, partner_sku=sku, price=Decimal(1), num_in_stock=stock.on_hand
        )
        products[sku] = product
    return products


def _make_baskets(backlog: Backlog, products: Mapping[str, Any]) -> None:
    strategy = get_class("partner.strategy", "Default")()
    for order in backlog.orders:
        basket = get_model("basket", "Basket").objects.create()
        basket.strategy = strategy
        for line in order.lines:
            basket.add_product(products[line.sku], line.quantity)
