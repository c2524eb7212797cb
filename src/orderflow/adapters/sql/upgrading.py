"""Brings the tables of a database to the revision of this release, from any earlier one."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import func, inspect, select
from sqlalchemy.exc import DBAPIError

from orderflow.adapters.sql.faults import translated
from orderflow.adapters.sql.revision import REVISION, revision_of
from orderflow.adapters.sql.tables import Tables
from orderflow.adapters.sql.transactions import commit
from orderflow.errors import SchemaError, StorageError

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

__all__ = ["upgrade"]

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


def _run(connection: Connection, tables: Tables) -> None:
    from alembic import command  # noqa: PLC0415 - slow to import, and hardly ever needed
    from alembic.config import Config  # noqa: PLC0415 - the same

    config = Config(attributes={"connection": connection, "tables": tables})
    folder = str(Path(__file__).with_name("migrations"))
    config.set_main_option("script_location", folder.replace("%", "%%"))
    command.upgrade(config, "head")
