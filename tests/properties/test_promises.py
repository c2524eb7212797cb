"""A new order gets what it was promised, and a receipt goes to the orders that were named."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import attrs
from hypothesis import given
from hypothesis import strategies as st

from orderflow import ExpectedReceipt
from orderflow.commands import AnnounceReceipt, BookInStock, PlaceOrder, WithdrawReceipt
from orderflow.core import (
    ReceiptChange,
    available_to_promise,
    decide,
    earliest_promise,
    expected_cover,
    receipt_allocation,
    what_if,
)
from orderflow.domain.allocation.expected_cover import last_expected_at
from orderflow.testing.strategies import CommandHistory, histories
from tests.properties.runs import SCOPE
from tests.properties.test_expected_cover import (
    ANNOUNCED,
    FAIR,
    PRODUCTS,
    STRICT,
    booked_in,
    carried_out,
    expecting,
    waiting,
)
from tests.unit.shop import key, order

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from orderflow import AllocationPolicy, Order
    from orderflow.core import State

    Announced = list[tuple[str, int, int]]

NEW = "new"
WANTED = st.lists(st.tuples(PRODUCTS, st.integers(1, 5)), min_size=1, max_size=3)
AT_ONCE = st.lists(st.tuples(PRODUCTS, st.integers(1, 5), st.just(0)), min_size=1, max_size=5)


def units_got(
    state: State, placed: Order, at: datetime, policy: AllocationPolicy, by: Callable[..., bool]
) -> int:
    """Place an order, book in the receipts expected by a moment, and return what it has."""
    state = carried_out(state, policy, PlaceOrder(order=placed, at=at))
    due = sorted(state.receipts.values(), key=lambda each: (each.expected_at, each.receipt_id))
    arrived = [each for each in due if each.expected_at >= at and by(each.expected_at)]
    state = booked_in(state, policy, arrived, at)
    parts = [each for each in state.orders.values() if each.order_id.split(".")[0] == NEW]
    return sum(part.allocated for part in parts)


@given(history=histories(SCOPE, policy=STRICT), announced=ANNOUNCED, days=st.integers(0, 9))
def test_a_new_order_gets_what_is_available_to_promise_and_no_more(
    history: CommandHistory, announced: Announced, days: int
) -> None:
    state, at = expecting(history, announced)
    policy, by = state.policy or history.policy, at + timedelta(days=days)
    for sku in SCOPE.skus:
        units = available_to_promise(key(sku, state.seller_id), by, state, at, policy)
        for wanted in (units, units + 1) if units else (1,):
            fields = {"seller_id": state.seller_id, "placed_at": at}
            placed = order(NEW, (sku, wanted), **fields)
            assert (units_got(state, placed, at, policy, by.__ge__) == wanted) == (wanted == units)


@given(
    history=histories(SCOPE, policy=STRICT),
    announced=ANNOUNCED,
    wanted=WANTED,
    priority=st.sampled_from([0, 1, 9]),
)
def test_a_basket_is_covered_exactly_when_it_was_promised(
    history: CommandHistory, announced: Announced, wanted: list[tuple[str, int]], priority: int
) -> None:
    state, at = expecting(history, announced)
    policy = state.policy or history.policy
    fields = {"seller_id": state.seller_id, "placed_at": at, "priority": priority}
    placed = order(NEW, *wanted, **fields)
    promise = earliest_promise(placed, state, at, policy)
    if promise is None:
        assert units_got(state, placed, at, policy, lambda _: True) < placed.units
        return
    by = promise.expected_at
    assert units_got(state, placed, at, policy, by.__ge__) == placed.units
    assert by == max((each.expected_at for each in promise.receipts), default=at)
    if promise.receipts:
        assert units_got(state, placed, at, policy, by.__gt__) < placed.units
        others = [each for each in promise.receipts if each.expected_at < at]
        assert others == []


@given(history=histories(SCOPE, policy=FAIR), announced=ANNOUNCED, wanted=WANTED)
def test_where_shares_are_fair_a_basket_is_covered_by_then_at_the_latest(
    history: CommandHistory, announced: Announced, wanted: list[tuple[str, int]]
) -> None:
    state, at = expecting(history, announced)
    policy = state.policy or history.policy
    placed = order(NEW, *wanted, seller_id=state.seller_id, placed_at=at)
    promise = earliest_promise(placed, state, at, policy)
    if promise is not None:
        by = promise.expected_at
        assert units_got(state, placed, at, policy, by.__ge__) == placed.units


@given(history=histories(SCOPE), announced=AT_ONCE)
def test_a_receipt_goes_to_those_who_get_it_when_it_is_booked_in(
    history: CommandHistory, announced: Announced
) -> None:
    state, at = expecting(history, announced)
    policy = state.policy or history.policy
    for receipt in [each for each in state.receipts.values() if each.expected_at == at]:
        said = receipt_allocation(receipt.receipt_id, state, at, policy)
        earlier = [
            each
            for each in state.expected(receipt.key.warehouse_id, receipt.key.sku)
            if each.expected_at == at and each.receipt_id < receipt.receipt_id
        ]
        before = booked_in(state, policy, earlier, at)
        booking = BookInStock(
            key=receipt.key, received=receipt.quantity, receipt_id=receipt.receipt_id, at=at
        )
        outcome = decide(booking, before, policy)
        after = before.after(outcome)
        product = (receipt.key.warehouse_id, receipt.key.sku)
        assert said.left == after.records[product].available
        stock = before.records.get(product)
        units = receipt.quantity + (stock.available if stock is not None else 0)
        assert sum(each.units for each in said.served) + said.left == units
        assert {each.order_id for each in said.completed} <= set(outcome.back_orders_completed)
        for each in said.served:
            assert each.units
            assert before.orders[each.order_id].short_of(receipt.key.sku) >= each.units
            assert after.orders[each.order_id].short == each.short


@given(history=histories(SCOPE), announced=ANNOUNCED, data=st.data())
def test_the_promises_that_move_are_those_that_differ_once_the_changes_are_announced(
    history: CommandHistory, announced: Announced, data: st.DataObject
) -> None:
    state, at = expecting(history, announced)
    policy = state.policy or history.policy
    changes: list[ReceiptChange | ExpectedReceipt] = []
    then = state
    for receipt in state.receipts.values():
        is_transfer = receipt.from_warehouse_id is not None  # only its date can change
        units = st.just(0) if is_transfer else st.integers(-receipt.quantity, 3)
        days, more = data.draw(st.tuples(st.integers(-3, 9), units))
        later = timedelta(days=days)
        changes.append(ReceiptChange(receipt.receipt_id, later=later, more=more))
        if receipt.quantity + more:
            changed = attrs.evolve(
                receipt, quantity=receipt.quantity + more, expected_at=receipt.expected_at + later
            )
            then = carried_out(then, policy, AnnounceReceipt(receipt=changed, at=at))
        else:
            name = receipt.receipt_id
            withdrawn = WithdrawReceipt(seller_id=state.seller_id, receipt_id=name, at=at)
            then = carried_out(then, policy, withdrawn)
    if data.draw(st.booleans()):
        added = ExpectedReceipt("added", key("MUG", state.seller_id), 3, at + timedelta(days=1))
        changes.append(added)
        then = carried_out(then, policy, AnnounceReceipt(receipt=added, at=at))
    moved = {
        each.order_id: (before, after)
        for each in waiting(state)
        for before in [last_expected_at(expected_cover(each, state, at, policy))]
        for after in [last_expected_at(expected_cover(each, then, at, policy))]
        if before != after
    }
    said = what_if(changes, state, at, policy)
    assert {each.order.order_id: (each.before, each.after) for each in said} == moved
