"""Erases personal data from the rows that earlier commands have written.

The rows of the orders themselves change with the outcome of the command. This changes the others:
their events, the answers to commands, and the errors of messages that could not be sent. A message
has no copy of its event.

An answer has the orders that its command changed, and each of them has an event with the time of
the command. So only answers with these times are read. A bulk run names orders that it did not
change, so the runs are read too. The answers are locked in the order of their ids, because two
erasures may change the same ones.
"""

from __future__ import annotations

import json
import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, or_, select, text, update

from orderflow.adapters.sql.arrays import KEY, IsOneOf
from orderflow.adapters.sql.statements import SELLER, statements_of
from orderflow.adapters.sql.stored import read_stored
from orderflow.codec import dumps
from orderflow.domain.model.arguments import require_identifier
from orderflow.domain.model.bulk_commands import StartBulk
from orderflow.domain.model.events import Event, OrderReallocated
from orderflow.domain.model.personal_data import NESTED, PERSONAL, erase
from orderflow.domain.model.status import ENDED
from orderflow.domain.model.validators import UNITS_MAX
from orderflow.ports.read_arguments import check_erasable_read

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence
    from datetime import datetime

    from sqlalchemy import ColumnElement, TextClause
    from sqlalchemy.sql import Executable

    from orderflow.adapters.sql.executor import Executor
    from orderflow.adapters.sql.prepared import Row
    from orderflow.adapters.sql.rows import Moments, Values
    from orderflow.adapters.sql.statements import Statements
    from orderflow.adapters.sql.tables import Tables
    from orderflow.domain.model.order import Order

__all__ = ["ErasableReads", "erase_stored"]

_OF_SELLER = f"{KEY}seller_id"
_ORDER_ID = re.compile(r'"order_id":("(?:[^"\\]|\\.)*")')
_IS_BULK = f'{{"type":"{StartBulk.__name__}",%'
_KINDS = sorted({each.__name__ for each in (*PERSONAL, *NESTED) if issubclass(each, Event)})


def _is_one_of(column: str, values: Iterable[str]) -> TextClause:
    """Whether a column is one of these constants."""
    listed = ", ".join(f"'{each}'" for each in values)
    return text(f"{column} IN ({listed})")


class ErasureStatements:
    """The statements that erase, and that find what to erase."""

    def __init__(self, tables: Tables) -> None:
        of_orders = (
            tables.events.c.seller_id == SELLER,
            IsOneOf(tables.events.c.order_id, "ids"),
        )
        self._name_order_reads(tables)
        self._name_event_reads(tables, of_orders)
        self._name_answer_reads(tables, of_orders)
        outbox = tables.outbox
        self.forget_errors = (
            update(outbox)
            .where(outbox.c.seller_id == bindparam(_OF_SELLER), IsOneOf(outbox.c.subject, "ids"))
            .where(outbox.c.error != "")
            .values(error="")
            .returning(outbox.c.number)
        )

    def _name_order_reads(self, tables: Tables) -> None:
        orders, events, read = tables.orders.c, tables.events.c, statements_of(tables).orders_where
        later = select(events.number).where(
            events.seller_id == SELLER,
            events.order_id == orders.order_id,
            events.at >= bindparam("before", type_=events.at.type),
        )
        to_erase = (
            select(orders.order_id)
            .where(
                orders.seller_id == SELLER,
                _is_one_of("status", sorted(ENDED)),
                orders.erased_at.is_(None),
                ~later.exists(),
            )
            .order_by(orders.order_id)
            .limit(bindparam("limit"))
        )
        is_after = orders.order_id > bindparam("after")
        self.to_erase = {False: to_erase, True: to_erase.where(is_after)}
        replaces = orders.replaces == bindparam("replaces")
        self.replaced_by = read(replaces).order_by(orders.order_id)

    def _name_event_reads(
        self, tables: Tables, of_orders: tuple[ColumnElement[bool], ColumnElement[bool]]
    ) -> None:
        events = tables.events.c
        texts = select(events.number, events.event)
        self.events = texts.where(*of_orders, _is_one_of("kind", _KINDS))
        # The other orders of a reallocation have its text too.
        self.reallocations = texts.where(
            events.seller_id == SELLER,
            events.kind == OrderReallocated.__name__,
            events.at.in_(select(events.at).where(*of_orders)),
        )

    def _name_answer_reads(
        self, tables: Tables, of_orders: tuple[ColumnElement[bool], ColumnElement[bool]]
    ) -> None:
        commands = tables.commands.c
        moments = select(tables.events.c.at).where(*of_orders)
        is_meant = or_(commands.at.in_(moments), commands.command.like(_IS_BULK))
        self.answers = (
            select(commands.command_id, commands.command, commands.outcome)
            .where(commands.seller_id == SELLER, is_meant)
            .order_by(commands.command_id)
            .with_for_update()
        )


