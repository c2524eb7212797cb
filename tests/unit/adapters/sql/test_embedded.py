"""The embedded database is opened, settled and refused as it should be."""

from __future__ import annotations

import sqlite3
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

from orderflow import InvalidValueError, OrderFlow, StorageError
from orderflow.adapters.sql import SchemaError, SqlRepository, open_database
from orderflow.adapters.sql.revision import REVISION
from tests.databases.processes import pool_of
from tests.unit.adapters.sql.populated import of_revision
from tests.unit.shop import NOON, key

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sqlalchemy import Engine

    from orderflow.adapters.sql.embedded import Durability


@contextmanager
def opened(path: Path | str, *, create: bool = False) -> Iterator[Engine]:
    engine = open_database(path, create=create)
    yield engine
    engine.dispose()


@pytest.fixture(name="path")
def _path(tmp_path: Path) -> Path:
    return tmp_path / "shop 100%.db"


def test_it_is_made_where_that_is_asked_for(path: Path) -> None:
    with opened(path, create=True) as engine:
        OrderFlow(SqlRepository(engine)).seller("acme").book_in(key(), 3, at=NOON)
    with opened(path) as engine:
        assert OrderFlow(SqlRepository(engine)).seller("acme").stock()[0].on_hand == 3


@pytest.mark.parametrize(("durability", "synchronous"), [("full", 2), ("relaxed", 1)])
def test_every_connection_is_settled(path: Path, durability: Durability, synchronous: int) -> None:
    engine = open_database(path, durability=durability, create=True)
    with engine.connect() as first, engine.connect() as second:
        for connection in (first, second):
            settled = {
                name: connection.execute(text(f"PRAGMA {name}")).scalar()
                for name in ("journal_mode", "synchronous", "busy_timeout", "foreign_keys")
            }
            assert settled == {
                "journal_mode": "wal",
                "synchronous": synchronous,
                "busy_timeout": 30_000,
                "foreign_keys": 1,
            }
    engine.dispose()


def test_a_file_that_is_not_there_is_not_made_by_itself(path: Path) -> None:
    with pytest.raises(StorageError, match=r"no database at .*create=True"):
        open_database(path)
    assert not path.exists()


def test_a_file_without_the_tables_is_refused_and_left_alone(path: Path) -> None:
    path.touch()
    with pytest.raises(SchemaError, match="no tables of orderflow"):
        open_database(path)
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT * FROM sqlite_master").fetchall() == []


def test_what_is_no_database_is_refused(path: Path, tmp_path: Path) -> None:
    path.write_text("order,sku,quantity\n" * 100)
    with pytest.raises(StorageError, match=r"100%\.db cannot be opened.*not a database"):
        open_database(path)
    with pytest.raises(StorageError, match="cannot be opened as a database"):
        open_database(tmp_path)
    with pytest.raises(StorageError, match="cannot be opened as a database"):
        open_database(tmp_path / "no folder" / "a.db", create=True)


def test_a_later_revision_is_refused(path: Path) -> None:
    of_revision(REVISION, path)
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("UPDATE orderflow_revision SET version_num = '9999'")
    for create in (False, True):
        with pytest.raises(SchemaError, match="later release"):
            open_database(path, create=create)


def test_a_durability_of_another_word_is_refused(path: Path) -> None:
    with pytest.raises(InvalidValueError, match="'full', 'relaxed', not 'some'"):
        open_database(path, durability="some", create=True)  # type: ignore[arg-type]
    assert not path.exists()


def test_a_writer_waits_for_another_one(path: Path) -> None:
    with opened(path, create=True) as engine, engine.connect() as other:
        other.exec_driver_sql("BEGIN IMMEDIATE")
        with pool_of(1) as pool:
            assert pool.submit(int).result(30) == 0  # the process runs
            booked = pool.submit(_book_in, str(path))
            with pytest.raises(TimeoutError):
                booked.result(1)
            other.commit()
            assert booked.result(30) == 1


def _book_in(path: str) -> int:
    with opened(path) as engine:
        acme = OrderFlow(SqlRepository(engine)).seller("acme")
        return acme.book_in(key(), 1, at=NOON).stock[0].on_hand


def test_a_host_that_has_begun_nothing_is_told_before_its_changes_are_torn_apart(
    path: Path,
) -> None:
    with opened(path, create=True) as engine:
        with engine.begin() as connection:
            connection.execute(text("CREATE TABLE invoices (number TEXT)"))
        with engine.connect() as connection:
            connection.execute(text("INSERT INTO invoices VALUES ('A')"))
            flow = OrderFlow(SqlRepository.within(connection))
            with pytest.raises(StorageError, match=r'1 change is .* execute "BEGIN IMMEDIATE"'):
                flow.seller("acme").book_in(key(), 3, at=NOON)
        with engine.begin() as connection:  # where nothing was changed, orderflow begins itself
            flow = OrderFlow(SqlRepository.within(connection))
            assert flow.seller("acme").stock() == ()
            flow.seller("acme").book_in(key(), 3, at=NOON)
            connection.execute(text("INSERT INTO invoices VALUES ('B')"))
            flow.seller("acme").book_in(key(), 4, at=NOON)
            connection.rollback()
        assert OrderFlow(SqlRepository(engine)).seller("acme").stock() == ()
        with engine.connect() as connection:
            assert connection.scalar(text("SELECT count(*) FROM invoices")) == 1


def test_several_processes_may_make_it_at_once(path: Path) -> None:
    with pool_of(4) as pool:
        list(pool.map(_make, [str(path)] * 4, timeout=60))
    with opened(path):
        pass


def _make(path: str) -> None:
    open_database(path, create=True).dispose()
