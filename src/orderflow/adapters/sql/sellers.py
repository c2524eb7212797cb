"""The sellers that a listing over all sellers has to read, a page at a time.

Each seller is read in a transaction of its own. So a listing of the first few rows asks here which
sellers have any row, instead of reading all sellers. A statement jumps through the index from one
seller to the next, looks once into the index of each, and ends when the page is full.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from orderflow.adapters.sql.statements import each_value

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Table
    from sqlalchemy.sql import Executable

    from orderflow.adapters.sql.executor import Executor
    from orderflow.adapters.sql.tables import Tables
    from orderflow.domain.model.status import Status

    Part = tuple[Table, dict[str, str], tuple[str, ...]]

__all__ = ["page_of_sellers", "sellers_with_orders", "sellers_with_receipts"]

_FIRST = ""
"""A text before every seller id."""


def sellers_with_orders(
    executor: Executor,
    *,
    tables: Tables,
    status: Status | None,
    sku: str | None,
    after: str | None,
    limit: int,
) -> Sequence[str]:
    """Return the ids of sellers with such orders: see `SqlRepository.sellers_with_orders`."""
    parts: list[Part] = []
    if status is not None:
        parts.append((tables.orders, {"status": status.value}, ("placed_at", "order_id")))
    if sku is not None:
        parts.append((tables.lines, {"sku": sku}, ("order_id",)))
    return _page(executor, tables.orders, parts, after, limit)


def sellers_with_receipts(
    executor: Executor, *, tables: Tables, after: str | None, limit: int
) -> Sequence[str]:
    """Return the ids of sellers with expected receipts."""
    return _page(executor, tables.receipts, [], after, limit)


def _page(
    executor: Executor,
    table: Table,
    parts: Sequence[Part],
    after: str | None,
    limit: int,
) -> Sequence[str]:
    return [
        row[0] for row in executor.rows(page_of_sellers(table, parts, after or _FIRST, limit), {})
    ]


def page_of_sellers(table: Table, parts: Sequence[Part], after: str, limit: int) -> Executable:
    """Return a query for sellers with a row in a table, and with a row of each part.

    Args:
        table: The table.
        parts: Tables, the values of some columns, and the columns that follow them in an index.
        after: Find only sellers after this one.
        limit: Find at most this many.
    """
    seller_id = each_value(table.c.seller_id, table.c.seller_id > after).c.value
    page = select(seller_id).where(seller_id.is_not(None)).limit(limit)
    for each, values, order in parts:
        wanted = [each.c[name] == value for name, value in values.items()]
        row = select(each.c.seller_id).where(each.c.seller_id == seller_id, *wanted)
        # The first row in the order of an index. For EXISTS, PostgreSQL may read all sellers.
        row = row.order_by(*(each.c[name] for name in order)).limit(1)
        page = page.where(row.scalar_subquery().is_not(None))
    return page
