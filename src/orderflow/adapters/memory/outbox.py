"""The outbox in memory: the reference for all others."""

from __future__ import annotations

from datetime import datetime
from threading import RLock
from typing import TYPE_CHECKING

import attrs

from orderflow.domain.model.events import subject_of
from orderflow.ports import OutboxMessage

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import timedelta

    from orderflow.domain.model.events import Event

__all__ = ["MemoryOutbox"]


@attrs.define
class _Entry:
    """A message and its next attempt; a dead one has none."""

    message: OutboxMessage
    due: datetime | None = None
    is_dead: bool = False


class MemoryOutbox:
    """Keeps messages in this process until they are sent: an `orderflow.ports.Outbox`."""

    def __init__(self) -> None:
        self._entries: dict[tuple[str, str], dict[str, _Entry]] = {}
        self._lock = RLock()

    def add(
        self, seller_id: str, events: Sequence[Event], before: int, trace: str | None = None
    ) -> None:
        """Add a seller's events with their trace, after the given number of earlier events."""
        with self._lock:
            for number, event in enumerate(events, before + 1):
                subject = subject_of(event)
                message = OutboxMessage(
                    message_id=f"{seller_id}:{number}",
                    seller_id=seller_id,
                    subject=subject,
                    event=event,
                    trace=trace,
                )
                entries = self._entries.setdefault((seller_id, subject), {})
                entries[message.message_id] = _Entry(message)

    def claim(self, now: datetime, lease: timedelta, limit: int) -> Sequence[OutboxMessage]:
        """Claim messages of subjects that nobody else has claimed."""
        with self._lock:
            claimed: list[OutboxMessage] = []
            for entries in self._entries.values():
                if len(claimed) == limit:
                    break
                head = next(iter(entries.values()))
                if head.is_dead or (head.due is not None and head.due > now):
                    continue
                for entry in entries.values():
                    if entry.is_dead or len(claimed) == limit:
                        break
                    entry.due = now + lease
                    claimed.append(entry.message)
            return claimed

    def mark_sent(self, message: OutboxMessage) -> None:
        """Remove a message that was sent."""
        with self._lock:
            self._remove(message)

    def give_back(self, messages: Sequence[OutboxMessage]) -> None:
        """Return messages that were claimed and not tried."""
        with self._lock:
            for message in messages:
                self._change(message, due=None)

    def mark_failed(self, message: OutboxMessage, error: str, retry_at: datetime | None) -> None:
        """Keep a failed message. Retry it at `retry_at`, or mark it dead if that is `None`."""
        with self._lock:
            self._change(
                message,
                due=retry_at,
                is_dead=retry_at is None,
                message=attrs.evolve(message, attempts=message.attempts + 1, error=error),
            )

    def dead(self, seller_id: str | None = None) -> Sequence[OutboxMessage]:
        """Return the dead messages, oldest first."""
        with self._lock:
            return tuple(
                entry.message
                for (owner, _), entries in self._entries.items()
                for entry in entries.values()
                if entry.is_dead and seller_id in (None, owner)
            )

    def revive(self, message_id: str) -> bool:
        """Make a dead message due again; report whether there was one."""
        with self._lock:
            message = self._find_dead(message_id)
            if message is not None:
                fresh = attrs.evolve(message, attempts=0)
                self._change(message, due=None, is_dead=False, message=fresh)
            return message is not None

    def discard(self, message_id: str) -> bool:
        """Remove a dead message; report whether there was one."""
        with self._lock:
            message = self._find_dead(message_id)
            if message is not None:
                self._remove(message)
            return message is not None

    def _find_dead(self, message_id: str) -> OutboxMessage | None:
        dead = (each for each in self.dead() if each.message_id == message_id)
        return next(dead, None)

    def _change(self, message: OutboxMessage, /, **changes: object) -> None:
        entries = self._entries.get((message.seller_id, message.subject), {})
        entry = entries.get(message.message_id)
        if entry is not None:
            for name, value in changes.items():
                setattr(entry, name, value)

    def _remove(self, message: OutboxMessage) -> None:
        subject = (message.seller_id, message.subject)
        entries = self._entries.get(subject, {})
        entries.pop(message.message_id, None)
        if not entries:
            self._entries.pop(subject, None)
