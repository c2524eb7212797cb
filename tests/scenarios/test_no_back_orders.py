"""Short orders that do not wait: shipping rules and holds of other systems."""

from __future__ import annotations

import pytest

from orderflow import AllocationPolicy, PartialAllocation, ShortPart
from tests.unit.shop import Shop, shop_with

NEVER = PartialAllocation.NEVER


def with_rule(short_part: ShortPart, /, **units: int) -> Shop:
    return shop_with(AllocationPolicy(short_part=short_part), **units)


def test_under_back_orders_allowed_the_remaining_quantity_stays_open() -> None:
    """Visma.net ERP "Process sales orders", shipping rule *Back orders allowed*."""
    shop = with_rule(ShortPart.WAIT, MUG=6)
    shop.take("A", ("MUG", 10))
    assert (shop.status("A"), shop.order("A").short) == ("ON_BACK_ORDER", 4)
    shop.receive("MUG", 4)
    assert shop.status("A") == "ALLOCATED"


def test_under_cancel_remainder_the_open_quantity_becomes_zero() -> None:
    """Visma.net ERP "Process sales orders", shipping rule *Cancel remainder*."""
    shop = with_rule(ShortPart.CANCEL_SHORT, MUG=6)
    shop.take("A", ("MUG", 10))
    assert (shop.status("A"), shop.order("A").units, shop.order("A").short) == ("ALLOCATED", 6, 0)
    shop.receive("MUG", 4)
    assert shop.shelf() == (10, 6)


def test_lines_that_the_first_shipment_did_not_have_are_never_supplied() -> None:
    """Readysell "Customers that don't want back orders": a setting of the customer, not of all."""
    shop = with_rule(ShortPart.WAIT, MUG=1)
    shop.take("A", ("MUG", 1), ("PAN", 1), short_part=ShortPart.CANCEL_SHORT)
    shop.take("B", ("PAN", 1))
    assert [line.sku for line in shop.order("A").lines] == ["MUG"]
    shop.receive("PAN", 1)
    assert (shop.held("A"), shop.held("B")) == ((1,), (1,))


@pytest.mark.parametrize("partial_allocation", PartialAllocation)
def test_an_order_that_is_out_of_stock_is_held_until_somebody_releases_it(
    partial_allocation: PartialAllocation,
) -> None:
    """Shopify FulfillmentHoldReason INVENTORY_OUT_OF_STOCK: held, and released by hand."""
    passes_max = 1 if partial_allocation is PartialAllocation.AFTER_WAITING else None
    policy = AllocationPolicy(
        short_part=ShortPart.HOLD, partial_allocation=partial_allocation, passes_max=passes_max
    )
    shop = shop_with(policy, MUG=1)
    shop.take("A", ("MUG", 2))
    assert [hold.reason.value for hold in shop.order("A").holds] == ["SHORT"]
    shop.receive("MUG", 1)
    assert shop.status("A") == "ON_HOLD"
    shop.release_hold("A")
    assert shop.status("A") == "ALLOCATED"
