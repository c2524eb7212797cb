"""`Worker`: does one job after another, in rounds."""

from __future__ import annotations

import logging
from collections.abc import Collection
from datetime import timedelta
from functools import partial
from threading import Event
from typing import TYPE_CHECKING, Any

import attrs

from orderflow.domain.model.arguments import (
    require_duration,
    require_function,
    require_kind,
    require_term,
)
from orderflow.errors import InvalidValueError, StorageError, UnreadableError
from orderflow.errors.unread import LeftUnread
from orderflow.notifier import DigestSender
from orderflow.service import OrderFlow, Relay
from orderflow.service.clock import read_clock
from orderflow.service.relay import never
from orderflow.worker.health import JobState, WorkerHealth
from orderflow.worker.rounds import Job, Round, WorkerError
from orderflow.worker.schedule import Schedule

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    Stop = Callable[[], bool]
    Done = tuple[dict[str, Any], Exception | None]
    """What a job did, as attributes of `Round`, and why it did not do the rest."""

__all__ = ["Worker"]

SECONDS_BETWEEN = {Job.RECOVERY: 60.0, Job.DUE: 60.0, Job.DIGESTS: 300.0}
"""The seconds from one start of a job to the next. That of the notices is an argument."""
RELAY_SECONDS_MAX = 60.0
"""After this time the relay lets the other jobs run, however many messages there are."""

_LOG = logging.getLogger("orderflow.worker")


