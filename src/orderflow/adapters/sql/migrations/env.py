"""Runs the pending migrations on the connection and tables that `upgrade` passes in.

Without a connection, the steps are written as SQL statements in the given dialect.
`upgrade_statements` uses this.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from alembic import context

from orderflow.adapters.sql.revision import revision_table

if TYPE_CHECKING:
    from orderflow.adapters.sql.tables import Tables

tables: Tables = context.config.attributes["tables"]
connection = context.config.attributes.get("connection")
context.configure(
    connection=connection,
    dialect_name=context.config.attributes.get("dialect"),
    version_table=revision_table(tables),
    version_table_schema=tables.schema,
    # On SQLite too: its transaction was started by hand. Offline scripts start none.
    transactional_ddl=connection is not None,
)
with context.begin_transaction():
    context.run_migrations()
