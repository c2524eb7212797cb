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
    AsyncSeller,
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
    Seller,
    SplitRefusedError,
    Status,
)
from orderflow.adapters.threads import ThreadedRepository
from orderflow.commands import BookInStock
from orderflow.edits import ChangeQuantity
from tests.unit.shop import ACME, NOON, Clock, key, later, order

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    Calls = list[Callable[[Any], Any]]

CALLS: Calls = [
    lambda flow: flow.seller(ACME).book_in(key(), 3),
    lambda flow: flow.seller(ACME).book_in(key("CUP"), 9),
    lambda flow: flow.seller(ACME).place(order("A", ("MUG", 2)), command_id="first"),
    lambda flow: flow.seller(ACME).place(order("A", ("MUG", 2)), command_id="first"),
    lambda flow: flow.seller(ACME).place_many([order("B", ("MUG", 4), ("CUP", 1)), order("C")]),
    lambda flow: flow.seller(ACME).announce(ExpectedReceipt("R", key(), 5, later(90))),
    lambda flow: flow.seller(ACME).order("B"),
    lambda flow: flow.seller(ACME).orders(Status.ON_BACK_ORDER, sku="MUG", limit=1),
    lambda flow: flow.seller(ACME).queue(key(), limit=1),
    lambda flow: flow.seller(ACME).stock(),
    lambda flow: flow.seller(ACME).receipts(),
    lambda flow: flow.seller(ACME).events("B"),
    lambda flow: flow.seller(ACME).actions("B"),
    lambda flow: flow.seller(ACME).preview(BookInStock(key=key(), received=9, at=NOON)),
    lambda flow: flow.seller(ACME).replacement_offers("B"),
    lambda flow: flow.seller(ACME).explain("C", earlier_max=1),
    lambda flow: flow.seller(ACME).hold("A", HoldReason.OTHER, until=later(5)),
    lambda flow: flow.seller(ACME).run_due(),
    lambda flow: flow.seller(ACME).release_hold("A"),
    lambda flow: flow.seller(ACME).split("B", "B-2"),
    lambda flow: flow.seller(ACME).edit("B", ChangeQuantity("1", 2)),
    lambda flow: flow.recover(),
    lambda flow: flow.seller(ACME).change_policy(AllocationPolicy(queue=Queue.PROMISED_DATE)),
    lambda flow: flow.seller(ACME).policy(),
    lambda flow: flow.seller(ACME).cancel("B"),
    lambda flow: flow.seller(ACME).cancel_all_parts("B-2", command_id="both"),
    lambda flow: flow.seller(ACME).cancel_all_parts("B-2", command_id="both"),
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


@pytest.mark.parametrize(
    ("kind", "async_kind"), [(OrderFlow, AsyncOrderFlow), (Seller, AsyncSeller)]
)
def test_every_method_of_the_one_that_waits_is_there(kind: type, async_kind: type) -> None:
    waiting, awaited = methods(kind), methods(async_kind)
    assert awaited.keys() - waiting.keys() == {"run"}
    assert waiting.keys() - awaited.keys() == set()
    for name, method in waiting.items():
        ours, theirs = inspect.signature(awaited[name]), inspect.signature(method)
        assert list(ours.parameters.values()) == list(theirs.parameters.values()), name


def test_what_asks_the_repository_is_to_be_awaited() -> None:
    asking = {"handle", "recover", "sellers", *methods(Seller)}
    awaited = methods(AsyncOrderFlow) | methods(AsyncSeller)
    assert [name for name in asking if not inspect.iscoroutinefunction(awaited[name])] == []


def test_a_command_is_something_that_a_task_can_be_made_of() -> None:
    async def at_once(flow: AsyncOrderFlow) -> list[Outcome]:
        placed: list[Coroutine[Any, Any, Outcome]] = [
            flow.seller(ACME).place(order(each)) for each in "AB"
        ]
        return await asyncio.gather(*map(asyncio.create_task, placed))

    outcomes = asyncio.run(at_once(in_threads()))
    assert [outcome.order.order_id for outcome in outcomes if outcome.order] == ["A", "B"]


def test_errors_come_to_whoever_awaits() -> None:
    acme = in_threads().seller(ACME)
    with pytest.raises(OrderNotFoundError):
        asyncio.run(acme.order("nothing"))
    asyncio.run(acme.place(order("A"), at=NOON))
    with pytest.raises(SplitRefusedError):
        asyncio.run(acme.split("A", "A-2", at=NOON))


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
        asyncio.run(answer(flow.seller(ACME).book_in(key(), 1)))
    on_hand = [
        asyncio.run(answer(flow.seller(ACME).stock()))[0].on_hand for flow in (first, second)
    ]
    assert on_hand == [1, 2]
    assert second.default_policy == first.default_policy
    assert second.catalogue is first.catalogue
    assert type(second) is kind


def test_a_task_may_be_several_commands() -> None:
    flow = in_threads(clock=Clock())

    def deliver(waiting: OrderFlow) -> tuple[Action, ...]:
        acme = waiting.seller(ACME)
        acme.book_in(key(), 3)
        acme.place(order("A"))
        return tuple(each.action for each in acme.actions("A") if each.allowed)

    assert Action.SEND_TO_WAREHOUSE in asyncio.run(flow.run(deliver))


def test_an_awaited_handle_says_whose_it_is() -> None:
    acme = in_threads().seller(ACME)
    assert (acme.seller_id, repr(acme)) == ("acme", "AsyncSeller('acme')")
    with pytest.raises(InvalidValueError, match=r"AsyncSeller\.seller_id"):
        in_threads().seller(" ")


def test_a_flow_says_what_stores_its_orders() -> None:
    assert repr(in_threads()).startswith("AsyncOrderFlow(")
    assert repr(OrderFlow(MemoryRepository())).startswith("OrderFlow(")


def test_a_handle_that_is_awaited_needs_a_flow_that_is() -> None:
    flow = OrderFlow(MemoryRepository())
    with pytest.raises(InvalidValueError, match=r"^AsyncSeller\.flow must be an AsyncOrderFlow"):
        AsyncSeller(flow, ACME)  # type: ignore[arg-type] # that is what is wrong


def test_several_commands_of_one_seller_may_be_one_task() -> None:
    acme = in_threads(clock=Clock()).seller(ACME)

    def sell(seller: Seller) -> Outcome:
        seller.book_in(key(), 3)
        return seller.place(order("A"))

    placed = asyncio.run(acme.run(sell)).order
    assert placed is not None
    assert placed.status == "ALLOCATED"
