"""What a host's type checker knows of orders, outcomes and reads. It is checked, never run."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import assert_type

from orderflow import (
    AllocationPolicy,
    Explanation,
    MemoryRepository,
    Order,
    OrderFlow,
    OrderLine,
    Outcome,
    Status,
    Stock,
    StockKey,
)
from orderflow.commands import PlaceOrder
from orderflow.core import State, allocate, decide, evolve
from orderflow.events import Event

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
FLOW = OrderFlow(MemoryRepository())
ACME = FLOW.seller("acme")
ORDER = Order(
    order_id="A-1",
    seller_id="acme",
    warehouse_id="leeds",
    lines=(OrderLine("1", "MUG", 2),),
    placed_at=NOON,
)


def an_order_has_typed_fields() -> None:
    assert_type(ORDER.lines, tuple[OrderLine, ...])
    assert_type(ORDER.status, Status)
    assert_type(ORDER.placed_at, datetime)
    assert_type(ORDER.promised_by, datetime | None)
    assert_type(ORDER.short, int)
    assert_type(ORDER.line("1").sku, str)


def a_command_returns_an_outcome() -> None:
    outcome = FLOW.handle(PlaceOrder(order=ORDER, at=NOON))
    assert_type(outcome, Outcome)
    assert_type(outcome.order, Order | None)
    assert_type(outcome.other_orders, tuple[Order, ...])
    assert_type(outcome.stock, tuple[Stock, ...])
    assert_type(outcome.events, tuple[Event, ...])
    assert_type(outcome.back_orders_completed, tuple[str, ...])


def reads_are_typed() -> None:
    assert_type(ACME.order("A-1"), Order)
    assert_type(ACME.orders(Status.ON_BACK_ORDER), Sequence[Order])
    assert_type(ACME.stock(), Sequence[Stock])
    assert_type(ACME.queue(StockKey("acme", "leeds", "MUG")), Sequence[Order])
    assert_type(ACME.explain("A-1"), Explanation)


def the_pure_core_is_typed() -> None:
    state = State("acme")
    outcome = decide(PlaceOrder(order=ORDER, at=NOON), state)
    assert_type(outcome, Outcome)
    assert_type(evolve(state, outcome.events[0]), State)
    assert_type(allocate([ORDER], [], AllocationPolicy(), at=NOON), Outcome)
