"""Who comes before whom: in the queue of a product, and where orders come as they were placed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from orderflow.domain.model.policy_settings import Queue

if TYPE_CHECKING:
    from datetime import datetime

    from orderflow.domain.model.order import Order

__all__ = ["QueuePosition", "is_served_first", "placing", "queue_position"]

QueuePosition = tuple[object, ...]
"""The sort key of an order in a queue: the smallest comes first. It ends in the order id."""

_FIRST_COME = Queue.FIRST_COME


def queue_position(order: Order, queue: Queue) -> QueuePosition:
    """Return the position of the order: the smallest is served first.

    Positions in one queue can be compared with each other, and no two orders share one. Ids are
    compared by code point: "10" comes before "9".
    """
    turn = 0 if is_served_first(order) else 1
    if queue is _FIRST_COME:
        return (turn, order.placed_at, order.order_id)
    if queue is Queue.PRIORITY:
        return (turn, -order.priority, order.placed_at, order.order_id)
    promised_by: datetime | None = order.promised_by
    if promised_by is None:
        return (turn, 1, order.placed_at, order.placed_at, order.order_id)
    return (turn, 0, promised_by, order.placed_at, order.order_id)


def placing(order: Order) -> tuple[datetime, str]:
    """Return what orders are sorted by if they come in the order in which they were placed."""
    return (order.placed_at, order.order_id)


def is_served_first(order: Order) -> bool:
    """Whether the order comes before all others in its queues, until it is covered."""
    wait = order.wait
    return wait is not None and wait.served_first
