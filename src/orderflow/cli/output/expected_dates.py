"""When orders and products on back order are expected, for listings."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from orderflow.cli.output.listing import Column, day_cell, moment_cell
from orderflow.domain.allocation.expected_cover import (
    ExpectedCovers,
    first_overdue_since,
    last_expected_at,
)
from orderflow.domain.model.status import Status

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from orderflow.cli.connection import Database
    from orderflow.domain.allocation.expected_cover import ExpectedCover
    from orderflow.domain.model.order import Order
    from orderflow.domain.model.stock import ExpectedReceipt
    from orderflow.ports import Reading

__all__ = ["EXPECTED_COLUMN", "OVERDUE_COLUMN", "WAITING_COLUMN", "OrderCovers", "product_cover"]


def _write(cover: dict[str, str | None]) -> str:
    if cover["overdue_since"] is not None:
        return f"overdue since {moment_cell(cover['overdue_since'])}"
    return moment_cell(cover["expected_at"]) if cover["expected_at"] is not None else ""


EXPECTED_COLUMN = Column("cover", "expected", _write, has_times=True)
WAITING_COLUMN = Column("waiting_since", "waiting since", day_cell, has_times=True, if_any=True)
OVERDUE_COLUMN = Column(
    "overdue_since", "receipt overdue since", moment_cell, has_times=True, if_any=True
)


class OrderCovers:
    """When orders on back order are expected to be covered, or since when they are overdue."""

    def __init__(self, database: Database, at: datetime) -> None:
        self._database = database
        self._at = at
        self._covers: dict[str, ExpectedCovers] = {}
        self._overdue: dict[str, set[tuple[str, str]]] = {}

    def of(self, order: Order) -> dict[str, Any]:
        """Return the cover of an order. The queues of its products are read once for all orders."""
        covers = self._covers_of(order)
        return _cover(last_expected_at(covers), first_overdue_since(covers))

    def expected_at(self, order: Order) -> datetime | None:
        """Return when an order on back order is expected to be covered, if a date is known."""
        return last_expected_at(self._covers_of(order))

    def overdue_since(self, order: Order) -> str | None:
        """Return since when a receipt is overdue that an order on back order needs.

        The queues are read only if a receipt of one of its products is overdue.
        """
        if order.status is not Status.ON_BACK_ORDER:
            return None
        overdue = self._overdue_products(order.seller_id)
        if overdue.isdisjoint((order.warehouse_id, line.sku) for line in order.short_lines):
            return None
        since: str | None = self.of(order)["cover"]["overdue_since"]
        return since

    def _covers_of(self, order: Order) -> tuple[ExpectedCover, ...]:
        if order.status is not Status.ON_BACK_ORDER:
            return ()
        return self._database.repository.read(order.seller_id, partial(self._read, order))

    def _overdue_products(self, seller_id: str) -> set[tuple[str, str]]:
        if seller_id not in self._overdue:
            receipts = self._database.flow.seller(seller_id).receipts()
            self._overdue[seller_id] = {
                (each.key.warehouse_id, each.key.sku)
                for each in receipts
                if each.is_overdue(self._at)
            }
        return self._overdue[seller_id]

    def _read(self, order: Order, reading: Reading) -> tuple[ExpectedCover, ...]:
        known = self._covers.get(order.seller_id)
        if known is None:
            policy = reading.policy or self._database.flow.default_policy
            known = self._covers[order.seller_id] = ExpectedCovers(self._at, policy)
        return known.of(order, reading)


def product_cover(receipts: Iterable[ExpectedReceipt], at: datetime) -> dict[str, Any]:
    """Return when the next of a product's receipts is expected.

    If one is overdue, no date is known: return since when it is.
    """
    dates = [(each.expected_at, each.is_overdue(at)) for each in receipts]
    overdue = min((date for date, is_overdue in dates if is_overdue), default=None)
    due = min((date for date, _ in dates), default=None) if overdue is None else None
    return _cover(due, overdue)


def _cover(expected_at: datetime | None, overdue_since: datetime | None) -> dict[str, Any]:
    dates = {"expected_at": expected_at, "overdue_since": overdue_since}
    return {"cover": {name: date and date.isoformat() for name, date in dates.items()}}
