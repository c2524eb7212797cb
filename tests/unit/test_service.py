"""`OrderFlow`: load, decide, save, tell; repeated commands, versions, sellers apart."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import count
from typing import TYPE_CHECKING, Any, TypeVar, cast

import pytest

from orderflow import (
    AllocationPolicy,
    ExpectedReceipt,
    MemoryRepository,
    OrderFlow,
    PartialAllocation,
    Status,
)
from orderflow.commands import BookInStock, CancelOrder, ServeWaiting
from orderflow.core import actions
from orderflow.edits import ChangeQuantity
from orderflow.errors import (
    ActionRefusedError,
    CommandIdReusedError,
    InvalidValueError,
    OrderNotFoundError,
    ReceiptNotFoundError,
    StaleVersionError,
    StorageError,
    UnfinishedError,
)
from tests.unit.shop import (
    ACME,
    NOON,
    CheckedFlow,
    Clock,
    Shop,
    about,
    key,
    later,
    order,
    shop_with,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from orderflow import Outcome, Seller
    from orderflow.commands import Command
    from orderflow.ports import UnitOfWork

T = TypeVar("T")

BOLT = "bolt"


# Repeated commands


def test_a_repeated_command_does_nothing_twice_and_answers_the_same() -> None:
    shop = shop_with(MUG=0)
    first = shop.book_in(key(), 2, command_id="C1")
    again = shop.book_in(key(), 2, command_id="C1")
    assert again == first
    assert (shop.shelf(), len(shop.events())) == ((2, 0), 2)


def test_a_repetition_may_come_at_another_moment() -> None:
    shop = shop_with(MUG=0)
    first = shop.book_in(key(), 2, command_id="C1", at=NOON)
    assert shop.book_in(key(), 2, command_id="C1", at=later(60)) == first


def test_a_repetition_is_answered_as_it_was_then_whatever_has_happened_since() -> None:
    shop = shop_with(MUG=1)
    first = shop.place(order("A"), command_id="C1")
    shop.cancel("A")
    assert shop.place(order("A"), command_id="C1") == first
    assert shop.status("A") == "CANCELLED"


def test_an_id_is_not_used_for_another_command() -> None:
    shop = shop_with(MUG=0)
    shop.book_in(key(), 2, command_id="C1")
    with pytest.raises(CommandIdReusedError):
        shop.book_in(key(), 3, command_id="C1")
    with pytest.raises(CommandIdReusedError):
        shop.place(order("A"), command_id="C1")
    assert shop.shelf() == (2, 0)


def test_two_sellers_may_use_the_same_id() -> None:
    shop = shop_with()
    shop.book_in(key(), 2, command_id="C1")
    shop.flow.seller(BOLT).book_in(key(seller_id=BOLT), 3, command_id="C1")
    assert shop.flow.seller(BOLT).stock()[0].on_hand == 3


def test_the_id_of_a_refused_command_is_free() -> None:
    shop = shop_with(MUG=1)
    with pytest.raises(OrderNotFoundError):
        shop.cancel("A", command_id="C1")
    shop.take("A")
    shop.cancel("A", command_id="C1")
    assert shop.status("A") == "CANCELLED"


def test_commands_without_an_id_are_carried_out_each_time() -> None:
    shop = shop_with(MUG=0)
    shop.receive("MUG", 2)
    shop.receive("MUG", 2)
    assert shop.shelf() == (4, 0)


def test_cancelling_twice_gives_the_stock_back_once() -> None:
    shop = shop_with(MUG=1)
    shop.take("A")
    shop.cancel("A")
    with pytest.raises(ActionRefusedError):
        shop.cancel("A")
    assert shop.shelf() == (1, 0)


# Versions


def test_a_command_on_the_version_that_was_read_is_carried_out() -> None:
    shop = shop_with(MUG=1)
    shop.take("A")
    shop.edit("A", ChangeQuantity("1", 2), expected_version=shop.order("A").version)
    assert shop.status("A") == "ON_BACK_ORDER"


def test_a_command_on_an_older_version_is_refused() -> None:
    shop = shop_with(MUG=1)
    shop.take("A")
    read = shop.order("A").version
    shop.edit("A", ChangeQuantity("1", 2))
    with pytest.raises(StaleVersionError) as refusal:
        shop.cancel("A", expected_version=read)
    assert (refusal.value.expected, refusal.value.actual) == (
        read,
        shop.order("A").version,
    )


def test_an_order_that_another_command_moved_has_another_version() -> None:
    shop = shop_with(MUG=0)
    shop.take("A")
    read = shop.order("A").version
    shop.receive("MUG", 1)
    with pytest.raises(StaleVersionError):
        shop.cancel("A", expected_version=read)


# Sellers apart


def test_another_sellers_order_is_not_found_by_any_command() -> None:
    shop = shop_with(MUG=1)
    shop.take("A")
    for command in [CancelOrder(at=NOON, seller_id=BOLT, order_id="A")]:
        with pytest.raises(OrderNotFoundError, match="seller 'bolt' has no order 'A'"):
            shop.flow.handle(command)
    with pytest.raises(OrderNotFoundError):
        shop.flow.seller(BOLT).order("A")
    with pytest.raises(OrderNotFoundError):
        shop.flow.seller(BOLT).actions("A")


def test_another_sellers_receipt_is_not_found() -> None:
    shop = shop_with()
    shop.announce(ExpectedReceipt("R1", key(), 1, NOON))
    with pytest.raises(ReceiptNotFoundError):
        shop.flow.seller(BOLT).withdraw("R1")
    with pytest.raises(ReceiptNotFoundError):
        shop.flow.seller(BOLT).book_in(key(seller_id=BOLT), 1, receipt_id="R1")


def test_two_sellers_may_use_the_same_order_id() -> None:
    shop = shop_with(MUG=1)
    shop.place(order("A"))
    shop.flow.seller(BOLT).place(order("A", ("MUG", 7), seller_id=BOLT))
    assert (shop.order("A").units, shop.flow.seller(BOLT).order("A").units) == (1, 7)


def test_one_sellers_stock_serves_no_order_of_another() -> None:
    shop = shop_with(MUG=0)
    shop.take("A")
    shop.flow.seller(BOLT).book_in(key(seller_id=BOLT), 5)
    assert shop.status("A") == "ON_BACK_ORDER"


def test_lists_and_histories_show_one_seller() -> None:
    shop = shop_with(MUG=1)
    shop.take("A")
    shop.flow.seller(BOLT).place(order("B", seller_id=BOLT))
    assert [each.order_id for each in shop.flow.seller(BOLT).orders()] == ["B"]
    assert shop.flow.seller(BOLT).stock() == ()
    assert {event.seller_id for event in shop.flow.seller(BOLT).events()} == {BOLT}


def test_each_seller_may_have_a_policy() -> None:
    complete_only = AllocationPolicy(partial_allocation=PartialAllocation.NEVER)
    flow = CheckedFlow()
    flow.seller(BOLT).change_policy(complete_only)
    for seller_id in (ACME, BOLT):
        flow.seller(seller_id).book_in(key(seller_id=seller_id), 1)
        flow.seller(seller_id).place(order("A", ("MUG", 2), seller_id=seller_id))
    assert (flow.seller(ACME).order("A").allocated, flow.seller(BOLT).order("A").allocated) == (
        1,
        0,
    )
    assert flow.seller(BOLT).policy() is complete_only
    assert flow.seller(ACME).policy() == flow.default_policy == AllocationPolicy()


# The clock, and what can be asked


def test_commands_that_name_no_moment_happen_now() -> None:
    shop = Shop()
    shop.clock.wait(90)
    assert shop.count(key(), 1).events[0].at == later(90)


def test_the_clock_of_the_machine_names_its_zone() -> None:
    before = datetime.now(UTC)
    happened = OrderFlow(MemoryRepository()).seller(ACME).count(key(), 1).events[0].at
    assert before <= happened <= datetime.now(UTC)


def test_orders_are_listed_as_they_were_placed_and_by_status() -> None:
    shop = shop_with(MUG=1)
    for order_id in "CAB":
        shop.take(order_id)
    assert [each.order_id for each in shop.orders()] == ["C", "A", "B"]
    assert [each.order_id for each in shop.orders(Status.ON_BACK_ORDER)] == ["A", "B"]


def test_stock_is_listed_by_key() -> None:
    shop = shop_with(PAN=1, MUG=2)
    assert [stock.key.sku for stock in shop.stock()] == ["MUG", "PAN"]
    assert [stock.key.sku for stock in shop.stock(limit=1)] == ["MUG"]
    with pytest.raises(InvalidValueError, match=r"^stock\.limit must be"):
        shop.stock(limit=-1)


def test_the_history_of_one_order_is_told_apart() -> None:
    shop = shop_with(MUG=1)
    shop.take("A")
    shop.take("B")
    shop.cancel("A")
    told = [type(event).__name__ for event in shop.events("A")]
    assert told == ["OrderPlaced", "OrderAllocated", "OrderCancelled"]
    with pytest.raises(OrderNotFoundError, match="seller 'acme' has no order 'Z'"):
        shop.events("Z")


def test_actions_are_those_of_the_core_at_this_moment() -> None:
    shop = shop_with(MUG=1)
    shop.take("A", ("MUG", 2))
    assert shop.actions("A", at=NOON) == actions("A", shop.state(), NOON)


def test_what_is_not_there_is_empty() -> None:
    acme = OrderFlow(MemoryRepository()).seller(ACME)
    assert (acme.orders(), acme.stock(), acme.events()) == (
        (),
        (),
        (),
    )


@pytest.mark.parametrize("command", [BookInStock(at=NOON, key=key(), received=1)])
def test_a_method_and_its_command_are_the_same(command: BookInStock) -> None:
    assert Shop().handle(command) == Shop().book_in(key(), 1, at=NOON)
    assert about()["seller_id"] == ACME


# What the storage cannot do


class _Failing(MemoryRepository):
    """Fails once, at one of its units of work."""

    def __init__(self) -> None:
        super().__init__()
        self.left = -1

    def write(self, seller_id: str, task: Callable[[UnitOfWork], T]) -> T:
        self.left -= 1
        if self.left == 0:
            raise StorageError("the disk is on fire")
        return super().write(seller_id, task)


def test_a_command_that_is_saved_says_so_where_the_queue_cannot_be_served_to_its_end() -> None:
    repository = _Failing()
    acme = OrderFlow(repository, orders_max=1, clock=Clock()).seller(ACME)
    for order_id in "ABC":
        acme.place(order(order_id))
    repository.left = 2
    with pytest.raises(UnfinishedError, match=r"was saved, but .*on fire.*`recover`") as failure:
        acme.book_in(key(), 3, command_id="once")
    assert failure.value.is_saved
    assert [each.status for each in acme.orders()] == [
        "ALLOCATED",
        *["ON_BACK_ORDER"] * 2,
    ]
    acme.book_in(key(), 3, command_id="once")
    assert [each.status for each in acme.orders()] == ["ALLOCATED"] * 3
    assert [each.on_hand for each in acme.stock()] == [3]


def test_events_are_not_asked_for_since_a_moment_without_a_time_zone() -> None:
    nowhere = datetime(2026, 3, 2, 12)  # noqa: DTZ001 - that is the fault
    with pytest.raises(InvalidValueError, match=r"events\.since must be a datetime with a time"):
        OrderFlow(MemoryRepository()).seller(ACME).events(since=nowhere)


class _Faulty:
    """A unit of work with a fault."""

    def __init__(self, work: UnitOfWork) -> None:
        self._work = work

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - of the other one
        return getattr(self._work, name)


class NeverClears(_Faulty):
    def unserved(self) -> list[tuple[str, str]]:
        return [("leeds", "MUG")]


class NamesEverMore(_Faulty):
    def unserved(self, _numbers: Iterator[int] = count()) -> list[tuple[str, str]]:  # noqa: B008 - for all
        return [("leeds", f"MUG-{next(_numbers)}")]


class SavesNoPage(_Faulty):
    def save(self, command: Command, outcome: Outcome) -> None:
        if not isinstance(command, ServeWaiting):
            self._work.save(command, outcome)


class FaultyRepository(MemoryRepository):
    def __init__(self, fault: Callable[[UnitOfWork], object]) -> None:
        super().__init__()
        self._fault = fault

    def write(self, seller_id: str, task: Callable[[UnitOfWork], T]) -> T:
        return super().write(seller_id, lambda work: task(cast("UnitOfWork", self._fault(work))))


def serve_three_orders(acme: Seller) -> None:
    for order_id in "123":
        acme.place(order(order_id))
    acme.book_in(key(), 3, at=NOON)


@pytest.mark.parametrize("fault", [NeverClears, NamesEverMore, SavesNoPage])
def test_a_repository_whose_queues_are_never_served_is_named(fault: type[_Faulty]) -> None:
    acme = OrderFlow(FaultyRepository(fault), orders_max=1).seller(ACME)
    with pytest.raises(StorageError, match=r"'acme' still.*FaultyRepository must clear"):
        serve_three_orders(acme)
