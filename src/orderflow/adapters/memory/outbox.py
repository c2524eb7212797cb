"""The outbox in memory: the reference for all others."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from itertools import takewhile
from threading import RLock
from typing import TYPE_CHECKING

import attrs

from orderflow.domain.model.events import subject_of
from orderflow.domain.model.personal_data import erase
from orderflow.ports import OutboxMessage, OutboxSummary

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import timedelta

    from orderflow.domain.model.events import Event

__all__ = ["MemoryOutbox"]

_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


@attrs.define
class _Entry:
    """A message and its next attempt. A new one has none yet, and a dead one none any more.

    Messages that were claimed together are due together.
    """

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

    def erase(self, seller_id: str, order_ids: Sequence[str]) -> None:
        """Erase the personal data of orders from the messages about them."""
        with self._lock:
            for (owner, subject), entries in self._entries.items():
                for entry in entries.values() if owner == seller_id else ():
                    event = erase(entry.message.event, order_ids)
                    error = "" if subject in order_ids else entry.message.error
                    entry.message = attrs.evolve(entry.message, event=event, error=error)

    def claim(self, now: datetime, lease: timedelta, limit: int) -> Sequence[OutboxMessage]:
        """Claim messages of subjects that nobody else has claimed."""
        with self._lock:
            claimed: list[OutboxMessage] = []
            for entries in self._entries.values():
                if len(claimed) == limit:
                    break
                head, room = _head(entries), limit - len(claimed)
                if head.is_dead or (head.due is not None and head.due > now):
                    continue
                together = list(takewhile(partial(_is_with, head.due), entries.values()))
                if claimed and head.due is not None and len(together) > room:
                    break
                for entry in together[:room]:
                    entry.due = now + lease
                    claimed.append(entry.message)
            return claimed

    def mark_sent(self, messages: Sequence[OutboxMessage]) -> None:
        """Remove messages of one subject that were sent."""
        with self._lock:
            for message in messages:
                self._remove(message)

    def give_back(self, messages: Sequence[OutboxMessage]) -> None:
        """Return messages of one subject that were claimed and not tried."""
        with self._lock:
            for message in messages:
                entries = self._entries.get((message.seller_id, message.subject), {})
                if message.message_id in entries:
                    head = _head(entries)
                    is_behind = head.message.message_id not in {m.message_id for m in messages}
                    entries[message.message_id].due = head.due if is_behind else _LONG_AGO

    def mark_failed(self, message: OutboxMessage, error: str, retry_at: datetime | None) -> None:
        """Keep a failed message. Retry it at `retry_at`, or mark it dead if that is `None`."""
        with self._lock:
            entries = self._entries.get((message.seller_id, message.subject), {})
            failed = entries.get(message.message_id)
            if failed is None:
                return
            for each in filter(partial(_is_with, failed.due), entries.values()):
                each.due = retry_at
            failed.is_dead = retry_at is None
            # Its event may have been erased since it was claimed.
            attempts = message.attempts + 1
            failed.message = attrs.evolve(failed.message, attempts=attempts, error=error)

    def summary(self) -> OutboxSummary:
        """Return how far the relays are behind."""
        with self._lock:
            heads = [_head(entries) for entries in self._entries.values()]
            waiting = [each.message.event.at for each in heads if not each.is_dead]
            return OutboxSummary(waiting_since=min(waiting, default=None), dead=len(self.dead()))

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


def _is_with(due: datetime | None, entry: _Entry) -> bool:
    """Whether a message comes with others that are due at a moment."""
    return entry.due == due and not entry.is_dead


def _head(entries: dict[str, _Entry]) -> _Entry:
    """Return the oldest message of a subject."""
    return next(iter(entries.values()))
