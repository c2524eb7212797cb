"""What comes of a transaction that cannot be begun, or not be ended, as it should be."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import create_engine, event

from orderflow import OrderFlow, StorageError, UnfinishedError
from orderflow.adapters.sql import SqlRepository, upgrade
from tests.databases import sqlite
from tests.unit.shop import NOON, key

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy import Connection, Engine


def interrupt_next_commit(engine: Engine) -> None:
    """Let SQLite stop at the first step of the next COMMIT, as if its caller had lost patience."""

    def interrupt(connection: Connection) -> None:
        driver: Any = connection.connection.driver_connection
        once = iter([1])
        driver.set_progress_handler(lambda: next(once, 0), 1)

    event.listen(engine, "commit", interrupt, once=True)


def test_a_commit_that_fails_may_have_been_one_and_is_not_in_the_way(tmp_path: Path) -> None:
    engine = sqlite(tmp_path / "shop.db")
    acme = OrderFlow(SqlRepository(engine)).seller("acme")
    interrupt_next_commit(engine)
    with pytest.raises(UnfinishedError, match=r"commit \(interrupted\).*same command id") as failed:
        acme.book_in(key(), 3, at=NOON, command_id="once")
    assert not failed.value.is_saved
    for _ in range(2):
        acme.book_in(key(), 3, at=NOON, command_id="once")
    assert [stock.on_hand for stock in acme.stock()] == [3]
    engine.dispose()


def test_an_upgrade_that_cannot_be_committed_is_not_in_the_way_of_the_next_one(
    tmp_path: Path,
) -> None:
    engine = create_engine(f"sqlite:///{tmp_path / 'shop.db'}")
    interrupt_next_commit(engine)
    with pytest.raises(StorageError, match="interrupted"):
        upgrade(engine)
    for _ in range(2):
        upgrade(engine)
    assert OrderFlow(SqlRepository(engine)).seller("acme").stock() == ()
    engine.dispose()


def test_what_was_only_read_is_not_in_doubt(tmp_path: Path) -> None:
    engine = sqlite(tmp_path / "shop.db")
    acme = OrderFlow(SqlRepository(engine)).seller("acme")
    interrupt_next_commit(engine)
    with pytest.raises(StorageError, match="interrupted") as failed:
        acme.stock()
    assert type(failed.value) is StorageError
    assert acme.stock() == ()
    engine.dispose()


def test_a_pool_without_a_free_connection_is_a_fault_that_says_what_to_do(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/shop.db"
    engine = create_engine(url, pool_size=1, max_overflow=0, pool_timeout=0.1)
    upgrade(engine)
    acme = OrderFlow(SqlRepository(engine)).seller("acme")
    with engine.connect(), pytest.raises(StorageError, match="pool_size"):
        acme.book_in(key(), 3, at=NOON)
    acme.book_in(key(), 3, at=NOON)
    engine.dispose()
