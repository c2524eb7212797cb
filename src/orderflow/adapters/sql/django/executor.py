"""Runs statements on Django's cursor, as part of Django's current transaction.

A second connection, or a SQLAlchemy engine around Django's raw connection, would not work. Each
has its own view of when a transaction begins and ends, and the host's writes could be lost.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import Error, transaction
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.exc import DBAPIError

from orderflow.adapters.sql.arrays import as_set
from orderflow.adapters.sql.prepared import prepare
from orderflow.errors import StorageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from django.db.backends.base.base import BaseDatabaseWrapper
    from sqlalchemy import Dialect
    from sqlalchemy.sql import Executable
    from sqlalchemy.sql.dml import UpdateBase

    from orderflow.adapters.sql.prepared import Parameters, Row

__all__ = ["DjangoExecutor", "translate_django_errors"]

# The parameter style of Django's cursors. SQLAlchemy has no types for the second dialect.
_PSYCOPG: Callable[..., Dialect] = PGDialect_psycopg
_DIALECTS: dict[str, Dialect] = {
    "sqlite": SQLiteDialect_pysqlite(paramstyle="format"),
    "postgresql": _PSYCOPG(paramstyle="format"),
}


class DjangoExecutor:
    """Runs statements on a Django connection.

    Args:
        connection: A connection from `django.db.connections`.

    Raises:
        StorageError: If the database is neither SQLite nor PostgreSQL, or if Django reads times
            without their time zone.
    """

    def __init__(self, connection: BaseDatabaseWrapper) -> None:
        if connection.vendor not in _DIALECTS:
            raise StorageError(
                f"orderflow supports SQLite and PostgreSQL, but the database "
                f"{connection.alias!r} is {connection.display_name}; choose another one with "
                f"DjangoTransactions(using=…)"
            )
        self.is_sqlite = connection.vendor == "sqlite"
        if not self.is_sqlite and not settings.USE_TZ:
            raise StorageError(
                f"with USE_TZ = False, Django reads times from {connection.alias!r} without their "
                f"time zone, so one hour each autumn is ambiguous; set USE_TZ = True"
            )
        self._connection = connection
        self._dialect = _DIALECTS[connection.vendor]

    def rows(self, statement: Executable, parameters: Parameters) -> Sequence[Row]:
        """Run a statement and return its rows."""
        prepared = prepare(statement, self._dialect, tuple(parameters))
        with translate_django_errors(), self._connection.cursor() as cursor:
            cursor.execute(prepared.text, prepared.values(parameters))
            rows: Sequence[Row] = cursor.fetchall()
        return prepared.results(rows)

    def rows_later(
        self, statement: Executable, parameters: Parameters
    ) -> Callable[[], Sequence[Row]]:
        """Run a statement, and return what returns its rows."""
        rows = self.rows(statement, parameters)
        return lambda: rows

    def run(self, statement: UpdateBase, parameters: Sequence[Parameters]) -> None:
        """Run a statement once for each set of parameters, in this order."""
        statement, parameters = as_set(statement, self._dialect, parameters)
        prepared = prepare(statement, self._dialect, tuple(parameters[0]))
        rows = prepared.plain_values(parameters)
        with translate_django_errors(), self._connection.cursor() as cursor:
            if len(rows) == 1:
                cursor.execute(prepared.text, rows[0])
            else:
                cursor.executemany(prepared.text, rows)

    def isolation(self) -> str:
        """Return the isolation level of the current transaction, as SQL names it."""
        if self.is_sqlite:
            return "SERIALIZABLE"
        with translate_django_errors(), self._connection.cursor() as cursor:
            cursor.execute("SHOW transaction_isolation")
            return str(cursor.fetchall()[0][0]).upper()

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        """Undo the block and release its locks if it raises."""
        with translate_django_errors(), transaction.atomic(using=self._connection.alias):
            yield


@contextmanager
def translate_django_errors() -> Iterator[None]:
    """Raise Django's database errors as SQLAlchemy's, which the rest of the package expects."""
    try:
        yield
    except Error as error:
        raise DBAPIError(None, None, error.__cause__ or error) from error
