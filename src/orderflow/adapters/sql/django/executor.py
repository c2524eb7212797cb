"""Statements on Django's cursor: what they do is part of the transaction that Django is in.

A second connection, or an engine of SQLAlchemy around Django's raw one, would not do: each has its
own idea of when a transaction begins and ends, and what the host wrote would be lost in between.
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

from orderflow.adapters.sql.executor import as_text, compiled
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

__all__ = ["DjangoExecutor", "as_errors_of_sqlalchemy"]

# What Django's cursors take on both. SQLAlchemy gives the second one no types.
_PSYCOPG: Callable[..., Dialect] = PGDialect_psycopg
_DIALECTS: dict[str, Dialect] = {
    "sqlite": SQLiteDialect_pysqlite(paramstyle="format"),
    "postgresql": _PSYCOPG(paramstyle="format"),
}


class DjangoExecutor:
    """Carries statements out on a connection of Django.

    Args:
        connection: One of `django.db.connections`.

    Raises:
        StorageError: If the database is neither SQLite nor PostgreSQL, or if Django reads moments
            without their time zone.
    """

    def __init__(self, connection: BaseDatabaseWrapper) -> None:
        if connection.vendor not in _DIALECTS:
            raise StorageError(
                f"orderflow works on SQLite and PostgreSQL, and the database "
                f"{connection.alias!r} is {connection.display_name}; name another one by "
                f"DjangoTransactions(using=…)"
            )
        self.is_sqlite = connection.vendor == "sqlite"
        if not self.is_sqlite and not settings.USE_TZ:
            raise StorageError(
                f"with USE_TZ = False, Django reads moments of {connection.alias!r} without their "
                f"time zone, and an hour each autumn is another one; set USE_TZ = True"
            )
        self._connection = connection
        self._dialect = _DIALECTS[connection.vendor]

    def rows(self, statement: Executable, parameters: Parameters) -> Sequence[Row]:
        """Return the rows that a statement gives."""
        made = compiled(statement, self._dialect, tuple(parameters))
        state = made.construct_expanded_state(dict(parameters))
        conversions = {**_conversions_in(made), **state.processors}
        names = state.positiontup or ()
        values = [_converted(state.parameters[name], conversions.get(name)) for name in names]
        with as_errors_of_sqlalchemy(), self._connection.cursor() as cursor:
            cursor.execute(state.statement, values)
            rows: Sequence[Row] = cursor.fetchall()
        back = _conversions_back(statement, self._dialect)
        if not any(back):
            return rows
        return [tuple(starmap(_converted, zip(row, back, strict=True))) for row in rows]

    def run(self, statement: UpdateBase, parameters: Sequence[Parameters]) -> None:
        """Carry a statement out once for each set of parameters, in this order."""
        text, rows = as_text(statement, self._dialect, parameters)
        with as_errors_of_sqlalchemy(), self._connection.cursor() as cursor:
            if len(rows) == 1:
                cursor.execute(text, rows[0])
            else:
                cursor.executemany(text, rows)

    def isolation(self) -> str:
        """Return the isolation of the transaction that the connection is in, in SQL's words."""
        if self.is_sqlite:
            return "SERIALIZABLE"
        with as_errors_of_sqlalchemy(), self._connection.cursor() as cursor:
            cursor.execute("SHOW transaction_isolation")
            return str(cursor.fetchall()[0][0]).upper()

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        """Undo what the block has done, and let go of its locks, if it is left by an error."""
        with as_errors_of_sqlalchemy(), transaction.atomic(using=self._connection.alias):
            yield


@contextmanager
def as_errors_of_sqlalchemy() -> Iterator[None]:
    """Raise what Django tells of the database as SQLAlchemy would: the others know that alone."""
    try:
        yield
    except Error as error:
        raise DBAPIError(None, None, error.__cause__ or error) from error


@lru_cache(maxsize=256)
def _conversions_in(made: SQLCompiler) -> dict[str, Conversion]:
    """Return what makes a value that the driver takes of one that is given, where it is not one."""
    types = {name: each.type.dialect_impl(made.dialect) for name, each in made.binds.items()}
    return {name: each.bind_processor(made.dialect) for name, each in types.items()}


@lru_cache(maxsize=256)
def _conversions_back(statement: ReturnsRows, dialect: Dialect) -> tuple[Conversion, ...]:
    """Return what makes a value of each column of what the driver gives, where it is not one."""
    types = [column.type.dialect_impl(dialect) for column in statement.exported_columns]
    return tuple(each.result_processor(dialect, None) for each in types)


def _converted(value: object, convert: Conversion) -> Any:  # noqa: ANN401 - any type's
    return value if convert is None else convert(value)
