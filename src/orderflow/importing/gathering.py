"""Rows become orders: those that share an order id are gathered, wherever in the file they stand.

An order may begin in the first row and end in the last, so nothing can be placed before the file
was read to its end. What is kept of a row until then is narrow: its number, and a line.

One row at fault rejects its order with all of its rows, for an order must not be sent without a
line that was ordered.
"""

from __future__ import annotations

from datetime import datetime
from itertools import count
from typing import TYPE_CHECKING

import attrs

from orderflow.domain.model.order import Address, Order, OrderLine
from orderflow.errors import InvalidValueError
from orderflow.importing.faults import Fault, PassedOver, shown
from orderflow.importing.rows import ADDRESS, Line

if TYPE_CHECKING:
    from collections.abc import Iterator

    from orderflow.importing.columns import Columns
    from orderflow.importing.rows import OrderRow

__all__ = ["Gathered", "Gathering", "OrderMaker"]

_FIELDS = {f"Address.{field.removeprefix('ship_to_')}": field for field in ADDRESS}
"""By the field of an address, the field of the layout that it comes from."""


@attrs.define
class Gathered:
    """What the rows of one order say so far.

    Attributes:
        rows: The numbers of all of its rows.
        lines: Its lines.
        passed_over: Those of its rows that are no line to be sent.
        reason: Why it is passed over as a whole, if it is.
        faults: What is wrong with it.
    """

    rows: list[int] = attrs.field(factory=list)
    lines: list[Line] = attrs.field(factory=list)
    passed_over: list[PassedOver] = attrs.field(factory=list)
    reason: str = ""
    faults: list[Fault] = attrs.field(factory=list)
    placed_at: datetime | None = None
    promised_by: datetime | None = None
    priority: int | None = None
    courier: str = ""
    address: tuple[str, ...] = ("",) * len(ADDRESS)


class Gathering:
    """Gathers rows by their order.

    Attributes:
        passed_over: Rows to pass over of which nobody knows the order.
        faults: What is wrong with rows of which nobody knows the order.
    """

    def __init__(self, columns: Columns) -> None:
        self.passed_over: list[PassedOver] = []
        self.faults: list[Fault] = []
        self._columns = columns
        self._orders: dict[str, Gathered] = {}

    def add(self, row: OrderRow) -> None:
        """Take note of a row."""
        rule = row.passed_over
        if row.order_id is None:
            self.faults += row.faults
            if rule is not None:
                self.passed_over.append(PassedOver(row.row, rule.reason))
            return
        order = self._orders.get(row.order_id)
        if order is None:
            order = self._orders[row.order_id] = Gathered()
        order.rows.append(row.row)
        order.faults += row.faults
        if rule is not None and rule.whole_order:
            order.reason = order.reason or rule.reason
            return
        if rule is not None:
            order.passed_over.append(PassedOver(row.row, rule.reason))
        if row.line is not None:
            order.lines.append(row.line)
        self._merge(order, row)

    def orders(self) -> Iterator[tuple[str, Gathered]]:
        """Yield the orders in the order of their first rows, and hold them no longer."""
        for order_id in tuple(self._orders):
            yield order_id, self._orders.pop(order_id)

    def _merge(self, order: Gathered, row: OrderRow) -> None:
        order.placed_at = _earlier(order.placed_at, row.placed_at)
        order.promised_by = _earlier(order.promised_by, row.promised_by)
        order.priority = _higher(order.priority, row.priority)
        if row.courier != order.courier:
            order.courier = self._agreed(order, row.row, "courier", order.courier, row.courier)
        if row.address != order.address:
            pairs = zip(ADDRESS, order.address, row.address, strict=True)
            order.address = tuple(
                self._agreed(order, row.row, field, first, other) for field, first, other in pairs
            )

    def _agreed(self, order: Gathered, row: int, field: str, first: str, other: str) -> str:
        """Return what two rows say of one thing; an empty cell says nothing."""
        if first and other and first != other:
            reason = f"differs from {shown(first)} in an earlier row of the order"
            order.faults.append(Fault(row, self._columns.name(field), shown(other), reason))
        return first or other


class OrderMaker:
    """Makes orders of what was gathered."""

    def __init__(
        self, columns: Columns, *, seller_id: str, warehouse_id: str, country: str | None
    ) -> None:
        self._columns = columns
        self._seller_id = seller_id
        self._warehouse_id = warehouse_id
        self._country = country

    def make(self, order_id: str, gathered: Gathered) -> Order | None:
        """Return the order; None where that cannot be, and then it has faults."""
        faults: list[Fault] = []
        row = gathered.rows[0]
        name = self._columns.name("placed_at")
        unread = {fault.column for fault in gathered.faults}.intersection({"", name})
        if gathered.placed_at is None and not unread:
            faults.append(Fault(row, name, "''", "is empty in every row of the order"))
        ship_to = self._address(row, gathered.address, faults)
        lines = self._lines(gathered.lines, faults)
        gathered.faults += faults
        if gathered.placed_at is None or gathered.faults:
            return None
        return Order(
            order_id=order_id,
            seller_id=self._seller_id,
            warehouse_id=self._warehouse_id,
            lines=lines,
            placed_at=gathered.placed_at,
            priority=gathered.priority or 0,
            promised_by=gathered.promised_by,
            courier=gathered.courier or None,
            ship_to=ship_to,
        )

    def _lines(self, lines: list[Line], faults: list[Fault]) -> tuple[OrderLine, ...]:
        """Give a line the next free number that has no id of its own."""
        taken = {line.line_id for line in lines}
        free = (text for number in count(1) if (text := str(number)) not in taken)
        made: dict[str, OrderLine] = {}
        for line in lines:
            line_id = line.line_id or next(free)
            if line_id in made:
                reason = "is the id of another line of the order"
                name = self._columns.name("line_id")
                faults.append(Fault(line.row, name, shown(line_id), reason))
            made[line_id] = OrderLine(line_id, line.sku, line.quantity)
        return tuple(made.values())

    def _address(self, row: int, texts: tuple[str, ...], faults: list[Fault]) -> Address | None:
        if not any(texts):
            return None
        name, street, city, postcode, country = texts
        try:
            return Address(name, street, city, postcode, country or self._country or "")
        except InvalidValueError as error:
            field = _FIELDS[error.field]
            column = self._columns.name(field) if field in self._columns.positions else field
            faults.append(Fault(row, column, shown(str(error.value)), f"must be {error.demand}"))
            return None


def _higher(first: int | None, other: int | None) -> int | None:
    if first is None or other is None:
        return other if first is None else first
    return max(first, other)


def _earlier(first: datetime | None, other: datetime | None) -> datetime | None:
    if first is None or other is None:
        return first or other
    return min(first, other)
