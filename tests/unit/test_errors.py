"""Every error names the thing, what was wrong with it, and the way out."""

from __future__ import annotations

import pickle
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from orderflow import AdjustmentReason, ExpectedReceipt, HoldReason
from orderflow import errors as wrong
from orderflow.core import State, evolve
from orderflow.edits import AddLine, ChangeQuantity, RemoveLine, ReplaceLine
from orderflow.events import OrderCancelled
from tests.unit.shop import ACME, NOON, Shop, key, later, order, shop_with

if TYPE_CHECKING:
    from collections.abc import Callable


def shop() -> Shop:
    """Order A is on back order with one mug of two, order B has nothing, order C is processed."""
    opened = shop_with(MUG=1, PAN=1)
    opened.take("A", ("MUG", 2), ("PAN", 1))
    opened.take("B", ("MUG", 1))
    opened.count(key("CUP"), 1)
    opened.take("C", ("CUP", 1))
    opened.send_to_warehouse("C")
    opened.announce(ExpectedReceipt("R1", key("MUG"), 5, NOON))
    return opened


# What is asked for, the error, and all that its message must say.
REFUSALS: list[tuple[str, Callable[[Shop], object], type[Exception], list[str]]] = [
    (
        "an order that is not there",
        lambda shop: shop.cancel("Z"),
        wrong.OrderNotFoundError,
        ["'acme'", "'Z'"],
    ),
    (
        "a line that is not there",
        lambda shop: shop.edit("A", ChangeQuantity("7", 1)),
        wrong.LineNotFoundError,
        ["'A'", "'7'", "1, 2"],
    ),
    (
        "a line that is not there is not found by the warehouse either",
        lambda shop: shop.report_short_pick("C", {"7": 0}),
        wrong.LineNotFoundError,
        ["'C'", "'7'"],
    ),
    (
        "a product that is not known",
        lambda shop: shop.stock_of(key("JUG")),
        wrong.ProductNotFoundError,
        ["'acme'", "'JUG'", "'leeds'", "announce, book in or count"],
    ),
    (
        "a receipt that is not expected",
        lambda shop: shop.withdraw("R9"),
        wrong.ReceiptNotFoundError,
        ["'acme'", "'R9'", "is closed", "list the receipts"],
    ),
    (
        "an action that the status does not allow",
        lambda shop: shop.despatch("A"),
        wrong.ActionRefusedError,
        ["'A'", "ON_BACK_ORDER", "despatch", "allowed now: edit", "split", "hold", "cancel"],
    ),
    (
        "a release for a reason that it is not held for",
        lambda shop: (
            shop.hold("A", HoldReason.FRAUD_RISK),
            shop.release_hold("A", HoldReason.ADDRESS),
        ),
        wrong.ActionRefusedError,
        ["'A'", "FRAUD_RISK", "ADDRESS", "allowed now: release FRAUD_RISK"],
    ),
    (
        "an edit that removes the last line",
        lambda shop: shop.edit("B", RemoveLine("1")),
        wrong.EditRefusedError,
        ["'B'", "last line", "cancel the order instead"],
    ),
    (
        "an edit that adds a line under an id that is taken",
        lambda shop: shop.edit("A", AddLine("MUG", 1, "2")),
        wrong.EditRefusedError,
        ["'A'", "'2'", "another id"],
    ),
    (
        "an edit that changes a line after removing it",
        lambda shop: shop.edit("A", RemoveLine("2"), ChangeQuantity("2", 1)),
        wrong.EditRefusedError,
        ["'A'", "'2'", "after it was removed in the same edit"],
    ),
    (
        "a replacement of an odd number two at a time",
        lambda shop: shop.edit("B", ReplaceLine("1", "PAN", units=1, per=2)),
        wrong.EditRefusedError,
        ["'B'", "'1'", "'MUG'", "2 at a time", "change its quantity in the same edit first"],
    ),
    (
        "a split of an order that holds nothing",
        lambda shop: shop.split("B", "B2"),
        wrong.SplitRefusedError,
        ["'B'", "allocated", "wait until stock is booked in", "edit the order", "cancel it"],
    ),
    (
        "a split into an order that is there",
        lambda shop: shop.split("A", "B"),
        wrong.DuplicateOrderError,
        ["'acme'", "'B'", "already", "another id"],
    ),
    (
        "an order that is there already",
        lambda shop: shop.place(order("A")),
        wrong.DuplicateOrderError,
        ["'acme'", "'A'", "edit that one if it is the same", "another id"],
    ),
    (
        "an order under the id of a part that was split off from another",
        lambda shop: (shop.split("A", "A-1"), shop.place(order("A-1"))),
        wrong.DuplicateOrderError,
        ["'acme'", "'A-1'", "split off from order 'A'", "another id"],
    ),
    (
        "a split into a part that was split off before",
        lambda shop: (
            shop.split("A", "A-1"),
            shop.receive("MUG", 1),
            shop.split("B", "A-1"),
        ),
        wrong.DuplicateOrderError,
        ["'A-1'", "split off from order 'A'", "another id"],
    ),
    (
        "more taken off the shelf than is on it",
        lambda shop: shop.adjust(key("MUG"), -2, AdjustmentReason.DAMAGE),
        wrong.StockRefusedError,
        ["'MUG'", "2 units", "1 on hand", "count the stock"],
    ),
    (
        "a receipt of another product",
        lambda shop: shop.book_in(key("PAN"), 1, receipt_id="R1"),
        wrong.StockRefusedError,
        ["'PAN'", "'R1'", "'MUG'", "'leeds'", "name a receipt of this product, or none"],
    ),
    (
        "a version that is not the present one",
        lambda shop: shop.cancel("A", expected_version=0),
        wrong.StaleVersionError,
        ["'A'", "version 1", "not 0", "read it again"],
    ),
    (
        "a command id that was used for another command",
        lambda shop: (
            shop.receive("MUG", 1),
            shop.book_in(key(), 1, command_id="C1"),
            shop.book_in(key(), 2, command_id="C1"),
        ),
        wrong.CommandIdReusedError,
        ["'C1'", "'acme'", "another command", "give each new one a new id"],
    ),
    (
        "a hold that has ended before it begins",
        lambda shop: shop.hold(
            "A", HoldReason.SELLER_DELAY, until=shop.clock.now() - timedelta(minutes=1)
        ),
        wrong.HoldRefusedError,
        ["'A'", "12:03", "12:02", "a later end, or none"],
    ),
    (
        "an order whose day has not come",
        lambda shop: (
            shop.count(key("TEA"), 1),
            shop.take("D", ("TEA", 1), not_before=later(600)),
            shop.send_to_warehouse("D"),
        ),
        wrong.SendRefusedError,
        ["'D'", "not leave before 2025-03-03 22:00:00 UTC", "change the day with an edit"],
    ),
    (
        "a short pick of a line that was found whole",
        lambda shop: shop.report_short_pick("C", {"1": 1}),
        wrong.ShortPickRefusedError,
        [
            "'C'",
            "'1'",
            "1 unit allocated, found: 1",
            "name only lines that were not found in full",
        ],
    ),
]


