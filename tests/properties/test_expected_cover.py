"""What an explanation says would cover a line covers it, and nothing less does."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from orderflow import ExpectedReceipt, PartialAllocation, Rationing, StockKey
from orderflow.commands import AnnounceReceipt, BookInStock, PlaceOrder
from orderflow.core import State, decide, expected_cover, explain
from orderflow.domain.allocation.expected_cover import ExpectedCovers
from orderflow.domain.model.commands import RunDue
from orderflow.testing.strategies import CommandHistory, histories, policies
from tests.properties.runs import SCOPE, Run
from tests.unit.shop import ACME, LEEDS, NOON, key, later, order

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime
    from random import Random

    from orderflow import AllocationPolicy, ExpectedCover, Order
    from orderflow.commands import Command

KEEPING = policies().filter(lambda policy: policy.partial_allocation is PartialAllocation.ALWAYS)
STRICT = KEEPING.filter(lambda policy: policy.rationing is Rationing.STRICT)
FAIR = KEEPING.filter(lambda policy: policy.rationing is Rationing.FAIR_SHARE)
PRODUCTS = st.sampled_from(SCOPE.skus)
ANNOUNCED = st.lists(st.tuples(PRODUCTS, st.integers(1, 5), st.integers(0, 9)), max_size=8)


def carried_out(state: State, policy: AllocationPolicy, *commands: Command) -> State:
    for command in commands:
        state = state.after(decide(command, state, policy))
    return state


def expecting(
    history: CommandHistory, announced: Iterable[tuple[str, int, int]]
) -> tuple[State, datetime]:
    """Return what a history leaves of the seller who was heard last, with receipts to come."""
    step = Run(history).steps[-1]
    seller_id, at = step.seller_id, step.command.at
    receipts = [
        ExpectedReceipt(
            f"X{number}",
            StockKey(seller_id, SCOPE.warehouse_ids[0], sku),
            units,
            at + timedelta(days=day),
        )
        for number, (sku, units, day) in enumerate(announced)
    ]
    commands: list[Command] = [RunDue(seller_id=seller_id, at=at)]
    commands += [AnnounceReceipt(receipt=receipt, at=at) for receipt in receipts]
    return carried_out(step.after[seller_id], history.policy, *commands), at


def booked_in(
    state: State, policy: AllocationPolicy, receipts: Iterable[ExpectedReceipt], at: datetime
) -> State:
    commands = [
        BookInStock(
            key=receipt.key, received=receipt.quantity, receipt_id=receipt.receipt_id, at=at
        )
        for receipt in receipts
    ]
    return carried_out(state, policy, *commands)


def as_they_count(state: State, warehouse_id: str, sku: str, at: datetime) -> list[ExpectedReceipt]:
    """Return the receipts of a product as they are counted: those that are overdue come last."""
    return sorted(state.expected(warehouse_id, sku), key=lambda each: each.expected_at < at)


def short(state: State, before: Order, cover: ExpectedCover) -> int:
    """Return what is left of a shortage; a line that has left in a parcel of its own has none."""
    now = state.orders[before.order_id]
    return sum(line.short for line in now.lines if line.line_id == cover.line_id)


def waiting(state: State) -> list[Order]:
    return [each for each in state.orders.values() if each.status == "ON_BACK_ORDER"]


@given(history=histories(SCOPE, policy=STRICT), announced=ANNOUNCED)
def test_the_receipts_that_are_named_cover_the_line_and_without_the_last_it_is_short(
    history: CommandHistory, announced: list[tuple[str, int, int]]
) -> None:
    state, at = expecting(history, announced)
    policy = state.policy or history.policy
    for waits in waiting(state):
        for cover in expected_cover(waits, state, at, policy):
            assert not cover.is_there
            all_there_are = as_they_count(state, waits.warehouse_id, cover.sku, at)
            come = list(cover.receipts) or all_there_are
            assert all_there_are[: len(come)] == come
            assert short(booked_in(state, policy, come[:-1], at), waits, cover) > 0
            covered = short(booked_in(state, policy, come, at), waits, cover) == 0
            assert covered == bool(cover.receipts)


@given(
    wanted=st.lists(st.tuples(st.integers(1, 4), st.integers(0, 2)), min_size=1, max_size=6),
    units=st.integers(0, 3),
    coming=st.lists(st.integers(1, 6), max_size=6),
    at=st.integers(0, 7).map(later),
    policy=STRICT,
)
def test_everyone_in_a_long_queue_is_covered_when_it_was_said(
    wanted: list[tuple[int, int]],
    units: int,
    coming: list[int],
    at: datetime,
    policy: AllocationPolicy,
) -> None:
    commands: list[Command] = [BookInStock(key=key(), received=units, at=NOON)] if units else []
    for number, (quantity, priority) in enumerate(wanted):
        placed = order(str(number), ("MUG", quantity), priority=priority)
        commands.append(PlaceOrder(order=placed, at=NOON))
    for number, quantity in enumerate(coming):
        receipt = ExpectedReceipt(f"X{number}", key(), quantity, later(number))
        commands.append(AnnounceReceipt(receipt=receipt, at=NOON))
    state = carried_out(State(ACME), policy, *commands)
    for waits in waiting(state):
        (cover,) = expected_cover(waits, state, at, policy)
        come = list(cover.receipts) or as_they_count(state, LEEDS, "MUG", at)
        before = booked_in(state, policy, come[:-1], NOON)
        assert short(before, waits, cover) > 0
        after = booked_in(before, policy, come[-1:], NOON)
        assert (short(after, waits, cover) == 0) == bool(cover.receipts)


@given(history=histories(SCOPE), announced=ANNOUNCED, days=st.integers(0, 12))
def test_no_line_is_expected_before_the_moment_or_by_a_receipt_that_is_overdue(
    history: CommandHistory, announced: list[tuple[str, int, int]], days: int
) -> None:
    state, now = expecting(history, announced)
    at = now + timedelta(days=days)
    for waits in waiting(state):
        for cover in expected_cover(waits, state, at, state.policy or history.policy):
            overdue = [each.expected_at for each in cover.receipts if each.expected_at < at]
            assert cover.overdue_since == min(overdue, default=None)
            assert (cover.expected_at is not None) == (bool(cover.receipts) and not overdue)
            assert cover.expected_at is None or cover.expected_at >= at


@settings(suppress_health_check=[HealthCheck.filter_too_much])
@given(history=histories(SCOPE, policy=FAIR), announced=ANNOUNCED)
def test_where_shares_are_fair_the_line_is_covered_by_then_at_the_latest(
    history: CommandHistory, announced: list[tuple[str, int, int]]
) -> None:
    state, at = expecting(history, announced)
    policy = state.policy or history.policy
    for waits in waiting(state):
        for cover in expected_cover(waits, state, at, policy):
            assert not cover.is_there
            if cover.receipts:
                assert short(booked_in(state, policy, cover.receipts, at), waits, cover) == 0


@given(history=histories(SCOPE), announced=ANNOUNCED)
def test_an_explanation_names_the_receipts_that_the_forecast_does(
    history: CommandHistory, announced: list[tuple[str, int, int]]
) -> None:
    state, at = expecting(history, announced)
    for each in state.orders.values():
        explanation = explain(each.order_id, state, at, history.policy)
        assert explanation.order == each
        covers = tuple(shortage.cover for shortage in explanation.shortages)
        assert covers == expected_cover(each, state, at, history.policy)


@given(history=histories(SCOPE), announced=ANNOUNCED, draw=st.randoms(use_true_random=False))
def test_dates_of_many_orders_are_those_of_each_in_any_order(
    history: CommandHistory, announced: list[tuple[str, int, int]], draw: Random
) -> None:
    state, at = expecting(history, announced)
    policy = state.policy or history.policy
    orders = list(state.orders.values())
    draw.shuffle(orders)
    covers = ExpectedCovers(at, policy)
    for each in orders:
        assert covers.of(each, state) == expected_cover(each, state, at, policy)


@given(history=histories(SCOPE))
def test_who_comes_first_is_who_stands_before_it_in_the_queue(history: CommandHistory) -> None:
    state, at = expecting(history, ())
    policy = state.policy or history.policy
    for waits in waiting(state):
        for shortage in explain(waits.order_id, state, at, policy, earlier_max=9).shortages:
            queue = list(state.waiting(waits.warehouse_id, shortage.line.sku, policy))
            others = [other.order_id for other in queue if other is not waits]
            if policy.rationing is Rationing.STRICT and waits in queue:
                others = others[: queue.index(waits)]
                assert shortage.position == len(others) + 1
            if policy.rationing is Rationing.FAIR_SHARE or waits in queue:
                assert [claim.order_id for claim in shortage.earlier] == others
