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
    Seller,
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
MUGS = StockKey("acme", "leeds", "MUG")
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
    outcome = ACME.place(ORDER, at=NOON)
    assert_type(outcome, Outcome)
    assert_type(outcome.order, Order | None)
    assert_type(outcome.other_orders, tuple[Order, ...])
    assert_type(outcome.stock, tuple[Stock, ...])
    assert_type(outcome.events, tuple[Event, ...])
    assert_type(outcome.back_orders_completed, tuple[str, ...])
    assert_type(ACME.cancel("A-1", at=NOON, command_id="c", expected_version=3), Outcome)
    assert_type(ACME.book_in(MUGS, 4), Outcome)
    assert_type(FLOW.handle(PlaceOrder(order=ORDER, at=NOON)), Outcome)


def reads_are_typed() -> None:
    assert_type(ACME, Seller)
    assert_type(ACME.order("A-1"), Order)
    assert_type(ACME.orders(Status.ON_BACK_ORDER), Sequence[Order])
    assert_type(ACME.stock(), Sequence[Stock])
    assert_type(ACME.queue(MUGS), Sequence[Order])
    assert_type(ACME.explain("A-1"), Explanation)
    assert_type(FLOW.sellers(), Sequence[str])


def wrong_uses() -> None:
    ACME.cancel("acme", "A-1")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    ACME.cancel("A-1", version=3)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    ACME.cancel("A-1", at="noon")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    ACME.book_in("MUG", 4)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def the_pure_core_is_typed() -> None:
    state = State("acme")
    outcome = decide(PlaceOrder(order=ORDER, at=NOON), state)
    assert_type(outcome, Outcome)
    assert_type(evolve(state, outcome.events[0]), State)
    assert_type(allocate([ORDER], [], AllocationPolicy(), at=NOON), Outcome)
