"""An operation for Django migrations that creates or upgrades the tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import router
from django.db.migrations.operations.base import Operation, OperationCategory

from orderflow.adapters.sql.tables import DEFAULT_PREFIX, Tables
from orderflow.adapters.sql.upgrading import upgrade_statements

if TYPE_CHECKING:
    from django.db.backends.base.schema import BaseDatabaseSchemaEditor
    from django.db.migrations.state import ProjectState

__all__ = ["UpgradeTables"]


class UpgradeTables(Operation):
    """Upgrades the tables to a revision from the previous one, on SQLite or PostgreSQL.

    The app's migrations have one for each revision, for tables with orderflow's own names. Use it
    in your own migrations only for other names. It cannot be reversed.

    Args:
        revision: The revision, such as "0001".
        prefix: The prefix of all table names.
        schema: The schema of the tables, on databases that have schemas.
    """

    reversible = False
    category = OperationCategory.SQL

    def __init__(
        self, revision: str, *, prefix: str = DEFAULT_PREFIX, schema: str | None = None
    ) -> None:
        self._revision = revision
        self._tables = Tables(prefix=prefix, schema=schema)

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """Change nothing in Django's state: the tables belong to no models."""

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,  # noqa: ARG002 - Django passes it
        to_state: ProjectState,  # noqa: ARG002 - the same
    ) -> None:
        """Run the statements, if the app is migrated to this database."""
        connection = schema_editor.connection
        if router.allow_migrate(connection.alias, app_label):
            for statement in upgrade_statements(
                connection.vendor, self._revision, tables=self._tables
            ):
                schema_editor.execute(statement, params=None)

    def describe(self) -> str:
        """Return a description for the output of `migrate`."""
        return f"Upgrade the tables of orderflow to revision {self._revision}"
