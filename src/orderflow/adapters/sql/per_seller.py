"""Settings in the database: a default value, and values of single sellers."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from sqlalchemy import bindparam, delete, select
from sqlalchemy.dialects.postgresql import insert

from orderflow.adapters.sql.arrays import IsOneOf
from orderflow.adapters.sql.store import SqlStore
from orderflow.codec import dumps, loads
from orderflow.domain.model import validators
from orderflow.errors import CodecError, UnreadableError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Column, Engine, Table

    from orderflow.adapters.sql.executor import Executor
    from orderflow.adapters.sql.prepared import Row
    from orderflow.adapters.sql.tables import Tables
    from orderflow.adapters.sql.transactions import Transactions

T = TypeVar("T")

__all__ = ["PerSeller"]

_DEFAULT = ""
"""The seller id of the default value. No seller has it, since ids have at least one character."""


class PerSeller(SqlStore, Generic[T]):
    """A default value, and values of single sellers that replace it.

    Args:
        engine: A SQLAlchemy engine for SQLite or PostgreSQL, or an object with the methods of
            `Transactions`.
        tables: The tables. Default: those with orderflow's own names.
    """

    # Set by each subclass.
    _kind: type[T]
    _noun: str
    _table: str

    def __init__(self, engine: Engine | Transactions, *, tables: Tables | None = None) -> None:
        super().__init__(engine, tables=tables)
        self._statements = _statements_of(getattr(self._tables, self._table))

    @property
    def has_default(self) -> bool:
        """Whether a default value is stored."""
        default = {"sellers": [_DEFAULT]}
        return bool(
            self._transactions.read(lambda executor: executor.rows(self._statements.of, default))
        )

    def default(self) -> T:
        """Return the value of every seller who has none of their own.

        Raises:
            UnreadableError: If the stored value is not valid.
        """
        return self.of(_DEFAULT)

    def of(self, seller_id: str) -> T:
        """Return the value of a seller: their own, or the default.

        Raises:
            UnreadableError: If the stored value is not valid.
        """
        rows = self._transactions.read(
            lambda executor: executor.rows(self._statements.of, {"sellers": [_DEFAULT, seller_id]})
        )
        return self._read(rows[-1]) if rows else self._kind()

    def all(self) -> Mapping[str, T]:
        """Return the values of single sellers, by seller id.

        Raises:
            UnreadableError: If a stored value is not valid.
        """
        rows = self._transactions.read(
            lambda executor: executor.rows(self._statements.all, {"default": _DEFAULT})
        )
        return {row[0]: self._read(row) for row in rows}

    def set(self, value: T | None, seller_id: str | None = None) -> None:
        """Store a value.

        Args:
            value: The value. `None` removes the stored one: a seller gets the default again, and
                the default becomes the one without any settings.
            seller_id: The seller. If omitted, the default is set.

        Raises:
            InvalidValueError: If the seller id is not valid.
        """
        validators.require(
            ok=seller_id is None or validators.is_identifier(seller_id),
            field=f"{type(self).__name__}.seller_id",
            demand=f"{validators.IDENTIFIER_DEMAND}, or None for the default {self._noun}",
            value=seller_id,
        )
        row = {"seller_id": _DEFAULT if seller_id is None else seller_id}

        def task(executor: Executor) -> None:
            if value is None:
                executor.run(self._statements.remove, [row])
            else:
                executor.run(self._statements.put, [row | {"value": dumps(value)}])

        self._transactions.write(task)

    def _read(self, row: Row) -> T:
        seller_id, text = row
        try:
            value: T = loads(text, self._kind)
        except CodecError as error:
            whose = (
                f"default {self._noun}"
                if seller_id == _DEFAULT
                else f"{self._noun} of {seller_id!r}"
            )
            raise UnreadableError(
                f"the {whose} in the database is not valid: {error}; upgrade this "
                f"process if a later release stored it; otherwise set another one in its place"
            ) from error
        return value


class _Statements:
    """All statements on one table, in SQLAlchemy Core."""

    def __init__(self, table: Table) -> None:
        seller: Column[Any] = table.c.seller_id
        stored = select(seller, table.c.value).order_by(seller)
        self.all = stored.where(seller != bindparam("default"))
        # The default comes first, since its seller id sorts before all others.
        self.of = stored.where(IsOneOf(seller, "sellers"))
        # SQLite has the same ON CONFLICT clause as PostgreSQL.
        put = insert(table).values(seller_id=bindparam("seller_id"), value=bindparam("value"))
        self.put = put.on_conflict_do_update(
            index_elements=[seller], set_={"value": put.excluded.value}
        )
        self.remove = delete(table).where(seller == bindparam("seller_id"))


_statements_of = lru_cache(maxsize=64)(_Statements)
