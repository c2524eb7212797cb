"""Two commands at once on PostgreSQL, each of which goes on by one statement when it is told to."""

from __future__ import annotations

import re
from threading import Condition, Thread
from typing import TYPE_CHECKING, Any

import attrs
from sqlalchemy import create_engine, event, text

from orderflow import NotFoundError, OrderFlow, Outcome, RefusedError
from orderflow.adapters.sql import SqlRepository
from tests.drills.cursors import at_cursors

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sqlalchemy import URL, Connection, Engine

    from orderflow.commands import Command

    Choose = Callable[[int, dict[int, "Step"]], int]
    """Which session goes on: given the number of the step, and what each would do next."""

__all__ = ["Run", "Step", "Stepper", "answer_of"]

_POLL_SECONDS = 0.002
_BLOCKED = text("SELECT cardinality(pg_blocking_pids(:pid)) > 0")


_LOCKS = re.compile(r"\bFOR (UPDATE|KEY SHARE)\b|\bnextval\b")
_SEQUENCES = frozenset({"orderflow_event_numbers"})  # a number that was drawn stays drawn
_NAMES = re.compile(r"\borderflow_\w+")


@attrs.frozen
class Step:
    """What one session does next: a statement, a commit, or a rollback.

    Attributes:
        touches: The tables of whose rows it locks or writes some, and the sequences it draws from.
        reads: The tables that it only reads, as they are by now.
        reveals: The tables whose changes it makes known to others.
        lets_go: The tables whose rows it may let go of, so that others come to them.
    """

    touches: frozenset[str] = frozenset()
    reads: frozenset[str] = frozenset()
    reveals: frozenset[str] = frozenset()
    lets_go: frozenset[str] = frozenset()

    @classmethod
    def of(cls, statement: str, held: frozenset[str]) -> Step:
        """Tell what a statement does, in a transaction that holds rows of these tables."""
        names = frozenset(_NAMES.findall(statement))
        if statement.startswith("SELECT") and not _LOCKS.search(statement):
            return cls(reads=names)
        # One that meets a row of the same key fails, and its transaction with it.
        return cls(touches=names, lets_go=held if statement.startswith("INSERT") else frozenset())


@attrs.frozen
class Run:
    """One run of two commands.

    Attributes:
        schedule: Which of them went on, step by step.
        pending: What those did next that could have gone on, at each step.
        answers: What each was answered: an outcome, or the text of a refusal.
        deadlocks: How often they waited for each other.
    """

    schedule: tuple[int, ...]
    pending: tuple[dict[int, Step], ...]
    answers: tuple[Outcome | str, ...]
    deadlocks: int


def answer_of(flow: OrderFlow, command: Command) -> Outcome | str:
    """Carry out a command, and return what can be compared between repositories."""
    try:
        return attrs.evolve(flow.handle(command), queue_index=())
    except (NotFoundError, RefusedError) as refusal:
        return str(refusal)


class Stepper:
    """Runs two commands in the order that a schedule tells.

    Args:
        url: The database.
        repository: What keeps the state.
        listens: Whether it listens to SQLAlchemy, which then sends each statement by itself, or
            pauses where the driver is given one, on the way into an exchange.
    """

    def __init__(
        self,
        url: URL,
        repository: Callable[[Engine], SqlRepository] = SqlRepository,
        *,
        listens: bool = True,
    ) -> None:
        self._changed = Condition()
        self._sessions = [
            _Session(url, self._changed, repository, listens=listens) for _ in range(2)
        ]
        self._blocked = create_engine(url, isolation_level="AUTOCOMMIT")

    def close(self) -> None:
        """Close the connections."""
        for engine in (self._blocked, *(session.engine for session in self._sessions)):
            engine.dispose()

    def run(self, commands: Sequence[Command], choose: Choose) -> Run:
        """Carry out both commands, in the order that is chosen step by step."""
        schedule, pending = list[int](), list[dict[int, Step]]()
        for session, command in zip(self._sessions, commands, strict=True):
            session.start(command)
        with self._blocked.connect() as watching:
            while enabled := self._settled(watching):
                pending.append({number: self._sessions[number].next for number in enabled})
                schedule.append(choose(len(schedule), pending[-1]))
                self._sessions[schedule[-1]].go_on()
        answers = tuple(session.result() for session in self._sessions)
        deadlocks = sum(session.deadlocks for session in self._sessions)
        return Run(tuple(schedule), tuple(pending), answers, deadlocks)

    def _settled(self, watching: Connection) -> tuple[int, ...]:
        """Wait until nobody is at work, and return who can go on."""
        while True:
            with self._changed:
                running = [each for each in self._sessions if each.state == "running"]
                if running:
                    self._changed.wait(_POLL_SECONDS)
                    running = [each for each in running if each.state == "running"]
            paused = [n for n, each in enumerate(self._sessions) if each.state == "paused"]
            waiting = [each for each in running if each.is_blocked(watching)]
            # A look that took a while may be out of date: whoever was let go is running again.
            known = len(waiting) == len(running) and all(e.state == "running" for e in running)
            if known and (paused or not running):
                return tuple(paused)


