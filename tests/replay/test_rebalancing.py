"""Rebalancing in a replay: when it happens, what it moves, and who pays."""

from __future__ import annotations

import attrs
import pytest

from orderflow import InvalidValueError, MemoryRepository
from orderflow.laboratory import NamedPolicy, compare
from orderflow.replay import Replay, ReplenishmentRule, Settings
from orderflow.replay.generator import Shop, generate
from orderflow.replay.rebalances import rebalance_days_of
from tests.replay.histories import NOTHING_COMES, entry, replayed, statuses

DAILY = Settings(rule=NOTHING_COMES, rebalance_days=1)
LARGE = entry("2 09:00", "1", {"MUG": 4, "PEN": 1})
"""It has three of four mugs, and never gets the last one."""
SMALL = entry("2 10:00", "2", {"MUG": 3})
OPENING = {"MUG": 3, "PEN": 1}


def test_units_go_to_an_order_that_they_complete() -> None:
    run = replayed(LARGE, SMALL, opening=OPENING, settings=DAILY)
    assert statuses(run) == {"1": "ON_BACK_ORDER", "2": "ON_BACK_ORDER"}
    summary = run.finish()
    assert statuses(run) == {"1": "ON_BACK_ORDER", "2": "DESPATCHED"}
    assert summary.back_orders.completed_by_rebalance == 1
    assert summary.back_orders.completed_otherwise == 0
    added = summary.added
    assert (added.rebalances, added.orders_that_gave, added.units_moved) == (1, 1, 3)
    assert summary.balance.difference == 0


def test_without_the_setting_nothing_is_moved() -> None:
    run = replayed(LARGE, SMALL, opening=OPENING)
    assert run.finish().added.rebalances == 0
    assert statuses(run) == {"1": "ON_BACK_ORDER", "2": "ON_BACK_ORDER"}


def test_days_lie_between_two_rebalances() -> None:
    """The first is at the first cut-off, the next a week later."""
    settings = attrs.evolve(DAILY, rebalance_days=7)
    early = entry("2 09:00", "0", {"JUG": 1})
    late = (entry("3 09:00", "1", {"MUG": 4}), entry("3 10:00", "2", {"MUG": 3}))
    run = replayed(
        early, *late, entry("9 15:59", "9", {"JUG": 1}), opening=OPENING, settings=settings
    )
    assert statuses(run)["2"] == "ON_BACK_ORDER"
    run.finish()  # the cut-off of the 9th
    assert statuses(run)["2"] == "DESPATCHED"


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("policy", ["", "partial_allocation=NEVER", "fulfilment=SPLIT"])
def test_every_unit_is_accounted_for(seed: int, policy: str) -> None:
    history = generate(Shop(orders=60, orders_a_day=6, seed=seed, lines_median=5, lines_p95=20))
    named = NamedPolicy.of("a policy", policy)
    settings = Settings(
        policy=named.policy, rule=ReplenishmentRule(opening_units=8), rebalance_days=2
    )
    summary = Replay(settings, repository=MemoryRepository()).run(history)
    assert summary.balance.difference == 0
    counted = summary.back_orders
    assert counted.opened == (
        counted.completed_by_booking_in
        + counted.completed_by_rebalance
        + counted.completed_otherwise
        + counted.cancelled
        + counted.still_waiting
    )


def test_a_comparison_says_who_pays() -> None:
    policies = [NamedPolicy.of("today", ""), NamedPolicy.of("anew", "rebalance=daily")]
    settings = Settings(rule=attrs.evolve(NOTHING_COMES, opening_units=3))
    history = [LARGE, SMALL, entry("9 09:00", "9", {"JUG": 1}, customer="late")]
    data = compare(history, policies, settings).as_json()
    assert [each["settings"] for each in data["policies"]] == ["", "rebalance=1"]
    figures = {
        each["key"]: [policy["mean"] for policy in each["policies"]] for each in data["measures"]
    }
    assert figures["completed_by_rebalance"] == [0, 1]
    assert figures["passed_over"] == [0, 1]
    assert data["changes"][0]["orders"]["shorter"] == 1


def test_a_policy_of_a_comparison_comes_before_its_settings() -> None:
    """All policies are rebalanced as the settings say, unless they say otherwise."""
    policies = [NamedPolicy.of("daily", ""), NamedPolicy.of("rarely", "rebalance=3650")]
    settings = Settings(rule=attrs.evolve(NOTHING_COMES, opening_units=3), rebalance_days=1)
    early = entry("2 08:00", "0", {"JUG": 1})
    late = (entry("3 09:00", "1", {"MUG": 4}), entry("3 10:00", "2", {"MUG": 3}))
    data = compare([early, *late], policies, settings).as_json()
    (found,) = (each for each in data["measures"] if each["key"] == "completed_by_rebalance")
    assert [each["mean"] for each in found["policies"]] == [1, 0]


@pytest.mark.parametrize("text", ["", "never", "0", "3651", "-1", "1.5", "99999"])
def test_a_text_that_names_no_days_is_refused(text: str) -> None:
    with pytest.raises(InvalidValueError, match="daily, weekly, or a whole number of days from 1"):
        rebalance_days_of(text)


def test_the_setting_is_checked() -> None:
    with pytest.raises(InvalidValueError, match="rebalance_days"):
        Settings(rebalance_days=0)
