"""Fields of models that read orderflow's tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models.expressions import Col

from orderflow.adapters.sql.rows import Moments

if TYPE_CHECKING:
    from datetime import datetime

    from django.db.backends.base.base import BaseDatabaseWrapper
    from django.db.models.sql.compiler import SQLCompiler

    Text = models.TextField[str, str]
    Moment = models.DateTimeField[datetime, datetime]
else:
    Text, Moment = models.TextField, models.DateTimeField

__all__ = ["SEPARATOR", "KeyField", "MomentField"]

SEPARATOR = "\n"
"""It stands between the parts of a key. No identifier has a line end."""


class KeyField(Text):
    """A primary key made of several columns, as one text.

    The admin takes no composite primary key. This one is an expression: it has no column.
    """

    def __init__(self, *columns: str) -> None:
        super().__init__(primary_key=True, editable=False)
        self.columns = columns

    def deconstruct(self) -> Any:  # noqa: ANN401 - as Django has it
        """Return how it was made."""
        name, path, _, _ = super().deconstruct()
        return name, path, self.columns, {}

    def get_col(self, alias: str, output_field: Any = None) -> Col:  # noqa: ANN401 - as Django has it
        """Return the expression in place of a column."""
        return _JoinedColumns(alias, self, output_field or self)

    def parts(self, key: str) -> dict[str, str] | None:
        """Return the columns of a key, or `None` if it is no such key."""
        values = key.split(SEPARATOR)
        return dict(zip(self.columns, values, strict=True)) if self._fits(values) else None

    def _fits(self, values: list[str]) -> bool:
        return len(values) == len(self.columns) and "\0" not in "".join(values)


class MomentField(Moment):
    """A time, as orderflow stores it: on SQLite, a text in UTC whatever Django's settings are."""

    def get_internal_type(self) -> str:
        """Return a name that Django has no conversions for."""
        return "OrderflowMoment"

    def from_db_value(
        self,
        value: Any,  # noqa: ANN401 - what the driver has
        _expression: object,
        connection: BaseDatabaseWrapper,
    ) -> datetime | None:
        """Return a stored time."""
        return _moments(connection).read_any(value)

    def get_db_prep_value(
        self,
        value: Any,  # noqa: ANN401 - what the driver has
        connection: BaseDatabaseWrapper,
        prepared: bool = False,  # noqa: ARG002, FBT001, FBT002 - as Django calls it
    ) -> Any:  # noqa: ANN401 - what the driver takes
        """Return a time as it is stored."""
        return _moments(connection).write_any(value)


def _moments(connection: BaseDatabaseWrapper) -> Moments:
    return Moments(as_text=connection.vendor == "sqlite")


class _JoinedColumns(Col):
    def as_sql(self, compiler: SQLCompiler, _connection: object) -> Any:  # noqa: ANN401 - as Django has it
        key: Any = self.target
        fields = map(key.model._meta.get_field, key.columns)  # noqa: SLF001 - Django's own name for it
        parts = [compiler.compile(each.get_col(self.alias))[0] for each in fields]
        text = " || %s || ".join(f"CAST({each} AS text)" for each in parts)
        return f"({text})", [SEPARATOR] * (len(parts) - 1)
