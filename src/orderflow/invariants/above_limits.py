"""Rule 12: orders that become short keep to the limits of back orders.

A limit binds the orders that a command makes short. Orders that waited before count, but wait on.
So more units than the limit may be short after it was lowered, or after it began. A change of
policy or a reallocation may exceed it too: no order becomes short by giving back a part that it may
not have.

The exact statement is about the order that became short last, of those that are on back order and
short of the product. Consider it if the limit was in force then, and if neither the limit nor the
policy has changed since and no units have changed hands. All these orders together are then short
of no more units than the limit. When the turn of that
order came, it lost whatever was above. Since then, the others only got units or left the queue.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from orderflow.domain.model.back_order_limit import BackOrderLimit
from orderflow.domain.model.events import BackOrdersLimited, OrderReallocated, PolicyChanged
from orderflow.domain.model.status import Status
from orderflow.errors.quoting import counted
from orderflow.invariants.state import text_of
from orderflow.invariants.unhandled_orders import makes_short

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from datetime import datetime

    from orderflow.domain.model.events import Event
    from orderflow.domain.model.order import Order
    from orderflow.domain.model.stock import StockKey

__all__ = ["concerns_limits", "limit_violations"]

_EXCEEDING = PolicyChanged | OrderReallocated
"""After these, orders may give back parts without becoming short."""
_BEFORE = -1
"""The number of whatever happened before the first event, which has the number 0."""


def concerns_limits(event: Event) -> bool:
    """Whether `limit_violations` looks at an event. It may be given these alone."""
    return isinstance(event, BackOrdersLimited | _EXCEEDING) or makes_short(event)


def limit_violations(
    orders: Iterable[Order],
    events: Iterable[Event],
    limits: Iterable[BackOrderLimit] = (),
    left: Collection[str] = (),
) -> list[str]:
    """Return violations of rule 12: orders that became short above a limit, and wait.

    Args:
        orders: The orders of one seller after the events.
        events: The events, oldest first.
        limits: The limits before the first event.
        left: The ids of orders that became short and whose short part the next page handles.
    """
    limited = {limit.key: (_BEFORE, limit) for limit in limits}
    became_short: dict[str, tuple[int, datetime]] = {}
    exceeded = _BEFORE
    for number, event in enumerate(events):
        if isinstance(event, _EXCEEDING):
            exceeded = number
        elif isinstance(event, BackOrdersLimited):
            limited.pop(event.key, None)
            if event.units_max is not None:
                fields = (event.key, event.units_max, event.begins_at, event.ends_at)
                limited[event.key] = (number, BackOrderLimit(*fields))
        elif makes_short(event):
            became_short[event.order_id] = (number, event.at)
    waiting = [
        order
        for order in orders
        if order.status is Status.ON_BACK_ORDER and order.order_id not in left
    ]
    found = []
    for key, (since, limit) in limited.items():
        short = {order.order_id: units for order in waiting if (units := _short_of(order, key))}
        latest = [(*became_short[each], each) for each in short if each in became_short]
        number, at, order_id = max(latest, default=(_BEFORE, None, ""))
        is_bound = at is not None and limit.is_in_force(at) and number > max(since, exceeded)
        units = sum(short.values())
        if is_bound and units > limit.units_max:
            found.append(
                f"{text_of(key)}: order {order_id!r} became short of it and waits, but "
                f"{counted(units, 'unit')} together exceed the limit of {limit.units_max}"
            )
    return found


def _short_of(order: Order, key: StockKey) -> int:
    """Return how many units of a product an order is short of."""
    if order.warehouse_id != key.warehouse_id:
        return 0
    return sum(line.quantity - line.allocated for line in order.lines if line.sku == key.sku)
