"""How well the orders were served, counted from the outcome of each command.

- What an order is allocated when it is placed counts as served at first attempt. A postponed order
  is first offered stock when its day is near.
- A back order opens when an order goes on back order. It ends when the order is allocated or
  cancelled. An order that loses its stock in a count can have several back orders. A split does
  not end one: the original order still waits for the rest.
- The waiting time of a back order runs from its opening until the order is allocated.
"""

from __future__ import annotations

from collections import defaultdict
from math import ceil
from typing import TYPE_CHECKING

import attrs

from orderflow.domain.model.commands import BookInStock, CancelOrder, PlaceOrder, ReallocateUnits
from orderflow.domain.model.events import OrderSplit, ShortUnitsCancelled
from orderflow.domain.model.status import Status

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from orderflow.domain.model.commands import Command
    from orderflow.domain.model.order import Order
    from orderflow.domain.model.outcome import Outcome

__all__ = ["BackOrders", "Figures", "FirstAttempt", "WaitingTimes", "quantile"]


@attrs.define
class FirstAttempt:
    """How many were ordered, and how many of them were served at first attempt."""

    total: int = 0
    served: int = 0

    @property
    def rate(self) -> float | None:
        """The share that was served; `None` if nothing was ordered."""
        return self.served / self.total if self.total else None

    def add(self, total: int, served: int) -> None:
        """Add to both counts."""
        self.total += total
        self.served += served


@attrs.define
class BackOrders:
    """The back orders by how they ended; all but `split` add up to `opened`.

    An order of which the policy has cancelled the short units counts as cancelled.
    """

    opened: int = 0
    completed_by_booking_in: int = 0
    completed_by_rebalance: int = 0
    completed_otherwise: int = 0
    cancelled: int = 0
    still_waiting: int = 0
    split: int = 0


@attrs.frozen(kw_only=True)
class WaitingTimes:
    """How long completed back orders waited, in seconds."""

    median: float | None
    p95: float | None
    longest: float | None


class Figures:
    """Counts how well the orders are served.

    Attributes:
        units: The units of the orders placed.
        lines: The lines of the orders placed.
        orders: The orders placed.
        products: The units of each product.
        back_orders: The back orders by how they ended.
        despatched: The orders despatched, including those that were split off.
    """

    def __init__(self) -> None:
        self.units = FirstAttempt()
        self.lines = FirstAttempt()
        self.orders = FirstAttempt()
        self.products: defaultdict[str, FirstAttempt] = defaultdict(FirstAttempt)
        self.back_orders = BackOrders()
        self.despatched = 0
        self._unattempted: dict[str, Order] = {}
        self._since: dict[str, datetime] = {}
        self._split: set[str] = set()
        self._waited: list[float] = []

    def observe(self, command: Command, outcome: Outcome) -> None:
        """Count the outcome of a command."""
        lost = _lost_units(outcome)
        if isinstance(command, PlaceOrder):
            self._unattempted[command.order_id] = command.order
        elif isinstance(command, CancelOrder):
            self._unattempted.pop(command.order_id, None)
        for order in outcome.orders:
            placed = self._unattempted.pop(order.order_id, None)
            if order.status is Status.POSTPONED:
                self._unattempted[order.order_id] = order
            elif placed is not None:
                self._first_attempt(placed, order, lost.get(order.order_id, {}))
        for order_id in outcome.back_orders_opened:
            self.back_orders.opened += 1
            self._since[order_id] = command.at
        for order_id in outcome.back_orders_completed:
            if order_id in lost:
                self.back_orders.cancelled += 1
                del self._since[order_id]
                continue
            self._waited.append((command.at - self._since.pop(order_id)).total_seconds())
            if isinstance(command, BookInStock):
                self.back_orders.completed_by_booking_in += 1
            elif isinstance(command, ReallocateUnits):
                self.back_orders.completed_by_rebalance += 1
            else:
                self.back_orders.completed_otherwise += 1
        for order in outcome.orders:
            if order.status is Status.DESPATCHED:
                self.despatched += 1
            elif order.status is Status.CANCELLED and order.order_id in self._since:
                del self._since[order.order_id]
                self.back_orders.cancelled += 1
        for event in outcome.events:
            if isinstance(event, OrderSplit) and event.order_id not in self._split:
                self._split.add(event.order_id)
                self.back_orders.split += 1
        self.back_orders.still_waiting = len(self._since)

    def waiting(self) -> WaitingTimes:
        """Return how long completed back orders waited."""
        waited = sorted(self._waited)
        return WaitingTimes(
            median=quantile(waited, 0.5),
            p95=quantile(waited, 0.95),
            longest=quantile(waited, 1),
        )

    def _first_attempt(self, placed: Order, after: Order, lost: dict[str, int]) -> None:
        """Count an order that was offered stock first. The policy may already have split it.

        Args:
            placed: The order as it was placed.
            after: The order as the command has left it.
            lost: The units that the command has cancelled, by line.
        """
        short = {line.line_id: line.short for line in after.short_lines}
        for line_id, units in lost.items():
            short[line_id] = short.get(line_id, 0) + units
        self.units.add(placed.units, placed.units - sum(short.values()))
        self.lines.add(len(placed.lines), len(placed.lines) - len(short))
        self.orders.add(1, int(not short))
        for line in placed.lines:
            units = line.quantity
            self.products[line.sku].add(units, units - short.get(line.line_id, 0))


def _lost_units(outcome: Outcome) -> dict[str, dict[str, int]]:
    """Return the short units that an outcome has cancelled, by order and line."""
    lost: dict[str, dict[str, int]] = {}
    for event in outcome.events:
        if isinstance(event, ShortUnitsCancelled):
            lines = lost.setdefault(event.order_id, {})
            for line_id, units in event.units:
                lines[line_id] = lines.get(line_id, 0) + units
    return lost


def quantile(ordered: Sequence[float], share: float) -> float | None:
    """Return the smallest value that this share of the values does not exceed; `None` if empty.

    >>> quantile([1, 2, 3, 4], 0.5), quantile([1, 2, 3, 4], 0.95), quantile([], 0.5)
    (2, 4, None)
    """
    return ordered[max(0, ceil(share * len(ordered)) - 1)] if ordered else None
