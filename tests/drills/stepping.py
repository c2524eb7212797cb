"""Two commands at once on PostgreSQL, each of which goes on by one statement when it is told to."""

from __future__ import annotations

from threading import Condition, Thread
from typing import TYPE_CHECKING, Any

import attrs
from sqlalchemy import create_engine, event, text

from orderflow import NotFoundError, OrderFlow, Outcome, RefusedError
from orderflow.adapters.sql import SqlRepository

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from sqlalchemy import URL, Connection, Engine

    from orderflow import Command

__all__ = ["Run", "Stepper", "answer_of", "explore"]

_POLL_SECONDS = 0.002
_BLOCKED = text("SELECT cardinality(pg_blocking_pids(:pid)) > 0")


@attrs.frozen
class Run:
    """One run of two commands.

    Attributes:
        schedule: Which of them went on, step by step.
        choices: Which of them could have gone on, at each step.
        answers: What each was answered: an outcome, or the text of a refusal.
        deadlocks: How often they waited for each other.
    """

    schedule: tuple[int, ...]
    choices: tuple[tuple[int, ...], ...]
    answers: tuple[Outcome | str, ...]
    deadlocks: int


def answer_of(flow: OrderFlow, command: Command) -> Outcome | str:
    """Carry out a command, and return what can be compared between repositories."""
    try:
        return attrs.evolve(flow.handle(command), watched=())
    except (NotFoundError, RefusedError) as refusal:
        return str(refusal)


class Stepper:
    """Runs two commands in the order that a schedule tells."""

    def __init__(
        self, url: URL, repository: Callable[[Engine], SqlRepository] = SqlRepository
    ) -> None:
        self._changed = Condition()
        self._sessions = [_Session(url, self._changed, repository) for _ in range(2)]
        self._watching = create_engine(url, isolation_level="AUTOCOMMIT")

    def close(self) -> None:
        """Close the connections."""
        for engine in (self._watching, *(session.engine for session in self._sessions)):
            engine.dispose()

    def run(self, commands: Sequence[Command], prefix: Iterable[int] = ()) -> Run:
        """Carry out both commands: as the prefix tells, then with as few changes as can be."""
        wanted, schedule, choices = list(prefix), list[int](), list[tuple[int, ...]]()
        for session, command in zip(self._sessions, commands, strict=True):
            session.start(command)
        with self._watching.connect() as watching:
            while enabled := self._settled(watching):
                at = len(schedule)
                stay = schedule[-1] if schedule and schedule[-1] in enabled else enabled[0]
                chosen = wanted[at] if at < len(wanted) else stay
                schedule.append(chosen)
                choices.append(enabled)
                self._sessions[chosen].go_on()
        answers = tuple(session.result() for session in self._sessions)
        deadlocks = sum(session.deadlocks for session in self._sessions)
        return Run(tuple(schedule), tuple(choices), answers, deadlocks)

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
        self, url: URL, changed: Condition, repository: Callable[[Engine], SqlRepository]
    ) -> None:
        self.engine = create_engine(
            url,
            pool_size=1,
            max_overflow=0,
            connect_args={"options": "-c deadlock_timeout=50ms"},
        )
        self.state = "done"
        self.deadlocks = 0
        self._changed = changed
        self._flow = OrderFlow(repository(self.engine))
        self._answer: Outcome | str | BaseException = ""
        with self.engine.connect() as connection:
            driver: Any = connection.connection.driver_connection
            self._pid = driver.info.backend_pid
        event.listen(self.engine, "before_cursor_execute", self._pause)
        event.listen(self.engine, "commit", self._pause)
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

    def _pause(self, *_: object) -> None:
        with self._changed:
            self.state = "paused"
            self._changed.notify_all()
            self._changed.wait_for(lambda: self.state == "running")

    def _count(self, context: Any) -> None:  # noqa: ANN401 - of SQLAlchemy
        self.deadlocks += getattr(context.original_exception, "sqlstate", None) == "40P01"


def explore(
    run: Callable[[tuple[int, ...]], Run], *, changes_max: int | None, runs_max: int
) -> Iterator[Run]:
    """Run every order of the steps, those with the fewest changes of turn first.

    Args:
        run: Runs the commands, from the beginning, as a prefix of a schedule tells.
        changes_max: How often one may be stopped to let the other one go on; any number if `None`.
        runs_max: After so many runs it ends.
    """
    todo: list[tuple[int, ...]] = [(), (1,)]
    for number, prefix in enumerate(todo):
        if number == runs_max:
            return
        done = run(prefix)
        yield done
        for at in range(max(len(prefix), 1), len(done.schedule)):
            for other in done.choices[at]:
                further = (*done.schedule[:at], other)
                if other != done.schedule[at] and (
                    changes_max is None or _changes(further, done) <= changes_max
                ):
                    todo.append(further)


def _changes(schedule: tuple[int, ...], done: Run) -> int:
    """Count how often somebody who could have gone on was stopped."""
    return sum(
        schedule[at] != schedule[at - 1] and schedule[at - 1] in done.choices[at]
        for at in range(1, len(schedule))
    )
