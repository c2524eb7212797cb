"""Whether a worker is alive, and ready: what a supervisor asks."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import attrs

from orderflow.ports import OutboxSummary
from orderflow.worker.rounds import Job

__all__ = ["JobState", "WorkerHealth"]


@attrs.frozen(kw_only=True)
class JobState:
    """How a job has gone so far.

    Attributes:
        last_success: When it last ended without an error.
        failures: How often it has failed in a row since then.
        error: The kind of the last of these errors. The log has the error itself.
    """

    last_success: datetime | None = None
    failures: int = 0
    error: str = ""


@attrs.frozen(kw_only=True)
class WorkerHealth:
    """The health of a worker.

    Attributes:
        at: When this was found.
        is_alive: Whether its last step is recent. If not, restart it.
        jobs: How each job has gone.
        outbox: How far the relays of all workers are behind, if this one relays and the database
            answers.
        problems: Why it is not ready, a sentence each.
    """

    at: datetime
    is_alive: bool
    jobs: Mapping[Job, JobState]
    outbox: OutboxSummary | None = None
    problems: tuple[str, ...] = ()

    @property
    def is_ready(self) -> bool:
        """Whether there is no problem."""
        return not self.problems

    @property
    def lag(self) -> timedelta | None:
        """How long the oldest message has waited to be sent; `None` if that is unknown."""
        if self.outbox is None:
            return None
        since = self.outbox.waiting_since
        return timedelta(0) if since is None else max(timedelta(0), self.at - since)

    def to_data(self) -> dict[str, Any]:
        """Return all of it as JSON values."""
        return {
            "alive": self.is_alive,
            "ready": self.is_ready,
            "problems": list(self.problems),
            "at": self.at.isoformat(),
            "jobs": {
                job: {
                    "last_success": state.last_success.isoformat() if state.last_success else None,
                    "failures": state.failures,
                    "error": state.error,
                }
                for job, state in self.jobs.items()
            },
            "outbox_lag_s": self.lag.total_seconds() if self.lag is not None else None,
            "dead_messages": self.outbox.dead if self.outbox is not None else None,
        }