@pytest.mark.parametrize(
    ("ask", "error", "parts"),
    [pytest.param(*refusal, id=asked) for asked, *refusal in REFUSALS],
)
def test_a_refusal_says_what_was_wrong_and_the_way_out(
    ask: Callable[[Shop], object], error: type[Exception], parts: list[str]
) -> None:
    with pytest.raises(error) as refusal:
        ask(shop())
    assert isinstance(refusal.value, wrong.OrderFlowError)
    assert [part for part in parts if part not in str(refusal.value)] == []


def test_a_finished_order_allows_nothing_any_more() -> None:
    opened = shop()
    opened.cancel("A")
    with pytest.raises(wrong.ActionRefusedError, match="no action is allowed") as refusal:
        opened.cancel("A")
    assert refusal.value.allowed == ()


def test_a_refused_action_carries_what_it_names() -> None:
    with pytest.raises(wrong.ActionRefusedError) as refusal:
        shop().send_to_warehouse("A")
    error = refusal.value
    assert (error.order_id, error.status, error.action) == (
        "A",
        "ON_BACK_ORDER",
        "SEND_TO_WAREHOUSE",
    )
    assert "SPLIT" in error.allowed


def test_an_event_that_cannot_follow_says_what_could() -> None:
    with pytest.raises(wrong.TransitionError, match="before it was placed"):
        evolve(State(ACME), OrderCancelled(ACME, "A", NOON, ""))
    opened = shop()
    opened.cancel("A")
    with pytest.raises(wrong.TransitionError, match="which is CANCELLED; possible events: Pers"):
        evolve(opened.state(), OrderCancelled(ACME, "A", NOON, ""))


ARGUMENTS: dict[str, tuple[object, ...]] = {
    "InvalidValueError": ("Order.lines", "a tuple", []),
    "CodecError": (("$.data: …",),),
    "OrderNotFoundError": ("acme", "A"),
    "LineNotFoundError": ("A", "7", ("1",)),
    "ProductNotFoundError": ("acme", "leeds", "MUG"),
    "ReceiptNotFoundError": ("acme", "R1"),
    "ActionRefusedError": ("A", "NEW", "send", ("edit",)),
    "EditRefusedError": ("A", "no"),
    "ErasureRefusedError": ("A", "no"),
    "HoldRefusedError": ("A", "no"),
    "SendRefusedError": ("A", "no", NOON),
    "ShortPickRefusedError": ("A", "no"),
    "SplitRefusedError": ("A", "no"),
    "StockRefusedError": ("MUG", "no"),
    "DuplicateOrderError": ("acme", "A-1", "A"),
    "CommandIdReusedError": ("acme", "C1"),
    "StaleVersionError": ("A", 1, 2),
    "BusyError": ("acme", "others wait"),
    "ContentionError": (5,),
    "SchemaError": (None, "0001"),
    "UnfinishedError": ("disk I/O error",),
}


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (10**5_000, "a number too long to show"),
        ("A" * 100, f"'{'A' * 78}…"),
        ("A" * 78, f"'{'A' * 78}'"),
    ],
    ids=["of more digits than Python writes", "longer than the limit", "as long as the limit"],
)
def test_a_value_is_shown_as_far_as_it_fits(value: object, shown: str) -> None:
    error = wrong.InvalidValueError("Order.lines", "a tuple", value)
    assert str(error) == f"Order.lines must be a tuple, not {shown}"
    assert error.value is value


@pytest.mark.parametrize("name", wrong.__all__)
def test_every_error_is_in_one_tree(name: str) -> None:
    assert issubclass(getattr(wrong, name), wrong.OrderFlowError)
    assert f" {name}" in (wrong.__doc__ or "")


def test_every_error_of_the_package_is_public() -> None:
    found = {name for name in vars(wrong) if name.endswith("Error")}
    assert found == set(wrong.__all__)


@pytest.mark.parametrize("name", ARGUMENTS)
def test_an_error_survives_the_way_to_another_process(name: str) -> None:
    error = getattr(wrong, name)(*ARGUMENTS[name])
    again = pickle.loads(pickle.dumps(error))  # noqa: S301 - made in the line itself
    assert (type(again), str(again), vars(again)) == (type(error), str(error), vars(error))
