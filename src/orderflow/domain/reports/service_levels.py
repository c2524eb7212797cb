"""Service levels: how many orders left on time, and what held up each one that did not.

An order is on time against its promise if it left by then. Against the cut-off, it has to leave on
the day of the first cut-off after it was placed, or after its day begins (`Order.not_before`). So
an order that had to wait for stock has missed its cut-off.

`ServiceBook` reads the events of a seller once, then the orders. What held up an order is told
by `delays_of`.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from heapq import nsmallest
from typing import TYPE_CHECKING

import attrs

from orderflow.domain.model.events import OrderSplitOff
from orderflow.domain.model.status import FROZEN, SENT_OUT, Status
from orderflow.domain.model.terms import Term
from orderflow.domain.model.warehouse_events import OrderDespatched, OrderSentToWarehouse
from orderflow.domain.reports.delays import Delay, ReceiptDates

if TYPE_CHECKING:
    from orderflow.domain.calendar.calendar import WarehouseCalendar
    from orderflow.domain.model.events import Event
    from orderflow.domain.model.order import Order

__all__ = [
    "Miss",
    "Period",
    "ServiceBook",
    "ServiceLevel",
    "ServiceLevels",
    "ServiceMoment",
    "ServiceTarget",
]


class ServiceTarget(Term):
    """What an order is measured against."""

    PROMISE = "PROMISE"
    """Its promise, `Order.promised_by`."""
    CUT_OFF = "CUT_OFF"
    """The first cut-off after it was placed."""


class ServiceMoment(Term):
    """When an order counts as having left."""

    SENT = "SENT"
    """When it was sent to the warehouse, for the last time."""
    DESPATCHED = "DESPATCHED"
    """When it left the warehouse."""


class Period(Term):
    """The time over which service levels are counted together."""

    DAY = "DAY"
    WEEK = "WEEK"
    MONTH = "MONTH"

    def begins_on(self, day: date) -> date:
        """Return the first day of the period of a day. Weeks begin on Monday.

        >>> str(Period.WEEK.begins_on(date(2026, 3, 5)))
        '2026-03-02'
        """
        if self is Period.WEEK:
            return day - timedelta(days=day.weekday())
        return day.replace(day=1) if self is Period.MONTH else day


@attrs.frozen(kw_only=True)
class ServiceLevel:
    """How many orders were on time, of those that were due in a period.

    Attributes:
        target: What they are measured against.
        begins_on: The first day of the period, in the time zone of the calendar.
        orders: The number of orders that were due.
        on_time: The number of those that left on time.
    """

    target: ServiceTarget
    begins_on: date
    orders: int
    on_time: int

    @property
    def rate(self) -> float:
        """The share of orders that were on time, from 0 to 1."""
        return self.on_time / self.orders


@attrs.frozen(kw_only=True)
class Miss:
    """An order that did not leave on time.

    Attributes:
        order_id: The order.
        target: What it is measured against.
        due_at: The promise or the cut-off.
        left_at: When it left; `None` if it has not.
        delays: Where the time went, the first one first.
    """

    order_id: str
    target: ServiceTarget
    due_at: datetime
    left_at: datetime | None = None
    delays: tuple[Delay, ...] = ()


@attrs.frozen(kw_only=True)
class ServiceLevels:
    """The service levels of a seller.

    Attributes:
        levels: Sorted by target and period. A period in which no order was due is not there.
        misses: The orders that missed, those that were due first.
        further_misses: The number of other misses.
    """

    levels: tuple[ServiceLevel, ...]
    misses: tuple[Miss, ...]
    further_misses: int = 0


class ServiceBook:
    """Counts the orders of a seller that were due between two moments.

    Args:
        calendar: When the warehouse works.
        begin: Count orders that were due at this moment or later.
        end: Count orders that were due before this moment.
        at: The present moment.
        moment: When an order counts as having left.
        period: The time over which orders are counted together.
        misses_max: Keep at most this many misses.
    """

    def __init__(
        self,
        calendar: WarehouseCalendar,
        begin: datetime,
        end: datetime,
        at: datetime,
        *,
        moment: ServiceMoment,
        period: Period,
        misses_max: int,
    ) -> None:
        self._calendar = calendar
        self._begin, self._end, self._at = begin, end, at
        self._moment = moment
        self._has_left = SENT_OUT if moment is ServiceMoment.DESPATCHED else SENT_OUT | FROZEN
        self._period = period
        self._misses_max = misses_max
        self._left_at: dict[str, datetime] = {}
        self._counts: dict[tuple[ServiceTarget, date], list[int]] = {}
        self._misses: list[Miss] = []
        self._missed = 0
        self.receipts = ReceiptDates()

    def add_event(self, event: Event) -> None:
        """Note when an order left, or a receipt came. The events come as they were saved."""
        match event:
            case OrderDespatched() if self._moment is ServiceMoment.DESPATCHED:
                self._left_at[event.order_id] = event.at
            case OrderSentToWarehouse() if self._moment is ServiceMoment.SENT:
                self._left_at[event.order_id] = event.at
            case OrderSplitOff(order=order) if order.status in FROZEN:
                sent_at = self._left_at.get(str(order.split_from))
                if sent_at is not None:  # the part was sent with the order it was split from
                    self._left_at[order.order_id] = sent_at
            case _:
                self.receipts.add(event)

    def add_order(self, order: Order) -> None:
        """Count an order, as it is after all events. Cancelled orders do not count."""
        if order.status is Status.CANCELLED:
            return
        left_at = self._left_at.get(order.order_id) if order.status in self._has_left else None
        if order.promised_by is not None:
            self._count(ServiceTarget.PROMISE, order, order.promised_by, left_at)
        ready_at = max(order.placed_at, order.not_before or order.placed_at)
        self._count(ServiceTarget.CUT_OFF, order, self._calendar.next_cut_off(ready_at), left_at)

    def close(self) -> ServiceLevels:
        """Return what was counted. The misses have no delays yet: see `delays_of`."""
        levels = tuple(
            ServiceLevel(target=target, begins_on=begins_on, orders=orders, on_time=on_time)
            for (target, begins_on), (orders, on_time) in sorted(self._counts.items())
        )
        misses = nsmallest(self._misses_max, self._misses, key=_due_first)
        return ServiceLevels(
            levels=levels, misses=tuple(misses), further_misses=self._missed - len(misses)
        )

    def _count(
        self, target: ServiceTarget, order: Order, due_at: datetime, left_at: datetime | None
    ) -> None:
        if not self._begin <= due_at < self._end or (left_at is None and due_at > self._at):
            return
        day = self._calendar.local_day(due_at)
        count = self._counts.setdefault((target, self._period.begins_on(day)), [0, 0])
        count[0] += 1
        if left_at is not None and self._is_on_time(target, due_at, left_at):
            count[1] += 1
            return
        self._missed += 1
        self._misses.append(
            Miss(order_id=order.order_id, target=target, due_at=due_at, left_at=left_at)
        )
        if len(self._misses) > 2 * self._misses_max + _SPARE:
            self._misses = nsmallest(self._misses_max, self._misses, key=_due_first)

    def _is_on_time(self, target: ServiceTarget, due_at: datetime, left_at: datetime) -> bool:
        if target is ServiceTarget.PROMISE:
            return left_at <= due_at
        if self._moment is ServiceMoment.SENT:
            return left_at < due_at
        return self._calendar.local_day(left_at) <= self._calendar.local_day(due_at)


_SPARE = 1_000
"""How many misses are collected before the later ones are dropped."""


def _due_first(miss: Miss) -> tuple[datetime, ServiceTarget, str]:
    return (miss.due_at, miss.target, miss.order_id)
