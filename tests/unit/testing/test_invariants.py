"""The invariants find what is wrong, and find nothing where all is well."""

from __future__ import annotations

import ast
import copy
import inspect
from datetime import timedelta
from typing import Any

import attrs
import pytest

from orderflow import (
    AllocationPolicy,
    BackOrderWait,
    ExpectedReceipt,
    Fulfilment,
    Hold,
    HoldReason,
    Order,
    OrderLine,
    PartialAllocation,
    Preemption,
    Rationing,
    Status,
    Stock,
    invariants,
)
from orderflow.commands import ReturnReason, ReturnState
from orderflow.core import State, evolve
from orderflow.errors import OrderFlowError
from orderflow.events import (
    DeallocationReason,
    Event,
    LineUnits,
    OrderAllocated,
    OrderDeallocated,
    OrderDespatched,
    OrderMoved,
    OrderPartlyAllocated,
    OrderPartMoved,
    OrderPlaced,
    OrderPutOnBackOrder,
    OrderSentToWarehouse,
    OrderSplit,
    OrderSplitOff,
    ReceiptAnnounced,
    ReceiptWithdrawn,
    StockBookedIn,
    StockTransferred,
    TransferWithdrawn,
    UnitsReturned,
)
from orderflow.invariants import (
    agreement_violations,
    allocation_violations,
    foreign_violations,
    fulfilment_violations,
    gain_violations,
    history_violations,
    idle_stock_violations,
    patience_violations,
    postponement_violations,
    split_violations,
    transfer_violations,
    violations,
)
from orderflow.invariants.history import moved_wrongly
from tests.unit.shop import ACME, NOON, key, later, order, shop_with

BACK_IN_STOCK, WRITTEN_OFF = ReturnState
ALWAYS = AllocationPolicy()
NEVER = AllocationPolicy(partial_allocation=PartialAllocation.NEVER)
PATIENT = AllocationPolicy(
    partial_allocation=PartialAllocation.AFTER_WAITING, passes_max=2, wait_max=timedelta(hours=1)
)
URGENT = AllocationPolicy(preemption=Preemption.URGENT, urgent_from=5)
SPLIT = AllocationPolicy(fulfilment=Fulfilment.SPLIT)


def waiting(
    order_id: str, *wanted: tuple[str, int, int], minute: int = 0, **fields: object
) -> Order:
    """Make an order on back order of (product, quantity, allocated), placed in that minute."""
    lines = tuple(OrderLine(str(at), *each) for at, each in enumerate(wanted, 1))
    made = order(order_id, status=Status.ON_BACK_ORDER, lines=lines, placed_at=later(minute))
    return attrs.evolve(made, **fields)  # type: ignore[arg-type]


def broken(good: Order, **fields: object) -> Order:
    """Make an order that disagrees with itself, which its constructor would refuse."""
    made = copy.copy(good)
    vars(made).update(fields)
    return made


def broken_stock(on_hand: int, allocated: int) -> Stock:
    stock = Stock(key(), 1)
    object.__setattr__(stock, "on_hand", on_hand)
    object.__setattr__(stock, "allocated", allocated)
    return stock


def test_a_shop_at_work_violates_nothing() -> None:
    shop = shop_with(MUG=3, PAN=1)
    shop.take("A", ("MUG", 2))
    shop.take("B", ("MUG", 2), ("PAN", 1))
    shop.hold("A", HoldReason.OTHER)
    shop.split("B", "B2")
    shop.send_to_warehouse("B2")
    shop.despatch("B2")
    assert violations(shop.orders(), shop.stock(), ALWAYS) == []
    assert history_violations(State(ACME), shop.events(), ALWAYS, shop.stored()) == []


# Rules 1 and 2


def test_more_allocated_than_on_hand_is_found() -> None:
    orders = [waiting("A", ("MUG", 5, 3))]
    assert allocation_violations(orders, [broken_stock(2, 3)]) == [
        "'MUG' of 'acme' in 'leeds': 3 allocated of 2 on hand"
    ]


