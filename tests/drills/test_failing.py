"""A statement fails in the middle of a command: nothing is half done, and it can be repeated."""

from __future__ import annotations

import shutil
from threading import Thread
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import event

from orderflow import ContentionError, OrderFlow, StockKey, UnfinishedError
from orderflow.adapters.sql import open_database
from tests.drills.failing import fail, no_wait
from tests.drills.failing_life import NOON, life
from tests.drills.failing_ways import WAYS, Statements, fail_in, interrupt, opened
from tests.drills.power_disk import Disk, Synced

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy import Engine

    from tests.drills.power_disk import Edit

MUG = StockKey("acme", "leeds", "MUG")


STRIDES = {
    # One step in so many: where a command has many steps, or the database takes its time.
    "SQLite interrupts": 10,
    "SQLite's disk fails": 20,
    "SQLite's disk is full": 20,
    "PostgreSQL refuses": 8,
    "PostgreSQL hangs up": 8,
    "PostgreSQL commits and hangs up": 1,
    "PostgreSQL lets another one go first": 8,
    "SQLite interrupts a text": 8,
    "PostgreSQL refuses in an exchange": 12,
    "PostgreSQL hangs up in an exchange": 12,
    "PostgreSQL lets another one go first in an exchange": 12,
}


@pytest.mark.parametrize("way", WAYS)
def test_a_step_fails_and_nothing_is_half_done(tmp_path: Path, way: str) -> None:
    figures = fail_in(way, tmp_path, stride=STRIDES[way])
    assert figures.faults == ()
    assert figures.failures > figures.commands
    if "go first" in way:
        assert figures.survived == figures.failures
    if "commits" in way:
        assert figures.saved == figures.unfinished == figures.failures


def test_control_statements_that_are_each_a_transaction_are_noticed(tmp_path: Path) -> None:
    with opened(tmp_path / "shop.db") as engine:
        steps = Statements(engine, interrupt)
        replace_begin(engine, "SELECT 'no transaction'")
        figures = fail(engine, steps, stride=5, commands=life()[:10])
    assert any("has left something" in fault for fault in figures.faults)


@pytest.mark.parametrize(
    ("begin", "answers"), [("BEGIN IMMEDIATE", True), ("BEGIN", False)], ids=["at once", "control"]
)
def test_a_writer_comes_to_its_turn_because_it_locks_at_once(
    tmp_path: Path, *, begin: str, answers: bool
) -> None:
    path = tmp_path / "shop.db"
    with opened(path) as engine, opened(path) as of_rivals:
        rivals: list[Thread] = []

        def rival(_connection: object, _cursor: object, statement: str, *_: object) -> None:
            if statement.startswith("INSERT INTO orderflow_stock"):
                acme = OrderFlow(no_wait(of_rivals)).seller("acme")
                rivals.append(Thread(target=acme.book_in, args=(MUG, 1), kwargs={"at": NOON}))
                rivals[-1].start()
                rivals[-1].join(0.3)  # it is done by then, if nothing keeps it

        replace_begin(engine, begin)
        event.listen(engine, "before_cursor_execute", rival)
        flow = OrderFlow(no_wait(engine))
        key = StockKey("acme", "leeds", "CUP")
        if answers:
            assert flow.seller("acme").book_in(key, 1, at=NOON).stock[0].on_hand == 1
        else:
            with pytest.raises(ContentionError):
                flow.seller("acme").book_in(key, 1, at=NOON)
        for each in rivals:
            each.join()
        assert len(rivals) == (1 if answers else 5)
        assert {
            s.key.sku: s.on_hand for s in OrderFlow(no_wait(of_rivals)).seller("acme").stock()
        } == ({"MUG": 1, "CUP": 1} if answers else {"MUG": 5})


def test_a_change_that_could_not_be_flushed_may_be_found_after_all(tmp_path: Path) -> None:
    """Which is why it is called unfinished, although nobody sees it while the file is open."""

    def refuse(change: Edit) -> int:
        return 10 if armed and isinstance(change, Synced) else 0

    armed, path, found = False, tmp_path / "shop.db", tmp_path / "found.db"
    with Disk(refuse):
        engine = open_database(path, create=True)
        keeper = engine.connect()  # or the file would be cleared up when the connection is closed
        keeper.exec_driver_sql("SELECT 1 FROM orderflow_stock")
        flow = OrderFlow(no_wait(engine))
        armed = True
        with pytest.raises(UnfinishedError, match=r"disk I/O error.*same command id") as error:
            flow.seller("acme").book_in(MUG, 3, at=NOON, command_id="once")
        assert not error.value.is_saved
        armed = False
        assert flow.seller("acme").stock() == ()
        for end in ("", "-wal"):
            shutil.copy(f"{path}{end}", f"{found}{end}")
        keeper.close()
        engine.dispose()
    engine = open_database(found)
    flow = OrderFlow(no_wait(engine))
    assert [stock.on_hand for stock in flow.seller("acme").stock()] == [3]
    assert flow.seller("acme").book_in(MUG, 3, at=NOON, command_id="once").stock[0].on_hand == 3
    engine.dispose()


def replace_begin(engine: Engine, begin: str) -> None:
    """Let transactions that write begin otherwise."""

    def before(
        _connection: object, _cursor: object, statement: str, parameters: object, *_: object
    ) -> tuple[str, object]:
        return (begin if statement == "BEGIN IMMEDIATE" else statement), parameters

    event.listen(engine, "before_cursor_execute", before, retval=True)
