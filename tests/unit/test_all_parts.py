"""Cancelling all parts of an order."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from orderflow import (
    AllocationPolicy,
    CommandIdReusedError,
    Fulfilment,
    HoldReason,
    InvalidValueError,
    OrderNotFoundError,
    StorageError,
)
from orderflow.commands import CancelOrder, SendOrderToWarehouse
from tests.unit.shop import ACME, shop_with

if TYPE_CHECKING:
    from orderflow import Outcome
    from orderflow.commands import Command
    from orderflow.service import CancelledParts
    from tests.unit.shop import Shop


def shop_with_parts() -> Shop:
    """Open a shop with an order in four parts: A, A.1 and A.2 of it, and A.1.1 of A.1."""
    shop = shop_with(MUG=9)
    shop.take("A", ("MUG", 9))
    for order_id, units in (("A", 4), ("A", 1), ("A.1", 1)):
        shop.split(order_id, units={"1": units})
    return shop


def ids(parts: CancelledParts) -> tuple[list[str], list[str], list[str]]:
    return (
        [each.order_id for each in parts.cancelled],
        [each.order_id for each in parts.requested],
        [each.order_id for each, _ in parts.refused],
    )


@pytest.mark.parametrize("order_id", ["A", "A.1", "A.1.1"])
def test_all_parts_are_cancelled_whichever_is_named(order_id: str) -> None:
    shop = shop_with_parts()
    assert ids(shop.cancel_all_parts(order_id)) == (["A", "A.1", "A.2", "A.1.1"], [], [])
    assert {shop.status(each.order_id) for each in shop.all_parts_of("A")} == {"CANCELLED"}
    assert shop.shelf() == (9, 0)


def test_an_order_that_was_never_split_is_cancelled() -> None:
    shop = shop_with(MUG=1)
    shop.take("A")
    assert ids(shop.cancel_all_parts("A", reason="ordered twice")) == (["A"], [], [])
    assert shop.events("A")[-1].reason == "ordered twice"  # type: ignore[union-attr] # it has one


def test_each_part_is_treated_as_its_status_allows() -> None:
    shop = shop_with_parts()
    for order_id in ("A.1", "A.2", "A.1.1"):
        shop.send_to_warehouse(order_id)
    shop.request_cancellation("A.2")
    shop.despatch("A.1.1")
    parts = shop.cancel_all_parts("A")
    assert ids(parts) == (["A"], ["A.1", "A.2"], ["A.1.1"])
    assert [each.status.value for each in parts.requested] == ["CANCELLATION_REQUESTED"] * 2
    ((part, error),) = parts.refused
    assert (part.status.value, "cannot cancel" in str(error)) == ("DESPATCHED", True)


def test_a_part_that_was_cancelled_before_is_left_out() -> None:
    shop = shop_with_parts()
    shop.cancel("A.1")
    assert ids(shop.cancel_all_parts("A")) == (["A", "A.2", "A.1.1"], [], [])
    assert ids(shop.cancel_all_parts("A")) == ([], [], [])


def test_a_part_that_waits_is_cancelled_before_it_gets_the_units_of_the_others() -> None:
    shop = shop_with(MUG=4)
    shop.take("A", ("MUG", 4))
    shop.split("A", units={"1": 2})
    shop.send_to_warehouse("A.1")
    shop.report_short_pick("A.1", {"1": 0})
    assert shop.status("A.1") == "ON_BACK_ORDER"
    shop.cancel_all_parts("A")
    assert type(shop.events("A.1")[-2]).__name__ == "OrderShortPicked"


def test_a_part_that_is_split_off_meanwhile_is_cancelled_too() -> None:
    shop = shop_with(AllocationPolicy(fulfilment=Fulfilment.PARCELS, parcels_max=2), PAN=3)
    shop.take("A", ("PAN", 6))
    shop.receive("PAN", 2)
    shop.send_to_warehouse("A.1")
    shop.report_short_pick("A.1", {"1": 0})  # it gets the two units of A, which are split off
    assert ids(shop.cancel_all_parts("A")) == (["A", "A.1", "A.1.1"], [], [])


def test_a_part_that_is_changed_meanwhile_does_not_stop_the_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    shop = shop_with_parts()
    handle = shop.handle

    def send_first(command: Command) -> Outcome:
        if isinstance(command, CancelOrder) and command.order_id == "A.1":
            handle(SendOrderToWarehouse(seller_id=ACME, order_id="A.1", at=command.at))
        return handle(command)

    monkeypatch.setattr(shop, "handle", send_first)
    assert ids(shop.cancel_all_parts("A")) == (["A", "A.2", "A.1.1"], [], ["A.1"])
    assert ids(shop.cancel_all_parts("A")) == ([], ["A.1"], [])


def test_after_a_failure_a_repetition_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    shop = shop_with_parts()
    handle = shop.handle

    def fail_late(command: Command) -> Outcome:
        if isinstance(command, CancelOrder) and command.order_id == "A.2":
            raise StorageError("the disk is full")
        return handle(command)

    with monkeypatch.context() as patch:
        patch.setattr(shop, "handle", fail_late)
        with pytest.raises(StorageError, match="the disk is full"):
            shop.cancel_all_parts("A", command_id="c")
    assert (shop.status("A"), shop.status("A.2")) == ("CANCELLED", "ALLOCATED")
    everything: tuple[list[str], ...] = (["A", "A.1", "A.2", "A.1.1"], [], [])
    assert ids(shop.cancel_all_parts("A", command_id="c")) == everything


def test_the_same_id_gives_the_same_result() -> None:
    shop = shop_with_parts()
    shop.send_to_warehouse("A.1")
    first = shop.cancel_all_parts("A", command_id="c")
    there = shop.stored()
    assert shop.cancel_all_parts("A.2", command_id="c") == first
    assert shop.stored() == there
    shop.reject_cancellation("A.1")
    assert shop.cancel_all_parts("A", command_id="c") == first
    assert shop.status("A.1") == "SENT_TO_WAREHOUSE"


def test_an_id_that_was_used_for_something_else_is_refused() -> None:
    shop = shop_with_parts()
    shop.cancel_all_parts("A", command_id="c")
    with pytest.raises(CommandIdReusedError, match="command id '"):
        shop.cancel_all_parts("A", reason="ordered twice", command_id="c")
    other = shop_with_parts()
    other.hold("A", HoldReason.OTHER, command_id="c A")
    with pytest.raises(CommandIdReusedError):
        other.cancel_all_parts("A", command_id="c")


def test_ids_may_be_as_long_as_ids_may_be() -> None:
    shop = shop_with(MUG=2)
    shop.take("A" * 128, ("MUG", 2))
    first = shop.cancel_all_parts("A" * 128, command_id="c" * 128)
    assert shop.cancel_all_parts("A" * 128, command_id="c" * 128) == first
    assert len(first.cancelled) == 1


def test_wrong_arguments_are_refused_before_anything_is_done() -> None:
    shop = shop_with_parts()
    with pytest.raises(OrderNotFoundError):
        shop.cancel_all_parts("B")
    with pytest.raises(InvalidValueError, match=r"cancel_all_parts\.command_id must be"):
        shop.cancel_all_parts("A", command_id="")
    with pytest.raises(InvalidValueError, match=r"cancel_all_parts\.at must be"):
        shop.cancel_all_parts("A", at="now")  # type: ignore[arg-type] # it is wrong
    with pytest.raises(InvalidValueError, match=r"cancel_all_parts\.reason must be"):
        shop.cancel_all_parts("A", reason=7)  # type: ignore[arg-type] # it is wrong
    assert {each.status.value for each in shop.all_parts_of("A")} == {"ALLOCATED"}
