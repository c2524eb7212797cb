"""The revision of the tables that this release works on, and the one that a database is at."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import column, inspect, select, table

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from orderflow.adapters.sql.tables import Tables

__all__ = ["REVISION", "revision_of", "revision_table"]

REVISION = "0001"
"""The last one in `migrations/versions`. Revisions are numbered, so that the later is greater."""


def revision_table(tables: Tables) -> str:
    """Name the table that says which revision the other tables are at."""
    return f"{tables.prefix}revision"


def revision_of(connection: Connection, tables: Tables) -> str | None:
    """Return the revision that the tables are at, or nothing if no migration made them."""
    name = revision_table(tables)
    if not inspect(connection).has_table(name, tables.schema):
        return None
    number = table(name, column("version_num"), schema=tables.schema).c.version_num
    return connection.execute(select(number)).scalar_one_or_none()
