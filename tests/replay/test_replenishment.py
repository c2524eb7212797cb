"""What is ordered from suppliers, and when it comes."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest

from orderflow import InvalidValueError, StockKey
from orderflow.calendar import WarehouseCalendar, Weekday
from orderflow.replay import SELLER, Replay, ReplenishmentRule, Settings
from orderflow.replay.generator import generate
from orderflow.replay.replenishment import Replenishment
from tests.replay.histories import SMALL, at

if TYPE_CHECKING:
    from orderflow import ExpectedReceipt

LONDON = WarehouseCalendar(time_zone=ZoneInfo("Europe/London"))
MUG = StockKey("seller", "warehouse", "MUG")
QUICK = {"lead_days_min": 2, "lead_days_max": 2}


def ordered(supply: Replenishment, moment: str) -> list[int]:
    return [receipt.quantity for receipt in supply.review(at(moment))]


def replenished(opening: int, **rule: Any) -> Replenishment:  # noqa: ANN401 - fields of the rule
    supply = Replenishment(ReplenishmentRule(**QUICK, **rule), LONDON, time(8))
    supply.add_product(MUG, opening, at("2 09:00"))
    return supply


def test_a_product_is_ordered_up_to_the_level_and_not_again_while_that_is_expected() -> None:
    supply = replenished(opening=100, level_units=100, cover_days=0, review_days=1)
    supply.add_demand("MUG", 30, at("2 10:00"))
    assert ordered(supply, "2 16:00") == [30]
    assert ordered(supply, "3 16:00") == []


def test_the_level_follows_recent_demand() -> None:
    supply = replenished(opening=0, level_units=5, cover_days=7, recent_days=14, review_days=1)
    for day in range(2, 12):
        supply.add_demand("MUG", 10, at(f"{day} 10:00"))
    assert ordered(supply, "11 16:00") == [100 + 10 * 7]


def test_demand_is_forgotten_when_it_is_no_longer_recent() -> None:
    supply = replenished(opening=100, level_units=5, cover_days=7, recent_days=7, review_days=1)
    supply.add_demand("MUG", 70, at("2 10:00"))
    assert ordered(supply, "8 16:00") == [70 - 30]
    supply.add_demand("MUG", 70, at("8 17:00"))
    assert ordered(supply, "20 16:00") == [5]


def test_what_was_cancelled_is_no_demand() -> None:
    supply = replenished(opening=10, level_units=10, cover_days=30, recent_days=30)
    supply.add_demand("MUG", 80_995, at("2 09:15"))
    supply.add_demand("MUG", -80_995, at("2 09:27"))
    assert ordered(supply, "2 16:00") == []


def test_products_are_looked_at_every_so_many_days() -> None:
    supply = replenished(opening=0, level_units=10, cover_days=0, review_days=7)
    assert ordered(supply, "2 16:00") == [10]
    supply.add_demand("MUG", 4, at("3 09:00"))
    assert ordered(supply, "6 16:00") == []
    assert ordered(supply, "9 16:00") == [4]


def receipts(**rule: Any) -> list[ExpectedReceipt]:  # noqa: ANN401 - fields of the rule
    supply = Replenishment(ReplenishmentRule(level_units=10, cover_days=0, **rule), LONDON, time(8))
    for number in range(50):
        supply.add_product(StockKey("seller", "warehouse", f"P{number}"), 0, at("2 09:00"))
    return list(supply.review(at("2 16:00")))


def test_lead_times_lie_between_the_shortest_and_the_longest() -> None:
    days = {(each.expected_at - at("2 08:00")).days for each in receipts()}
    assert min(days) >= 3
    assert max(days) <= 14 + 2  # what arrives on a Saturday is booked in on Monday
    assert len(days) > 5


def test_a_delivery_that_arrives_at_the_weekend_is_booked_in_on_monday() -> None:
    """What is ordered on Monday the 2nd with 5 days of lead time arrives on Saturday."""
    found = receipts(lead_days_min=5, lead_days_max=5)
    assert {each.expected_at for each in found} == {at("9 08:00")}


@pytest.mark.parametrize(
    ("ordered_at", "booked_in_at"),
    [
        ("2026-03-28T00:30", "2026-03-29T01:00"),  # the clocks skip 01:30: when they change
        ("2026-10-24T00:30", "2026-10-25T00:30"),  # they show 01:30 twice: the first time
    ],
)
def test_booking_in_when_the_clocks_change(ordered_at: str, booked_in_at: str) -> None:
    daily = WarehouseCalendar(time_zone=LONDON.time_zone, working_days=frozenset(Weekday))
    rule = ReplenishmentRule(lead_days_min=1, lead_days_max=1)
    supply = Replenishment(rule, daily, books_in=time(1, 30))
    moment = datetime.fromisoformat(ordered_at).replace(tzinfo=UTC)
    supply.add_product(MUG, 0, moment)
    (receipt,) = supply.review(moment)
    assert receipt.expected_at == datetime.fromisoformat(booked_in_at).replace(tzinfo=UTC)


def test_the_seed_decides_lead_times() -> None:
    assert receipts(seed=1) == receipts(seed=1)
    assert receipts(seed=1) != receipts(seed=2)


def test_a_lead_time_does_not_depend_on_what_else_is_ordered() -> None:
    rule = ReplenishmentRule()
    alone = rule.lead_time("MUG", date(2026, 3, 2))
    rule.lead_time("JAR", date(2026, 3, 2))
    assert rule.lead_time("MUG", date(2026, 3, 2)) == alone


def test_what_comes_on_the_day_it_was_ordered_is_not_booked_in_before_that() -> None:
    found = receipts(lead_days_min=0, lead_days_max=0)
    assert {each.expected_at for each in found} == {at("2 16:00")}


@pytest.mark.parametrize(
    ("rule", "field"),
    [
        ({"lead_days_min": 5, "lead_days_max": 4}, "lead_days_max"),
        ({"lead_days_min": -1}, "lead_days_min"),
        ({"review_days": 0}, "review_days"),
        ({"recent_days": 0}, "recent_days"),
        ({"cover_days": 100_000}, "cover_days"),
        ({"level_units": -1}, "level_units"),
        ({"opening_units": -1}, "opening_units"),
    ],
)
def test_a_rule_that_cannot_be_is_refused(rule: dict[str, int], field: str) -> None:
    with pytest.raises(InvalidValueError, match=f"ReplenishmentRule.{field} must be"):
        ReplenishmentRule(**rule)


def test_the_position_is_what_is_on_hand_and_expected_less_what_is_waited_for() -> None:
    run = Replay(Settings(rule=ReplenishmentRule(opening_units=20, level_units=10, cover_days=5)))
    for each in generate(SMALL):
        run.step(each)
    run.advance(at("30 12:00") + timedelta(days=1))
    on_hand = {each.key.sku: each.on_hand for each in run.session.flow.seller(SELLER).stock()}
    position = dict(on_hand)
    for order in run.session.flow.seller(SELLER).orders():
        if order.status.value in {"ON_BACK_ORDER", "ALLOCATED"}:
            for line in order.lines:
                position[line.sku] -= line.quantity
    for receipt in run.warehouse.expected:
        position[receipt.key.sku] += receipt.quantity
    assert {sku: run.session.replenishment.position(sku) for sku in on_hand} == position
