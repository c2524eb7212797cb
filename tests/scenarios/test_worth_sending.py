"""How much of an order has to be there before it leaves, as other systems define it."""

from __future__ import annotations

import pytest

from orderflow import AllocationPolicy, Fulfilment
from tests.unit.shop import shop_with


@pytest.mark.parametrize(("stock", "leaves"), [(6, 0), (7, 7)], ids=["below", "reached"])
def test_a_fulfilment_rate_of_the_total_quantity_has_to_be_there(stock: int, leaves: int) -> None:
    """Dynamics AX 2012 R3 "Sales orders and fulfillment rates": a rate of 70 % of the quantity."""
    shop = shop_with(AllocationPolicy(fulfilment=Fulfilment.SPLIT, split_percent_min=70), MUG=stock)
    shop.take("A", ("MUG", 8), ("PAN", 2))
    assert sum(part.units for part in shop.parts_of("A").children) == leaves


def test_a_minimum_shipment_is_the_smallest_delivery_that_is_accepted() -> None:
    """Policies of frePPLe, "minimum shipment": less than the demand, so a part may leave."""
    shop = shop_with(AllocationPolicy(fulfilment=Fulfilment.SPLIT, split_units_min=5), MUG=4)
    shop.take("A", ("MUG", 10))
    shop.receive("MUG", 3)
    shop.receive("MUG", 3)
    assert [part.units for part in shop.parts_of("A").children] == [7]
    assert shop.status("A") == "ALLOCATED"
