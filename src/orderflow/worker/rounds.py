"""What a worker does in a round, and what came of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from orderflow.domain.model.terms import Term
from orderflow.errors.base import OrderFlowError
from orderflow.errors.loggable import loggable
from orderflow.errors.quoting import counted
from orderflow.notifier import DigestResult
from orderflow.service import RelayResult
from orderflow.wording.printable import printable

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Job", "Round", "WorkerError"]


class Job(Term):
    """A job of a worker.

    - `RECOVERY`: serve the queues that an interrupted command left unserved.
    - `DUE`: do what has become due by time, such as the end of a hold.
    - `NOTICES`: pass the messages of the outbox on, as notices or to a notifier of yours.
    - `DIGESTS`: send the daily digests that are due.
    """

    RECOVERY = "RECOVERY"
    DUE = "DUE"
    NOTICES = "NOTICES"
    DIGESTS = "DIGESTS"


@attrs.frozen(kw_only=True)
class Round:
    """What one round of a worker did.

    Attributes:
        queues_served: The number of products whose queues were left unserved, and are served now.
        sellers_due: The number of sellers for whom something was due.
        relayed: The messages that were passed on.
        digests: The digests that were sent.
        errors: The jobs that failed, with their errors. The other jobs were done.
    """

    queues_served: int = 0
    sellers_due: int = 0
    relayed: RelayResult = attrs.field(factory=RelayResult)
    digests: DigestResult = attrs.field(factory=DigestResult)
    errors: tuple[tuple[Job, Exception], ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether nothing was done, and nothing failed."""
        return self == Round()

    @property
    def text(self) -> str:
        """What was done, in a few words. It is empty if nothing was, and a job failed.

        >>> Round(sellers_due=1, relayed=RelayResult(sent=3, failed=1)).text
        'something was due for 1 seller; messages handled: 3, failed: 1'
        >>> Round().text
        'nothing to do'
        """
        return "; ".join(self._parts()) or ("" if self.errors else "nothing to do")

    @property
    def failures(self) -> dict[Job, str]:
        """Why jobs failed, in words that may be logged: they quote nothing that people wrote.

        >>> Round(errors=((Job.DUE, ValueError("Ann moved")),)).failures
        {<Job.DUE: 'DUE'>: 'ValueError'}
        """
        return {job: printable(loggable(error)) for job, error in self.errors}

    def _parts(self) -> Iterator[str]:
        if self.queues_served:
            yield f"queues served to the end: {self.queues_served:,}"
        if self.sellers_due:
            yield f"something was due for {counted(self.sellers_due, 'seller')}"
        for name, counts in (
            (
                "messages",
                {
                    "handled": self.relayed.sent,
                    "failed": self.relayed.failed,
                    "dead": self.relayed.dead,
                },
            ),
            ("digests", {"sent": self.digests.sent, "failed": len(self.digests.failures)}),
        ):
            if any(counts.values()):
                shown = (f"{word}: {count:,}" for word, count in counts.items() if count)
                yield f"{name} {', '.join(shown)}"


class WorkerError(OrderFlowError):
    """Some jobs of a round failed. The others were done, and the next round does these again.

    Attributes:
        round: What the round did.
    """

    def __init__(self, done: Round) -> None:
        self.round = done
        super().__init__("; ".join(f"{job} failed: {why}" for job, why in done.failures.items()))
