"""The ports for messages about events: the outbox, and the notifiers that receive them."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Protocol, runtime_checkable

import attrs

from orderflow.domain.model.events import Event

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import timedelta

__all__ = [
    "BatchNotifier",
    "Notifier",
    "Outbox",
    "OutboxMessage",
    "OutboxSummary",
]


@attrs.frozen(kw_only=True)
class OutboxMessage:
    """A message about one event.

    Attributes:
        message_id: Unique, and the same at each attempt, so that a receiver can drop duplicates.
        seller_id: The seller.
        subject: What `orderflow.events.subject_of` returns for the event: the order id, or a text
            that names the stock or receipt. Messages about one subject of one seller arrive in
            the order of their events.
        event: The event.
        attempts: The number of earlier attempts, which all failed.
        error: The error of the last attempt, without the names in mail addresses.
        trace: The trace of the command that caused the event, as a W3C ``traceparent``, if its
            unit of work had one. See `TracedUnitOfWork`.
    """

    message_id: str
    seller_id: str
    subject: str
    event: Event
    attempts: int = 0
    error: str = ""
    trace: str | None = None


@attrs.frozen(kw_only=True)
class OutboxSummary:
    """How far the relays are behind.

    Attributes:
        waiting_since: The time of the oldest event whose message is still to be sent. `None` if
            there is none. A dead message, and those behind it, do not count.
        dead: The number of dead messages.
    """

    waiting_since: datetime | None
    dead: int


class Outbox(Protocol):
    """The messages about saved events, until they are sent.

    A message that has failed for good is dead. It stays until it is revived or discarded, and
    later messages about its subject wait behind it.

    Messages of a subject that were claimed together come again together, without newer ones. So
    a notifier that sends them as one can give them the same id each time. Newer ones come in a
    later claim. Only after a dead message was revived may they come with it.

    A message that this release cannot read stays as it is, for a process of a later release.
    Later messages about its subject wait behind it, and so do those that were claimed together
    with it.
    """

    def claim(self, now: datetime, lease: timedelta, limit: int) -> Sequence[OutboxMessage]:
        """Claim messages of subjects that nobody else has claimed.

        The messages of one subject are next to each other, oldest first. Subjects may come in any
        order. Nobody else can claim a subject until its claimed messages are marked or given back,
        or the lease has run out.

        Args:
            now: The current time.
            lease: How long the messages are kept from others.
            limit: Claim as many messages as there are, but at most this many. What was claimed
                together before is not divided, unless it is more than the limit.

        Raises:
            UnreadableError: If this release can read none of the messages that are due.
        """
        ...

    def mark_sent(self, messages: Sequence[OutboxMessage]) -> None:
        """Remove messages of one subject that were sent, all or none. Some may be gone already."""
        ...

    def give_back(self, messages: Sequence[OutboxMessage]) -> None:
        """Return messages of one subject that were claimed and not tried."""
        ...

    def mark_failed(self, message: OutboxMessage, error: str, retry_at: datetime | None) -> None:
        """Keep a message that failed, to retry at a given time, or as dead if there is none."""
        ...

    def summary(self) -> OutboxSummary:
        """Return how far the relays are behind."""
        ...

    def dead(self, seller_id: str | None = None) -> Sequence[OutboxMessage]:
        """Return the dead messages of all sellers or of one, each seller's oldest first."""
        ...

    def revive(self, message_id: str) -> bool:
        """Make a dead message due again; report whether there was one."""
        ...

    def discard(self, message_id: str) -> bool:
        """Remove a dead message; report whether there was one."""
        ...


class Notifier(Protocol):
    """Receives the messages about events."""

    def notify(self, message: OutboxMessage) -> None:
        """Handle one message. If this raises, it is called again later.

        `orderflow.service.Relay` calls it at least once for each message, in the order of events
        for each subject. It calls it twice if it was interrupted.
        """
        ...


@runtime_checkable
class BatchNotifier(Notifier, Protocol):
    """Receives several messages about one order together."""

    def notify_together(self, messages: Sequence[OutboxMessage]) -> None:
        """Handle the next messages about one order, oldest first: all of them, or raise.

        The relay calls it instead of `notify`. If it raises, the first message has failed. That
        message comes again later, together with those after it and any new ones.
        """
        ...