def test_units_that_nobody_holds_are_found() -> None:
    found = allocation_violations([waiting("A", ("MUG", 5, 1))], [Stock(key(), 5, 3)])
    assert found == ["'MUG' of 'acme' in 'leeds': 3 allocated, but open orders have 1"]


def test_units_without_a_stock_record_are_found() -> None:
    found = allocation_violations([waiting("A", ("MUG", 5, 1))], [])
    assert found == ["'MUG' of 'acme' in 'leeds': open orders have 1, but there is no stock record"]


def test_a_line_that_holds_nothing_needs_no_stock_record() -> None:
    assert allocation_violations([waiting("A", ("MUG", 5, 0))], []) == []


# Rule 4

COVERED = order("A", status=Status.ALLOCATED, lines=(OrderLine("1", "MUG", 2, 2),))


@pytest.mark.parametrize(
    ("made", "found"),
    [
        (broken(COVERED, status=Status.CANCELLED), "is CANCELLED, but has 2 units"),
        (broken(COVERED, status=Status.NEW), "is NEW, but has 2 units"),
        (broken(COVERED, status=Status.ON_BACK_ORDER), "is ON_BACK_ORDER, but no line is short"),
        (broken(COVERED, status=Status.ON_HOLD), "is ON_HOLD and has 0 holds"),
        (broken(COVERED, holds=(Hold(HoldReason.OTHER),)), "is ALLOCATED and has 1 hold"),
        (
            broken(waiting("A", ("MUG", 2, 1)), status=Status.SENT_TO_WAREHOUSE),
            "is SENT_TO_WAREHOUSE, but 1 unit is short",
        ),
    ],
)
def test_a_status_that_disagrees_is_found(made: Order, found: str) -> None:
    assert f"order 'A' {found}" in agreement_violations([made])


@pytest.mark.parametrize("allocated", [-1, 3])
def test_a_line_out_of_bounds_is_found(allocated: int) -> None:
    line = OrderLine("1", "MUG", 2)
    object.__setattr__(line, "allocated", allocated)
    found = agreement_violations([broken(COVERED, lines=(line,))])
    assert f"order 'A' has line '1', which has {allocated} of 2" in found


@pytest.mark.parametrize(
    ("status", "returned", "found"),
    [
        (Status.DELIVERED, (("1", 3),), "is DELIVERED, and 3 of 2 of line '1' came back"),
        (Status.DELIVERED, (("2", 1),), "is DELIVERED, and 1 of 0 of line '2' came back"),
        (Status.CANCELLED, (("1", 1),), "is CANCELLED, and 1 of 0 of line '1' came back"),
    ],
    ids=["too many", "no such line", "not sent"],
)
def test_returned_units_that_have_not_left_are_found(
    status: Status, returned: LineUnits, found: str
) -> None:
    made = order("A", status=status, lines=(OrderLine("1", "MUG", 2),))
    assert agreement_violations([broken(made, returned=returned)]) == [f"order 'A' {found}"]


# Rule 5


def test_a_unit_that_lies_idle_beside_a_short_line_is_found() -> None:
    found = idle_stock_violations([waiting("A", ("MUG", 2, 0))], [Stock(key(), 1)], ALWAYS)
    assert found == ["'MUG' of 'acme' in 'leeds': 1 could be used, but order 'A' is short of it"]


def test_the_unit_of_another_product_or_warehouse_does_not_lie_idle() -> None:
    stock = [Stock(key("PAN"), 1), Stock(key(warehouse_id="york"), 1)]
    assert idle_stock_violations([waiting("A", ("MUG", 2, 0))], stock, ALWAYS) == []


def test_an_order_on_hold_leaves_no_stock_idle() -> None:
    held = broken(
        waiting("A", ("MUG", 2, 0)), status=Status.ON_HOLD, holds=(Hold(HoldReason.OTHER),)
    )
    assert idle_stock_violations([held], [Stock(key(), 1)], ALWAYS) == []


