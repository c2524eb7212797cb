"""Tables in partitions by the seller: nothing is lost, and a command touches one partition of each.

A cluster that keeps the rows of a seller together, such as Citus, needs the last: a statement
that names the seller goes to one server.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import create_engine, event, func, select, text

from orderflow import InvalidValueError, OrderFlow, StorageError
from orderflow.adapters.sql import (
    SchemaError,
    SqlOutbox,
    SqlRepository,
    Tables,
    partition_by_seller,
    upgrade,
)
from orderflow.adapters.sql.partitioning import partitioned_tables
from orderflow.checking import check
from tests.cli.runner import run, run_json
from tests.databases import sqlite
from tests.drills.failing_life import answer, expected, flow_on, life
from tests.unit.adapters.sql.populated import populate
from tests.unit.shop import later

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from sqlalchemy import Engine

PARTITIONS = 4
TABLES = Tables.default()
PARTED = [table.name for table in partitioned_tables(TABLES)]


@pytest.fixture
def upgraded(postgresql: Engine) -> Engine:
    """Open a database whose tables were made by the upgrade."""
    TABLES.metadata.drop_all(postgresql)
    upgrade(postgresql)
    return postgresql


def everything(engine: Engine) -> dict[str, list[Any]]:
    with engine.connect() as connection:
        return {
            table.name: [*connection.execute(select(table).order_by(*table.primary_key)).all()]
            for table in TABLES.metadata.sorted_tables
        }


def indexes(engine: Engine) -> set[tuple[str, str]]:
    found = text(
        "SELECT c.relname, pg_get_indexdef(i.indexrelid) FROM pg_index AS i "
        "JOIN pg_class AS c ON c.oid = i.indrelid WHERE c.relname = ANY(:names)"
    )
    with engine.connect() as connection:
        rows = connection.execute(found, {"names": PARTED}).all()
    return {(name, each.replace(" ON ONLY ", " ON ")) for name, each in rows}


def test_all_rows_indexes_and_rights_stay(upgraded: Engine) -> None:
    populate(SqlRepository(upgraded))
    with upgraded.begin() as connection:
        connection.execute(text("CREATE ROLE reports"))
        connection.execute(text("GRANT SELECT, UPDATE ON orderflow_orders TO reports"))
        connection.execute(text("GRANT SELECT ON orderflow_stock TO PUBLIC"))
    before, of_tables = everything(upgraded), indexes(upgraded)
    done: list[tuple[int, int]] = []
    partition_by_seller(
        upgraded, partitions=PARTITIONS, progress=lambda *numbers: done.append(numbers)
    )
    assert everything(upgraded) == before
    assert indexes(upgraded) == of_tables
    assert done == [(number, len(PARTED)) for number in range(1, len(PARTED) + 1)]
    assert check(SqlRepository(upgraded)).violations == ()
    with upgraded.begin() as connection:
        for table, right, has in (
            ("orderflow_orders", "SELECT", True),
            ("orderflow_orders", "UPDATE", True),
            ("orderflow_orders", "DELETE", False),
            ("orderflow_stock", "SELECT", True),
            ("orderflow_events", "SELECT", False),
        ):
            found = select(func.has_table_privilege("reports", table, right))
            assert connection.scalar(found) is has
        connection.execute(text("DROP OWNED BY reports"))
        connection.execute(text("DROP ROLE reports"))
    with pytest.raises(StorageError, match="is partitioned already"):
        partition_by_seller(upgraded)
    assert upgrade(upgraded) == "0001"


@pytest.fixture
def in_partitions(upgraded: Engine) -> Engine:
    partition_by_seller(upgraded, partitions=PARTITIONS)
    return upgraded


def test_every_command_has_the_same_outcome_in_one_partition_of_each_table(
    in_partitions: Engine,
) -> None:
    watched = create_engine(in_partitions.url)
    touched = list[tuple[str, list[str]]]()
    _watch(watched, touched)
    commands = life()
    flow = flow_on(SqlRepository(watched))
    assert [answer(flow, command) for command in commands] == expected(commands)
    watched.dispose()
    assert len({statement for statement, _ in touched}) > 30
    partitions = {name for _, names in touched for name in names}
    assert {re.sub(r"_p\d+$", "", name) for name in partitions} >= set(PARTED) - ADDED_ONLY
    assert len({name.rpartition("_")[2] for name in partitions}) == 1  # the seller's
    assert check(SqlRepository(in_partitions)).violations == ()


ADDED_ONLY = {"orderflow_events", "orderflow_outbox"}
"""An insertion finds the partition of a row as it runs, so its plan does not name it."""

ACROSS_SELLERS: dict[str, Callable[[Engine], object]] = {
    "the relay claims messages": lambda engine: SqlOutbox(engine).claim(
        later(0), later(1) - later(0), 5
    ),
    "recover looks for unserved queues": lambda engine: OrderFlow(SqlRepository(engine)).recover(),
    "the sellers are listed": lambda engine: SqlRepository(engine).sellers(),
}


@pytest.mark.parametrize("name", ACROSS_SELLERS)
def test_control_what_spans_sellers_touches_all_partitions(
    in_partitions: Engine, name: str
) -> None:
    populate(SqlRepository(in_partitions))
    watched = create_engine(in_partitions.url)
    touched = list[tuple[str, list[str]]]()
    _watch(watched, touched)
    ACROSS_SELLERS[name](watched)
    watched.dispose()
    assert max(len(names) for _, names in touched) >= PARTITIONS


def _watch(engine: Engine, touched: list[tuple[str, list[str]]]) -> None:
    """Note the partitions in the plan of each statement, before it runs."""

    @event.listens_for(engine, "before_cursor_execute")
    def explain(_: object, cursor: Any, sql: str, values: Any, *__: object) -> None:  # noqa: ANN401
        if re.match(r"SELECT|INSERT|UPDATE|DELETE|WITH", sql) is None:
            return
        rows = values if isinstance(values, list) else [values]
        cursor.execute(f"EXPLAIN (FORMAT JSON) {sql}", rows[0])
        answer = cursor.fetchone()[0]
        plan = json.loads(answer) if isinstance(answer, str) else answer
        touched.append((sql, sorted(set(_relations(plan[0]["Plan"])))))


def _relations(node: dict[str, Any]) -> Iterator[str]:
    if re.search(r"_p\d+$", node.get("Relation Name", "")):
        yield node["Relation Name"]
    for child in node.get("Plans", ()):
        yield from _relations(child)


def test_the_command_line_partitions_and_refuses_as_the_library_does(
    upgraded: Engine, tmp_path: Path
) -> None:
    url = upgraded.url.render_as_string(hide_password=False)
    done = run_json("partition", "--db", url, "--partitions", 3)
    assert done["partitions"] == 3
    again = run("partition", "--db", url)
    assert (again.exit_code, "is partitioned already" in again.stderr) == (2, True)
    run_json("init", "--db", tmp_path / "shop.db")
    refused = run("partition", "--db", tmp_path / "shop.db")
    assert (refused.exit_code, "sqlite has no partitions" in refused.stderr) == (2, True)


def test_what_depends_on_a_table_ends_the_partitioning_and_nothing_changes(
    upgraded: Engine,
) -> None:
    with upgraded.begin() as connection:
        connection.execute(text("CREATE VIEW open AS SELECT order_id FROM orderflow_orders"))
    before = indexes(upgraded)
    with pytest.raises(StorageError, match="objects depend on it"):
        partition_by_seller(upgraded)
    assert indexes(upgraded) == before


def test_a_database_that_cannot_be_partitioned_is_refused(
    postgresql: Engine, tmp_path: Path
) -> None:
    with pytest.raises(StorageError, match="sqlite has no partitions; move to PostgreSQL"):
        partition_by_seller(sqlite(tmp_path / "shop.db"))
    with pytest.raises(SchemaError, match="has no tables of orderflow"):
        partition_by_seller(postgresql)
    with pytest.raises(
        InvalidValueError, match="partitions must be a whole number from 2 to 1,024"
    ):
        partition_by_seller(postgresql, partitions=1)


def test_tables_of_another_name_and_schema_are_partitioned_too(postgresql: Engine) -> None:
    with postgresql.begin() as connection:
        connection.execute(text('CREATE SCHEMA "Warehouse"'))
    tables = Tables(prefix="Of_", schema="Warehouse")
    upgrade(postgresql, tables=tables)
    partition_by_seller(postgresql, partitions=2, tables=tables)
    repository = SqlRepository(postgresql, tables=tables)
    populate(repository)
    assert check(repository).violations == ()
