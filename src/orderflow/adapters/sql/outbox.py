"""The outbox in a database: messages that are saved together with their events.

Theory
======

*Claims.* The oldest message of each subject is its head. A claim postpones the head until the end
of the lease, in the row itself, and nobody else reads behind a head. PostgreSQL locks heads while
they are claimed and skips locked ones, so relays do not wait for each other. SQLite has one writer
at a time.

*Together.* A claim writes the same `due_at` to all messages of a subject that it takes, and takes
only messages with the same `due_at`. So a process that ends before it marks them leaves them to be
claimed together again, without newer ones. A failure and a return keep them together too. What
waits behind a failure is due a microsecond later.

*Order.* The numbers of one subject rise in the order of its events: of two transactions on the same
order or stock, the second waits for the first. Across subjects they do not, so no code here
remembers the last number it has seen.

*Cost.* Messages behind a postponed head are postponed with it, and a dead head is postponed for
ever. So a claim jumps to due messages in an index, however many are waiting behind others. It
starts after the seller that the previous claim ended with, so a seller with very many messages
does not delay the others.

*Unreadable messages.* A head that this release cannot read is passed over and not postponed, so a
process of a later release can claim it at once. Each claim passes over a limited number of heads
of a seller, because the database is locked meanwhile.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import takewhile
from typing import TYPE_CHECKING, Any

from orderflow.adapters.sql.outbox_statements import outbox_statements_of
from orderflow.adapters.sql.rows import Moments
from orderflow.adapters.sql.store import SqlStore
from orderflow.adapters.sql.stored import read_stored
from orderflow.errors import UnreadableError
from orderflow.errors.unread import LeftUnread
from orderflow.ports import OutboxMessage, OutboxSummary

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sqlalchemy import Engine
    from sqlalchemy.sql import Executable

    from orderflow.adapters.sql.executor import Executor
    from orderflow.adapters.sql.prepared import Row
    from orderflow.adapters.sql.tables import Tables
    from orderflow.adapters.sql.transactions import Transactions

    Key = dict[str, Any]

__all__ = ["SqlOutbox"]

_NEVER = datetime(9999, 1, 1, tzinfo=UTC)
_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
_BEHIND = timedelta(microseconds=1)
_DIGITS_MAX = 18
HEADS_MAX = 1_000
"""The most subjects of a seller that a claim looks at, unless its limit is above."""


class SqlOutbox(SqlStore):
    """The messages that `SqlRepository` saved: an `orderflow.ports.Outbox`.

    Any number of these can work at once, in any number of processes.

    Args:
        engine: A SQLAlchemy engine for SQLite or PostgreSQL, or an object with the methods of
            `Transactions`.
        tables: The tables. Default: those with orderflow's own names.
    """

    def __init__(self, engine: Engine | Transactions, *, tables: Tables | None = None) -> None:
        super().__init__(engine, tables=tables)
        self._statements = outbox_statements_of(self._tables)
        self._after = ""

    def claim(self, now: datetime, lease: timedelta, limit: int) -> Sequence[OutboxMessage]:
        """Claim messages of subjects that nobody else has claimed.

        Args:
            now: The current time.
            lease: How long the messages are kept from others.
            limit: The largest number of messages.

        Raises:
            UnreadableError: If this release can read none of the messages that are due.
        """

        def task(executor: Executor) -> Sequence[OutboxMessage]:
            write = Moments(as_text=executor.is_sqlite).write
            claimed: list[OutboxMessage] = []
            unread = LeftUnread()
            for head in self._heads(executor, write(now), limit):
                together = self._of_subject(executor, head, limit)
                room = limit - len(claimed)
                was_claimed = together[0][-1] is not None
                if claimed and was_claimed and len(together) > room:
                    break
                messages = _readable(together[:room], unread)
                if was_claimed and len(messages) < len(together[:room]):
                    continue
                claimed += messages
                if len(claimed) == limit:
                    break
            if not claimed:
                unread.require_none()
                return claimed
            due = {"due_at": write(now + lease)}
            executor.run(self._statements.postpone, [_key(each) | due for each in claimed])
            return claimed

        claimed = self._transactions.write(task)
        if claimed:
            self._after = claimed[-1].seller_id
        return claimed

    def mark_sent(self, messages: Sequence[OutboxMessage]) -> None:
        """Remove messages of one subject that were sent."""
        keys = [_key(message) for message in messages]

        def task(executor: Executor) -> None:
            for key in keys:
                rows = executor.rows(self._statements.mark_sent, key)
                if rows and rows[0][0]:  # another relay claimed it meanwhile, and it died there
                    self._make_due_behind(executor, key, messages[0].subject)

        self._transactions.write(task)

    def give_back(self, messages: Sequence[OutboxMessage]) -> None:
        """Return messages of one subject that were claimed and not tried."""
        if not messages:
            return
        keys = [_key(message) for message in messages]
        subject = {"seller_id": messages[0].seller_id, "subject": messages[0].subject}

        def task(executor: Executor) -> None:
            long_ago = Moments(as_text=executor.is_sqlite).write(_LONG_AGO)
            ((head, due_at),) = executor.rows(self._statements.head, subject) or [(0, None)]
            due = {"due_at": due_at if head < keys[0]["of_number"] else long_ago}
            executor.run(self._statements.postpone, [key | due for key in keys])

        self._transactions.write(task)

    def mark_failed(self, message: OutboxMessage, error: str, retry_at: datetime | None) -> None:
        """Keep a message that failed, to retry at a given time, or as dead if there is none."""
        key = _key(message)

        def task(executor: Executor) -> None:
            write = Moments(as_text=executor.is_sqlite).write
            due_at = write(_NEVER if retry_at is None else retry_at)
            behind = due_at if retry_at is None else write(retry_at + _BEHIND)
            changes = {"due_at": due_at, "error": error, "is_dead": retry_at is None}
            for (claimed_until,) in executor.rows(self._statements.claimed_until, key):
                executor.rows(self._statements.mark_failed, key | changes)
                due = {"claimed_until": claimed_until, "due_at": due_at, "behind": behind}
                of_subject = {"of_subject": message.subject}
                executor.run(self._statements.postpone_behind, [key | of_subject | due])

        self._transactions.write(task)

    def summary(self) -> OutboxSummary:
        """Return how far the relays are behind."""

        def task(executor: Executor) -> OutboxSummary:
            moments = Moments(as_text=executor.is_sqlite)
            never = {"never": moments.write(_NEVER)}
            oldest = [
                moments.read(row[0])
                for seller in executor.rows(self._statements.sellers, {})
                for row in executor.rows(self._statements.oldest, never | {"seller_id": seller[0]})
            ]
            ((dead,),) = executor.rows(self._statements.count_dead, never)
            return OutboxSummary(waiting_since=min(oldest, default=None), dead=dead)

        return self._transactions.read(task)

    def dead(self, seller_id: str | None = None) -> Sequence[OutboxMessage]:
        """Return the dead messages, oldest first."""

        def task(executor: Executor) -> Sequence[OutboxMessage]:
            never = Moments(as_text=executor.is_sqlite).write(_NEVER)
            if seller_id is None:
                rows = executor.rows(self._statements.all_dead, {"never": never})
            else:
                of_seller = {"never": never, "seller_id": seller_id}
                rows = executor.rows(self._statements.dead, of_seller)
            return [_message(row) for row in rows]

        return self._transactions.read(task)

    def revive(self, message_id: str) -> bool:
        """Make a dead message due again; report whether there was one."""
        return self._resolve_dead(message_id, self._statements.revive)

    def discard(self, message_id: str) -> bool:
        """Remove a dead message; report whether there was one."""
        return self._resolve_dead(message_id, self._statements.discard)

    def _heads(self, executor: Executor, now: object, limit: int) -> Iterator[Row]:
        """Yield seller and subject of each due head: first postponed ones, then new ones."""
        after = self._after
        sellers = [row[0] for row in executor.rows(self._statements.sellers, {})]
        for seller_id in sorted(sellers, key=lambda each: (each <= after, each)):
            parameters = {"seller_id": seller_id, "now": now, "limit": limit}
            seen: set[str] = set()  # what other relays do meanwhile may move the pages
            for heads in (self._statements.postponed_heads, self._statements.new_heads):
                for offset in range(0, HEADS_MAX, limit):
                    rows = executor.rows(heads, parameters | {"offset": offset})
                    yield from (row for row in rows if row[1] not in seen)
                    seen.update(row[1] for row in rows)
                    if len(rows) < limit:
                        break

    def _of_subject(self, executor: Executor, head: Row, limit: int) -> Sequence[Row]:
        """Return the first messages of a subject, up to one that is dead or was not with them."""
        parameters = {"seller_id": head[0], "subject": head[1], "limit": limit}
        rows = executor.rows(self._statements.of_subject, parameters)
        due_at = rows[0][-1]
        return list(takewhile(lambda row: row[-1] == due_at and not row[-2], rows))

    def _resolve_dead(self, message_id: str, statement: Executable) -> bool:
        """Revive or remove a dead message, and make the messages behind it due."""
        key = _key_of(message_id)
        if key is None:
            return False

        def task(executor: Executor) -> bool:
            rows = executor.rows(statement, key)
            for (subject,) in rows:
                self._make_due_behind(executor, key, subject)
            return bool(rows)

        return self._transactions.write(task)

    def _make_due_behind(self, executor: Executor, key: Key, subject: str) -> None:
        """Make the messages behind one due."""
        behind = {"of_subject": subject, "claimed_until": None, "due_at": None, "behind": None}
        executor.run(self._statements.postpone_behind, [key | behind])


def _readable(rows: Sequence[Row], unread: LeftUnread) -> list[OutboxMessage]:
    """Return the messages before the first that this release cannot read."""
    messages: list[OutboxMessage] = []
    for row in rows:
        try:
            messages.append(_message(row))
        except UnreadableError as error:
            seller_id, number, subject, *_ = row
            unread.add(f"message {f'{seller_id}:{number}'!r} about {subject!r}", error)
            break
    return messages


def _message(row: Row) -> OutboxMessage:
    seller_id, number, subject, event, attempts, error, trace, *_ = row
    return OutboxMessage(
        message_id=f"{seller_id}:{number}",
        seller_id=seller_id,
        subject=subject,
        event=read_stored(event),
        attempts=attempts,
        error=error,
        trace=trace,
    )


def _key(message: OutboxMessage) -> Key:
    key = _key_of(message.message_id)
    if key is None:
        raise ValueError(f"message {message.message_id!r} does not belong to this outbox")
    return key


def _key_of(message_id: str) -> Key | None:
    """Return the key of a message's row, or `None` if the id is not one of this outbox."""
    seller_id, _, number = message_id.rpartition(":")
    is_number = number.isascii() and number.isdecimal() and len(number) <= _DIGITS_MAX
    return {"of_seller": seller_id, "of_number": int(number)} if is_number else None
