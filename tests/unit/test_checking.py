"""A check finds nothing where orderflow alone wrote, and whatever somebody has meddled with."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, assume, given, note, settings
from hypothesis import strategies as st
from sqlalchemy import Boolean

from orderflow import OrderFlow, StockKey
from orderflow.adapters.sql import SqlRepository, Tables, open_database
from orderflow.checking import CheckResult, Rule, check
from tests.databases import postgres
from tests.properties.faults import FAULTS
from tests.unit.adapters.sql.populated import populate
from tests.unit.shop import key, order

if TYPE_CHECKING:
    from sqlalchemy import Column

TABLES = {table.name: table for table in Tables.default().state}

NOTHING_TELLS = {
    # Nothing else in the database says what these have to be.
    *(
        ("orderflow_outbox", column)
        for column in ("due_at", "attempts", "error", "is_dead", "trace")
    ),
    ("orderflow_stock", "is_unserved"),  # told, but not as a violation
    ("orderflow_commands", "outcome"),  # one of the same order fits
    ("orderflow_policies", "next_page"),  # there may be none
}
MISSED_BY_NOBODY = {"orderflow_outbox", "orderflow_commands"}


def checked(path: Path) -> CheckResult:
    engine = open_database(path)
    found = check(SqlRepository(engine))
    engine.dispose()
    return found


def meddled(path: Path, *statements: str) -> list[tuple[Rule, str]]:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        for statement in statements:
            assert connection.execute(statement).rowcount == 1
    return [(each.rule, each.finding) for each in checked(path).violations]


@cache
def populated_file() -> bytes:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "a.db"
        engine = open_database(path, create=True)
        populate(SqlRepository(engine))
        engine.dispose()
        return path.read_bytes()


@pytest.fixture(name="path")
def _path(tmp_path: Path) -> Path:
    path = tmp_path / "a.db"
    path.write_bytes(populated_file())
    return path


def test_nothing_is_found_where_orderflow_alone_wrote(path: Path) -> None:
    found = checked(path)
    assert found.violations == ()
    assert (found.sellers, found.orders, found.stock) == (2, 25, 7)
    assert found.events == 83


def test_what_is_still_to_be_served_is_told_and_no_violation(path: Path) -> None:
    assert checked(path).unserved == (StockKey("bolt", "leeds", "TIN"),)
    engine = open_database(path)
    OrderFlow(SqlRepository(engine)).recover()
    engine.dispose()
    assert checked(path).unserved == ()
    assert checked(path).violations == ()


def test_stock_that_lies_idle_is_found_unless_it_is_still_to_be_served(path: Path) -> None:
    idle = meddled(path, "UPDATE orderflow_stock SET is_unserved = 0 WHERE is_unserved")
    assert {rule for rule, _ in idle} == {Rule.IDLE_STOCK, Rule.ROWS}  # and there is a next page
    assert len(idle) == 4 + 1


def test_a_product_to_serve_that_can_be_none_is_told_as_a_row(path: Path) -> None:
    found = meddled(path, "UPDATE orderflow_stock SET warehouse_id = '' WHERE is_unserved")
    assert any(rule is Rule.ROWS and "('', 'TIN')" in finding for rule, finding in found)
    assert checked(path).unserved == ()


def test_a_seller_that_is_no_text_is_told_as_a_row(path: Path) -> None:
    found = meddled(path, "UPDATE orderflow_stock SET seller_id = X'00FF' WHERE sku = 'TIN'")
    told = [rule for rule, finding in found if r"not b'\x00\xff'" in finding]
    assert told == [Rule.ROWS]


def test_it_is_the_same_on_postgres() -> None:
    with postgres() as engine:
        repository = SqlRepository(engine)
        populate(repository)
        assert check(repository).violations == ()
        with engine.begin() as connection:
            connection.exec_driver_sql(
                "UPDATE orderflow_stock SET on_hand = on_hand + 1 WHERE is_known"
            )
        rules = {each.rule for each in check(repository).violations}
        assert rules == {Rule.ACCOUNT, Rule.HISTORY, Rule.IDLE_STOCK}


def test_an_order_that_became_short_above_a_limit_is_found(tmp_path: Path) -> None:
    engine = open_database(tmp_path / "a.db", create=True)
    repository = SqlRepository(engine)
    shop = OrderFlow(repository).seller("acme")
    shop.limit_back_orders(key(), 4)
    with FAULTS["those_that_wait_already_do_not_count"]():
        for order_id in ("A", "B"):
            shop.place(order(order_id, ("MUG", 3)))
    (found,) = check(repository).violations
    assert (found.rule, "order 'B' became short" in found.finding) == (Rule.LIMITS, True)
    shop.limit_back_orders(key(), 2)
    assert check(repository).violations == ()
    engine.dispose()


@pytest.fixture(name="image", scope="module")
def _image(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A path, as hypothesis prints the arguments of what fails, and warns if they are long."""
    path = tmp_path_factory.mktemp("image") / "a.db"
    path.write_bytes(populated_file())
    return path


