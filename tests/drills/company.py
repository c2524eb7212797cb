"""A process whose callers give commands in company is killed at any moment.

Eight threads share a `GroupCommit`. What the others were answered from the same transaction must be
there, each command once, and those of one caller in the order in which they were given.
"""

from __future__ import annotations

import os
import traceback
from concurrent.futures import ThreadPoolExecutor, as_completed
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from orderflow.adapters.group_commit import GroupCommit
from orderflow.adapters.sql import SqlRepository
from orderflow.checking import check
from tests.databases.processes import start
from tests.drills.commands import command_of
from tests.drills.crash import LAST, Crashed, crashes
from tests.drills.databases import on
from tests.drills.drill import Drill, Drilled
from tests.drills.stream import flow_on, opened, tried, work

if TYPE_CHECKING:
    from collections.abc import Callable
    from multiprocessing.process import BaseProcess
    from pathlib import Path

    from sqlalchemy import URL, Engine

    from orderflow.ports import Repository
    from tests.drills.drill import Progress
    from tests.drills.stream import Logs

    T = TypeVar("T")

__all__ = ["CALLERS", "DRILLS", "InCompany", "work_in_company"]

CALLERS = tuple(f"c{number}" for number in range(8))


class InCompany(Crashed):
    """Eight callers of one process."""

    workers = CALLERS

    def start(self) -> BaseProcess:
        return start(_call, self.url, self.logs)

    def compare(self, engine: Engine) -> list[str]:
        latest = max(len(self.logs.answers(each)) for each in CALLERS)
        flow_on(engine, command_of(CALLERS[0], latest).at).recover()
        unserved = check(SqlRepository(engine)).unserved
        return ["a queue was left unserved"] if unserved else []

    def end(self) -> list[str]:
        self.notes["transactions in company"] += _length(_log(self.logs))
        return super().end()


class Noting(SqlRepository):
    """Writes down each transaction of several commands before it is committed."""

    def __init__(self, engine: Engine, log: Path) -> None:
        super().__init__(engine)
        self._log = log

    def together(self, seller_id: str, task: Callable[[Repository], T]) -> T:
        with self._log.open("ab", buffering=0) as log:
            log.write(b".")
        return super().together(seller_id, task)


def _log(logs: Logs) -> Path:
    return logs.folder / "company"


def _length(log: Path) -> int:
    return log.stat().st_size if log.exists() else 0


def _call(url: URL, logs: Logs) -> None:
    try:
        work_in_company(tried(partial(opened, url)), logs, LAST)
    except Exception:  # noqa: BLE001 - whatever it is, the other threads would go on
        traceback.print_exc()
        os._exit(1)


def work_in_company(engine: Engine, logs: Logs, last: int) -> None:
    """Let each caller give this many commands, on each other's orders too."""
    company = GroupCommit(Noting(engine, _log(logs)))
    call = partial(work, engine, logs, last=last, workers=CALLERS, repository=company)
    pool = ThreadPoolExecutor(len(CALLERS))
    calls = [pool.submit(call, caller) for caller in CALLERS]
    for done in as_completed(calls):
        done.result()  # does not wait for the others where one fails
    pool.shutdown()


def _crashes_on(name: str, kills: int, seed: int, progress: Progress) -> Drilled:
    with on(name) as database:
        return crashes(database, kills, seed, progress, InCompany)


DRILLS = (
    Drill("crash in company", "SQLite", partial(_crashes_on, "SQLite"), full=200, quick=15),
    Drill("crash in company", "PostgreSQL", partial(_crashes_on, "PostgreSQL"), full=80, quick=8),
)
