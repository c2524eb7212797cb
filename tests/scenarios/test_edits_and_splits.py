"""Edits, cancellations, splits, and several at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from orderflow import (
    AdjustmentReason,
    AllocationPolicy,
    Fulfilment,
    MemoryRepository,
    OrderFlow,
    PartialAllocation,
    ShortPart,
)
from orderflow.commands import ReturnState
from orderflow.edits import ChangeCourier, ChangeQuantity, RemoveLine
from orderflow.errors import (
    ActionRefusedError,
    EditRefusedError,
    OrderFlowError,
    SplitRefusedError,
    StaleVersionError,
)
from tests.unit.shop import ACME, key, kinds, order, shop_with


def test_a_raised_line_is_on_hand_as_far_as_there_is_stock() -> None:
    """Case 59, Solidus order_inventory_spec "sets inventory_units state…"; keep."""
    shop = shop_with(MUG=3)
    shop.take("A", ("MUG", 3))
    shop.edit("A", ChangeQuantity("1", 5))
    assert (shop.order("A").allocated, shop.order("A").short) == (3, 2)


def test_what_has_left_is_untouchable() -> None:
    """Case 62, Solidus "trying to remove shipped units"; keep. What had left was split off."""
    shop = shop_with(MUG=1)
    shop.take("A", ("MUG", 2))
    shop.split("A", "left")
    shop.send_to_warehouse("left")
    shop.despatch("left")
    shop.receive("MUG", 1)
    shop.cancel("A")
    with pytest.raises(ActionRefusedError):
        shop.edit("left", ChangeQuantity("1", 5))
    assert (shop.status("left"), shop.status("A"), shop.shelf()) == (
        "DESPATCHED",
        "CANCELLED",
        (1, 0),
    )


def test_a_lowered_line_gives_one_unit_back_in_one_movement() -> None:
    """Case 63, Solidus "should change count_on_hand"; any policy."""
    shop = shop_with(MUG=3)
    shop.take("A", ("MUG", 3))
    outcome = shop.edit("A", ChangeQuantity("1", 2))
    assert kinds(outcome) == ["OrderEdited"]
    assert [(stock.on_hand, stock.allocated) for stock in outcome.stock] == [(3, 2)]


def test_nothing_is_given_back_beyond_what_is_held() -> None:
    """Case 68, Saleor test_decrease_allocations; any policy."""
    shop = shop_with(MUG=100)
    shop.take("A", ("MUG", 80))
    shop.edit("A", ChangeQuantity("1", 30))
    assert shop.shelf() == (100, 30)
    shop.cancel("A")
    assert shop.shelf() == (100, 0)


def test_cancelling_what_was_never_allocated_releases_nothing() -> None:
    """Case 72, Vendure "cancelling an Order only creates Releases for…"; any policy."""
    shop = shop_with(MUG=3)
    shop.take("A", allocate=False)
    outcome = shop.cancel("A")
    assert (kinds(outcome), outcome.stock, shop.shelf()) == (["OrderCancelled"], (), (3, 0))


def test_stock_follows_an_order_through_its_changes() -> None:
    """Case 73, Vendure order-modification "updates stock when …"; any policy.

    After its despatch an order cannot be changed here: what Vendure adds to it then is another
    order, and what it removes then is a return.
    """
    shop = shop_with(MUG=100)
    shop.take("A", ("MUG", 1))
    shop.edit("A", ChangeQuantity("1", 2))
    assert shop.shelf() == (100, 2)
    shop.send_to_warehouse("A")
    shop.despatch("A")
    assert shop.shelf() == (98, 0)
    shop.take("B", ("MUG", 1))
    assert shop.shelf() == (98, 1)
    shop.cancel("B")
    assert shop.shelf() == (98, 0)
    shop.return_units("A", ReturnState.BACK_IN_STOCK, {"1": 1})
    assert shop.shelf() == (99, 0)


def test_the_rest_may_be_ignored() -> None:
    """Case 76, Tryton scenario_stock_shipment_out, ignore rest; keep."""
    shop = shop_with(MUG=1)
    shop.take("A", ("MUG", 1), ("MUG", 1))
    assert shop.held("A") == (1, 0)
    shop.edit("A", RemoveLine("2"))
    shop.send_to_warehouse("A")
    shop.despatch("A")
    assert (shop.status("A"), shop.shelf()) == ("DESPATCHED", (0, 0))


def test_the_rest_may_be_ignored_by_itself() -> None:
    """Case 76, the same as a setting: nobody has to ignore the rest."""
    shop = shop_with(AllocationPolicy(short_part=ShortPart.CANCEL_SHORT), MUG=1)
    shop.take("A", ("MUG", 1), ("MUG", 1))
    assert [(line.line_id, line.quantity) for line in shop.order("A").lines] == [("1", 1)]
    shop.send_to_warehouse("A")
    shop.despatch("A")
    assert (shop.status("A"), shop.shelf()) == ("DESPATCHED", (0, 0))


@pytest.mark.parametrize(
    ("partial_allocation", "on_hand", "allocated"),
    [
        (PartialAllocation.NEVER, 10, 0),
        (PartialAllocation.ALWAYS, 10, 10),
        (PartialAllocation.NEVER, 110, 80),
        (PartialAllocation.ALWAYS, 110, 80),
    ],
)
def test_what_is_there_is_kept_or_not(
    partial_allocation: PartialAllocation, on_hand: int, allocated: int
) -> None:
    """Case 77, ERPNext test SRE, partial off and on."""
    shop = shop_with(AllocationPolicy(partial_allocation=partial_allocation), MUG=on_hand)
    shop.take("A", ("MUG", 80))
    assert shop.order("A").allocated == allocated


@pytest.mark.parametrize(("quantity", "allocated", "short"), [(6, 4, 2), (3, 3, 0)])
def test_waiting_units_go_before_those_on_hand(quantity: int, allocated: int, short: int) -> None:
    """Cases 83 and 86, Solidus fulfilment_changer_spec, as a reduction; keep."""
    shop = shop_with(MUG=4)
    shop.take("A", ("MUG", 10))
    shop.edit("A", ChangeQuantity("1", quantity))
    changed = shop.order("A")
    assert (changed.allocated, changed.short) == (allocated, short)


def test_an_order_is_never_emptied_out() -> None:
    """Case 89, Solidus "emptied out": the shipment goes. Here the order is to be cancelled."""
    shop = shop_with(MUG=1)
    shop.take("A")
    with pytest.raises(EditRefusedError, match="cancel the order"):
        shop.edit("A", RemoveLine("1"))


def test_a_waiting_unit_becomes_one_on_hand() -> None:
    """Case 90, Solidus, back orders that can become on hand; keep."""
    shop = shop_with(MUG=1)
    shop.take("A", ("MUG", 2))
    shop.receive("MUG", 1)
    assert (shop.status("A"), shop.held("A")) == ("ALLOCATED", (2,))


def test_what_can_leave_whole_is_not_split() -> None:
    """Case 91, Spree fulfill_spec "fulfilling a subset": asking for all does not split."""
    shop = shop_with(MUG=2, PAN=2)
    shop.take("A", ("MUG", 2), ("PAN", 2))
    with pytest.raises(SplitRefusedError):
        shop.split("A", "B")


def test_a_split_answers_with_both_orders() -> None:
    """Case 94, Shopify fulfillmentOrderSplit: the order, and the remaining one; keep."""
    shop = shop_with(MUG=2)
    shop.take("A", ("MUG", 5))
    outcome = shop.split("A", "B")
    assert outcome.order is not None
    assert (outcome.order.order_id, outcome.order.units) == ("A", 3)
    assert [(moved.order_id, moved.units) for moved in outcome.other_orders] == [("B", 2)]


def test_what_the_warehouse_took_beyond_an_order_is_missing_from_another() -> None:
    """Case 95, Odoo test_move availability_4; any policy.

    Odoo despatches 30 on an order of 15. Here the 15 that are gone are an adjustment, and the
    order that the warehouse does not work on gives them back, although it is the older one.
    """
    shop = shop_with(MUG=30)
    shop.take("first", ("MUG", 15))
    shop.take("second", ("MUG", 15))
    shop.send_to_warehouse("second")
    outcome = shop.adjust(key(), -15, AdjustmentReason.LOSS)
    assert outcome.back_orders_opened == ("first",)
    shop.despatch("second")
    assert (shop.status("first"), shop.held("first")) == ("ON_BACK_ORDER", (0,))
    assert shop.shelf() == (0, 0)


def test_there_is_no_split_of_nothing() -> None:
    """Case 94, Shopify fulfillmentOrderSplit, no lines: nothing is allocated."""
    shop = shop_with(MUG=0)
    shop.take("A", ("MUG", 2))
    with pytest.raises(SplitRefusedError):
        shop.split("A", "B")


def test_concurrent_placements_in_opposite_order_all_succeed() -> None:
    """Case 110, django-oscar test_stockrecord_locking."""
    acme = OrderFlow(MemoryRepository()).seller(ACME)
    for sku in ("MUG", "PAN"):
        acme.book_in(key(sku), 100)

    def place(number: int) -> None:
        wanted = [("MUG", 1), ("PAN", 1)]
        acme.place(order(f"{number}", *(wanted if number % 2 else wanted[::-1])))

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(place, range(4)))
    assert [each.status for each in acme.orders()] == ["ALLOCATED"] * 4
    assert [stock.allocated for stock in acme.stock()] == [4, 4]


def test_of_two_commands_on_one_version_exactly_one_succeeds() -> None:
    """Case 112, cosmicpython test_concurrent_updates_to_version_are_not_allowed."""
    shop = shop_with(MUG=100)
    shop.take("A", ("MUG", 10))
    read = shop.order("A").version
    shop.edit("A", ChangeCourier("VAN"), expected_version=read)
    with pytest.raises(StaleVersionError):
        shop.edit("A", ChangeCourier("POST"), expected_version=read)
    assert (shop.order("A").version, shop.order("A").courier) == (read + 1, "VAN")


def test_what_is_held_is_given_back_once_however_many_ask() -> None:
    """Case 113, Spree "never withdraws more promise than the level holds"."""
    acme = OrderFlow(MemoryRepository()).seller(ACME)
    acme.book_in(key(), 5)
    acme.place(order("A", ("MUG", 5)))

    def cancel(_: int) -> bool:
        try:
            acme.cancel("A")
        except OrderFlowError:
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(cancel, range(4))) == 1
    assert [(stock.on_hand, stock.allocated) for stock in acme.stock()] == [(5, 0)]


def in_parcels(parcels_max: int) -> AllocationPolicy:
    return AllocationPolicy(fulfilment=Fulfilment.PARCELS, parcels_max=parcels_max)


def test_a_cancelled_part_counts_under_a_limit_of_parcels() -> None:
    shop = shop_with(in_parcels(2), MUG=1)
    shop.take("A", ("MUG", 4))
    shop.cancel("A.1")  # its unit goes to what is left of the order
    assert (shop.order("A").split_count, shop.held("A")) == (1, (1,))
    assert shop.parts_of("A").children == (shop.order("A.1"),)
    with pytest.raises(SplitRefusedError, match="it may have 2 parcels, and 1 was split off"):
        shop.split("A")
    shop.receive("MUG", 2)
    assert shop.status("A") == "ALLOCATED"


def test_a_part_has_a_limit_of_parcels_of_its_own() -> None:
    shop = shop_with(in_parcels(2), MUG=2)
    shop.take("A", ("MUG", 4))
    shop.send_to_warehouse("A.1")
    shop.report_short_pick("A.1", {"1": 1})
    assert [each.order_id for each in shop.parts_of("A.1").children] == ["A.1.1"]
    assert shop.order("A.1").split_count == 1
