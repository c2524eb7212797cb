"""Statements where they reach the driver's cursor, so that nobody listens to SQLAlchemy."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING, Any

import psycopg
from sqlalchemy import event

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Engine

    Before = Callable[[Any, str], str | None]
    """Does something before a statement on a connection of the driver.

    It returns another statement to carry out instead if it likes.
    """

__all__ = ["at_cursors"]

_OF_TRANSACTIONS = ("BEGIN", "COMMIT", "ROLLBACK")


def at_cursors(engine: Engine, before: Before) -> None:
    """Do something before each statement of orderflow, and each BEGIN, COMMIT and ROLLBACK."""
    of_driver = _of_sqlite if engine.dialect.name == "sqlite" else _of_postgres

    def before_own(connection: Any, text: str) -> str | None:  # noqa: ANN401 - the driver's
        is_own = "orderflow_" in text or text.startswith(_OF_TRANSACTIONS)
        return before(connection, text) if is_own else None  # others connect

    def connect(_dialect: object, _record: object, _given: object, named: dict[str, Any]) -> None:
        named.update(of_driver(before_own))

    event.listen(engine, "do_connect", connect)
    engine.dispose()  # what is connected already has other cursors


def _of_postgres(before: Before) -> dict[str, Any]:
    class Cursor(psycopg.Cursor[Any]):
        def execute(self, query: Any, params: Any = None, **options: Any) -> Any:  # noqa: ANN401
            other = before(self.connection, query)
            if other is not None:
                query, params = other, None
            return super().execute(query, params, **options)

        def executemany(self, query: Any, params_seq: Any, **options: Any) -> Any:  # noqa: ANN401
            other = before(self.connection, query)
            if other is not None:
                query, params_seq = other, [()]
            return super().executemany(query, params_seq, **options)

    return {"cursor_factory": Cursor}


def _of_sqlite(before: Before) -> dict[str, Any]:
    class Cursor(sqlite3.Cursor):
        def execute(self, sql: str, *given: Any) -> Any:  # noqa: ANN401 - the driver's
            other = before(self.connection, sql)
            return super().execute(sql, *given) if other is None else super().execute(other)

        def executemany(self, sql: str, rows: Any) -> Any:  # noqa: ANN401 - the driver's
            other = before(self.connection, sql)
            if other is not None:
                return super().execute(other)
            return super().executemany(sql, rows)

    class Connection(sqlite3.Connection):
        def cursor(self, factory: Any = Cursor) -> Any:  # noqa: ANN401 - the driver's
            return super().cursor(factory)

        def commit(self) -> None:
            before(self, "COMMIT")
            super().commit()

    return {"factory": Connection}
