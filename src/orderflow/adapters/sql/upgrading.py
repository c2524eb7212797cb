"""Brings the tables of a database to the revision of this release, from any earlier one."""

from __future__ import annotations

from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, inspect, select
from sqlalchemy.exc import DBAPIError

from orderflow.adapters.sql.faults import translated
from orderflow.adapters.sql.revision import REVISION, revision_of
from orderflow.adapters.sql.tables import Tables
from orderflow.adapters.sql.transactions import commit
from orderflow.errors import InvalidValueError, SchemaError, StorageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from alembic.config import Config
    from sqlalchemy import Connection, Engine

__all__ = ["upgrade", "upgrade_statements"]

_LOCK = 0x6F72646572666C6F  # "orderflo": two that upgrade at once go one after the other


def upgrade(engine: Engine, *, tables: Tables | None = None) -> str | None:
    """Create the tables, or bring them from the revision they are at to that of this release.

    It is one transaction: all of it is done, or nothing. Where nothing is to be done, nothing is
    written. Tables that are part of a host's own migrations are not for this.

    Args:
        engine: An engine of SQLAlchemy, for SQLite or PostgreSQL.
        tables: The tables; those with the names that orderflow gives them, if left out.

    Returns:
        The revision that they were at; `None` if there were none.

    Raises:
        SchemaError: If they are of a later release.
        StorageError: If they are there, but no migration of orderflow made them; or if the
            database could not do it.
    """
    tables = tables if tables is not None else Tables.default()
    try:
        with engine.connect() as connection:
            _begin(connection)
            found = revision_of(connection, tables)
            if found is not None and found > REVISION:
                raise SchemaError(found, REVISION)
            if found is None:
                _check_absent(connection, tables)
            if found != REVISION:
                _run(connection, tables)
            commit(connection)
    except DBAPIError as error:
        raise translated(error, 1) from error
    return found


def _begin(connection: Connection) -> None:
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    else:
        connection.execute(select(func.pg_advisory_xact_lock(_LOCK)))


def _check_absent(connection: Connection, tables: Tables) -> None:
    name = tables.stock.name
    if inspect(connection).has_table(name, tables.schema):
        raise StorageError(
            f"the database has a table {name!r} already, which no migration of orderflow made; "
            f"let what made it change it, or give the tables another prefix or schema"
        )


def upgrade_statements(
    dialect: str, revision: str, *, tables: Tables | None = None
) -> tuple[str, ...]:
    """Return the statements that bring the tables to a revision from the one before.

    They are for migrations that are none of Alembic's, and stay the same in all later releases.
    Carry them out in one transaction, in their order. The last of them note the revision.

    Args:
        dialect: The database that they are for: "sqlite" or "postgresql".
        revision: Which one, such as "0001".
        tables: The tables; those with the names that orderflow gives them, if left out.

    Raises:
        InvalidValueError: If there is no such dialect or revision.
    """
    _check_known("dialect", dialect, _DIALECTS)
    revisions = [f"{number:04}" for number in range(1, int(REVISION) + 1)]
    _check_known("revision", revision, revisions)
    from alembic import command  # noqa: PLC0415 - slow to import, and hardly ever needed

    config = _config(dialect=dialect, tables=tables if tables is not None else Tables.default())
    written = _Statements()
    config.output_buffer = written
    before = ["base", *revisions][revisions.index(revision)]
    command.upgrade(config, f"{before}:{revision}", sql=True)
    return tuple(written.statements)


_DIALECTS = ("sqlite", "postgresql")


def _check_known(name: str, value: str, known: Sequence[str]) -> None:
    if value not in known:
        demand = f"one of {', '.join(map(repr, known))}"
        raise InvalidValueError(f"upgrade_statements.{name}", demand, value)


class _Statements(StringIO):
    """Keeps each statement that Alembic writes, without what it says in between."""

    def __init__(self) -> None:
        super().__init__()
        self.statements: list[str] = []

    def write(self, text: str) -> int:
        statement = text.strip().removesuffix(";")
        if statement and not statement.startswith("--"):
            self.statements.append(statement)
        return len(text)


def _run(connection: Connection, tables: Tables) -> None:
    from alembic import command  # noqa: PLC0415 - slow to import, and hardly ever needed

    command.upgrade(_config(connection=connection, tables=tables), "head")


def _config(**attributes: Any) -> Config:  # noqa: ANN401 - whatever the steps are given
    from alembic.config import Config  # noqa: PLC0415 - as above

    config = Config(attributes=attributes)
    folder = str(Path(__file__).with_name("migrations"))
    config.set_main_option("script_location", folder.replace("%", "%%"))
    return config
