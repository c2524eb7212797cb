"""Sets of lines: what other systems do with bundles and kits of which a part is missing."""

from __future__ import annotations

from orderflow import AllocationPolicy, Fulfilment, OrderLine
from tests.unit.shop import shop_with

KIT = (OrderLine("1", "BOARD", 1, set_id="kit"), OrderLine("2", "CASE", 1, set_id="kit"))


def test_a_bundle_of_which_a_part_is_on_back_order_stays_one_shipment() -> None:
    """Spree product assembly, issue 56 "Packages shouldn't be split"."""
    shop = shop_with(AllocationPolicy(fulfilment=Fulfilment.WHOLE_LINES), BOARD=1, MUG=1)
    shop.take("A", lines=(*KIT, OrderLine("3", "MUG", 1)))
    assert [line.sku for line in shop.order("A").lines] == ["BOARD", "CASE"]
    shop.receive("CASE", 1)
    assert shop.status("A") == "ALLOCATED"


def test_a_kit_without_partial_deliveries_leaves_whole() -> None:
    """OCA stock_whole_kit_constraint: the components of such a kit can't be partially delivered."""
    shop = shop_with(AllocationPolicy(fulfilment=Fulfilment.SPLIT), BOARD=1)
    shop.take("A", lines=KIT)
    assert [each.order_id for each in shop.orders()] == ["A"]
