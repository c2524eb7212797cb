"""Runs statements on a SQLAlchemy connection, or on a connection of another library.

The rest of this package describes reads and writes as SQLAlchemy Core statements, and an executor
runs them.
"""

from __future__ import annotations

from contextlib import contextmanager
from functools import lru_cache
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Protocol, cast

from orderflow.errors import StorageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from contextlib import AbstractContextManager

    from sqlalchemy import ClauseElement, Connection, Dialect
    from sqlalchemy.sql import Executable
    from sqlalchemy.sql.compiler import SQLCompiler
    from sqlalchemy.sql.dml import UpdateBase

    Parameters = Mapping[str, Any]
    Row = Sequence[Any]

__all__ = ["CHANGES", "CoreExecutor", "Executor", "as_text", "compile_statement"]

CHANGES = "orderflow_changes"
"""Key in a SQLite connection's `info`: the number of changes made before its transaction."""


class Executor(Protocol):
    """Runs statements on an open connection."""

    @property
    def is_sqlite(self) -> bool:
        """Whether the database is SQLite, which has one writer at a time and locks no rows."""
        ...

    def rows(self, statement: Executable, parameters: Parameters) -> Sequence[Row]:
        """Run a statement and return its rows."""
        ...

    def run(self, statement: UpdateBase, parameters: Sequence[Parameters]) -> None:
        """Run a statement once for each set of parameters, in this order."""
        ...

    def isolation(self) -> str:
        """Return the isolation level of the current transaction, as SQL names it."""
        ...

    def savepoint(self) -> AbstractContextManager[None]:
        """Run the block in a savepoint. If it raises, undo it and release its locks."""
        ...


@lru_cache(maxsize=256)
def compile_statement(
    statement: ClauseElement, dialect: Dialect, names: tuple[str, ...]
) -> SQLCompiler:
    """Return the compiled statement, for parameters of these names."""
    return cast("SQLCompiler", statement.compile(dialect=dialect, column_keys=list(names)))


def _values_of(names: Sequence[str]) -> Callable[[Parameters], tuple[Any, ...]]:
    """Return a function that returns the values of these names, in this order."""
    if len(names) == 1:
        return lambda parameters: (parameters[names[0]],)
    return itemgetter(*names)


def as_text(
    statement: ClauseElement, dialect: Dialect, parameters: Sequence[Parameters]
) -> tuple[str, Sequence[Any]]:
    """Return the text and the parameters of a writing statement, in the driver's form.

    No column type of these tables needs a conversion. Looking for one in each value would take as
    long as the write itself.
    """
    compiled = compile_statement(statement, dialect, tuple(parameters[0]))
    own = compiled.params.keys() - parameters[0].keys()  # parameters fixed in the statement
    if own:
        parameters = [compiled.params | dict(each) for each in parameters]
    names = compiled.positiontup
    rows = parameters if names is None else list(map(_values_of(names), parameters))
    return str(compiled), rows


class CoreExecutor:
    """Runs statements on a SQLAlchemy connection."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.is_sqlite = connection.dialect.name == "sqlite"

    def rows(self, statement: Executable, parameters: Parameters) -> Sequence[Row]:
        """Run a statement and return its rows."""
        return self.connection.execute(statement, parameters).all()

    def run(self, statement: UpdateBase, parameters: Sequence[Parameters]) -> None:
        """Run a statement once for each set of parameters, in this order."""
        text, rows = as_text(statement, self.connection.dialect, parameters)
        self.connection.exec_driver_sql(text, rows)

    def isolation(self) -> str:
        """Return the isolation level of the current transaction, as SQL names it."""
        return str(self.connection.get_isolation_level())

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        """Undo the block and release its locks if it raises."""
        if self.is_sqlite:
            self._begin_immediate()
        with self.connection.begin_nested():
            yield

    def _begin_immediate(self) -> None:
        """Take SQLite's write lock now, so that nothing changes between a read and a write."""
        driver = self.connection.connection.driver_connection
        if driver is None or driver.in_transaction:
            return
        if self.connection.in_transaction() and CHANGES in self.connection.info:
            changes = driver.total_changes - self.connection.info[CHANGES]
            if changes:
                raise StorageError(
                    f"{changes} changes of this transaction are already committed, because the "
                    f'SQLite driver had not started one; execute "BEGIN IMMEDIATE" before them'
                )
        self.connection.exec_driver_sql("BEGIN IMMEDIATE")
