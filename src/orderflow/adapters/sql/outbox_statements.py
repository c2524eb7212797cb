"""The statements of the outbox."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, bindparam, case, delete, exists, func, or_, select, update

from orderflow.adapters.sql.statements import each_value

if TYPE_CHECKING:
    from sqlalchemy import Column, ColumnElement, Select
    from sqlalchemy.sql import Executable
    from sqlalchemy.sql.base import ReadOnlyColumnCollection

    from orderflow.adapters.sql.tables import Tables

    Columns = ReadOnlyColumnCollection[str, Column[Any]]
    Conditions = tuple[ColumnElement[bool], ...]

__all__ = ["OutboxStatements", "outbox_statements_of"]


class OutboxStatements:
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
        self.count_dead = (
            select(func.count())
            .select_from(self._tables.outbox)
            .where(*is_dead, columns.seller_id.in_(self.sellers))
        )
        self.oldest = self._oldest(of_seller)
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
            .values(
                due_at=case(
                    (
                        columns.due_at == bindparam("claimed_until", type_=columns.due_at.type),
                        bindparam("due_at", type_=columns.due_at.type),
                    ),
                    else_=bindparam("behind", type_=columns.due_at.type),
                )
            )
        )
        self.claimed_until = select(columns.due_at).where(*has_key).with_for_update()
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
                outbox.due_at,
            )
            .select_from(self._tables.outbox)
            .join(
                self._tables.events,
                and_(events.seller_id == outbox.seller_id, events.number == outbox.number),
            )
        )

    def _oldest(self, of_seller: ColumnElement[bool]) -> Executable:
        """Return a query for the time of a seller's oldest event that is still to be sent."""
        outbox, events = self._tables.outbox, self._tables.events.c
        dead = outbox.alias("dead").c
        columns = outbox.c
        return (
            select(events.at)
            .select_from(outbox)
            .join(
                self._tables.events,
                and_(events.seller_id == columns.seller_id, events.number == columns.number),
            )
            .where(
                of_seller,
                or_(columns.due_at.is_(None), columns.due_at < bindparam("never")),
                ~exists().where(
                    dead.seller_id == columns.seller_id,
                    dead.subject == columns.subject,
                    dead.number < columns.number,
                    dead.is_dead,
                ),
            )
            .order_by(columns.number)
            .limit(1)
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
            .offset(bindparam("offset"))
            .with_for_update(of=outbox, skip_locked=True)
        )


outbox_statements_of = lru_cache(maxsize=64)(OutboxStatements)