@pytest.mark.parametrize(("units", "count"), [(1, 0), (2, 1)])
def test_where_nothing_is_held_only_an_order_that_could_be_completed_is_found(
    units: int, count: int
) -> None:
    orders = [waiting("A", ("MUG", 1, 0), ("MUG", 1, 0))]
    assert len(idle_stock_violations(orders, [Stock(key(), units)], NEVER)) == count


def test_where_nothing_is_held_a_short_order_that_holds_something_is_found() -> None:
    found = idle_stock_violations([waiting("A", ("MUG", 3, 1))], [Stock(key(), 1, 1)], NEVER)
    assert found == ["order 'A' has 1 unit, but is short of others"]


@pytest.mark.parametrize(("allows_partial", "count"), [(False, 0), (True, 1)])
def test_an_order_that_keeps_by_now_leaves_nothing_idle(allows_partial: bool, count: int) -> None:  # noqa: FBT001
    made = waiting("A", ("MUG", 3, 0), wait=BackOrderWait(NOON, 1, allows_partial))
    assert len(idle_stock_violations([made], [Stock(key(), 1)], PATIENT)) == count


def test_what_a_later_order_holds_is_within_reach_of_an_urgent_one() -> None:
    urgent = waiting("U", ("MUG", 1, 0), priority=5)
    holder = waiting("A", ("MUG", 2, 1), minute=1)
    stock = [Stock(key(), 1, 1)]
    assert len(idle_stock_violations([urgent, holder], stock, URGENT)) == 1
    assert idle_stock_violations([attrs.evolve(urgent, priority=4), holder], stock, URGENT) == []
    frozen = broken(COVERED, status=Status.SENT_TO_WAREHOUSE, placed_at=later(1))
    assert idle_stock_violations([urgent, frozen], [Stock(key(), 2, 2)], URGENT) == []


def test_an_order_that_has_waited_enough_and_keeps_nothing_is_found() -> None:
    often = waiting("A", ("MUG", 3, 0), wait=BackOrderWait(NOON, 2))
    assert patience_violations([often], PATIENT) == [
        "order 'A' was passed over 2 times but is not marked as having waited enough"
    ]
    long = waiting("A", ("MUG", 3, 0), wait=BackOrderWait(NOON, 1))
    assert patience_violations([long], PATIENT, later(59)) == []
    assert len(patience_violations([long], PATIENT, later(60))) == 1
    assert patience_violations([often], ALWAYS) == []


def test_units_that_should_have_left_are_found() -> None:
    made = waiting("A", ("MUG", 3, 1), ("PAN", 1, 1))
    split_count = AllocationPolicy(fulfilment=Fulfilment.PARCELS, parcels_max=2)
    whole = AllocationPolicy(fulfilment=Fulfilment.WHOLE_LINES)
    assert fulfilment_violations([made], ALWAYS) == []
    assert fulfilment_violations([made], SPLIT) == ["order 'A' still has 2 units to split off"]
    assert fulfilment_violations([made], whole) == ["order 'A' still has 1 unit to split off"]
    assert len(fulfilment_violations([made], split_count)) == 1
    assert fulfilment_violations([attrs.evolve(made, split_count=1)], split_count) == []


# Rule 6

FIRST = waiting("A", ("MUG", 2, 0), minute=1)
SECOND = waiting("B", ("MUG", 2, 0), minute=2)
GAIN = OrderPartlyAllocated(ACME, "B", NOON, (("1", 1),))


def test_a_unit_that_an_earlier_order_lacked_is_found() -> None:
    found = gain_violations([FIRST, SECOND], [Stock(key(), 1)], GAIN, ALWAYS)
    assert found == [
        (
            "'MUG' of 'acme' in 'leeds': order 'B' got units of it, "
            "but order 'A' is ahead of it and could have used them"
        )
    ]


