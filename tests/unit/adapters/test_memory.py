"""The repository in memory: undone on errors, safe between threads, its indexes as they should."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import TYPE_CHECKING

import pytest

from orderflow import (
    AllocationPolicy,
    ExpectedReceipt,
    HoldReason,
    MemoryRepository,
    OrderFlow,
    PartialAllocation,
    Queue,
)
from orderflow.adapters.memory import MemoryOutbox
from orderflow.commands import BookInStock, PlaceOrder, ServeWaiting
from orderflow.core import State, decide
from orderflow.edits import AddLine, RemoveLine
from orderflow.errors import InvalidValueError, OrderFlowError, StaleVersionError
from orderflow.invariants import violations
from tests.unit.shop import ACME, NOON, key, later, order, shop_with

if TYPE_CHECKING:
    from collections.abc import Callable

    from orderflow.commands import Command

NEVER = AllocationPolicy(partial_allocation=PartialAllocation.NEVER)
THREADS = 4


def at_once(*tasks: Callable[[], object]) -> list[object]:
    """Run the tasks in threads of their own that begin together; return results or refusals."""
    barrier = Barrier(len(tasks))

    def run(task: Callable[[], object]) -> object:
        barrier.wait()
        try:
            return task()
        except OrderFlowError as refusal:
            return refusal

    with ThreadPoolExecutor(len(tasks)) as pool:
        return list(pool.map(run, tasks))


def all_hold(flow: OrderFlow, policy: AllocationPolicy | None = None) -> bool:
    acme = flow.seller(ACME)
    found = violations(acme.orders(), acme.stock(), policy or AllocationPolicy())
    assert found == []
    return True


def test_an_error_within_a_unit_of_work_undoes_all_of_it() -> None:
    repository = MemoryRepository()
    command = BookInStock(at=NOON, key=key(), received=1, command_id="C1")

    def fail() -> None:
        with repository.unit_of_work(ACME) as work:
            work.save(command, decide(command, State(ACME)))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    with repository.unit_of_work(ACME) as work:
        assert (work.all_stock(), work.events(), work.answered("C1")) == ([], (), None)


def test_nothing_is_written_before_the_unit_of_work_is_left() -> None:
    repository = MemoryRepository()
    command = BookInStock(at=NOON, key=key(), received=1)
    with repository.unit_of_work(ACME) as work:
        work.save(command, decide(command, State(ACME)))
        assert work.all_stock() == []
    with repository.unit_of_work(ACME) as work:
        assert [stock.on_hand for stock in work.all_stock()] == [1]


def test_threads_that_place_orders_at_once_oversell_nothing() -> None:
    flow = OrderFlow(MemoryRepository())
    acme = flow.seller(ACME)
    acme.book_in(key(), 50)

    def placing(thread: int) -> Callable[[], object]:
        def place() -> None:
            for number in range(25):
                acme.place(order(f"{thread}-{number}", placed_at=later(number)))

        return place

    at_once(*(placing(thread) for thread in range(THREADS)))
    assert all_hold(flow)
    assert sum(each.allocated for each in acme.orders()) == 50
    assert len(acme.orders(None)) == 100


def test_threads_that_book_in_and_cancel_at_once_lose_no_unit() -> None:
    flow = OrderFlow(MemoryRepository())
    acme = flow.seller(ACME)
    for number in range(40):
        acme.place(order(f"{number}", ("MUG", 2), placed_at=later(number)))

    def book_in() -> None:
        for _ in range(40):
            acme.book_in(key(), 1)

    def cancel() -> None:
        for number in range(0, 40, 2):
            acme.cancel(f"{number}")

    at_once(book_in, cancel, book_in)
    assert all_hold(flow)
    assert acme.stock()[0].on_hand == 80
    assert acme.stock()[0].allocated == 40


def test_of_threads_that_use_one_command_id_one_does_it_and_all_are_answered_the_same() -> None:
    acme = OrderFlow(MemoryRepository()).seller(ACME)
    outcomes = at_once(
        *[lambda: acme.book_in(key(), 1, command_id="C1", at=NOON) for _ in range(THREADS)]
    )
    assert len({repr(outcome) for outcome in outcomes}) == 1
    assert acme.stock()[0].on_hand == 1


def test_of_threads_that_have_read_one_version_one_succeeds() -> None:
    acme = OrderFlow(MemoryRepository()).seller(ACME)
    acme.place(order("A"))
    read = acme.order("A").version

    def hold() -> object:
        return acme.hold("A", HoldReason.OTHER, expected_version=read)

    outcomes = at_once(*[hold] * THREADS)
    assert sum(isinstance(outcome, StaleVersionError) for outcome in outcomes) == THREADS - 1
    assert acme.order("A").version == read + 1


def test_threads_of_several_sellers_do_not_meet() -> None:
    flow = OrderFlow(MemoryRepository())

    def trading(seller_id: str) -> Callable[[], object]:
        def trade() -> None:
            for number in range(20):
                flow.seller(seller_id).place(order(f"{number}", seller_id=seller_id))
                flow.seller(seller_id).book_in(key(seller_id=seller_id), 1)

        return trade

    at_once(*(trading(f"seller-{number}") for number in range(THREADS)))
    for number in range(THREADS):
        assert flow.seller(f"seller-{number}").stock()[0].allocated == 20


# The indexes


def test_an_order_that_was_edited_waits_for_what_it_is_short_of_now() -> None:
    shop = shop_with(MUG=0, PAN=0)
    shop.take("A", ("MUG", 1))
    shop.edit("A", RemoveLine("1"), AddLine("PAN", 1))
    assert shop.receive("MUG", 1).orders == ()
    assert shop.receive("PAN", 1).back_orders_completed == ("A",)


def test_an_order_that_was_cancelled_waits_no_longer() -> None:
    shop = shop_with(MUG=0)
    shop.take("A")
    shop.take("B")
    shop.cancel("A")
    assert shop.receive("MUG", 1).back_orders_completed == ("B",)


@pytest.mark.parametrize("first", [AllocationPolicy(), NEVER])
@pytest.mark.parametrize("second", [AllocationPolicy(queue=Queue.PRIORITY), NEVER])
def test_the_queues_follow_when_the_policy_changes(
    first: AllocationPolicy, second: AllocationPolicy
) -> None:
    repository = MemoryRepository()
    before, after = (
        OrderFlow(repository, default_policy=first),
        OrderFlow(repository, default_policy=second),
    )
    before.seller(ACME).book_in(key("PAN"), 1)
    before.seller(ACME).place(order("A", ("MUG", 1), placed_at=later(1)))
    before.seller(ACME).place(order("B", ("MUG", 1), placed_at=later(2), priority=9))
    outcome = after.seller(ACME).book_in(key(), 1)
    assert outcome.back_orders_completed == (("B",) if second.queue is Queue.PRIORITY else ("A",))


def test_an_order_that_was_placed_under_another_policy_waits_for_all_that_it_is_short_of() -> None:
    repository = MemoryRepository()
    keeping = OrderFlow(repository)
    keeping.seller(ACME).book_in(key("TOY"), 1)
    OrderFlow(repository, default_policy=NEVER).seller(ACME).place(
        order("A", ("MUG", 1), ("PAN", 1))
    )
    keeping.seller(ACME).book_in(key("PAN"), 1)
    assert all_hold(keeping)


@pytest.mark.parametrize("policy", [AllocationPolicy(), NEVER])
@pytest.mark.parametrize("length", [10, 400])
def test_booking_one_unit_in_reads_no_more_of_a_long_queue_than_of_a_short_one(
    policy: AllocationPolicy, length: int
) -> None:
    repository = MemoryRepository()
    flow = OrderFlow(repository, default_policy=policy)
    for number in range(length):
        flow.seller(ACME).place(order(f"{number:03}", ("MUG", 1), placed_at=later(number)))
    read: list[str] = []
    with repository.unit_of_work(ACME) as work:
        waiting = work.waiting

        def counted(*arguments: object) -> object:
            for each in waiting(*arguments):  # type: ignore[arg-type]
                read.append(each.order_id)
                yield each

        work.waiting = counted  # type: ignore[method-assign, assignment]
        outcome = decide(BookInStock(at=NOON, key=key(), received=1), work, policy)
    assert outcome.back_orders_completed == ("000",)
    assert len(read) <= 2


def test_an_order_that_has_been_covered_since_is_not_overdue_any_more() -> None:
    shop = shop_with(MUG=0)
    shop.take("A", ("MUG", 1))
    since = shop.clock.now()
    with shop.repository.unit_of_work(ACME) as work:
        assert [each.order_id for each in work.waiting_since_before(since)] == ["A"]
        assert list(work.waiting_since_before(since - timedelta(minutes=1))) == []
    shop.receive("MUG", 1)
    with shop.repository.unit_of_work(ACME) as work:
        assert list(work.waiting_since_before(since)) == []


def test_a_hold_that_was_released_before_its_end_does_not_end_any_more() -> None:
    shop = shop_with(MUG=1)
    shop.take("A")
    until = shop.clock.now() + timedelta(hours=1)
    shop.hold("A", HoldReason.SELLER_DELAY, until=until)
    with shop.repository.unit_of_work(ACME) as work:
        assert [each.order_id for each in work.ended_holds(until)] == ["A"]
    shop.release_hold("A")
    with shop.repository.unit_of_work(ACME) as work:
        assert list(work.ended_holds(until)) == []


def test_what_is_expected_is_told_by_the_moment_and_then_by_the_id() -> None:
    shop = shop_with(MUG=0)
    for receipt_id, minute in (("R1", 9), ("R3", 1), ("R2", 1)):
        shop.announce(ExpectedReceipt(receipt_id, key(), 5, later(minute)))
    with shop.repository.unit_of_work(ACME) as work:
        assert [each.receipt_id for each in work.receipts()] == ["R2", "R3", "R1"]


def test_stock_is_told_by_key_from_the_one_that_was_read_last() -> None:
    shop = shop_with(PAN=1, MUG=2, CUP=3)
    with shop.repository.unit_of_work(ACME) as work:
        assert [each.key.sku for each in work.all_stock(limit=2)] == ["CUP", "MUG"]
        assert [each.key.sku for each in work.all_stock(after=key("MUG"))] == ["PAN"]


def test_a_seller_of_whom_nothing_is_kept_is_none() -> None:
    repository = MemoryRepository()
    OrderFlow(repository).seller("zenith").book_in(key(seller_id="zenith"), 1)
    OrderFlow(repository).seller(ACME).book_in(key(), 1)
    assert OrderFlow(repository).seller("bolt").stock() == ()
    assert list(repository.sellers()) == [ACME, "zenith"]


def test_queues_that_are_still_to_be_served_are_told_until_they_are() -> None:
    repository = MemoryRepository()

    def carry_out(command: Command) -> None:
        with repository.unit_of_work(ACME) as work:
            work.save(command, decide(command, work, orders_max=1))

    for order_id in "AB":
        carry_out(PlaceOrder(at=NOON, order=order(order_id)))
    carry_out(BookInStock(at=NOON, key=key(), received=2))
    assert list(repository.unserved()) == [key()]
    while repository.unserved():
        carry_out(ServeWaiting(at=NOON, keys=tuple(repository.unserved())))
    assert [each.status for each in OrderFlow(repository).seller(ACME).orders()] == [
        "ALLOCATED"
    ] * 2


def test_a_repository_without_events_has_everything_else() -> None:
    flow = OrderFlow(MemoryRepository(stores_events=False))
    flow.seller(ACME).place(order("A"), at=NOON)
    flow.seller(ACME).book_in(key(), 9, at=NOON)
    assert list(flow.seller(ACME).events()) == []
    assert flow.seller(ACME).order("A").status == "ALLOCATED"


def test_an_outbox_needs_events() -> None:
    with pytest.raises(InvalidValueError, match=r"^MemoryRepository.stores_events must be true"):
        MemoryRepository(MemoryOutbox(), stores_events=False)


def test_threads_that_are_the_first_to_write_of_a_seller_lose_nothing() -> None:
    def booking_in(flow: OrderFlow, sku: str) -> Callable[[], object]:
        return lambda: flow.seller(ACME).book_in(key(sku), 1)

    for _ in range(20):
        flow = OrderFlow(MemoryRepository())
        at_once(*(booking_in(flow, sku) for sku in ("MUG", "PAN", "TIN")))
        assert [stock.on_hand for stock in flow.seller(ACME).stock()] == [1, 1, 1]
