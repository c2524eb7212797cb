"""A comparison: the same as separate replays, however many processes run them."""

from __future__ import annotations

import json
import os
import signal
from datetime import timedelta
from multiprocessing import active_children
from typing import TYPE_CHECKING

import attrs
import pytest

from orderflow import InvalidValueError
from orderflow.errors import ComparisonError
from orderflow.laboratory import (
    Finding,
    NamedPolicy,
    compare,
    policy_of,
    record,
    usable_processors,
)
from orderflow.replay import Replay, ReplenishmentRule, SellerBehaviour, Settings
from orderflow.replay.generator import Shop, generate
from tests.replay.histories import NOTHING_COMES, entry

if TYPE_CHECKING:
    from collections.abc import Sequence

    from orderflow.laboratory import Comparison

HISTORY = generate(Shop(orders=60, orders_a_day=6, customers=15, lines_median=5, lines_p95=20))
SETTINGS = Settings(rule=ReplenishmentRule(opening_units=10, seed=7))
NEVER = "partial_allocation=NEVER"


def named(*texts: str) -> list[NamedPolicy]:
    return [NamedPolicy(f"policy {n}", policy_of(text)) for n, text in enumerate(texts, 1)]


@pytest.fixture(name="comparison", scope="module")
def _comparison() -> Comparison:
    return compare(HISTORY, named("", "", NEVER), SETTINGS, seeds=3)


def test_the_number_of_processes_changes_nothing(comparison: Comparison) -> None:
    shown: list[tuple[int, int]] = []
    parallel = compare(
        iter(HISTORY),
        named("", "", NEVER),
        SETTINGS,
        seeds=3,
        processes=2,
        progress=lambda done, total: shown.append((done, total)),
    )
    assert json.dumps(parallel.as_json()) == json.dumps(comparison.as_json())
    rows = sum(len(each.rows) for each in HISTORY)
    assert all(0 <= done <= total == 9 * rows for done, total in shown)
    assert active_children() == []


def test_every_run_is_a_replay_with_its_policy_and_seed(comparison: Comparison) -> None:
    assert comparison.seeds == (7, 8, 9)
    for policy, trials in zip(comparison.policies, comparison.trials, strict=True):
        for seed, trial in zip(comparison.seeds, trials, strict=True):
            rule = attrs.evolve(SETTINGS.rule, seed=seed)
            alone = Replay(attrs.evolve(SETTINGS, policy=policy.policy, rule=rule)).run(HISTORY)
            assert trial.summary == alone


def test_two_equal_policies_with_different_names_do_not_differ(comparison: Comparison) -> None:
    data = comparison.as_json()
    for measure in data["measures"]:
        first, twin, other = measure["policies"]
        assert first["by_seed"] == twin["by_seed"]
        assert (twin["difference"], twin["finding"]) == (0, Finding.SAME), measure["key"]
        assert other["difference"] == pytest.approx(other["mean"] - first["mean"])
    twin, other = data["changes"]
    assert twin["orders"]["same"] == pytest.approx(60)
    assert (twin["gain_most"], twin["lose_most"]) == ([], [])
    assert other["orders"]["same"] < 60


def test_those_who_gain_and_those_who_lose_are_all_orders(comparison: Comparison) -> None:
    data = comparison.as_json()
    for each in data["changes"]:
        assert sum(each["orders"].values()) == pytest.approx(60)
        changed = each["orders"]["shorter"] + each["orders"]["same"] + each["orders"]["longer"]
        assert sum(row["orders"] for row in each["by_days"]) == pytest.approx(changed)
        of_sizes = [row["policies"] for row in data["order_sizes"]]
        policy = next(
            n for n, each_ in enumerate(data["policies"]) if each_["name"] == each["name"]
        )
        for effect, count in (("gain", "shorter"), ("lose", "longer")):
            by_size = sum(policies[policy][effect] for policies in of_sizes)
            assert by_size == pytest.approx(each["orders"][count])
        assert sum(each["customers"].values()) == len(comparison.facts.names)
    assert sum(row["orders"] for row in data["order_sizes"]) == data["orders"] == 60


def test_the_change_of_a_wait_is_found_by_hand() -> None:
    """The small order is served before the large one if parts are never allocated."""
    history = [
        entry("2 09:00", "1", {"MUG": 30}, customer="large"),
        entry("2 09:01", "2", {"MUG": 20}, customer="small"),
        entry("16 09:00", "3", {"PEN": 1}, customer="late"),
    ]
    settings = Settings(rule=attrs.evolve(NOTHING_COMES, opening_units=20))
    data = compare(history, named("", NEVER), settings).as_json()
    assert data["seeds"] == [1]  # the lead times are not random
    (change,) = data["changes"]
    assert change["orders"] == {"shorter": 1, "same": 2, "longer": 0, "lost": 0, "kept": 0}
    end = timedelta(days=14, hours=7)  # the last cut-off
    seconds = (end - timedelta(minutes=1)).total_seconds()
    assert change["gain_most"] == [{"customer": "small", "orders": 1, "change_seconds": -seconds}]
    assert [row["orders"] for row in change["by_days"]] == [0, 1, 0, 0, 0, 2, 0, 0, 0, 0, 0]
    assert change["by_days"][1] == {"from": -28, "to": -14, "orders": 1}
    longest = next(each for each in data["measures"] if each["key"] == "longest_wait")
    assert [each["mean"] for each in longest["policies"]] == [end.total_seconds()] * 2


