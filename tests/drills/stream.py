"""A process that gives random commands and tells of what happened, until it is killed.

It does as a host does: it opens the database, recovers, gives commands with ids, runs a relay,
and gives a command again if the database could not do it. It writes down what it was answered,
and what its notifier was told; to be killed takes nothing of that back.
"""

from __future__ import annotations

import os
import time
from datetime import datetime, timedelta
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import attrs
from sqlalchemy import URL, create_engine

from orderflow import NotFoundError, OrderFlow, RefusedError, Relay, StorageError
from orderflow.adapters.sql import SqlOutbox, SqlRepository, open_database
from orderflow.adapters.sql.transactions import OwnTransactions
from orderflow.codec import dumps
from tests.databases.processes import start
from tests.drills.commands import command_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from multiprocessing.process import BaseProcess

    from sqlalchemy import Engine

    from orderflow.commands import Command
    from orderflow.ports import OutboxMessage, Repository

    T = TypeVar("T")

__all__ = [
    "Answer",
    "At",
    "Logs",
    "Teller",
    "answer_to",
    "flow_on",
    "opened",
    "start_stream",
    "tried",
    "work",
]

ORDERS_MAX = 3
"""So few are served in one transaction, so that many a command leaves something for the next."""

_LEASE = timedelta(seconds=0.2)
_TRIES_MAX = 300


@attrs.frozen
class Answer:
    """What a worker was answered: `refused`, or what was done, and how often it had to be tried."""

    text: str
    tries: int


@attrs.frozen
class Logs:
    """What the processes of a drill have written down."""

    folder: Path

    @property
    def messages(self) -> Path:
        return self.folder / "messages"

    def log(self, worker: str) -> Path:
        return self.folder / f"answers-{worker}"

    def answers(self, worker: str) -> dict[int, Answer]:
        """Return what each command was answered, by its number."""
        rows = [line.split() for line in _whole_lines(self.log(worker))]
        return {int(number): Answer(text, int(tries)) for number, text, tries in rows}

    def told(self) -> list[tuple[str, int]]:
        """Return whose messages went out and their numbers, in turn; some more than once."""
        ids = (line.rpartition(":") for line in _whole_lines(self.messages))
        return [(seller_id, int(number)) for seller_id, _, number in ids]


def _whole_lines(log: Path) -> list[str]:
    return log.read_text().rpartition("\n")[0].splitlines() if log.exists() else []


class Teller:
    """A notifier that appends the ids of messages to a file, and waits until the disk has them."""

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT)

    def notify(self, message: OutboxMessage) -> None:
        os.write(self._file, f"{message.message_id}\n".encode())
        os.fsync(self._file)


@attrs.frozen
class At:
    """A clock that stands."""

    moment: datetime

    def now(self) -> datetime:
        return self.moment


def opened(url: URL) -> Engine:
    """Open a database as a host does."""
    if url.get_backend_name() == "sqlite":
        return open_database(str(url.database), create=True)
    return create_engine(url)


def flow_on(engine: Engine, at: datetime, sleep: Callable[[float], None] = time.sleep) -> OrderFlow:
    """Return the service on a database, at a moment."""
    return flow_of(SqlRepository(OwnTransactions(engine, sleep)), at)


def flow_of(repository: Repository, at: datetime) -> OrderFlow:
    """Return the service on a repository, at a moment."""
    return OrderFlow(repository, clock=At(at), orders_max=ORDERS_MAX)


def answer_to(flow: OrderFlow, command: Command) -> str:
    """Carry out a command; return what can be compared of the answer, as a short text."""
    try:
        outcome = attrs.evolve(flow.handle(command), queue_index=())
    except (NotFoundError, RefusedError):
        return "refused"
    return sha256(dumps(outcome).encode()).hexdigest()[:16]


def start_stream(
    url: URL, logs: Logs, worker: str, last: int, workers: tuple[str, ...] = ()
) -> BaseProcess:
    """Start a process that goes on with the commands of a worker, up to one."""
    return start(_stream, url, logs, worker, last, workers)


def _stream(url: URL, logs: Logs, worker: str, last: int, workers: tuple[str, ...]) -> None:
    engine = tried(lambda: opened(url))
    work(engine, logs, worker, last, workers)


def work(
    engine: Engine,
    logs: Logs,
    worker: str,
    last: int,
    workers: tuple[str, ...] = (),
    *,
    repository: Repository | None = None,
) -> None:
    """Give commands, and write the answer to each down; tell of what happened in between.

    Args:
        engine: The database.
        logs: Where it is written down.
        worker: Whose commands they are.
        last: How many commands there are.
        workers: On whose orders they may be.
        repository: The repository on that database; one of its own, if left out.
    """
    # The last one may have been carried out and not answered: it is given again.
    first = max(logs.answers(worker), default=-1) + 1
    waits = list[float]()

    def wait(seconds: float) -> None:
        waits.append(seconds)
        time.sleep(seconds)

    at = command_of(worker, first).at
    flow = flow_of(repository, at) if repository else flow_on(engine, at, wait)
    relay = Relay(SqlOutbox(engine), Teller(logs.messages), lease=_LEASE)
    tried(flow.recover, wait)
    with logs.log(worker).open("ab", buffering=0) as log:
        for number in range(first, last):
            waits.clear()
            command = command_of(worker, number, workers)
            text = tried(partial(answer_to, flow, command), wait)
            log.write(f"{number} {text} {1 + len(waits)}\n".encode())
            if number % 2:
                tried(partial(relay.run_once, 8), wait)


def tried(task: Callable[[], T], sleep: Callable[[float], None] = time.sleep) -> T:
    """Carry something out as soon as the database can do it."""
    for _ in range(_TRIES_MAX):
        try:
            return task()
        except StorageError:
            sleep(0.05)
    return task()