class Worker:
    """Runs what has to run beside the commands, one job after another.

    The jobs are those of `Job`: recovery, what is due, notices and digests. Any number of workers,
    in any number of processes, may share a database.

    A job that fails delays no other. It is logged by the logger `orderflow.worker`, and done again
    after a wait that doubles, up to a minute. A round that did something is logged at `INFO`. No
    record has a traceback, because the message of any error may quote personal data: it has the
    places in the code.

    Args:
        flow: Runs the commands of recovery, and of what is due.
        relay: Passes the messages of the outbox on, for example to a `NoticeSender`. If omitted,
            this worker does not do `NOTICES`.
        digests: Sends the digests. If omitted, this worker does not do `DIGESTS`.
        without: Jobs that this worker does not do.
        interval: The time from one start of the relay to the next. The digests are sent every 5
            minutes, and the other jobs are done every minute.
        stuck_after: How long a step may take, such as sending one mail or doing what is due for one
            seller. After that, the worker does not count as alive.

    Raises:
        InvalidValueError: If an argument is not valid, or if no job is left.
    """

    def __init__(
        self,
        flow: OrderFlow,
        *,
        relay: Relay | None = None,
        digests: DigestSender | None = None,
        without: Collection[Job] = (),
        interval: timedelta = timedelta(seconds=5),
        stuck_after: timedelta = timedelta(minutes=10),
    ) -> None:
        require_kind("Worker.flow", flow, OrderFlow, demand="an OrderFlow")
        require_kind("Worker.relay", relay, (Relay, type(None)), demand="a Relay, or None")
        demand = "a DigestSender, or None"
        require_kind("Worker.digests", digests, (DigestSender, type(None)), demand=demand)
        require_kind("Worker.without", without, Collection, demand="a set of jobs")
        require_duration("Worker.interval", interval)
        require_duration("Worker.stuck_after", stuck_after)
        excluded = {require_term("Worker.without", each, Job) for each in without}
        self._flow = flow
        self._tasks: dict[Job, Callable[[Stop], Done]] = {
            Job.RECOVERY: lambda _: ({"queues_served": flow.recover()}, None),
            Job.DUE: self._run_due,
        }
        if relay is not None:
            self._tasks[Job.NOTICES] = partial(self._send, relay)
        if digests is not None:
            self._tasks[Job.DIGESTS] = partial(_send_digests, digests)
        for job in excluded:
            self._tasks.pop(job, None)
        if not self._tasks:
            raise InvalidValueError("Worker.without", "a job that is left", sorted(excluded))
        self._outbox = relay.outbox if relay is not None and Job.NOTICES in self._tasks else None
        interval_s = interval.total_seconds()
        self._schedule = Schedule({j: SECONDS_BETWEEN.get(j, interval_s) for j in self._tasks})
        self._states = dict.fromkeys(self._tasks, JobState())
        self._stuck_after_s = stuck_after.total_seconds() + interval_s
        self._last_step = self._schedule.now()

    @property
    def jobs(self) -> tuple[Job, ...]:
        """The jobs that this worker does, in their order."""
        return tuple(self._states)

    def run_once(self, *, stop: Callable[[], bool] = never) -> Round:
        """Do every job once, and return what was done.

        Call it from a scheduler, as often as you like. Nothing is done twice if several run at
        the same time.

        Args:
            stop: Called between two steps. If it returns `True`, the rest is left to the next call.

        Raises:
            WorkerError: If a job failed. The others were done.
        """
        require_function("run_once.stop", stop)
        done = self._round(self.jobs, stop)
        if done.errors:
            raise WorkerError(done)
        return done

    def run(self, *, stop: Event) -> Iterator[Round]:
        """Do each job whenever it is due, until `stop` is set; yield what each round did.

        When `stop` is set, the present step ends: a bulletin, a digest, or what is due for one
        seller. Nothing is cut off.

        Args:
            stop: Ends the run.
        """
        require_kind("run.stop", stop, Event, demand="a threading.Event")
        while not stop.is_set():
            yield self._round(self._schedule.due(), stop.is_set)
            stop.wait(self._schedule.wait_s())

    def liveness(self) -> WorkerHealth:
        """Return whether this worker makes progress, without asking the database."""
        return WorkerHealth(
            at=read_clock(self._flow.clock),
            is_alive=self._schedule.now() - self._last_step <= self._stuck_after_s,
            jobs=dict(self._states),
        )

    def health(self) -> WorkerHealth:
        """Return the health of this worker, and how far the relays are behind.

        It is ready if every job has succeeded, and did not fail last; if its last step is recent;
        and if the database answers.
        """
        found = self.liveness()
        problems = [] if found.is_alive else ["the last step was too long ago"]
        for job, state in found.jobs.items():
            if state.failures:
                problems.append(f"{job} failed: {state.error}")
            elif state.last_success is None:
                problems.append(f"{job} has not been done yet")
        outbox = None
        try:
            if self._outbox is not None:
                outbox = self._outbox.summary()
            else:
                self._flow.sellers()
        except Exception as error:  # noqa: BLE001 - whatever it is, the answer is that
            problems.append(f"the database does not answer: {type(error).__name__}")
        return attrs.evolve(found, outbox=outbox, problems=tuple(problems))

    def _round(self, jobs: Iterable[Job], stop: Stop) -> Round:
        done, is_over = Round(), partial(self._is_over, stop)
        for job in jobs:
            if is_over():
                break
            started_at, failures, error_name = self._schedule.now(), 0, ""
            try:
                found, error = self._tasks[job](is_over)
            except Exception as caught:  # noqa: BLE001 - the other jobs must go on
                found, error = {}, caught
            done = attrs.evolve(done, **found)
            if error is not None:
                done = attrs.evolve(done, errors=(*done.errors, (job, error)))
                failures, error_name = self._states[job].failures + 1, type(error).__name__
                _LOG.error("%s failed: %s", job, done.failures[job])
            self._schedule.ended(job, started_at, failures)
            last = self._states[job].last_success if failures else read_clock(self._flow.clock)
            self._states[job] = JobState(last_success=last, failures=failures, error=error_name)
        is_over()
        if done.text and not done.is_empty:
            _LOG.info("%s", done.text)
        return done

    def _is_over(self, stop: Stop) -> bool:
        """Whether the round is to end. It is called between two steps, so it records them."""
        self._last_step = self._schedule.now()
        return stop()

    def _send(self, relay: Relay, is_over: Stop) -> Done:
        """Pass messages on until none is due, or until the other jobs have waited for long."""
        until = self._schedule.now() + RELAY_SECONDS_MAX
        result = relay.run(stop=lambda: is_over() or self._schedule.now() >= until)
        return {"relayed": result}, result.error

    def _run_due(self, is_over: Stop) -> Done:
        """Do what is due for each seller, and count those for whom there was something."""
        count, errors, unread = 0, list[Exception](), LeftUnread()
        for seller_id in self._flow.sellers():
            if is_over():
                break
            try:
                count += bool(self._flow.seller(seller_id).run_due().events)
            except UnreadableError as error:
                unread.add(f"seller {seller_id!r}", error)
            except StorageError:  # the next seller's would fail as well
                raise
            except Exception as error:  # noqa: BLE001 - the other sellers must not wait for it
                errors.append(error)
        return {"sellers_due": count}, next(iter(errors), unread.error)


def _send_digests(digests: DigestSender, is_over: Stop) -> Done:
    result = digests.run_once(stop=is_over)
    return {"digests": result}, result.error
