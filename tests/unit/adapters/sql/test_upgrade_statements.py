"""Migrations that are none of Alembic's get the steps as statements."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import inspect, text

from orderflow import InvalidValueError
from orderflow.adapters.sql import Tables, upgrade, upgrade_statements
from orderflow.adapters.sql.revision import REVISION
from tests.unit.adapters.sql.populated import revisions
from tests.unit.adapters.sql.test_upgrading import differences

if TYPE_CHECKING:
    from sqlalchemy import Engine


def carry_out(engine: Engine, tables: Tables) -> None:
    with engine.begin() as connection:
        for revision in revisions():
            for statement in upgrade_statements(engine.dialect.name, revision, tables=tables):
                connection.exec_driver_sql(statement)


def test_all_steps_together_make_the_tables_that_the_metadata_tells_of(engine: Engine) -> None:
    Tables.default().metadata.drop_all(engine)
    carry_out(engine, Tables.default())
    assert differences(engine, Tables.default()) == []
    assert upgrade(engine) == REVISION


def test_the_names_may_be_of_the_host_s_choosing(engine: Engine) -> None:
    Tables.default().metadata.drop_all(engine)
    schema = None
    if engine.dialect.name == "postgresql":
        schema = "stores"
        with engine.begin() as connection:
            connection.execute(text("CREATE SCHEMA stores"))
    tables = Tables(prefix="of_", schema=schema)
    carry_out(engine, tables)
    assert set(inspect(engine).get_table_names(schema)) >= {"of_stock", "of_revision"}
    assert differences(engine, tables) == []


@pytest.mark.parametrize("statement", upgrade_statements("postgresql", "0001"))
def test_each_statement_stands_alone(statement: str) -> None:
    assert not statement.endswith(";")
    assert statement.split(maxsplit=1)[0] in {"CREATE", "INSERT"}


def test_a_dialect_or_a_revision_that_there_is_not_is_named() -> None:
    with pytest.raises(InvalidValueError, match="one of 'sqlite', 'postgresql', not 'mysql'"):
        upgrade_statements("mysql", "0001")
    with pytest.raises(InvalidValueError, match=r"one of '0001'.*not '9999'"):
        upgrade_statements("sqlite", "9999")
