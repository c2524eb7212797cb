"""Eight processes give commands on three products: nothing is oversold, and all come to an end."""

from __future__ import annotations

import time
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from sqlalchemy import text

from tests.drills.databases import on
from tests.drills.drill import Drill, Drilled
from tests.drills.findings import faults, tell_all
from tests.drills.stream import Logs, start_stream

if TYPE_CHECKING:
    from collections.abc import Sequence
    from multiprocessing.process import BaseProcess

    from sqlalchemy import Engine

    from tests.drills.databases import Database
    from tests.drills.drill import Progress

__all__ = ["DRILLS", "WORKERS", "sell"]

WORKERS = tuple(f"w{number}" for number in range(8))
_SECONDS_MAX = 120
"""A worker that is answered nothing for so long is stuck."""


def sell(database: Database, each: int, _seed: int, progress: Progress) -> Drilled:
    """Let eight workers give so many commands each, on each other's orders too."""
    url = database.fresh()
    database.opened(url).dispose()
    with TemporaryDirectory() as folder:
        logs = Logs(Path(folder))
        processes = [start_stream(url, logs, worker, each, WORKERS) for worker in WORKERS]
        found = _wait(processes, logs, each, progress)
        engine = database.opened(url)
        found += tell_all(engine, logs) + faults(engine, logs, WORKERS)
        notes = _notes(engine, logs)
        engine.dispose()
        return Drilled(len(WORKERS), sum(_answered(logs)), tuple(found), notes)


def _answered(logs: Logs) -> Sequence[int]:
    return [len(logs.answers(worker)) for worker in WORKERS]


def _wait(processes: Sequence[BaseProcess], logs: Logs, each: int, progress: Progress) -> list[str]:
    """Wait for the workers; say who was stuck, or was not answered everything."""
    before, since = 0, time.monotonic()
    while any(process.is_alive() for process in processes):
        processes[0].join(0.2)
        time.sleep(0.2)
        answered = sum(_answered(logs))
        if answered != before:
            before, since = answered, time.monotonic()
            progress(answered, each * len(WORKERS))
        if time.monotonic() - since > _SECONDS_MAX:
            break
    found = []
    for process, worker, answers in zip(processes, WORKERS, _answered(logs), strict=True):
        if process.is_alive():
            found.append(f"{worker} was stuck")
            process.kill()
        process.join()
        if process.exitcode != 0 or answers != each:
            found.append(f"{worker} ended with {process.exitcode} after {answers} commands")
    return found


def _notes(engine: Engine, logs: Logs) -> dict[str, int]:
    tries = [answer.tries for each in WORKERS for answer in logs.answers(each).values()]
    told = logs.told()
    notes = {
        "tried again": sum(tries) - len(tries),
        "tries at most": max(tries),
        "messages": len(set(told)),
        "told twice": len(told) - len(set(told)),
    }
    if engine.dialect.name == "postgresql":
        with engine.connect() as connection:
            notes["deadlocks"] = connection.scalar(_DEADLOCKS) or 0
    return notes


_DEADLOCKS = text("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")


def _sell_on(name: str, each: int, seed: int, progress: Progress) -> Drilled:
    with on(name) as database:
        return sell(database, each, seed, progress)


DRILLS = (
    Drill("oversell", "SQLite", partial(_sell_on, "SQLite"), full=500, quick=25),
    Drill("oversell", "PostgreSQL", partial(_sell_on, "PostgreSQL"), full=500, quick=25),
)