@pytest.mark.parametrize(
    "front",
    [
        waiting("A", ("PAN", 2, 0), minute=1),
        attrs.evolve(FIRST, warehouse_id="york"),
        attrs.evolve(FIRST, placed_at=later(3)),
        broken(FIRST, status=Status.ON_HOLD, holds=(Hold(HoldReason.OTHER),)),
        broken(FIRST, status=Status.NEW),
    ],
)
def test_an_order_that_is_not_in_front_or_does_not_wait_lacks_nothing(front: Order) -> None:
    assert gain_violations([front, SECOND], [Stock(key(), 1)], GAIN, ALWAYS) == []


@pytest.mark.parametrize(("available", "count"), [(1, 0), (2, 1)])
def test_where_nothing_is_held_an_order_may_be_passed_over_that_could_not_be_completed(
    available: int, count: int
) -> None:
    event = OrderAllocated(ACME, "B", NOON, (("1", 1),))
    orders = [FIRST, waiting("B", ("MUG", 1, 0), minute=2)]
    assert len(gain_violations(orders, [Stock(key(), available)], event, NEVER)) == count


def test_an_event_that_gives_nothing_violates_nothing() -> None:
    orders = [FIRST, SECOND]
    stock = [Stock(key(), 1)]
    for event in (OrderPutOnBackOrder(ACME, "B", NOON, ()), OrderSentToWarehouse(ACME, "B", NOON)):
        assert gain_violations(orders, stock, event, ALWAYS) == []


def test_a_fair_share_respects_no_queue() -> None:
    fair = AllocationPolicy(rationing=Rationing.FAIR_SHARE)
    assert gain_violations([FIRST, SECOND], [Stock(key(), 1)], GAIN, fair) == []


def test_units_for_an_order_that_is_not_there_are_found() -> None:
    assert gain_violations([FIRST], [], GAIN, ALWAYS) == [
        "order 'B' got units before it was placed"
    ]


# Rule 10

REST = waiting("A", ("MUG", 3, 0))
PART = order("B", status=Status.ALLOCATED, lines=(OrderLine("1", "MUG", 2, 2),), split_from="A")
WHOLE = waiting("A", ("MUG", 5, 2))


def test_a_split_that_adds_up_violates_nothing() -> None:
    assert split_violations(WHOLE, REST, PART) == []


@pytest.mark.parametrize(
    ("rest", "part"),
    [
        (waiting("A", ("MUG", 2, 0)), PART),
        (REST, attrs.evolve(PART, lines=(OrderLine("1", "MUG", 1, 1),))),
        (REST, attrs.evolve(PART, lines=(OrderLine("1", "PAN", 2, 2),))),
        (REST, attrs.evolve(PART, lines=(*PART.lines, OrderLine("2", "MUG", 1, 1)))),
        (REST, attrs.evolve(PART, split_from=None)),
        (REST, attrs.evolve(PART, placed_at=later(5))),
        (attrs.evolve(REST, priority=1), PART),
    ],
)
def test_a_split_that_does_not_add_up_is_found(rest: Order, part: Order) -> None:
    assert split_violations(WHOLE, rest, part) != []


# Rule 11


def test_what_belongs_to_another_seller_is_found() -> None:
    theirs = order("A", seller_id="bolt")
    found = foreign_violations(
        ACME,
        orders=[order("B"), theirs],
        stock=[Stock(key(seller_id="bolt"), 1)],
        events=[OrderPlaced(NOON, theirs)],
    )
    assert found == [
        "seller 'acme' sees order 'A' of seller 'bolt'",
        "seller 'acme' sees 'MUG' of 'bolt' in 'leeds' of seller 'bolt'",
        "seller 'acme' sees OrderPlaced of seller 'bolt'",
    ]


# Rules 3 and 7, and every step of a history


def test_a_unit_that_appears_or_vanishes_is_found() -> None:
    stored = State.of(ACME, [], [Stock(key(), 4)])
    events = [StockBookedIn(key(), NOON, 3, 0)]
    found = history_violations(State(ACME), events, ALWAYS, stored)
    assert "'MUG' of 'acme' in 'leeds': 4 on hand, but the movements add up to 3" in found


