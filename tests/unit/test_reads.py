"""What can be asked of the service before anything is done: previews, suggestions, reasons."""

from __future__ import annotations

from typing import TYPE_CHECKING, get_args

import attrs
import pytest

from orderflow import (
    AllocationPolicy,
    ExpectedReceipt,
    MemoryRepository,
    Order,
    OrderFlow,
    PartialAllocation,
    Replacement,
    ReplacementList,
    Seller,
)
from orderflow.bulk import CancelOrders
from orderflow.commands import (
    BookInStock,
    CancelOrder,
    Command,
    PlaceOrder,
    PlaceOrders,
    ServeWaiting,
    SplitOrder,
    StartBulk,
)
from orderflow.core import ReceiptChange, explain, replacement_offers
from orderflow.domain.model import commands as do
from orderflow.domain.model.events import AdjustmentReason
from orderflow.errors import (
    CommandIdReusedError,
    NotFoundError,
    OrderNotFoundError,
    RefusedError,
    SplitRefusedError,
)
from orderflow.sourcing import SourcingPolicy
from tests.unit.domain.test_walks import COMMANDS, OPENINGS
from tests.unit.shop import ACME, NOON, CheckedFlow, about, key, later, order, shop_with

if TYPE_CHECKING:
    from collections.abc import Callable

    from orderflow import Outcome

# Previews

RECEIPT = ExpectedReceipt("R1", key(), 5, later(60))
OTHERS: dict[str, Command] = {
    "place": PlaceOrder(order=order("B", ("MUG", 2)), at=NOON),
    "place several": PlaceOrders(orders=(order("B", ("MUG", 2)), order("C", ("MUG", 1))), at=NOON),
    "book in": BookInStock(key=key(), received=3, at=NOON),
    "announce": do.AnnounceReceipt(receipt=RECEIPT, at=NOON),
    "withdraw": do.WithdrawReceipt(seller_id=ACME, receipt_id="R0", at=NOON),
    "adjust": do.AdjustStock(key=key(), change=-1, reason=AdjustmentReason.DAMAGE, at=NOON),
    "count": do.CountStock(key=key(), counted=0, at=NOON),
    "transfer": do.TransferStock(
        key=key(), units=1, to_warehouse_id="york", receipt_id="R1", expected_at=later(60), at=NOON
    ),
    "limit back orders": do.LimitBackOrders(key=key(), units_max=0, at=NOON),
    "release ended holds": do.RunDue(seller_id=ACME, at=NOON),
    "change policy": do.ChangePolicy(
        seller_id=ACME,
        policy=AllocationPolicy(partial_allocation=PartialAllocation.NEVER),
        at=NOON,
    ),
    "reallocate": do.ReallocateUnits(
        seller_id=ACME,
        changes=(do.Reallocation("A", None, (("1", 1),)),),
        note="a customer waits",
        by="Ann",
        at=NOON,
    ),
    "erase": do.ErasePersonalData(seller_id=ACME, order_ids=("A",), include_open=True, at=NOON),
    "start bulk": do.StartBulk(
        seller_id=ACME, action=CancelOrders(), where="", orders=(("A", 0),), at=NOON
    ),
    "serve waiting": ServeWaiting(keys=(key(),), at=NOON),
}


def answer(act: Callable[[Command], Outcome], command: Command) -> Outcome | str:
    try:
        return act(command)
    except (NotFoundError, RefusedError) as refusal:
        return repr(refusal)


def test_every_command_is_tried() -> None:
    tried = {type(command) for command in (*COMMANDS.values(), *OTHERS.values())}
    assert tried == set(get_args(Command))


@pytest.mark.parametrize("name", [*COMMANDS, *OTHERS])
@pytest.mark.parametrize("status", OPENINGS)
def test_a_preview_answers_as_the_command_does_and_changes_nothing(status: str, name: str) -> None:
    shop = OPENINGS[status]()
    shop.announce(attrs.evolve(RECEIPT, receipt_id="R0"))
    command = {**COMMANDS, **OTHERS}[name]
    before, events = shop.stored(), shop.events()
    previewed = answer(shop.preview, command)
    assert (shop.stored(), shop.events()) == (before, events)
    assert answer(shop.handle, command) == previewed


def test_a_preview_shows_every_order_that_would_move() -> None:
    shop = shop_with(MUG=2)
    shop.take("A", ("MUG", 2))
    shop.take("B", ("MUG", 1))
    shop.take("C", ("MUG", 1))
    outcome = shop.preview(CancelOrder(**about()))
    assert [each.order_id for each in outcome.other_orders] == ["B", "C"]
    assert outcome.back_orders_completed == ("B", "C")


