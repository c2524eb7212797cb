"""The reports over all orders of a seller: the backlog, exceptions, low stock, service levels.

Each reads the orders and events a page at a time, each page on a snapshot of its own, so a report
over many orders takes little memory and keeps nobody waiting.
"""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

import attrs

from orderflow.domain.calendar.calendar import WarehouseCalendar
from orderflow.domain.model.arguments import (
    require_duration,
    require_function,
    require_identifier,
    require_kind,
    require_limit,
    require_methods,
    require_moment,
    require_number,
    require_term,
    tuple_of,
)
from orderflow.domain.model.status import MAY_BE_ALLOCATED, Status
from orderflow.domain.model.warehouse_events import CancellationRequested
from orderflow.domain.reports.backlog_report import AGE_BANDS, BacklogBook
from orderflow.domain.reports.delays import delays_of
from orderflow.domain.reports.low_stock import LEAD, RATE_WINDOW, low_stock
from orderflow.domain.reports.past import past_state
from orderflow.domain.reports.service_levels import Period, ServiceBook, ServiceMoment
from orderflow.domain.reports.worklist import OPEN_STATUSES, WorklistBook, with_ways_out
from orderflow.errors import InvalidValueError
from orderflow.ports import OutboxMessage
from orderflow.service.crossings import newly_low
from orderflow.service.paged_reads import PagedReads

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from datetime import datetime

    from orderflow.domain.model.order import Order
    from orderflow.domain.model.policy import AllocationPolicy
    from orderflow.domain.reports.backlog_report import Backlog
    from orderflow.domain.reports.low_stock import LowStock
    from orderflow.domain.reports.service_levels import Miss, ServiceLevels
    from orderflow.domain.reports.worklist import WorklistItem
    from orderflow.ports import NoticeStore, Reading


__all__ = ["ReportMethods"]

RECENT = timedelta(days=7)
ANSWER_WITHIN = timedelta(days=1)
LAST_DAYS = timedelta(days=30)


def _say_nothing(_done: int) -> None:
    """Report no progress."""


