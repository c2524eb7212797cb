"""How statements reach the database: on a connection of SQLAlchemy, or on one of the host's.

Everything else in this package says what is to be read and written, as statements of SQLAlchemy
Core, and leaves it to an executor to do so.
"""

from __future__ import annotations

from contextlib import contextmanager
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Protocol, cast

from orderflow.errors import StorageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from contextlib import AbstractContextManager

    from sqlalchemy import ClauseElement, Connection, Dialect
    from sqlalchemy.sql import Executable
    from sqlalchemy.sql.compiler import SQLCompiler
    from sqlalchemy.sql.dml import UpdateBase

    Parameters = Mapping[str, Any]
    Row = Sequence[Any]

__all__ = ["CHANGES", "CoreExecutor", "Executor"]

CHANGES = "orderflow_changes"
"""Where a connection to SQLite notes how many changes were made on it before its transaction."""


class Executor(Protocol):
    """Carries statements out on an open connection."""

    @property
    def is_sqlite(self) -> bool:
        """Whether one writer at a time is all there is; otherwise rows are locked."""
        ...

    def rows(self, statement: Executable, parameters: Parameters) -> Sequence[Row]:
        """Return the rows that a statement gives."""
        ...

    def run(self, statement: UpdateBase, parameters: Sequence[Parameters]) -> None:
        """Carry a statement out once for each set of parameters, in this order."""
        ...

    def isolation(self) -> str:
        """Return the isolation of the transaction that the connection is in, in SQL's words."""
        ...

    def savepoint(self) -> AbstractContextManager[None]:
        """Undo what the block has done, and let go of its locks, if it is left by an error."""
        ...


@lru_cache(maxsize=256)
def _compiled(statement: ClauseElement, dialect: Dialect, names: tuple[str, ...]) -> SQLCompiler:
    """Return the text of a statement that values of these names are given to."""
    return cast("SQLCompiler", statement.compile(dialect=dialect, column_keys=list(names)))


class CoreExecutor:
    """Carries statements out on a connection of SQLAlchemy."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.is_sqlite = connection.dialect.name == "sqlite"

    def rows(self, statement: Executable, parameters: Parameters) -> Sequence[Row]:
        """Return the rows that a statement gives."""
        return self.connection.execute(statement, parameters).all()

    def run(self, statement: UpdateBase, parameters: Sequence[Parameters]) -> None:
        """Carry a statement out once for each set of parameters, in this order.

        It is handed to the driver as text: no type of these tables needs a conversion, and to
        look for one in each value of each row takes as long as to write it.
        """
        compiled = _compiled(statement, self.connection.dialect, tuple(parameters[0]))
        own = compiled.params.keys() - parameters[0].keys()  # what the statement says itself
        if own:
            parameters = [compiled.params | dict(each) for each in parameters]
        names = compiled.positiontup
        rows = parameters if names is None else [tuple(map(p.get, names)) for p in parameters]
        self.connection.exec_driver_sql(str(compiled), rows)

    def isolation(self) -> str:
        """Return the isolation of the transaction that the connection is in, in SQL's words."""
        return str(self.connection.get_isolation_level())

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        """Undo what the block has done, and let go of its locks, if it is left by an error."""
        if self.is_sqlite:
            self._begin_at_once()
        with self.connection.begin_nested():
            yield

    def _begin_at_once(self) -> None:
        """Take the lock of SQLite: what is read may not change before something is written."""
        driver = self.connection.connection.driver_connection
        if driver is None or driver.in_transaction:
            return
        if self.connection.in_transaction() and CHANGES in self.connection.info:
            changes = driver.total_changes - self.connection.info[CHANGES]
            if changes:
                raise StorageError(
                    f"{changes} changes of this transaction are committed already, for the driver "
                    f'of SQLite had begun none; execute "BEGIN IMMEDIATE" before them'
                )
        self.connection.exec_driver_sql("BEGIN IMMEDIATE")
