"""The disk is full at every size, once: nothing is half done, and with more room it is done.

The limits are real ones: that of the operating system on the size of a file, which cuts a write
short where it is reached, and that of SQLite on the pages of a database.
"""

from __future__ import annotations

import resource
from contextlib import contextmanager
from itertools import count
from typing import TYPE_CHECKING, Any, Protocol

import attrs
from sqlalchemy import event

from orderflow import StorageError, UnfinishedError
from orderflow.adapters.sql import SqlRepository, open_database
from tests.drills.failing import Rows
from tests.drills.failing_life import answer, expected, flow_on, life
from tests.drills.power import settle

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager
    from pathlib import Path

    from sqlalchemy import Engine

    from orderflow import Outcome
    from orderflow.commands import Command

__all__ = ["FullDiskFigures", "fill_files", "fill_pages"]


@attrs.frozen(kw_only=True)
class FullDiskFigures:
    """What a drill has found.

    Attributes:
        commands: How many commands there were.
        sizes: At how many sizes the disk was full.
        unfinished: At how many of these it was left open whether the command was done.
        saved: At how many of these it was.
        messages: The first words of what else was said.
        faults: What is wrong with what was left.
    """

    commands: int
    sizes: int
    unfinished: int
    saved: int
    messages: tuple[str, ...]
    faults: tuple[str, ...]


class _Room(Protocol):
    def only(self, step: int) -> AbstractContextManager[None]:
        """Leave so much room in the block, from 0 on."""


def fill_files(folder: Path, *, step_bytes: int) -> FullDiskFigures:
    """Let no file grow beyond a size, from nothing on, for each command of a life.

    Args:
        folder: Where the database is made.
        step_bytes: By how much the size grows.
    """
    engine = open_database(folder / "shop.db", create=True)
    settle(engine, ["wal_autocheckpoint = 1"])  # which the limit stops as well
    return _fill(engine, _FileSize(engine, step_bytes))


def fill_pages(folder: Path) -> FullDiskFigures:
    """Let the database have no more pages than it has, and one more, for each command of a life."""
    engine = open_database(folder / "shop.db", create=True)
    return _fill(engine, _Pages(engine))


def _fill(engine: Engine, room: _Room) -> FullDiskFigures:
    trial, commands = _Trial(engine, room), life()
    for command, right in zip(commands, expected(commands), strict=True):
        trial.command(command, right)
    trial.rows.close()
    engine.dispose()
    return FullDiskFigures(
        commands=len(commands),
        sizes=trial.sizes,
        unfinished=trial.unfinished,
        saved=trial.saved,
        messages=tuple(sorted(trial.messages)),
        faults=tuple(trial.faults),
    )


class _Trial:
    def __init__(self, engine: Engine, room: _Room) -> None:
        self.sizes = self.unfinished = self.saved = 0
        self.messages: set[str] = set()
        self.faults: list[str] = []
        self.rows = Rows(engine)
        self._flow = flow_on(SqlRepository(engine))
        self._room = room

    def command(self, command: Command, right: Outcome) -> None:
        """Give a command with more and more room, until there is enough."""
        before = self.rows.all()
        for step in count():
            problem: BaseException | None = None
            with self._room.only(step):
                try:
                    found = answer(self._flow, command)
                except Exception as error:  # noqa: BLE001 - no other one is to come out
                    problem = error
                else:
                    if found != right:
                        self.faults.append(f"{command.command_id}, {step}: answered {found}")
                    return
            self.sizes += 1
            self._look(
                problem, f"{command.command_id}, {step}", is_as_before=self.rows.all() == before
            )

    def _look(self, problem: BaseException, name: str, *, is_as_before: bool) -> None:
        match problem:
            case UnfinishedError(is_saved=True) if is_as_before:
                self.faults.append(f"{name}: has left nothing, with {problem!r}")
            case UnfinishedError():
                self.unfinished += 1
                self.saved += not is_as_before
            case StorageError() if is_as_before:
                self.messages.add(str(problem).partition(";")[0])
            case StorageError():
                self.faults.append(f"{name}: has left something, with {problem!r}")
            case _:
                self.faults.append(f"{name}: came to {problem!r}")


class _FileSize:
    def __init__(self, engine: Engine, step_bytes: int) -> None:
        self._engine = engine
        self._step_bytes = step_bytes

    @contextmanager
    def only(self, step: int) -> Iterator[None]:
        with self._engine.connect() as connection:  # so that what is written begins at nothing
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (step * self._step_bytes, hard))
        try:
            yield
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


class _Pages:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._pages: int | None = None

        @event.listens_for(engine, "connect")
        def settle(connection: Any, _record: object) -> None:  # noqa: ANN401 - of the driver
            if self._pages is not None:
                connection.execute(f"PRAGMA max_page_count = {self._pages}")

    @contextmanager
    def only(self, step: int) -> Iterator[None]:
        with self._engine.connect() as connection:
            there = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        self._engine.dispose()
        self._pages = there + step
        try:
            yield
        finally:
            self._pages = None
            self._engine.dispose()
