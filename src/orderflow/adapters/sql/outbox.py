"""The outbox in a database: messages that are saved together with their events.

Theory
======

*Claims.* The oldest message of each subject is its head. A claim postpones the head until the end
of the lease, in the row itself, and nobody else reads behind a head. PostgreSQL locks heads while
they are claimed and skips locked ones, so relays do not wait for each other. SQLite has one writer
at a time.

*Order.* The numbers of one subject rise in the order of its events: of two transactions on the same
order or stock, the second waits for the first. Across subjects they do not, so no code here
remembers the last number it has seen.

*Cost.* Messages behind a postponed head are postponed with it, and a dead head is postponed for
ever. So a claim jumps to due messages in an index, however many are waiting behind others. It
starts after the seller that the previous claim ended with, so a seller with very many messages
does not delay the others.
"""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, bindparam, delete, func, select, update

from orderflow.adapters.sql.rows import Moments
from orderflow.adapters.sql.statements import each_value
from orderflow.adapters.sql.store import SqlStore
from orderflow.codec import loads
from orderflow.ports import OutboxMessage

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import timedelta

    from sqlalchemy import Column, ColumnElement, Engine, Select
    from sqlalchemy.sql import Executable
    from sqlalchemy.sql.base import ReadOnlyColumnCollection

    from orderflow.adapters.sql.executor import Executor
    from orderflow.adapters.sql.prepared import Row
    from orderflow.adapters.sql.tables import Tables
    from orderflow.adapters.sql.transactions import Transactions

    Key = dict[str, Any]
    Columns = ReadOnlyColumnCollection[str, Column[Any]]
    Conditions = tuple[ColumnElement[bool], ...]

__all__ = ["SqlOutbox"]

_NEVER = datetime(9999, 1, 1, tzinfo=UTC)
_DIGITS_MAX = 18


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
        self._statements = _statements_of(self._tables)
        self._after = ""

    def claim(self, now: datetime, lease: timedelta, limit: int) -> Sequence[OutboxMessage]:
        """Claim messages of subjects that nobody else has claimed.

        Args:
            now: The current time.
            lease: How long the messages are kept from others.
            limit: The largest number of messages.
        """

        def task(executor: Executor) -> Sequence[OutboxMessage]:
            write = Moments(as_text=executor.is_sqlite).write
            claimed: list[OutboxMessage] = []
            for head in islice(self._heads(executor, write(now), limit), limit):
                claimed += self._of_subject(executor, head, limit - len(claimed))
                if len(claimed) == limit:
                    break
            due = {"due_at": write(now + lease)}
            if claimed:
                executor.run(self._statements.postpone, [_key(each) | due for each in claimed])
            return claimed

        claimed = self._transactions.write(task)
        if claimed:
            self._after = claimed[-1].seller_id
        return claimed

    def mark_sent(self, message: OutboxMessage) -> None:
        """Remove a message that was sent."""
        key = _key(message)

        def task(executor: Executor) -> None:
            rows = executor.rows(self._statements.mark_sent, key)
            if rows and rows[0][0]:  # another relay claimed it meanwhile, and it died there
                self._postpone_behind(executor, key, message.subject, None)

        self._transactions.write(task)

    def give_back(self, messages: Sequence[OutboxMessage]) -> None:
        """Return messages of one subject that were claimed and not tried."""
        if not messages:
            return
        keys = [_key(message) for message in messages]
        subject = {"seller_id": messages[0].seller_id, "subject": messages[0].subject}

        def task(executor: Executor) -> None:
            ((head, due_at),) = executor.rows(self._statements.head, subject) or [(0, None)]
            due = {"due_at": due_at if head < keys[0]["of_number"] else None}
            executor.run(self._statements.postpone, [key | due for key in keys])

        self._transactions.write(task)

    def mark_failed(self, message: OutboxMessage, error: str, retry_at: datetime | None) -> None:
        """Keep a message that failed, to retry at a given time, or as dead if there is none."""
        key = _key(message)

        def task(executor: Executor) -> None:
            write = Moments(as_text=executor.is_sqlite).write
            due_at = write(_NEVER if retry_at is None else retry_at)
            changes = {"due_at": due_at, "error": error, "is_dead": retry_at is None}
            if executor.rows(self._statements.mark_failed, key | changes):
                self._postpone_behind(executor, key, message.subject, due_at)

        self._transactions.write(task)

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
            yield from executor.rows(self._statements.postponed_heads, parameters)
            yield from executor.rows(self._statements.new_heads, parameters)

    def _of_subject(self, executor: Executor, head: Row, limit: int) -> Iterator[OutboxMessage]:
        """Yield the messages of a subject, up to the first that is dead."""
        parameters = {"seller_id": head[0], "subject": head[1], "limit": limit}
        for row in executor.rows(self._statements.of_subject, parameters):
            if row[-1]:
                return
            yield _message(row)

    def _resolve_dead(self, message_id: str, statement: Executable) -> bool:
        """Revive or remove a dead message, and make the messages behind it due."""
        key = _key_of(message_id)
        if key is None:
            return False

        def task(executor: Executor) -> bool:
            rows = executor.rows(statement, key)
            for (subject,) in rows:
                self._postpone_behind(executor, key, subject, None)
            return bool(rows)

        return self._transactions.write(task)

    def _postpone_behind(
        self, executor: Executor, key: Key, subject: str, due_at: object | None
    ) -> None:
        """Postpone the messages behind one until a given time, or make them due."""
        behind = key | {"of_subject": subject, "due_at": due_at}
        executor.run(self._statements.postpone_behind, [behind])


