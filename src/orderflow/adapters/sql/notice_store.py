"""The notebook in the database: what was told last, for all processes that tell."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Engine, bindparam, delete, select, update
from sqlalchemy.dialects.postgresql import insert

from orderflow.adapters.sql.executor import CoreExecutor
from orderflow.adapters.sql.tables import Tables
from orderflow.adapters.sql.transactions import HostTransaction, OwnTransactions

if TYPE_CHECKING:
    from orderflow.adapters.sql.executor import Executor
    from orderflow.adapters.sql.transactions import Transactions

__all__ = ["SqlNoticeStore"]


class SqlNoticeStore:
    """Short notes in the database: an `orderflow.ports.NoticeStore`.

    Args:
        engine: An engine of SQLAlchemy, for SQLite or PostgreSQL; or what stands for one.
        tables: The tables; those with the names that orderflow gives them, if left out.
    """

    def __init__(self, engine: Engine | Transactions, *, tables: Tables | None = None) -> None:
        self._transactions: Transactions = (
            OwnTransactions(engine) if isinstance(engine, Engine) else engine
        )
        self._statements = _statements_of(tables if tables is not None else Tables.default())

    @classmethod
    def within(
        cls, connection: Connection | Executor, *, tables: Tables | None = None
    ) -> SqlNoticeStore:
        """Make a notebook that works in the transaction of the host's.

        What is noted is seen by others once the host has committed.

        Args:
            connection: An open connection of SQLAlchemy, or an executor on any other.
            tables: As above.

        Raises:
            StorageError: If the isolation of its transaction does not fit.
        """
        executor = CoreExecutor(connection) if isinstance(connection, Connection) else connection
        return cls(HostTransaction(executor), tables=tables)

    def note(self, seller_id: str, key: str) -> str | None:
        """Return what was noted of a seller under a key."""
        place = {"of_seller": seller_id, "of_key": key}
        rows = self._transactions.read(lambda executor: executor.rows(self._statements.note, place))
        return rows[0][0] if rows else None

    def write(self, seller_id: str, key: str, text: str | None) -> None:
        """Note a text under a key in place of what was there, or nothing more."""

        def task(executor: Executor) -> None:
            if text is None:
                executor.run(self._statements.remove, [{"of_seller": seller_id, "of_key": key}])
            else:
                row = {"seller_id": seller_id, "notice_key": key, "text": text}
                executor.run(self._statements.write, [row])

        self._transactions.write(task)

    def exchange(self, seller_id: str, key: str, old: str | None, new: str) -> bool:
        """Note a text in place of the one that was read, unless another one is there by now."""

        def task(executor: Executor) -> bool:
            if old is None:
                row = {"seller_id": seller_id, "notice_key": key, "text": new}
                return bool(executor.rows(self._statements.begin, row))
            change = {"of_seller": seller_id, "of_key": key, "of_text": old, "text": new}
            return bool(executor.rows(self._statements.exchange, change))

        return self._transactions.write(task)


@lru_cache(maxsize=64)
def _statements_of(tables: Tables) -> _Statements:
    return _Statements(tables)


class _Statements:
    """What is read and written, as statements of SQLAlchemy Core."""

    def __init__(self, tables: Tables) -> None:
        notes = tables.notes
        columns = notes.c
        place = (
            columns.seller_id == bindparam("of_seller"),
            columns.notice_key == bindparam("of_key"),
        )
        self.note = select(columns.text).where(*place)
        # SQLite knows the same words.
        write = insert(notes).values(
            {column.name: bindparam(column.name, type_=column.type) for column in columns}
        )
        self.write = write.on_conflict_do_update(
            index_elements=[columns.seller_id, columns.notice_key],
            set_={"text": write.excluded.text},
        )
        self.begin = write.on_conflict_do_nothing().returning(columns.text)
        self.exchange = (
            update(notes)
            .where(*place, columns.text == bindparam("of_text"))
            .values(text=bindparam("text"))
            .returning(columns.text)
        )
        self.remove = delete(notes).where(*place)
