"""Settings in the database: one for each seller who has one of their own, and the usual one."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, Generic, Self, TypeVar

from sqlalchemy import Connection, Engine, bindparam, delete, select
from sqlalchemy.dialects.postgresql import insert

from orderflow.adapters.sql.executor import CoreExecutor
from orderflow.adapters.sql.tables import Tables
from orderflow.adapters.sql.transactions import HostTransaction, OwnTransactions
from orderflow.codec import dumps, loads
from orderflow.domain.model import validators
from orderflow.errors import CodecError, StorageError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Column, Table

    from orderflow.adapters.sql.executor import Executor, Row
    from orderflow.adapters.sql.transactions import Transactions

T = TypeVar("T")

__all__ = ["PerSeller"]

_USUAL = ""
"""Whose the usual one is: no seller has this id, for it has at least one character."""


class PerSeller(Generic[T]):
    """One value for each seller who has one of their own, and the usual one for all others.

    Args:
        engine: An engine of SQLAlchemy, for SQLite or PostgreSQL; or what stands for one.
        tables: The tables; those with the names that orderflow gives them, if left out.
    """

    # What a class of this kind says.
    _kind: type[T]
    _noun: str
    _table: str

    def __init__(self, engine: Engine | Transactions, *, tables: Tables | None = None) -> None:
        self._transactions: Transactions = (
            OwnTransactions(engine) if isinstance(engine, Engine) else engine
        )
        tables = tables if tables is not None else Tables.default()
        self._statements = _statements_of(getattr(tables, self._table))

    @classmethod
    def within(cls, connection: Connection | Executor, *, tables: Tables | None = None) -> Self:
        """Make one that works in the transaction of the host's.

        Args:
            connection: An open connection of SQLAlchemy, or an executor on any other.
            tables: As above.

        Raises:
            StorageError: If the isolation of its transaction does not fit.
        """
        executor = CoreExecutor(connection) if isinstance(connection, Connection) else connection
        return cls(HostTransaction(executor), tables=tables)

    @property
    def is_said(self) -> bool:
        """Whether a usual one is kept, be it the same as there is without any."""
        usual = {"sellers": [_USUAL]}
        return bool(
            self._transactions.read(lambda executor: executor.rows(self._statements.of, usual))
        )

    def usual(self) -> T:
        """Return that of every seller who has none of their own.

        Raises:
            StorageError: If what is kept cannot be used.
        """
        return self.of(_USUAL)

    def of(self, seller_id: str) -> T:
        """Return that of a seller: their own, or the usual one.

        Raises:
            StorageError: If what is kept cannot be used.
        """
        rows = self._transactions.read(
            lambda executor: executor.rows(self._statements.of, {"sellers": [_USUAL, seller_id]})
        )
        return self._read(rows[-1]) if rows else self._kind()

    def all(self) -> Mapping[str, T]:
        """Return those of sellers who have one of their own, by seller id.

        Raises:
            StorageError: If what is kept cannot be used.
        """
        rows = self._transactions.read(
            lambda executor: executor.rows(self._statements.all, {"usual": _USUAL})
        )
        return {row[0]: self._read(row) for row in rows}

    def set(self, value: T | None, seller_id: str | None = None) -> None:
        """Keep one in place of what was kept before.

        Args:
            value: What to keep. `None` takes away what is kept: a seller has the usual one again,
                and the usual one is that without any settings.
            seller_id: Whose; the usual one, if left out.

        Raises:
            InvalidValueError: If a seller cannot have this id.
        """
        validators.require(
            ok=seller_id is None or validators.is_identifier(seller_id),
            field=f"{type(self).__name__}.seller_id",
            demand=f"{validators.IDENTIFIER_DEMAND}, or None for the usual {self._noun}",
            value=seller_id,
        )
        row = {"seller_id": _USUAL if seller_id is None else seller_id}

        def task(executor: Executor) -> None:
            if value is None:
                executor.run(self._statements.remove, [row])
            else:
                executor.run(self._statements.keep, [row | {"value": dumps(value)}])

        self._transactions.write(task)

    def _read(self, row: Row) -> T:
        seller_id, text = row
        try:
            value: T = loads(text, self._kind)
        except CodecError as error:
            whose = (
                f"usual {self._noun}" if seller_id == _USUAL else f"{self._noun} of {seller_id!r}"
            )
            raise StorageError(
                f"the {whose} in the database cannot be used: {error}; set another one in its place"
            ) from error
        return value


@lru_cache(maxsize=64)
def _statements_of(table: Table) -> _Statements:
    return _Statements(table)


class _Statements:
    """What is read and written, as statements of SQLAlchemy Core."""

    def __init__(self, table: Table) -> None:
        seller: Column[Any] = table.c.seller_id
        kept = select(seller, table.c.value).order_by(seller)
        self.all = kept.where(seller != bindparam("usual"))
        # The usual one comes first, for its seller is less than any.
        self.of = kept.where(seller.in_(bindparam("sellers", expanding=True)))
        # SQLite knows the same words.
        keep = insert(table).values(seller_id=bindparam("seller_id"), value=bindparam("value"))
        self.keep = keep.on_conflict_do_update(
            index_elements=[seller], set_={"value": keep.excluded.value}
        )
        self.remove = delete(table).where(seller == bindparam("seller_id"))
