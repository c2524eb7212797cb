"""Eight processes sell three products: nothing is oversold, and everybody comes to an end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import create_engine

from tests.databases import postgres_url, sqlite
from tests.drills.stream import answered, faults, start

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy import Engine

WORKERS = 8


def sell(engine: Engine, folder: Path, commands: int, seconds_max: float) -> list[str]:
    """Let eight workers give so many commands each; return what was wrong afterwards."""
    logs = {f"w{number}": folder / f"w{number}" for number in range(WORKERS)}
    processes = [start(engine.url, log, worker, 0, commands) for worker, log in logs.items()]
    for process in processes:
        process.join(seconds_max)
    stuck = [process for process in processes if process.is_alive()]
    for process in stuck:
        process.kill()
    ended = {process.exitcode for process in processes}
    found = faults(engine, logs)
    if ended != {0}:
        found.append(f"workers ended with {ended}")
    short = [worker for worker, log in logs.items() if len(answered(log)) != commands]
    return found + [f"{worker} was not answered everything" for worker in short]


def test_nothing_is_oversold_on_sqlite(tmp_path: Path) -> None:
    engine = sqlite(tmp_path / "oversell.db")
    assert sell(engine, tmp_path, commands=25, seconds_max=60) == []
    engine.dispose()


def test_nothing_is_oversold_on_postgres(tmp_path: Path) -> None:
    with postgres_url() as url:
        engine = create_engine(url)
        assert sell(engine, tmp_path, commands=25, seconds_max=60) == []
        engine.dispose()
