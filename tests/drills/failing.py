"""Every statement of a command fails once: nothing is half done, and the command can be repeated.

The failures are those of the databases themselves: SQLite interrupts a statement, or is told by
the disk that it cannot write or flush; PostgreSQL refuses a statement, ends the connection, or
says that another transaction had to go first.
"""

from __future__ import annotations

import select
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import attrs
from sqlalchemy import create_engine, event, text

from orderflow import StorageError, UnfinishedError
from orderflow.adapters.sql import SqlRepository, Tables
from orderflow.adapters.sql.transactions import OwnTransactions
from tests.databases import sqlite
from tests.drills.failing_life import answer, expected, flow_on, life

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sqlalchemy import Connection, Engine

    from orderflow import Command, OrderFlow, Outcome
    from tests.drills.power_disk import Change

__all__ = ["FailingFigures", "Obstacle", "RefusingDisk", "Rows", "Statements", "fail", "no_wait"]


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


class Statements:
    """Lets one statement or COMMIT of an engine fail.

    Args:
        engine: The engine.
        statement: Does something before a statement, and returns another one to carry out instead
            if it likes. Statements do not count if it is left out.
        commit: Does something before a COMMIT. COMMITs do not count if it is left out.
    """

    def __init__(
        self,
        engine: Engine,
        *,
        statement: Callable[[Connection], str | None] | None = None,
        commit: Callable[[Connection], None] | None = None,
    ) -> None:
        self._number, self._seen = 0, 0
        if statement is not None:
            self._statement = statement
            event.listen(engine, "before_cursor_execute", self._before_statement, retval=True)
        if commit is not None:
            event.listen(engine, "commit", lambda of: commit(of) if self._is_next() else None)

    def arm(self, number: int) -> None:
        """Let the statement of this number fail, from 1 on."""
        self._number, self._seen = number, 0

    def disarm(self) -> bool:
        """Let nothing fail any more; tell whether something has."""
        happened = self._seen >= self._number
        self._number = 0
        return happened

    def _is_next(self) -> bool:
        self._seen += 1
        return self._seen == self._number

    def _before_statement(
        self,
        connection: Connection,
        _cursor: object,
        statement: str,
        parameters: Any,  # noqa: ANN401 - of the driver
        _context: object,
        many: bool,  # noqa: FBT001 - as SQLAlchemy gives it
    ) -> tuple[str, Any]:
        other = self._statement(connection) if self._is_next() else None
        if other is None:
            return statement, parameters
        return other, [()] if many else ()


def interrupt(connection: Connection) -> None:
    """Let SQLite interrupt what it does next on this connection, once."""
    driver: Any = connection.connection.driver_connection
    once = iter([1])  # it is asked at each step of SQLite's machine
    driver.set_progress_handler(lambda: next(once, 0), 1)


def refuse(_: Connection) -> str:
    """Let PostgreSQL refuse a statement."""
    return "SELECT 1 / 0"


def give_way(_: Connection) -> str:
    """Let PostgreSQL say that another transaction has to go first."""
    return "DO $$ BEGIN RAISE EXCEPTION 'in the way' USING ERRCODE = '40001'; END $$"


def hang_up(connection: Connection) -> None:
    """End the connection of PostgreSQL from the other side."""
    driver: Any = connection.connection.driver_connection
    with closing(connection.engine.raw_connection()) as other:
        end = "SELECT pg_terminate_backend(%s)"
        other.cursor().execute(end, [driver.info.backend_pid])
    select.select([driver], [], [], 10)  # until it has said so


def hang_up_afterwards(connection: Connection) -> None:
    """Let PostgreSQL commit, and end the connection before it has said so."""
    driver: Any = connection.connection.driver_connection
    driver.execute("COMMIT")
    driver.execute("BEGIN")  # so that the driver has something to commit, in its view
    hang_up(connection)


class RefusingDisk:
    """Lets SQLite's disk refuse one write, cut, flush or removal.

    Args:
        code: The error code of SQLite that it refuses with.
    """

    def __init__(self, code: int) -> None:
        self._code = code
        self._number, self._seen = 0, 0

    def arm(self, number: int) -> None:
        """Let the change of this number fail, from 1 on."""
        self._number, self._seen = number, 0

    def disarm(self) -> bool:
        """Let nothing fail any more; tell whether something has."""
        happened = self._seen >= self._number
        self._number = 0
        return happened

    def refuse(self, _: Change) -> int:
        """Answer for a change."""
        self._seen += 1
        return self._code if self._seen == self._number else 0
