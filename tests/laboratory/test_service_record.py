"""The record of a replay, on histories small enough to follow by hand."""

from __future__ import annotations

import itertools
from datetime import timedelta
from typing import TYPE_CHECKING

from hypothesis import given, settings
from hypothesis import strategies as st

from orderflow import MemoryRepository
from orderflow.laboratory import MEASURES, policy_of
from orderflow.laboratory.service_record import ServiceRecord
from orderflow.laboratory.trial import run_trial
from orderflow.replay import EntryKind, Replay, ReplenishmentRule, SellerBehaviour, Settings
from orderflow.replay.generator import Shop, generate
from tests.replay.histories import NOTHING_COMES, at, entry

if TYPE_CHECKING:
    from orderflow.replay import Entry

DAY = 86_400


def recorded(
    *entries: Entry, policy: str = "", opening: dict[str, int], **behaviour: object
) -> ServiceRecord:
    """Replay entries against an opening stock, to which nothing comes."""
    replay_settings = Settings(
        policy=policy_of(policy),
        rule=NOTHING_COMES,
        behaviour=SellerBehaviour(**behaviour),  # type: ignore[arg-type]
    )
    record = ServiceRecord(replay_settings.calendar)
    replay = Replay(
        replay_settings, opening=opening, observers=[record], repository=MemoryRepository()
    )
    for each in entries:
        if each.kind is EntryKind.SALE:
            record.begin_order()
        replay.step(each)
    replay.finish()
    assert replay.now is not None
    record.finish(replay.now)
    return record


def found(moment: str, units: dict[str, int]) -> Entry:
    """Units that are found: the only stock that comes."""
    return entry(moment, f"F{moment}", units, kind=EntryKind.FOUND)


def test_an_order_waits_until_it_has_all_its_units() -> None:
    record = recorded(
        entry("2 09:00", "1", {"MUG": 5}),
        entry("2 10:00", "2", {"MUG": 1}),
        found("3 09:00", {"MUG": 2}),
        found("4 09:00", {"MUG": 2}),
        opening={"MUG": 1},
    )
    # The second order waits to the end: the cut-off of the 4th.
    assert list(record.waited) == [2 * DAY, 2 * DAY + 6 * 3_600]
    assert record.still_waiting == 1
    assert (record.parcels, record.despatched) == (1, 1)


def test_an_order_waits_as_long_as_any_of_its_parts() -> None:
    record = recorded(
        entry("2 09:00", "1", {"MUG": 5}),
        found("4 09:00", {"MUG": 3}),
        policy="fulfilment=SPLIT",
        opening={"MUG": 2},
    )
    assert list(record.waited) == [2 * DAY]
    assert (record.parcels, record.despatched) == (2, 1)


def test_a_later_order_passes_over_those_that_lack_what_it_gets() -> None:
    entries = (
        entry("2 09:00", "1", {"MUG": 5}),
        entry("2 09:10", "2", {"PEN": 5}),
        entry("2 09:20", "3", {"MUG": 1}),
        entry("2 09:30", "4", {"JUG": 1}),
    )
    opening = {"MUG": 2, "PEN": 0, "JUG": 1}
    never = recorded(*entries, policy="partial_allocation=NEVER", opening=opening)
    assert never.passed_over == 1  # the first one: nobody got a PEN
    assert recorded(*entries, opening=opening).passed_over == 0


def test_an_order_is_passed_over_once_at_most() -> None:
    record = recorded(
        entry("2 09:00", "1", {"MUG": 5, "PEN": 5}),
        *(entry(f"2 1{n}:00", str(n + 2), {"MUG": 1, "PEN": 1}) for n in range(3)),
        policy="partial_allocation=NEVER",
        opening={"MUG": 4, "PEN": 4},
    )
    assert record.passed_over == 1


def test_idle_units_are_those_that_waiting_orders_have_and_those_that_they_lack() -> None:
    entries = (entry("2 09:00", "1", {"MUG": 3, "PEN": 2}), found("4 09:00", {"JUG": 1}))
    opening = {"MUG": 10, "PEN": 1, "JUG": 0}
    always = recorded(*entries, opening=opening)
    # It has 3 mugs and a pen, and lacks a pen.
    assert [(day.orders, day.units, day.idle) for day in always.days] == [(1, 1, 4)] * 3
    never = recorded(*entries, policy="partial_allocation=NEVER", opening=opening)
    # It lacks 3 mugs and 2 pens, of which 3 and 1 are on the shelf.
    assert [(day.orders, day.units, day.idle) for day in never.days] == [(1, 5, 4)] * 3


