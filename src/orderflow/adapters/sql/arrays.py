"""Rows that belong to another one, read with it as one text: what SQL leaves to each database."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import Text
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

if TYPE_CHECKING:
    from sqlalchemy.sql.compiler import SQLCompiler

__all__ = ["JsonArrays"]


class JsonArrays(FunctionElement[str]):
    """All rows as one JSON array, in any order, each of them an array of these columns.

    It is a text with every driver: some would read the database's own type of JSON by themselves.
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
