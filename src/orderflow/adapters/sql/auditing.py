"""Reads everything that is stored about one seller, without trusting any row.

`SqlReading` trusts the tables. The audit does not: a row that is no valid order or event is a
fault in its result, not an error. Data that is stored twice must agree.

Rows are read in pages, each for several sellers. Only one seller's stored state and folded state
are in memory at a time.
"""

from __future__ import annotations

from itertools import islice
from operator import itemgetter
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

import attrs

from orderflow.adapters.sql.audited_rows import AuditedRows
from orderflow.adapters.sql.rows import (
    LINE_COLUMNS,
    ORDER_COLUMNS,
    RECEIPT_COLUMNS,
    Moments,
    limits_of,
    line_values,
    next_page_of,
    order_of,
    order_values,
    policy_of,
    queue_values,
    receipt_of,
)
from orderflow.codec import loads
from orderflow.domain.model.events import Event, subject_of
from orderflow.domain.model.next_page import NextPage
from orderflow.domain.model.order import Order, OrderLine
from orderflow.domain.model.stock import ProductKey, Stock, StockKey
from orderflow.domain.state.state import State, evolve
from orderflow.errors import OrderFlowError
from orderflow.errors.quoting import clip
from orderflow.invariants.above_limits import concerns_limits

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from sqlalchemy import Table

    from orderflow.adapters.sql.executor import Executor
    from orderflow.adapters.sql.tables import Tables
    from orderflow.domain.model.back_order_limit import BackOrderLimit
    from orderflow.domain.model.commands import Command
    from orderflow.domain.model.outcome import Outcome
    from orderflow.domain.model.policy import AllocationPolicy
    from orderflow.domain.model.stock import ExpectedReceipt

    Values = dict[str, Any]

P = ParamSpec("P")
T = TypeVar("T")

__all__ = ["SellerAudit", "audit"]

EVENTS_AT_ONCE = 20_000

_AS_TEXT = ("ship_to", "holds", "custom_fields")  # different texts can have the same meaning


@attrs.frozen(kw_only=True)
class SellerAudit:
    """Everything that is stored about one seller, as far as it can be read.

    Attributes:
        state: The stored state.
        folded: The state that the events lead to; `None` if they cannot be folded.
        events: The number of events.
        unserved: The products whose queue has not been served.
        next_page: What the next page of a command does, if there is one.
        limit_events: The events that concern limits of back orders, if the seller has any.
        faults: The rows that cannot be read, and the places where rows disagree.
    """

    state: State
    folded: State | None
    events: int
    unserved: frozenset[ProductKey]
    next_page: NextPage | None
    limit_events: tuple[Event, ...]
    faults: tuple[str, ...]


def audit(
    executor: Executor, *, tables: Tables, seller_ids: Sequence[str]
) -> Iterator[SellerAudit]:
    """Read everything that is stored about some sellers, in the executor's transaction.

    Args:
        executor: The connection.
        tables: The tables.
        seller_ids: The sellers, in order, without another one between them.
    """
    rows, moments = AuditedRows(executor, seller_ids), Moments(as_text=executor.is_sqlite)
    for seller_id in seller_ids:
        yield _Audit(rows, moments, tables, seller_id).run()