class ReportMethods(PagedReads):
    """The reports over all orders of one seller. Nothing but `low_stock` saves anything."""

    def backlog(
        self,
        *,
        as_of: datetime | None = None,
        warehouse_id: str | None = None,
        value_field: str | None = None,
        age_bands: Iterable[timedelta] = AGE_BANDS,
        at: datetime | None = None,
        progress: Callable[[int], None] = _say_nothing,
    ) -> Backlog:
        """Return the orders on back order, counted by age and by product.

        Args:
            as_of: Count them as they were at this moment in the past. That reads all events until
                then. An event that was saved after a later one counts as no earlier than that
                one. Under a policy that restricts partial allocation, the expected dates of then
                are estimates.
            warehouse_id: Count only orders of this warehouse.
            value_field: The custom field with the value of an order.
            age_bands: Where one age band ends and the next one begins.
            at: The time. Default: now.
            progress: Called with the number of orders or events read so far.

        Raises:
            InvalidValueError: If an argument is not valid, or `as_of` is after `at`. Or if there
                were orders at `as_of`, but the history of the seller begins later, as it does
                after an import.
            TransitionError: If earlier events are missing.
        """
        moment = self._read_moment("backlog.at", at)
        _check_common("backlog", warehouse_id, progress)
        past = moment if as_of is None else require_moment("backlog.as_of", as_of)
        if past > moment:
            raise InvalidValueError("backlog.as_of", f"no later than {moment.isoformat()}", past)
        policy = self._read(lambda reading: reading.policy) or self._default_policy
        make = partial(
            BacklogBook, self._seller_id, past, value_field=value_field, age_bands=age_bands
        )
        if as_of is not None:
            return self._past_backlog(make, past, warehouse_id, progress)
        book = make(policy)
        for _ in self._each_order((Status.ON_BACK_ORDER,), warehouse_id, progress, book.add):
            pass
        return book.close(self._read(lambda reading: tuple(reading.receipts())))

    def exceptions(
        self,
        *,
        dead: Iterable[OutboxMessage] = (),
        warehouse_id: str | None = None,
        recent: timedelta = RECENT,
        answer_within: timedelta = ANSWER_WITHIN,
        limit: int | None = 100,
        at: datetime | None = None,
        progress: Callable[[int], None] = _say_nothing,
    ) -> tuple[WorklistItem, ...]:
        """Return what does not go as planned, the most urgent exception first.

        Args:
            dead: The dead messages of the seller: `Outbox.dead`.
            warehouse_id: Return only exceptions of this warehouse, and those of no warehouse.
            recent: How far back a lost unit or a rejected cancellation counts. The events since
                then are read at once.
            answer_within: How long the warehouse may take to answer a request for a cancellation.
            limit: Return at most this many.
            at: The time. Default: now.
            progress: Called with the number of orders read so far.
        """
        moment = self._read_moment("exceptions.at", at)
        _check_common("exceptions", warehouse_id, progress)
        require_duration("exceptions.recent", recent)
        require_duration("exceptions.answer_within", answer_within)
        require_limit("exceptions.limit", limit)
        policy, receipts = self._read(
            lambda reading: (reading.policy or self._default_policy, tuple(reading.receipts()))
        )
        here = [each for each in receipts if warehouse_id in (None, each.key.warehouse_id)]
        messages = tuple_of("exceptions.dead", dead, OutboxMessage)
        book = WorklistBook(moment, policy, here, answer_within=answer_within, limit=limit)
        for event in self._read(lambda reading: reading.events(since=moment - recent)):
            book.add_event(event)
        for order in self._each_order(OPEN_STATUSES, warehouse_id, progress, book.add_order):
            if order.status is Status.CANCELLATION_REQUESTED:
                self._read(partial(_add_request, book, order))
        for order_id in book.orders_in_question():
            named = self._order_now(order_id)
            if named is not None and warehouse_id in (None, named.warehouse_id):
                book.add_troubled(named)
        for message in messages:
            book.add_dead(message)
        return tuple(self._with_ways_out(item, moment) for item in book.close())

    def low_stock(
        self,
        *,
        lead: timedelta = LEAD,
        leads: Mapping[str, timedelta] | None = None,
        window: timedelta = RATE_WINDOW,
        warehouse_id: str | None = None,
        new_only: NoticeStore | None = None,
        at: datetime | None = None,
        progress: Callable[[int], None] = _say_nothing,
    ) -> tuple[LowStock, ...]:
        """Return the products that will run short within the lead time.

        The rate is that of the orders placed in the window, by their own time. Those with the most
        short units come first.

        Args:
            lead: The time from ordering a delivery to its arrival.
            leads: The lead times of products that have another one, by SKU.
            window: How far back orders count for the rate.
            warehouse_id: Return only products in this warehouse.
            new_only: Stores which products are low. If given, only those are returned that were
                not low at the last call with this store. Of several calls at the same time, one
                returns each of them.
            at: The time. Default: now.
            progress: Called with the number of orders read so far.
        """
        moment = self._read_moment("low_stock.at", at)
        _check_common("low_stock", warehouse_id, progress)
        require_duration("low_stock.window", window)
        if new_only is not None:
            demand = "a notice store, such as SqlNoticeStore(engine)"
            require_methods("low_stock.new_only", new_only, "compare_and_set", demand=demand)
        stock, receipts = self._read(
            lambda reading: (tuple(reading.all_stock()), tuple(reading.receipts()))
        )
        statuses = tuple(status for status in Status if status in MAY_BE_ALLOCATED)
        found = low_stock(
            [each for each in stock if warehouse_id in (None, each.key.warehouse_id)],
            [each for each in receipts if warehouse_id in (None, each.key.warehouse_id)],
            self._each_order(statuses, warehouse_id, progress),
            self._placed_since(moment - window, warehouse_id, progress),
            moment,
            lead=lead,
            leads=leads,
            window=window,
        )
        if new_only is None:
            return found
        return newly_low(new_only, self._seller_id, found, warehouse_id)

    def service_levels(
        self,
        calendar: WarehouseCalendar,
        *,
        begin: datetime | None = None,
        end: datetime | None = None,
        moment: ServiceMoment | str = ServiceMoment.DESPATCHED,
        period: Period | str = Period.WEEK,
        warehouse_id: str | None = None,
        misses_max: int = 100,
        at: datetime | None = None,
        progress: Callable[[int], None] = _say_nothing,
    ) -> ServiceLevels:
        """Return how many orders left on time, and what held up each one that did not.

        This reads all events of the seller.

        Args:
            calendar: When the warehouse works, for the cut-offs and the days.
            begin: Count orders that were due at this moment or later. Default: 30 days
                before the end.
            end: Count orders that were due before this moment. Default: now.
            moment: When an order counts as having left.
            period: The time over which orders are counted together.
            warehouse_id: Count only orders of this warehouse.
            misses_max: Name at most this many misses, those that were due first.
            at: The time. Default: now.
            progress: Called with the number of events, then of orders read so far.

        Raises:
            InvalidValueError: If an argument is not valid, or `end` is not after `begin`.
        """
        demand = "a WarehouseCalendar"
        require_kind("service_levels.calendar", calendar, WarehouseCalendar, demand=demand)
        _check_common("service_levels", warehouse_id, progress)
        require_number("service_levels.misses_max", misses_max, 0, of="misses")
        now = self._read_moment("service_levels.at", at)
        until = now if end is None else require_moment("service_levels.end", end)
        since = require_moment(
            "service_levels.begin", until - LAST_DAYS if begin is None else begin
        )
        if since >= until:
            demand = f"before the end, which is {until.isoformat()}"
            raise InvalidValueError("service_levels.begin", demand, since)
        book = ServiceBook(
            calendar,
            since,
            until,
            now,
            moment=require_term("service_levels.moment", moment, ServiceMoment),
            period=require_term("service_levels.period", period, Period),
            misses_max=misses_max,
        )
        for event in self._all_events(progress):
            book.add_event(event)
        for order in self._each_order((None,), warehouse_id, progress):
            book.add_order(order)
        levels = book.close()
        return attrs.evolve(
            levels, misses=tuple(self._with_delays(miss, now, book) for miss in levels.misses)
        )

    # What is read of one thing

    def _past_backlog(
        self,
        make: Callable[[AllocationPolicy], BacklogBook],
        as_of: datetime,
        warehouse_id: str | None,
        progress: Callable[[int], None],
    ) -> Backlog:
        self._read(partial(self._require_history, as_of))
        events = self._all_events(progress)
        past = past_state(self._seller_id, events, as_of, self._order_now)
        book = make(past.policy or self._default_policy)
        for order in past.orders.values():
            if warehouse_id in (None, order.warehouse_id):
                book.add(order, past)
        return book.close(past.receipts.values())

    def _require_history(self, as_of: datetime, reading: Reading) -> None:
        """Refuse a moment before the first event, if there were orders already."""
        first_events, first_orders = reading.events(limit=1), reading.orders(limit=1)
        begins_at = first_events[0].at if first_events else as_of
        if begins_at > as_of and first_orders and first_orders[0].placed_at <= as_of:
            raise InvalidValueError(
                "backlog.as_of",
                f"no earlier than {begins_at.isoformat()}, when the history of seller "
                f"{self._seller_id!r} begins",
                as_of.isoformat(),
            )

    def _order_now(self, order_id: str) -> Order | None:
        return self._read(lambda reading: reading.order(order_id))

    def _with_ways_out(self, item: WorklistItem, at: datetime) -> WorklistItem:
        return self._read_served(
            lambda view: with_ways_out(item, view, at, self._default_policy), at
        )

    def _with_delays(self, miss: Miss, at: datetime, book: ServiceBook) -> Miss:
        events = self._read(lambda reading: reading.events(miss.order_id))
        return attrs.evolve(miss, delays=delays_of(events, miss.left_at, at, book.receipts))


def _add_request(book: WorklistBook, order: Order, reading: Reading) -> None:
    events = reading.events(order.order_id)
    requests = [each for each in events if isinstance(each, CancellationRequested)]
    if requests:
        book.add_request(order, requests[-1])


def _check_common(method: str, warehouse_id: object, progress: object) -> None:
    if warehouse_id is not None:
        require_identifier(f"{method}.warehouse_id", warehouse_id)
    require_function(f"{method}.progress", progress)