def test_stored_orders_and_receipts_that_the_events_do_not_lead_to_are_found() -> None:
    stored = State.of(ACME, [order("A")])
    assert len(history_violations(State(ACME), [], ALWAYS, stored)) == 1
    changed = State.of(ACME, [order("A", courier="VAN")])
    placed = [OrderPlaced(NOON, order("A"))]
    assert len(history_violations(State(ACME), placed, ALWAYS, changed)) == 1


def test_the_opening_stock_counts() -> None:
    opening = State.of(ACME, [], [Stock(key(), 2)])
    events: list[Event] = [
        OrderPlaced(NOON, order("A", ("MUG", 2))),
        OrderAllocated(ACME, "A", NOON, (("1", 2),)),
        OrderSentToWarehouse(ACME, "A", NOON),
        OrderDespatched(ACME, "A", NOON),
    ]
    assert history_violations(opening, events, ALWAYS) == []


def test_returned_units_count() -> None:
    events: list[Event] = [
        *(OrderPlaced(NOON, order("A", ("MUG", 3))), StockBookedIn(key(), NOON, 3, 0)),
        *(OrderAllocated(ACME, "A", NOON, (("1", 3),)), OrderSentToWarehouse(ACME, "A", NOON)),
        OrderDespatched(ACME, "A", NOON),
        UnitsReturned(ACME, "A", NOON, (("1", 2),), BACK_IN_STOCK, ReturnReason.LATE),
        UnitsReturned(ACME, "A", NOON, (("1", 1),), WRITTEN_OFF, ReturnReason.FAULTY),
    ]
    assert history_violations(State(ACME), events, ALWAYS) == []
    stored = attrs.evolve(evolve(State(ACME), *events), records={})
    found = history_violations(State(ACME), events, ALWAYS, stored)
    assert "'MUG' of 'acme' in 'leeds': 0 on hand, but the movements add up to 2" in found


YORK = key(warehouse_id="york")
TRANSFER = ExpectedReceipt("T", YORK, 3, NOON, from_warehouse_id="leeds")
SENT = StockTransferred(key(), NOON, 3, "york", "T")
ARRIVED = StockBookedIn(YORK, NOON, 2, 0, "T", 3, from_warehouse_id="leeds")
GONE_BACK = TransferWithdrawn(key(), NOON, 3, "T")


@pytest.mark.parametrize(
    ("events", "receipts"),
    [
        ([], [TRANSFER]),
        ([ARRIVED], []),
        ([attrs.evolve(ARRIVED, more_to_come=True)], [attrs.evolve(TRANSFER, quantity=1)]),
        ([attrs.evolve(ARRIVED, received=5, more_to_come=True)], []),
        ([ReceiptWithdrawn(ACME, "T", NOON), GONE_BACK], []),
        ([StockBookedIn(YORK, NOON, 3, 0, "R", 3)], [TRANSFER]),
    ],
)
def test_units_that_are_on_the_way_or_arrived_violate_nothing(
    events: list[Event], receipts: list[ExpectedReceipt]
) -> None:
    sent: list[Event] = [SENT, ReceiptAnnounced(NOON, TRANSFER)]
    assert transfer_violations(State(ACME), [*sent, *events], receipts) == []
    opening = State.of(ACME, [], [], [TRANSFER])
    assert transfer_violations(opening, events, receipts) == []


