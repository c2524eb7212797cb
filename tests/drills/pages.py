"""A command in many pages: whoever carries it out is killed in between, and recovers."""

from __future__ import annotations

from collections import Counter
from functools import partial
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, TypeVar

import attrs

from orderflow import MemoryRepository, OrderFlow
from orderflow.adapters.sql import SqlRepository
from orderflow.checking import check
from tests.databases import empty
from tests.databases.processes import start
from tests.drills.databases import on
from tests.drills.drill import Drill, Drilled
from tests.drills.long_commands import LONG_COMMANDS, WAITING
from tests.drills.stream import At, opened

if TYPE_CHECKING:
    from collections.abc import Callable
    from multiprocessing.process import BaseProcess

    from sqlalchemy import URL

    from orderflow.ports import Repository, UnitOfWork
    from tests.drills.databases import Database
    from tests.drills.drill import Progress
    from tests.drills.long_commands import LongCommand

    T = TypeVar("T")

__all__ = ["DRILLS", "serve"]

_AT_ONCE = 2
_KILLS_MAX = 4
_PAGES_MAX = 4
"""So many pages are committed before a kill: all kills of a run leave some to be served."""
_SECONDS = 0.01
"""A page takes about this long."""


def serve(database: Database, runs: int, seed: int, progress: Progress) -> Drilled:
    """Kill whoever carries out a long command, then whoever recovers, and let the last recover."""
    dice, found, notes = Random(seed), list[str](), Counter[str]()  # noqa: S311 - no secret
    url = database.fresh()
    engine = database.opened(url)
    expected = {name: _expected(long) for name, long in LONG_COMMANDS.items()}
    with TemporaryDirectory() as folder:
        mark = Path(folder) / "begun"
        for number in range(runs):
            name = dice.choice(list(LONG_COMMANDS))
            long, run = LONG_COMMANDS[name], f"run {number}, {name}"
            empty(engine)
            _begin(SqlRepository(engine), long)
            for _ in range(dice.randint(1, _KILLS_MAX)):
                server = start(_serve, url, mark, name)
                _kill(server, mark, dice.randint(0, _PAGES_MAX), dice.uniform(0, _SECONDS))
                checked = check(SqlRepository(engine), default_policy=long.policy)
                found += [f"{run}: {fault}" for fault in checked.violations]
                notes["kills"] += 1
                notes["kills between pages"] += bool(checked.unserved)
            _finish(SqlRepository(engine), long, recovers=number % 2 == 0)
            if _seen(SqlRepository(engine)) != expected[name]:
                found.append(f"{run}: what is left is not what it has to come to")
            checked = check(SqlRepository(engine), default_policy=long.policy)
            found += [f"{run}: {fault}" for fault in checked.violations]
            if checked.unserved:
                found.append(f"{run}: a queue was left unserved")
            progress(number + 1, runs)
    engine.dispose()
    return Drilled(runs, runs * WAITING, tuple(found), notes)


def _begin(repository: Repository, long: LongCommand) -> None:
    """Let there be nothing but what comes before the command."""
    for command in long.before:
        OrderFlow(repository, default_policy=long.policy).handle(command)


class _Counted(SqlRepository):
    """A repository that adds a byte to a file after each commit."""

    mark: Path

    def write(self, seller_id: str, task: Callable[[UnitOfWork], T]) -> T:
        done = super().write(seller_id, task)
        with self.mark.open("ab") as file:
            file.write(b".")
        return done


def _serve(url: URL, mark: Path, name: str) -> None:
    long = LONG_COMMANDS[name]
    repository = _Counted(opened(url))
    repository.mark = mark
    flow = _flow(repository, long)
    flow.seller("acme").stock()  # it is connected
    mark.touch()
    flow.recover()
    flow.handle(long.command)


def _kill(process: BaseProcess, mark: Path, pages: int, seconds: float) -> None:
    """Kill a process this many seconds after it has served this many pages."""
    while process.is_alive() and not (mark.exists() and mark.stat().st_size >= pages):
        process.join(0.002)
    process.join(seconds)
    process.kill()
    process.join()
    mark.unlink(missing_ok=True)


def _finish(repository: Repository, long: LongCommand, *, recovers: bool) -> None:
    """Go on where somebody was killed: by recovering, or by the command that comes again."""
    flow = _flow(repository, long)
    if recovers:
        flow.recover()
    flow.handle(long.command)
    flow.handle(long.after)


def _expected(long: LongCommand) -> list[object]:
    repository = MemoryRepository()
    _begin(repository, long)
    for command in (long.command, long.after):
        OrderFlow(repository, default_policy=long.policy).handle(command)
    return _seen(repository)


def _flow(repository: Repository, long: LongCommand) -> OrderFlow:
    return OrderFlow(
        repository, default_policy=long.policy, orders_max=_AT_ONCE, clock=At(long.command.at)
    )


def _seen(repository: Repository) -> list[object]:
    """Return what must be the same however many pages there were."""
    acme = OrderFlow(repository).seller("acme")
    return [[attrs.evolve(order, version=0) for order in acme.orders()], acme.stock()]


def _serve_on(name: str, runs: int, seed: int, progress: Progress) -> Drilled:
    with on(name) as database:
        return serve(database, runs, seed, progress)


DRILLS = (
    Drill("serving in pages", "SQLite", partial(_serve_on, "SQLite"), full=60, quick=5),
    Drill("serving in pages", "PostgreSQL", partial(_serve_on, "PostgreSQL"), full=60, quick=5),
)
