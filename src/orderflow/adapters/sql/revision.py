"""The revision of the tables that this release needs, and the one that a database has."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import column, inspect, select, table

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from orderflow.adapters.sql.tables import Tables

__all__ = ["NEXT", "REVISION", "is_usable", "revision_of", "revision_table"]

REVISION = "0001"
"""The latest revision in `migrations/versions`. Later revisions have greater numbers."""

NEXT = f"{int(REVISION) + 1:04}"
"""The next revision. Its tables work with this release too, as every step must see to."""


def is_usable(found: str | None) -> bool:
    """Whether this release works with tables of a revision."""
    return found in {REVISION, NEXT}


def revision_table(tables: Tables) -> str:
    """Return the name of the table that stores the revision."""
    return f"{tables.prefix}revision"


def revision_of(connection: Connection, tables: Tables) -> str | None:
    """Return the revision of the tables, or `None` if no migration created them."""
    name = revision_table(tables)
    if not inspect(connection).has_table(name, tables.schema):
        return None
    number = table(name, column("version_num"), schema=tables.schema).c.version_num
    return connection.execute(select(number)).scalar_one_or_none()
