"""What `preview` says would happen is what happens, and nothing happens by asking."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs
from hypothesis import given
from hypothesis import strategies as st

from orderflow import MemoryRepository, OrderFlow, Outcome
from orderflow.errors import NotFoundError, RefusedError
from orderflow.testing.strategies import CommandHistory, histories, policies
from tests.properties.runs import SCOPE, stored

if TYPE_CHECKING:
    from collections.abc import Callable

    from orderflow.commands import Command
    from orderflow.core import State


def answer(act: Callable[[Command], Outcome], command: Command) -> Outcome | str:
    try:
        return act(command)
    except (NotFoundError, RefusedError) as refusal:
        return f"{type(refusal).__name__}: {refusal}"


def everything(flow: OrderFlow, repository: MemoryRepository) -> tuple[object, ...]:
    sellers = repository.sellers()
    return (stored(repository), [flow.seller(seller_id).events() for seller_id in sellers], sellers)


@given(history=histories(SCOPE), repeat=st.integers(0, 5))
def test_a_command_comes_to_what_its_preview_said(history: CommandHistory, repeat: int) -> None:
    repository = MemoryRepository()
    flow = OrderFlow(repository, default_policy=history.policy)
    for number, command in enumerate(history.commands):
        named = attrs.evolve(command, command_id=f"C{number % 5}" if number == repeat else None)
        before = everything(flow, repository)
        previewed = answer(flow.seller(named.seller_id).preview, named)
        assert everything(flow, repository) == before
        assert answer(flow.handle, named) == previewed
        if named.command_id is not None:
            assert answer(flow.seller(named.seller_id).preview, named) == previewed


SAME_IN_PAGES = policies().filter(
    lambda policy: policy.passes_max is None and policy.fulfilment == "COMPLETE"
)


def held(state: State) -> tuple[object, ...]:
    """Return what a page more or less must not change."""
    return (
        {
            order_id: (order.status, *(line.allocated for line in order.lines))
            for order_id, order in state.orders.items()
        },
        state.records,
    )


@given(history=histories(SCOPE, policy=SAME_IN_PAGES), orders_max=st.integers(1, 2))
def test_a_preview_has_all_pages(history: CommandHistory, orders_max: int) -> None:
    repository = MemoryRepository()
    flow = OrderFlow(repository, default_policy=history.policy, orders_max=orders_max)
    for command in history.commands:
        seller_id = command.seller_id
        state = stored(repository)[seller_id]
        previewed = answer(flow.seller(seller_id).preview, command)
        done = answer(flow.handle, command)
        if isinstance(previewed, str):
            assert done == previewed
            continue
        assert previewed.unserved == ()
        assert held(state.after(previewed)) == held(stored(repository)[seller_id])