def test_days_are_those_of_the_warehouse_without_gaps() -> None:
    record = recorded(
        entry("2 23:30", "1", {"MUG": 1}), entry("29 22:30", "2", {"MUG": 1}), opening={"MUG": 9}
    )
    days = [day.day for day in record.days]
    assert days[0] == at("2 00:00").date()
    assert [b - a for a, b in itertools.pairwise(days)] == [timedelta(1)] * 28
    # On 29 March, the clocks of London show 23:30; the last cut-off is on the 30th.
    assert len(days) == 29


def test_units_that_the_policy_or_impatience_cancels_are_lost() -> None:
    order = entry("2 09:00", "1", {"MUG": 5, "PEN": 2})
    later = entry("9 09:00", "2", {"PEN": 1})
    opening = {"MUG": 3, "PEN": 9}
    for policy, units in (
        ("short_part=CANCEL_SHORT", 2),
        ("short_part=CANCEL_ORDER", 7),
        ("give_up_after=2d", 7),
        ("give_up_after=2d, give_up=CANCEL_SHORT", 2),
        ("", None),
    ):
        record = recorded(order, later, policy=policy, opening=opening)
        assert record.lost.get(0) == units, policy
    impatient = recorded(order, later, opening=opening, patience=timedelta(days=2))
    assert dict(impatient.lost) == {0: 7}
    assert impatient.waited[0] == 2 * DAY + 7 * 3_600  # to the cut-off of the 4th


def test_what_customers_cancel_is_not_lost() -> None:
    cancelled = entry("3 09:00", "C1", {"MUG": 5}, kind=EntryKind.CANCELLATION)
    record = recorded(entry("2 09:00", "1", {"MUG": 5}), cancelled, opening={"MUG": 3})
    assert (dict(record.lost), list(record.waited), record.still_waiting) == ({}, [DAY], 0)


def test_an_order_that_cannot_be_placed_keeps_its_number() -> None:
    record = recorded(
        entry("2 09:00", "1", {"MUG": 1}),
        entry("2 10:00", "1", {"MUG": 1}),
        entry("2 11:00", "3", {"MUG": 5}),
        found("3 11:00", {"MUG": 9}),
        opening={"MUG": 1},
    )
    assert list(record.waited) == [0, 0, DAY]


@settings(max_examples=12)
@given(
    st.integers(0, 10**6),
    st.sampled_from(
        [
            "",
            "partial_allocation=NEVER",
            "partial_allocation=AFTER_WAITING, wait_max=2d",
            "fulfilment=SPLIT",
            "fulfilment=PARCELS, parcels_max=2, rationing=FAIR_SHARE",
            "short_part=HOLD",
            "short_part=CANCEL_SHORT",
            "give_up_after=3d, give_up=SPLIT",
        ]
    ),
)
def test_the_record_agrees_with_the_orders_at_the_end(seed: int, policy: str) -> None:
    """What is counted step by step is what the orders and the stock say in the end."""
    entries = generate(Shop(orders=40, customers=15, seed=seed, lines_median=5, lines_p95=20))
    chosen = Settings(policy=policy_of(policy), rule=ReplenishmentRule(opening_units=8))
    record = ServiceRecord(chosen.calendar)
    replay = Replay(chosen, observers=[record], repository=MemoryRepository())
    for each in entries:
        if each.kind is EntryKind.SALE:
            record.begin_order()
        replay.step(each)
    replay.finish()
    assert replay.now is not None
    record.finish(replay.now)
    seller = replay.session.flow.seller("seller")
    waiting = [o for o in seller.orders() if o.status in {"ON_BACK_ORDER", "ON_HOLD"}]
    short: dict[str, int] = {}
    for order in waiting:
        for line in order.short_lines:
            short[line.sku] = short.get(line.sku, 0) + line.short
    available = {stock.key.sku: stock.available for stock in seller.stock()}
    last = record.days[-1]
    assert last.units == sum(short.values())
    assert last.idle == sum(order.allocated for order in waiting) + sum(
        min(units, available[sku]) for sku, units in short.items()
    )
    assert last.orders == len({order.order_id.partition(".")[0] for order in waiting})
    assert record.parcels == replay.figures.despatched


def test_a_trial_has_the_summary_of_a_replay() -> None:
    entries = generate(Shop(orders=150))
    trial = run_trial(Settings(), entries)
    assert trial.summary == Replay(Settings()).run(entries)
    served = sum(served for _, served in trial.products.values())
    assert served == trial.summary.units.served
    assert all(measure.value(trial) is not None for measure in MEASURES)
