"""When each job is due: at its interval, and later after a failure."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from orderflow.worker.rounds import Job

__all__ = ["Schedule"]

WAIT_MAX_S = 60.0
"""The longest wait after failures, unless the interval is longer."""
_DOUBLINGS_MAX = 16


class Schedule:
    """The times at which jobs are due, by a clock that nobody sets.

    Args:
        intervals_s: The seconds from one start of each job to the next.
        now: Returns the seconds since any moment.
    """

    def __init__(
        self, intervals_s: Mapping[Job, float], *, now: Callable[[], float] = time.monotonic
    ) -> None:
        self.now = now
        self._intervals_s = intervals_s
        self._due_at = dict.fromkeys(intervals_s, now())

    def due(self) -> list[Job]:
        """Return the jobs that are due, in their order."""
        now = self.now()
        return [job for job, due_at in self._due_at.items() if due_at <= now]

    def wait_s(self) -> float:
        """Return the seconds until a job is due."""
        return max(0.0, min(self._due_at.values()) - self.now())

    def ended(self, job: Job, started_at: float, failures: int) -> None:
        """Record that a job has ended.

        Args:
            job: The job.
            started_at: When it started.
            failures: How often it has failed in a row.
        """
        interval = self._intervals_s[job]
        if failures:
            doubled = interval * 2 ** min(failures, _DOUBLINGS_MAX)
            self._due_at[job] = self.now() + max(interval, min(doubled, WAIT_MAX_S))
        else:
            self._due_at[job] = started_at + interval
