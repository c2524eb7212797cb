"""Lists as one value, in the SQL of each database: dependent rows, and texts to look for."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Self

from sqlalchemy import ARRAY, Boolean, String, Text, bindparam
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import ColumnElement, Dialect
    from sqlalchemy.sql.compiler import SQLCompiler

__all__ = ["IsOneOf", "JsonArrays"]


class JsonArrays(FunctionElement[str]):
    """All rows as one JSON array, in any order. Each row is an array of these columns.

    The result is text, because some drivers decode the database's own JSON type.
    """

    type = Text()
    inherit_cache = True


@compiles(JsonArrays, "sqlite")
def _of_sqlite(arrays: JsonArrays, compiler: SQLCompiler, **options: object) -> str:
    columns = compiler.process(arrays.clauses, **options)
    return f"json_group_array(json_array({columns}))"


@compiles(JsonArrays, "postgresql")
def _of_postgres(arrays: JsonArrays, compiler: SQLCompiler, **options: object) -> str:
    columns = compiler.process(arrays.clauses, **options)
    return f"CAST(json_agg(json_build_array({columns})) AS TEXT)"


class _JsonTexts(Text):
    """A list of texts as JSON."""

    def bind_processor(self, dialect: Dialect) -> Callable[[Any], str]:
        """Return what converts the list for the driver."""
        del dialect
        return json.dumps


_TEXTS = _JsonTexts().with_variant(ARRAY(String), "postgresql")


class IsOneOf(FunctionElement[bool]):
    """Whether a column is one of the texts in a parameter.

    The list is one parameter, so the statement has the same text for lists of every length.

    Args:
        column: The column.
        name: The name of the parameter.
    """

    type = Boolean()
    inherit_cache = True

    def __init__(self, column: ColumnElement[str], name: str) -> None:
        super().__init__(column, bindparam(name, type_=_TEXTS))

    def self_group(self, against: object = None) -> Self:
        """Return this as it is. SQLAlchemy would add `= 1`, and SQLite would use no index."""
        del against
        return self


@compiles(IsOneOf, "sqlite")
def _one_of_sqlite(condition: IsOneOf, compiler: SQLCompiler, **options: object) -> str:
    column, texts = (compiler.process(each, **options) for each in condition.clauses)
    return f"{column} IN (SELECT value FROM json_each({texts}))"  # noqa: S608 - compiled parts


@compiles(IsOneOf, "postgresql")
def _one_of_postgres(condition: IsOneOf, compiler: SQLCompiler, **options: object) -> str:
    column, texts = (compiler.process(each, **options) for each in condition.clauses)
    return f"{column} = ANY ({texts})"
