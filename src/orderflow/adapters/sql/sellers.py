"""The sellers that a listing over all sellers has to read, a page at a time.

Each seller is read in a transaction of its own. So a listing of the first few rows asks here which
sellers have any row, instead of reading all sellers. A statement jumps through the index from one
seller to the next, looks once into the index of each, and ends when the page is full.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, select

from orderflow.adapters.sql.statements import each_value

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Table
    from sqlalchemy.sql import Executable

    from orderflow.adapters.sql.executor import Executor
    from orderflow.adapters.sql.tables import Tables
    from orderflow.domain.model.status import Status

    Part = tuple[Table, str, tuple[str, ...]]

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
    values: dict[str, str] = {}
    if status is not None:
        parts.append((tables.orders, "status", ("placed_at", "order_id")))
        values["status"] = status.value
    if sku is not None:
        parts.append((tables.lines, "sku", ("order_id",)))
        values["sku"] = sku
    page = page_of_sellers(tables.orders, tuple(parts))
    return _sellers(executor, page, values, after, limit)


def sellers_with_receipts(
    executor: Executor, *, tables: Tables, after: str | None, limit: int
) -> Sequence[str]:
    """Return the ids of sellers with expected receipts."""
    return _sellers(executor, page_of_sellers(tables.receipts), {}, after, limit)


def _sellers(
    executor: Executor, page: Executable, values: dict[str, str], after: str | None, limit: int
) -> Sequence[str]:
    given = {"after": _FIRST if after is None else after, "limit": limit, **values}
    return [row[0] for row in executor.rows(page, given)]


@lru_cache(maxsize=64)
def page_of_sellers(table: Table, parts: tuple[Part, ...] = ()) -> Executable:
    """Return a query for sellers with a row in a table, and with a row of each part.

    Its parameters are `after`, the last seller of the previous page, `limit`, and the value of each
    part under the name of its column.

    Args:
        table: The table.
        parts: Tables, a column of each, and the columns that follow it in an index.
    """
    seller_id = each_value(table.c.seller_id, table.c.seller_id > bindparam("after")).c.value
    page = select(seller_id).where(seller_id.is_not(None)).limit(bindparam("limit"))
    for each, name, order in parts:
        wanted = each.c[name] == bindparam(name)
        row = select(each.c.seller_id).where(each.c.seller_id == seller_id, wanted)
        # The first row in the order of an index. For EXISTS, PostgreSQL may read all sellers.
        row = row.order_by(*(each.c[column] for column in order)).limit(1)
        page = page.where(row.scalar_subquery().is_not(None))
    return page
