"""Engines whose dialects have the same settings share the texts of statements."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, bindparam, column, create_engine, select
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.sql.compiler import IdentifierPreparer

from orderflow.adapters.sql.prepared import prepare

STATEMENT: Select[Any] = select(column("user")).where(column("sku") == bindparam("sku"))
NAMES = ("sku",)


def test_engines_with_the_same_settings_share_a_text() -> None:
    one, other = create_engine("sqlite://"), create_engine("sqlite://", pool_size=2)
    with one.connect(), other.connect():
        assert one.dialect is not other.dialect
        assert prepare(STATEMENT, one.dialect, NAMES) is prepare(STATEMENT, other.dialect, NAMES)


def test_a_dialect_with_other_settings_has_a_text_of_its_own() -> None:
    settings = "qmark", "named", "format", "pyformat"
    dialects = [SQLiteDialect_pysqlite(paramstyle=style) for style in settings]
    texts = [prepare(STATEMENT, each, NAMES).text.rsplit(maxsplit=1)[-1] for each in dialects]
    assert texts == ["?", ":sku", "%s", "%(sku)s"]


def test_a_dialect_of_another_database_has_a_text_of_its_own() -> None:
    dialects = SQLiteDialect_pysqlite(paramstyle="format"), PGDialect_psycopg(paramstyle="format")  # type: ignore[no-untyped-call] # SQLAlchemy has no types for it
    texts = [prepare(STATEMENT, each, NAMES).text.split()[1] for each in dialects]
    assert texts == ["user", '"user"']


def test_a_dialect_that_quotes_in_another_way_has_a_text_of_its_own() -> None:
    plain, quoting = SQLiteDialect_pysqlite(), SQLiteDialect_pysqlite()
    quoting.identifier_preparer = _Brackets(quoting)
    texts = [prepare(STATEMENT, each, NAMES).text.split()[1] for each in (plain, quoting)]
    assert texts == ["user", "[user]"]


class _Brackets(IdentifierPreparer):
    reserved_words = {"user"}  # noqa: RUF012 - SQLAlchemy's

    def __init__(self, dialect: SQLiteDialect_pysqlite) -> None:
        super().__init__(dialect, initial_quote="[", final_quote="]")