class _Session:
    """One connection, and the thread that works on it."""

    def __init__(
        self,
        url: URL,
        changed: Condition,
        repository: Callable[[Engine], SqlRepository],
        *,
        listens: bool,
    ) -> None:
        self.engine = create_engine(
            url,
            pool_size=1,
            max_overflow=0,
            connect_args={"options": "-c deadlock_timeout=50ms"},
        )
        self.state = "done"
        self.deadlocks = 0
        self.next = Step()
        self._held: frozenset[str] = frozenset()
        self._changed = changed
        self._flow = OrderFlow(repository(self.engine))
        self._answer: Outcome | str | BaseException = ""
        if not listens:
            at_cursors(self.engine, self._before_text)
        with self.engine.connect() as connection:
            driver: Any = connection.connection.driver_connection
            self._pid = driver.info.backend_pid
        if listens:
            event.listen(self.engine, "before_cursor_execute", self._before_statement)
            event.listen(self.engine, "commit", self._before_commit)
            event.listen(self.engine, "rollback", self._before_rollback)
        event.listen(self.engine, "handle_error", self._count)

    def start(self, command: Command) -> None:
        self.state, self.deadlocks = "running", 0
        self._thread = Thread(target=self._work, args=(command,), daemon=True)
        self._thread.start()

    def go_on(self) -> None:
        with self._changed:
            self.state = "running"
            self._changed.notify_all()

    def is_blocked(self, watching: Connection) -> bool:
        return bool(watching.execute(_BLOCKED, {"pid": self._pid}).scalar())

    def result(self) -> Outcome | str:
        self._thread.join()
        if isinstance(self._answer, BaseException):
            raise self._answer
        return self._answer

    def _work(self, command: Command) -> None:
        try:
            self._answer = answer_of(self._flow, command)
        except BaseException as error:  # noqa: BLE001 - raised again by the other thread
            self._answer = error
        with self._changed:
            self.state = "done"
            self._changed.notify_all()

    def _before_statement(
        self, _connection: object, _cursor: object, text: str, *_: object
    ) -> None:
        self._pause(Step.of(text, self._held))
        self._held |= self.next.touches - _SEQUENCES

    def _before_text(self, connection: object, text: str) -> None:
        """Pause before a text goes to the driver, in the middle of an exchange too."""
        if self.state == "done":  # it connects
            return
        if text == "COMMIT":
            self._before_commit(connection)
        elif text == "ROLLBACK":
            self._before_rollback(connection)
        else:
            self._before_statement(connection, None, text)

    def _before_commit(self, _connection: object) -> None:
        self._pause(Step(reveals=self._held, lets_go=self._held))
        self._held = frozenset()

    def _before_rollback(self, _connection: object) -> None:
        self._pause(Step(lets_go=self._held))
        self._held = frozenset()

    def _pause(self, step: Step) -> None:
        with self._changed:
            self.next = step
            self.state = "paused"
            self._changed.notify_all()
            self._changed.wait_for(lambda: self.state == "running")

    def _count(self, context: Any) -> None:  # noqa: ANN401 - of SQLAlchemy
        self.deadlocks += getattr(context.original_exception, "sqlstate", None) == "40P01"