@pytest.mark.parametrize(
    ("events", "receipts", "found"),
    [
        ([], [], "nothing expected, but {sent} on the way"),
        ([], [attrs.evolve(TRANSFER, quantity=2)], "2 units of {there} expected, but {sent} on"),
        ([], [attrs.evolve(TRANSFER, key=key(warehouse_id="hull"))], "to 'hull' expected, but"),
        ([ReceiptWithdrawn(ACME, "T", NOON)], [], "nothing expected, but {sent} on the way"),
        ([ARRIVED], [TRANSFER], "{sent} expected, but nothing on the way"),
        ([attrs.evolve(ARRIVED, expected=2)], [], "2 units of {there} booked in, but {sent} on"),
        ([attrs.evolve(ARRIVED, from_warehouse_id=None)], [], "nothing booked in, but {sent} on"),
        ([attrs.evolve(ARRIVED, key=key("PAN"))], [], "'leeds' to 'leeds' booked in, but {sent}"),
        ([ARRIVED, ARRIVED], [], "{sent} booked in, but nothing on the way"),
        ([attrs.evolve(GONE_BACK, units=2)], [], "2 units of {there} back, but {sent} on the way"),
        ([attrs.evolve(GONE_BACK, key=YORK)], [], "from 'york' to 'york' back, but {sent} on the"),
        ([attrs.evolve(GONE_BACK, key=key("PAN"))], [], "of 'PAN' from 'leeds' to 'york' back"),
        ([GONE_BACK, GONE_BACK], [], "back, but nothing on the way"),
        ([SENT], [TRANSFER], "nothing sent again, but {sent} on the way"),
    ],
)
def test_units_of_a_transfer_that_appear_or_vanish_are_found(
    events: list[Event], receipts: list[ExpectedReceipt], found: str
) -> None:
    violations = transfer_violations(State(ACME), [SENT, *events], receipts)
    there = "'MUG' from 'leeds' to 'york'"
    text = found.format(there=there, sent=f"3 units of {there}")
    assert [each for each in violations if text in each and each.startswith("transfer 'T': ")]


def test_the_stock_of_a_transfer_is_counted_in_both_warehouses() -> None:
    opening = State.of(ACME, [], [Stock(key(), 3)])
    for last, where in ((ARRIVED, "york"), (GONE_BACK, "leeds")):
        closed = [] if last is ARRIVED else [ReceiptWithdrawn(ACME, "T", NOON)]
        events = [SENT, ReceiptAnnounced(NOON, TRANSFER), *closed, last]
        after = evolve(opening, *events)
        assert history_violations(opening, events, ALWAYS, after) == []
        lost = attrs.evolve(after, records={**after.records, (where, "MUG"): Stock(key(), 0)})
        found = history_violations(opening, events, ALWAYS, lost)
        assert any(f"in '{where}': 0 on hand, but" in each for each in found)


def test_an_order_that_is_postponed_wrongly_is_found() -> None:
    day = later(120)
    policy = AllocationPolicy(allocation_horizon=timedelta(hours=1))
    far = order("A", ("MUG", 2), not_before=day, status=Status.POSTPONED)
    assert postponement_violations([far, order("B")], policy, later(59)) == []
    assert postponement_violations([far], policy) == []
    without_day = attrs.evolve(far, not_before=None)
    for wrong, of, at, horizon in (
        (far, policy, later(60), "1:00:00"),
        (far, ALWAYS, later(59), "None"),
        (without_day, policy, None, "1:00:00"),
    ):
        assert postponement_violations([wrong], of, at) == [
            f"order 'A' is postponed, but its day {wrong.not_before} is near (horizon: {horizon})"
        ]


def test_an_order_that_was_sent_before_its_day_is_found() -> None:
    opening = State.of(ACME, [], [Stock(key(), 1)])
    placed = OrderPlaced(NOON, order("A", ("MUG", 1), not_before=later(1)))
    allocated = OrderAllocated(ACME, "A", NOON, (("1", 1),))
    for minutes, number in ((0, 1), (1, 0)):
        sent = OrderSentToWarehouse(ACME, "A", later(minutes))
        found = history_violations(opening, [placed, allocated, sent], ALWAYS)
        assert len(found) == number
        assert all("'A' was sent to the warehouse at" in each for each in found)


