"""`Seller`: the handle of one seller, which reaches nothing of another."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any, NoReturn

import pytest

from orderflow import (
    AdjustmentReason,
    AllocationPolicy,
    AsyncSeller,
    EditRefusedError,
    ExpectedReceipt,
    InvalidValueError,
    MemoryRepository,
    OrderFlow,
    OrderNotFoundError,
    OrderParts,
    Outcome,
    PartialAllocation,
    ProductNotFoundError,
    Queue,
    Seller,
    Status,
)
from orderflow.commands import CancelOrder
from orderflow.edits import ChangeCourier, RemoveLine, RemoveShortLines
from orderflow.events import OrderEdited
from orderflow.sourcing import SourcingPolicy
from tests.unit.shop import ACME, NOON, Clock, key, later, order, shop_with

if TYPE_CHECKING:
    from collections.abc import Callable

BOLT = "bolt"


class _Closed(MemoryRepository):
    """A repository that nothing may be asked of."""

    def read(self, *_: object) -> NoReturn:
        raise AssertionError

    def write(self, *_: object) -> NoReturn:
        raise AssertionError


FOREIGN: dict[str, Callable[[Seller], object]] = {
    "place": lambda acme: acme.place(order("A", seller_id=BOLT)),
    "place_many": lambda acme: acme.place_many([order("A", seller_id=BOLT)]),
    "announce": lambda acme: acme.announce(ExpectedReceipt("R", key(seller_id=BOLT), 1, NOON)),
    "book_in": lambda acme: acme.book_in(key(seller_id=BOLT), 1),
    "adjust": lambda acme: acme.adjust(key(seller_id=BOLT), 1, AdjustmentReason.FOUND),
    "count": lambda acme: acme.count(key(seller_id=BOLT), 1),
    "handle": lambda acme: acme.handle(CancelOrder(seller_id=BOLT, order_id="A", at=NOON)),
    "preview": lambda acme: acme.preview(CancelOrder(seller_id=BOLT, order_id="A", at=NOON)),
    "orders": lambda acme: acme.orders(after=order("A", seller_id=BOLT)),
    "stock": lambda acme: acme.stock(after=key(seller_id=BOLT)),
    "stock_of": lambda acme: acme.stock_of(key(seller_id=BOLT)),
    "queue": lambda acme: acme.queue(key(seller_id=BOLT)),
    "source": lambda acme: acme.source(
        order("A", seller_id=BOLT, warehouse_id=""), sourcing=SourcingPolicy(warehouses=("leeds",))
    ),
    "earliest_promise": lambda acme: acme.earliest_promise(order("A", seller_id=BOLT)),
    "what_if": lambda acme: acme.what_if(ExpectedReceipt("R", key(seller_id=BOLT), 1, NOON)),
}


@pytest.mark.parametrize("name", FOREIGN)
def test_what_is_another_sellers_is_refused_before_anything_is_read(name: str) -> None:
    acme = OrderFlow(_Closed(), clock=Clock()).seller("acme")
    with pytest.raises(InvalidValueError, match="'acme', the seller of this handle, not 'bolt'"):
        FOREIGN[name](acme)


def test_orders_of_two_sellers_are_not_placed_together() -> None:
    acme = OrderFlow(_Closed(), clock=Clock()).seller("acme")
    with pytest.raises(InvalidValueError, match="orders of one seller"):
        acme.place_many([order("A"), order("B", seller_id=BOLT)])


def test_a_handle_is_made_without_a_look_at_the_repository() -> None:
    acme = OrderFlow(_Closed()).seller("acme")
    assert (acme.seller_id, repr(acme)) == ("acme", "Seller('acme')")
    with pytest.raises(InvalidValueError, match=r"Seller\.seller_id"):
        OrderFlow(_Closed()).seller("")


def test_the_sellers_are_those_that_anything_is_known_of() -> None:
    shop = shop_with(MUG=1)
    shop.flow.seller(BOLT)
    assert shop.flow.sellers() == ["acme"]


# Signatures


def commands_of(kind: type) -> dict[str, Any]:
    """Return the methods that carry out a command."""
    methods = inspect.getmembers(kind, inspect.isfunction)
    return {
        name: method
        for name, method in methods
        if name[0] != "_" and "command_id" in inspect.signature(method).parameters
    }


@pytest.mark.parametrize("kind", [Seller, AsyncSeller])
def test_every_command_shows_its_options(kind: type) -> None:
    for name, method in commands_of(kind).items():
        signature = inspect.signature(method)
        options = [each for each in signature.parameters.values() if each.name in _OPTIONS]
        assert [str(each) for each in options] == [_OPTIONS[each.name] for each in options], name
        assert {each.kind for each in options} == {inspect.Parameter.KEYWORD_ONLY}
        is_of_one_order = "order_id" in signature.parameters and name != "cancel_all_parts"
        assert len(options) == (3 if is_of_one_order else 2), name
        result = "CancelledParts" if name == "cancel_all_parts" else "Outcome"
        assert signature.return_annotation == result


_OPTIONS = {
    "at": "at: 'datetime | None' = None",
    "command_id": "command_id: 'str | None' = None",
    "expected_version": "expected_version: 'int | None' = None",
}


def test_no_method_takes_what_it_does_not_name() -> None:
    for name, method in inspect.getmembers(Seller, inspect.isfunction):
        kinds = {each.kind for each in inspect.signature(method).parameters.values()}
        assert inspect.Parameter.VAR_KEYWORD not in kinds, name


# Reads


def test_a_stock_record_is_found_by_its_key() -> None:
    shop = shop_with(MUG=3)
    assert shop.stock_of(key()).on_hand == 3
    with pytest.raises(ProductNotFoundError, match="has no product 'PAN'"):
        shop.stock_of(key("PAN"))


@pytest.mark.parametrize("partial", [PartialAllocation.ALWAYS, PartialAllocation.NEVER])
def test_a_queue_has_everyone_who_is_short_the_first_to_be_served_first(
    partial: PartialAllocation,
) -> None:
    policy = AllocationPolicy(queue=Queue.PRIORITY, partial_allocation=partial)
    shop = shop_with(policy, MUG=0, PAN=0, CUP=9)
    shop.take("A", ("PAN", 1), ("MUG", 2))
    shop.take("B", ("MUG", 1), priority=1)
    shop.take("C", ("PAN", 1))
    shop.take("D", ("CUP", 1))
    assert [each.order_id for each in shop.queue(key("MUG"))] == ["B", "A"]
    assert [each.order_id for each in shop.queue(key("PAN"), limit=1)] == ["A"]
    assert shop.queue(key("CUP")) == shop.queue(key("MUG", warehouse_id="york")) == ()


def test_events_are_not_counted_backwards() -> None:
    with pytest.raises(InvalidValueError, match=r"events\.after must be the number of an event"):
        shop_with(MUG=1).events(after=-1)


def test_an_order_that_was_never_split_has_no_parts() -> None:
    shop = shop_with(MUG=1)
    shop.take("A")
    assert shop.parts_of("A") == OrderParts()
    assert shop.all_parts_of("A") == (shop.order("A"),)
    with pytest.raises(OrderNotFoundError):
        shop.parts_of("B")


def test_all_parts_are_found_from_any_of_them() -> None:
    shop = shop_with(MUG=9)
    shop.take("A", ("MUG", 9))
    for order_id in ("A", "A.1", "A"):
        shop.split(order_id, units={"1": 1 if order_id != "A" else 3})
    everything = ["A", "A.1", "A.2", "A.1.1"]
    for order_id in everything:
        assert [each.order_id for each in shop.all_parts_of(order_id)] == everything
        assert [each.order_id for each in shop.all_parts_of(order_id, limit=2)] == ["A", "A.1"]
    with pytest.raises(OrderNotFoundError):
        shop.all_parts_of("B")


# Ways out of a back order


def test_a_split_off_order_gets_a_free_id() -> None:
    shop = shop_with(MUG=1)
    shop.take("A.1")
    shop.take("A", ("MUG", 3))
    shop.receive("MUG", 1)
    first = shop.split("A", command_id="C1")
    assert [each.order_id for each in shop.parts_of("A").children] == ["A.2"]
    shop.receive("MUG", 1)
    assert shop.split("A", command_id="C1") == first
    shop.split("A")
    assert [each.order_id for each in shop.parts_of("A").children] == ["A.2", "A.3"]


def test_the_short_lines_are_removed() -> None:
    shop = shop_with(MUG=1, PAN=0, CUP=0)
    shop.take("A", ("PAN", 1), ("MUG", 1), ("CUP", 2))
    first = shop.remove_short_lines("A", command_id="C1")
    assert shop.status("A") == "ALLOCATED"
    assert [line.line_id for line in shop.order("A").lines] == ["2"]
    (edited,) = [event for event in first.events if isinstance(event, OrderEdited)]
    assert edited.edits == (RemoveLine("1"), RemoveLine("3"))
    assert shop.remove_short_lines("A", command_id="C1") == first


def test_short_lines_are_removed_together_with_other_changes() -> None:
    shop = shop_with(MUG=1, PAN=0)
    shop.take("A", ("PAN", 1), ("MUG", 1))
    shop.edit("A", RemoveShortLines(), ChangeCourier("VAN"))
    assert (shop.order("A").courier, shop.status("A")) == ("VAN", Status.ALLOCATED)


def test_short_lines_that_were_removed_are_not_removed_again() -> None:
    shop = shop_with(MUG=1, PAN=0)
    shop.take("A", ("PAN", 1), ("MUG", 1))
    (edited, *_) = shop.edit("A", RemoveShortLines(), RemoveShortLines()).events
    assert isinstance(edited, OrderEdited)
    assert edited.edits == (RemoveLine("1"),)


def test_short_lines_are_not_removed_where_there_are_none_or_no_others() -> None:
    shop = shop_with(MUG=1)
    shop.take("A")
    with pytest.raises(EditRefusedError, match="none of its lines is short"):
        shop.remove_short_lines("A")
    shop.take("B")
    with pytest.raises(EditRefusedError, match="cancel the order instead"):
        shop.remove_short_lines("B")


def test_a_method_takes_its_moment_from_the_clock_unless_it_is_told() -> None:
    shop = shop_with(MUG=1)
    outcome: Outcome = shop.count(key(), 2, at=later(7))
    assert [event.at for event in outcome.events] == [later(7)]
    shop.clock.wait(30)
    assert [event.at for event in shop.count(key(), 3).events] == [later(30)]


@pytest.mark.parametrize("read", ["orders", "stock", "events"])
@pytest.mark.parametrize("limit", [-1, 1.5, "2", True, 10**30])
def test_a_limit_is_a_whole_number(read: str, limit: Any) -> None:  # noqa: ANN401
    acme = OrderFlow(MemoryRepository()).seller(ACME)
    with pytest.raises(InvalidValueError, match=rf"{read}\.limit must be a whole number from 0"):
        getattr(acme, read)(limit=limit)
    with pytest.raises(InvalidValueError, match=r"queue\.limit must be a whole number from 0"):
        acme.queue(key(), limit=limit)


def test_a_status_may_be_its_text_and_is_one_of_them() -> None:
    acme = OrderFlow(MemoryRepository()).seller(ACME)
    acme.place(order("A", ("MUG", 1)), at=NOON)
    status: Any = "ON_BACK_ORDER"
    assert [each.order_id for each in acme.orders(status)] == ["A"]
    status = "WAITING"
    with pytest.raises(InvalidValueError, match=r"orders\.status must be one of NEW, POSTPONED"):
        acme.orders(status)
