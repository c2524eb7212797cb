"""The ways in which a step of a command fails, as the databases themselves let it fail."""

from __future__ import annotations

import select
from contextlib import closing, contextmanager
from functools import partial
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from sqlalchemy import event

from tests.databases import postgres, sqlite
from tests.drills.cursors import at_cursors
from tests.drills.failing import fail, no_wait
from tests.drills.power_disk import Disk

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from sqlalchemy import Connection, Engine

    from tests.drills.failing import FailingFigures
    from tests.drills.power_disk import Edit

__all__ = ["WAYS", "Statements", "fail_in", "interrupt", "opened"]

IO_ERROR, FULL = 10, 13  # as SQLite numbers them


def fail_in(way: str, folder: Path, *, stride: int = 1) -> FailingFigures:
    """Let every step of every command fail once, in one of the `WAYS`.

    Args:
        way: Which.
        folder: Where SQLite's files are made.
        stride: One step in so many fails.
    """
    return WAYS[way](folder, stride)


@contextmanager
def opened(path: Path, *, synchronous: str = "OFF") -> Iterator[Engine]:
    """Open a SQLite file with the tables, and close it."""
    engine = sqlite(path, synchronous=synchronous)
    yield engine
    engine.dispose()


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


class Texts(Statements):
    """Lets one statement or COMMIT fail where it reaches the driver's cursor.

    Nobody listens to SQLAlchemy, so the statements go to the driver as text, and on PostgreSQL
    several in one exchange.

    Args:
        engine: The engine.
        statement: As for `Statements`.
        commit: As for `Statements`.
    """

    def __init__(
        self,
        engine: Engine,
        statement: Callable[[Any], str | None],
        commit: Callable[[Any], None] | None = None,
    ) -> None:
        super().__init__(engine)
        self._engine = engine
        self._statement = statement
        self._commit = commit
        at_cursors(engine, self._before_text)

    def _before_text(self, driver: Any, text: str) -> str | None:  # noqa: ANN401 - the driver's
        act: Callable[[Any], str | None] | None = self._statement
        if text == "COMMIT":
            act = self._commit
        if act is None or not self._is_next():
            return None
        of_driver = SimpleNamespace(driver_connection=driver)
        return act(SimpleNamespace(connection=of_driver, engine=self._engine))


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

    def refuse(self, _: Edit) -> int:
        """Answer for a change."""
        self._seen += 1
        return self._code if self._seen == self._number else 0


def _on_sqlite(folder: Path, stride: int) -> FailingFigures:
    with opened(folder / "interrupted.db") as engine:
        return fail(engine, Statements(engine, interrupt, interrupt), stride=stride)


def _on_disk(code: int, folder: Path, stride: int) -> FailingFigures:
    obstacle = RefusingDisk(code)
    with Disk(obstacle.refuse), opened(folder / f"{code}.db", synchronous="FULL") as engine:
        return fail(engine, obstacle, stride=stride)


def _texts_on_sqlite(folder: Path, stride: int) -> FailingFigures:
    with opened(folder / "texts.db") as engine:
        return fail(engine, Texts(engine, interrupt, interrupt), stride=stride)


def _texts_on_postgres(
    statement: Callable[[Any], str | None],
    commit: Callable[[Any], None] | None,
    _folder: Path,
    stride: int,
) -> FailingFigures:
    with postgres() as engine:
        obstacle = Texts(engine, statement, commit)
        return fail(engine, obstacle, stride=stride, repository=no_wait)


def _on_postgres(
    statement: Callable[[Connection], str | None] | None,
    commit: Callable[[Connection], None] | None,
    _folder: Path,
    stride: int,
) -> FailingFigures:
    with postgres() as engine:
        obstacle = Statements(engine, statement, commit)
        return fail(engine, obstacle, stride=stride, repository=no_wait)


WAYS: dict[str, Callable[[Path, int], FailingFigures]] = {
    "SQLite interrupts": _on_sqlite,
    "SQLite's disk fails": partial(_on_disk, IO_ERROR),
    "SQLite's disk is full": partial(_on_disk, FULL),
    "PostgreSQL refuses": partial(_on_postgres, refuse, None),
    "PostgreSQL hangs up": partial(_on_postgres, hang_up, hang_up),
    "PostgreSQL commits and hangs up": partial(_on_postgres, None, hang_up_afterwards),
    "PostgreSQL lets another one go first": partial(_on_postgres, give_way, None),
    "SQLite interrupts a text": _texts_on_sqlite,
    "PostgreSQL refuses in an exchange": partial(_texts_on_postgres, refuse, None),
    "PostgreSQL hangs up in an exchange": partial(_texts_on_postgres, hang_up, hang_up),
    "PostgreSQL lets another one go first in an exchange": partial(
        _texts_on_postgres, give_way, None
    ),
}
