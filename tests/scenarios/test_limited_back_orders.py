"""Limits of back orders: thresholds and allocations of other systems."""

from __future__ import annotations

import pytest

from tests.unit.shop import Shop, key, later, order, shop_with


def limited(units_max: int, on_hand: int) -> Shop:
    shop = shop_with(MUG=on_hand)
    shop.limit_back_orders(key(), units_max)
    return shop


def units(shop: Shop) -> int:
    """Return the units of all orders that were not cancelled."""
    return sum(order.units for order in shop.orders() if order.status != "CANCELLED")


def test_a_threshold_of_minus_fifty_sells_fifty_more_than_there_are() -> None:
    """Magento MSI "Configure MSI backorders": 25 there, threshold -50, 75 may be sold."""
    shop = limited(50, on_hand=25)
    for number in range(9):
        shop.take(f"{number}", ("MUG", 10))
    assert units(shop) == 75
    assert (shop.order("7").units, shop.status("8")) == (5, "CANCELLED")


def test_the_allocation_for_back_orders_is_sold_beyond_the_stock() -> None:
    """Salesforce B2C Commerce "On Order Inventory": 20, and 10 for back orders.

    Orders for 5 and 2 leave, the stock is reset to 11, and 21 are available to sell.
    """
    shop = limited(10, on_hand=20)
    for order_id, quantity in (("1", 5), ("2", 2)):
        shop.take(order_id, ("MUG", quantity))
        shop.send_to_warehouse(order_id)
        shop.despatch(order_id)
    shop.count(key(), 11)
    shop.take("3", ("MUG", 30))
    assert (shop.order("3").allocated, shop.order("3").short) == (11, 10)


def test_a_preorder_up_to_the_threshold_is_taken_and_one_unit_more_is_not() -> None:
    """Saleor test_check_preorder_threshold_bulk_global_threshold.

    Where Saleor refuses the order, the order here loses the units above the limit.
    """
    shop = limited(10, on_hand=0)
    shop.take("A", ("MUG", 7))
    shop.take("B", ("MUG", 4))
    assert (shop.order("A").short, shop.order("B").short) == (7, 3)
    shop.take("C", ("MUG", 1))
    assert shop.status("C") == "CANCELLED"


@pytest.mark.parametrize(("minutes", "status"), [(59, "CANCELLED"), (60, "ON_BACK_ORDER")])
def test_a_threshold_ends_on_its_day(minutes: int, status: str) -> None:
    """Saleor PreorderSettings "globalThreshold" and "endDate"."""
    shop = shop_with(MUG=0)
    shop.limit_back_orders(key(), 0, ends_at=later(60))
    shop.place(order("A", ("MUG", 1)), at=later(minutes))
    assert shop.status("A") == status


def test_stock_that_arrives_makes_room_for_further_back_orders() -> None:
    """Magento MSI "Configure MSI backorders": the threshold is about what is not there yet."""
    shop = limited(3, on_hand=0)
    shop.take("A", ("MUG", 3))
    shop.receive("MUG", 2)
    shop.take("B", ("MUG", 3))
    assert (shop.order("A").short, shop.order("B").units) == (1, 2)
