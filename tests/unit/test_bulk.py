"""Bulk runs: which orders are chosen, what each turn does, and how a run goes on."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, TypeVar

import pytest

from orderflow import (
    AllocationPolicy,
    AsyncOrderFlow,
    ExpectedReceipt,
    Hold,
    HoldReason,
    MemoryRepository,
    OrderFlow,
    Outcome,
    Queue,
    Seller,
    StorageError,
)
from orderflow.adapters.threads import ThreadedRepository
from orderflow.bulk import (
    BulkAction,
    BulkStep,
    CancelOrders,
    EditOrders,
    HoldOrders,
    MoveOrders,
    PinOrders,
    ReleaseHolds,
    SplitOrders,
    UnpinOrders,
)
from orderflow.commands import StartBulk
from orderflow.domain.decisions.bulk_steps import repeated_turn
from orderflow.edits import (
    ChangeCourier,
    ChangePriority,
    RemoveLine,
    RemoveShortLines,
    ReplaceProduct,
)
from orderflow.errors import (
    BatchInterruptedError,
    CommandIdReusedError,
    ContentionError,
    EditRefusedError,
    InvalidValueError,
    LimitRefusedError,
    OrderNotFoundError,
)
from orderflow.events import OrderCancelled
from orderflow.filters import OrderFilter, filter_of
from orderflow.service import bulk_methods
from tests.unit.shop import ACME, NOON, Clock, key, later, order

if TYPE_CHECKING:
    from collections.abc import Callable

    from orderflow import Order
    from orderflow.bulk import BulkResult
    from orderflow.ports import Repository, UnitOfWork

    T = TypeVar("T")

EVERY = OrderFilter()


def shop(
    *orders: Order, mugs: int = 0, policy: AllocationPolicy | None = None, orders_max: int = 1_000
) -> Seller:
    """Open a shop with these orders, in which time stands still."""
    flow = OrderFlow(
        MemoryRepository(), default_policy=policy, clock=Clock(later(60)), orders_max=orders_max
    )
    acme = flow.seller(ACME)
    acme.count(key(), mugs, at=NOON)
    for each in orders:
        acme.place(each, at=each.placed_at)
    return acme


def queue_of(number: int, units: int = 1) -> list[Order]:
    """Return orders for some mugs each, placed one minute after another: A-1, A-2 and so on."""
    return [
        order(f"A-{each}", ("MUG", units), placed_at=later(each)) for each in range(1, number + 1)
    ]


def ran(acme: Seller, action: BulkAction, where: str = "") -> BulkResult:
    return acme.run_bulk(acme.choose_orders(action, filter_of(where)))


def steps(result: BulkResult) -> dict[str, str]:
    return {each.order_id: str(each.step) for each in result.answers}


def chosen(acme: Seller, where: str) -> list[str]:
    start = acme.choose_orders(SplitOrders(), filter_of(where))
    return [order_id for order_id, _ in start.orders]


def test_the_orders_are_chosen_in_the_order_of_the_queue() -> None:
    orders = [order(each, priority=number) for number, each in enumerate("ABC")]
    assert chosen(shop(*orders), "") == ["A", "B", "C"]
    by_priority = AllocationPolicy(queue=Queue.PRIORITY)
    assert chosen(shop(*orders, policy=by_priority), "") == ["C", "B", "A"]


def test_orders_that_are_gone_are_chosen_only_if_the_filter_means_them() -> None:
    acme = shop(*queue_of(3), mugs=1)
    acme.send_to_warehouse("A-1")
    acme.despatch("A-1")
    acme.cancel("A-2")
    assert chosen(acme, "sku=MUG") == ["A-3"]
    assert chosen(acme, "status=DESPATCHED,ON_BACK_ORDER") == ["A-1", "A-3"]
    assert chosen(acme, "id=A-2,A-3,A-9") == ["A-2", "A-3"]
    assert chosen(acme, "id=A-2 and sku=CUP") == []
    assert chosen(acme, "sku=CUP,MUG") == ["A-3"]


def test_orders_are_chosen_from_many_pages() -> None:
    acme = shop(*queue_of(1_001))
    assert len(chosen(acme, "units=1")) == 1_001


def test_orders_are_chosen_by_the_date_on_which_they_are_expected() -> None:
    acme = shop(*queue_of(3), mugs=1)
    acme.announce(ExpectedReceipt("R", key(), 1, later(24 * 60)))
    assert chosen(acme, "expected<=2025-03-04") == ["A-2"]
    assert chosen(acme, "expected=none") == ["A-1", "A-3"]


def test_choosing_saves_nothing_and_has_a_new_id_each_time() -> None:
    acme = shop(*queue_of(1))
    first, second = (acme.choose_orders(SplitOrders(), EVERY) for _ in range(2))
    assert first.command_id != second.command_id
    assert len(acme.events()) == len(shop(*queue_of(1)).events())


def test_more_orders_than_allowed_are_refused_with_their_number() -> None:
    acme = shop(*queue_of(3))
    assert len(acme.choose_orders(CancelOrders(), EVERY, at_most=3).orders) == 3
    with pytest.raises(LimitRefusedError, match="would have 3 orders, but at most 2 are allowed"):
        acme.choose_orders(CancelOrders(), EVERY, at_most=2)


def test_no_run_has_more_orders_than_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk_methods, "BULK_ORDERS_MAX", 2)
    with pytest.raises(LimitRefusedError, match="placed<2026-01-01"):
        shop(*queue_of(3)).choose_orders(CancelOrders(), EVERY, at_most=9)


@pytest.mark.parametrize(
    ("action", "where", "expected"),
    [
        (CancelOrders("gone"), "", ["DONE", "DONE", "DONE", "DONE"]),
        (CancelOrders(), "id=A-1,A-4", ["DONE", "DONE"]),
        (EditOrders((RemoveShortLines(),)), "", ["UNCHANGED", "REFUSED", "REFUSED", "DONE"]),
        (EditOrders((ReplaceProduct("CUP", "PAN"),)), "", ["UNCHANGED"] * 3 + ["DONE"]),
        (EditOrders((ReplaceProduct("MUG", "PAN", per=2),)), "", ["DONE"] * 3 + ["REFUSED"]),
        (EditOrders((ChangePriority(0),)), "", ["UNCHANGED"] * 4),
        (EditOrders((ChangePriority(1), ChangeCourier(None))), "", ["DONE"] * 4),
        (EditOrders((RemoveLine("2"),)), "", ["REFUSED", "REFUSED", "REFUSED", "DONE"]),
        (SplitOrders(), "", ["REFUSED", "DONE", "REFUSED", "DONE"]),
        (HoldOrders(Hold(HoldReason.OTHER)), "", ["DONE"] * 4),
        (ReleaseHolds(), "", ["UNCHANGED"] * 4),
        (PinOrders(), "", ["DONE"] * 4),
        (UnpinOrders(), "", ["UNCHANGED"] * 4),
        (MoveOrders("york"), "", ["DONE"] * 4),
        (MoveOrders("leeds"), "", ["UNCHANGED"] * 4),
        (MoveOrders("york", only_short=True), "", ["UNCHANGED", "DONE", "DONE", "DONE"]),
    ],
)  # fmt: skip
def test_each_order_is_done_or_was_right_already_or_is_refused(
    action: BulkAction, where: str, expected: list[str]
) -> None:
    lines = [("MUG", 1), ("CUP", 1)]
    acme = shop(order("A-4", *lines, placed_at=NOON), *queue_of(3, units=2), mugs=4)
    acme.count(key("CUP"), 0)
    result = ran(acme, action, where)
    assert list(steps(result).values()) == [expected[-1], *expected[:-1]]
    for each in result.answers:
        assert (each.step is BulkStep.REFUSED) is (f"order '{each.order_id}' " in each.reason)
        assert each.after == acme.order(each.order_id)


def test_a_hold_that_an_order_has_already_changes_nothing() -> None:
    acme = shop(*queue_of(2), mugs=2)
    hold = Hold(HoldReason.ADDRESS)
    acme.hold("A-1", hold.reason)
    assert steps(ran(acme, HoldOrders(hold))) == {"A-1": "UNCHANGED", "A-2": "DONE"}
    deallocating = HoldOrders(hold, deallocate=True)
    assert steps(ran(acme, deallocating)) == {"A-1": "DONE", "A-2": "DONE"}
    assert steps(ran(acme, ReleaseHolds(HoldReason.FRAUD_RISK))) == {
        "A-1": "UNCHANGED",
        "A-2": "UNCHANGED",
    }
    acme.hold("A-1", HoldReason.OTHER)
    assert steps(ran(acme, ReleaseHolds(HoldReason.ADDRESS))) == {"A-1": "DONE", "A-2": "DONE"}
    assert [each.reason for each in acme.order("A-1").holds] == [HoldReason.OTHER]


def test_a_product_is_replaced_on_every_line_that_has_it() -> None:
    acme = shop(order("A", ("MUG", 2), ("CUP", 1), ("MUG", 4)))
    ran(acme, EditOrders((ReplaceProduct("MUG", "PAN", units=3, per=2),)))
    assert [(line.sku, line.quantity) for line in acme.order("A").lines] == [
        ("PAN", 3),
        ("CUP", 1),
        ("PAN", 6),
    ]
    with pytest.raises(EditRefusedError, match="no line has 'MUG'; name one of 'PAN', 'CUP'"):
        acme.edit("A", ReplaceProduct("MUG", "PAN"))


def test_the_units_of_the_first_go_to_others_and_the_result_says_so() -> None:
    acme = shop(*queue_of(3), mugs=1)
    result = ran(acme, CancelOrders(), "id=A-1")
    assert [each.order_id for each in result.other_orders] == ["A-2"]
    assert result.other_orders[0] == acme.order("A-2")
    (answer,) = result.answers
    assert answer.before is not None
    assert (answer.before.status, answer.before.allocated) == ("ALLOCATED", 1)
    assert result.count(BulkStep.DONE) == 1


def test_an_order_that_the_run_itself_has_changed_gets_its_turn() -> None:
    acme = shop(*queue_of(2), mugs=1)
    acme.edit("A-1", ChangePriority(1))
    start = acme.choose_orders(CancelOrders(), filter_of("priority=1,0 and short-units=1"))
    assert [order_id for order_id, _ in start.orders] == ["A-2"]
    start = acme.choose_orders(CancelOrders(), filter_of("allocated-units=1,0"), bulk_id="b")
    assert steps(acme.run_bulk(start)) == {"A-1": "DONE", "A-2": "DONE"}


def test_the_units_that_a_run_moves_do_not_save_an_order_from_it() -> None:
    acme = shop(*queue_of(3), mugs=0)
    acme.hold("A-1", HoldReason.OTHER)
    start = acme.choose_orders(CancelOrders(), filter_of("status=ON_BACK_ORDER"), at=later(60))
    acme.count(key(), 1, at=later(60))  # at the very time of the run: as if it had done it itself
    assert steps(acme.run_bulk(start)) == {"A-2": "DONE", "A-3": "DONE"}


def test_an_order_that_somebody_changed_is_skipped_if_the_filter_no_longer_matches_it() -> None:
    acme = shop(*queue_of(3))
    start = acme.choose_orders(CancelOrders(), filter_of("priority=0"))
    acme.edit("A-1", ChangePriority(1), at=later(61))
    acme.edit("A-2", ChangeCourier("DHL"), at=later(61))
    result = acme.run_bulk(start)
    assert steps(result) == {"A-1": "SKIPPED", "A-2": "DONE", "A-3": "DONE"}
    assert "filter does not match it any more" in result.answers[0].reason
    assert result.answers[0].before == result.answers[0].after == acme.order("A-1")


def test_a_skip_also_goes_by_the_expected_date() -> None:
    acme = shop(*queue_of(2))
    acme.announce(ExpectedReceipt("R", key(), 2, later(24 * 60)), at=NOON)
    start = acme.choose_orders(CancelOrders(), filter_of("expected<=2025-03-04"))
    acme.edit("A-1", ChangeCourier("DHL"), at=later(61))
    assert steps(acme.run_bulk(start)) == {"A-1": "DONE", "A-2": "DONE"}


def test_a_run_with_the_same_id_goes_on_with_the_same_orders_and_does_nothing_twice() -> None:
    acme = shop(*queue_of(2, units=2), mugs=1)
    start = acme.choose_orders(SplitOrders(), EVERY, bulk_id="split", at=later(60))
    first = acme.run_bulk(start)
    acme.place(order("A-9", placed_at=later(61)), at=later(61))
    acme.count(key(), 2, at=later(62))
    again = acme.choose_orders(SplitOrders(), EVERY, bulk_id="split", at=later(63))
    assert again == start
    second = acme.run_bulk(again)
    assert steps(first) == {"A-1": "DONE", "A-2": "REFUSED"}
    assert [each.is_repeated for each in second.answers] == [True, False]
    assert acme.order("A-1").split_count == 1
    previewed = acme.preview_bulk(start)
    assert previewed.answers[0].is_repeated
    assert [each.before for each in first.answers] == [each.before for each in second.answers]
    assert previewed.answers[0].before == first.answers[0].before


def test_a_repeated_turn_has_no_order_before_it_if_the_events_are_missing() -> None:
    acme = shop(*queue_of(1))
    start = acme.choose_orders(CancelOrders(), EVERY, bulk_id="b")
    acme.run_bulk(start)
    (command,) = [each for each in acme.events("A-1") if isinstance(each, OrderCancelled)]
    outcome = Outcome(seller_id=ACME, events=(command,))
    answer, _ = repeated_turn("A-1", outcome, acme.events("A-1")[1:])
    assert answer.before is None


@pytest.mark.parametrize("orders_max", [1, 2, 1_000])
def test_orders_that_the_run_itself_completed_before_their_turn_are_counted(
    orders_max: int,
) -> None:
    acme = shop(*queue_of(3), mugs=1, orders_max=orders_max)
    start = acme.choose_orders(CancelOrders(), filter_of("units=1"), bulk_id="b")
    result = acme.run_bulk(start)
    assert [each.completed_by_run for each in result.answers] == [False, True, True]
    assert result.completed_by_run == acme.run_bulk(start).completed_by_run == 2


@pytest.mark.parametrize("orders_max", [1, 2, 1_000])
def test_a_preview_counts_those_that_later_pages_complete(orders_max: int) -> None:
    acme = shop(order("A", ("MUG", 3)), *queue_of(3), mugs=3, orders_max=orders_max)
    start = acme.choose_orders(CancelOrders(), EVERY, bulk_id="b")
    previewed = acme.preview_bulk(start)
    assert previewed.completed_by_run == 3
    assert acme.run_bulk(start) == previewed


def test_a_product_that_no_chosen_order_has_is_refused() -> None:
    acme = shop(*queue_of(2), order("B", ("CUP", 1)))
    for where in ("sku=MUG", "id=A-1"):
        with pytest.raises(InvalidValueError, match=r"^ReplaceProduct\.sku must be a product that"):
            acme.choose_orders(EditOrders((ReplaceProduct("CUP", "PAN"),)), filter_of(where))
    nothing = acme.choose_orders(EditOrders((ReplaceProduct("CUP", "PAN"),)), filter_of("sku=TEA"))
    assert not nothing.orders


def test_pinned_orders_are_pinned_and_unpinned_once() -> None:
    acme = shop(*queue_of(2))
    acme.pin("A-1")
    assert steps(ran(acme, PinOrders())) == {"A-1": "UNCHANGED", "A-2": "DONE"}
    assert steps(ran(acme, UnpinOrders(), "pinned=yes")) == {"A-1": "DONE", "A-2": "DONE"}
    assert not acme.order("A-1").pinned


@pytest.mark.parametrize(
    ("action", "where"), [(CancelOrders("why"), ""), (CancelOrders(), "units>0")]
)
def test_an_id_of_another_run_is_refused(action: BulkAction, where: str) -> None:
    acme = shop(*queue_of(1))
    acme.run_bulk(acme.choose_orders(CancelOrders(), EVERY, bulk_id="b"))
    with pytest.raises(CommandIdReusedError, match="'b' of seller 'acme'"):
        acme.choose_orders(action, filter_of(where), bulk_id="b")


@pytest.mark.parametrize("where", ["", "units>0"])
def test_a_run_of_which_an_order_was_erased_does_not_go_on(where: str) -> None:
    """Its filter is gone, so that of the call may be another one, such as that of all orders."""
    acme = shop(*queue_of(2))
    acme.run_bulk(acme.choose_orders(CancelOrders(), filter_of("units>0"), bulk_id="b"))
    acme.erase("A-1")
    with pytest.raises(InvalidValueError, match="the filter of this one was erased"):
        acme.choose_orders(CancelOrders(), filter_of(where), bulk_id="b")


def test_a_run_that_names_a_customer_does_not_go_on_after_any_erasure() -> None:
    acme = shop(*queue_of(2))
    where = filter_of("reference!=Ann and id=A-2")
    acme.run_bulk(acme.choose_orders(CancelOrders(), where, bulk_id="b"))
    acme.run_bulk(acme.choose_orders(CancelOrders(), filter_of("id=A-2"), bulk_id="c"))
    acme.erase("A-1", include_open=True)
    with pytest.raises(InvalidValueError, match="the filter of this one was erased"):
        acme.choose_orders(CancelOrders(), where, bulk_id="b")
    assert acme.choose_orders(CancelOrders(), filter_of("id=A-2"), bulk_id="c").orders


def test_a_run_without_orders_is_not_recorded_and_chooses_again() -> None:
    acme = shop(*queue_of(1))
    where = filter_of("sku=CUP")
    nothing = acme.choose_orders(CancelOrders("Ann called"), where, bulk_id="b")
    assert acme.run_bulk(nothing) == acme.preview_bulk(nothing)
    acme.place(order("B", ("CUP", 1)))
    again = acme.choose_orders(CancelOrders("Bob called"), where, bulk_id="b")
    assert steps(acme.run_bulk(again)) == {"B": "DONE"}


def test_an_id_of_another_command_is_refused() -> None:
    acme = shop(*queue_of(1))
    acme.cancel("A-1", command_id="c")
    with pytest.raises(CommandIdReusedError, match="'c'"):
        acme.choose_orders(CancelOrders(), EVERY, bulk_id="c")


class FullDisk(MemoryRepository):
    """A repository that fails from one batch on."""

    works = 99

    def together(self, seller_id: str, task: Callable[[Repository], T]) -> T:
        self.works -= 1
        if self.works < 0:
            raise StorageError("the disk is full")
        return super().together(seller_id, task)


def test_an_interrupted_run_says_what_is_saved_and_a_second_one_does_the_rest(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(bulk_methods, "ORDERS_PER_BATCH", 2)
    repository = FullDisk()
    acme = OrderFlow(repository).seller(ACME)
    for each in queue_of(5):
        acme.place(each, at=each.placed_at)
    start = acme.choose_orders(CancelOrders(), EVERY, bulk_id="b")
    repository.works = 0
    with pytest.raises(StorageError, match=r"^the disk is full$"):
        acme.run_bulk(start)
    repository.works = 1
    with pytest.raises(BatchInterruptedError, match="the first 2 commands are saved"):
        acme.run_bulk(start)
    repository.works = 9
    told: list[tuple[int, int]] = []
    result = acme.run_bulk(start, progress=lambda *each: told.append(each))
    assert [each.is_repeated for each in result.answers] == [True, True, False, False, False]
    assert told == [(2, 5), (4, 5), (5, 5)]


class Restless(MemoryRepository):
    """A repository in which somebody else changes an order just before some writes."""

    changes = 0

    def write(self, seller_id: str, task: Callable[[UnitOfWork], T]) -> T:
        if self.changes:
            self.changes -= 1
            other = OrderFlow(self)
            changes, self.changes = self.changes, 0
            other.seller(seller_id).edit("A-1", ChangePriority(changes + 1), at=later(70))
            self.changes = changes
        return super().write(seller_id, task)


def without_together(repository: MemoryRepository) -> OrderFlow:
    """Return a flow on a repository that commits each command by itself."""

    class Plain:
        def __init__(self) -> None:
            for name in ("write", "read", "sellers", "unserved"):
                setattr(self, name, getattr(repository, name))

    return OrderFlow(Plain())  # type: ignore[arg-type] # it has the methods of a repository


@pytest.mark.parametrize(("changes", "gives_up"), [(3, False), (99, True)])
def test_a_turn_is_taken_again_if_somebody_changed_the_order_meanwhile(
    changes: int, *, gives_up: bool
) -> None:
    repository = Restless()
    acme = without_together(repository).seller(ACME)
    acme.place(queue_of(1)[0], at=later(1))
    start = acme.choose_orders(CancelOrders(), EVERY)
    acme.handle(start)
    repository.changes = changes
    if gives_up:
        with pytest.raises(ContentionError):
            acme.run_bulk(start)
    else:
        assert steps(acme.run_bulk(start)) == {"A-1": "DONE"}


def test_the_other_orders_of_a_long_queue_are_named_too() -> None:
    orders = [order("A-0", ("MUG", 6), placed_at=NOON), *queue_of(6)]
    acme = shop(*orders, mugs=6, orders_max=2)
    start = acme.choose_orders(CancelOrders(), filter_of("id=A-0"), at=later(60))
    previewed = acme.preview_bulk(start)
    result = acme.run_bulk(start)
    assert len(result.other_orders) == 6
    assert set(result.other_orders) == set(previewed.other_orders)


def test_a_preview_and_a_run_need_an_id_and_an_order_that_exists() -> None:
    acme = shop(*queue_of(1))
    start = StartBulk(seller_id=ACME, action=CancelOrders(), where="", orders=(("Z", 0),), at=NOON)
    with pytest.raises(InvalidValueError, match=r"run_bulk\.start\.command_id"):
        acme.run_bulk(start)
    with_id = StartBulk(
        seller_id=ACME, action=CancelOrders(), where="", orders=(("Z", 0),), at=NOON, command_id="b"
    )
    for method in (acme.run_bulk, acme.preview_bulk):
        with pytest.raises(OrderNotFoundError):
            method(with_id)


def test_a_long_id_of_a_run_still_makes_valid_ids_of_commands() -> None:
    acme = shop(*queue_of(2))
    result = acme.run_bulk(acme.choose_orders(CancelOrders(), EVERY, bulk_id="b" * 128))
    assert steps(result) == {"A-1": "DONE", "A-2": "DONE"}


def test_an_async_host_awaits_the_same() -> None:
    async def run() -> BulkResult:
        acme = AsyncOrderFlow(ThreadedRepository(MemoryRepository())).seller(ACME)
        for each in queue_of(2):
            await acme.place(each, at=each.placed_at)
        start = await acme.choose_orders(CancelOrders(), EVERY)
        assert (await acme.preview_bulk(start)).count(BulkStep.DONE) == 2
        return await acme.run_bulk(start)

    assert steps(asyncio.run(run())) == {"A-1": "DONE", "A-2": "DONE"}


def test_a_preview_of_many_orders_is_what_the_run_does() -> None:
    acme = shop(*queue_of(150), mugs=20)
    start = acme.choose_orders(EditOrders((ReplaceProduct("MUG", "PAN"),)), EVERY)
    acme.count(key("PAN"), 30)
    told: list[tuple[int, int]] = []
    previewed = acme.preview_bulk(start, progress=lambda *each: told.append(each))
    assert acme.run_bulk(start) == previewed
    assert told[-1] == (150, 150)
