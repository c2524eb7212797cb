"""Orders with a day before which they must not leave: pre-orders, embargoes, delivery wishes.

Sources: element DTM of X12 orders, with the qualifiers 037 (ship not before) and 038 (ship not
later); nopCommerce issue 412 (the day from which a pre-order may be shipped).
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from orderflow import Action, AllocationPolicy, Fulfilment, HoldReason, in_words
from orderflow.calendar import WarehouseCalendar
from orderflow.domain.model.commands import SendOrderToWarehouse
from orderflow.edits import ChangeNotBefore
from orderflow.errors import SendRefusedError
from tests.unit.shop import ACME, later, shop_with

DAY = later(3 * 24 * 60)
JUST_BEFORE = DAY - timedelta(microseconds=1)


def test_an_order_with_a_day_keeps_its_turn_and_its_units_but_cannot_be_sent_before() -> None:
    shop = shop_with(MUG=2)
    shop.take("A", ("MUG", 2), not_before=DAY)
    shop.take("B", ("MUG", 1))
    assert (shop.status("A"), shop.status("B")) == ("ALLOCATED", "ON_BACK_ORDER")
    with pytest.raises(SendRefusedError, match="2025-03-06 12:00:00 UTC") as refusal:
        shop.send_to_warehouse("A", at=JUST_BEFORE)
    assert (refusal.value.order_id, refusal.value.not_before) == ("A", DAY)
    assert shop.status("A") == "ALLOCATED"
    shop.send_to_warehouse("A", at=DAY)
    assert shop.status("A") == "SENT_TO_WAREHOUSE"


def test_a_hold_lets_a_later_order_take_what_arrives_and_a_day_does_not() -> None:
    shop = shop_with(MUG=0)
    shop.take("held", ("MUG", 1))
    shop.hold("held", HoldReason.SELLER_DELAY, until=DAY)
    shop.take("dated", ("MUG", 1), not_before=DAY)
    shop.take("late", ("MUG", 1))
    shop.receive("MUG", 1)
    assert [shop.status(each) for each in ("held", "dated", "late")] == [
        "ON_HOLD",
        "ALLOCATED",
        "ON_BACK_ORDER",
    ]


def test_an_edit_moves_the_day_or_removes_it() -> None:
    shop = shop_with(MUG=1)
    shop.take("A", ("MUG", 1), not_before=DAY)
    shop.edit("A", ChangeNotBefore(later(600)))
    with pytest.raises(SendRefusedError):
        shop.send_to_warehouse("A", at=later(599))
    shop.edit("A", ChangeNotBefore(None))
    shop.send_to_warehouse("A")
    assert shop.order("A").not_before is None


def test_the_actions_and_the_explanation_name_the_day() -> None:
    shop = shop_with(MUG=1)
    shop.take("A", ("MUG", 1), not_before=DAY)
    answer = next(each for each in shop.actions("A") if each.action is Action.SEND_TO_WAREHOUSE)
    assert not answer.allowed
    assert "must not leave before 2025-03-06 12:00:00 UTC" in answer.reason
    why = in_words(shop.explain("A"))
    assert why[1] == "It cannot be sent to the warehouse before 2025-03-06 12:00 UTC."
    assert len(in_words(shop.explain("A", at=DAY))) == len(why) - 1
    send = SendOrderToWarehouse(seller_id=ACME, order_id="A", at=JUST_BEFORE)
    with pytest.raises(SendRefusedError):
        shop.preview(send)


def test_an_order_at_the_warehouse_no_longer_waits_for_its_day() -> None:
    shop = shop_with(MUG=1)
    shop.take("A", ("MUG", 1), not_before=DAY)
    shop.send_to_warehouse("A", at=DAY)
    assert len(in_words(shop.explain("A"))) == 1  # asked by a clock that is behind


def test_a_part_that_is_split_off_waits_for_the_same_day() -> None:
    shop = shop_with(AllocationPolicy(fulfilment=Fulfilment.SPLIT), MUG=1)
    shop.take("A", ("MUG", 3), not_before=DAY)
    assert shop.order("A.1").not_before == DAY
    with pytest.raises(SendRefusedError):
        shop.send_to_warehouse("A.1")
    shop.send_to_warehouse("A.1", at=DAY)


def test_a_day_of_a_warehouse_begins_when_its_clocks_say_so() -> None:
    warsaw = WarehouseCalendar(time_zone=ZoneInfo("Europe/Warsaw"))
    auckland = WarehouseCalendar(time_zone=ZoneInfo("Pacific/Auckland"))
    christmas_eve = date(2026, 12, 24)
    assert warsaw.day_begins(christmas_eve) == datetime(2026, 12, 23, 23, tzinfo=UTC)
    assert auckland.day_begins(christmas_eve) == datetime(2026, 12, 23, 11, tzinfo=UTC)


def test_a_day_that_begins_at_one_begins_at_one() -> None:
    """In Cairo, the clocks went forward at midnight: 24 April 2026 had no 00:00."""
    cairo = WarehouseCalendar(time_zone=ZoneInfo("Africa/Cairo"))
    assert cairo.day_begins(date(2026, 4, 24)) == datetime(2026, 4, 23, 22, tzinfo=UTC)
