"""`evolve`: what each event makes of a state, and what it does not let happen."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

import pytest

from orderflow import (
    AdjustmentReason,
    ExpectedReceipt,
    Hold,
    HoldReason,
    Order,
    OrderLine,
    Status,
    Stock,
)
from orderflow.core import State, evolve
from orderflow.edits import RemoveLine
from orderflow.errors import TransitionError
from orderflow.events import (
    DeallocationReason,
    HoldReleased,
    OrderAllocated,
    OrderCancelled,
    OrderDeallocated,
    OrderDelivered,
    OrderDespatched,
    OrderEdited,
    OrderHeld,
    OrderPartlyAllocated,
    OrderPlaced,
    OrderPutOnBackOrder,
    OrderRecalled,
    OrderSentToWarehouse,
    OrderShortPicked,
    OrderSplit,
    OrderSplitAtWarehouse,
    OrderSplitOff,
    ReceiptAnnounced,
    ReceiptWithdrawn,
    StockAdjusted,
    StockBookedIn,
)
from tests.unit.shop import ACME, NOON, fold, key, later, lines, order

if TYPE_CHECKING:
    from orderflow.events import Event

NAME = (ACME, "A", NOON)
OPENING = State.of(ACME, [], [Stock(key("MUG"), 5), Stock(key("PAN"), 1)])
PLACED = OrderPlaced(NOON, order("A", ("MUG", 3), ("PAN", 1)))
ALL = (("1", 3), ("2", 1))


def after(*events: Event) -> Order:
    return fold([PLACED, *events], OPENING).orders["A"]


def shelf(*events: Event) -> list[tuple[int, int]]:
    """Return on hand and allocated of mugs and pans."""
    records = fold([PLACED, *events], OPENING).records
    found = [records["leeds", sku] for sku in ("MUG", "PAN")]
    return [(stock.on_hand, stock.allocated) for stock in found]


def test_an_order_that_was_placed_is_new_and_at_version_nought() -> None:
    assert (after().status, after().version) == ("NEW", 0)
    assert shelf() == [(5, 0), (1, 0)]


def test_an_order_that_was_allocated_holds_its_units() -> None:
    events = (OrderAllocated(*NAME, ALL),)
    assert (after(*events).status, after(*events).version) == ("ALLOCATED", 1)
    assert shelf(*events) == [(5, 3), (1, 1)]


def test_units_that_come_bit_by_bit_add_up() -> None:
    events = (
        OrderPutOnBackOrder(*NAME, (("1", 1),)),
        OrderPartlyAllocated(*NAME, (("1", 1),)),
        OrderAllocated(*NAME, (("1", 1), ("2", 1))),
    )
    assert [after(*events[:number]).allocated for number in range(4)] == [0, 1, 2, 4]
    assert after(*events).status == "ALLOCATED"


def test_units_that_were_given_back_are_available() -> None:
    given_back = OrderDeallocated(*NAME, (("1", 2),), DeallocationReason.COUNT)
    events = (OrderAllocated(*NAME, ALL), given_back)
    assert (after(*events).status, shelf(*events)) == ("ON_BACK_ORDER", [(5, 1), (1, 1)])


def test_a_cancelled_order_gives_everything_back() -> None:
    events = (OrderAllocated(*NAME, ALL), OrderCancelled(*NAME, ""))
    assert (after(*events).status, shelf(*events)) == ("CANCELLED", [(5, 0), (1, 0)])


def test_a_removed_line_gives_back_what_it_held() -> None:
    events = (OrderAllocated(*NAME, ALL), OrderEdited(*NAME, (RemoveLine("1"),)))
    assert (after(*events).status, shelf(*events)) == ("ALLOCATED", [(5, 0), (1, 1)])


def test_a_despatched_order_takes_its_units_off_the_shelf() -> None:
    events = (OrderAllocated(*NAME, ALL), OrderSentToWarehouse(*NAME), OrderDespatched(*NAME))
    assert (after(*events).status, shelf(*events)) == ("DESPATCHED", [(2, 0), (0, 0)])
    assert after(*events, OrderDelivered(*NAME)).status == "DELIVERED"


def test_units_that_were_picked_short_are_gone() -> None:
    events = (
        OrderAllocated(*NAME, ALL),
        OrderSentToWarehouse(*NAME),
        OrderShortPicked(*NAME, (("1", 2),)),
    )
    assert (after(*events).status, shelf(*events)) == ("ON_BACK_ORDER", [(3, 1), (1, 1)])


def test_units_that_were_recalled_are_available_again() -> None:
    events = (
        OrderAllocated(*NAME, ALL),
        OrderSentToWarehouse(*NAME),
        OrderRecalled(*NAME, (("1", 2),)),
    )
    assert (after(*events).status, shelf(*events)) == ("ON_BACK_ORDER", [(5, 1), (1, 1)])


def test_a_split_moves_units_with_their_stock() -> None:
    part = order("B", status=Status.ALLOCATED, lines=(OrderLine("1", "MUG", 2, 2),))
    events = (
        OrderPutOnBackOrder(*NAME, (("1", 2),)),
        OrderSplit(*NAME, "B", (("1", 2),)),
        OrderSplitOff(NOON, part),
    )
    state = fold([PLACED, *events], OPENING)
    assert state.orders["A"].lines == lines(("MUG", 1), ("PAN", 1))
    assert state.orders["B"].version == 0
    assert shelf(*events) == [(5, 2), (1, 0)]


def test_holds_come_and_go() -> None:
    fraud = OrderHeld(*NAME, Hold(HoldReason.FRAUD_RISK))
    address = OrderHeld(*NAME, Hold(HoldReason.ADDRESS))
    released = HoldReleased(*NAME, (HoldReason.FRAUD_RISK,))
    assert [hold.reason for hold in after(fraud, address).holds] == ["ADDRESS", "FRAUD_RISK"]
    assert [hold.reason for hold in after(fraud, address, released).holds] == ["ADDRESS"]
    assert after(fraud, released).status == "ON_BACK_ORDER"


def test_stock_that_is_booked_in_makes_a_record() -> None:
    state = evolve(State(ACME), StockBookedIn(key("JUG"), NOON, 3, 1))
    assert state.records == {("leeds", "JUG"): Stock(key("JUG"), 3)}


def test_an_adjustment_changes_what_is_on_hand() -> None:
    state = evolve(OPENING, StockAdjusted(key("MUG"), NOON, -2, AdjustmentReason.LOSS))
    assert state.records["leeds", "MUG"].on_hand == 3


def test_a_notice_is_kept_until_it_is_settled_or_withdrawn() -> None:
    receipt = ExpectedReceipt("R1", key(), 5, NOON)
    announced = ReceiptAnnounced(NOON, receipt)
    part = StockBookedIn(key(), NOON, 2, 0, "R1", 5, more_to_come=True)
    rest = StockBookedIn(key(), NOON, 2, 0, "R1", 3)
    assert fold([announced, part], State(ACME)).receipts["R1"].quantity == 3
    assert fold([announced, part, rest], State(ACME)).receipts == {}
    withdrawn = ReceiptWithdrawn(ACME, "R1", later(1))
    assert fold([announced, withdrawn], State(ACME)).receipts == {}


def test_evolving_leaves_the_state_before_as_it_was() -> None:
    before = fold([PLACED], OPENING)
    orders, records = dict(before.orders), dict(before.records)
    evolve(before, OrderAllocated(*NAME, ALL))
    assert (before.orders, before.records) == (orders, records)


def test_events_can_be_folded_at_once() -> None:
    part = order("B", status=Status.ALLOCATED, lines=(OrderLine("1", "MUG", 2, 2),))
    events = (
        PLACED,
        StockBookedIn(key("JUG"), NOON, 3, 1),
        OrderPutOnBackOrder(*NAME, (("1", 2),)),
        OrderSplit(*NAME, "B", (("1", 2),)),
        OrderSplitOff(NOON, part),
    )
    assert evolve(OPENING, *events) == fold(events, OPENING)
    assert evolve(OPENING) == OPENING


def test_a_fold_stops_at_the_event_that_cannot_happen() -> None:
    with pytest.raises(TransitionError, match="which is NEW"):
        evolve(OPENING, PLACED, OrderSentToWarehouse(*NAME), OrderAllocated(*NAME, ALL))


def test_a_state_of_plain_dictionaries_can_be_folded_into() -> None:
    plain = State(ACME, dict(OPENING.orders), dict(OPENING.records))
    assert evolve(plain, PLACED) == evolve(OPENING, PLACED)


def test_a_state_cannot_be_written_to() -> None:
    state = fold([PLACED], OPENING)
    for mapping in (state.orders, state.records, state.receipts):
        assert isinstance(mapping, MappingProxyType)


def test_an_order_cannot_be_placed_twice() -> None:
    with pytest.raises(TransitionError, match="order 'A' was placed twice"):
        fold([PLACED, PLACED], OPENING)


# For each status, how it comes about, and what cannot happen then.
IMPOSSIBLE: dict[str, tuple[tuple[Event, ...], tuple[Event, ...]]] = {
    "NEW": ((), (OrderSentToWarehouse(*NAME), OrderDespatched(*NAME), OrderSplit(*NAME, "B", ()))),
    "ALLOCATED": (
        (OrderAllocated(*NAME, ALL),),
        (
            OrderAllocated(*NAME, ()),
            OrderPutOnBackOrder(*NAME, ()),
            OrderSplitAtWarehouse(*NAME, "B", ()),
            OrderRecalled(*NAME, ()),
            OrderDespatched(*NAME),
        ),
    ),
    "SENT_TO_WAREHOUSE": (
        (OrderAllocated(*NAME, ALL), OrderSentToWarehouse(*NAME)),
        (
            OrderCancelled(*NAME, ""),
            OrderEdited(*NAME, (RemoveLine("1"),)),
            OrderHeld(*NAME, Hold(HoldReason.OTHER)),
            OrderDelivered(*NAME),
        ),
    ),
    "CANCELLED": (
        (OrderCancelled(*NAME, ""),),
        (
            OrderCancelled(*NAME, ""),
            OrderAllocated(*NAME, ALL),
            HoldReleased(*NAME, ()),
        ),
    ),
}


@pytest.mark.parametrize("status", IMPOSSIBLE)
def test_an_event_that_cannot_follow_is_refused(status: str) -> None:
    past, impossible = IMPOSSIBLE[status]
    state = fold([PLACED, *past], OPENING)
    assert state.orders["A"].status == status
    for event in impossible:
        with pytest.raises(TransitionError, match=f"which is {status}; possible events: "):
            evolve(state, event)


def test_stock_cannot_be_booked_in_against_a_notice_that_is_not_there() -> None:
    with pytest.raises(TransitionError):
        evolve(OPENING, StockBookedIn(key(), NOON, 1, 0, "R1", 1))


@pytest.mark.parametrize(
    "event",
    [
        OrderPlaced(NOON, order("B", seller_id="bolt")),
        StockBookedIn(key(seller_id="bolt"), NOON, 1, 0),
        OrderAllocated("bolt", "A", NOON, ALL),
    ],
)
def test_an_event_of_another_seller_does_not_enter_the_state(event: Event) -> None:
    with pytest.raises(TransitionError):
        evolve(fold([PLACED], OPENING), event)


def test_units_of_a_line_that_is_not_there_cannot_be_allocated() -> None:
    with pytest.raises(TransitionError):
        after(OrderAllocated(*NAME, (*ALL, ("7", 1))))


def test_a_line_cannot_be_allocated_more_than_its_quantity() -> None:
    with pytest.raises(TransitionError, match="line '1' cannot have 99 units allocated"):
        after(OrderAllocated(*NAME, (("1", 99),)))


def test_an_order_cannot_be_allocated_without_being_covered() -> None:
    with pytest.raises(TransitionError):
        after(OrderAllocated(*NAME, (("1", 1),)))
