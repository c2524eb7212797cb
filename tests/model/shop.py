"""What the random commands are about: the products and the warehouses of one seller."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from orderflow import StockKey

if TYPE_CHECKING:
    from random import Random

START = datetime(2026, 3, 2, tzinfo=UTC)
SKUS = ("A", "A", "A", "B", "B", "C")
UNKNOWN_SKU = "X"
SETS = (None, None, None, None, "set", "other")
WAREHOUSES = ("leeds", "leeds", "leeds", "leeds", "leeds", "leeds", "york")
STOCKED = (*WAREHOUSES, "york", "hull")
# Some look like parcels of others: the id of a parcel must be free.
ORDER_IDS = ("a", "b", "b.1", "c", "d", "d.2", "e", "f", "g")
RECEIPT_IDS = ("1", "2", "3", "4")


def draw_key(random: Random) -> StockKey:
    return StockKey("acme", random.choice(STOCKED), random.choice(SKUS))
