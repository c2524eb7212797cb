"""Reads dependent rows as one JSON text, in the SQL of each database."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import Text
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

if TYPE_CHECKING:
    from sqlalchemy.sql.compiler import SQLCompiler

__all__ = ["JsonArrays"]


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
