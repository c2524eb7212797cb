"""Lists as one value, in the SQL of each database: rows to read or write, and texts to look for."""

from __future__ import annotations

import json
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Self

from sqlalchemy import (
    ARRAY,
    JSON,
    BigInteger,
    Boolean,
    DateTime,
    Delete,
    Insert,
    Integer,
    String,
    Text,
    bindparam,
    cast,
    collate,
    column,
    delete,
    func,
    select,
    update,
)
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from sqlalchemy import Column, ColumnElement, Dialect, Subquery
    from sqlalchemy.sql.compiler import SQLCompiler
    from sqlalchemy.sql.dml import UpdateBase
    from sqlalchemy.types import TypeEngine

    from orderflow.adapters.sql.prepared import Parameters

__all__ = [
    "KEY",
    "SET_WISE",
    "IsOneOf",
    "JsonArrays",
    "as_set",
    "given_as_json",
    "given_pairs",
    "given_rows",
]


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


def given_pairs(*names: str) -> Iterable[ColumnElement[str]]:
    """Return the columns of rows that are given as a list for each column, on PostgreSQL.

    They sort by code point, as in Python.
    """
    lists = (bindparam(name, type_=_TEXTS) for name in names)
    given = func.unnest(*lists).table_valued(*names).render_derived()
    return [collate(each, "C").label(each.name) for each in given.c]


SET_WISE = "orderflow_set_wise"
"""Execution option of a statement that `as_set` can run for all rows at once."""

KEY = "of_"
"""The prefix of parameters that find a row by its key."""

_KEY_OF_SELLER = f"{KEY}seller_id"

_POSTGRESQL: Dialect = postgresql.dialect()  # type: ignore[no-untyped-call] # SQLAlchemy has none

_TYPES: tuple[tuple[type[TypeEngine[Any]], type[TypeEngine[Any]]], ...] = (
    (DateTime, DateTime),
    (Boolean, Boolean),
    (Integer, BigInteger),
)


def as_set(
    statement: UpdateBase, dialect: Dialect, rows: Sequence[Parameters]
) -> tuple[UpdateBase, Sequence[Parameters]]:
    """Return a statement, and what it is given, to run once for all rows if possible.

    On PostgreSQL, all rows are one parameter, as JSON. A statement for each row takes longer there.
    They are rows of one seller, which is a parameter of its own: a partition is found by it.
    """
    is_set_wise = statement.get_execution_options().get(SET_WISE, False)
    if dialect.name != "postgresql" or not is_set_wise:
        return statement, rows
    given = {name: rows[0][name] for name in (_KEY_OF_SELLER,) if name in rows[0]}
    return _of_set(statement, tuple(rows[0])), [{**given_as_json(rows), **given}]


def given_as_json(rows: Sequence[Parameters]) -> Parameters:
    """Return the parameters of `given_rows`."""
    texts = json.dumps(rows, ensure_ascii=False, default=datetime.isoformat)
    return {"rows": texts, "how_many": len(rows)}


def given_rows(columns: Mapping[str, Column[Any]]) -> Subquery:
    """Return the rows that are given as one parameter, on PostgreSQL.

    Args:
        columns: The columns whose types the values have, by name.
    """
    typed = [column(name, _plain(each)) for name, each in columns.items()]
    texts = cast(bindparam("rows", type_=Text()), JSON)
    rows = func.json_to_recordset(texts).table_valued(*typed).render_derived(with_types=True)
    # Without the number of rows, PostgreSQL expects 100 and would rather read a whole table.
    return select(*rows.c).limit(bindparam("how_many", type_=Integer)).subquery("given")


def _plain(column: Column[Any]) -> TypeEngine[Any]:
    """Return the type of a column without its limits, which the table checks."""
    kind = column.type.dialect_impl(_POSTGRESQL)
    for known, plain in _TYPES:
        if isinstance(kind, known):
            return DateTime(timezone=True) if plain is DateTime else plain()
    return Text()


@lru_cache(maxsize=256)
def _of_set(statement: UpdateBase, names: tuple[str, ...]) -> UpdateBase:
    """Return the statement that writes the rows in one parameter, for parameters of these names."""
    table: Any = statement.table
    of_rows = [name for name in names if name != _KEY_OF_SELLER]
    given = given_rows({name: table.c[name.removeprefix(KEY)] for name in of_rows}).c
    if isinstance(statement, Insert):
        return statement.from_select(list(names), select(*given))
    key = {_KEY_OF_SELLER: bindparam(_KEY_OF_SELLER), **given}
    has_key = [each == key[KEY + each.name] for each in table.primary_key]
    if isinstance(statement, Delete):
        return delete(table).where(*has_key)
    changed = {name: given[name] for name in names if not name.startswith(KEY)}
    return update(table).where(*has_key).values(changed)
