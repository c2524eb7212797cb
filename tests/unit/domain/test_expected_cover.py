"""Which receipts would cover a short line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from orderflow import (
    AllocationPolicy,
    ExpectedCover,
    ExpectedReceipt,
    HoldReason,
    Order,
    PartialAllocation,
    Preemption,
    Queue,
    Rationing,
)
from orderflow.core import State, expected_cover
from orderflow.domain.allocation.expected_cover import ExpectedCovers
from orderflow.domain.model.status import MAY_BE_ALLOCATED
from tests.unit.domain.test_walks import OPENINGS
from tests.unit.shop import ACME, NOON, Shop, key, later, shop_with

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

NEVER = AllocationPolicy(partial_allocation=PartialAllocation.NEVER)
URGENT: dict[str, Any] = {
    "queue": Queue.PRIORITY,
    "preemption": Preemption.URGENT,
    "urgent_from": 5,
}


def expect(shop: Shop, *units: int, sku: str = "MUG") -> None:
    """Announce receipts R1, R2, … for these numbers of days after noon."""
    for number, quantity in enumerate(units, 1):
        day = later(number * 24 * 60)
        shop.announce(ExpectedReceipt(f"{sku}{number}", key(sku), quantity, day))


def covers(shop: Shop, order_id: str, at: datetime = NOON) -> list[tuple[str, bool, list[str]]]:
    """Return line id, whether it is there, and the ids of the receipts."""
    policy = shop.flow.seller(ACME).policy()
    found = expected_cover(shop.order(order_id), shop.state(), at, policy)
    return [(each.line_id, each.is_there, ids(each)) for each in found]


def ids(cover: ExpectedCover) -> list[str]:
    return [receipt.receipt_id for receipt in cover.receipts]


def test_the_first_receipt_that_suffices_covers_the_head_of_the_queue() -> None:
    shop = shop_with(MUG=1)
    shop.take("A", ("MUG", 3))
    expect(shop, 2, 9)
    assert covers(shop, "A") == [("1", False, ["MUG1"])]


def test_what_comes_goes_to_those_before_it_first() -> None:
    shop = shop_with(MUG=0)
    shop.take("A", ("MUG", 3))
    shop.take("B", ("MUG", 2))
    expect(shop, 4, 1, 7)
    assert covers(shop, "B") == [("1", False, ["MUG1", "MUG2"])]


def test_receipts_count_in_the_order_in_which_they_are_expected() -> None:
    shop = shop_with(MUG=0)
    shop.take("A", ("MUG", 2))
    shop.announce(ExpectedReceipt("late", key(), 5, later(90)))
    shop.announce(ExpectedReceipt("soon", key(), 1, later(30)))
    assert covers(shop, "A") == [("1", False, ["soon", "late"])]


def test_an_overdue_receipt_is_counted_last() -> None:
    shop = shop_with(MUG=0)
    shop.take("A", ("MUG", 3))
    shop.take("B", ("MUG", 3))
    expect(shop, 3, 4)
    on_the_second_day = later(25 * 60)
    assert covers(shop, "A", on_the_second_day) == [("1", False, ["MUG2"])]
    assert covers(shop, "B", on_the_second_day) == [("1", False, ["MUG2", "MUG1"])]


def test_a_line_that_needs_an_overdue_receipt_has_no_date() -> None:
    shop = shop_with(MUG=0)
    shop.take("A", ("MUG", 5))
    expect(shop, 3, 4)
    day, order, state = 24 * 60, shop.order("A"), shop.state()
    dates = [
        (cover.overdue_since, cover.expected_at)
        for at in (later(day), later(day + 1), later(2 * day + 1))
        for cover in expected_cover(order, state, at)
    ]
    assert dates == [(None, later(2 * day)), (later(day), None), (later(day), None)]


def test_nobody_knows_where_all_that_is_announced_does_not_suffice() -> None:
    shop = shop_with(MUG=0, PAN=0)
    shop.take("A", ("MUG", 3), ("PAN", 1))
    expect(shop, 1, 1)
    expect(shop, 1, sku="PAN")
    mugs, pans = expected_cover(shop.order("A"), shop.state(), NOON)
    assert (mugs.is_known, mugs.expected_at, ids(mugs)) == (False, None, [])
    assert (pans.is_known, pans.expected_at) == (True, later(24 * 60))


def test_two_lines_of_one_product_are_covered_one_after_the_other() -> None:
    shop = shop_with(MUG=0)
    shop.take("A", ("MUG", 2), ("MUG", 2))
    expect(shop, 2, 1, 1)
    assert covers(shop, "A") == [("1", False, ["MUG1"]), ("2", False, ["MUG1", "MUG2", "MUG3"])]


def test_where_nothing_is_held_the_lines_of_a_product_are_covered_together() -> None:
    shop = shop_with(NEVER, MUG=1)
    shop.take("A", ("MUG", 2), ("MUG", 2))
    expect(shop, 2, 1)
    assert [receipts for _, _, receipts in covers(shop, "A")] == [["MUG1", "MUG2"]] * 2


def test_what_is_available_is_there_for_an_order_that_waits_for_something_else() -> None:
    shop = shop_with(NEVER, MUG=2, PAN=0)
    shop.take("A", ("MUG", 2), ("PAN", 1))
    assert covers(shop, "A") == [("1", True, []), ("2", False, [])]


def test_what_is_available_is_there_for_a_new_order() -> None:
    shop = shop_with(MUG=2)
    shop.take("A", ("MUG", 2), allocate=False)
    (cover,) = expected_cover(shop.order("A"), shop.state(), NOON)
    assert (cover.is_there, cover.is_known, cover.expected_at) == (True, True, None)


def test_an_order_on_hold_would_come_behind_those_who_wait_before_it() -> None:
    shop = shop_with(MUG=0)
    shop.take("A", ("MUG", 2))
    shop.take("B", ("MUG", 1))
    shop.take("C", ("MUG", 4))
    shop.hold("B", HoldReason.ADDRESS)
    expect(shop, 2, 1)
    assert covers(shop, "B") == [("1", False, ["MUG1", "MUG2"])]


def test_an_order_on_hold_is_passed_over() -> None:
    shop = shop_with(MUG=0)
    shop.take("A", ("MUG", 2))
    shop.take("B", ("MUG", 1))
    shop.hold("A", HoldReason.ADDRESS)
    expect(shop, 1)
    assert covers(shop, "B") == [("1", False, ["MUG1"])]


def test_a_fair_share_is_complete_when_there_is_enough_for_all() -> None:
    shop = shop_with(AllocationPolicy(rationing=Rationing.FAIR_SHARE), MUG=0)
    shop.take("A", ("MUG", 2))
    shop.take("B", ("MUG", 3))
    expect(shop, 2, 3)
    assert [receipts for _, _, receipts in covers(shop, "A")] == [["MUG1", "MUG2"]]


def test_a_fair_share_of_an_order_that_does_not_wait_yet_is_what_the_others_leave() -> None:
    shop = shop_with(AllocationPolicy(rationing=Rationing.FAIR_SHARE), MUG=0)
    shop.take("A", ("MUG", 2))
    shop.take("B", ("MUG", 3), allocate=False)
    expect(shop, 5)
    assert covers(shop, "B") == [("1", False, ["MUG1"])]


def test_an_urgent_order_that_was_not_processed_yet_can_have_what_later_ones_hold() -> None:
    shop = shop_with(AllocationPolicy(**URGENT), MUG=3)
    shop.take("B", ("MUG", 2))
    shop.take("C", ("MUG", 1))
    shop.send_to_warehouse("C")
    shop.take("A", ("MUG", 2), priority=5, allocate=False)
    shop.take("Z", ("MUG", 3), priority=6, allocate=False)
    assert covers(shop, "A") == [("1", True, [])]
    expect(shop, 1)
    assert covers(shop, "Z") == [("1", False, ["MUG1"])]


def test_what_earlier_orders_hold_is_out_of_reach() -> None:
    shop = shop_with(AllocationPolicy(**URGENT), MUG=2)
    shop.take("B", ("MUG", 2), priority=9)
    shop.take("A", ("MUG", 1), priority=5, allocate=False)
    assert covers(shop, "A") == [("1", False, [])]


@pytest.mark.parametrize("status", sorted({*OPENINGS} - MAY_BE_ALLOCATED))
def test_an_order_that_waits_for_nothing_has_nothing_to_come(status: str) -> None:
    shop = OPENINGS[status]()
    expect(shop, 9)
    assert covers(shop, "A") == []


class _Counted(State):
    """Counts the orders that are read of a queue."""

    def waiting(self, *arguments: Any, **options: Any) -> Iterator[Order]:  # noqa: ANN401
        for each in super().waiting(*arguments, **options):
            self.__dict__.setdefault("read", []).append(each.order_id)
            yield each


def test_the_queue_is_read_no_further_than_what_is_expected_reaches() -> None:
    shop = shop_with(MUG=0)
    for number in range(9):
        shop.take(f"A{number}", ("MUG", 2))
    expect(shop, 3)
    state = shop.state()
    counted = _Counted(ACME, state.orders, state.records, state.receipts)
    assert not expected_cover(shop.order("A8"), counted, NOON)[0].is_known
    assert counted.__dict__["read"] == ["A0", "A1"]


@pytest.mark.parametrize(
    "policy",
    [
        AllocationPolicy(),
        AllocationPolicy(rationing=Rationing.FAIR_SHARE),
        AllocationPolicy(**URGENT),
    ],
    ids=["first-come", "fair", "urgent"],
)
def test_many_orders_are_covered_as_each_of_them_is(policy: AllocationPolicy) -> None:
    shop = shop_with(policy, MUG=3)
    for number, priority in enumerate((0, 0, 6, 7, 0, 8)):
        shop.take(str(number), ("MUG", 2), priority=priority)
    shop.hold("4", HoldReason.OTHER)
    expect(shop, 4, 2, 9)
    orders = [shop.order(str(number)) for number in range(6)]
    for asked in (orders, orders[::-1], orders[3:] + orders):
        covers = ExpectedCovers(NOON, policy)
        for each in asked:
            assert covers.of(each, shop.state()) == expected_cover(each, shop.state(), NOON, policy)
