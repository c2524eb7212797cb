"""The statements that write, built once for a set of tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import bindparam, delete, false, insert, literal_column, select, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert

from orderflow.adapters.sql.arrays import KEY, SET_WISE, given_rows

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Delete, Table, Update
    from sqlalchemy.dialects.postgresql import Insert

    from orderflow.adapters.sql.tables import Tables

__all__ = ["WriteStatements"]

_NEW_MESSAGE = {
    "attempts": literal_column("0"),
    "error": literal_column("''"),
    "is_dead": false(),
}


class WriteStatements:
    """The statements that write, in SQLAlchemy Core."""

    def __init__(self, tables: Tables) -> None:
        self.tables = tables
        self._name_writes(tables)

    def _name_writes(self, tables: Tables) -> None:
        self.add_order, self.change_order = _add(tables.orders), _change(tables.orders)
        self.add_line, self.change_line = _add(tables.lines), _change(tables.lines)
        self.remove_line = _remove(tables.lines)
        self.add_stock, self.change_stock = _add(tables.stock), _change(tables.stock)
        self.add_placeholder = _add(tables.stock).on_conflict_do_nothing()
        self.enqueue, self.requeue = _add(tables.queue), _change(tables.queue)
        self.dequeue = _remove(tables.queue)
        add_policy = postgresql_insert(tables.policies)
        self.add_policy_row = add_policy.on_conflict_do_nothing()
        self.set_policy, self.set_next_page, self.set_limits = (
            add_policy.on_conflict_do_update(
                index_elements=["seller_id"], set_={name: add_policy.excluded[name]}
            )
            for name in ("value", "next_page", "back_order_limits")
        )
        self.add_receipt, self.change_receipt = _add(tables.receipts), _change(tables.receipts)
        self.remove_receipt = _remove(tables.receipts)
        self.add_event = insert(tables.events)
        # Values that all new messages share are part of the statement, so they are passed once.
        self.add_message = insert(tables.outbox).values(_NEW_MESSAGE)
        self.add_events = {outbox: self._add_events(outbox=outbox) for outbox in (False, True)}
        self.add_answer = insert(tables.commands)
        self.change_event, self.change_answer = _change(tables.events), _change(tables.commands)

    def _add_events(self, *, outbox: bool) -> Insert:
        """Return the statement that numbers and adds events on PostgreSQL, and their messages.

        The numbers come from a sequence, in the order of `place`.
        """
        events, messages = self.tables.events, self.tables.outbox
        columns = {c.name: c for c in events.c if c.name != "number"}
        columns |= {name: messages.c[name] for name in ("subject", "trace")}
        columns["place"] = events.c.number
        given = given_rows(columns)
        in_order = select(*given.c).order_by(given.c.place).subquery("in_order")
        number = self.tables.event_numbers.next_value().label("number")
        numbered = select(number, *in_order.c).cte("numbered")
        names = [c.name for c in events.c]
        add = postgresql_insert(events).from_select(
            names, select(*(numbered.c[name] for name in names))
        )
        if not outbox:
            return add
        names = ["seller_id", "number", "subject", "trace"]
        message = select(*(numbered.c[name] for name in names), *_NEW_MESSAGE.values())
        add_messages = postgresql_insert(messages).from_select([*names, *_NEW_MESSAGE], message)
        return add_messages.add_cte(add.cte("added"))


def _add(table: Table) -> Insert:
    """Add a row."""
    # SQLite has the same ON CONFLICT clause as PostgreSQL.
    return postgresql_insert(table).execution_options(**{SET_WISE: True})


def _change(table: Table) -> Update:
    """Update the given columns of the row whose key is given as `of_…`."""
    return update(table).where(*_has_key(table)).execution_options(**{SET_WISE: True})


def _remove(table: Table) -> Delete:
    """Delete the row whose key is given as `of_…`."""
    return delete(table).where(*_has_key(table)).execution_options(**{SET_WISE: True})


def _has_key(table: Table) -> list[ColumnElement[bool]]:
    return [column == bindparam(KEY + column.name) for column in table.primary_key]
