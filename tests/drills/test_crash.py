"""Processes are killed at random moments, and the PostgreSQL server with them: nothing is lost."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

from sqlalchemy import create_engine

from orderflow.adapters.sql import Tables
from tests.databases import postgres_url, sqlite
from tests.databases.server import Server, binaries
from tests.drills.stream import answered, die_in, faults, start, work

if TYPE_CHECKING:
    from pathlib import Path

    import pytest
    from sqlalchemy import Engine


def crashes(engine: Engine, log: Path, kills: int) -> list[str]:
    """Kill a stream of commands again and again; return what was wrong afterwards."""
    dice, found = Random(kills), list[str]()  # noqa: S311 - no secret
    for _ in range(kills):
        # The last one may have been carried out and not answered: it is given again.
        first = max(answered(log), default=-1) + 1
        process = start(engine.url, log, "w", first, first + 10_000)
        die_in(process, log, dice.randint(1, 12), dice.random() * 0.01)
        found += faults(engine, {"w": log})
    return found


def test_a_killed_process_loses_nothing_on_sqlite(tmp_path: Path) -> None:
    engine = sqlite(tmp_path / "crash.db")
    assert crashes(engine, tmp_path / "log", kills=15) == []
    assert len(answered(tmp_path / "log")) >= 15
    engine.dispose()


def test_a_killed_process_loses_nothing_on_postgres(tmp_path: Path) -> None:
    with postgres_url() as url:
        engine = create_engine(url)
        assert crashes(engine, tmp_path / "log", kills=5) == []
        engine.dispose()


def test_a_killed_server_loses_nothing(tmp_path: Path) -> None:
    assert server_crashes(tmp_path / "log", kills=2) == []


def server_crashes(log: Path, kills: int) -> list[str]:
    """Kill a server under a stream of commands; return what was wrong after each restart."""
    server, found = Server(binaries()), list[str]()
    try:
        server.start()
        engine = create_engine(server.url)
        Tables.default().metadata.create_all(engine)
        for number in range(kills):
            first = max(answered(log), default=-1) + 1
            process = start(server.url, log, "w", first, first + 10_000)
            goal = len(answered(log)) + 5 + number % 7
            while len(answered(log)) < goal:
                assert process.is_alive(), "it had ended of its own accord"
                process.join(0.005)
            server.kill()
            process.kill()
            process.join()
            engine.dispose()
            server.start()
            found += faults(engine, {"w": log})
        engine.dispose()
    finally:
        server.remove()
    return found


def test_control_a_command_that_is_given_again_without_a_row_for_its_id_is_noticed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("orderflow.adapters.sql.saving.Saving.answer", lambda *_: None)
    engine, log = sqlite(tmp_path / "crash.db"), tmp_path / "log"
    work(engine, log, "w", 0, 20)
    assert any("is lost" in fault for fault in faults(engine, {"w": log}))
    engine.dispose()
