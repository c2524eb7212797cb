"""A shop with `stateset-embedded`: `orders.create` reserves what is there, and notes back orders.

Python cannot set how durable its file is. It is in WAL mode, and a commit does not flush: `strace
-f -e trace=fsync,fdatasync` shows none while orders are placed.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from stateset_embedded import Commerce, CreateOrderItemInput

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from benchmarks.peers.peer import Storage
    from benchmarks.workloads import Backlog

__all__ = ["Shop"]


class Shop:
    """A shop with `stateset-embedded`."""

    def __init__(self, backlog: Backlog, storage: Storage, folder: Path) -> None:
        if storage == "full":
            raise ValueError("stateset-embedded cannot wait for the disk")
        self._backlog = backlog
        path = ":memory:" if storage == "memory" else str(folder / "shop.db")
        self._commerce = Commerce(path)
        for stock in backlog.stock:
            self._commerce.inventory.create_item(
                sku=stock.key.sku, name=stock.key.sku, initial_quantity=stock.on_hand
            )

    def placing(self) -> Sequence[Callable[[], object]]:
        """Return what places each order."""
        customer = self._commerce.customers.create(
            email="buyer@example.com", first_name="A", last_name="Buyer"
        )
        return [
            partial(
                self._commerce.orders.create,
                customer.id,
                [
                    CreateOrderItemInput(
                        sku=line.sku, name=line.sku, quantity=line.quantity, unit_price=1.0
                    )
                    for line in order.lines
                ],
            )
            for order in self._backlog.orders
        ]

    def reserved(self) -> Mapping[str, int]:
        """Return how many units of each SKU are reserved."""
        inventory = self._commerce.inventory
        return {
            stock.key.sku: int(inventory.get_stock(stock.key.sku).total_allocated)
            for stock in self._backlog.stock
        }

    def close(self) -> None:
        """Close the database, which goes with the object."""
        del self._commerce
