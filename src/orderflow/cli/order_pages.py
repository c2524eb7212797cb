"""All orders of a seller, read one page at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from orderflow.domain.model.order import Order
    from orderflow.domain.model.status import Status
    from orderflow.service import Seller

__all__ = ["PAGE", "orders_in_pages"]

PAGE = 200
"""How many orders or sellers are read at a time."""


def orders_in_pages(
    seller: Seller, status: Status | None = None, sku: str | None = None
) -> Iterator[Order]:
    """Yield orders, reading one page at a time."""
    last: Order | None = None
    while page := seller.orders(status, sku=sku, after=last, limit=PAGE):
        yield from page
        last = page[-1]
