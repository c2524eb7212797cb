"""What is promised over several warehouses is covered by then, and no larger order is."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from orderflow import (
    AllocationPolicy,
    ExpectedReceipt,
)
from orderflow.commands import AnnounceReceipt, BookInStock, CountStock, PlaceOrder
from orderflow.core import State, available_to_promise_over, decide, earliest_promise, source
from orderflow.sourcing import Division, SourcingPolicy, SourcingPreference
from tests.unit.shop import ACME, NOON, key, order

if TYPE_CHECKING:
    from orderflow import Order
    from orderflow.commands import Command

WAREHOUSES = ("A", "B", "C")
WITHOUT_COSTS = (
    SourcingPreference.RANKED,
    SourcingPreference.MOST_AVAILABLE,
    SourcingPreference.FEWEST_PARCELS,
)
POLICY = AllocationPolicy()
LARGEST = 14

units = st.integers(0, 3)
receipts = st.lists(st.tuples(st.integers(1, 3), st.integers(-1, 3)), max_size=2)
shops = st.fixed_dictionaries(dict.fromkeys(WAREHOUSES, st.tuples(units, units, receipts)))
"""For each warehouse: the stock, what an earlier order wants, and receipts with their days."""

sourcings = st.builds(
    SourcingPolicy,
    warehouses=st.permutations(WAREHOUSES).map(tuple),
    preference=st.sampled_from(
        [each for each in SourcingPreference if each is not SourcingPreference.CHEAPEST]
    ),
    division=st.sampled_from(Division),
    waits_at=st.sampled_from([None, *WAREHOUSES]),
)


def carried_out(state: State, *commands: Command) -> State:
    for command in commands:
        state = state.after(decide(command, state, POLICY))
    return state


def opened(shop: dict[str, tuple[int, int, list[tuple[int, int]]]]) -> State:
    """Return a shop with stock, an earlier order and receipts in each warehouse."""
    state = State(ACME)
    for warehouse_id, (on_hand, wanted, receipts) in shop.items():
        there = key(warehouse_id=warehouse_id)
        state = carried_out(state, CountStock(key=there, counted=on_hand, at=NOON))
        if wanted:
            earlier = order(f"of {warehouse_id}", ("MUG", wanted), warehouse_id=warehouse_id)
            state = carried_out(state, PlaceOrder(order=earlier, at=NOON))
        for number, (quantity, days) in enumerate(receipts):
            expected_at = NOON + timedelta(days=days)
            receipt = ExpectedReceipt(f"{warehouse_id}{number}", there, quantity, expected_at)
            state = carried_out(state, AnnounceReceipt(receipt=receipt, at=NOON))
    return state


def new_order(wanted: int) -> Order:
    return order("new", ("MUG", wanted), warehouse_id="", placed_at=NOON + timedelta(hours=1))


def is_covered(state: State, new: Order, over: SourcingPolicy, days: int) -> bool:
    """Place an order, book in what is expected by a day, and say whether it has all units."""
    at, by = new.placed_at, NOON + timedelta(days=days)
    state = carried_out(state, PlaceOrder(order=new, sourcing=over, at=at))
    for receipt in sorted(state.receipts.values(), key=lambda each: each.expected_at):
        if at <= receipt.expected_at <= by:
            booking = BookInStock(
                key=receipt.key,
                received=receipt.quantity,
                receipt_id=receipt.receipt_id,
                at=receipt.expected_at,
            )
            state = carried_out(state, booking)
    parts = [each for each in state.orders.values() if each.order_id.startswith("new")]
    return sum(each.allocated for each in parts) == new.units


@given(shop=shops, over=sourcings, days=st.integers(1, 4))
def test_the_largest_order_that_is_covered_by_then_is_available_to_promise(
    shop: dict[str, tuple[int, int, list[tuple[int, int]]]], over: SourcingPolicy, days: int
) -> None:
    state = opened(shop)
    at, by = new_order(1).placed_at, NOON + timedelta(days=days)
    covered = [n for n in range(1, LARGEST) if is_covered(state, new_order(n), over, days)]
    promised = available_to_promise_over("MUG", by, state, at, POLICY, sourcing=over)
    assert promised == max(covered, default=0)


@given(shop=shops, over=sourcings, wanted=st.integers(1, LARGEST))
def test_an_order_over_several_warehouses_is_covered_when_it_was_promised(
    shop: dict[str, tuple[int, int, list[tuple[int, int]]]], over: SourcingPolicy, wanted: int
) -> None:
    state, new = opened(shop), new_order(wanted)
    promise = earliest_promise(new, state, new.placed_at, POLICY, sourcing=over)
    covered = [days for days in range(1, 5) if is_covered(state, new, over, days)]
    if promise is None:
        assert covered == []
    elif promise.receipts:
        assert promise.expected_at == NOON + timedelta(days=covered[0])
    else:
        assert covered[0] == 1
        assert promise.expected_at == new.placed_at


@given(shop=shops, over=sourcings, wanted=st.integers(1, LARGEST))
def test_an_order_is_placed_as_it_was_planned(
    shop: dict[str, tuple[int, int, list[tuple[int, int]]]], over: SourcingPolicy, wanted: int
) -> None:
    state, new = opened(shop), new_order(wanted)
    plan = source(new, state, new.placed_at, POLICY, sourcing=over)
    outcome = decide(PlaceOrder(order=new, sourcing=over, at=new.placed_at), state, POLICY)
    assert [
        (part.warehouse_id, dict(part.units)["1"], dict(part.waiting).get("1", 0))
        for part in plan.parts
    ] == [(each.warehouse_id, each.units, each.short) for each in outcome.orders]