def test_events_that_cannot_be_folded_are_found_and_end_the_walk() -> None:
    found = history_violations(State(ACME), [OrderSentToWarehouse(ACME, "A", NOON)] * 2, ALWAYS)
    assert len(found) == 1
    assert found[0].startswith("event 0, OrderSentToWarehouse, cannot be folded: ")


def test_a_part_that_was_split_off_of_nothing_is_found() -> None:
    opening = State.of(ACME, [], [Stock(key(), 2)])
    found = history_violations(opening, [OrderSplitOff(NOON, PART)], ALWAYS)
    assert "order 'B' was split off, but no order was split just before" in found


def test_a_set_that_was_divided_is_found() -> None:
    lines = (OrderLine("1", "MUG", 2, 2, "a"), OrderLine("2", "MUG", 2, 1, "a"))
    whole = order("A", lines=lines, status=Status.ON_BACK_ORDER)
    opening = State.of(ACME, [whole], [Stock(key(), 3, 3)])
    part = order("B", status=Status.ALLOCATED, split_from="A", lines=lines[:1])
    events: list[Event] = [OrderSplit(ACME, "A", NOON, "B", (("1", 2),)), OrderSplitOff(NOON, part)]
    found = history_violations(opening, events, ALWAYS)
    assert "set 'a' of order 'A' was divided, 0 left" in found


def moved_part(whole: Order, units: LineUnits, **changes: Any) -> list[Event]:  # noqa: ANN401
    """Move these units of an order to york, as an order that differs in some fields."""
    numbers = dict(units)
    lines = tuple(
        attrs.evolve(line, quantity=numbers[line.line_id], allocated=0)
        for line in whole.lines
        if line.line_id in numbers
    )
    of_part = {"order_id": "B", "split_from": "A", "warehouse_id": "york", "lines": lines}
    part = attrs.evolve(whole, **(of_part | changes))
    moved = OrderPartMoved(ACME, "A", NOON, "B", "york", units)
    return [moved, OrderSplitOff(NOON, part)]


SHORT = waiting("A", ("MUG", 3, 1), ("PAN", 2, 0), wait=BackOrderWait(NOON))
OF_A_SET = waiting("A", ("MUG", 2, 0), ("PAN", 2, 0))
OF_A_SET = attrs.evolve(
    OF_A_SET, lines=tuple(attrs.evolve(line, set_id="a") for line in OF_A_SET.lines)
)
WHOLE_LINES = AllocationPolicy(fulfilment=Fulfilment.WHOLE_LINES)
TWO_PARCELS = AllocationPolicy(fulfilment=Fulfilment.PARCELS, parcels_max=2)


def test_a_part_that_was_moved_violates_nothing() -> None:
    opening = State.of(ACME, [SHORT], [Stock(key(), 1, 1)])
    events = moved_part(SHORT, (("1", 2), ("2", 1)))
    assert history_violations(opening, events, ALWAYS) == []


@pytest.mark.parametrize(
    ("whole", "units", "changes", "policy", "found"),
    [
        (SHORT, (("1", 1),), {"warehouse_id": "hull"}, ALWAYS, "split off in warehouse 'hull'"),
        (SHORT, (("1", 1),), {"warehouse_id": "leeds"}, ALWAYS, "split off in warehouse 'leeds'"),
        (SHORT, (("1", 1),), {"lines": SHORT.lines[1:]}, ALWAYS, "line '1' had ('MUG', 3, 1)"),
        (SHORT, (("1", 1),), {"wait": None}, ALWAYS, "does not wait as 'A' does"),
        (SHORT, (("1", 1),), {"replaces": "Z"}, ALWAYS, "'B' has another replaces"),
        (SHORT, (("2", 1),), {}, WHOLE_LINES, "line '2' of order 'A' was divided, 1 left"),
        (attrs.evolve(SHORT, split_count=1), (("2", 2),), {}, TWO_PARCELS, "into 3 parcels"),
        (OF_A_SET, (("1", 2),), {}, ALWAYS, "set 'a' of order 'A' was divided, 0 left"),
    ],
)
def test_a_part_that_was_moved_wrongly_is_found(
    whole: Order, units: LineUnits, changes: dict[str, Any], policy: AllocationPolicy, found: str
) -> None:
    opening = State.of(ACME, [whole], [Stock(key(), whole.allocated, whole.allocated)])
    events = moved_part(whole, units, **changes)
    assert any(found in each for each in history_violations(opening, events, policy))


