"""The rows of several sellers, read in pages: what an audit reads them from."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, select

from orderflow.adapters.sql.statements import is_after

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Any

    from sqlalchemy import Table
    from sqlalchemy.sql import Executable

    from orderflow.adapters.sql.executor import Executor

    Values = dict[str, Any]

__all__ = ["AuditedRows"]

ROWS_AT_ONCE = 500


class AuditedRows:
    """The rows of some sellers in each table.

    A seller often has few rows, so a statement for each seller and table would cost most of the
    time. A statement reads the rows of all these sellers, in order. So the sellers must be read in
    the same order.

    Args:
        executor: The connection.
        seller_ids: The sellers, in order, without another one between them.
    """

    def __init__(self, executor: Executor, seller_ids: Sequence[str]) -> None:
        self._executor = executor
        self._first, self._last = seller_ids[0], seller_ids[-1]
        self._places = {seller_id: place for place, seller_id in enumerate(seller_ids)}
        self._rows: dict[str, Iterator[Values]] = {}
        self._next: dict[str, Values | None] = {}

    def of(self, seller_id: str, table: Table) -> Iterator[Values]:
        """Yield the rows of a seller in a table, sorted by key."""
        name, place = table.name, self._places[seller_id]
        if name not in self._rows:
            self._rows[name] = self._all_of(table)
            self._next[name] = next(self._rows[name], None)
        while (row := self._next[name]) is not None:
            if self._places[row["seller_id"]] > place:
                return
            self._next[name] = next(self._rows[name], None)
            if row["seller_id"] == seller_id:
                yield row

    def _all_of(self, table: Table) -> Iterator[Values]:
        """Yield the rows of all these sellers in a table, sorted by seller and key."""
        first, next_ = _pages_of(table)
        names = [column.name for column in table.columns]
        parameters = {"first": self._first, "last": self._last}
        page = self._executor.rows(first, parameters)
        while True:
            rows = [dict(zip(names, row, strict=True)) for row in page]
            yield from (row for row in rows if row["seller_id"] in self._places)
            if len(rows) < ROWS_AT_ONCE:
                return
            behind = {f"after_{c.name}": rows[-1][c.name] for c in table.primary_key}
            page = self._executor.rows(next_, parameters | behind)


@lru_cache(maxsize=64)
def _pages_of(table: Table) -> tuple[Executable, Executable]:
    """Return queries for the first page of some sellers' rows, and for a page after a row."""
    key, seller_id = list(table.primary_key), table.c.seller_id
    first = (
        select(table)
        .where(seller_id >= bindparam("first"), seller_id <= bindparam("last"))
        .order_by(*key)
        .limit(ROWS_AT_ONCE)
    )
    return first, first.where(is_after(*key))
