"""A shop with `eventsourcing`: products and orders are aggregates, saved together.

Products are cached, as its documentation shows, and brought up to date by an event query. Without
the cache, every order would read all earlier events of its products.
"""

from __future__ import annotations

from collections import Counter
from functools import partial
from typing import TYPE_CHECKING, Any
from uuid import NAMESPACE_URL, UUID, uuid5

from eventsourcing.application import Application
from eventsourcing.domain import Aggregate, event

from benchmarks.peers.peer import require_durability

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from benchmarks.peers.peer import Storage
    from benchmarks.workloads import Backlog
    from orderflow import Order

__all__ = ["Shop"]


class Product(Aggregate):  # type: ignore[misc] # the package may not be installed
    """The stock of a product."""

    @event("Counted")  # type: ignore[untyped-decorator] # as above
    def __init__(self, sku: str, on_hand: int) -> None:
        self.sku = sku
        self.on_hand = on_hand
        self.reserved = 0

    @staticmethod
    def create_id(sku: str) -> UUID:
        """Derive the id of an aggregate from its SKU."""
        return uuid5(NAMESPACE_URL, f"/products/{sku}")

    def reserve(self, order_id: str, units: int) -> None:
        """Reserve units for an order.

        Raises:
            ValueError: If there are not enough.
        """
        if units > self.on_hand - self.reserved:
            raise ValueError(f"order {order_id}: there are not {units} of {self.sku}")
        self._reserve(order_id, units)

    @event("Reserved")  # type: ignore[untyped-decorator] # as above
    def _reserve(self, order_id: str, units: int) -> None:  # noqa: ARG002 - the event keeps it
        self.reserved += units


class PlacedOrder(Aggregate):  # type: ignore[misc] # as above
    """An order."""

    @event("Placed")  # type: ignore[untyped-decorator] # as above
    def __init__(self, order_id: str, lines: list[list[object]]) -> None:
        self.order_id = order_id
        self.lines = lines


class _Orders(Application):  # type: ignore[misc] # as above
    """Places orders."""

    def place(self, order: Order) -> None:
        """Reserve all units of an order, and save it with them."""
        units = Counter[str]()
        for line in order.lines:
            units[line.sku] += line.quantity
        products = [self.repository.get(Product.create_id(sku)) for sku in units]
        for product in products:
            product.reserve(order.order_id, units[product.sku])
        lines = [[line.line_id, line.sku, line.quantity] for line in order.lines]
        self.save(*products, PlacedOrder(order.order_id, lines))


class Shop:
    """A shop with `eventsourcing`."""

    def __init__(self, backlog: Backlog, storage: Storage, folder: Path) -> None:
        self._backlog = backlog
        environment = {"AGGREGATE_CACHE_MAXSIZE": "10000"}
        if storage != "memory":
            environment |= {
                "PERSISTENCE_MODULE": "eventsourcing.sqlite",
                "SQLITE_DBNAME": str(folder / "shop.db"),
            }
        self._orders = _Orders(environment)
        if storage != "memory":
            require_durability(storage, self._mode("journal_mode"), self._mode("synchronous"))
        self._orders.save(*(Product(each.key.sku, each.on_hand) for each in backlog.stock))

    def _mode(self, name: str) -> Any:  # noqa: ANN401 - SQLite has texts and numbers
        with self._orders.factory.datastore.transaction(commit=False) as cursor:
            cursor.execute(f"PRAGMA {name}")
            return cursor.fetchone()[0]

    def placing(self) -> Sequence[Callable[[], object]]:
        """Return what places each order."""
        return [partial(self._orders.place, order) for order in self._backlog.orders]

    def reserved(self) -> Mapping[str, int]:
        """Return how many units of each SKU are reserved."""
        skus = (stock.key.sku for stock in self._backlog.stock)
        return {sku: self._orders.repository.get(Product.create_id(sku)).reserved for sku in skus}

    def close(self) -> None:
        """Close the database."""
        self._orders.close()
