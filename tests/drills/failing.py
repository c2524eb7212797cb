"""Every statement of a command fails once: nothing is half done, and the command can be repeated.

In which ways, `failing_ways` says.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import attrs
from sqlalchemy import create_engine, text

from orderflow import StorageError, UnfinishedError
from orderflow.adapters.sql import SqlRepository, Tables
from orderflow.adapters.sql.transactions import OwnTransactions
from tests.databases import sqlite
from tests.drills.failing_life import answer, expected, flow_on, life

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sqlalchemy import Engine

    from orderflow import OrderFlow, Outcome
    from orderflow.commands import Command

__all__ = ["FailingFigures", "Obstacle", "Rows", "fail", "no_wait"]


@attrs.frozen(kw_only=True)
class FailingFigures:
    """What a drill has found.

    Attributes:
        commands: How many commands there were.
        failures: How often something failed in one of them.
        survived: How many of these the command came to its end in spite of.
        unfinished: How many left it open whether the command was done.
        saved: How many of these it was.
        faults: What is wrong with what was left.
    """

    commands: int
    failures: int
    survived: int
    unfinished: int
    saved: int
    faults: tuple[str, ...]


class Obstacle(Protocol):
    """Lets one step of a command fail."""

    def arm(self, number: int) -> None:
        """Let the step of this number fail, from 1 on."""

    def disarm(self) -> bool:
        """Let nothing fail any more; tell whether something has."""


def fail(
    engine: Engine,
    obstacle: Obstacle,
    *,
    stride: int = 1,
    commands: Sequence[Command] = life(),
    repository: Callable[[Engine], Any] = SqlRepository,
) -> FailingFigures:
    """Let every step of every command fail once.

    Args:
        engine: A database without rows.
        obstacle: What lets a step fail.
        stride: One step in so many fails, beginning with another one in each command.
        commands: The commands.
        repository: What keeps the state.
    """
    trial = _Trial(engine, flow_on(repository(engine)), obstacle)
    for index, (command, right) in enumerate(zip(commands, expected(commands), strict=True)):
        trial.command(command, right, range(1 + index % stride, 10_000, stride))
    trial.close()
    return FailingFigures(
        commands=len(commands),
        failures=trial.failures,
        survived=trial.survived,
        unfinished=trial.unfinished,
        saved=trial.saved,
        faults=tuple(trial.faults),
    )


class _Trial:
    def __init__(self, engine: Engine, flow: OrderFlow, obstacle: Obstacle) -> None:
        self.failures = self.survived = self.unfinished = self.saved = 0
        self.faults: list[str] = []
        self._flow = flow
        self._obstacle = obstacle
        self._rows = Rows(engine)

    def command(self, command: Command, right: Outcome, numbers: Sequence[int]) -> None:
        """Let steps of a command fail, until there are no more and it comes to its end."""
        self._rows.keep()
        before = self._rows.all()
        for number in numbers:
            self._obstacle.arm(number)
            problem = self._problem(command, right)
            if not self._obstacle.disarm():
                if problem is not None:
                    self._tell(command, number, f"failed by itself: {problem!r}")
                return
            self.failures += 1
            self._look(command, number, problem, is_as_before=self._rows.all() == before)
            if (again := self._problem(command, right)) is not None:
                self._tell(command, number, f"cannot be repeated: {again!r}")
            self._rows.restore()

    def close(self) -> None:
        """Close the connections."""
        self._rows.close()

    def _look(self, command: Command, number: int, problem: object, *, is_as_before: bool) -> None:
        match problem:
            case None:
                self.survived += 1
            case UnfinishedError(is_saved=True) if is_as_before:
                self._tell(command, number, f"has left nothing, with {problem!r}")
            case UnfinishedError():
                self.unfinished += 1
                self.saved += not is_as_before
            case StorageError():
                if not is_as_before:
                    self._tell(command, number, f"has left something, with {problem!r}")
            case _:
                self._tell(command, number, f"came to {problem!r}")

    def _problem(self, command: Command, right: Outcome) -> object:
        """Carry out a command, and return what it came to instead of the right answer, if it did.

        Whatever is raised is looked at, for no other error is to come out.
        """
        try:
            found = answer(self._flow, command)
        except Exception as error:  # noqa: BLE001 - see above
            return error
        return None if found == right else found

    def _tell(self, command: Command, number: int, fault: str) -> None:
        self.faults.append(f"{type(command).__name__} {command.command_id}, step {number}: {fault}")


class Rows:
    """All rows of orderflow, and a copy of them in the same database."""

    def __init__(self, engine: Engine) -> None:
        # Of its own, so that neither its statements fail nor its connections.
        self._engine = (
            sqlite(Path(str(engine.url.database)), synchronous="OFF")
            if engine.dialect.name == "sqlite"
            else create_engine(engine.url)
        )
        self._names = [table.name for table in Tables.default().metadata.sorted_tables]
        self._kept = [f"kept_{name}" for name in self._names]
        self._run("CREATE TABLE IF NOT EXISTS {1} AS SELECT * FROM {0}")

    def all(self) -> list[list[tuple[Any, ...]]]:
        """Return all rows, table by table."""
        with self._engine.connect() as connection:
            found = [connection.execute(text(f"SELECT * FROM {n}")) for n in self._names]  # noqa: S608 - our own names
            return [sorted(map(tuple, each), key=repr) for each in found]

    def keep(self) -> None:
        """Copy all rows."""
        self._run("DELETE FROM {1}; INSERT INTO {1} SELECT * FROM {0}")

    def restore(self) -> None:
        """Let all rows be as they were when they were copied."""
        self._run("DELETE FROM {0}", backwards=True)
        self._run("INSERT INTO {0} SELECT * FROM {1}")

    def close(self) -> None:
        """Close the connections."""
        self._engine.dispose()

    def _run(self, statement: str, *, backwards: bool = False) -> None:
        pairs = list(zip(self._names, self._kept, strict=True))
        statements = [statement.format(*pair) for pair in (pairs[::-1] if backwards else pairs)]
        with self._engine.begin() as connection:
            driver: Any = connection.connection.driver_connection
            run = driver.executescript if connection.dialect.name == "sqlite" else driver.execute
            run("; ".join(("BEGIN", *statements, "COMMIT")))


def no_wait(engine: Engine) -> SqlRepository:
    """Keep the state as usual, but try again at once."""
    return SqlRepository(OwnTransactions(engine, sleep=lambda _: None))
