"""An operation for migrations of Django, which makes the tables or brings them forward."""

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
    """Brings the tables to a revision from the one before, on SQLite or PostgreSQL.

    The migrations of the app hold one for each revision, under the names that orderflow gives the
    tables. Write it into a migration of your own only for other names. There is no way back.

    Args:
        revision: Which one, such as "0001".
        prefix: What the name of every table begins with.
        schema: The schema that they are in, where the database has schemas.
    """

    reversible = False
    category = OperationCategory.SQL

    def __init__(
        self, revision: str, *, prefix: str = DEFAULT_PREFIX, schema: str | None = None
    ) -> None:
        self._revision = revision
        self._tables = Tables(prefix=prefix, schema=schema)

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """Change nothing of what Django knows: the tables are not those of models."""

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,  # noqa: ARG002 - what Django calls it with
        to_state: ProjectState,  # noqa: ARG002 - the same
    ) -> None:
        """Carry the statements out, on a database that the app is migrated to."""
        connection = schema_editor.connection
        if router.allow_migrate(connection.alias, app_label):
            for statement in upgrade_statements(
                connection.vendor, self._revision, tables=self._tables
            ):
                schema_editor.execute(statement, params=None)

    def describe(self) -> str:
        """Say what it does, for the output of `migrate`."""
        return f"Bring the tables of orderflow to revision {self._revision}"
