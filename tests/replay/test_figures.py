"""How well orders were served."""

from __future__ import annotations

from datetime import timedelta

import attrs
import pytest

from orderflow import AllocationPolicy, Fulfilment, PartialAllocation, Preemption, Rationing
from orderflow.replay import SELLER, EntryKind, Replay, ReplenishmentRule, SellerBehaviour, Settings
from orderflow.replay.generator import Shop, generate, stock_for
from tests.replay.histories import at, entry, entry_of_lines, replayed

DAY = 86_400


def test_fill_rates_count_what_an_order_was_given_when_it_was_placed() -> None:
    run = replayed(
        entry_of_lines("2 09:00", "1", [("MUG", 2), ("MUG", 2), ("JAR", 2)]),
        entry("2 09:01", "2", {"JAR": 1}),
        opening={"MUG": 3, "JAR": 3},
    )
    figures = run.figures
    assert (figures.units.total, figures.units.served) == (7, 6)
    assert (figures.lines.total, figures.lines.served) == (4, 3)
    assert (figures.orders.total, figures.orders.served) == (2, 1)


def test_an_order_with_nothing_allocated_was_served_nothing() -> None:
    settings = Settings(policy=AllocationPolicy(partial_allocation=PartialAllocation.NEVER))
    run = replayed(
        entry("2 09:00", "1", {"MUG": 2, "JAR": 2}), opening={"MUG": 2, "JAR": 1}, settings=settings
    )
    assert (run.figures.units.served, run.figures.lines.served) == (0, 0)


def test_a_postponed_order_is_first_offered_stock_when_its_day_is_near() -> None:
    far = attrs.evolve(entry("2 09:00", "1", {"MUG": 2}), not_before=at("9 09:00"))
    run = replayed(
        far,
        opening={"MUG": 2},
        settings=Settings(policy=AllocationPolicy(allocation_horizon=timedelta(days=2))),
    )
    assert (run.figures.units.total, run.figures.orders.total) == (0, 0)
    run.step(entry("8 09:00", "2", {"TIN": 1}))
    assert (run.figures.units.total, run.figures.units.served) == (3, 3)
    assert (run.figures.orders.total, run.figures.orders.served) == (2, 2)


def test_what_the_policy_splits_off_at_once_was_served() -> None:
    settings = Settings(policy=AllocationPolicy(fulfilment=Fulfilment.SPLIT))
    run = replayed(
        entry("2 09:00", "1", {"MUG": 2, "JAR": 2}), opening={"MUG": 2, "JAR": 1}, settings=settings
    )
    assert (run.figures.units.total, run.figures.units.served) == (4, 3)
    assert (run.figures.lines.total, run.figures.lines.served) == (2, 1)
    assert run.figures.orders.served == 0
    assert run.figures.back_orders.split == 1


def test_a_back_order_waits_from_its_opening_until_it_is_allocated() -> None:
    rule = ReplenishmentRule(level_units=0, cover_days=0, lead_days_min=2, lead_days_max=2)
    run = replayed(
        entry("2 08:00", "1", {"MUG": 3}),
        entry("5 09:00", "2", {"TIN": 1}),
        opening={"MUG": 1},
        settings=Settings(rule=rule),
    )
    waiting = run.figures.waiting()
    assert waiting.median == waiting.p95 == waiting.longest == 2 * DAY
    assert run.figures.back_orders.completed_by_booking_in == 1


def test_stock_that_was_found_completes_otherwise() -> None:
    run = replayed(
        entry("2 09:00", "1", {"MUG": 3}),
        entry("2 10:00", "F1", {"MUG": 3}, kind=EntryKind.FOUND),
        opening={},
    )
    assert run.figures.back_orders.completed_otherwise == 1
    assert run.figures.waiting().longest == 3_600


def test_a_count_that_takes_stock_away_opens_a_back_order_again() -> None:
    run = replayed(
        entry("2 09:00", "1", {"MUG": 3}),
        entry("2 10:00", "F1", {"MUG": 3}, kind=EntryKind.FOUND),
        entry("2 11:00", "W1", {"MUG": 1}, kind=EntryKind.WRITE_OFF),
        opening={},
    )
    back_orders = run.figures.back_orders
    assert (back_orders.opened, back_orders.still_waiting) == (2, 1)


def test_of_nothing_there_are_no_rates() -> None:
    run = Replay()
    summary = run.finish()
    assert summary.units.rate is None
    assert summary.waiting.median is None
    assert summary.balance.difference == 0


SHOP = Shop(orders=100, customers=40)
POLICIES = [
    AllocationPolicy(),
    AllocationPolicy(partial_allocation=PartialAllocation.NEVER),
    AllocationPolicy(partial_allocation=PartialAllocation.AFTER_WAITING, passes_max=3),
    AllocationPolicy(fulfilment=Fulfilment.SPLIT),
    AllocationPolicy(fulfilment=Fulfilment.PARCELS, parcels_max=2),
    AllocationPolicy(fulfilment=Fulfilment.WHOLE_LINES),
    AllocationPolicy(rationing=Rationing.FAIR_SHARE),
    AllocationPolicy(preemption=Preemption.URGENT, urgent_from=1),
]


@pytest.mark.parametrize("split", [False, True], ids=["waits", "splits"])
@pytest.mark.parametrize("policy", POLICIES, ids=str)
def test_under_every_policy_back_orders_add_up_and_the_account_is_at_0(
    policy: AllocationPolicy,
    split: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    entries = generate(SHOP)
    rule = ReplenishmentRule(level_units=0, cover_days=1, lead_days_min=1, lead_days_max=9)
    settings = Settings(policy=policy, rule=rule, behaviour=SellerBehaviour(split=split))
    run = Replay(settings, opening=stock_for(entries, 1))
    summary = run.run(entries)
    back_orders = attrs.asdict(summary.back_orders)
    del back_orders["split"]
    assert back_orders.pop("opened") == sum(back_orders.values()) > 20
    waiting = [
        each for each in run.session.flow.seller(SELLER).orders() if each.status == "ON_BACK_ORDER"
    ]
    assert summary.back_orders.still_waiting == len(waiting)
    assert summary.balance.difference == 0
    assert summary.orders.total == SHOP.orders
