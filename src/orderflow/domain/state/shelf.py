"""The stock of a draft, as plain numbers: a record is built once, at the end, if it changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from orderflow.domain.model.stock import Stock, StockKey

if TYPE_CHECKING:
    from collections.abc import Iterable

    from orderflow.domain.state.fold import StockMove
    from orderflow.domain.state.view import View

__all__ = ["Shelf", "Shelves"]


class Shelf(dict[str, int]):
    """The available units of one warehouse by SKU, read when first needed.

    A product without a stock record has none available.
    """

    def __init__(self, view: View, warehouse_id: str) -> None:
        self._view = view
        self._warehouse_id = warehouse_id
        self._records: dict[str, Stock] = {}
        self._booked: dict[str, int] = {}
        self._made: set[str] = set()

    def load(self, skus: Iterable[str]) -> None:
        """Read the products that were not read yet, all at once."""
        missing = dict.fromkeys([sku for sku in skus if sku not in self], 0)
        if missing:
            self.update(missing)
            for stock in self._view.stock(self._warehouse_id, missing):
                sku = stock.key.sku
                self._records[sku] = stock
                self[sku] = stock.on_hand - stock.allocated

    def __missing__(self, sku: str) -> int:
        self.load((sku,))
        return self[sku]

    def on_hand(self, sku: str) -> int:
        """Return the units on hand."""
        self.load((sku,))
        record = self._records.get(sku)
        return (record.on_hand if record else 0) + self._booked.get(sku, 0)

    def move(self, moves: list[StockMove]) -> None:
        """Change the units of some products, and make records for new ones."""
        self.load([sku for sku, _, _ in moves])
        for sku, on_hand, allocated in moves:
            if sku not in self._records:
                self._records[sku] = Stock(StockKey(self._view.seller_id, self._warehouse_id, sku))
                self._made.add(sku)
            self[sku] += on_hand - allocated
            if on_hand:
                self._booked[sku] = self._booked.get(sku, 0) + on_hand

    def changed(self) -> list[Stock]:
        """Build the records that are new or changed, by their SKUs.

        In the order of the view, they would depend on it.
        """
        changed = []
        booked, made = self._booked, self._made
        for sku, record in sorted(self._records.items()):
            on_hand = record.on_hand + booked.get(sku, 0)
            allocated = on_hand - self[sku]
            if allocated != record.allocated or on_hand != record.on_hand or sku in made:
                changed.append(Stock(record.key, on_hand, allocated))
        return changed


class Shelves(dict[str, Shelf]):
    """The shelf of each warehouse, made when first needed."""

    def __init__(self, view: View) -> None:
        self._view = view

    def __missing__(self, warehouse_id: str) -> Shelf:
        shelf = self[warehouse_id] = Shelf(self._view, warehouse_id)
        return shelf
