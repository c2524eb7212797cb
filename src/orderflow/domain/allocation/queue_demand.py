"""What the other orders of a product need or have, read once for many questions."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from itertools import accumulate
from typing import TYPE_CHECKING

from orderflow.domain.allocation.preemption import is_preemptible, preemption_rank
from orderflow.domain.model.policy import Rationing, queue_position
from orderflow.domain.model.queue_position import is_served_first

if TYPE_CHECKING:
    from collections.abc import Iterator

    from orderflow.domain.model.order import Order
    from orderflow.domain.model.policy import AllocationPolicy, QueuePosition
    from orderflow.domain.state.view import View

__all__ = ["PreemptibleUnits", "QueueDemand", "demand_before"]


def demand_before(
    order: Order, sku: str, view: View, policy: AllocationPolicy
) -> Iterator[tuple[Order, int]]:
    """Yield the orders that are served before the order, with the units that they are short of.

    Under a fair share, these are all other orders that wait for the product.
    """
    position = queue_position(order, policy.queue)
    is_shared = policy.rationing is Rationing.FAIR_SHARE
    for other in view.waiting(order.warehouse_id, sku, policy):
        if not is_shared and queue_position(other, policy.queue) >= position:
            return
        if other.order_id != order.order_id:
            yield other, other.short_of(sku)


class QueueDemand:
    """The units that the orders in the queue of a product are short of.

    The queue is read from its head, as far as the questions need. A later question reads on from
    there, perhaps in a later transaction, and reads as many orders again ahead: many questions
    together read each order once.
    """

    def __init__(self, sku: str, policy: AllocationPolicy) -> None:
        self._sku = sku
        self._policy = policy
        self._positions: list[QueuePosition] = []
        self._units = [0]
        self._last: Order | None = None
        self._has_ended = False

    def before(self, order: Order, view: View, enough: int) -> int:
        """Return the units that the orders served before an order are short of.

        Under a fair share, these are all other orders of the queue. If they are short of more
        units than `enough`, the answer may be any number above it.
        """
        position = queue_position(order, self._policy.queue)
        if self._policy.rationing is Rationing.FAIR_SHARE:
            self._read(order, view, None, enough + order.short_of(self._sku))
            place = bisect_left(self._positions, position)
            return self._units[-1] - self._units_at(place, position)
        self._read(order, view, position, enough)
        return self._units[bisect_left(self._positions, position)]

    def _read(self, order: Order, view: View, position: QueuePosition | None, enough: int) -> None:
        """Read on until a position is reached, or the units are more than enough."""
        if self._is_read(position, enough):
            return
        ahead = 2 * len(self._positions)
        queue = view.waiting(order.warehouse_id, self._sku, self._policy, after=self._last)
        for other in queue:
            self._positions.append(queue_position(other, self._policy.queue))
            self._units.append(self._units[-1] + other.short_of(self._sku))
            self._last = other
            if len(self._positions) >= ahead and self._is_read(position, enough):
                return
        self._has_ended = True

    def _is_read(self, position: QueuePosition | None, enough: int) -> bool:
        return (
            self._has_ended
            or self._units[-1] > enough
            or (position is not None and self._positions[-1:] >= [position])
        )

    def _units_at(self, place: int, position: QueuePosition) -> int:
        """Return the units of the order at a place of the queue; 0 if another one is there."""
        if self._positions[place : place + 1] != [position]:
            return 0
        return self._units[place + 1] - self._units[place]


class PreemptibleUnits:
    """The units of a product that urgent orders may preempt."""

    def __init__(self, warehouse_id: str, sku: str, view: View, policy: AllocationPolicy) -> None:
        self._sku = sku
        self._queue = policy.queue
        held = [
            order for order in view.orders_with_units(warehouse_id, sku) if is_preemptible(order)
        ]
        self._of_all = self._by_rank(held)
        self._of_others = self._by_rank([each for each in held if not is_served_first(each)])

    def behind(self, order: Order) -> int:
        """Return the units of the orders from which an urgent order may preempt them."""
        ranks, units = self._of_all if is_served_first(order) else self._of_others
        place = bisect_right(ranks, preemption_rank(order, self._queue))
        return units[-1] - units[place]

    def _by_rank(self, orders: list[Order]) -> tuple[list[tuple[object, ...]], list[int]]:
        """Return the sorted ranks of orders, and how many units those before each have."""
        held = sorted(
            (preemption_rank(each, self._queue), each.allocated_of(self._sku)) for each in orders
        )
        return [rank for rank, _ in held], [0, *accumulate(units for _, units in held)]