class _Audit:
    def __init__(self, rows: AuditedRows, moments: Moments, tables: Tables, seller_id: str) -> None:
        self._audited = rows
        self._tables = tables
        self._seller_id = seller_id
        self._moments = moments
        self._faults: list[str] = []
        self._subjects: dict[int, str] = {}
        self._limit_events: list[Event] = []

    def run(self) -> SellerAudit:
        """Read everything."""
        orders = self._orders()
        self._check_queue(orders)
        stock, unserved = self._stock()
        receipts = list(self._receipts())
        policy, next_page, limits = self._policy()
        folded = self._folded(has_limits=bool(limits))
        self._check_outbox()
        self._check_commands()
        if next_page is not None and not unserved:
            self._report("the next page", f"is to {next_page.step}, but no product is unserved")
        return SellerAudit(
            state=State.of(
                self._seller_id,
                (order for order, _ in orders.values()),
                stock,
                receipts,
                policy,
                back_order_limits=limits,
            ),
            folded=folded,
            events=len(self._subjects),
            unserved=frozenset(unserved),
            next_page=next_page,
            limit_events=tuple(self._limit_events),
            faults=tuple(self._faults),
        )

    def _orders(self) -> dict[str, tuple[Order, str | None]]:
        """Return the orders and what each is blocked on, by order id."""
        rows = {row["order_id"]: row for row in self._rows(self._tables.orders)}
        lines: dict[str, list[Values]] = {}
        for row in self._rows(self._tables.lines):
            lines.setdefault(row["order_id"], []).append(row)
        for order_id in lines.keys() - rows.keys():
            self._report(f"order {order_id!r}", "has lines, but the order is missing")
        found = {}
        for order_id, row in rows.items():
            own = lines.get(order_id, [])
            order = self._try(f"order {order_id!r}", self._order, row, own)
            if order is not None:
                found[order_id] = (order, row["blocked_on"])
                self._check_order(order, row, own)
        return found

    def _order(self, row: Values, lines: list[Values]) -> Order:
        lines.sort(key=itemgetter("position"))
        made = (OrderLine(*(each[name] for name in LINE_COLUMNS)) for each in lines)
        columns = tuple(row[name] for name in ORDER_COLUMNS)
        return order_of(self._seller_id, columns, tuple(made), self._moments)

    def _check_order(self, order: Order, row: Values, lines: list[Values]) -> None:
        name = f"order {order.order_id!r}"
        expected = order_values(order, row["blocked_on"], self._moments)
        for column in expected.keys() - _AS_TEXT:
            if row[column] != expected[column]:
                self._report(name, f"has {column} {row[column]!r}, not {expected[column]!r}")
        of_lines = line_values(order)
        for each in lines:
            if each != of_lines[each["line_id"]]:
                self._report(name, f"has line {each['line_id']!r} stored as {each}")
        if row["blocked_on"] not in {None, *(line.sku for line in order.short_lines)}:
            self._report(name, f"is blocked on {row['blocked_on']!r}, but is not short of it")

    def _check_queue(self, orders: dict[str, tuple[Order, str | None]]) -> None:
        """Check the queues against the orders, which they index."""
        expected = {
            (*key, order_id): values
            for order_id, (order, blocked_on) in orders.items()
            for key, values in queue_values(order, blocked_on, self._moments).items()
        }
        for row in self._rows(self._tables.queue):
            place = (row["warehouse_id"], row["sku"], row["turn"], row["order_id"])
            values = expected.pop(place, None)
            name = f"queue of {row['sku']!r} in {row['warehouse_id']!r}"
            if values is None:
                self._report(name, f"has order {row['order_id']!r}, which is not waiting for it")
            elif row != values:
                self._report(name, f"has order {row['order_id']!r} at {row}, not {values}")
        for warehouse_id, sku, _, order_id in expected:
            self._report(f"queue of {sku!r} in {warehouse_id!r}", f"lacks order {order_id!r}")

    def _stock(self) -> tuple[list[Stock], list[ProductKey]]:
        found, unserved = [], []
        for row in self._rows(self._tables.stock):
            product = (row["warehouse_id"], row["sku"])
            stock = self._try(f"stock {product}", self._stock_of, row)
            if stock is None:
                continue  # its key may not be valid
            if row["is_known"]:
                found.append(stock)
            if row["is_unserved"]:
                unserved.append(product)
        return found, unserved

    def _stock_of(self, row: Values) -> Stock:
        key = StockKey(self._seller_id, row["warehouse_id"], row["sku"])
        return Stock(key, row["on_hand"], row["allocated"])

    def _receipts(self) -> Iterator[ExpectedReceipt]:
        for row in self._rows(self._tables.receipts):
            columns, name = tuple(row[each] for each in RECEIPT_COLUMNS), row["receipt_id"]
            own = (self._seller_id, columns, self._moments)
            receipt = self._try(f"receipt {name!r}", receipt_of, *own)
            if receipt is not None:
                yield receipt

    def _policy(
        self,
    ) -> tuple[AllocationPolicy | None, NextPage | None, tuple[BackOrderLimit, ...]]:
        rows = [
            (row["value"], row["next_page"], row["back_order_limits"])
            for row in self._rows(self._tables.policies)
        ]
        policy = self._try("the policy", policy_of, rows)
        limits = self._try("the limits of back orders", limits_of, rows)
        return policy, self._try("the next page", next_page_of, rows), limits or ()

    def _folded(self, *, has_limits: bool) -> State | None:
        """Return the state that the events lead to. If there are limits, collect their events."""
        faults_before = len(self._faults)
        events, state = self._events(), State(self._seller_id)
        try:
            while some := tuple(islice(events, EVENTS_AT_ONCE)):
                state = evolve(state, *some)
                if has_limits:
                    self._limit_events += filter(concerns_limits, some)
        except OrderFlowError as error:
            self._report("the events", f"cannot be folded: {error}")
            return None
        return state if len(self._faults) == faults_before else None  # every event must be readable

    def _events(self) -> Iterator[Event]:
        for row in self._rows(self._tables.events):
            number, name = row["number"], f"event {row['number']}"
            event: Event | None = self._try(name, loads, row["event"])
            if event is None:
                continue
            self._subjects[number] = subject_of(event)
            expected = {
                "seller_id": event.seller_id,
                "order_id": getattr(event, "order_id", None),
                "kind": type(event).__name__,
                "at": self._moments.write(event.at),
            }
            wrong = [column for column, value in expected.items() if row[column] != value]
            if wrong:
                self._report(name, f"has {expected}, but its columns differ: {', '.join(wrong)}")
            else:
                yield event

    def _check_outbox(self) -> None:
        for row in self._rows(self._tables.outbox):
            subject = self._subjects.get(row["number"])
            if subject != row["subject"]:
                self._report(
                    f"message {row['number']}",
                    f"is about {row['subject']!r}, but its event is about {subject!r}",
                )

    def _check_commands(self) -> None:
        """Check the stored commands and their outcomes against their ids."""
        for row in self._rows(self._tables.commands):
            name = f"command {row['command_id']!r}"
            command: Command | None = self._try(name, loads, row["command"])
            outcome: Outcome | None = self._try(name, loads, row["outcome"])
            if command is None or outcome is None:
                continue
            expected = (command.seller_id, command.command_id, self._moments.write(command.at))
            if expected != (row["seller_id"], row["command_id"], row["at"]):
                self._report(name, f"is stored under other columns than {expected}")
            if outcome.seller_id != self._seller_id:
                self._report(name, f"has an outcome of seller {outcome.seller_id!r}")
            if outcome.order_id != getattr(command, "order_id", None):
                self._report(name, f"has an outcome about order {outcome.order_id!r}")

    def _rows(self, table: Table) -> Iterator[Values]:
        return self._audited.of(self._seller_id, table)

    def _try(self, name: str, make: Callable[P, T], *given: P.args, **named: P.kwargs) -> T | None:
        """Return what `make` returns, or report why it failed."""
        try:
            return make(*given, **named)
        except (OrderFlowError, LookupError, TypeError, ValueError) as error:
            self._report(name, f"cannot be read: {error}")
            return None

    def _report(self, name: str, fault: str) -> None:
        self._faults.append(clip(f"{name} {fault}"))