@given(data=st.data())
@settings(
    max_examples=settings().max_examples // 2,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_whatever_is_changed_in_one_row_is_found(
    data: st.DataObject, image: Path, tmp_path: Path
) -> None:
    path = tmp_path / "meddled.db"
    path.write_bytes(image.read_bytes())
    table = data.draw(st.sampled_from(list(TABLES)))
    column = data.draw(st.sampled_from(list(TABLES[table].c)))
    assume((table, column.name) not in NOTHING_TELLS)
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        row = data.draw(st.sampled_from(rows(connection, table)))
        others = {each[column.name] for each in rows(connection, table)}
        value = data.draw(other_values(column, row[column.name], others))
        assume(value != row[column.name])
        where, key_of_row = having_key(table, row)
        change = f"UPDATE {table} SET {column.name} = ? WHERE {where}"  # noqa: S608 - names
        try:
            assert connection.execute(change, [value, *key_of_row]).rowcount == 1
        except sqlite3.IntegrityError:
            return  # the database has stopped it
    note(f"{table}.{column.name} of {key_of_row}: {row[column.name]!r} is {value!r} now")
    assert checked(path).violations != ()


@pytest.mark.parametrize("table", [each for each in TABLES if each not in MISSED_BY_NOBODY])
def test_every_row_that_is_removed_is_missed(table: str, image: Path, tmp_path: Path) -> None:
    path = tmp_path / "meddled.db"
    path.write_bytes(image.read_bytes())
    with closing(sqlite3.connect(path)) as connection:
        found = rows(connection, table)
    assert found != []
    for row in found[:8] + found[-8:]:
        path.write_bytes(image.read_bytes())
        with closing(sqlite3.connect(path, isolation_level=None)) as connection:
            where, key_of_row = having_key(table, row)
            connection.execute(f"DELETE FROM {table} WHERE {where}", key_of_row)  # noqa: S608
        assert checked(path).violations != (), key_of_row


def rows(connection: sqlite3.Connection, table: str) -> list[dict[str, Any]]:
    cursor = connection.execute(f"SELECT * FROM {table}")  # noqa: S608 - a name from above
    names = [each[0] for each in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor]


def having_key(table: str, row: dict[str, Any]) -> tuple[str, list[Any]]:
    names = [column.name for column in TABLES[table].primary_key]
    return " AND ".join(f"{name} = ?" for name in names), [row[name] for name in names]


def other_values(column: Column[Any], now: Any, others: set[Any]) -> st.SearchStrategy[Any]:  # noqa: ANN401
    """Draw what somebody may write into a column: what fits it, and what does not."""
    if isinstance(column.type, Boolean):
        return st.just(1 - now)
    drawn = st.sampled_from([*sorted(others - {None}, key=str), "x", ""])
    if column.nullable:
        drawn |= st.none()
    return drawn | st.sampled_from([now + 1, now - 1]) if isinstance(now, int) else drawn
