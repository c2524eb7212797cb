"""Units that customers send back: what other systems do, and where they were wrong."""

from __future__ import annotations

import pytest

from orderflow import AllocationPolicy, Fulfilment
from orderflow.commands import ReturnReason, ReturnState
from orderflow.errors import ActionRefusedError, ReturnRefusedError
from tests.unit.shop import Shop, shop_with

BACK, OFF = ReturnState.BACK_IN_STOCK, ReturnState.WRITTEN_OFF


def delivered(units: int = 3) -> Shop:
    shop = shop_with(MUG=units)
    shop.take("A", ("MUG", units))
    shop.send_to_warehouse("A")
    shop.despatch("A")
    shop.deliver("A")
    return shop


def test_a_received_return_item_increases_the_count_on_hand_by_one() -> None:
    """Solidus return_item_spec "with a stock location increases the count on hand"."""
    shop = delivered()
    shop.return_units("A", BACK, {"1": 1})
    assert shop.shelf() == (1, 0)


def test_a_return_that_is_not_to_be_sold_again_does_not_increase_the_count_on_hand() -> None:
    """Solidus return_item_spec "restock_inventory preference is false"."""
    shop = delivered()
    shop.return_units("A", OFF, {"1": 1}, reason=ReturnReason.DAMAGED)
    assert shop.shelf() == (0, 0)


def test_a_return_of_what_was_never_despatched_is_refused() -> None:
    """Open Mercato issue 3034: a return was capped by what was ordered, not by what had left."""
    shop = shop_with(MUG=3)
    shop.take("A", ("MUG", 3))
    with pytest.raises(ActionRefusedError):
        shop.return_units("A", BACK, {"1": 1})


def test_of_an_order_that_left_in_part_only_that_part_comes_back() -> None:
    """Open Mercato issue 3034, scenario B: 3 ordered, 2 shipped, at most 2 come back."""
    shop = shop_with(AllocationPolicy(fulfilment=Fulfilment.SPLIT), MUG=2)
    shop.take("A", ("MUG", 3))
    shop.send_to_warehouse("A.1")
    shop.despatch("A.1")
    with pytest.raises(ReturnRefusedError):
        shop.return_units("A.1", OFF, {"1": 3})
    with pytest.raises(ActionRefusedError):
        shop.return_units("A", OFF, {"1": 1})
    shop.return_units("A.1", OFF, {"1": 2})


def test_several_returns_together_are_capped_as_well() -> None:
    """Episerver Foundation issue 130 and OCA stock_picking_limit_return_qty: a second return."""
    shop = delivered(units=1)
    shop.return_units("A", BACK, {"1": 1})
    with pytest.raises(ReturnRefusedError):
        shop.return_units("A", BACK, {"1": 1})
    assert shop.shelf() == (1, 0)
