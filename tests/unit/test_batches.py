"""Many commands in batches: what they report, and what an interruption leaves."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

import attrs
import pytest

from orderflow import (
    ExpectedReceipt,
    InvalidValueError,
    MemoryRepository,
    OrderFlow,
    ShortPart,
    Status,
    StorageError,
)
from orderflow.adapters.memory import MemoryOutbox
from orderflow.commands import (
    AnnounceReceipt,
    BookInStock,
    CancelOrder,
    CountStock,
    EditOrder,
    PlaceOrder,
)
from orderflow.edits import ChangePriority
from orderflow.errors import BatchInterruptedError
from orderflow.service import Batches
from orderflow.service import batches as batches_module
from tests.unit.shop import ACME, NOON, key, later, order

if TYPE_CHECKING:
    from collections.abc import Callable

    from orderflow.commands import Command
    from orderflow.ports import Repository

    T = TypeVar("T")


class FullDisk(MemoryRepository):
    """A repository that fails from one transaction on."""

    def __init__(self, works: int) -> None:
        super().__init__()
        self.works = works

    def together(self, seller_id: str, task: Callable[[Repository], T]) -> T:
        self.works -= 1
        if self.works < 0:
            raise StorageError("the disk is full")
        return super().together(seller_id, task)


def placing(*order_ids: str) -> list[PlaceOrder]:
    return [
        PlaceOrder(order=order(each, ("MUG", 2)), at=NOON, command_id=each) for each in order_ids
    ]


def test_an_interrupted_run_says_what_is_saved_and_a_second_one_does_the_rest() -> None:
    repository = FullDisk(1)
    flow = OrderFlow(repository)
    batches = Batches(flow, repository, size=2)
    with pytest.raises(BatchInterruptedError, match="the first 2 commands are saved") as caught:
        batches.run(placing(*"12345"))
    assert (caught.value.cause, caught.value.commands_saved) == ("the disk is full", 2)
    assert [each.order_id for each in flow.seller(ACME).orders()] == ["1", "2"]
    repository.works = 9
    again = batches.run(placing(*"12345"))
    assert (again.done, again.repeated) == ({PlaceOrder: 3}, 2)
    assert [each.order_id for each in flow.seller(ACME).orders()] == [*"12345"]


def test_a_failure_in_the_first_batch_is_a_plain_one() -> None:
    repository = FullDisk(0)
    with pytest.raises(StorageError) as caught:
        Batches(OrderFlow(repository), repository).run(placing("1"))
    assert not isinstance(caught.value, BatchInterruptedError)


def test_it_counts_back_orders_that_open_and_complete() -> None:
    repository = MemoryRepository()
    flow = OrderFlow(repository)
    flow.handle(placing("1")[0])
    booked_in = BookInStock(key=key(), received=3, at=NOON)
    commands: list[Command] = [booked_in, *placing("2")]
    result = Batches(flow, repository).run(commands)
    assert result.done == {BookInStock: 1, PlaceOrder: 1}
    assert result.placed == {Status.ON_BACK_ORDER: 1}
    assert (result.back_orders_opened, result.back_orders_completed) == (0, 1)


def everything_that_is_counted() -> list[Command]:
    commands: list[Command] = []
    for number in "12":
        receipt = ExpectedReceipt(f"R{number}", key(), 5, later(9))
        for_mugs = {"placed_at": later(int(number))}
        cancels = attrs.evolve(order(f"X{number}", ("MUG", 99)), short_part=ShortPart.CANCEL_ORDER)
        shrinks = attrs.evolve(order(f"Y{number}", ("PAN", 2)), short_part=ShortPart.CANCEL_SHORT)
        commands += [
            CountStock(key=key("CUP"), counted=3, at=NOON),
            CountStock(key=key("CUP"), counted=1, at=NOON),
            CountStock(key=key("PAN"), counted=1, at=NOON),
            PlaceOrder(order=shrinks, at=NOON),
            PlaceOrder(order=cancels, at=NOON),
            PlaceOrder(order=order(f"A{number}", ("MUG", 2), **for_mugs), at=NOON),
            AnnounceReceipt(receipt=receipt, at=NOON),
            BookInStock(key=key(), received=3, receipt_id=receipt.receipt_id, at=NOON),
            BookInStock(key=key(), received=1, at=NOON, command_id="the same"),
            CountStock(key=key(), counted=0, at=NOON),
            CountStock(key=key(), counted=9, at=NOON),
            PlaceOrder(order=order("A1"), at=NOON),
        ]
    return commands


def test_a_result_is_the_same_in_one_batch_and_in_many() -> None:
    results = []
    for size in (1, 5, 100):
        repository = MemoryRepository()
        batches = Batches(OrderFlow(repository), repository, size=size)
        result = batches.run(everything_that_is_counted())
        results.append(attrs.asdict(result, recurse=False) | {"refused": len(result.refused)})
    assert results == [results[0]] * 3
    assert results[0] == {
        "done": {CountStock: 10, PlaceOrder: 6, AnnounceReceipt: 2, BookInStock: 3},
        "repeated": 1,
        "refused": 2,
        "refusals": 2,
        "placed": {Status.ALLOCATED: 2, Status.ON_BACK_ORDER: 1, Status.CANCELLED: 3},
        "counted_up": 3 + 1 + 9 + 2 + 9,
        "counted_down": 2 + 4 + 2 + 12,
        "receipts_short": 2,
        "units_short": 4,
        "back_orders_opened": 1 + 2,
        "back_orders_completed": 2 + 2,
        "short_orders_cancelled": 3,
        "short_units_cancelled": 1,
    }


def test_progress_counts_commands_over_all_batches() -> None:
    told: list[int] = []
    repository = MemoryRepository()
    batches = Batches(OrderFlow(repository), repository, size=2, progress=told.append)
    batches.run(placing(*"123"))
    assert told == [1, 2, 3]


def test_no_commands_do_nothing() -> None:
    repository = FullDisk(0)
    batches = Batches(OrderFlow(repository), repository)
    assert batches.run([]) == batches.run_all_or_none([]) == batches.preview([])


def test_refused_commands_are_kept_up_to_a_bound_and_counted_beyond(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(batches_module, "REFUSED_MAX", 3)
    repository = MemoryRepository()
    flow = OrderFlow(repository)
    batches = Batches(flow, repository, size=2)
    batches.run(placing(*"12345"))
    again = [attrs.evolve(each, command_id=None) for each in placing(*"12345")]
    for result in (batches.run(again), batches.run_all_or_none(again), batches.preview(again)):
        assert [each.command for each in result.refused] == again[:3]
        assert result.refusals == 5


def test_commands_of_two_sellers_are_no_batch() -> None:
    repository = MemoryRepository()
    commands = [BookInStock(key=key(seller_id=each), received=1, at=NOON) for each in "ab"]
    with pytest.raises(InvalidValueError, match=r"Batches\.commands must be commands of one"):
        Batches(OrderFlow(repository), repository, size=1).run(commands)
    assert repository.sellers() == []


def test_a_batch_has_a_command() -> None:
    repository = MemoryRepository()
    with pytest.raises(InvalidValueError, match=r"Batches\.size must be"):
        Batches(OrderFlow(repository), repository, size=0)


def test_a_transaction_in_memory_is_of_one_seller_and_fills_the_outbox_at_its_end() -> None:
    outbox = MemoryOutbox()
    repository = MemoryRepository(outbox)

    def task(inside: Repository) -> None:
        OrderFlow(inside).handle(placing("1")[0])
        assert outbox.claim(NOON, NOON - NOON, 9) == []
        with pytest.raises(InvalidValueError, match=r"together\.seller_id"):
            OrderFlow(inside).seller("other").order("1")

    repository.together(ACME, task)
    assert [each.subject for each in outbox.claim(NOON, NOON - NOON, 9)] == ["1", "1"]


def test_an_order_that_an_earlier_command_served_is_not_stale_but_one_that_was_edited_is() -> None:
    repository = MemoryRepository()
    flow = OrderFlow(repository)
    flow.handle(placing("1")[0])
    flow.handle(placing("2")[0])
    cancels = [
        CancelOrder(seller_id=ACME, order_id=each, at=NOON, expected_version=1) for each in "12"
    ]
    edit = EditOrder(seller_id=ACME, order_id="2", at=NOON, edits=(ChangePriority(3),))
    commands: list[Command] = [BookInStock(key=key(), received=1, at=NOON), edit, *cancels]
    result = Batches(flow, repository).run(commands)
    assert [each.command for each in result.refused] == [cancels[1]]


def test_a_version_that_an_order_does_not_have_yet_is_refused() -> None:
    repository = MemoryRepository()
    flow = OrderFlow(repository)
    flow.handle(placing("1")[0])
    early = CancelOrder(seller_id=ACME, order_id="1", at=NOON, expected_version=9)
    (refused,) = Batches(flow, repository).run([early]).refused
    assert refused.command == early
    assert "order '1' is at version 1, not 9" in str(refused.error)
