"""One command on an order of three lines: `decide`, then `evolve` by its events.

A figure is the median of the calls of a batch, each timed by itself; reading the clock is in it
and takes some 50 ns. Each call starts from a new `State`, so that no index of one call serves the
next. The commands are made beforehand, as they come from outside.

Yardsticks: `counting` looks at the lines of the orders in the state, `by_hand` builds the events,
orders and stock records of the outcome, builds the orders and stock records once more for the state
that the fold gives, and decides nothing. `at_once` is `decide`, then
`State.after` in place of the fold: what a host does that keeps the outcome.
"""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from statistics import median
from time import perf_counter
from typing import TYPE_CHECKING

import attrs

from benchmarks.case import ORDERFLOW, Case, Side
from benchmarks.yardsticks import count, rebuilding, refolding
from orderflow import Order, OrderLine, Stock, StockKey
from orderflow.commands import (
    BookInStock,
    CancelOrder,
    EditOrder,
    PlaceOrder,
    SendOrderToWarehouse,
    SplitOrder,
)
from orderflow.core import State, decide, evolve
from orderflow.edits import ReplaceLine

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from orderflow import Outcome
    from orderflow.commands import Command

__all__ = ["SCENES", "carry_out", "cases", "sides"]

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
CALLS = 1_000
PLENTY = 1_000
MUG, PLATE, BOWL, CUP = (StockKey("acme", "leeds", sku) for sku in ("MUG", "PLATE", "BOWL", "CUP"))


def cases(*, quick: bool) -> Iterable[Case]:
    """Return a case for each command."""
    for name, scene in SCENES.items():
        prepare = partial(sides, scene, 100 if quick else CALLS)
        yield Case(name=f"command/{name}", per="command", prepare=prepare, rounds=15)


def carry_out(state: State, command: Command) -> tuple[Outcome, State]:
    """Decide, and fold the events into the state: what is measured."""
    outcome = decide(command, state)
    return outcome, evolve(state, *outcome.events)


def sides(scene: Callable[[], tuple[State, Command]], calls: int) -> dict[str, Side]:
    """Return the library and its yardsticks on the command of a scene."""
    state, command = scene()
    outcome, after = carry_out(state, command)
    rebuild, refold = rebuilding(outcome), refolding(outcome, after)

    def by_hand(_: State) -> object:
        return rebuild(), refold()

    def at_once(now: State) -> object:
        return now.after(decide(command, now))

    def counting(now: State) -> object:
        return count(now.orders.values(), now.records.values())

    sides: dict[str, Callable[[State], object]] = {
        ORDERFLOW: partial(carry_out, command=command),
        "by_hand": by_hand,
        "at_once": at_once,
        "counting": counting,
    }
    return {name: partial(_seconds_per_call, side, state, calls) for name, side in sides.items()}


def _seconds_per_call(call: Callable[[State], object], state: State, calls: int) -> float:
    seconds = []
    for _ in range(calls):
        fresh = attrs.evolve(state)
        begun = perf_counter()
        call(fresh)
        seconds.append(perf_counter() - begun)
    return median(seconds)


def _order() -> Order:
    lines = (OrderLine("1", "MUG", 2), OrderLine("2", "PLATE", 3), OrderLine("3", "BOWL", 1))
    return Order(
        order_id="1001", seller_id="acme", warehouse_id="leeds", lines=lines, placed_at=NOON
    )


def _state(*, bowls: int) -> State:
    stock = [Stock(MUG, PLENTY), Stock(PLATE, PLENTY), Stock(BOWL, bowls), Stock(CUP, PLENTY)]
    return State.of("acme", stock=stock)


def _placed(*, bowls: int) -> State:
    return carry_out(_state(bowls=bowls), PlaceOrder(order=_order(), at=NOON))[1]


def _place() -> tuple[State, Command]:
    return _state(bowls=PLENTY), PlaceOrder(order=_order(), at=NOON)


def _cancel() -> tuple[State, Command]:
    return _placed(bowls=PLENTY), CancelOrder(seller_id="acme", order_id="1001", at=NOON)


def _send() -> tuple[State, Command]:
    return _placed(bowls=PLENTY), SendOrderToWarehouse(seller_id="acme", order_id="1001", at=NOON)


def _book_in() -> tuple[State, Command]:
    return _placed(bowls=0), BookInStock(key=BOWL, received=100, at=NOON)


def _edit() -> tuple[State, Command]:
    changes = (ReplaceLine("3", "CUP"),)
    return _placed(bowls=0), EditOrder(seller_id="acme", order_id="1001", edits=changes, at=NOON)


def _split() -> tuple[State, Command]:
    return _placed(bowls=0), SplitOrder(
        seller_id="acme", order_id="1001", new_order_id="1002", at=NOON
    )


SCENES = {
    "place": _place,
    "cancel": _cancel,
    "send": _send,
    "book-in": _book_in,
    "edit": _edit,
    "split": _split,
}
"""A state and a command each. `place` is covered at once, `book-in` and `edit` complete an order
that was short, `cancel` gives back three lines that nobody waits for."""
