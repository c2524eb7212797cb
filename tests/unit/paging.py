"""Commands on plain states, in pages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from orderflow import StockKey
from orderflow.commands import ServeWaiting
from orderflow.core import decide
from orderflow.errors import PagesFirstError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from orderflow import AllocationPolicy, Outcome
    from orderflow.commands import Command
    from orderflow.core import State

ROUNDS_MAX = 1_000


def pages(
    command: Command, state: State, policy: AllocationPolicy, orders_max: int | None
) -> tuple[State, list[Outcome]]:
    """Carry a command out, with the pages that come before and after it."""
    outcomes = []
    for outcome, after in each_page(command, state, policy, orders_max):
        outcomes.append(outcome)
        state = after
    return state, outcomes


def each_page(
    command: Command, state: State, policy: AllocationPolicy, orders_max: int | None
) -> Iterator[tuple[Outcome, State]]:
    """Carry a command out page by page, and yield each outcome with the state after it.

    If it is refused, earlier pages may have come before.
    """
    following: list[Command] = [command]
    for _ in range(ROUNDS_MAX):
        try:
            outcome = decide(following[-1], state, policy, orders_max=orders_max)
        except PagesFirstError as first:
            following.append(_going_on(state, first.products, command))
            continue
        state = state.after(outcome)
        yield outcome, state
        following.pop()
        if outcome.unserved:
            following.append(_going_on(state, outcome.unserved, command))
        if not following:
            return
    raise AssertionError("it does not end")


def _going_on(state: State, products: Iterable[tuple[str, str]], command: Command) -> ServeWaiting:
    keys = tuple(StockKey(state.seller_id, *each) for each in products)
    return ServeWaiting(keys=keys, at=command.at)
