"""The relay takes messages out of the outbox and passes them to a notifier.

A message stays in the outbox until the notifier has accepted it, so each one arrives at least
once. It arrives twice if the process ends in between, or if the notifier takes longer than the
lease. Its id is the same each time, so a receiver can drop duplicates.
"""

from __future__ import annotations

from datetime import timedelta
from itertools import groupby
from typing import TYPE_CHECKING

import attrs

from orderflow.domain.model.arguments import (
    require_duration,
    require_function,
    require_number,
)
from orderflow.errors import NoticeError, UnreadableError
from orderflow.errors.quoting import ITEMS_MAX
from orderflow.errors.secrets import without_mailboxes, without_secrets
from orderflow.ports import BatchNotifier, Clock, Notifier, Outbox
from orderflow.ports.implementations import require_port
from orderflow.service.clock import SystemClock, read_clock

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime

    from orderflow.ports import OutboxMessage

__all__ = ["Relay", "RelayResult", "is_final", "never"]

ERROR_CHARACTERS_MAX = 500
TEXT_CHARACTERS_MAX = 4_000


@attrs.frozen
class RelayResult:
    """The result of a relay's run, as numbers of messages.

    Attributes:
        sent: Messages that the notifier accepted.
        failed: Messages that failed and will be tried again.
        dead: Messages that failed for good.
        unreadable: Which messages were left, because this release cannot read them or what a notice
            about them needs, and why: the first of these texts. A process of a later release sends
            them. Only a run that finds nothing else to send has messages that cannot be read
            themselves.
    """

    sent: int = 0
    failed: int = 0
    dead: int = 0
    unreadable: tuple[str, ...] = ()

    def __add__(self, other: RelayResult) -> RelayResult:
        return RelayResult(
            self.sent + other.sent,
            self.failed + other.failed,
            self.dead + other.dead,
            (*self.unreadable, *other.unreadable)[:ITEMS_MAX],
        )

    @property
    def tried(self) -> int:
        """The number of messages that were sent or failed."""
        return self.sent + self.failed + self.dead

    @property
    def error(self) -> UnreadableError | None:
        """The error that names the messages left unread, if there are any."""
        return UnreadableError("; ".join(self.unreadable)) if self.unreadable else None


def never() -> bool:
    """Return `False`: nothing stops a run before its end."""
    return False


