"""Small backlogs, and the best plan for them by trying all."""

from __future__ import annotations

from datetime import timedelta
from itertools import combinations

import attrs
from hypothesis import strategies as st

from orderflow import BackOrderWait, Order, OrderLine, Status, Stock
from orderflow.core import State
from orderflow.planning import Protection
from tests.unit.shop import ACME, LEEDS, NOON, key

SKUS = ("CUP", "MUG", "PAN")
AT = NOON + timedelta(days=9)


def backlog(
    *orders: tuple[str, dict[str, tuple[int, int]]], available: dict[str, int] | None = None
) -> State:
    """Return a state with orders, each with the units that it has and needs of each product.

    The first order was placed first. All of them were imported at the end.
    """
    found = [_order(number, *each) for number, each in enumerate(orders)]
    allocated = {sku: sum(each.allocated_of(sku) for each in found) for sku in SKUS}
    free = available or {}
    stock = [
        Stock(key(sku), units + free.get(sku, 0), units) for sku, units in sorted(allocated.items())
    ]
    return State.of(ACME, found, stock)


def _order(number: int, order_id: str, lines: dict[str, tuple[int, int]]) -> Order:
    placed_at = NOON + timedelta(hours=number)
    of_lines = tuple(
        OrderLine(str(at), sku, quantity, allocated)
        for at, (sku, (allocated, quantity)) in enumerate(lines.items(), 1)
    )
    is_short = any(line.short for line in of_lines)
    return Order(
        order_id=order_id,
        seller_id=ACME,
        warehouse_id=LEEDS,
        lines=of_lines,
        placed_at=placed_at,
        status=Status.ON_BACK_ORDER if is_short else Status.ALLOCATED,
        wait=BackOrderWait(AT) if is_short else None,
        version=1,
    )


@st.composite
def backlogs(draw: st.DrawFn, orders_max: int = 7) -> State:
    """Draw a small backlog, in which orders have parts of what they need, and nothing is idle."""
    orders = []
    for number in range(draw(st.integers(1, orders_max))):
        skus = draw(st.lists(st.sampled_from(SKUS), min_size=1, max_size=3, unique=True))
        lines = {}
        for sku in skus:
            quantity = draw(st.integers(1, 5))
            lines[sku] = (draw(st.integers(0, quantity)), quantity)
        orders.append((f"A-{number}", lines))
    state = backlog(*orders)
    sets = draw(st.lists(st.sampled_from(orders), max_size=2, unique_by=lambda each: each[0]))
    return in_sets(state, [order_id for order_id, _ in sets])


def in_sets(state: State, order_ids: list[str]) -> State:
    """Return the state with all lines of some orders in one set each."""
    orders = [
        attrs.evolve(order, lines=tuple(attrs.evolve(line, set_id="S") for line in order.lines))
        if order.order_id in order_ids
        else order
        for order in state.orders.values()
    ]
    return State.of(ACME, orders, state.records.values())


PROTECTIONS = st.builds(
    Protection,
    complete=st.booleans(),
    waiting_longer_than=st.sampled_from((None, AT - NOON - timedelta(hours=2))),
    passed_over_max=st.sampled_from((None, None, 0, 1, 2)),
    whole_lines=st.booleans(),
    sets=st.sampled_from((False, False, True)),
)


def best_gain(state: State, protection: Protection) -> int:
    """Return how many more orders can be complete at the same time, by trying all.

    Only what the protection says of who may lose counts.
    """
    considered = [
        order for order in state.orders.values() if order.short or not protection.complete
    ]
    everyone = range(len(considered))
    return next(
        count - sum(not order.short for order in considered)
        for count in range(len(considered), -1, -1)
        if any(
            _fits(state, considered, chosen, protection) for chosen in combinations(everyone, count)
        )
    )


def _fits(
    state: State, orders: list[Order], chosen: tuple[int, ...], protection: Protection
) -> bool:
    completed = [orders[number] for number in chosen]
    others = [order for number, order in enumerate(orders) if number not in chosen]
    for stock in state.stock(LEEDS, SKUS):
        sku = stock.key.sku
        needed = sum(order.short_of(sku) for order in completed)
        given = sum(order.allocated_of(sku) for order in others if loses(order, protection))
        if needed > stock.available + given:
            return False
    return True


def loses(order: Order, protection: Protection) -> bool:
    """Whether an order may lose units."""
    longest = protection.waiting_longer_than
    return (not protection.complete or order.short > 0) and not (
        longest is not None and AT - order.placed_at > longest
    )
