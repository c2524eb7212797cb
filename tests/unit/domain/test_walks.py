"""Walks through the life of an order, with every status written out.

Nothing here reads the transition table: a test that does would agree with any table.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from orderflow import Address, AllocationPolicy, Hold, HoldReason, Outcome, Status
from orderflow.commands import (
    EditOrder,
    HoldOrder,
    OrderCommand,
    PickedLine,
    ReportShortPick,
    ReturnState,
    SplitOrder,
)
from orderflow.domain.model import commands as do
from orderflow.edits import ChangeCourier, ChangeNotBefore, ChangeQuantity, ChangeShipTo, Edit
from orderflow.errors import ActionRefusedError, SplitRefusedError
from tests.unit.shop import Shop, about, key, kinds, later, shop_with

if TYPE_CHECKING:
    from collections.abc import Callable


def new() -> Shop:
    """Two mugs are there and nobody has processed the order for two."""
    shop = shop_with(MUG=2)
    shop.take("A", ("MUG", 2), allocate=False)
    return shop


def postponed() -> Shop:
    """Two mugs are there, but the day of the order is too far."""
    shop = shop_with(AllocationPolicy(allocation_horizon=timedelta(hours=1)), MUG=2)
    shop.take("A", ("MUG", 2), not_before=later(999))
    return shop


def allocated() -> Shop:
    shop = shop_with(MUG=2)
    shop.take("A", ("MUG", 2))
    return shop


def on_back_order() -> Shop:
    """One mug is there for the order for two."""
    shop = shop_with(MUG=1)
    shop.take("A", ("MUG", 2))
    return shop


def on_hold() -> Shop:
    shop = on_back_order()
    shop.hold("A", HoldReason.FRAUD_RISK)
    return shop


def processed() -> Shop:
    shop = allocated()
    shop.send_to_warehouse("A")
    return shop


def cancellation_requested() -> Shop:
    shop = processed()
    shop.request_cancellation("A")
    return shop


def despatched() -> Shop:
    shop = processed()
    shop.despatch("A")
    return shop


def delivered() -> Shop:
    shop = despatched()
    shop.deliver("A")
    return shop


def cancelled() -> Shop:
    shop = allocated()
    shop.cancel("A")
    return shop


OPENINGS: dict[str, Callable[[], Shop]] = {
    "NEW": new,
    "POSTPONED": postponed,
    "ON_HOLD": on_hold,
    "ON_BACK_ORDER": on_back_order,
    "ALLOCATED": allocated,
    "SENT_TO_WAREHOUSE": processed,
    "CANCELLATION_REQUESTED": cancellation_requested,
    "DESPATCHED": despatched,
    "DELIVERED": delivered,
    "CANCELLED": cancelled,
}

COMMANDS: dict[str, OrderCommand] = {
    "allocate": do.AllocateOrder(**about()),
    "edit": EditOrder(edits=(ChangeCourier("VAN"),), **about()),
    "split": SplitOrder(new_order_id="B", **about()),
    "move": do.MoveOrder(warehouse_id="york", **about()),
    "pin": do.PinOrder(**about()),
    "unpin": do.UnpinOrder(**about()),
    "hold": HoldOrder(hold=Hold(HoldReason.ADDRESS), **about()),
    "release hold": do.ReleaseHold(**about()),
    "cancel": do.CancelOrder(**about()),
    "send to warehouse": do.SendOrderToWarehouse(**about()),
    "request cancellation": do.RequestCancellation(**about()),
    "accept cancellation": do.AcceptCancellation(**about()),
    "reject cancellation": do.RejectCancellation(**about()),
    "report short pick": ReportShortPick(picked=(PickedLine("1", 1),), **about()),
    "despatch": do.DespatchOrder(**about()),
    "deliver": do.DeliverOrder(**about()),
    "return units": do.ReturnUnits(state=ReturnState.WRITTEN_OFF, **about()),
}

REFUSED = "-"

# What each command makes of an order in each status.
LEADS_TO = {
    "NEW": {
        "allocate": "ALLOCATED",
        "edit": "NEW",
        "split": REFUSED,
        "move": "NEW",
        "pin": "NEW",
        "unpin": REFUSED,
        "hold": "ON_HOLD",
        "release hold": REFUSED,
        "cancel": "CANCELLED",
        "send to warehouse": REFUSED,
        "request cancellation": REFUSED,
        "accept cancellation": REFUSED,
        "reject cancellation": REFUSED,
        "report short pick": REFUSED,
        "despatch": REFUSED,
        "deliver": REFUSED,
        "return units": REFUSED,
    },
    "POSTPONED": dict.fromkeys(COMMANDS, REFUSED)
    | {
        "edit": "POSTPONED",
        "pin": "POSTPONED",
        "move": "POSTPONED",
        "hold": "ON_HOLD",
        "cancel": "CANCELLED",
    },
    "ON_HOLD": {
        "allocate": REFUSED,
        "edit": "ON_HOLD",
        "split": REFUSED,
        "move": "ON_HOLD",
        "pin": "ON_HOLD",
        "unpin": REFUSED,
        "hold": "ON_HOLD",
        "release hold": "ON_BACK_ORDER",
        "cancel": "CANCELLED",
        "send to warehouse": REFUSED,
        "request cancellation": REFUSED,
        "accept cancellation": REFUSED,
        "reject cancellation": REFUSED,
        "report short pick": REFUSED,
        "despatch": REFUSED,
        "deliver": REFUSED,
        "return units": REFUSED,
    },
    "ON_BACK_ORDER": {
        "allocate": REFUSED,
        "edit": "ON_BACK_ORDER",
        "split": "ON_BACK_ORDER",
        "move": "ON_BACK_ORDER",
        "pin": "ON_BACK_ORDER",
        "unpin": REFUSED,
        "hold": "ON_HOLD",
        "release hold": REFUSED,
        "cancel": "CANCELLED",
        "send to warehouse": REFUSED,
        "request cancellation": REFUSED,
        "accept cancellation": REFUSED,
        "reject cancellation": REFUSED,
        "report short pick": REFUSED,
        "despatch": REFUSED,
        "deliver": REFUSED,
        "return units": REFUSED,
    },
    "ALLOCATED": {
        "allocate": REFUSED,
        "edit": "ALLOCATED",
        "split": REFUSED,
        "move": "ON_BACK_ORDER",
        "pin": "ALLOCATED",
        "unpin": REFUSED,
        "hold": "ON_HOLD",
        "release hold": REFUSED,
        "cancel": "CANCELLED",
        "send to warehouse": "SENT_TO_WAREHOUSE",
        "request cancellation": REFUSED,
        "accept cancellation": REFUSED,
        "reject cancellation": REFUSED,
        "report short pick": REFUSED,
        "despatch": REFUSED,
        "deliver": REFUSED,
        "return units": REFUSED,
    },
    "SENT_TO_WAREHOUSE": {
        "allocate": REFUSED,
        "edit": REFUSED,
        "split": REFUSED,
        "move": REFUSED,
        "pin": REFUSED,
        "unpin": REFUSED,
        "hold": REFUSED,
        "release hold": REFUSED,
        "cancel": REFUSED,
        "send to warehouse": REFUSED,
        "request cancellation": "CANCELLATION_REQUESTED",
        "accept cancellation": REFUSED,
        "reject cancellation": REFUSED,
        "report short pick": "ON_BACK_ORDER",
        "despatch": "DESPATCHED",
        "deliver": REFUSED,
        "return units": REFUSED,
    },
    "CANCELLATION_REQUESTED": {
        "allocate": REFUSED,
        "edit": REFUSED,
        "split": REFUSED,
        "move": REFUSED,
        "pin": REFUSED,
        "unpin": REFUSED,
        "hold": REFUSED,
        "release hold": REFUSED,
        "cancel": REFUSED,
        "send to warehouse": REFUSED,
        "request cancellation": REFUSED,
        "accept cancellation": "CANCELLED",
        "reject cancellation": "SENT_TO_WAREHOUSE",
        "report short pick": "CANCELLED",
        "despatch": "DESPATCHED",
        "deliver": REFUSED,
        "return units": REFUSED,
    },
    "DESPATCHED": dict.fromkeys(COMMANDS, REFUSED)
    | {"deliver": "DELIVERED", "return units": "DESPATCHED"},
    "DELIVERED": dict.fromkeys(COMMANDS, REFUSED) | {"return units": "DELIVERED"},
    "CANCELLED": dict.fromkeys(COMMANDS, REFUSED),
}


@pytest.mark.parametrize("status", OPENINGS)
def test_each_walk_begins_where_it_says(status: str) -> None:
    assert OPENINGS[status]().status("A") == status


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("status", OPENINGS)
def test_each_command_leads_where_the_table_says_or_is_refused(status: str, command: str) -> None:
    shop = OPENINGS[status]()
    expected = LEADS_TO[status][command]
    if expected == REFUSED:
        with pytest.raises((ActionRefusedError, SplitRefusedError)) as refused:
            shop.handle(COMMANDS[command])
        assert (shop.status("A"), vars(refused.value)["order_id"]) == (status, "A")
        assert str(refused.value).startswith(("order 'A' is ", "order 'A' was not split: "))
    else:
        shop.handle(COMMANDS[command])
        assert shop.status("A") == expected


def test_the_table_of_walks_has_every_status_and_every_command() -> None:
    assert set(LEADS_TO) == {str(status) for status in Status}
    assert all(set(row) == set(COMMANDS) for row in LEADS_TO.values())
    assert {type(command) for command in COMMANDS.values()} == set(OrderCommand.__args__)


def walk(shop: Shop, *steps: Callable[[], Outcome]) -> list[str]:
    """Take the steps, and return the statuses of order A after each."""
    statuses = []
    for step in steps:
        step()
        statuses.append(shop.status("A"))
    return statuses


def test_an_order_that_can_be_covered_goes_straight_through() -> None:
    shop = shop_with(MUG=2)
    assert walk(
        shop,
        lambda: shop.take("A", ("MUG", 2)),
        lambda: shop.send_to_warehouse("A"),
        lambda: shop.despatch("A"),
        lambda: shop.deliver("A"),
    ) == ["ALLOCATED", "SENT_TO_WAREHOUSE", "DESPATCHED", "DELIVERED"]


def test_an_order_that_is_short_waits_until_stock_is_booked_in() -> None:
    shop = shop_with(MUG=1)
    assert walk(
        shop,
        lambda: shop.take("A", ("MUG", 2), allocate=False),
        lambda: shop.allocate("A"),
        lambda: shop.receive("MUG", 1),
        lambda: shop.send_to_warehouse("A"),
    ) == ["NEW", "ON_BACK_ORDER", "ALLOCATED", "SENT_TO_WAREHOUSE"]


def test_a_cancellation_that_is_rejected_lets_the_order_go_on() -> None:
    shop = processed()
    assert walk(
        shop,
        lambda: shop.request_cancellation("A", reason="too late"),
        lambda: shop.reject_cancellation("A", reason="packed already"),
        lambda: shop.request_cancellation("A"),
        lambda: shop.accept_cancellation("A"),
    ) == ["CANCELLATION_REQUESTED", "SENT_TO_WAREHOUSE", "CANCELLATION_REQUESTED", "CANCELLED"]


def test_a_despatch_settles_an_open_request_as_rejected() -> None:
    shop = cancellation_requested()
    outcome = shop.despatch("A")
    assert kinds(outcome) == ["CancellationRejected", "OrderDespatched"]
    assert shop.status("A") == "DESPATCHED"


def test_a_short_pick_puts_the_order_back_on_back_order_until_more_comes() -> None:
    shop = processed()
    assert walk(
        shop,
        lambda: shop.report_short_pick("A", {"1": 0}),
        lambda: shop.receive("MUG", 2),
        lambda: shop.send_to_warehouse("A"),
    ) == ["ON_BACK_ORDER", "ALLOCATED", "SENT_TO_WAREHOUSE"]


def test_an_edit_puts_an_allocated_order_on_back_order_exactly_if_it_leaves_a_line_short() -> None:
    shop = allocated()
    assert walk(
        shop,
        lambda: shop.edit("A", ChangeQuantity("1", 1)),
        lambda: shop.edit("A", ChangeQuantity("1", 2)),
        lambda: shop.edit("A", ChangeQuantity("1", 3)),
        lambda: shop.edit("A", ChangeQuantity("1", 2)),
    ) == ["ALLOCATED", "ALLOCATED", "ON_BACK_ORDER", "ALLOCATED"]


def test_a_new_order_that_was_held_is_processed_when_it_is_released() -> None:
    shop = new()
    assert walk(
        shop,
        lambda: shop.hold("A", HoldReason.AWAITING_CONFIRMATION),
        lambda: shop.release_hold("A"),
    ) == ["ON_HOLD", "ALLOCATED"]


def test_a_postponed_order_takes_its_turn_when_its_day_is_near() -> None:
    shop = postponed()
    assert walk(
        shop,
        lambda: shop.hold("A", HoldReason.OTHER),
        lambda: shop.release_hold("A"),
        lambda: shop.edit("A", ChangeNotBefore(later(0))),
        lambda: shop.edit("A", ChangeNotBefore(later(999))),
        lambda: shop.count(key(), 1, at=later(939)),
        lambda: shop.count(key(), 2, at=later(939)),
    ) == ["ON_HOLD", "POSTPONED", "ALLOCATED", "POSTPONED", "ON_BACK_ORDER", "ALLOCATED"]


# Courier and address may be changed until the order is sent to the warehouse.
MAY_CHANGE_DELIVERY = {
    "NEW": True,
    "POSTPONED": True,
    "ON_HOLD": True,
    "ON_BACK_ORDER": True,
    "ALLOCATED": True,
    "SENT_TO_WAREHOUSE": False,
    "CANCELLATION_REQUESTED": False,
    "DESPATCHED": False,
    "DELIVERED": False,
    "CANCELLED": False,
}


def test_every_status_says_whether_courier_and_address_may_be_changed() -> None:
    assert list(MAY_CHANGE_DELIVERY) == list(OPENINGS) == [str(status) for status in Status]


@pytest.mark.parametrize("status", [each for each, may in MAY_CHANGE_DELIVERY.items() if may])
def test_courier_and_address_change_until_the_order_is_sent(status: str) -> None:
    shop, address = OPENINGS[status](), Address("Ann", "1 High Street", "Leeds")
    shop.edit("A", ChangeCourier("VAN"))
    changed = shop.edit("A", ChangeShipTo(address)).order
    assert changed is not None
    assert (changed.courier, changed.ship_to, changed.status) == ("VAN", address, status)


@pytest.mark.parametrize("change", [ChangeCourier("VAN"), ChangeShipTo(None)])
@pytest.mark.parametrize("status", [each for each, may in MAY_CHANGE_DELIVERY.items() if not may])
def test_courier_and_address_stay_once_the_order_was_sent(status: str, change: Edit) -> None:
    shop = OPENINGS[status]()
    with pytest.raises(ActionRefusedError, match=f"'A'.* {status}"):
        shop.edit("A", change)
