"""Whoever gives commands, or serves a connection, or all of the server is killed at any moment."""

from __future__ import annotations

import signal
import time
from abc import ABC, abstractmethod
from collections import Counter
from functools import partial
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from orderflow import OrderFlow, StockKey
from orderflow.adapters.sql import SqlRepository
from orderflow.checking import check
from tests.databases.processes import start
from tests.drills.commands import NOON
from tests.drills.databases import Postgres, on
from tests.drills.drill import Drill, Drilled
from tests.drills.findings import Reference, faults, tell_all
from tests.drills.stream import Logs, opened, start_stream

if TYPE_CHECKING:
    from collections.abc import Callable
    from multiprocessing.process import BaseProcess

    from sqlalchemy import URL, Engine

    from tests.drills.databases import Database
    from tests.drills.drill import Progress

__all__ = ["CREATING", "DRILLS", "LAST", "Crashed", "crashes"]

_KILLS_A_DATABASE = 25
LAST = 100_000  # more than are given before the process is killed
_SECONDS_MAX = 60


def crashes(
    database: Database,
    kills: int,
    seed: int,
    progress: Progress,
    make: Callable[[Database, Logs, Random, Counter[str]], Crashed] | None = None,
) -> Drilled:
    """Kill what gives commands again and again, with a new database every now and then."""
    dice, found, commands = Random(seed), list[str](), 0  # noqa: S311 - no secret
    notes = Counter[str]()
    for begin in range(0, kills, _KILLS_A_DATABASE):
        with TemporaryDirectory() as folder:
            one = (make or _Alone)(database, Logs(Path(folder)), dice, notes)
            for number in range(begin, min(begin + _KILLS_A_DATABASE, kills)):
                found += [f"kill {number}: {fault}" for fault in one.crash()]
                progress(number + 1, kills)
            found += one.end()
            commands += one.commands
    return Drilled(kills, commands, tuple(found), notes)


class Crashed(ABC):
    """A database, and the process that is killed while it gives commands to it."""

    workers: tuple[str, ...]

    def __init__(self, database: Database, logs: Logs, dice: Random, notes: Counter[str]) -> None:
        self.url = database.fresh()
        self.logs = logs
        self.notes = notes
        self._database = database
        self._dice = dice

    @abstractmethod
    def start(self) -> BaseProcess:
        """Start the process."""

    @abstractmethod
    def compare(self, engine: Engine) -> list[str]:
        """Recover, and return what else is wrong after a kill."""

    @property
    def commands(self) -> int:
        return sum(len(self.logs.answers(worker)) for worker in self.workers)

    def crash(self) -> list[str]:
        """Kill somebody; return what is wrong afterwards."""
        process, found = self.start(), list[str]()
        if isinstance(self._database, Postgres):
            found += self._kill_on_postgres(process, self._database)
        if self._dice.random() < 0.15:
            process.join(self._dice.uniform(0, 0.15))  # it may be opening the database still
            self.notes["while opening"] += self.commands == 0
        else:
            found += self._let_answer(process, len(self.workers) * self._dice.randint(1, 8))
            process.join(self._dice.uniform(0, 0.03))
        process.kill()
        process.join()
        if process.exitcode != -signal.SIGKILL:
            found.append(f"it had ended of its own accord: {process.exitcode}")
        engine = self._database.opened(self.url)
        found += faults(engine, self.logs, self.workers)
        found += self.compare(engine)
        engine.dispose()
        return found

    def end(self) -> list[str]:
        """Let what happened be told to the end; return what is wrong then."""
        engine = self._database.opened(self.url)
        found = tell_all(engine, self.logs) + faults(engine, self.logs, self.workers)
        engine.dispose()
        told = self.logs.told()
        self.notes["messages"] += len(set(told))
        self.notes["told twice"] += len(told) - len(set(told))
        return found

    def _kill_on_postgres(self, process: BaseProcess, database: Postgres) -> list[str]:
        """Kill what the process is connected to, at times; it has to go on by itself."""
        way = self._dice.random()
        if way < 0.5:
            return []
        found = self._let_answer(process, self._dice.randint(1, 5))
        process.join(self._dice.uniform(0, 0.02))
        if way < 0.75:
            self.notes["backends killed"] += database.kill_backend(self.url)
        else:
            database.restart()
            self.notes["servers killed"] += 1
        return found

    def _let_answer(self, process: BaseProcess, more: int) -> list[str]:
        """Wait for so many answers; say so if they do not come."""
        goal, until = self.commands + more, time.monotonic() + _SECONDS_MAX
        while process.is_alive() and self.commands < goal:
            process.join(0.005)
            if time.monotonic() > until:
                return [f"no answer came for {_SECONDS_MAX} seconds"]
        return []


class _Alone(Crashed):
    """One worker, whose commands are compared with what they come to in memory."""

    workers = ("w",)

    def __init__(self, database: Database, logs: Logs, dice: Random, notes: Counter[str]) -> None:
        super().__init__(database, logs, dice, notes)
        self._reference = Reference(*self.workers)

    def start(self) -> BaseProcess:
        return start_stream(self.url, self.logs, *self.workers, LAST)

    def compare(self, engine: Engine) -> list[str]:
        return self._reference.faults(engine, self.logs)

    def end(self) -> list[str]:
        self.notes["done and not answered"] += self._reference.unanswered
        return super().end()


def _crashes_on(name: str, kills: int, seed: int, progress: Progress) -> Drilled:
    with on(name) as database:
        return crashes(database, kills, seed, progress)


def _creating(kills: int, seed: int, progress: Progress) -> Drilled:
    """Kill a process while it makes a database; the next one has to manage with what is left."""
    dice, found, notes = Random(seed), list[str](), Counter[str]()  # noqa: S311 - no secret
    seconds = 0.0  # the first one is let go on to the end, to see how long that takes
    with on("SQLite") as database:
        for number in range(kills + 1):
            url = database.fresh()
            process, begun = start(_create, url), time.monotonic()
            process.join(dice.uniform(0, seconds) if number else None)
            seconds = seconds or time.monotonic() - begun
            process.kill()
            process.join()
            notes["kills in time"] += process.exitcode == -signal.SIGKILL
            engine = database.opened(url)
            key = StockKey("acme", "leeds", "MUG")
            OrderFlow(SqlRepository(engine)).seller("acme").book_in(key, 1, at=NOON)
            found += [str(each) for each in check(SqlRepository(engine)).violations]
            engine.dispose()
            progress(number, kills)
    return Drilled(kills, kills, tuple(found), notes)


def _create(url: URL) -> None:
    opened(url).dispose()


CREATING = Drill("crash while it is made", "SQLite", _creating, full=100, quick=10)
DRILLS = (
    Drill("crash", "SQLite", partial(_crashes_on, "SQLite"), full=400, quick=25),
    Drill("crash", "PostgreSQL", partial(_crashes_on, "PostgreSQL"), full=120, quick=10),
    CREATING,
)
