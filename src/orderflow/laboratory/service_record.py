"""The record of a replay: who waited for how long, and what lay idle meanwhile.

A summary counts back orders. A comparison asks about each order and each day:

- An order **waits** from when it becomes short until it and all its parts have all of their units,
  or are cancelled.
- An order is **passed over** if an order that was placed later gets units of a product that the
  earlier one is waiting for.
- **Idle units** could leave but for other products: the units that waiting orders have, and
  available units of products that waiting orders lack.

Orders are numbered in the order of the history, which is the same under every policy.
"""

from __future__ import annotations

from array import array
from collections import Counter, defaultdict
from datetime import date, timedelta
from heapq import heappop, heappush
from typing import TYPE_CHECKING

import attrs

from orderflow.domain.model.commands import CancelOrder, PlaceOrder
from orderflow.domain.model.events import (
    OrderAllocated,
    OrderCancelled,
    OrderPartlyAllocated,
    OrderPutOnBackOrder,
    OrderReallocated,
    OrderSplitOff,
    ShortReason,
    ShortUnitsCancelled,
)
from orderflow.domain.model.status import Status
from orderflow.laboratory.idle_units import IdleUnitCounter
from orderflow.replay.simulated_seller import WAITED_TOO_LONG

if TYPE_CHECKING:
    from datetime import datetime

    from orderflow.domain.calendar.calendar import WarehouseCalendar
    from orderflow.domain.model.commands import Command
    from orderflow.domain.model.order import Order
    from orderflow.domain.model.outcome import Outcome

__all__ = ["Day", "ServiceRecord"]

_CLOSED = frozenset({Status.DESPATCHED, Status.CANCELLED})
_WAITS = frozenset({Status.ON_BACK_ORDER, Status.ON_HOLD})  # a short order may be put on hold


@attrs.frozen
class Day:
    """The state at the end of a day.

    Attributes:
        day: The day in the time zone of the warehouse.
        orders: The number of orders that wait.
        units: The units that they lack.
        idle: The idle units.
    """

    day: date
    orders: int
    units: int
    idle: int


