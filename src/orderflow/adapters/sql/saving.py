"""Writes the changes of a command as rows that are added, changed and removed.

A row is written only if it has changed. An order has a row, a row for each line, and a row in
each of its queues.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, TypeVar

from orderflow.adapters.sql.arrays import KEY, given_as_json
from orderflow.adapters.sql.rows import (
    limits_text,
    line_values,
    order_values,
    queue_values,
    receipt_values,
)
from orderflow.codec import dumps
from orderflow.domain.model.commands import ServeWaiting
from orderflow.domain.model.events import subject_of
from orderflow.domain.model.stock import WarehouseSku

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from sqlalchemy import Table
    from sqlalchemy.sql.dml import UpdateBase

    from orderflow.adapters.sql.executor import Executor
    from orderflow.adapters.sql.prepared import Parameters
    from orderflow.adapters.sql.rows import Moments, Values
    from orderflow.adapters.sql.statements import Statements
    from orderflow.domain.model.commands import Command
    from orderflow.domain.model.events import Event
    from orderflow.domain.model.next_page import NextPage
    from orderflow.domain.model.order import Order
    from orderflow.domain.model.outcome import Outcome
    from orderflow.domain.model.stock import ProductKey

__all__ = ["Saving"]

_Key = TypeVar("_Key")


class Saving:
    """Saves outcomes of one seller on an open connection."""

    def __init__(
        self, executor: Executor, statements: Statements, moments: Moments, *, outbox: bool
    ) -> None:
        self._executor = executor
        self._statements = statements
        self._moments = moments
        self._outbox = outbox

    def orders(
        self,
        outcome: Outcome,
        orders: Mapping[str, Order | None],
        blocked_on: Mapping[str, str | None],
    ) -> None:
        """Write the changed orders, and their positions in the queues.

        Args:
            outcome: The outcome.
            orders: The orders before the command, by id.
            blocked_on: The products that they were blocked on before, by order id.
        """
        blocked_on_now: dict[str, str | None] = dict(outcome.queue_index)
        after: dict[str, Order] = {order.order_id: order for order in outcome.orders}
        moved = [each for each in blocked_on_now if each not in after]
        after.update((each, order) for each in moved if (order := orders[each]) is not None)
        rows, lines, places = _Changes(), _Changes(), _Changes()
        for order_id, order in after.items():
            before, waited_for = orders.get(order_id), blocked_on.get(order_id)
            waits_for = blocked_on_now.get(order_id)
            values = order_values(order, waits_for, self._moments)
            if before is None:
                rows.added.append(values)
            elif values != order_values(before, waited_for, self._moments):
                rows.changed.append(values)
            if before is None or before.lines is not order.lines:
                lines.note(line_values(before) if before is not None else {}, line_values(order))
            places.note(
                queue_values(before, waited_for, self._moments),
                queue_values(order, waits_for, self._moments),
            )
        tables, to = self._statements.tables, self._statements
        self._write(tables.orders, rows, (to.add_order, to.change_order))
        self._write(tables.lines, lines, (to.add_line, to.change_line, to.remove_line))
        self._write(tables.queue, places, (to.enqueue, to.requeue, to.dequeue))

    def placeholders(self, seller_id: str, products: Iterable[ProductKey]) -> None:
        """Add rows for products that have none, so that they can be locked."""
        unknown = {"on_hand": 0, "allocated": 0, "is_known": False, "is_unserved": False}
        rows = [_product(seller_id, product) | unknown for product in products]
        self._run(self._statements.add_placeholder, rows)

    def stock(self, command: Command, outcome: Outcome, rows: Collection[ProductKey]) -> None:
        """Write the changed stock records, and which queues are unserved.

        Args:
            command: The command.
            outcome: Its outcome.
            rows: The products that have a row.
        """
        unserved = dict.fromkeys(outcome.unserved, True)
        if isinstance(command, ServeWaiting):
            served = (WarehouseSku(key.warehouse_id, key.sku) for key in command.keys)
            unserved = {**dict.fromkeys(served, False), **unserved}
        changes = _Changes()
        for stock in outcome.stock:
            product = (stock.key.warehouse_id, stock.key.sku)
            values = _product(outcome.seller_id, product) | {
                "on_hand": stock.on_hand,
                "allocated": stock.allocated,
                "is_known": True,
            }
            (changes.changed if product in rows else changes.added).append(values)
        to, table = self._statements, self._statements.tables.stock
        self._write(table, changes, (to.add_stock, to.change_stock))
        there = {*rows, *((stock.key.warehouse_id, stock.key.sku) for stock in outcome.stock)}
        self.placeholders(outcome.seller_id, unserved.keys() - there)
        flags = [
            _of_key(table, _product(outcome.seller_id, product)) | {"is_unserved": flag}
            for product, flag in unserved.items()
        ]
        self._run(to.change_stock, flags)

    def policy_row(self, seller_id: str) -> None:
        """Add a row for a seller without a policy, so that it can be locked."""
        self._run(self._statements.add_policy_row, [{"seller_id": seller_id, "value": None}])

    def policy(self, outcome: Outcome, before: NextPage | None) -> None:
        """Write the policy, the next page and the limits of back orders if they have changed."""
        row: Values = {"seller_id": outcome.seller_id}
        if outcome.policy is not None:
            self._run(self._statements.set_policy, [row | {"value": dumps(outcome.policy)}])
        if outcome.next_page != before:
            page = None if outcome.next_page is None else dumps(outcome.next_page)
            self._run(self._statements.set_next_page, [row | {"next_page": page}])
        if outcome.back_order_limits is not None:
            text = limits_text(outcome.back_order_limits)
            self._run(self._statements.set_limits, [row | {"back_order_limits": text}])

    def receipts(self, outcome: Outcome, known: Collection[str]) -> None:
        """Save announced or changed receipts, and remove closed ones."""
        to, table = self._statements, self._statements.tables.receipts
        changes = _Changes()
        for receipt in outcome.receipts:
            values = receipt_values(receipt, self._moments)
            is_there = receipt.receipt_id in known
            (changes.changed if is_there else changes.added).append(values)
        self._write(table, changes, (to.add_receipt, to.change_receipt))
        settled = [
            _of_key(table, {"seller_id": outcome.seller_id, "receipt_id": receipt_id})
            for receipt_id in outcome.receipts_closed
        ]
        self._run(to.remove_receipt, settled)

    def events(self, seller_id: str, events: Sequence[Event], trace: str | None = None) -> None:
        """Append the events, and put them into the outbox with their trace, if there is one."""
        if not events:
            return
        rows = [
            {
                "seller_id": seller_id,
                "order_id": getattr(event, "order_id", None),
                "kind": type(event).__name__,
                "at": self._moments.write(event.at),
                "event": dumps(event),
            }
            for event in events
        ]
        if self._executor.is_sqlite:
            self._number_events(seller_id, events, rows, trace)
            return
        # If two transactions touch the same order, the second one waits for the first, so its
        # numbers from the sequence are higher.
        given = [
            row | {"subject": subject_of(event), "place": place}
            for place, (row, event) in enumerate(zip(rows, events, strict=True))
        ]
        self._run(self._statements.add_events[self._outbox], [given_as_json(_traced(given, trace))])

    def _number_events(
        self, seller_id: str, events: Sequence[Event], rows: Sequence[Values], trace: str | None
    ) -> None:
        """Add events with the next numbers of the seller. SQLite has one writer at a time."""
        ((last,),) = self._executor.rows(self._statements.last_number, {"seller_id": seller_id})
        numbered = [row | {"number": number} for number, row in enumerate(rows, last + 1)]
        self._run(self._statements.add_event, numbered)
        if self._outbox:
            messages = [
                {"seller_id": seller_id, "number": number, "subject": subject_of(event)}
                for number, event in enumerate(events, last + 1)
            ]
            self._run(self._statements.add_message, _traced(messages, trace))

    def answer(self, command: Command, outcome: Outcome) -> None:
        """Save the command and its outcome if it has an id."""
        if command.command_id is not None:
            row = {
                "seller_id": command.seller_id,
                "command_id": command.command_id,
                "at": self._moments.write(command.at),
                "command": dumps(command),
                "outcome": dumps(outcome),
            }
            self._run(self._statements.add_answer, [row])

    def _write(self, table: Table, changes: _Changes, statements: tuple[UpdateBase, ...]) -> None:
        """Add, change and remove rows with these statements."""
        add, change, *remove = statements
        self._run(add, changes.added)
        names = _key_names(table)
        changed = [{names.get(n, n): v for n, v in row.items()} for row in changes.changed]
        self._run(change, changed)
        for statement in remove:
            self._run(statement, [_of_key(table, values) for values in changes.removed])

    def _run(self, statement: UpdateBase, rows: Sequence[Parameters]) -> None:
        if rows:
            self._executor.run(statement, rows)


class _Changes:
    """Rows of one table that were added, changed or removed."""

    def __init__(self) -> None:
        self.added: list[Values] = []
        self.changed: list[Values] = []
        self.removed: list[Values] = []

    def note(self, old: Mapping[_Key, Values], new: Mapping[_Key, Values]) -> None:
        """Compare the old and new rows by key."""
        if not old:
            self.added += new.values()
            return
        self.added += [values for key, values in new.items() if key not in old]
        self.changed += [v for key, v in new.items() if key in old and old[key] != v]
        self.removed += [values for key, values in old.items() if key not in new]


def _traced(rows: Sequence[Values], trace: str | None) -> Sequence[Values]:
    return rows if trace is None else [row | {"trace": trace} for row in rows]


def _product(seller_id: str, product: ProductKey) -> Values:
    return {"seller_id": seller_id, "warehouse_id": product[0], "sku": product[1]}


@lru_cache(maxsize=256)
def _key_names(table: Table) -> Mapping[str, str]:
    """Return the names under which a statement finds a row, by the names of the key's columns."""
    return {column.name: KEY + column.name for column in table.primary_key}


def _of_key(table: Table, values: Values) -> Values:
    return {of_name: values[name] for name, of_name in _key_names(table).items()}
