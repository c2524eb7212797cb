"""The inbox of a receiver: which messages it has had already.

A message may come twice. A receiver that must do its work once notes the message in the same
transaction as its work: if the transaction is undone, so is the note, and the message is new when
it comes again.
"""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, cast

from sqlalchemy import bindparam, delete, select
from sqlalchemy.dialects.postgresql import insert

from orderflow.adapters.sql.rows import Moments
from orderflow.adapters.sql.statements import each_value
from orderflow.adapters.sql.tables import SUBJECT_CHARACTERS_MAX, Tables
from orderflow.adapters.sql.transactions import HostTransaction, OwnTransactions
from orderflow.domain.model import validators

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Connection, Engine

    from orderflow.adapters.sql.executor import CoreExecutor, Executor

__all__ = ["SqlInbox"]


class SqlInbox:
    """Which messages were received, in the transaction that a connection of the receiver's is in.

    Args:
        connection: An open connection of SQLAlchemy, for SQLite or PostgreSQL, or an executor on
            any other.
        tables: The tables, of which it needs `inbox` alone; those with the names that orderflow
            gives them, if left out.

    Raises:
        StorageError: If the isolation of its transaction does not fit.
    """

    def __init__(self, connection: Connection | Executor, *, tables: Tables | None = None) -> None:
        self._transaction = HostTransaction(connection)
        self._statements = _statements_of(tables if tables is not None else Tables.default())

    @classmethod
    def receive(
        cls,
        engine: Engine,
        message_id: str,
        task: Callable[[Connection], object],
        *,
        seller_id: str = "",
        at: datetime | None = None,
        tables: Tables | None = None,
    ) -> bool:
        """Carry out a task in a transaction of its own, if a message is there for the first time.

        The task is given the connection, and its changes are committed with the note. If it
        raises, both are undone. It may be called again if others went first.

        Args:
            engine: An engine of SQLAlchemy, for SQLite or PostgreSQL.
            message_id: The message, as below.
            task: What is to be done once.
            seller_id: As below.
            at: As below.
            tables: As above.

        Returns:
            Whether it was carried out.

        Raises:
            ContentionError: If others went first time and again.
            InvalidValueError: If no message can have this id.
        """

        def work(executor: Executor) -> bool:
            is_first = cls(executor, tables=tables).first_time(
                message_id, seller_id=seller_id, at=at
            )
            if is_first:
                # `OwnTransactions` has no other executor.
                task(cast("CoreExecutor", executor).connection)
            return is_first

        return OwnTransactions(engine).write(work)

    def first_time(
        self, message_id: str, *, seller_id: str = "", at: datetime | None = None
    ) -> bool:
        """Note a message, and tell whether it is there for the first time.

        If another transaction has noted it and is still open, this one waits for its end.

        Args:
            message_id: `OutboxMessage.message_id`, or what else tells messages apart: the id of a
                webhook.
            seller_id: The seller, where the receiver knows; ids are told apart for each.
            at: When it was received; at present, if left out.

        Raises:
            ContentionError: If another transaction holds it for too long.
            InvalidValueError: If no message can have this id, or the moment names no time zone.
        """
        _check(message_id)
        received_at = datetime.now(UTC)
        if at is not None:
            received_at = validators.require_moment("SqlInbox.at", at)

        def task(executor: Executor) -> bool:
            row = {
                "seller_id": seller_id,
                "message_id": message_id,
                "received_at": Moments(as_text=executor.is_sqlite).write(received_at),
            }
            return bool(executor.rows(self._statements.note, row))

        return self._transaction.write(task)

    def prune(self, *, before: datetime) -> None:
        """Forget the messages that were received before a moment.

        One of them that comes again is taken for new, so leave more time than a message can take.

        Raises:
            InvalidValueError: If the moment names no time zone.
        """
        earliest = validators.require_moment("SqlInbox.before", before)

        def task(executor: Executor) -> None:
            moment = Moments(as_text=executor.is_sqlite).write(earliest)
            rows = executor.rows(self._statements.sellers, {})
            forget = [{"of_seller": row[0], "before": moment} for row in rows if row[0] is not None]
            if forget:
                executor.run(self._statements.prune, forget)

        self._transaction.write(task)


def _check(message_id: str) -> None:
    validators.require(
        ok=0 < len(message_id) <= SUBJECT_CHARACTERS_MAX and message_id.isprintable(),
        field="SqlInbox.message_id",
        demand=f"a text of 1 to {SUBJECT_CHARACTERS_MAX} printable characters",
        value=message_id,
    )


class _Statements:
    """What is read and written, as statements of SQLAlchemy Core."""

    def __init__(self, tables: Tables) -> None:
        inbox = tables.inbox
        columns = inbox.c
        note = insert(inbox).values(
            {column.name: bindparam(column.name, type_=column.type) for column in columns}
        )
        # SQLite knows the same words.
        self.note = note.on_conflict_do_nothing().returning(columns.message_id)
        self.sellers = select(each_value(columns.seller_id).c.value)
        self.prune = delete(inbox).where(
            columns.seller_id == bindparam("of_seller"),
            columns.received_at < bindparam("before", type_=columns.received_at.type),
        )


_statements_of = lru_cache(maxsize=64)(_Statements)