class ServiceRecord:
    """Observes a replay.

    Attributes:
        waited: How long each order waited in all, in seconds, by its number.
        lost: The units of orders that the policy or the seller's patience cancelled, by number.
        days: The end of each day.
        parcels: The orders and parts that were despatched.
        still_waiting: The orders that wait at the end.
    """

    def __init__(self, calendar: WarehouseCalendar) -> None:
        self.waited = array("d")
        self.lost: Counter[int] = Counter()
        self.days: list[Day] = []
        self.parcels = 0
        self.still_waiting = 0
        self._calendar = calendar
        self._numbers: dict[str, int] = {}  # of open orders, and of parts
        self._open: dict[str, Order] = {}
        self._parts_waiting: Counter[int] = Counter()
        self._since: dict[int, datetime] = {}
        self._despatched = bytearray()
        self._passed_over = bytearray()
        self._idle = IdleUnitCounter()
        self._queues: defaultdict[str, list[tuple[int, str]]] = defaultdict(list)
        self._day = date.min
        self._day_ends: datetime | None = None

    @property
    def despatched(self) -> int:
        """The number of orders of which at least a part was despatched."""
        return sum(self._despatched)

    @property
    def passed_over(self) -> int:
        """The number of orders that were passed over."""
        return sum(self._passed_over)

    def begin_order(self) -> None:
        """Number the next order of the history, whether it can be placed or not."""
        self.waited.append(0.0)
        self._despatched.append(0)
        self._passed_over.append(0)

    def observe(self, command: Command, outcome: Outcome) -> None:
        """Record the outcome of a command."""
        self._advance(command.at)
        if isinstance(command, PlaceOrder):
            self._numbers[command.order_id] = len(self.waited) - 1
            self._open[command.order_id] = command.order
        elif isinstance(command, CancelOrder) and command.reason == WAITED_TOO_LONG:
            self.lost[self._numbers[command.order_id]] += self._open[command.order_id].units
        gains = self._gains(outcome)
        for order in outcome.orders:
            self._observe_order(order, command.at)
        for stock in outcome.stock:
            self._idle.set_available(stock.key.sku, stock.available)
        for sku, number in gains.items():
            self._pass_over(sku, number)

    def finish(self, at: datetime) -> None:
        """End all waits and the last day."""
        self._advance(at)
        self._end_day()
        self.still_waiting = len(self._since)
        for number, since in self._since.items():
            self.waited[number] += (at - since).total_seconds()
        self._since.clear()

    def _gains(self, outcome: Outcome) -> dict[str, int]:
        """Count losses and new parts; return the last order that got units of each product."""
        gains: dict[str, int] = {}
        for event in outcome.events:
            match event:
                case OrderSplitOff(order=part):
                    self._numbers[part.order_id] = self._numbers[part.split_from or ""]
                case (
                    ShortUnitsCancelled(units=units)
                    | OrderCancelled(short_reason=ShortReason(), units=units)
                ):
                    self.lost[self._numbers[event.order_id]] += sum(each for _, each in units)
                case (
                    OrderAllocated(units=units)
                    | OrderPartlyAllocated(units=units)
                    | OrderPutOnBackOrder(units=units)
                    | OrderReallocated(units=units)
                ) if self._since:
                    number = self._numbers[event.order_id]
                    lines = self._open[event.order_id].lines
                    skus = {line.line_id: line.sku for line in lines} if units else {}
                    for line_id, gained in units:
                        if gained > 0:
                            sku = skus[line_id]
                            gains[sku] = max(number, gains.get(sku, 0))
                case _:
                    pass
        return gains

    def _observe_order(self, order: Order, at: datetime) -> None:
        number = self._numbers[order.order_id]
        before = self._open.get(order.order_id)
        had_waited = before is not None and before.status in _WAITS
        waits = order.status in _WAITS
        if had_waited or waits:
            self._idle.replace(before if had_waited else None, order if waits else None)
            self._parts_waiting[number] += waits - had_waited
            if waits:
                self._since.setdefault(number, at)
                self._queue(number, order, before if had_waited else None)
            elif not self._parts_waiting[number]:
                self.waited[number] += (at - self._since.pop(number)).total_seconds()
        if order.status is Status.DESPATCHED:
            self.parcels += 1
            self._despatched[number] = 1
        if order.status in _CLOSED:
            self._open.pop(order.order_id, None)
            del self._numbers[order.order_id]
        else:
            self._open[order.order_id] = order

    def _queue(self, number: int, order: Order, before: Order | None) -> None:
        """Queue an order for each product that it lacks and did not lack before."""
        if not self._passed_over[number]:
            known = set() if before is None else {line.sku for line in before.short_lines}
            for sku in {line.sku for line in order.short_lines} - known:
                heappush(self._queues[sku], (number, order.order_id))

    def _pass_over(self, sku: str, number: int) -> None:
        """Mark the orders before a number that wait for a product."""
        queue = self._queues[sku]
        while queue and queue[0][0] < number:
            passed, order_id = heappop(queue)
            order = self._open.get(order_id)
            if order is not None and order.status in _WAITS:
                self._passed_over[passed] |= any(line.sku == sku for line in order.short_lines)

    def _advance(self, at: datetime) -> None:
        ends = self._day_ends
        if ends is None:
            ends = self._begin_day(self._calendar.local_day(at))
        while at >= ends:
            self._end_day()
            ends = self._begin_day(self._day + timedelta(days=1))

    def _begin_day(self, day: date) -> datetime:
        self._day = day
        self._day_ends = self._calendar.day_begins(day + timedelta(days=1))
        return self._day_ends

    def _end_day(self) -> None:
        self.days.append(Day(self._day, len(self._since), self._idle.short, self._idle.total))