class _Statements:
    """All statements of the outbox, in SQLAlchemy Core."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables
        columns = tables.outbox.c
        has_key = (
            columns.seller_id == bindparam("of_seller"),
            columns.number == bindparam("of_number"),
        )
        self._add_reads(columns)
        self._add_writes(columns, has_key)

    def _add_reads(self, columns: Columns) -> None:
        of_seller = columns.seller_id == bindparam("seller_id")
        self.of_subject = (
            self._messages()
            .where(of_seller, columns.subject == bindparam("subject"))
            .order_by(columns.number)
            .limit(bindparam("limit"))
        )
        # An index has `due_at`, so dead messages are found by it.
        is_dead = (columns.due_at == bindparam("never"), columns.is_dead)
        oldest_first = self._messages().where(*is_dead).order_by(columns.number)
        self.dead = oldest_first.where(of_seller)
        sellers = each_value(columns.seller_id).c.value
        self.sellers = select(sellers).where(sellers.is_not(None))
        self.all_dead = oldest_first.where(columns.seller_id.in_(self.sellers))
        self.postponed_heads = self._heads(columns.due_at <= bindparam("now"))
        self.new_heads = self._heads(columns.due_at.is_(None))
        # Locked until the messages behind it are as it says.
        self.head = (
            select(columns.number, columns.due_at)
            .where(of_seller, columns.subject == bindparam("subject"))
            .order_by(columns.number)
            .limit(1)
            .with_for_update()
        )

    def _add_writes(self, columns: Columns, has_key: Conditions) -> None:
        outbox = self._tables.outbox
        self.postpone = update(outbox).where(*has_key).values(due_at=bindparam("due_at"))
        self.postpone_behind = (
            update(outbox)
            .where(
                columns.seller_id == bindparam("of_seller"),
                columns.subject == bindparam("of_subject"),
                columns.number > bindparam("of_number"),
            )
            .values(due_at=bindparam("due_at"))
        )
        self.mark_failed = (
            update(outbox)
            .where(*has_key)
            .values(
                attempts=columns.attempts + 1,
                due_at=bindparam("due_at"),
                error=bindparam("error"),
                is_dead=bindparam("is_dead"),
            )
            .returning(columns.number)
        )
        is_dead = (*has_key, columns.is_dead)
        revived = update(outbox).where(*is_dead).values(attempts=0, due_at=None, is_dead=False)
        self.revive = revived.returning(columns.subject)
        self.discard = delete(outbox).where(*is_dead).returning(columns.subject)
        self.mark_sent = delete(outbox).where(*has_key).returning(columns.is_dead)

    def _messages(self) -> Select[Any]:
        """Return a query for messages, with whether each is dead."""
        outbox, events = self._tables.outbox.c, self._tables.events.c
        return (
            select(
                outbox.seller_id,
                outbox.number,
                outbox.subject,
                events.event,
                outbox.attempts,
                outbox.error,
                outbox.trace,
                outbox.is_dead,
            )
            .select_from(self._tables.outbox)
            .join(
                self._tables.events,
                and_(events.seller_id == outbox.seller_id, events.number == outbox.number),
            )
        )

    def _heads(self, due: ColumnElement[bool]) -> Executable:
        """Return a query for the due subjects of a seller that locks their heads."""
        outbox = self._tables.outbox
        earliest = outbox.alias("earliest").c
        head = (
            select(func.min(earliest.number))
            .where(earliest.seller_id == outbox.c.seller_id, earliest.subject == outbox.c.subject)
            .scalar_subquery()
        )
        return (
            select(outbox.c.seller_id, outbox.c.subject)
            .where(outbox.c.seller_id == bindparam("seller_id"), due, outbox.c.number == head)
            .order_by(outbox.c.due_at, outbox.c.number)
            .limit(bindparam("limit"))
            .with_for_update(of=outbox, skip_locked=True)
        )


_statements_of = lru_cache(maxsize=64)(_Statements)


def _message(row: Row) -> OutboxMessage:
    seller_id, number, subject, event, attempts, error, trace, _ = row
    return OutboxMessage(
        message_id=f"{seller_id}:{number}",
        seller_id=seller_id,
        subject=subject,
        event=loads(event),
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
