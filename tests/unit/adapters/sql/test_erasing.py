"""After an erasure, the text is in no row, and after a vacuum, in no byte of a SQLite file."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import attrs
import pytest
from sqlalchemy import Engine, event, select

from orderflow import OrderFlow, StorageError
from orderflow.adapters.sql import SqlOutbox, SqlRepository, Tables, vacuum
from orderflow.checking import check
from orderflow.testing.erasing_contract import commands_with_text
from tests.databases import sqlite
from tests.unit.shop import NOON, later

if TYPE_CHECKING:
    from pathlib import Path

TEXT = "Zoë Secret"


def fill(engine: Engine) -> OrderFlow:
    """Store the text in every way, and let a message about it fail."""
    Tables.default().metadata.create_all(engine)
    flow = OrderFlow(SqlRepository(engine))
    for number, command in enumerate(commands_with_text(TEXT, "Bob", NOON)):
        flow.handle(attrs.evolve(command, command_id=f"c{number}"))
    outbox = SqlOutbox(engine)
    messages = outbox.claim(NOON, timedelta(minutes=1), 1_000)
    first = next(message for message in messages if message.subject == "A")
    outbox.mark_failed(first, f"{TEXT} has no mailbox", None)
    return flow


def rows_with_text(engine: Engine) -> list[tuple[str, Any]]:
    with engine.connect() as connection:
        return [
            (table.name, row)
            for table in Tables.default().metadata.sorted_tables
            for row in connection.execute(select(table))
            if TEXT in str(row)
        ]


def files_with_text(path: Path) -> list[str]:
    """Return the files of a SQLite database, and beside it, that have the text anywhere."""
    return [
        each.name for each in sorted(path.parent.iterdir()) if TEXT.encode() in each.read_bytes()
    ]


def overwrite_nothing(connection: Any, _: object) -> None:  # noqa: ANN401 - the driver's
    connection.execute("PRAGMA secure_delete = 0")


def test_the_text_of_an_erased_order_is_in_no_row(engine: Engine) -> None:
    flow = fill(engine)
    tables = {name for name, _ in rows_with_text(engine)}
    assert tables == {f"orderflow_{each}" for each in ("orders", "events", "commands", "outbox")}
    flow.seller("acme").erase("A", at=later(1))
    assert rows_with_text(engine) == []
    assert check(SqlRepository(engine)).violations == ()
    assert flow.seller("acme").order("B").customer_reference == "Bob"


def test_a_vacuum_leaves_no_byte_of_the_text_in_the_files(tmp_path: Path) -> None:
    """Some builds of SQLite overwrite what is freed. Most do not, so it is turned off here."""
    path = tmp_path / "shop.db"
    engine = sqlite(path, synchronous="OFF")
    event.listen(engine, "connect", overwrite_nothing)
    acme = fill(engine).seller("acme")
    acme.erase("A", at=later(1))
    assert rows_with_text(engine) == []
    assert files_with_text(path) != []
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    assert files_with_text(path) == ["shop.db"]
    vacuum(engine)
    assert files_with_text(path) == []
    assert check(SqlRepository(engine)).violations == ()
    engine.dispose()
    assert files_with_text(path) == []


def test_a_vacuum_while_others_use_the_database_has_to_be_repeated(tmp_path: Path) -> None:
    engine = sqlite(tmp_path / "shop.db", synchronous="OFF", busy_seconds=0)
    fill(engine).seller("acme").erase("A", at=later(1))
    with engine.connect() as reader:
        reader.exec_driver_sql("BEGIN")
        reader.exec_driver_sql("SELECT * FROM orderflow_orders").all()
        with pytest.raises(StorageError, match="others use the database"):
            vacuum(engine)
        reader.exec_driver_sql("ROLLBACK")
    vacuum(engine)
    with engine.connect() as writer:
        writer.exec_driver_sql("BEGIN IMMEDIATE")
        with pytest.raises(StorageError, match="others use the database"):
            vacuum(engine)
        writer.exec_driver_sql("ROLLBACK")
    engine.dispose()


def test_a_vacuum_of_a_server_does_nothing(postgresql: Engine) -> None:
    vacuum(postgresql)
