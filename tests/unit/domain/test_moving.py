"""Orders that are moved to another warehouse, as a whole or in part."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from orderflow import (
    AllocationPolicy,
    Fulfilment,
    HoldReason,
    InvalidValueError,
    OrderLine,
    PartialAllocation,
    ShortPart,
)
from orderflow.commands import MoveOrder
from orderflow.core import State, evolve
from orderflow.errors import (
    ActionRefusedError,
    DuplicateOrderError,
    LineNotFoundError,
    MoveRefusedError,
    TransitionError,
)
from orderflow.events import OrderDeallocated, OrderMoved
from tests.unit.shop import ACME, NOON, Shop, about, key, kinds, later, shop_with

WHOLE_LINES = AllocationPolicy(fulfilment=Fulfilment.WHOLE_LINES)
TABLE = (
    OrderLine("1", "TOP", 1, set_id="table"),
    OrderLine("2", "LEG", 4, set_id="table"),
    OrderLine("3", "MUG", 2),
)


def in_york(shop: Shop, units: int, sku: str = "MUG") -> None:
    shop.count(key(sku, warehouse_id="york"), units)


def where(shop: Shop) -> dict[str, tuple[str, str, int, int]]:
    """Return the warehouse, the status, and the allocated and short units of each order."""
    return {
        each.order_id: (each.warehouse_id, str(each.status), each.allocated, each.short)
        for each in shop.orders()
    }


# The whole order


def test_a_waiting_order_takes_what_is_there() -> None:
    shop = shop_with(MUG=1)
    shop.take("A", ("MUG", 3))
    since = shop.order("A").wait
    in_york(shop, 2)
    outcome = shop.move("A", "york")
    assert kinds(outcome) == ["OrderDeallocated", "OrderMoved", "OrderPartlyAllocated"]
    assert where(shop) == {"A": ("york", "ON_BACK_ORDER", 2, 1)}
    assert (shop.order("A").wait, shop.shelf()) == (since, (1, 0))


def test_an_allocated_order_goes_on_back_order_if_it_is_short_there() -> None:
    shop = shop_with(MUG=3)
    shop.take("A", ("MUG", 3))
    outcome = shop.move("A", "york", at=later(90))
    assert outcome.back_orders_opened == ("A",)
    assert where(shop) == {"A": ("york", "ON_BACK_ORDER", 0, 3)}
    wait = shop.order("A").wait
    assert wait is not None
    assert wait.since == later(90)


def test_an_order_that_is_covered_there_has_not_waited() -> None:
    shop = shop_with(MUG=3)
    shop.take("A", ("MUG", 3))
    in_york(shop, 3)
    outcome = shop.move("A", "york")
    assert (outcome.back_orders_opened, outcome.back_orders_completed) == ((), ())
    assert where(shop) == {"A": ("york", "ALLOCATED", 3, 0)}


def test_what_it_was_blocked_on_does_not_matter_there() -> None:
    never = AllocationPolicy(partial_allocation=PartialAllocation.NEVER)
    shop = shop_with(never, MUG=2)
    placed = shop.take("A", ("MUG", 2), ("PAN", 1))
    assert placed.queue_index == (("A", "PAN"),)
    assert shop.move("A", "york").queue_index == (("A", "MUG"),)


def test_a_new_order_stays_new() -> None:
    shop = shop_with(MUG=3)
    shop.take("A", ("MUG", 3), allocate=False)
    in_york(shop, 3)
    assert kinds(shop.move("A", "york")) == ["OrderMoved"]
    shop.allocate("A")
    assert where(shop) == {"A": ("york", "ALLOCATED", 3, 0)}


def test_an_order_on_hold_stays_on_hold_without_units() -> None:
    shop = shop_with(MUG=3)
    shop.take("A", ("MUG", 3))
    shop.hold("A", HoldReason.FRAUD_RISK)
    in_york(shop, 3)
    assert kinds(shop.move("A", "york")) == ["OrderDeallocated", "OrderMoved"]
    assert where(shop) == {"A": ("york", "ON_HOLD", 0, 3)}
    shop.release_hold("A")
    assert where(shop) == {"A": ("york", "ALLOCATED", 3, 0)}


def test_a_postponed_order_is_still_postponed() -> None:
    shop = shop_with(AllocationPolicy(allocation_horizon=timedelta(hours=1)), MUG=3)
    shop.take("A", ("MUG", 3), not_before=later(600))
    in_york(shop, 3)
    assert kinds(shop.move("A", "york")) == ["OrderMoved"]
    assert shop.status("A") == "POSTPONED"
    shop.run_due(at=later(540))
    assert where(shop) == {"A": ("york", "ALLOCATED", 3, 0)}


def test_it_becomes_short_there_as_its_short_part_says() -> None:
    shop = shop_with(AllocationPolicy(short_part=ShortPart.CANCEL_SHORT), MUG=5)
    shop.take("A", ("MUG", 5))
    in_york(shop, 2)
    shop.move("A", "york")
    assert where(shop) == {"A": ("york", "ALLOCATED", 2, 0)}


def test_a_limit_of_back_orders_there_is_kept() -> None:
    shop = shop_with()
    shop.limit_back_orders(key(warehouse_id="york"), 3)
    shop.take("B", ("MUG", 2), warehouse_id="york")
    shop.take("A", ("MUG", 5))
    shop.move("A", "york")
    assert where(shop)["A"] == ("york", "ON_BACK_ORDER", 0, 1)


def test_a_part_that_is_moved_keeps_to_the_limit_there_too() -> None:
    shop = shop_with(MUG=1)
    shop.limit_back_orders(key(warehouse_id="york"), 3)
    shop.take("A", ("MUG", 6))
    shop.move("A", "york", only_short=True)
    assert where(shop) == {
        "A": ("leeds", "ALLOCATED", 1, 0),
        "A.1": ("york", "ON_BACK_ORDER", 0, 3),
    }


# A part


def test_what_is_short_is_moved_and_the_rest_is_allocated() -> None:
    shop = shop_with(MUG=2)
    shop.take("A", ("MUG", 5), ("PAN", 1))
    in_york(shop, 3)
    outcome = shop.move("A", "york", only_short=True)
    assert kinds(outcome) == ["OrderPartMoved", "OrderSplitOff", "OrderPartlyAllocated"]
    assert (outcome.back_orders_opened, outcome.back_orders_completed) == (("A.1",), ("A",))
    assert where(shop) == {
        "A": ("leeds", "ALLOCATED", 2, 0),
        "A.1": ("york", "ON_BACK_ORDER", 3, 1),
    }
    part = shop.order("A.1")
    assert (part.split_from, part.wait, part.version) == ("A", shop.order("A.1").wait, 1)
    assert [(line.line_id, line.sku, line.quantity) for line in part.lines] == [
        ("1", "MUG", 3),
        ("2", "PAN", 1),
    ]


def test_a_part_continues_the_wait_and_keeps_the_other_fields() -> None:
    shop = shop_with(MUG=2)
    shop.take("A", ("MUG", 5), priority=7, courier="ups", customer_reference="PO 1")
    before = shop.order("A")
    shop.move("A", "york", "B", units={"1": 1})
    part = shop.order("B")
    assert (part.wait, part.placed_at, part.priority) == (before.wait, before.placed_at, 7)
    assert (part.courier, part.customer_reference) == ("ups", "PO 1")
    assert shop.order("A").split_count == 1


def test_a_part_of_an_allocated_order_gives_back_its_units() -> None:
    shop = shop_with(MUG=5)
    shop.take("A", ("MUG", 5))
    shop.take("B", ("MUG", 2))
    outcome = shop.move("A", "york", units={"1": 2})
    assert kinds(outcome) == [
        *("OrderDeallocated", "OrderPartMoved", "OrderSplitOff"),
        "OrderAllocated",
    ]
    assert where(shop) == {
        "A": ("leeds", "ALLOCATED", 3, 0),
        "A.1": ("york", "ON_BACK_ORDER", 0, 2),
        "B": ("leeds", "ALLOCATED", 2, 0),
    }


def test_lines_that_are_not_moved_keep_their_units() -> None:
    shop = shop_with(MUG=2, CUP=1)
    shop.take("A", ("MUG", 2), ("CUP", 1))
    events = shop.move("A", "york", units={"1": 2}).events
    given = [event.units for event in events if isinstance(event, OrderDeallocated)]
    assert given == [(("1", 2),)]


def test_a_part_of_an_order_on_hold_is_on_hold() -> None:
    shop = shop_with(MUG=1)
    shop.take("A", ("MUG", 3))
    shop.hold("A", HoldReason.ADDRESS)
    shop.move("A", "york", only_short=True)
    assert where(shop) == {"A": ("leeds", "ON_HOLD", 1, 0), "A.1": ("york", "ON_HOLD", 0, 2)}


def test_an_order_that_is_short_of_everything_is_moved_itself() -> None:
    shop = shop_with()
    shop.take("A", ("MUG", 3))
    shop.move("A", "york", "B", only_short=True)
    assert where(shop) == {"A": ("york", "ON_BACK_ORDER", 0, 3)}


def test_what_may_not_have_a_part_gives_it_back_where_it_is() -> None:
    never = AllocationPolicy(partial_allocation=PartialAllocation.NEVER)
    shop = shop_with(never, MUG=3)
    shop.take("A", ("MUG", 3), ("PAN", 1))
    in_york(shop, 1, "PAN")
    shop.move("A", "york", only_short=True)  # it has no units, so all of it is moved
    assert where(shop) == {"A": ("york", "ON_BACK_ORDER", 0, 4)}


def test_a_set_of_which_a_line_is_short_is_moved_together() -> None:
    shop = shop_with(TOP=1, LEG=3, MUG=2)
    shop.take("A", lines=TABLE)
    shop.move("A", "york", only_short=True)
    assert where(shop) == {
        "A": ("leeds", "ALLOCATED", 2, 0),
        "A.1": ("york", "ON_BACK_ORDER", 0, 5),
    }


def test_a_line_is_not_divided_where_lines_never_are() -> None:
    shop = shop_with(WHOLE_LINES, MUG=2, PAN=0)
    shop.take("A", ("MUG", 1), ("MUG", 3), ("PAN", 1))
    shop.move("A", "york", only_short=True)
    assert where(shop) == {
        "A.1": ("leeds", "ALLOCATED", 1, 0),  # split off when it was placed
        "A": ("york", "ON_BACK_ORDER", 0, 4),
    }


# Refusals


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"warehouse_id": "leeds"}, "it is in warehouse 'leeds' already"),
        ({"units": {"3": 3}}, "3 units of line '3' cannot be moved, it has 2; name at most these"),
        ({"units": {"2": 4}}, "the lines of set 'table' leave together"),
        ({"only_short": True}, "none of its units is short"),
    ],
)
def test_a_move_that_is_not_possible_is_refused(arguments: dict[str, Any], message: str) -> None:
    shop = shop_with(TOP=1, LEG=4, MUG=2)
    shop.take("A", lines=TABLE)
    with pytest.raises(MoveRefusedError, match=message) as refusal:
        shop.move("A", **{"warehouse_id": "york", **arguments})
    assert refusal.value.order_id == "A"


def test_a_line_that_may_not_be_divided_is_named_as_a_whole() -> None:
    shop = shop_with(WHOLE_LINES, MUG=5)
    shop.take("A", ("MUG", 3), ("MUG", 2))
    with pytest.raises(MoveRefusedError, match="line '1' has 3 units, and lines are never divided"):
        shop.move("A", "york", units={"1": 2})
    shop.move("A", "york", units={"1": 3})


def test_the_last_parcel_is_moved_as_a_whole() -> None:
    shop = shop_with(AllocationPolicy(fulfilment=Fulfilment.PARCELS, parcels_max=2), MUG=1)
    shop.take("A", ("MUG", 3))
    with pytest.raises(MoveRefusedError, match="it may have 2 parcels, and a part would be one"):
        shop.move("A", "york", units={"1": 1})
    shop.move("A", "york")


def test_what_is_at_the_warehouse_stays_there() -> None:
    shop = shop_with(MUG=1)
    shop.take("A")
    shop.send_to_warehouse("A")
    with pytest.raises(ActionRefusedError, match="SENT_TO_WAREHOUSE: cannot move"):
        shop.move("A", "york")


def test_a_part_needs_an_id_of_its_own_and_lines_that_are_there() -> None:
    shop = shop_with(MUG=1)
    shop.take("A", ("MUG", 2))
    shop.take("B")
    with pytest.raises(DuplicateOrderError):
        shop.move("A", "york", "B", only_short=True)
    with pytest.raises(LineNotFoundError):
        shop.move("A", "york", units={"9": 1})


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"units": ()}, "units"),
        ({"units": (("1", 1),), "only_short": True}, "units"),
        ({"new_order_id": "B"}, "new_order_id"),
    ],
)
def test_a_part_is_named_in_one_way(fields: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidValueError) as refusal:
        MoveOrder(**about("A"), warehouse_id="york", **fields)
    assert refusal.value.field == f"MoveOrder.{field}"
    assert refusal.value.value == fields[field]


def test_an_order_with_units_is_not_folded_to_another_warehouse() -> None:
    shop = shop_with(MUG=1)
    shop.take("A")
    hold_it = shop.hold("A", HoldReason.OTHER)
    assert hold_it.order is not None
    with pytest.raises(TransitionError, match="'A' cannot be moved with 1 unit"):
        evolve(shop.state(), OrderMoved(ACME, "A", NOON, "york"))
    assert State(ACME).orders == {}
