"""Runs statements on Django's cursor, as part of Django's current transaction.

A second connection, or a SQLAlchemy engine around Django's raw connection, would not work. Each
has its own view of when a transaction begins and ends, and the host's writes could be lost.
"""

from __future__ import annotations

from contextlib import contextmanager
from functools import lru_cache
from itertools import starmap
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import Error, transaction
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.exc import DBAPIError

from orderflow.adapters.sql.executor import as_text, compile_statement
from orderflow.errors import StorageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from django.db.backends.base.base import BaseDatabaseWrapper
    from sqlalchemy import Dialect
    from sqlalchemy.sql import Executable
    from sqlalchemy.sql.compiler import SQLCompiler
    from sqlalchemy.sql.dml import UpdateBase
    from sqlalchemy.sql.selectable import ReturnsRows

    from orderflow.adapters.sql.executor import Parameters, Row

    Conversion = Callable[[Any], Any] | None

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
        compiled = compile_statement(statement, self._dialect, tuple(parameters))
        state = compiled.construct_expanded_state(dict(parameters))
        conversions = {**_conversions_in(compiled), **state.processors}
        names = state.positiontup or ()
        values = [_convert(state.parameters[name], conversions.get(name)) for name in names]
        with translate_django_errors(), self._connection.cursor() as cursor:
            cursor.execute(state.statement, values)
            rows: Sequence[Row] = cursor.fetchall()
        back = _conversions_back(statement, self._dialect)
        if not any(back):
            return rows
        return [tuple(starmap(_convert, zip(row, back, strict=True))) for row in rows]

    def run(self, statement: UpdateBase, parameters: Sequence[Parameters]) -> None:
        """Run a statement once for each set of parameters, in this order."""
        text, rows = as_text(statement, self._dialect, parameters)
        with translate_django_errors(), self._connection.cursor() as cursor:
            if len(rows) == 1:
                cursor.execute(text, rows[0])
            else:
                cursor.executemany(text, rows)

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


@lru_cache(maxsize=256)
def _conversions_in(compiled: SQLCompiler) -> dict[str, Conversion]:
    """Return the conversion of each parameter for the driver, or `None` if it needs none."""
    types = {
        name: each.type.dialect_impl(compiled.dialect) for name, each in compiled.binds.items()
    }
    return {name: each.bind_processor(compiled.dialect) for name, each in types.items()}


@lru_cache(maxsize=256)
def _conversions_back(statement: ReturnsRows, dialect: Dialect) -> tuple[Conversion, ...]:
    """Return the conversion of each result column from the driver, or `None` if it needs none."""
    types = [column.type.dialect_impl(dialect) for column in statement.exported_columns]
    return tuple(each.result_processor(dialect, None) for each in types)


def _convert(value: object, convert: Conversion) -> Any:  # noqa: ANN401 - any type's
    return value if convert is None else convert(value)