def test_an_order_that_was_moved_wrongly_is_found() -> None:
    opening = State.of(ACME, [attrs.evolve(FIRST, wait=BackOrderWait(NOON))])
    assert history_violations(opening, [OrderMoved(ACME, "A", NOON, "york")], ALWAYS) == []
    found = history_violations(opening, [OrderMoved(ACME, "A", NOON, "leeds")], ALWAYS)
    assert found == ["move of order 'A': it was in warehouse 'leeds' already"]
    moved = attrs.evolve(SHORT, warehouse_id="york", priority=3)
    assert [*moved_wrongly(SHORT, OrderMoved(ACME, "A", NOON, "york"), moved)] == [
        "move of order 'A': 1 units of warehouse 'leeds' went with it",
        "move of order 'A': it has another priority",
    ]


def test_an_order_in_place_of_one_that_is_not_cancelled_is_found() -> None:
    opening = State.of(ACME, [order("A"), order("C", status=Status.CANCELLED)])
    for replaced, number in (("A", 1), ("Z", 1), ("C", 0)):
        placed = OrderPlaced(NOON, order("B", replaces=replaced))
        assert len(history_violations(opening, [placed], ALWAYS)) == number


def test_a_set_that_waits_is_not_to_be_split() -> None:
    lines = (OrderLine("1", "MUG", 1, 1, "a"), OrderLine("2", "PAN", 1, 0, "a"))
    made = order("A", status=Status.ON_BACK_ORDER, lines=lines)
    assert fulfilment_violations([made], SPLIT) == []
    alone = attrs.evolve(made, lines=tuple(attrs.evolve(line, set_id=None) for line in lines))
    assert len(fulfilment_violations([alone], SPLIT)) == 1


def test_a_line_that_was_divided_where_whole_lines_leave_is_found() -> None:
    opening = State.of(ACME, [WHOLE], [Stock(key(), 2, 2)])
    events: list[Event] = [OrderSplit(ACME, "A", NOON, "B", (("1", 2),)), OrderSplitOff(NOON, PART)]
    whole = AllocationPolicy(fulfilment=Fulfilment.WHOLE_LINES)
    assert history_violations(opening, events, ALWAYS) == []
    assert len(history_violations(opening, events, whole)) == 1


def test_what_was_taken_back_is_not_on_offer_to_those_in_front() -> None:
    front = waiting("A", ("MUG", 1, 0), minute=1)
    urgent = waiting("U", ("MUG", 1, 0), minute=2, priority=5)
    loser = order(
        "Z", status=Status.ALLOCATED, lines=(OrderLine("1", "MUG", 1, 1),), placed_at=later(3)
    )
    opening = State.of(ACME, [front, urgent, loser], [Stock(key(), 1, 1)])
    lost = OrderDeallocated(ACME, "Z", NOON, (("1", 1),), DeallocationReason.PREEMPTED)
    gained = OrderAllocated(ACME, "U", NOON, (("1", 1),))
    assert history_violations(opening, [lost, gained], URGENT) == []
    counted = attrs.evolve(lost, reason=DeallocationReason.COUNT)
    assert len(history_violations(opening, [counted, gained], URGENT)) == 1


@pytest.mark.parametrize("name", invariants.__all__)
def test_an_invariant_raises_nothing_on_purpose(name: str) -> None:
    tree = ast.parse(inspect.getsource(getattr(invariants, name)))
    assert [node for node in ast.walk(tree) if isinstance(node, ast.Raise)] == []
    assert issubclass(OrderFlowError, Exception)
