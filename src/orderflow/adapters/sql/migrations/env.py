"""Runs the steps that are missing, on the connection and for the tables that `upgrade` gives."""

from __future__ import annotations

from typing import TYPE_CHECKING

from alembic import context

from orderflow.adapters.sql.revision import revision_table

if TYPE_CHECKING:
    from orderflow.adapters.sql.tables import Tables

tables: Tables = context.config.attributes["tables"]
context.configure(
    connection=context.config.attributes["connection"],
    version_table=revision_table(tables),
    version_table_schema=tables.schema,
    transactional_ddl=True,  # on SQLite too: the transaction was begun by hand
)
with context.begin_transaction():
    context.run_migrations()
