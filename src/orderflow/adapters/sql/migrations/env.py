"""Runs the steps that are missing, on the connection and for the tables that `upgrade` gives.

Without a connection the steps are written down, as the statements of a dialect, one after another:
so `upgrade_statements` has it.
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
