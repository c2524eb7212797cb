"""The notice store in a database: every process that sends notices shares it."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, delete, select, update
from sqlalchemy.dialects.postgresql import insert

from orderflow.adapters.sql.store import SqlStore

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from orderflow.adapters.sql.executor import Executor
    from orderflow.adapters.sql.tables import Tables
    from orderflow.adapters.sql.transactions import Transactions

__all__ = ["SqlNoticeStore"]


class SqlNoticeStore(SqlStore):
    """Keeps short texts in the database: an `orderflow.ports.NoticeStore`.

    Args:
        engine: A SQLAlchemy engine for SQLite or PostgreSQL, or an object with the methods of
            `Transactions`.
        tables: The tables. Default: those with orderflow's own names.
    """

    def __init__(self, engine: Engine | Transactions, *, tables: Tables | None = None) -> None:
        super().__init__(engine, tables=tables)
        self._statements = _statements_of(self._tables)

    def get(self, seller_id: str, key: str) -> str | None:
        """Return a seller's text under a key, or `None` if there is none."""
        place = {"of_seller": seller_id, "of_key": key}
        rows = self._transactions.read(lambda executor: executor.rows(self._statements.get, place))
        return rows[0][0] if rows else None

    def put(self, seller_id: str, key: str, text: str | None) -> None:
        """Replace a seller's text under a key; `None` removes it."""

        def task(executor: Executor) -> None:
            if text is None:
                executor.run(self._statements.remove, [{"of_seller": seller_id, "of_key": key}])
            else:
                row = {"seller_id": seller_id, "notice_key": key, "text": text}
                executor.run(self._statements.put, [row])

        self._transactions.write(task)

    def compare_and_set(self, seller_id: str, key: str, old: str | None, new: str) -> bool:
        """Replace a seller's text under a key if it is still `old`; report whether it was."""

        def task(executor: Executor) -> bool:
            if old is None:
                row = {"seller_id": seller_id, "notice_key": key, "text": new}
                return bool(executor.rows(self._statements.add, row))
            change = {"of_seller": seller_id, "of_key": key, "of_text": old, "text": new}
            return bool(executor.rows(self._statements.replace, change))

        return self._transactions.write(task)


class _Statements:
    """All statements of the notice store, in SQLAlchemy Core."""

    def __init__(self, tables: Tables) -> None:
        table = tables.notice_store
        columns = table.c
        place = (
            columns.seller_id == bindparam("of_seller"),
            columns.notice_key == bindparam("of_key"),
        )
        self.get = select(columns.text).where(*place)
        # SQLite has the same ON CONFLICT clauses as PostgreSQL.
        put = insert(table).values(
            {column.name: bindparam(column.name, type_=column.type) for column in columns}
        )
        self.put = put.on_conflict_do_update(
            index_elements=[columns.seller_id, columns.notice_key],
            set_={"text": put.excluded.text},
        )
        self.add = put.on_conflict_do_nothing().returning(columns.text)
        self.replace = (
            update(table)
            .where(*place, columns.text == bindparam("of_text"))
            .values(text=bindparam("text"))
            .returning(columns.text)
        )
        self.remove = delete(table).where(*place)


_statements_of = lru_cache(maxsize=64)(_Statements)