def test_a_refusal_is_raised_as_the_command_would() -> None:
    with pytest.raises(SplitRefusedError, match="all its units are allocated"):
        OPENINGS["ALLOCATED"]().preview(SplitOrder(new_order_id="B", **about()))


def test_a_preview_leaves_the_id_of_its_command_free() -> None:
    shop = shop_with(MUG=0)
    command = BookInStock(key=key(), received=2, at=NOON, command_id="C1")
    assert shop.preview(command) == shop.preview(command) == shop.handle(command)
    assert shop.shelf() == (2, 0)


def test_a_repeated_command_is_previewed_as_it_was_answered() -> None:
    shop = shop_with(MUG=0)
    command = BookInStock(key=key(), received=2, at=NOON, command_id="C1")
    first = shop.handle(command)
    shop.take("A")
    assert shop.preview(attrs.evolve(command, at=later(9))) == first
    with pytest.raises(CommandIdReusedError):
        shop.preview(attrs.evolve(command, received=3))


def test_a_seller_of_whom_nothing_is_kept_can_be_previewed_and_leaves_no_trace() -> None:
    flow = CheckedFlow()
    outcome = flow.seller(ACME).preview(PlaceOrder(order=order("A"), at=NOON))
    assert outcome.back_orders_opened == ("A",)
    assert flow.repository.sellers() == []


def test_each_seller_is_previewed_under_the_own_policy() -> None:
    flow = CheckedFlow()
    flow.seller("bolt").change_policy(AllocationPolicy(partial_allocation=PartialAllocation.NEVER))
    for seller_id, held in ((ACME, 1), ("bolt", 0)):
        flow.seller(seller_id).book_in(key(seller_id=seller_id), 1)
        placed = order("A", ("MUG", 2), seller_id=seller_id)
        outcome = flow.seller(seller_id).preview(PlaceOrder(order=placed, at=NOON))
        assert outcome.order is not None
        assert outcome.order.allocated == held


# Long queues


def long_queue(orders: int = 5) -> tuple[OrderFlow, MemoryRepository]:
    """This number of orders wait for a mug each, and two are served at once."""
    repository = MemoryRepository()
    flow = OrderFlow(repository, orders_max=2)
    for number in range(orders):
        placed = order(f"{number:03}", ("MUG", 1), placed_at=later(number), promised_by=later(999))
        flow.seller(ACME).place(placed, at=NOON)
    return flow, repository


def interrupt(monkeypatch: pytest.MonkeyPatch, flow: OrderFlow, units: int) -> None:
    """Book in, and end before the rest of the queue was served."""
    with monkeypatch.context() as patch:
        patch.setattr(OrderFlow, "_serve", lambda *_: None)
        flow.seller(ACME).book_in(key(), units, at=NOON)


def test_a_preview_shows_all_pages_of_a_long_queue() -> None:
    flow, _ = long_queue()
    command = BookInStock(key=key(), received=5, at=NOON)
    assert flow.seller(command.seller_id).preview(command).back_orders_completed == (
        "000",
        "001",
        "002",
        "003",
        "004",
    )
    assert flow.handle(command).back_orders_completed == ("000", "001")


def test_a_preview_comes_after_what_was_left_unserved(monkeypatch: pytest.MonkeyPatch) -> None:
    flow, repository = long_queue()
    interrupt(monkeypatch, flow, 4)
    command = PlaceOrder(order=order("Z", placed_at=later(99)), at=NOON)
    previewed = flow.seller(command.seller_id).preview(command)
    assert previewed.back_orders_opened == ("Z",)
    assert repository.unserved() == [key()], "asking has served nobody"
    assert flow.handle(command) == previewed


def test_a_refusal_comes_after_what_was_left_unserved(monkeypatch: pytest.MonkeyPatch) -> None:
    flow, _ = long_queue()
    interrupt(monkeypatch, flow, 5)
    split = SplitOrder(seller_id=ACME, order_id="004", new_order_id="Z", at=NOON)
    with pytest.raises(SplitRefusedError, match="all its units are allocated"):
        flow.seller(ACME).preview(split)


def test_going_on_with_what_was_left_unserved_can_be_previewed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    flow, _ = long_queue(4)
    interrupt(monkeypatch, flow, 4)
    command = ServeWaiting(keys=(key(),), at=NOON)
    previewed = flow.seller(command.seller_id).preview(command)
    assert previewed.back_orders_completed == ("002", "003")
    assert flow.handle(command) == previewed


