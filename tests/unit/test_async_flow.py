"""`AsyncOrderFlow`: everything that `OrderFlow` offers, to be awaited."""

from __future__ import annotations

import asyncio
import inspect
from typing import TYPE_CHECKING, Any

import pytest

from orderflow import (
    Action,
    AllocationPolicy,
    AsyncOrderFlow,
    BookInStock,
    ChangeQuantity,
    ExpectedReceipt,
    HoldReason,
    InvalidValueError,
    MemoryRepository,
    OrderFlow,
    OrderNotFoundError,
    Outcome,
    Queue,
    Replacement,
    ReplacementList,
    SplitRefusedError,
    Status,
)
from orderflow.adapters.threads import ThreadedRepository
from tests.unit.shop import ACME, NOON, Clock, key, later, order

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    Calls = list[Callable[[Any], Any]]

CALLS: Calls = [
    lambda flow: flow.book_in(key(), 3),
    lambda flow: flow.book_in(key("CUP"), 9),
    lambda flow: flow.place(order("A", ("MUG", 2)), command_id="first"),
    lambda flow: flow.place(order("A", ("MUG", 2)), command_id="first"),
    lambda flow: flow.place_many([order("B", ("MUG", 4), ("CUP", 1)), order("C")]),
    lambda flow: flow.announce(ExpectedReceipt("R", key(), 5, later(90))),
    lambda flow: flow.order(ACME, "B"),
    lambda flow: flow.orders(ACME, Status.ON_BACK_ORDER, sku="MUG", limit=1),
    lambda flow: flow.queue(key(), limit=1),
    lambda flow: flow.stock(ACME),
    lambda flow: flow.receipts(ACME),
    lambda flow: flow.events(ACME, "B"),
    lambda flow: flow.actions(ACME, "B"),
    lambda flow: flow.preview(BookInStock(key=key(), received=9, at=NOON)),
    lambda flow: flow.replacement_offers(ACME, "B"),
    lambda flow: flow.explain(ACME, "C", earlier_max=1),
    lambda flow: flow.hold(ACME, "A", HoldReason.OTHER, until=later(5)),
    lambda flow: flow.release_ended_holds(ACME),
    lambda flow: flow.release(ACME, "A"),
    lambda flow: flow.split(ACME, "B", "B-2"),
    lambda flow: flow.edit(ACME, "B", ChangeQuantity("1", 2)),
    lambda flow: flow.recover(),
    lambda flow: flow.change_policy(ACME, AllocationPolicy(queue=Queue.PROMISED_DATE)),
    lambda flow: flow.policy_of(ACME),
    lambda flow: flow.cancel(ACME, "B"),
    lambda flow: flow.handle(BookInStock(key=key(), received=1, at=NOON)),
]


async def answer(found: Any) -> Any:  # noqa: ANN401 - of whatever kind
    return await found if inspect.isawaitable(found) else found


def in_threads(**settings: Any) -> AsyncOrderFlow:  # noqa: ANN401 - as the flow takes them
    return AsyncOrderFlow(ThreadedRepository(MemoryRepository()), **settings)


def test_it_answers_as_the_flow_that_waits() -> None:
    settings: dict[str, Any] = {
        "default_policy": AllocationPolicy(queue=Queue.PRIORITY),
        "catalogue": ReplacementList([Replacement("CUP", "MUG")]),
        "clock": Clock(),
        "orders_max": 1,
    }
    waiting, flow = OrderFlow(MemoryRepository(), **settings), in_threads(**settings)

    async def compare() -> None:
        for call in CALLS:
            assert await answer(call(flow)) == call(waiting)

    asyncio.run(compare())


def methods(of: type) -> dict[str, Any]:
    return {name: found for name, found in inspect.getmembers(of, callable) if name[0] != "_"}


def test_every_method_of_the_flow_that_waits_is_there() -> None:
    waiting, awaited = methods(OrderFlow), methods(AsyncOrderFlow)
    assert awaited.keys() - waiting.keys() == {"run"}
    assert waiting.keys() - awaited.keys() == set()
    for name, method in waiting.items():
        ours, theirs = inspect.signature(awaited[name]), inspect.signature(method)
        assert list(ours.parameters.values()) == list(theirs.parameters.values()), name


def test_what_asks_the_repository_is_to_be_awaited() -> None:
    told = {name for name in methods(OrderFlow) if name in vars(OrderFlow)}
    awaited = methods(AsyncOrderFlow)
    assert told > {"handle", "order", "preview", "recover"}
    assert [name for name in told if not inspect.iscoroutinefunction(awaited[name])] == []


def test_a_command_is_something_that_a_task_can_be_made_of() -> None:
    async def at_once(flow: AsyncOrderFlow) -> list[Outcome]:
        placed: list[Coroutine[Any, Any, Outcome]] = [flow.place(order(each)) for each in "AB"]
        return await asyncio.gather(*map(asyncio.create_task, placed))

    outcomes = asyncio.run(at_once(in_threads()))
    assert [outcome.order.order_id for outcome in outcomes if outcome.order] == ["A", "B"]


def test_errors_come_to_whoever_awaits() -> None:
    flow = in_threads()
    with pytest.raises(OrderNotFoundError):
        asyncio.run(flow.order(ACME, "nothing"))
    asyncio.run(flow.place(order("A"), at=NOON))
    with pytest.raises(SplitRefusedError):
        asyncio.run(flow.split(ACME, "A", "A-2", at=NOON))


def test_a_setting_that_does_not_hold_is_refused_at_once() -> None:
    with pytest.raises(InvalidValueError, match="orders_max"):
        in_threads(orders_max=0)


@pytest.mark.parametrize("kind", [OrderFlow, AsyncOrderFlow])
def test_a_flow_goes_on_to_another_repository_with_its_settings(kind: type[Any]) -> None:
    class Here(MemoryRepository):
        async def run(self, task: Callable[[MemoryRepository], object]) -> object:
            return task(self)

    clock = Clock()
    first = kind(Here(), default_policy=AllocationPolicy(queue=Queue.PRIORITY), clock=clock)
    second = first.on(Here())
    for flow in (second, second, first):
        asyncio.run(answer(flow.book_in(key(), 1)))
    on_hand = [asyncio.run(answer(flow.stock(ACME)))[0].on_hand for flow in (first, second)]
    assert on_hand == [1, 2]
    assert second.default_policy == first.default_policy
    assert second.catalogue is first.catalogue
    assert type(second) is kind


def test_a_task_may_be_several_commands() -> None:
    flow = in_threads(clock=Clock())

    def deliver(waiting: OrderFlow) -> tuple[Action, ...]:
        waiting.book_in(key(), 3)
        waiting.place(order("A"))
        return tuple(each.action for each in waiting.actions(ACME, "A") if each.allowed)

    assert Action.SEND_TO_WAREHOUSE in asyncio.run(flow.run(deliver))
