"""What a new order is promised, who gets what of a receipt, and which promises move."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import attrs
import pytest

from orderflow import (
    AllocationPolicy,
    DuplicateOrderError,
    ExpectedReceipt,
    Fulfilment,
    HoldReason,
    InvalidValueError,
    PartialAllocation,
    Preemption,
    Queue,
    ReceiptNotFoundError,
    ShortPart,
    StockKey,
    StockRefusedError,
)
from orderflow.core import (
    Promise,
    ReceiptChange,
    State,
    available_to_promise,
    available_to_promise_over,
    earliest_promise,
    receipt_allocation,
    what_if,
)
from orderflow.sourcing import Division, SourcingPolicy
from tests.unit.shop import ACME, NOON, Shop, key, later, order, shop_with

if TYPE_CHECKING:
    from datetime import datetime

    from orderflow.core import MovedDate, ReceiptAllocation

NEVER = AllocationPolicy(partial_allocation=PartialAllocation.NEVER)
DAY = timedelta(days=1)


def day(number: int) -> datetime:
    return NOON + number * DAY


def announce(shop: Shop, receipt_id: str, units: int, on: int, sku: str = "MUG") -> ExpectedReceipt:
    """Announce a receipt for this number of days after noon."""
    receipt = ExpectedReceipt(receipt_id, key(sku), units, day(on))
    shop.announce(receipt)
    return receipt


def basket(*wanted: tuple[str, int], **fields: Any) -> Any:  # noqa: ANN401 - of an order
    return order("new", *wanted, **{"placed_at": later(60), **fields})


def available(shop: Shop, on: int, sku: str = "MUG") -> int:
    return shop.available_to_promise(key(sku), day(on))


# Available to promise


def test_a_new_order_gets_what_is_available_and_expected_less_what_earlier_ones_need() -> None:
    shop = shop_with(MUG=2)
    announce(shop, "R1", 4, 1)
    announce(shop, "R2", 5, 3)
    assert [available(shop, on) for on in (0.5, 1, 2, 3)] == [2, 6, 6, 11]  # type: ignore[arg-type]
    shop.take("A", ("MUG", 5))
    assert [available(shop, on) for on in (1, 2, 3)] == [1, 1, 6]


def test_a_product_that_nobody_knows_is_not_available() -> None:
    assert available(Shop(), 9) == 0


def test_an_overdue_receipt_promises_nothing() -> None:
    shop = shop_with(MUG=0)
    announce(shop, "R1", 4, 1)
    assert shop.available_to_promise(key(), day(9), at=day(1)) == 4
    assert shop.available_to_promise(key(), day(9), at=day(2)) == 0
    assert shop.earliest_promise(basket(("MUG", 4)), at=day(2)) is None


def test_an_order_whose_hold_has_ended_comes_before_a_new_one() -> None:
    shop = shop_with(MUG=0)
    shop.take("A", ("MUG", 3))
    shop.hold("A", HoldReason.SELLER_DELAY, until=later(90))
    announce(shop, "R1", 4, 1)
    assert shop.available_to_promise(key(), day(1), at=later(60)) == 4
    assert shop.available_to_promise(key(), day(1), at=later(90)) == 1


def test_of_orders_placed_at_the_same_moment_the_new_one_is_the_last() -> None:
    shop = shop_with(MUG=0)
    shop.take("\U000e01ee", ("MUG", 3))
    announce(shop, "R1", 4, 1)
    assert shop.available_to_promise(key(), day(1), at=shop.clock.now()) == 1


@pytest.mark.parametrize(
    ("short_part", "units"),
    [
        (ShortPart.WAIT, 6),
        (ShortPart.HOLD, 2),
        (ShortPart.CANCEL_SHORT, 2),
        (ShortPart.CANCEL_ORDER, 2),
    ],
)
def test_an_order_that_may_not_wait_is_promised_what_is_available(
    short_part: ShortPart, units: int
) -> None:
    shop = shop_with(AllocationPolicy(short_part=short_part), MUG=2)
    announce(shop, "R1", 4, 1)
    assert available(shop, 1) == units
    promised = shop.earliest_promise(basket(("MUG", 6)))
    assert (promised is not None) == (units == 6)
    assert shop.earliest_promise(basket(("MUG", 2))) == Promise(expected_at=NOON)


def test_a_limit_of_back_orders_limits_what_is_promised() -> None:
    shop = shop_with(MUG=2)
    announce(shop, "R1", 40, 1)
    shop.limit_back_orders(key(), 3)
    assert available(shop, 1) == 5
    assert shop.earliest_promise(basket(("MUG", 5))) is not None
    assert shop.earliest_promise(basket(("MUG", 6))) is None


def test_no_more_is_promised_than_one_order_may_have() -> None:
    shop = shop_with(MUG=1_000_000_000_000)
    announce(shop, "R1", 1_000_000_000_000, 1)
    assert available(shop, 1) == 1_000_000_000_000


def test_a_moment_that_has_passed_is_refused_by_name() -> None:
    with pytest.raises(InvalidValueError, match=r"^available_to_promise.by must be 2025-03-03T12"):
        shop_with(MUG=1).available_to_promise(key(), later(-1))


# The earliest promise of a basket


def test_a_basket_is_promised_when_the_last_of_its_products_arrives() -> None:
    shop = shop_with(MUG=2, CUP=1, PAN=9)
    shop.take("A", ("MUG", 3))
    first = announce(shop, "R1", 2, 1)
    announce(shop, "R2", 9, 5)
    cups = announce(shop, "C1", 3, 2, "CUP")
    promise = shop.earliest_promise(basket(("CUP", 2), ("MUG", 1), ("PAN", 1)))
    assert promise == Promise(expected_at=day(2), receipts=(first, cups))


def test_what_is_available_is_promised_at_once() -> None:
    shop = shop_with(MUG=2)
    assert shop.earliest_promise(basket(("MUG", 2)), at=later(5)) == Promise(expected_at=later(5))


def test_nothing_is_promised_if_too_little_is_announced() -> None:
    shop = shop_with(MUG=2, CUP=0)
    announce(shop, "R1", 9, 1)
    assert shop.earliest_promise(basket(("MUG", 12))) is None
    assert shop.earliest_promise(basket(("MUG", 1), ("CUP", 1))) is None


def test_a_basket_with_priority_comes_before_those_without() -> None:
    shop = shop_with(AllocationPolicy(queue=Queue.PRIORITY), MUG=0)
    shop.take("A", ("MUG", 4))
    receipt = announce(shop, "R1", 5, 1)
    assert shop.earliest_promise(basket(("MUG", 3))) is None
    urgent = shop.earliest_promise(basket(("MUG", 3), priority=1))
    assert urgent == Promise(expected_at=day(1), receipts=(receipt,))


def test_an_urgent_basket_is_promised_what_it_may_preempt() -> None:
    policy = AllocationPolicy(queue=Queue.PRIORITY, preemption=Preemption.URGENT, urgent_from=5)
    shop = shop_with(policy, MUG=3)
    shop.take("A", ("MUG", 3))
    urgent = basket(("MUG", 3), priority=5)
    assert shop.earliest_promise(urgent, at=later(60)) == Promise(expected_at=later(60))


def test_what_leaves_in_a_part_of_its_own_was_promised_too() -> None:
    shop = shop_with(AllocationPolicy(fulfilment=Fulfilment.SPLIT), MUG=2)
    receipt = announce(shop, "R1", 5, 1)
    promise = shop.earliest_promise(basket(("MUG", 3)))
    assert promise == Promise(expected_at=day(1), receipts=(receipt,))


def test_an_order_that_is_short_of_one_product_needs_no_receipt_of_another() -> None:
    shop = shop_with(NEVER, MUG=2, CUP=0)
    announce(shop, "R1", 9, 5)
    cups = announce(shop, "C1", 1, 1, "CUP")
    promise = shop.earliest_promise(basket(("MUG", 2), ("CUP", 1)))
    assert promise == Promise(expected_at=day(1), receipts=(cups,))


def test_a_promise_saves_nothing_and_is_refused_for_an_order_that_was_placed() -> None:
    shop = shop_with(MUG=2)
    before = shop.stored()
    shop.earliest_promise(basket(("MUG", 2)))
    assert shop.stored() == before
    shop.take("new", ("MUG", 1))
    with pytest.raises(DuplicateOrderError):
        shop.earliest_promise(basket(("MUG", 2)))


def test_a_promise_may_be_of_several_warehouses() -> None:
    shop = shop_with(MUG=2)
    shop.count(key(warehouse_id="york"), 2)
    both = SourcingPolicy(warehouses=("leeds", "york"))
    wanted = basket(("MUG", 4), warehouse_id="")
    assert shop.earliest_promise(wanted, sourcing=both) == Promise(expected_at=shop.clock.moment)
    one = SourcingPolicy(warehouses=("leeds",))
    assert shop.earliest_promise(wanted, sourcing=one) is None


def test_those_served_are_in_the_order_of_the_queue() -> None:
    shop = shop_with(AllocationPolicy(queue=Queue.PRIORITY), MUG=0)
    for priority, order_id in enumerate("ABC"):
        shop.take(order_id, priority=priority)
    announce(shop, "R1", 3, 1)
    assert gets(shop.receipt_allocation("R1")) == [("C", 1, 0), ("B", 1, 0), ("A", 1, 0)]


def test_what_is_of_another_seller_is_refused_by_name() -> None:
    state = State("bolt")
    with pytest.raises(InvalidValueError, match=r"^available_to_promise.key.seller_id must be 'bo"):
        available_to_promise(key(), NOON, state, NOON)
    with pytest.raises(InvalidValueError, match=r"^earliest_promise.order.seller_id must be 'bolt"):
        earliest_promise(basket(), state, NOON)
    shop = Shop()
    with pytest.raises(InvalidValueError, match=r"^earliest_promise.order.seller_id must be 'acme"):
        shop.earliest_promise(basket(seller_id="bolt"))
    with pytest.raises(InvalidValueError, match=r"^what_if.changes.seller_id must be 'acme'"):
        shop.what_if(ExpectedReceipt("R1", StockKey("bolt", "leeds", "MUG"), 1, NOON))


# Who gets what of a receipt


def gets(allocation: ReceiptAllocation) -> list[tuple[str, int, int]]:
    return [(each.order_id, each.units, each.short) for each in allocation.served]


def test_a_receipt_completes_some_orders_serves_one_in_part_and_leaves_the_rest() -> None:
    shop = shop_with(MUG=1, CUP=0)
    shop.take("A", ("MUG", 3))
    shop.take("B", ("MUG", 2), ("CUP", 1))
    shop.take("C", ("MUG", 4))
    announce(shop, "R1", 5, 2)
    found = shop.receipt_allocation("R1")
    assert found.receipt.receipt_id == "R1"
    assert (found.at, found.left) == (day(2), 0)
    assert gets(found) == [("A", 2, 0), ("B", 2, 1), ("C", 1, 3)]
    assert [each.order_id for each in found.completed] == ["A"]
    assert [each.order_id for each in found.partly_served] == ["B", "C"]
    announce(shop, "R1", 20, 2)
    assert shop.receipt_allocation("R1").left == 20 - 8


def test_what_is_expected_earlier_is_booked_in_before() -> None:
    shop = shop_with(MUG=0)
    shop.take("A", ("MUG", 3))
    shop.take("B", ("MUG", 3))
    announce(shop, "late", 4, 2)
    announce(shop, "R1", 4, 1)
    announce(shop, "R2", 1, 1)
    announce(shop, "C1", 9, 1, "CUP")
    assert gets(shop.receipt_allocation("late")) == [("B", 1, 0)]
    assert gets(shop.receipt_allocation("R2")) == [("B", 1, 1)]


def test_an_overdue_receipt_is_booked_in_now_and_does_not_come_before_others() -> None:
    shop = shop_with(MUG=0)
    shop.take("A", ("MUG", 3))
    announce(shop, "old", 2, 1)
    announce(shop, "R1", 2, 4)
    found = shop.receipt_allocation("old", at=day(3))
    assert (found.at, gets(found)) == (day(3), [("A", 2, 1)])
    assert gets(shop.receipt_allocation("R1", at=day(3))) == [("A", 2, 1)]


def test_a_hold_that_will_have_ended_lets_the_order_have_its_units() -> None:
    shop = shop_with(MUG=0)
    shop.take("A", ("MUG", 1))
    shop.take("B", ("MUG", 1))
    shop.hold("A", HoldReason.SELLER_DELAY, until=day(2))
    announce(shop, "R1", 1, 1)
    assert gets(shop.receipt_allocation("R1")) == [("B", 1, 0)]
    announce(shop, "R1", 1, 2)
    assert gets(shop.receipt_allocation("R1")) == [("A", 1, 0)]


def test_where_no_part_is_allocated_those_that_are_completed_get_the_units() -> None:
    shop = shop_with(NEVER, MUG=1)
    shop.take("A", ("MUG", 9))
    shop.take("B", ("MUG", 3))
    announce(shop, "R1", 4, 1)
    found = shop.receipt_allocation("R1")
    assert (gets(found), found.left) == ([("B", 3, 0)], 2)


def test_only_units_of_the_product_of_the_receipt_count() -> None:
    shop = shop_with(NEVER, MUG=0, CUP=3)
    shop.take("A", ("MUG", 1), ("CUP", 3))
    announce(shop, "R1", 1, 1)
    assert gets(shop.receipt_allocation("R1")) == [("A", 1, 0)]


def test_an_order_that_gets_units_of_another_product_alone_gets_nothing_of_the_receipt() -> None:
    policy = AllocationPolicy(partial_allocation=PartialAllocation.AFTER_WAITING, passes_max=1)
    shop = shop_with(policy, MUG=0, CUP=1)
    shop.take("A", ("MUG", 9), ("CUP", 1))
    shop.take("B", ("MUG", 2))
    announce(shop, "R1", 2, 1)
    assert gets(shop.receipt_allocation("R1")) == [("B", 2, 0)]
    shop.receive("MUG", 2)
    assert shop.held("A") == (0, 1)


def test_an_order_that_loses_units_to_an_urgent_one_is_named() -> None:
    policy = attrs.evolve(NEVER, preemption=Preemption.URGENT, urgent_from=5)
    shop = shop_with(policy, MUG=1)
    shop.take("A", ("MUG", 1))
    shop.take("B", ("MUG", 4), priority=5, placed_at=NOON)
    announce(shop, "R1", 3, 1)
    found = shop.receipt_allocation("R1")
    assert (gets(found), found.left) == ([("B", 4, 0), ("A", -1, 1)], 0)
    assert [each.order_id for each in found.partly_served] == ["A"]


def test_an_order_that_is_split_by_itself_is_served_in_part() -> None:
    shop = shop_with(AllocationPolicy(fulfilment=Fulfilment.SPLIT), MUG=0)
    shop.take("A", ("MUG", 2), ("CUP", 1))
    announce(shop, "R1", 4, 1)
    found = shop.receipt_allocation("R1")
    assert (gets(found), found.left) == ([("A", 2, 1)], 2)


def test_a_thousand_receipts_of_a_product_may_come_before() -> None:
    receipts = [ExpectedReceipt(f"R{number:04}", key(), 1, day(1)) for number in range(1_200)]
    state = State.of(ACME, receipts=receipts)
    assert receipt_allocation("R1199", state, NOON).left == 1_200


def test_a_receipt_that_is_not_expected_is_not_found() -> None:
    with pytest.raises(ReceiptNotFoundError):
        receipt_allocation("R1", State(ACME), NOON)


# What if


def moved(moves: tuple[MovedDate, ...]) -> list[tuple[str, datetime | None, datetime | None]]:
    return [(move.order.order_id, move.before, move.after) for move in moves]


def waiting_shop(policy: AllocationPolicy | None = None) -> Shop:
    """Open a shop where A and B wait for mugs, and C for cups."""
    shop = shop_with(policy, MUG=0, CUP=0)
    shop.take("A", ("MUG", 3))
    shop.take("B", ("MUG", 3))
    shop.take("C", ("CUP", 1))
    announce(shop, "R1", 4, 1)
    announce(shop, "R2", 4, 3)
    announce(shop, "C1", 1, 2, "CUP")
    return shop


def test_a_slip_moves_those_who_need_the_receipt() -> None:
    shop = waiting_shop()
    (move,) = shop.what_if(ReceiptChange("R2", later=2 * DAY))
    assert moved((move,)) == [("B", day(3), day(5))]
    assert move.is_later
    (move,) = shop.what_if(ReceiptChange("R2", later=-DAY))
    assert (move.after, move.is_later) == (day(2), False)


def test_a_receipt_that_slips_behind_another_makes_it_the_first() -> None:
    moves = waiting_shop().what_if(ReceiptChange("R1", later=9 * DAY))
    assert moved(moves) == [("A", day(1), day(3)), ("B", day(3), day(10))]


def test_a_receipt_that_comes_short_moves_those_who_needed_the_units() -> None:
    shop = waiting_shop()
    assert moved(shop.what_if(ReceiptChange("R1", more=-1))) == []
    assert moved(shop.what_if(ReceiptChange("R1", more=-2))) == [("A", day(1), day(3))]
    (a, b) = shop.what_if(ReceiptChange("R1", more=-4))
    assert moved((a, b)) == [("A", day(1), day(3)), ("B", day(3), None)]
    assert b.is_later


def test_what_comes_over_or_is_added_brings_promises_forward() -> None:
    shop = waiting_shop()
    assert moved(shop.what_if(ReceiptChange("R1", more=2))) == [("B", day(3), day(1))]
    added = ExpectedReceipt("R9", key(), 3, day(2))
    assert moved(shop.what_if(added)) == [("B", day(3), day(2))]


def test_several_changes_add_up_and_nothing_is_saved() -> None:
    shop = waiting_shop()
    before = shop.stored()
    changes: list[ReceiptChange | ExpectedReceipt] = [
        *(ReceiptChange("R1", more=-4), ReceiptChange("C1", later=DAY)),
        *(ExpectedReceipt("R1", key(), 6, day(1)), ReceiptChange("R1", later=DAY)),
        ReceiptChange("R1", later=DAY),
    ]
    assert moved(shop.what_if(*changes)) == [("A", day(1), day(3)), ("C", day(2), day(3))]
    assert shop.stored() == before
    assert shop.what_if() == ()


def test_a_transfer_may_slip_and_come_short() -> None:
    shop = shop_with(MUG=0)
    shop.take("A", ("MUG", 3))
    york = key(warehouse_id="york")
    shop.book_in(york, 3)
    shop.transfer(york, 3, "leeds", receipt_id="T1", expected_at=day(1))
    assert moved(shop.what_if(ReceiptChange("T1", later=DAY))) == [("A", day(1), day(2))]
    for more in (-1, -3):
        assert moved(shop.what_if(ReceiptChange("T1", more=more))) == [("A", day(1), None)]


def test_a_date_may_become_known() -> None:
    shop = shop_with(MUG=0)
    shop.take("A", ("MUG", 3))
    (move,) = shop.what_if(ExpectedReceipt("R1", key(), 3, day(1)))
    assert (move.before, move.after, move.is_later) == (None, day(1), False)


def test_an_order_that_is_blocked_on_another_product_moves_too() -> None:
    shop = shop_with(NEVER, MUG=0, CUP=0)
    shop.take("A", ("MUG", 1), ("CUP", 1))
    announce(shop, "R1", 1, 1)
    announce(shop, "C1", 1, 2, "CUP")
    state = shop.flow.memory
    with state.unit_of_work(ACME) as work:
        assert {sku: len(list(work.waiting("leeds", sku, NEVER))) for sku in ("MUG", "CUP")} in (
            {"MUG": 1, "CUP": 0},
            {"MUG": 0, "CUP": 1},
        )
    for receipt_id, before in (("R1", 1), ("C1", 2)):
        moves = shop.what_if(ReceiptChange(receipt_id, later=(9 - before) * DAY))
        assert moved(moves) == [("A", day(2), day(9))]


def test_a_change_of_a_receipt_that_is_not_expected_is_refused() -> None:
    shop = waiting_shop()
    with pytest.raises(ReceiptNotFoundError):
        shop.what_if(ReceiptChange("R7", more=1))
    with pytest.raises(ReceiptNotFoundError):
        shop.what_if(ReceiptChange("R1", more=-4), ReceiptChange("R1", more=1))
    with pytest.raises(StockRefusedError, match="R1"):
        shop.what_if(ExpectedReceipt("R1", key("CUP"), 1, NOON))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (ReceiptChange("R1", more=-5), r"^ReceiptChange.more must be a number that leaves 0 to"),
        (ReceiptChange("R1", more=10**12), r"^ReceiptChange.more must be a number that leaves 0"),
        (ReceiptChange("R1", later=-36_525 * DAY), r"^ReceiptChange.later must be a ti"),
    ],
)
def test_a_change_that_no_receipt_can_have_is_refused(change: Any, message: str) -> None:  # noqa: ANN401
    with pytest.raises(InvalidValueError, match=message):
        waiting_shop().what_if(change)


@pytest.mark.parametrize("changes", [5, [5], ["R1"], None])
def test_changes_are_of_their_types_only(changes: Any) -> None:  # noqa: ANN401 - that is the point
    with pytest.raises(InvalidValueError, match=r"^what_if.changes must be ReceiptChange or Exp"):
        what_if(changes, State(ACME), NOON)


@pytest.mark.parametrize(("division", "units"), [(Division.ALWAYS, 7), (Division.NEVER, 4)])
def test_an_order_that_is_not_divided_is_promised_from_one_warehouse(
    division: Division, units: int
) -> None:
    shop = shop_with(MUG=3)
    shop.book_in(key(warehouse_id="york"), 4)
    sourcing = SourcingPolicy(warehouses=("leeds", "york"), division=division)
    found = available_to_promise_over("MUG", day(1), shop.state(), day(0), sourcing=sourcing)
    assert found == units


def test_what_is_nowhere_is_not_promised_over_several_warehouses() -> None:
    sourcing = SourcingPolicy(warehouses=("leeds", "york"))
    state = shop_with(MUG=0).state()
    assert available_to_promise_over("MUG", day(1), state, day(0), sourcing=sourcing) == 0


def test_a_promise_over_several_warehouses_is_by_a_later_moment() -> None:
    sourcing = SourcingPolicy(warehouses=("leeds", "york"))
    with pytest.raises(InvalidValueError) as refused:
        available_to_promise_over(
            "MUG", day(0), shop_with(MUG=0).state(), day(1), sourcing=sourcing
        )
    assert refused.value.field == "available_to_promise_over.by"
