"""Orders over several warehouses, moves between them, and transfers of stock.

The rows of "Where from" and "Split and move": Solidus (`on_hand_first_spec`,
`simple_coordinator_spec`, `fulfilment_changer_spec`), Spree (`prioritizer_spec`), Saleor
(`test_stock_management`), Magento (`GetDefaultSortedSourcesResultTest`), Vendure (issue 4030) and
Tryton (`test_assign_try_prefer_from_location`).
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from orderflow import (
    AllocationPolicy,
    ExpectedReceipt,
    Fulfilment,
    ShortPart,
)
from orderflow.edits import ChangeQuantity
from orderflow.errors import MoveRefusedError
from orderflow.sourcing import Division, SourcingPolicy, SourcingPreference
from tests.unit.shop import NOON, Shop, key, kinds, order

if TYPE_CHECKING:
    from orderflow import Outcome

DAY = timedelta(days=1)
RANKED = SourcingPolicy(warehouses=("A", "B"))
COMPLETE = SourcingPolicy(warehouses=("A", "B", "C"), division=Division.IF_COVERED)
NO_BACK_ORDERS = AllocationPolicy(short_part=ShortPart.CANCEL_ORDER)


def shop_over(policy: AllocationPolicy | None = None, /, **stock: dict[str, int] | int) -> Shop:
    """Open a shop with so many units of each product, or of mugs, in each warehouse."""
    shop = Shop(policy)
    for warehouse_id, units in stock.items():
        of_skus = {"MUG": units} if isinstance(units, int) else units
        for sku, on_hand in of_skus.items():
            shop.count(key(sku, warehouse_id=warehouse_id), on_hand)
    return shop


def place(
    shop: Shop, order_id: str, *wanted: tuple[str, int], over: SourcingPolicy = RANKED
) -> Outcome:
    placed_at = shop.clock.wait()
    new = order(order_id, *wanted, warehouse_id="", placed_at=placed_at)
    return shop.place(new, sourcing=over)


def taken(outcome: Outcome) -> dict[str, tuple[int, int]]:
    """Return the allocated and the short units of each warehouse, over all parts."""
    found: dict[str, tuple[int, int]] = {}
    for each in outcome.orders:
        if each.status != "CANCELLED":
            allocated, short = found.get(each.warehouse_id, (0, 0))
            found[each.warehouse_id] = (allocated + each.allocated, short + each.short)
    return found


# Where from


def test_solidus_the_first_location_that_has_enough() -> None:
    """Case 1, `on_hand_first_spec`: partial, back orders at B, location order A, B."""
    shop = shop_over(A={"X": 100, "Y": 100}, B=0)
    outcome = place(shop, "1", ("X", 30), ("Y", 5))
    assert kinds(outcome) == ["OrderPlaced", "OrderAllocated"]
    assert taken(outcome) == {"A": (35, 0)}


@pytest.mark.parametrize("there", [0, 1])
def test_solidus_without_back_orders_one_location_has_too_few(there: int) -> None:
    """Case 4, `simple_coordinator_spec`: complete, no back orders."""
    outcome = place(shop_over(NO_BACK_ORDERS, A=there), "1", ("MUG", 5))
    assert taken(outcome) == {}
    cancelled = outcome.events[-1]
    assert (cancelled.short_reason, cancelled.units) == ("SHORT_PART", (("1", 5),))  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("a", "b", "is_packed"),
    [
        *[(0, 0, False), (1, 1, False), (2, 3, True), (5, 0, True), (0, 5, True)],
        *[(2, 5, True), (5, 2, True), (5, 5, True)],
    ],
)
def test_solidus_without_back_orders_two_locations(a: int, b: int, *, is_packed: bool) -> None:
    """Case 5, the same with two locations."""
    outcome = place(shop_over(NO_BACK_ORDERS, A=a, B=b), "1", ("MUG", 5), over=COMPLETE)
    assert sum(units for units, _ in taken(outcome).values()) == (5 if is_packed else 0)
    assert all(short == 0 for _, short in taken(outcome).values())


def test_solidus_a_third_location_is_not_used() -> None:
    """Case 6, the same with three: the first that fits first."""
    outcome = place(shop_over(NO_BACK_ORDERS, A=3, B=3, C=3), "1", ("MUG", 5), over=COMPLETE)
    assert taken(outcome) == {"A": (3, 0), "B": (2, 0)}


def test_spree_the_first_location_wins() -> None:
    """Case 8, `prioritizer_spec`: partial, the first location wins."""
    outcome = place(shop_over(A=2, B=5), "1", ("MUG", 5))
    assert taken(outcome) == {"A": (2, 0), "B": (3, 0)}
    assert [(each.order_id, each.split_from) for each in outcome.orders] == [
        ("1", None),
        ("1.1", "1"),
    ]


def test_spree_stock_comes_before_a_back_order_at_a_better_location() -> None:
    """Case 10, `prioritizer_spec`: P1 would take a back order of 3, but P2 has 5."""
    outcome = place(shop_over(A=0, B=5), "1", ("MUG", 5))
    assert taken(outcome) == {"B": (5, 0)}


@pytest.mark.parametrize(
    ("over", "expected"),
    [
        (
            SourcingPolicy(warehouses=("A", "B"), preference=SourcingPreference.MOST_AVAILABLE),
            {"A": (4, 0), "B": (1, 0)},
        ),
        (SourcingPolicy(warehouses=("B", "A")), {"A": (2, 0), "B": (3, 0)}),
    ],
)
def test_saleor_the_highest_stock_or_the_sort_order(
    over: SourcingPolicy, expected: dict[str, tuple[int, int]]
) -> None:
    """Cases 11 and 12: complete, no back orders, the highest stock or the sort order first."""
    assert taken(place(shop_over(A=4, B=3), "1", ("MUG", 5), over=over)) == expected


def test_saleor_what_others_have_is_respected() -> None:
    """Case 13: Saleor sorts by the stock on hand; here, what is allocated counts neither way."""
    shop = shop_over(A=4, B=3)
    shop.take("cart", ("MUG", 2), warehouse_id="A")
    most = SourcingPolicy(warehouses=("A", "B"), preference=SourcingPreference.MOST_AVAILABLE)
    assert taken(place(shop, "1", ("MUG", 3), over=most)) == {"B": (3, 0)}


def test_saleor_what_others_have_is_respected_in_the_sort_order() -> None:
    """Case 14: the sort order, and carts count."""
    shop = shop_over(A=4, B=3)
    shop.take("cart", ("MUG", 1), warehouse_id="B")
    outcome = place(shop, "1", ("MUG", 3), over=SourcingPolicy(warehouses=("B", "A")))
    assert taken(outcome) == {"A": (1, 0), "B": (2, 0)}


def test_saleor_too_little_is_left_and_nothing_is_allocated() -> None:
    """Case 15: complete, no back orders."""
    shop = shop_over(NO_BACK_ORDERS, A=4, B=3)
    shop.take("cart 1", ("MUG", 2), warehouse_id="A")
    shop.take("cart 2", ("MUG", 1), warehouse_id="B")
    assert taken(place(shop, "1", ("MUG", 5), over=COMPLETE)) == {}
    assert (shop.held("cart 1"), shop.held("cart 2")) == ((2,), (1,))


@pytest.mark.parametrize(("wanted", "short"), [(7, 0), (15, 7)])
def test_magento_proposes_what_it_can(wanted: int, short: int) -> None:
    """Cases 18 and 19: the units of Magento are fractions, 5.5 and 3; whole ones do."""
    shop = shop_over(eu1=5, eu2=3)
    over = SourcingPolicy(warehouses=("eu1", "eu2", "eu3"))
    plan = shop.source(order("1", ("MUG", wanted), warehouse_id=""), sourcing=over, at=NOON)
    assert sum(units for part in plan.parts for _, units in part.waiting) == short
    assert taken(place(shop, "1", ("MUG", wanted), over=over)) == {
        "eu1": (5, short),
        "eu2": (min(3, wanted - 5), 0),
    }


def test_vendure_takes_from_the_second_location_only_what_the_first_lacks() -> None:
    """Case 21, Vendure issue 4030: 13 wanted over 10 and 15 gave 10 and 13."""
    assert taken(place(shop_over(A=10, B=15), "1", ("MUG", 13))) == {"A": (10, 0), "B": (3, 0)}


def test_tryton_prefers_the_location_itself() -> None:
    """Case 22, `test_assign_try_prefer_from_location`: the own location first."""
    over = SourcingPolicy(warehouses=("parent", "AAA"))
    assert taken(place(shop_over(AAA=1, parent=1), "1", ("MUG", 1), over=over)) == {
        "parent": (1, 0)
    }


# Split and move


def test_solidus_moves_what_waits_first() -> None:
    """Case 83, `fulfilment_changer_spec`: 10 units, 6 waiting: 4 are moved."""
    shop = shop_over(leeds=4)
    shop.take("A", ("MUG", 10))
    outcome = shop.move("A", "york", units={"1": 4})
    assert kinds(outcome) == ["OrderPartMoved", "OrderSplitOff"]
    assert taken(outcome) == {"leeds": (4, 2), "york": (0, 4)}


def test_solidus_a_move_is_fulfilled_as_far_as_the_stock_there_goes() -> None:
    """Case 84, `fulfilment_changer_spec`: back orders at the target."""
    shop = shop_over(leeds=10, york=5)
    shop.take("A", ("MUG", 10))
    outcome = shop.move("A", "york", units={"1": 7})
    assert taken(outcome) == {"leeds": (3, 0), "york": (5, 2)}
    assert shop.shelf() == (10, 3)


def test_solidus_what_waits_is_moved_before_what_is_allocated() -> None:
    """Case 86, the same: what waits is moved first."""
    shop = shop_over(leeds=4)
    shop.take("A", ("MUG", 10))
    assert taken(shop.move("A", "york", units={"1": 7})) == {"leeds": (3, 0), "york": (0, 7)}
    assert shop.status("A") == "ALLOCATED"


def test_solidus_an_order_of_which_all_units_are_moved_is_moved_itself() -> None:
    """Case 89, the same: emptied out."""
    shop = shop_over(leeds=4)
    shop.take("A", ("MUG", 10))
    outcome = shop.move("A", "york", units={"1": 10})
    assert kinds(outcome) == ["OrderDeallocated", "OrderMoved"]
    assert [each.order_id for each in shop.orders()] == ["A"]


def test_solidus_a_move_to_the_same_location_is_refused() -> None:
    """Case 90: there, it is how waiting units are allocated; here, they are by themselves."""
    shop = shop_over(leeds=1)
    shop.take("A", ("MUG", 2))
    with pytest.raises(MoveRefusedError, match="it is in warehouse 'leeds' already"):
        shop.move("A", "leeds", units={"1": 1})
    shop.receive("MUG", 1)
    assert shop.held("A") == (2,)


def test_spree_a_subset_is_fulfilled_and_the_rest_stays() -> None:
    """Case 91, `fulfill_spec`: a partial despatch splits."""
    shop = shop_over(leeds={"MUG": 2, "PAN": 2})
    shop.take("A", ("MUG", 2), ("PAN", 2))
    shop.send_to_warehouse("A")
    outcome = shop.despatch("A", {"1": 1})
    assert {each.status: each.units for each in outcome.orders} == {
        "DESPATCHED": 1,
        "SENT_TO_WAREHOUSE": 3,
    }


def test_a_moved_order_has_its_turn_by_the_moment_at_which_it_was_placed() -> None:
    shop = shop_over(leeds=0, york=0)
    shop.take("old", ("MUG", 2))
    shop.take("young", ("MUG", 2), warehouse_id="york")
    shop.move("old", "york")
    shop.book_in(key(warehouse_id="york"), 3)
    assert (shop.held("old"), shop.held("young")) == ((2,), (1,))


def test_an_order_that_is_moved_away_serves_those_who_wait() -> None:
    shop = shop_over(leeds=2, york=2)
    shop.take("A", ("MUG", 2))
    shop.take("B", ("MUG", 2))
    outcome = shop.move("A", "york")
    assert kinds(outcome) == ["OrderDeallocated", "OrderMoved", *2 * ["OrderAllocated"]]
    assert (shop.status("A"), shop.status("B")) == ("ALLOCATED", "ALLOCATED")


def test_hundreds_of_orders_are_moved_after_the_stock() -> None:
    shop = shop_over(leeds=0, york=600)
    for number in range(3):
        shop.take(f"A{number}", ("MUG", 200))
    for number in range(3):
        shop.move(f"A{number}", "york", only_short=True)
    assert {each.status for each in shop.orders()} == {"ALLOCATED"}


# Transfers


def test_a_transfer_that_arrives_short_leaves_no_unit_unaccounted_for() -> None:
    shop = shop_over(leeds=10, york=0)
    shop.take("A", ("MUG", 9), warehouse_id="york")
    shop.transfer(key(), 10, "york", receipt_id="T", expected_at=NOON + DAY)
    (receipt,) = shop.receipts()
    assert (receipt.from_warehouse_id, receipt.quantity) == ("leeds", 10)
    york = key(warehouse_id="york")
    shop.book_in(york, 6, rejected=1, receipt_id="T", more_to_come=True)
    assert [each.quantity for each in shop.receipts()] == [3]
    outcome = shop.book_in(york, 2, receipt_id="T")
    (booked_in, _) = outcome.events
    assert (booked_in.short, booked_in.from_warehouse_id) == (1, "leeds")  # type: ignore[union-attr]
    assert (shop.held("A"), list(shop.receipts())) == ((8,), [])


def test_a_transfer_is_promised_like_any_receipt() -> None:
    shop = shop_over(leeds=10, york=0)
    shop.take("A", ("MUG", 4), warehouse_id="york")
    shop.transfer(key(), 4, "york", receipt_id="T", expected_at=NOON + DAY)
    assert shop.explain("A").expected_at == NOON + DAY


def test_a_withdrawn_transfer_serves_those_who_wait_where_it_came_from() -> None:
    shop = shop_over(leeds=5, york=0)
    shop.transfer(key(), 5, "york", receipt_id="T", expected_at=NOON + DAY)
    shop.take("A", ("MUG", 3))
    shop.book_in(key(warehouse_id="york"), 1, receipt_id="T", more_to_come=True)
    outcome = shop.withdraw("T")
    assert kinds(outcome) == ["ReceiptWithdrawn", "TransferWithdrawn", "OrderAllocated"]
    assert shop.shelf() == (4, 3)


def test_saleor_what_is_given_back_is_given_back_in_each_warehouse() -> None:
    """Case 65, Saleor `test_deallocate_stock_many_allocations`: 2 and 1 are held."""
    shop = shop_over(A=2, B=1)
    place(shop, "1", ("MUG", 3))
    shop.edit("1", ChangeQuantity("1", 1))
    records = shop.state().records
    assert [records[each, "MUG"].allocated for each in ("A", "B")] == [1, 1]
    shop.cancel_all_parts("1")
    records = shop.state().records
    assert [records[each, "MUG"].allocated for each in ("A", "B")] == [0, 0]


# Where the rest waits


def test_what_nobody_has_waits_where_enough_is_expected() -> None:
    shop = shop_over(A=1, B=1)
    for warehouse_id, units, days in (("A", 2, 1), ("B", 9, 2)):
        there = key(warehouse_id=warehouse_id)
        shop.announce(ExpectedReceipt(f"R{warehouse_id}", there, units, NOON + days * DAY))
    outcome = place(shop, "1", ("MUG", 5))
    assert taken(outcome) == {"A": (1, 0), "B": (1, 3)}
    waits = shop.order("1")
    assert (waits.warehouse_id, waits.status) == ("B", "ON_BACK_ORDER")
    assert shop.order("1.1").warehouse_id == "A"


def test_a_receipt_that_others_wait_for_is_not_enough() -> None:
    shop = shop_over(A=0, B=0)
    shop.take("other", ("MUG", 7), warehouse_id="A")
    for warehouse_id in ("A", "B"):
        there = key(warehouse_id=warehouse_id)
        shop.announce(ExpectedReceipt(f"R{warehouse_id}", there, 8, NOON + DAY))
    assert taken(place(shop, "1", ("MUG", 2))) == {"B": (0, 2)}


def test_orders_placed_together_do_not_wait_for_the_same_units() -> None:
    shop = shop_over(A=0, B=0)
    for warehouse_id in ("A", "B"):
        there = key(warehouse_id=warehouse_id)
        shop.announce(ExpectedReceipt(f"R{warehouse_id}", there, 3, NOON + DAY))
    outcome = shop.place_many(
        [order(each, ("MUG", 2), warehouse_id="") for each in ("1", "2")], sourcing=RANKED
    )
    assert {each.order_id: each.warehouse_id for each in outcome.orders} == {"1": "A", "2": "B"}


def test_what_nobody_has_waits_where_the_policy_says() -> None:
    over = SourcingPolicy(warehouses=("A", "B"), waits_at="B")
    assert taken(place(shop_over(A=2, B=1), "1", ("MUG", 5), over=over)) == {
        "A": (2, 0),
        "B": (1, 2),
    }


# All from one


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        (5, 9, {"A": (5, 0)}),
        (4, 9, {"B": (5, 0)}),
        (4, 4, {"A": (4, 1)}),
    ],
)
def test_all_comes_from_one_warehouse_or_waits_in_one(
    a: int, b: int, expected: dict[str, tuple[int, int]]
) -> None:
    one = SourcingPolicy(warehouses=("A", "B"), division=Division.NEVER)
    assert taken(place(shop_over(A=a, B=b), "1", ("MUG", 5), over=one)) == expected


# With the other settings


def test_lines_and_sets_that_may_not_be_divided_come_from_one_warehouse() -> None:
    shop = shop_over(AllocationPolicy(fulfilment=Fulfilment.WHOLE_LINES), A=3, B=5)
    outcome = place(shop, "1", ("MUG", 4), ("MUG", 2))
    assert [(each.warehouse_id, each.units) for each in outcome.orders] == [("A", 2), ("B", 4)]


def test_an_order_has_no_more_parts_than_it_may_have_parcels() -> None:
    policy = AllocationPolicy(fulfilment=Fulfilment.PARCELS, parcels_max=2)
    over = SourcingPolicy(warehouses=("A", "B", "C"), waits_at="C")
    outcome = place(shop_over(policy, A=1, B=1, C=1), "1", ("MUG", 5), over=over)
    assert taken(outcome) == {"A": (1, 3), "B": (1, 0)}
