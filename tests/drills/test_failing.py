"""A statement fails in the middle of a command: nothing is half done, and it can be repeated."""

from __future__ import annotations

import shutil
from contextlib import contextmanager
from threading import Thread
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import event

from orderflow import ContentionError, OrderFlow, StockKey, UnfinishedError
from orderflow.adapters.sql import open_database
from tests.databases import postgres, sqlite
from tests.drills import failing
from tests.drills.failing import RefusingDisk, Statements, fail, no_wait
from tests.drills.failing_life import NOON, life
from tests.drills.power_disk import Disk, Synced

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from sqlalchemy import Connection, Engine

    from tests.drills.power_disk import Change

MUG = StockKey("acme", "leeds", "MUG")


@contextmanager
def opened(path: Path, **options: Any) -> Iterator[Engine]:  # noqa: ANN401 - of `sqlite`
    engine = sqlite(path, **options)
    yield engine
    engine.dispose()


def test_sqlite_interrupts_each_statement_and_commit(tmp_path: Path) -> None:
    with opened(tmp_path / "shop.db", synchronous="OFF") as engine:
        steps = Statements(engine, statement=failing.interrupt, commit=failing.interrupt)
        figures = fail(engine, steps, stride=5)
    assert figures.faults == ()
    assert figures.failures > 2 * figures.commands
    assert 0 < figures.unfinished < figures.failures


@pytest.mark.parametrize("code", [10, 13], ids=["an error of the disk", "no room"])
def test_the_disk_of_sqlite_refuses_each_change(tmp_path: Path, code: int) -> None:
    obstacle = RefusingDisk(code)
    with Disk(obstacle.refuse), opened(tmp_path / "shop.db") as engine:
        figures = fail(engine, obstacle, stride=20)
    assert figures.faults == ()
    assert figures.unfinished > figures.commands


@pytest.mark.parametrize(
    ("statement", "commit"),
    [(failing.refuse, None), (failing.hang_up, failing.hang_up)],
    ids=["refuses", "hangs up"],
)
def test_postgres_fails_at_each_statement_and_commit(
    statement: Callable[[Connection], str | None], commit: Callable[[Connection], None] | None
) -> None:
    with postgres() as engine:
        steps = Statements(engine, statement=statement, commit=commit)
        figures = fail(engine, steps, stride=8)
    assert figures.faults == ()
    assert figures.failures > figures.commands
    assert figures.survived == 0


def test_postgres_commits_and_hangs_up_before_it_has_said_so() -> None:
    with postgres() as engine:
        figures = fail(engine, Statements(engine, commit=failing.hang_up_afterwards))
    assert figures.faults == ()
    assert figures.saved == figures.unfinished == figures.failures > figures.commands


def test_a_command_of_postgres_survives_that_another_one_has_to_go_first() -> None:
    with postgres() as engine:
        figures = fail(
            engine, Statements(engine, statement=failing.give_way), stride=8, repository=no_wait
        )
    assert figures.faults == ()
    assert figures.survived == figures.failures > figures.commands


def test_control_statements_that_are_each_a_transaction_are_noticed(tmp_path: Path) -> None:
    with opened(tmp_path / "shop.db", synchronous="OFF") as engine:
        steps = Statements(engine, statement=failing.interrupt)
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
                flow = OrderFlow(no_wait(of_rivals))
                rivals.append(Thread(target=flow.book_in, args=(MUG, 1), kwargs={"at": NOON}))
                rivals[-1].start()
                rivals[-1].join(0.3)  # it is done by then, if nothing keeps it

        replace_begin(engine, begin)
        event.listen(engine, "before_cursor_execute", rival)
        flow = OrderFlow(no_wait(engine))
        key = StockKey("acme", "leeds", "CUP")
        if answers:
            assert flow.book_in(key, 1, at=NOON).stock[0].on_hand == 1
        else:
            with pytest.raises(ContentionError):
                flow.book_in(key, 1, at=NOON)
        for each in rivals:
            each.join()
        assert len(rivals) == (1 if answers else 5)
        assert {s.key.sku: s.on_hand for s in OrderFlow(no_wait(of_rivals)).stock("acme")} == (
            {"MUG": 1, "CUP": 1} if answers else {"MUG": 5}
        )


def test_a_change_that_could_not_be_flushed_may_be_found_after_all(tmp_path: Path) -> None:
    """Which is why it is called unfinished, although nobody sees it while the file is open."""

    def refuse(change: Change) -> int:
        return 10 if armed and isinstance(change, Synced) else 0

    armed, path, found = False, tmp_path / "shop.db", tmp_path / "found.db"
    with Disk(refuse):
        engine = open_database(path, create=True)
        keeper = engine.connect()  # or the file would be cleared up when the connection is closed
        keeper.exec_driver_sql("SELECT 1 FROM orderflow_stock")
        flow = OrderFlow(no_wait(engine))
        armed = True
        with pytest.raises(UnfinishedError, match=r"disk I/O error.*same command id") as error:
            flow.book_in(MUG, 3, at=NOON, command_id="once")
        assert not error.value.is_saved
        armed = False
        assert flow.stock("acme") == ()
        for end in ("", "-wal"):
            shutil.copy(f"{path}{end}", f"{found}{end}")
        keeper.close()
        engine.dispose()
    engine = open_database(found)
    flow = OrderFlow(no_wait(engine))
    assert [stock.on_hand for stock in flow.stock("acme")] == [3]
    assert flow.book_in(MUG, 3, at=NOON, command_id="once").stock[0].on_hand == 3
    engine.dispose()


def replace_begin(engine: Engine, begin: str) -> None:
    """Let transactions that write begin otherwise."""

    def before(
        _connection: object, _cursor: object, statement: str, parameters: object, *_: object
    ) -> tuple[str, object]:
        return (begin if statement == "BEGIN IMMEDIATE" else statement), parameters

    event.listen(engine, "before_cursor_execute", before, retval=True)
