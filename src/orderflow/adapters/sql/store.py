"""The base of all stores in a database: their transactions and tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from sqlalchemy import Engine

from orderflow.adapters.sql.tables import Tables
from orderflow.adapters.sql.transactions import HostTransaction, OwnTransactions
from orderflow.domain.model.arguments import require_methods

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from orderflow.adapters.sql.executor import Executor
    from orderflow.adapters.sql.transactions import Transactions

__all__ = ["SqlStore"]

_ENGINE_DEMAND = "a SQLAlchemy engine, or an object with the methods of Transactions"


class SqlStore:
    """Works on tables, in transactions of its own or in one of the host's.

    Args:
        engine: A SQLAlchemy engine for SQLite or PostgreSQL, or an object with the methods of
            `Transactions`.
        tables: The tables. Default: those with orderflow's own names.

    Raises:
        InvalidValueError: If this is no engine.
    """

    def __init__(self, engine: Engine | Transactions, *, tables: Tables | None = None) -> None:
        if isinstance(engine, Engine):
            self._transactions: Transactions = OwnTransactions(engine)
        else:
            field = f"{type(self).__name__}.engine"
            require_methods(field, engine, "read", "write", demand=_ENGINE_DEMAND)
            self._transactions = engine
        self._tables = tables if tables is not None else Tables.default()

    @classmethod
    def within(cls, connection: Connection | Executor, *, tables: Tables | None = None) -> Self:
        """Return one that works in the host's transaction.

        Other connections see its changes once the host has committed.

        Args:
            connection: An open SQLAlchemy connection, or an executor on a connection of any
                other library.
            tables: The tables. Default: those with orderflow's own names.

        Raises:
            StorageError: If the transaction's isolation level is not supported.
        """
        return cls(HostTransaction(connection), tables=tables)

    @property
    def tables(self) -> Tables:
        """The tables it works on."""
        return self._tables

    @property
    def transactions(self) -> Transactions:
        """What runs its transactions."""
        return self._transactions
