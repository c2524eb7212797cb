"""The reports add up, whatever happened, and the past is as it was recorded."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from itertools import pairwise
from math import ceil
from typing import TYPE_CHECKING

import attrs
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from orderflow import MemoryRepository, OrderFlow, Status, StockKey
from orderflow.calendar import WarehouseCalendar
from orderflow.core import State, evolve, expected_cover
from orderflow.domain.reports.past import past_state
from orderflow.errors import NotFoundError, RefusedError
from orderflow.reports import Backlog, BacklogGroup, ServiceTarget, customer_waits_since
from orderflow.testing.strategies import CommandHistory, histories
from tests.properties.runs import SCOPE

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from orderflow import Order, Seller
    from orderflow.reports import Delay, Miss

SLOW = settings(suppress_health_check=[HealthCheck.too_slow], max_examples=60)
DONE = (Status.DESPATCHED, Status.DELIVERED, Status.CANCELLED)
OPEN = (Status.NEW, Status.POSTPONED, Status.ON_HOLD, Status.ON_BACK_ORDER)


def steps(history: CommandHistory, shifts: list[int]) -> Iterator[tuple[OrderFlow, datetime]]:
    """Carry out a history; yield the flow and the latest time so far after each command.

    Some commands have a time that is earlier than that of the one before.
    """
    flow = OrderFlow(MemoryRepository(), default_policy=history.policy)
    latest = SCOPE.opens_at
    for number, command in enumerate(history.commands):
        back = timedelta(minutes=shifts[number] if number < len(shifts) else 0)
        command = attrs.evolve(command, at=max(SCOPE.opens_at, command.at - back))  # noqa: PLW2901 - the same one
        try:
            outcome = flow.handle(command)
        except (NotFoundError, RefusedError):
            continue
        if outcome.events:
            latest = max(latest, command.at)
        yield flow, latest


def ended(history: CommandHistory) -> tuple[OrderFlow, datetime]:
    """Carry out a history; return the flow and the latest time."""
    flow, latest = OrderFlow(MemoryRepository(), default_policy=history.policy), SCOPE.opens_at
    for flow, latest in steps(history, []):  # noqa: B007 - the last ones
        pass
    return flow, latest


def without_dates(backlog: Backlog) -> Backlog:
    """Return a backlog without the expected dates, which need an index that no event has."""

    def plain(group: BacklogGroup) -> BacklogGroup:
        return attrs.evolve(group, expected_at=None, orders_without_date=0)

    return attrs.evolve(
        backlog,
        total=plain(backlog.total),
        by_age=tuple((band, plain(group)) for band, group in backlog.by_age),
        by_product=tuple((product, plain(group)) for product, group in backlog.by_product),
    )


@SLOW
@given(histories(SCOPE), st.lists(st.sampled_from([0, 0, 3, 30, 3_000]), max_size=30))
def test_the_backlog_as_of_a_moment_is_the_one_recorded_then(
    history: CommandHistory, shifts: list[int]
) -> None:
    recorded: dict[tuple[str, datetime], tuple[Backlog, bool]] = {}
    flow, latest = None, SCOPE.opens_at
    for flow, latest in steps(history, shifts):  # noqa: B007 - the last one is needed
        for seller_id in SCOPE.seller_ids:
            seller = flow.seller(seller_id)
            if seller.events(limit=1):
                exact = not seller.policy().restricts_partial
                recorded[seller_id, _latest_of(seller)] = (
                    seller.backlog(at=_latest_of(seller)),
                    exact,
                )
    for (seller_id, then), (backlog, exact) in recorded.items():
        assert flow is not None
        found = flow.seller(seller_id).backlog(as_of=then, at=latest)
        assert without_dates(found) == without_dates(backlog)
        if exact:
            assert found == backlog


def _latest_of(seller: Seller) -> datetime:
    return max(event.at for event in seller.events())


def test_some_of_these_backlogs_have_orders_and_some_times_go_back() -> None:
    """Without such histories, the rule above would say nothing."""
    seen = Counter[str]()

    @settings(max_examples=30, database=None, derandomize=True)
    @given(histories(SCOPE))
    def count(history: CommandHistory) -> None:
        for flow, _ in steps(history, [0, 3, 30, 3_000] * 8):
            for seller_id in SCOPE.seller_ids:
                times = [event.at for event in flow.seller(seller_id).events()]
                seen["orders"] += flow.seller(seller_id).backlog(at=_end(times)).total.orders
                seen["back"] += any(one > other for one, other in pairwise(times))

    count()
    assert seen["orders"] > 0 < seen["back"]


def _end(times: list[datetime]) -> datetime:
    return max(times, default=SCOPE.opens_at)


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(histories(SCOPE))
def test_the_past_state_is_the_fold_of_the_events_without_finished_orders(
    history: CommandHistory,
) -> None:
    flow, at = ended(history)
    for seller_id in SCOPE.seller_ids:
        seller = flow.seller(seller_id)
        events = seller.events()
        whole = evolve(State(seller_id), *events)
        past = past_state(seller_id, events, at, whole.order)
        open_orders = {
            order_id: order for order_id, order in whole.orders.items() if order.status not in DONE
        }
        assert dict(past.orders) == open_orders
        assert attrs.evolve(past, orders={}) == attrs.evolve(whole, orders={})


@SLOW
@given(histories(SCOPE))
def test_the_groups_of_a_backlog_are_the_orders_on_back_order(history: CommandHistory) -> None:
    flow, at = ended(history)
    for seller_id in SCOPE.seller_ids:
        seller = flow.seller(seller_id)
        orders = seller.orders(Status.ON_BACK_ORDER)
        backlog = seller.backlog(at=at)
        total = backlog.total
        assert (total.orders, total.units) == (len(orders), sum(each.short for each in orders))
        assert total.oldest_since == min(map(_since, orders), default=None)
        assert sum(group.orders for _, group in backlog.by_age) == len(orders)
        for band, group in backlog.by_age:
            assert group.orders == sum(_is_in(band.begin, band.end, each, at) for each in orders)
        for (warehouse_id, sku), group in backlog.by_product:
            short = [
                each.short_of(sku)
                for each in orders
                if each.warehouse_id == warehouse_id and each.short_of(sku)
            ]
            assert (group.orders, group.units) == (len(short), sum(short))
        assert sum(group.units for _, group in backlog.by_product) == total.units
        _check_dates(seller, orders, total, at)


def _since(order: Order) -> datetime:
    since = customer_waits_since(order)
    assert since is not None
    return since


def _is_in(begin: timedelta, end: timedelta | None, order: Order, at: datetime) -> bool:
    age = max(at - _since(order), timedelta(0))
    return begin <= age and (end is None or age < end)


def _check_dates(
    seller: Seller, orders: Sequence[Order], total: BacklogGroup, at: datetime
) -> None:
    def task(reading: object) -> list[list[datetime | None]]:
        covers = [expected_cover(each, reading, at, seller.policy()) for each in orders]  # type: ignore[arg-type]
        return [[each.expected_at for each in of if not each.is_there] for of in covers]

    dates = seller._read(task)  # noqa: SLF001 - as a host reads its repository
    known = [max(of) for of in dates if of and None not in of]  # type: ignore[type-var]
    assert total.expected_at == max(known, default=None)  # type: ignore[type-var]
    assert total.orders_without_date == sum(None in of for of in dates)


@SLOW
@given(histories(SCOPE), st.integers(1, 40), st.integers(1, 40))
def test_low_stock_is_what_the_sums_say(history: CommandHistory, lead_days: int, days: int) -> None:
    flow, at = ended(history)
    lead, window = timedelta(days=lead_days), timedelta(days=days)
    for seller_id in SCOPE.seller_ids:
        seller = flow.seller(seller_id)
        short = Counter[StockKey]()
        for stock in seller.stock():
            short[stock.key] -= stock.available
        for receipt in seller.receipts():
            if at <= receipt.expected_at <= at + lead:
                short[receipt.key] -= receipt.quantity
        ordered = Counter[StockKey]()
        for order in seller.orders():
            for line in order.lines:
                key = _key(order, line.sku)
                short[key] += line.short if order.status in OPEN else 0
                if at - window < order.placed_at <= at and order.status is not Status.CANCELLED:
                    ordered[key] += line.quantity
        for key, units in ordered.items():
            short[key] += ceil(Fraction(units * lead_days, days))
        found = seller.low_stock(lead=lead, window=window, at=at)
        assert {each.key: each.short for each in found} == {
            key: units for key, units in short.items() if units > 0
        }
        assert [each.short for each in found] == sorted(
            (each.short for each in found), reverse=True
        )
        assert all(at <= each.lasts_until <= at + lead for each in found)


def _key(order: Order, sku: str) -> StockKey:
    return StockKey(order.seller_id, order.warehouse_id, sku)


@SLOW
@given(histories(SCOPE), st.sampled_from(["SENT", "DESPATCHED"]))
def test_each_order_that_was_due_is_on_time_or_missed(history: CommandHistory, moment: str) -> None:
    flow, latest = ended(history)
    at = latest + timedelta(days=2)
    calendar = WarehouseCalendar(time_zone=UTC)
    for seller_id in SCOPE.seller_ids:
        seller = flow.seller(seller_id)
        begin, end = SCOPE.opens_at - timedelta(days=400), at
        levels = seller.service_levels(
            calendar, begin=begin, end=end, moment=moment, at=at, misses_max=1_000
        )
        assert levels.further_misses == 0
        for target in ServiceTarget:
            orders = sum(each.orders for each in levels.levels if each.target is target)
            on_time = sum(each.on_time for each in levels.levels if each.target is target)
            misses = [each for each in levels.misses if each.target is target]
            assert orders - on_time == len(misses)
        for miss in levels.misses:
            _check_delays(seller.order(miss.order_id), miss, at)


def _check_delays(order: Order, miss: Miss, at: datetime) -> None:
    """The delays follow one another from when the order was placed until it left."""
    until = at if miss.left_at is None else miss.left_at
    assert until > miss.due_at or miss.left_at is None
    delays = miss.delays
    if order.placed_at < until:
        assert delays[0].begin == order.placed_at
        assert _ends(delays[-1], until)
        assert (delays[-1].end is None) == (miss.left_at is None)
    for one, other in pairwise(delays):
        assert one.end == other.begin
        assert one.status is not other.status
    assert all(each.end is None or each.begin < each.end for each in delays)


def _ends(delay: Delay, until: datetime) -> bool:
    return delay.end in (None, until)
