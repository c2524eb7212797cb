"""Parts of orders: what leaves now, what is chosen, and how the parts find each other."""

from __future__ import annotations

import pytest

from orderflow import AllocationPolicy, Fulfilment
from orderflow.commands import ReturnState
from orderflow.errors import DespatchRefusedError, InvalidValueError, SplitRefusedError
from tests.unit.shop import Shop, shop_with


def at_the_warehouse(*wanted: tuple[str, int]) -> Shop:
    shop = shop_with(MUG=100, PAN=100)
    shop.take("A", *wanted)
    shop.send_to_warehouse("A")
    return shop


def test_an_order_is_delivered_in_two_parts() -> None:
    """Case 78, ERPNext: reserved 80, 10 are delivered, then 70.

    Where ERPNext cancels the delivery, the units come back here.
    """
    shop = at_the_warehouse(("MUG", 80))
    shop.despatch("A", {"1": 10})
    assert (shop.status("A"), shop.order("A").units) == ("DESPATCHED", 10)
    assert (shop.status("A.1"), shop.held("A.1")) == ("SENT_TO_WAREHOUSE", (70,))
    assert shop.shelf() == (90, 70)
    shop.despatch("A.1")
    assert shop.shelf() == (20, 0)
    shop.return_units("A.1", ReturnState.BACK_IN_STOCK)
    assert shop.shelf() == (90, 0)


def test_a_subset_that_leaves_splits_the_order() -> None:
    """Case 91, Spree fulfill_spec "fulfilling a subset": 1 of the first line leaves, 3 stay."""
    shop = at_the_warehouse(("MUG", 2), ("PAN", 2))
    with pytest.raises(DespatchRefusedError):
        shop.despatch("A", {"1": 99})
    shop.despatch("A", {"1": 1})
    assert [(line.line_id, line.quantity) for line in shop.order("A").lines] == [("1", 1)]
    assert [(line.line_id, line.quantity) for line in shop.order("A.1").lines] == [
        ("1", 1),
        ("2", 2),
    ]
    assert shop.status("A.1") == "SENT_TO_WAREHOUSE"


@pytest.mark.parametrize("units", [None, {"1": 2, "2": 2}], ids=["none named", "all named"])
def test_an_order_of_which_all_units_leave_is_not_split(units: dict[str, int] | None) -> None:
    """Case 91, Spree fulfill_spec: asking for 2 and 2 does not split, and 0 means all."""
    shop = at_the_warehouse(("MUG", 2), ("PAN", 2))
    shop.despatch("A", units)
    assert [(each.order_id, each.status.value) for each in shop.orders()] == [("A", "DESPATCHED")]


@pytest.mark.parametrize(
    ("units", "by", "count", "parts"),
    [
        (10, 5, None, [5, 5]),
        (13, 5, None, [3, 5, 5]),
        (7, 8, None, [7]),
        (20, 5, 2, [10, 5, 5]),
        (20, 5, 4, [5, 5, 5, 5]),
        (10, 5, 3, [5, 5]),
    ],
)
def test_an_order_is_split_by_a_number_of_units(
    units: int, by: int, count: int | None, parts: list[int]
) -> None:
    """Case 92, Tryton stock_split test_split: the parts stay allocated. The rest keeps the id."""
    shop = shop_with(MUG=units)
    shop.take("A", ("MUG", units))
    while shop.order("A").units > by and (count is None or shop.order("A").split_count < count):
        shop.split("A", units={"1": by})
    assert [each.units for each in shop.orders()] == parts
    assert {each.status.value for each in shop.orders()} == {"ALLOCATED"}


def test_the_quantities_of_a_split_are_checked() -> None:
    """Case 94, Shopify fulfillmentOrderSplit: no lines, a quantity of 0, more than there is."""
    shop = shop_with(MUG=3)
    shop.take("A", ("MUG", 3))
    for none in ({}, {"1": 0}, {"1": -1}):
        with pytest.raises(InvalidValueError):
            shop.split("A", units=none)
    with pytest.raises(SplitRefusedError):
        shop.split("A", units={"1": 4})
    assert [each.order_id for each in shop.orders()] == ["A"]


def test_an_order_lists_its_back_orders_and_a_back_order_names_its_order() -> None:
    """Odoo stock.picking "backorder_id", and OCA stock_picking_show_backorder for the way back."""
    shop = shop_with(AllocationPolicy(fulfilment=Fulfilment.SPLIT), MUG=1)
    shop.take("A", ("MUG", 4))
    shop.receive("MUG", 1)
    shop.send_to_warehouse("A.1")
    shop.receive("MUG", 1)
    assert [each.order_id for each in shop.parts_of("A").children] == ["A.1", "A.2", "A.3"]
    assert shop.order("A.2").split_from == "A"
    assert [each.order_id for each in shop.parts_of("A.2").siblings] == ["A.1", "A.3"]
    for order_id in ("A", "A.3"):
        parts = shop.all_parts_of(order_id)
        assert sum(each.units for each in parts) == 4
