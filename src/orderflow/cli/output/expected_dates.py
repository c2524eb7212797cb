"""When orders and products on back order are expected, for listings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from orderflow.cli.output.listing import Column, moment_cell
from orderflow.domain.model.status import Status
from orderflow.domain.queries.expected_cover import (
    expected_cover,
    first_overdue_since,
    last_expected_at,
)

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from orderflow.cli.connection import Database
    from orderflow.domain.model.order import Order
    from orderflow.domain.model.stock import ExpectedReceipt

__all__ = ["EXPECTED_COLUMN", "order_cover", "product_cover"]


def _write(cover: dict[str, str | None]) -> str:
    if cover["overdue_since"] is not None:
        return f"overdue since {moment_cell(cover['overdue_since'])}"
    return moment_cell(cover["expected_at"]) if cover["expected_at"] is not None else ""


EXPECTED_COLUMN = Column("cover", "expected", _write, has_times=True)


def order_cover(database: Database, order: Order, at: datetime) -> dict[str, Any]:
    """Return when an order on back order is expected to be covered, or since when it is overdue."""
    if order.status is not Status.ON_BACK_ORDER:
        return _cover(None, None)
    policy = database.flow.default_policy
    covers = database.repository.read(
        order.seller_id, lambda reading: expected_cover(order, reading, at, policy)
    )
    return _cover(last_expected_at(covers), first_overdue_since(covers))


def product_cover(receipts: Iterable[ExpectedReceipt], at: datetime) -> dict[str, Any]:
    """Return when the next of a product's receipts is expected, or since when one is overdue."""
    dates = [(each.expected_at, each.is_overdue(at)) for each in receipts]
    due = [date for date, is_overdue in dates if not is_overdue]
    overdue = [date for date, is_overdue in dates if is_overdue]
    return _cover(min(due, default=None), min(overdue, default=None))


def _cover(expected_at: datetime | None, overdue_since: datetime | None) -> dict[str, Any]:
    dates = {"expected_at": expected_at, "overdue_since": overdue_since}
    return {"cover": {name: date and date.isoformat() for name, date in dates.items()}}