def test_what_was_left_unserved_is_served_before_it_is_explained(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    flow, _ = long_queue()
    acme = flow.seller(ACME)
    interrupt(monkeypatch, flow, 4)
    (shortage,) = acme.explain("004", at=NOON).shortages
    assert (shortage.position, shortage.available) == (1, 0)
    assert acme.explain("003", at=NOON).order.status == "ALLOCATED"
    allowed = [str(each.action) for each in acme.actions("003", at=NOON) if each.allowed]
    assert "SEND_TO_WAREHOUSE" in allowed


def test_what_was_left_unserved_is_served_before_a_new_order_is_sourced(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    flow, _ = long_queue()
    interrupt(monkeypatch, flow, 6)
    placed = order("Z", ("MUG", 2), warehouse_id="", placed_at=later(99))
    sourcing = SourcingPolicy(warehouses=("leeds", "york"))
    (part,) = flow.seller(ACME).source(placed, sourcing=sourcing, at=NOON).parts
    assert (part.units, part.waiting) == ((("1", 2),), (("1", 1),))


ASKED: dict[str, Callable[[Seller], object]] = {
    "explain": lambda acme: acme.explain("004", at=NOON),
    "actions": lambda acme: acme.actions("003", at=NOON),
    "preview": lambda acme: acme.preview(BookInStock(key=key(), received=1, at=NOON)),
    "preview_bulk": lambda acme: acme.preview_bulk(
        StartBulk(
            seller_id=ACME,
            action=CancelOrders(),
            where="",
            orders=(("000", 2), ("004", 1)),
            at=NOON,
            command_id="bulk",
        )
    ),
    "rebalance": lambda acme: acme.rebalance(at=NOON).orders,
    "available_to_promise": lambda acme: acme.available_to_promise(key(), later(9), at=NOON),
    "available_to_promise_over": lambda acme: acme.available_to_promise_over(
        "MUG", later(9), sourcing=SourcingPolicy(warehouses=("leeds", "york")), at=NOON
    ),
    "earliest_promise": lambda acme: acme.earliest_promise(
        order("Z", ("MUG", 2), placed_at=later(99)), at=NOON
    ),
    "receipt_allocation": lambda acme: acme.receipt_allocation("R", at=NOON),
    "exceptions": lambda acme: acme.exceptions(at=NOON),
    "what_if": lambda acme: acme.what_if(ReceiptChange("R", more=-1), at=NOON),
}


@pytest.mark.parametrize("ask", ASKED.values(), ids=ASKED)
def test_an_answer_is_the_same_before_and_after_what_was_left_unserved_is_served(
    ask: Callable[[Seller], object], monkeypatch: pytest.MonkeyPatch
) -> None:
    flow, _ = long_queue()
    acme = flow.seller(ACME)
    acme.announce(ExpectedReceipt("R", key(), 2, later(5)), at=NOON)
    interrupt(monkeypatch, flow, 4)
    answer = ask(acme)
    acme.handle(ServeWaiting(keys=(key(),), at=NOON))
    assert answer == ask(acme)


# Suggestions and reasons

CATALOGUE = ReplacementList([Replacement("CUP", "MUG")])


def shop_with_cups() -> tuple[OrderFlow, Order]:
    flow = OrderFlow(MemoryRepository(), catalogue=CATALOGUE)
    acme = flow.seller(ACME)
    acme.book_in(key("CUP"), 2, at=NOON)
    placed = acme.place(order("A", ("MUG", 2)), at=NOON).order
    assert placed is not None
    return flow, placed


def test_suggestions_are_those_of_the_core_by_the_catalogue() -> None:
    flow, placed = shop_with_cups()
    with flow._repository.unit_of_work(ACME) as work:  # type: ignore[attr-defined]  # noqa: SLF001
        expected = replacement_offers(placed, work, CATALOGUE)
    assert flow.seller(ACME).replacement_offers("A") == expected != ()


def test_a_suggestion_that_is_taken_covers_the_line() -> None:
    flow, _ = shop_with_cups()
    (suggestion,) = flow.seller(ACME).replacement_offers("A")
    assert flow.seller(ACME).edit("A", suggestion.edit).back_orders_completed == ("A",)


def test_without_a_catalogue_nothing_is_suggested() -> None:
    shop = shop_with(MUG=0, CUP=9)
    shop.take("A")
    assert shop.replacement_offers("A") == ()


def test_an_explanation_is_that_of_the_core_at_this_moment() -> None:
    shop = shop_with(MUG=1)
    shop.take("A", ("MUG", 2))
    assert shop.explain("A") == explain("A", shop.state(), shop.clock.now())
    assert shop.explain("A", at=later(9)) == explain("A", shop.state(), later(9))


@pytest.mark.parametrize("ask", [Seller.replacement_offers, Seller.explain, Seller.actions])
def test_another_sellers_order_is_not_found(ask: Callable[[Seller, str], object]) -> None:
    shop = shop_with(MUG=1)
    shop.take("A")
    with pytest.raises(OrderNotFoundError, match="seller 'bolt' has no order 'A'"):
        ask(shop.flow.seller("bolt"), "A")