def test_lost_units_come_before_a_shorter_wait() -> None:
    history = [entry("2 09:00", "1", {"MUG": 30}), entry("16 09:00", "3", {"PEN": 1})]
    settings = Settings(rule=attrs.evolve(NOTHING_COMES, opening_units=20))
    texts = ("", "short_part=CANCEL_SHORT", "short_part=CANCEL_ORDER")
    data = compare(history, named(*texts), settings).as_json()
    assert [each["orders"]["lost"] for each in data["changes"]] == [1, 1]
    assert [each["orders"]["shorter"] for each in data["changes"]] == [0, 0]
    data = compare(history, named(*reversed(texts)), settings).as_json()
    assert [each["orders"]["kept"] for each in data["changes"]] == [1, 1]


def test_the_waits_and_classes_are_shares(comparison: Comparison) -> None:
    data = comparison.as_json()
    for number in range(3):
        shares = [row["policies"][number]["share"] for row in data["waiting"]]
        assert shares == sorted(shares, reverse=True)
        assert 0 <= shares[-1] <= shares[0] <= 1
    units = [row["units"] for row in data["product_classes"]]
    assert sum(units) == comparison.trials[0][0].summary.units.total
    assert 0.8 <= units[0] / sum(units) < 0.9
    rate = sum(
        row["units"] * row["policies"][2]["unit_fill_rate"] for row in data["product_classes"]
    )
    mean = next(each for each in data["measures"] if each["key"] == "unit_fill_rate")
    assert rate / sum(units) == pytest.approx(mean["policies"][2]["mean"])
    assert len(data["backlog"]["days"]) == len(data["backlog"]["policies"][0]["orders"])


def test_a_single_run_is_a_comparison_of_one_policy() -> None:
    single = record(HISTORY, "the policy", SETTINGS)
    assert single.trials[0][0].summary == Replay(SETTINGS).run(HISTORY)
    data = single.as_json()
    assert (data["changes"], data["seeds"]) == ([], [7])
    assert [each["name"] for each in data["policies"]] == ["the policy"]
    assert data["orders"] == 60


@pytest.mark.parametrize(
    ("policies", "options", "message"),
    [
        ([], {}, "1 to 12 policies"),
        (named(*[""] * 13), {}, "1 to 12 policies"),
        ([NamedPolicy("a"), NamedPolicy("a")], {}, "policies with different names, not 'a'"),
        (named(""), {"seeds": 0}, "compare.seeds must be a whole number from 1 to 100"),
        (named(""), {"seeds": 101}, "compare.seeds"),
        (named(""), {"processes": 0}, "compare.processes must be a whole number from 1 to 64"),
    ],
)
def test_arguments_are_checked(
    policies: Sequence[NamedPolicy], options: dict[str, int], message: str
) -> None:
    with pytest.raises(InvalidValueError, match=message):
        compare(HISTORY, policies, **options)  # type: ignore[arg-type]


def test_a_history_without_orders_is_refused() -> None:
    with pytest.raises(InvalidValueError, match="a history with at least one order"):
        compare([], named(""))


@pytest.mark.parametrize("name", ["", "x" * 41, "a\nb", " a", 7])
def test_a_name_is_a_short_printable_text(name: str) -> None:
    with pytest.raises(InvalidValueError, match=r"NamedPolicy\.name"):
        NamedPolicy(name)


def test_at_least_one_processor_is_usable() -> None:
    assert 1 <= usable_processors() <= 64


@attrs.frozen(kw_only=True)
class _Fatal(SellerBehaviour):
    """The behaviour of a seller that ends the process which loads it, in a worker only."""

    signal_number: int = 0

    def __reduce__(self) -> tuple[object, ...]:
        return (_end, (os.getpid(), self.signal_number))


def _end(starter: int, number: int) -> SellerBehaviour:
    if os.getpid() == starter:
        return SellerBehaviour()
    if number:
        os.kill(os.getpid(), number)
        signal.pause()
    raise MemoryError


def test_a_worker_that_is_killed_is_reported_with_its_run() -> None:
    settings = attrs.evolve(SETTINGS, behaviour=_Fatal(signal_number=signal.SIGKILL))
    with pytest.raises(ComparisonError, match="SIGKILL; memory may be short") as caught:
        compare(HISTORY, named("", NEVER), settings, seeds=1, processes=2)
    assert caught.value.seed == 7
    assert caught.value.policy in {"policy 1", "policy 2"}
    assert active_children() == []
