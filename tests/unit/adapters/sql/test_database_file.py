"""A database file that is deleted, moved or replaced while it is open is used no longer."""

from __future__ import annotations

import asyncio
import os
import shutil
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from django.db import connections, transaction
from sqlalchemy import create_engine

from orderflow import AsyncOrderFlow, InvalidValueError, OrderFlow, StorageError
from orderflow.adapters.sql import SqlInbox, SqlOutbox, SqlRepository, Tables, open_database
from orderflow.adapters.sql.asynchronous import AsyncSqlRepository, open_async_database
from orderflow.adapters.sql.database_file import OpenFiles
from orderflow.adapters.sql.django import DjangoTransactions
from orderflow.commands import BookInStock
from orderflow.core import decide
from tests.databases.django import django_sqlite
from tests.unit.shop import ACME, NOON, key

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sqlalchemy import Engine

    from orderflow import Seller
    from orderflow.ports import UnitOfWork

    Harm = Callable[[Path], object]


@pytest.fixture(name="path")
def _path(tmp_path: Path) -> Path:
    return tmp_path / "shop.db"


@pytest.fixture(name="engine", params=["opened", "of the host"])
def _engine(request: pytest.FixtureRequest, path: Path) -> Iterator[Engine]:
    """Open a file with three mugs in it."""
    open_database(path, create=True).dispose()
    host = create_engine(f"sqlite:///{path.as_uri()}?mode=rw&uri=true")
    engine = open_database(path) if request.param == "opened" else host
    acme_on(engine).book_in(key(), 3, at=NOON)
    yield engine
    engine.dispose()


def acme_on(engine: Engine) -> Seller:
    return OrderFlow(SqlRepository(engine)).seller(ACME)


def beside(path: Path, end: str) -> Path:
    return path.with_name(path.name + end)


def delete(path: Path) -> None:
    path.unlink()


def move(path: Path) -> None:
    path.rename(path.with_name("moved.db"))


def replace(path: Path) -> None:
    """Put a copy in its place, as a backup that is restored."""
    shutil.copy(path, path.with_name("copy.db"))
    path.with_name("copy.db").rename(path)


def empty(path: Path) -> None:
    """Empty it in place, as `> shop.db` in a shell does."""
    os.truncate(path, 0)


def delete_wal(path: Path) -> None:
    beside(path, "-wal").unlink()


def replace_wal(path: Path) -> None:
    replace(beside(path, "-wal"))


def delete_shm(path: Path) -> None:
    beside(path, "-shm").unlink()


HARMED = r"shop.db.* was (deleted|replaced).* while the database was open"
HARMS = (delete, move, replace, empty, delete_wal, replace_wal, delete_shm)


@pytest.mark.parametrize("harm", HARMS)
def test_it_is_neither_read_nor_written_any_more(engine: Engine, path: Path, harm: Harm) -> None:
    acme = acme_on(engine)
    harm(path)
    names = sorted(path.parent.iterdir())
    for use in (
        lambda: acme.book_in(key(), 1, at=NOON),
        acme.stock,
        lambda: SqlOutbox(engine).claim(NOON, timedelta(1), 5),
        lambda: SqlInbox.receive(engine, "1", lambda _: None),
    ):
        with pytest.raises(StorageError, match=HARMED):
            use()
    assert sorted(path.parent.iterdir()) == names


@pytest.mark.parametrize("harm", [delete, move, replace])
def test_new_connections_are_refused_too_and_make_no_file(path: Path, harm: Harm) -> None:
    engine = open_database(path, create=True)
    with engine.connect():  # so that the pool has none left
        harm(path)
        names = sorted(path.parent.iterdir())
        with pytest.raises(StorageError, match=HARMED):
            engine.connect()
        assert sorted(path.parent.iterdir()) == names
    engine.dispose()


@pytest.mark.parametrize("harm", HARMS)
def test_what_happens_during_a_command_is_noticed_before_it_is_saved(
    engine: Engine, path: Path, harm: Harm
) -> None:
    def task(work: UnitOfWork) -> None:
        command = BookInStock(key=key(), received=1, at=NOON)
        outcome = decide(command, work)
        harm(path)
        work.save(command, outcome)

    with pytest.raises(StorageError, match="so nothing was saved"):
        SqlRepository(engine).write(ACME, task)


