"""Rules 1, 2, 4 and 11: the invariants of a state under any policy."""

from __future__ import annotations

from typing import TYPE_CHECKING

from orderflow.domain.model.status import Status
from orderflow.domain.model.stock import StockKey
from orderflow.errors.quoting import counted

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from orderflow.domain.model.events import Event
    from orderflow.domain.model.order import Order
    from orderflow.domain.model.stock import ExpectedReceipt, Stock

__all__ = ["agreement_violations", "allocation_violations", "foreign_violations"]

_OPEN = {
    Status.ON_HOLD,
    Status.ON_BACK_ORDER,
    Status.ALLOCATED,
    Status.SENT_TO_WAREHOUSE,
    Status.CANCELLATION_REQUESTED,
}
_SENT_OUT = {Status.DESPATCHED, Status.DELIVERED}
_MAY_BE_SHORT = {Status.ON_HOLD, Status.ON_BACK_ORDER}


def allocation_violations(orders: Iterable[Order], stock: Iterable[Stock]) -> list[str]:
    """Return violations of rules 1 and 2.

    Nothing is oversold, and the allocated units are those of the lines of open orders.
    """
    of_lines: dict[StockKey, int] = {}
    for order in orders:
        if order.status in _OPEN:
            for line in order.lines:
                key = key_of(order, line.sku)
                of_lines[key] = of_lines.get(key, 0) + line.allocated
    found = []
    for record in stock:
        allocated, of_orders = record.allocated, of_lines.pop(record.key, 0)
        if not 0 <= allocated <= record.on_hand:
            found.append(
                f"{text_of(record.key)}: {allocated} allocated of {record.on_hand} on hand"
            )
        if allocated != of_orders:
            found.append(
                f"{text_of(record.key)}: {allocated} allocated, but open orders have {of_orders}"
            )
    found += [
        f"{text_of(key)}: open orders have {units}, but there is no stock record"
        for key, units in of_lines.items()
        if units
    ]
    return found


def agreement_violations(orders: Iterable[Order]) -> list[str]:
    """Return violations of rule 4: lines are within bounds, and the status agrees with them."""
    return [f"order {order.order_id!r} {fault}" for order in orders for fault in _faults(order)]


def foreign_violations(
    seller_id: str,
    *,
    orders: Iterable[Order] = (),
    stock: Iterable[Stock] = (),
    receipts: Iterable[ExpectedReceipt] = (),
    events: Iterable[Event] = (),
) -> list[str]:
    """Return violations of rule 11: everything a seller sees is the seller's own."""
    shown = [
        *((f"order {order.order_id!r}", order.seller_id) for order in orders),
        *((text_of(record.key), record.key.seller_id) for record in stock),
        *((f"receipt {each.receipt_id!r}", each.key.seller_id) for each in receipts),
        *((type(event).__name__, event.seller_id) for event in events),
    ]
    return [
        f"seller {seller_id!r} sees {name} of seller {owner!r}"
        for name, owner in shown
        if owner != seller_id
    ]


def _faults(order: Order) -> Iterator[str]:
    """Yield the places where an order contradicts itself."""
    quantity = sum(line.quantity for line in order.lines)
    allocated = sum(line.allocated for line in order.lines)
    for line in order.lines:
        if not (line.quantity >= 1 and 0 <= line.allocated <= line.quantity):
            yield f"has line {line.line_id!r}, which has {line.allocated} of {line.quantity}"
    sent_out = {line.line_id: line.quantity for line in order.lines if order.status in _SENT_OUT}
    for line_id, returned in order.returned:
        sent = sent_out.get(line_id, 0)
        if not 0 < returned <= sent:
            yield f"is {order.status}, and {returned} of {sent} of line {line_id!r} came back"
    if (order.status is Status.ON_HOLD) != bool(order.holds):
        yield f"is {order.status} and has {counted(len(order.holds), 'hold')}"
    if order.status not in _OPEN and allocated:
        yield f"is {order.status}, but has {allocated} units"
    if order.status is Status.ON_BACK_ORDER and allocated >= quantity:
        yield f"is {order.status}, but no line is short"
    if order.status in _OPEN - _MAY_BE_SHORT and allocated < quantity:
        short = counted(quantity - allocated, "unit is", "units are")
        yield f"is {order.status}, but {short} short"


def key_of(order: Order, sku: str) -> StockKey:
    """Return the stock key of a product in the order's warehouse."""
    return StockKey(order.seller_id, order.warehouse_id, sku)


def text_of(key: StockKey) -> str:
    """Name a stock key in a finding."""
    return f"{key.sku!r} of {key.seller_id!r} in {key.warehouse_id!r}"
