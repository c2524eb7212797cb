"""The inbox of a receiver: the messages that it has already received.

A message may arrive twice. A receiver that must act only once records the message in the same
transaction as its work. If the transaction is rolled back, so is the record, and the message
counts as new when it comes again.
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
    """Records received messages, in the receiver's own transaction.

    Args:
        connection: An open SQLAlchemy connection to SQLite or PostgreSQL, or an executor on a
            connection of any other library.
        tables: The tables. Only `inbox` is used. Default: those with orderflow's own names.

    Raises:
        StorageError: If the transaction's isolation level is not supported.
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
        """Run a task in a new transaction, unless the message was received before.

        The task gets the connection, and its changes are committed together with the record of
        the message. If it raises, both are rolled back. The task may run again on contention.

        Args:
            engine: A SQLAlchemy engine for SQLite or PostgreSQL.
            message_id: The message, as for `first_time`.
            task: The work to do once.
            seller_id: The seller, as for `first_time`.
            at: When the message was received, as for `first_time`.
            tables: The tables. Default: those with orderflow's own names.

        Returns:
            Whether the task ran.

        Raises:
            ContentionError: If concurrent transactions won every attempt.
            InvalidValueError: If the message id is not valid.
        """

        def work(executor: Executor) -> bool:
            is_first = cls(executor, tables=tables).first_time(
                message_id, seller_id=seller_id, at=at
            )
            if is_first:
                # `OwnTransactions` always passes a `CoreExecutor`.
                task(cast("CoreExecutor", executor).connection)
            return is_first

        return OwnTransactions(engine).write(work)

    def first_time(
        self, message_id: str, *, seller_id: str = "", at: datetime | None = None
    ) -> bool:
        """Record a message, and report whether it is received for the first time.

        If another open transaction has recorded it, this one waits for that transaction to end.

        Args:
            message_id: `OutboxMessage.message_id`, or any other unique id, such as that of a
                webhook.
            seller_id: The seller, if known. Ids are unique for each seller.
            at: When the message was received. Default: now.

        Raises:
            ContentionError: If another transaction locks the message for too long.
            InvalidValueError: If the message id is not valid, or `at` has no time zone.
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
            return bool(executor.rows(self._statements.add, row))

        return self._transaction.write(task)

    def prune(self, *, before: datetime) -> None:
        """Forget the messages that were received before a given time.

        A forgotten message that comes again counts as new, so keep messages longer than one can
        take to arrive.

        Raises:
            InvalidValueError: If `before` has no time zone.
        """
        earliest = validators.require_moment("SqlInbox.before", before)

        def task(executor: Executor) -> None:
            moment = Moments(as_text=executor.is_sqlite).write(earliest)
            rows = executor.rows(self._statements.sellers, {})
            pruned = [{"of_seller": row[0], "before": moment} for row in rows if row[0] is not None]
            if pruned:
                executor.run(self._statements.prune, pruned)

        self._transaction.write(task)


def _check(message_id: str) -> None:
    validators.require(
        ok=0 < len(message_id) <= SUBJECT_CHARACTERS_MAX and message_id.isprintable(),
        field="SqlInbox.message_id",
        demand=f"a text of 1 to {SUBJECT_CHARACTERS_MAX} printable characters",
        value=message_id,
    )


class _Statements:
    """All statements of the inbox, in SQLAlchemy Core."""

    def __init__(self, tables: Tables) -> None:
        inbox = tables.inbox
        columns = inbox.c
        add = insert(inbox).values(
            {column.name: bindparam(column.name, type_=column.type) for column in columns}
        )
        # SQLite has the same ON CONFLICT clause as PostgreSQL.
        self.add = add.on_conflict_do_nothing().returning(columns.message_id)
        self.sellers = select(each_value(columns.seller_id).c.value)
        self.prune = delete(inbox).where(
            columns.seller_id == bindparam("of_seller"),
            columns.received_at < bindparam("before", type_=columns.received_at.type),
        )


_statements_of = lru_cache(maxsize=64)(_Statements)