def test_a_file_that_was_moved_can_be_put_back(engine: Engine, path: Path) -> None:
    acme, away = acme_on(engine), path.with_name("away.db")

    def task(work: UnitOfWork) -> None:
        command = BookInStock(key=key(), received=1, at=NOON)
        work.save(command, decide(command, work))
        path.rename(away)

    with pytest.raises(StorageError, match=HARMED):
        SqlRepository(engine).write(ACME, task)
    away.rename(path)
    assert [each.on_hand for each in acme.stock()] == [3]
    assert acme.book_in(key(), 1, at=NOON).stock[0].on_hand == 4


def test_the_host_cannot_commit_either_on_an_engine_that_orderflow_opened(path: Path) -> None:
    engine = open_database(path, create=True)
    with pytest.raises(StorageError, match=HARMED), engine.begin() as connection:  # noqa: PT012 - the end raises
        connection.exec_driver_sql("BEGIN IMMEDIATE")
        OrderFlow(SqlRepository.within(connection)).seller(ACME).book_in(key(), 3, at=NOON)
        path.unlink()
    engine.dispose()


def test_any_name_is_that_of_a_file(tmp_path: Path) -> None:
    path = tmp_path / "100% ?mode=memory#é.db"
    engine = open_database(path, create=True)
    acme_on(engine).book_in(key(), 3, at=NOON)
    assert path in tmp_path.iterdir()
    engine.dispose()
    engine = open_database(path)
    assert acme_on(engine).stock()[0].on_hand == 3
    engine.dispose()


def test_a_link_may_lead_to_the_file(path: Path, tmp_path: Path) -> None:
    open_database(path, create=True).dispose()
    link = tmp_path / "link.db"
    link.symlink_to(path)
    engine = open_database(link)
    acme_on(engine).book_in(key(), 3, at=NOON)
    beside(path, "-wal").unlink()
    with pytest.raises(StorageError, match=HARMED):
        acme_on(engine).stock()
    engine.dispose()


def test_a_host_may_keep_its_state_in_memory() -> None:
    engine = create_engine("sqlite://")
    Tables.default().metadata.create_all(engine)
    acme_on(engine).book_in(key(), 3, at=NOON)
    assert acme_on(engine).stock()[0].on_hand == 3
    engine.dispose()


@pytest.mark.parametrize("name", ["", ":memory:", "file:shop.db?mode=ro"])
@pytest.mark.parametrize("create", [False, True])
def test_what_names_no_file_is_not_opened(name: str, *, create: bool) -> None:
    with pytest.raises(InvalidValueError, match=r"the path of a file; .* use MemoryRepository"):
        open_database(name, create=create)
    assert not Path(name or "none").exists()


@pytest.mark.parametrize("harm", HARMS)
def test_an_async_engine_refuses_it_too(path: Path, harm: Harm) -> None:
    async def use() -> None:
        engine = await open_async_database(path, create=True)
        acme = AsyncOrderFlow(AsyncSqlRepository(engine)).seller(ACME)
        await acme.book_in(key(), 3, at=NOON)
        harm(path)
        for read_or_write in (acme.stock, lambda: acme.book_in(key(), 1, at=NOON)):
            with pytest.raises(StorageError, match=HARMED):
                await read_or_write()
        await engine.dispose()

    asyncio.run(use())


@pytest.mark.parametrize("harm", HARMS)
@pytest.mark.parametrize("mode", ["IMMEDIATE", None])
def test_django_s_connection_refuses_it_too(path: Path, harm: Harm, mode: str | None) -> None:
    with django_sqlite(path, mode=mode) as alias:
        connections[alias].ensure_connection()
        acme = OrderFlow(SqlRepository(DjangoTransactions(alias))).seller(ACME)
        acme.book_in(key(), 3, at=NOON)
        harm(path)
        for use in (acme.stock, lambda: acme.book_in(key(), 1, at=NOON)):
            with pytest.raises(StorageError, match=HARMED):
                use()
            with pytest.raises(StorageError, match=HARMED), transaction.atomic(using=alias):
                use()


def test_django_does_not_commit_what_was_deleted_during_a_command(path: Path) -> None:
    with django_sqlite(path) as alias:

        def task(work: UnitOfWork) -> None:
            command = BookInStock(key=key(), received=1, at=NOON)
            work.save(command, decide(command, work))
            path.unlink()

        with pytest.raises(StorageError, match=HARMED):
            SqlRepository(DjangoTransactions(alias)).write(ACME, task)


def test_an_immutable_file_may_not_change(path: Path) -> None:
    path.write_text("one", encoding="utf-8")
    files = OpenFiles.of(path, is_immutable=True)
    files.require_same()
    path.write_text("another", encoding="utf-8")
    with pytest.raises(StorageError, match=r"shop.db was replaced, emptied or changed"):
        files.require_same()
