"""Runs at the same time, each worker in a process of its own.

The runs do not share anything, so their results don't depend on the number of workers. A worker
ends when the connection to this process does: none outlives a command that was killed. Ctrl-C is
left to this process, which then ends the workers.
"""

from __future__ import annotations

import signal
from contextlib import contextmanager, suppress
from multiprocessing import get_context, resource_tracker
from multiprocessing.connection import Connection, wait
from pathlib import Path
from time import monotonic
from traceback import format_exc
from typing import TYPE_CHECKING, Any

import attrs

from orderflow.errors import ComparisonError
from orderflow.laboratory.kept_history import read_kept
from orderflow.laboratory.trial import Trial, run_trial
from orderflow.replay.engine import Settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from multiprocessing.context import SpawnProcess

    from orderflow.replay.entries import Entry

    Progress = Callable[[int, int], None]

__all__ = ["Job", "run_jobs"]

_SHOWN_EVERY_SECONDS = 0.2
_STACK = "The worker's error was:\n"


@attrs.frozen
class Job:
    """A run that is to be done.

    Attributes:
        name: The name of its policy.
        settings: Its settings; the seed is that of the rule.
        path: The kept history.
    """

    name: str
    settings: Settings
    path: Path

    @property
    def seed(self) -> int:
        """The seed of the run."""
        return self.settings.rule.seed


def run_jobs(jobs: Sequence[Job], processes: int, progress: Progress) -> list[Trial]:
    """Run jobs, and return their results in the same order.

    Args:
        jobs: The jobs.
        processes: The most processes at a time. With one, the jobs run in this process.
        progress: Called with the number of a job and the rows that it has replayed.

    Raises:
        ComparisonError: If a worker ends before its job does, or runs out of memory.
    """
    if processes == 1:
        return [_run(job, _slowed(progress, number)) for number, job in enumerate(jobs)]
    with _started(min(processes, len(jobs))) as workers:
        return _share_out(jobs, workers, progress)


def _share_out(
    jobs: Sequence[Job], workers: dict[Connection, SpawnProcess], progress: Progress
) -> list[Trial]:
    """Give each worker a job whenever it has none, until all are done."""
    done: dict[int, Trial] = {}
    to_do = iter(enumerate(jobs))
    doing: dict[Connection, int] = {}
    free = list(workers)
    while len(done) < len(jobs):
        for connection in free:
            if (job := next(to_do, None)) is not None:
                doing[connection] = job[0]
                _send(connection, job[1], workers[connection])
        ready = wait(list(doing))
        free = [each for each in doing if each in ready]
        for connection in tuple(free):
            number = doing[connection]
            answer = _receive(connection, jobs[number], workers[connection])
            if isinstance(answer, Trial):
                done[number] = answer
                del doing[connection]
            else:
                free.remove(connection)
                progress(number, answer)
    return [done[number] for number in range(len(jobs))]


def _send(connection: Connection, job: Job, worker: SpawnProcess) -> None:
    try:
        connection.send(job)
    except OSError:
        raise _ended(job, worker) from None


def _receive(connection: Connection, job: Job, worker: SpawnProcess) -> Trial | int:
    try:
        answer: Trial | int | Exception = connection.recv()
    except (EOFError, OSError):
        raise _ended(job, worker) from None
    if isinstance(answer, Exception):
        raise answer
    return answer


def _ended(job: Job, worker: SpawnProcess) -> ComparisonError:
    worker.join()
    code = worker.exitcode or 0
    cause = f"was ended with exit code {code}"
    if code < 0:
        cause = f"was ended by {signal.Signals(-code).name}"
    return ComparisonError(job.name, job.seed, f"its process {cause}; memory may be short")


@contextmanager
def _started(number: int) -> Iterator[dict[Connection, SpawnProcess]]:
    """Start workers, and end them however the block ends."""
    context = get_context("spawn")
    workers: dict[Connection, SpawnProcess] = {}
    try:
        for _ in range(number):
            own, other = context.Pipe()
            worker = context.Process(target=_work, args=(other,), daemon=True)
            with _interrupts_blocked():
                worker.start()
            other.close()
            workers[own] = worker
        yield workers
    finally:
        for connection, worker in workers.items():
            connection.close()
            worker.terminate()
        for worker in workers.values():
            worker.join()


@contextmanager
def _interrupts_blocked() -> Iterator[None]:
    """Start a process that Ctrl-C leaves alone, from its first moment; this one gets it later."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    resource_tracker.ensure_running()  # or the first start does this, and unblocks the signal
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _work(connection: Any) -> None:  # noqa: ANN401 - a connection of either platform
    """Do the jobs that arrive, until the connection ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with suppress(EOFError, OSError):
        while True:
            job: Job = connection.recv()
            connection.send(_outcome(job, _slowed(lambda _, rows: connection.send(rows), 0)))


def _outcome(job: Job, progress: Callable[[Entry, int], None]) -> Trial | Exception:
    """Return the result of a job, or the error that the other process is to raise."""
    try:
        return _run(job, progress)
    except ConnectionError:  # there is no other process any more
        raise
    except ComparisonError as error:
        return error
    except Exception as error:  # noqa: BLE001 - whatever it is, the user has to see it
        failed = ComparisonError(job.name, job.seed, f"{type(error).__name__}: {error}")
        failed.add_note(_STACK + format_exc())
        return failed


def _run(job: Job, progress: Callable[[Entry, int], None]) -> Trial:
    try:
        return run_trial(job.settings, read_kept(job.path), progress)
    except MemoryError as error:
        raise ComparisonError(job.name, job.seed, "it ran out of memory") from error


def _slowed(progress: Progress, number: int) -> Callable[[Entry, int], None]:
    """Return a report of progress that is passed on a few times a second."""
    last = 0.0

    def show(_entry: Entry, rows: int) -> None:
        nonlocal last
        now = monotonic()
        if now - last >= _SHOWN_EVERY_SECONDS:
            last = now
            progress(number, rows)

    return show