class Relay:
    """Passes messages to a notifier at least once, and in order for each order.

    A message that fails is tried again after `first_wait`, and the wait doubles each time. After
    `attempts_max` failures it is dead, or at once if the notifier raises a final `NoticeError`.
    Later messages about the same order wait meanwhile.

    If a notifier raises an `UnreadableError`, the message comes again after the lease. It does not
    count as an attempt. What this release cannot read is left, and the other orders go on.

    A `BatchNotifier` gets the messages of an order together, as one attempt.

    Args:
        outbox: The outbox.
        notifier: The notifier.
        clock: The clock. Default: the system's.
        attempts_max: The number of failures after which a message is dead.
        first_wait: The wait after the first failure.
        wait_max: The longest wait between two attempts.
        lease: How long claimed messages are kept from other relays. Set it longer than the
            notifier takes.
    """

    def __init__(
        self,
        outbox: Outbox,
        notifier: Notifier,
        *,
        clock: Clock | None = None,
        attempts_max: int = 8,
        first_wait: timedelta = timedelta(seconds=10),
        wait_max: timedelta = timedelta(hours=6),
        lease: timedelta = timedelta(minutes=5),
    ) -> None:
        require_port("Relay.outbox", outbox, Outbox)
        require_port("Relay.notifier", notifier, Notifier)
        require_port("Relay.clock", clock, Clock, optional=True)
        require_duration("Relay.first_wait", first_wait)
        require_duration("Relay.wait_max", wait_max)
        require_duration("Relay.lease", lease)
        require_number("Relay.attempts_max", attempts_max, 1, of="attempts")
        self._outbox = outbox
        self._notifier = notifier
        self._together = notifier if isinstance(notifier, BatchNotifier) else None
        self._clock: Clock = clock if clock is not None else SystemClock()
        self._attempts_max = attempts_max
        self._first_wait = first_wait
        self._wait_max = wait_max
        self._lease = lease

    @property
    def outbox(self) -> Outbox:
        """The outbox."""
        return self._outbox

    def run_once(self, limit: int = 100, *, stop: Callable[[], bool] = never) -> RelayResult:
        """Pass on at most `limit` messages that are due, and return the result.

        Args:
            limit: The most messages to claim.
            stop: Called before the messages of each subject. If it returns `True`, the rest are
                given back.

        Raises:
            InvalidValueError: If the limit is below 1.
        """
        require_number("run_once.limit", limit, 1, of="messages")
        require_function("run_once.stop", stop)
        now = read_clock(self._clock)
        until = now + self._lease
        try:
            messages = self._outbox.claim(now, self._lease, limit)
        except UnreadableError as error:
            return RelayResult(unreadable=(str(error),))
        result = RelayResult()
        is_over = False
        for _, of_subject in groupby(messages, key=lambda each: (each.seller_id, each.subject)):
            is_over = is_over or stop()
            if is_over:
                self._outbox.give_back(list(of_subject))
            else:
                result += self._send(of_subject, until)
        return result

    def run(self, limit: int = 100, *, stop: Callable[[], bool] = never) -> RelayResult:
        """Pass on messages until none is due, and return the result.

        Args:
            limit: The most messages to claim at a time.
            stop: Called before the messages of each subject. If it returns `True`, the run ends.

        Raises:
            InvalidValueError: If the limit is below 1.
        """
        require_number("run.limit", limit, 1, of="messages")
        require_function("run.stop", stop)
        total = RelayResult()
        while not stop():
            result = self.run_once(limit, stop=stop)
            total += result
            if not result.tried:
                break
        return total

    def _send(self, messages: Iterable[OutboxMessage], until: datetime) -> RelayResult:
        """Pass on the messages of one subject, up to the first that fails."""
        sent = 0
        rest = list(messages)
        while rest:
            if read_clock(self._clock) >= until:  # another relay may have claimed them
                return RelayResult(sent)
            batch = rest if self._together is not None else rest[:1]
            try:
                self._pass_on(batch)
            except UnreadableError as error:  # stays claimed, for a process that can read it
                left = f"message {rest[0].message_id!r} about {rest[0].subject!r}: {error}"
                return RelayResult(sent, failed=1, unreadable=(left,))
            except Exception as error:  # noqa: BLE001 - other subjects must go on
                result = self._fail(rest[0], error)
                self._outbox.give_back(rest[1:])
                return RelayResult(sent) + result
            self._outbox.mark_sent(batch)
            sent += len(batch)
            rest = rest[len(batch) :]
        return RelayResult(sent)

    def _pass_on(self, batch: list[OutboxMessage]) -> None:
        if self._together is not None:
            self._together.notify_together(batch)
        else:
            self._notifier.notify(batch[0])

    def _gives_up(self, message: OutboxMessage, error: Exception) -> bool:
        """Whether a message is not tried again after this error."""
        is_last = is_final(error) or message.attempts + 1 >= self._attempts_max
        return is_last and not isinstance(error, UnreadableError)

    def _fail(self, message: OutboxMessage, error: Exception) -> RelayResult:
        text = _storable(type(error).__name__, str(error))
        if self._gives_up(message, error):
            self._outbox.mark_failed(message, text, None)
            return RelayResult(dead=1)
        # Enough doublings to reach the longest wait: more could leave the range of a timedelta.
        doublings = min(message.attempts, (self._wait_max // self._first_wait).bit_length())
        wait = min(self._wait_max, self._first_wait * 2**doublings)
        self._outbox.mark_failed(message, text, read_clock(self._clock) + wait)
        return RelayResult(failed=1)


def is_final(error: Exception) -> bool:
    """Whether a further attempt would fail with the same error."""
    return isinstance(error, NoticeError) and error.is_final


def _storable(name: str, text: str) -> str:
    """Return the start of an error's name and text, with what no database takes as an escape.

    A message may stay for long, so neither a password nor the name in a mail address stays in it.
    """
    shown = without_mailboxes(without_secrets(text[:TEXT_CHARACTERS_MAX]))
    plain = f"{name}: {shown}"[:ERROR_CHARACTERS_MAX].encode(errors="backslashreplace").decode()
    return plain.replace("\0", "\\0")[:ERROR_CHARACTERS_MAX]