@lru_cache(maxsize=64)
def _erasure_statements(tables: Tables) -> ErasureStatements:
    return ErasureStatements(tables)


class ErasableReads:
    """The reads of what to erase, and of what is erased with it."""

    seller_id: str
    moments: Moments
    _statements: Statements

    def replaced_by(self, order_id: str) -> Sequence[Order]:
        """Return the orders that were placed in place of an order, by their id."""
        require_identifier("replaced_by.order_id", order_id)
        to = _erasure_statements(self._statements.tables)
        return self._read_orders(to.replaced_by, replaces=order_id)

    def to_erase(
        self, before: datetime, *, after: str | None = None, limit: int | None = None
    ) -> Sequence[str]:
        """Return the ids of orders that ended before a time and have personal data still."""
        moment = check_erasable_read(before, after=after, limit=limit)
        parameters: Values = {
            "before": self.moments.write(moment),
            "limit": UNITS_MAX if limit is None else limit,
        }
        if after is not None:
            parameters["after"] = after
        page = _erasure_statements(self._statements.tables).to_erase[after is not None]
        return [order_id for (order_id,) in self._rows(page, **parameters)]

    def _read_orders(self, statement: Executable, **parameters: object) -> Sequence[Order]:
        raise NotImplementedError  # `SqlReading`, which this is mixed into, has it

    def _rows(self, statement: Executable, **parameters: object) -> Sequence[Row]:
        raise NotImplementedError  # `SqlReading`, which this is mixed into, has it


def erase_stored(
    executor: Executor, tables: Tables, seller_id: str, order_ids: Sequence[str]
) -> None:
    """Erase the personal data of orders from their events, their messages and the answers."""
    to, write = _erasure_statements(tables), statements_of(tables)
    given = {"seller_id": seller_id, "ids": order_ids}
    found = (*executor.rows(to.events, given), *executor.rows(to.reallocations, given))
    events = [
        {_OF_SELLER: seller_id, f"{KEY}number": number, "event": dumps(erased)}
        for number, text in {row[0]: row[1] for row in found}.items()
        for event in [read_stored(text)]
        if (erased := erase(event, order_ids)) is not event
    ]
    answers = [
        {_OF_SELLER: seller_id, f"{KEY}command_id": command_id, **changed}
        for command_id, *texts in executor.rows(to.answers, given)
        for changed in _erased_answer(texts, set(order_ids))
    ]
    for statement, rows in ((write.change_event, events), (write.change_answer, answers)):
        if rows:
            executor.run(statement, rows)
    executor.rows(to.forget_errors, {_OF_SELLER: seller_id, "ids": order_ids})


def _erased_answer(texts: Sequence[str], order_ids: Collection[str]) -> Iterator[dict[str, Any]]:
    """Yield the new columns of an answer, if they change. Most need not be read as a whole."""
    command, outcome = texts
    named = {json.loads(each) for text in texts for each in _ORDER_ID.findall(text)}
    if named.isdisjoint(order_ids) and not command.startswith(_IS_BULK[:-1]):
        return
    old = {"command": read_stored(command), "outcome": read_stored(outcome)}
    new = {name: erase(value, order_ids) for name, value in old.items()}
    if any(new[name] is not old[name] for name in old):
        yield {name: dumps(value) for name, value in new.items()}
