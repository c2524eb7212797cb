"""The relay: it takes messages out of the outbox and hands them to a notifier.

A message is forgotten only after the notifier has taken it. So it arrives at least once, and
twice where the process ends between the two, or where telling takes longer than the lease. It
has the same id each time, so that a receiver can drop what it has had.
"""

from __future__ import annotations

from datetime import timedelta
from itertools import groupby
from typing import TYPE_CHECKING

import attrs

from orderflow.domain.model import validators
from orderflow.errors import NoticeError
from orderflow.ports import BatchNotifier
from orderflow.service.clock import SystemClock

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from orderflow.ports import Clock, Notifier, Outbox, OutboxMessage

__all__ = ["Relay", "Relayed"]

ERROR_CHARACTERS_MAX = 500


@attrs.frozen
class Relayed:
    """What one round of a relay came to, in messages."""

    delivered: int = 0
    failed: int = 0
    dead: int = 0

    def __add__(self, other: Relayed) -> Relayed:
        return Relayed(
            self.delivered + other.delivered, self.failed + other.failed, self.dead + other.dead
        )


class Relay:
    """Hands messages to a notifier: at least once, and in order for each order.

    A message that fails is tried again after `first_wait`, then after twice as long each time,
    and after `attempts_max` failures it is dead, or at once if the notifier raises a
    `NoticeError` that is final. The later messages of its order wait meanwhile.

    A `BatchNotifier` is handed the messages of an order together: one attempt for all of them.

    Args:
        outbox: Where the messages are.
        notifier: Who is told.
        clock: What time it is.
        attempts_max: After so many failures a message is dead.
        first_wait: How long to wait after the first failure.
        wait_max: The longest wait between two attempts.
        lease: How long messages are kept from other relays; longer than telling takes.
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
        for name, value in {"first_wait": first_wait, "wait_max": wait_max, "lease": lease}.items():
            validators.require(
                ok=isinstance(value, timedelta) and value > timedelta(0),
                field=f"Relay.{name}",
                demand="a timedelta above 0",
                value=value,
            )
        validators.require(
            ok=validators.is_units(attempts_max, 1),
            field="Relay.attempts_max",
            demand="a whole number of attempts, 1 or more",
            value=attempts_max,
        )
        self._outbox = outbox
        self._notifier = notifier
        self._together = notifier if isinstance(notifier, BatchNotifier) else None
        self._clock: Clock = clock if clock is not None else SystemClock()
        self._attempts_max = attempts_max
        self._first_wait = first_wait
        self._wait_max = wait_max
        self._lease = lease

    def run_once(self, limit: int = 100) -> Relayed:
        """Deliver at most so many messages that are due; tell what became of them."""
        until = self._clock.now() + self._lease
        messages = self._outbox.claim(self._clock.now(), self._lease, limit)
        relayed = Relayed()
        for _, of_subject in groupby(messages, key=lambda each: (each.seller_id, each.subject)):
            relayed += self._deliver(of_subject, until)
        return relayed

    def run(self, limit: int = 100) -> Relayed:
        """Deliver until nothing is due; tell what became of the messages."""
        total = Relayed()
        while (relayed := self.run_once(limit)) != Relayed():
            total += relayed
        return total

    def _deliver(self, messages: Iterable[OutboxMessage], until: datetime) -> Relayed:
        """Deliver the messages of one subject, up to the first that fails."""
        delivered = 0
        rest = list(messages)
        while rest:
            if self._clock.now() >= until:  # others may have them by now
                return Relayed(delivered)
            told = rest if self._together is not None else rest[:1]
            try:
                if self._together is not None:
                    self._together.notify_together(told)
                else:
                    self._notifier.notify(told[0])
            except Exception as error:  # noqa: BLE001 - whatever it is, the others must go on
                outcome = self._fail(rest[0], error)
                self._outbox.give_back(rest[1:])
                return Relayed(delivered) + outcome
            for message in told:
                self._outbox.delivered(message)
            delivered += len(told)
            rest = rest[len(told) :]
        return Relayed(delivered)

    def _fail(self, message: OutboxMessage, error: Exception) -> Relayed:
        text = f"{type(error).__name__}: {error}"[:ERROR_CHARACTERS_MAX]
        failures = message.attempts + 1
        final = isinstance(error, NoticeError) and error.is_final
        if final or failures >= self._attempts_max:
            self._outbox.failed(message, text, None)
            return Relayed(dead=1)
        wait = min(self._wait_max, self._first_wait * 2 ** min(failures - 1, 40))
        self._outbox.failed(message, text, self._clock.now() + wait)
        return Relayed(failed=1)
