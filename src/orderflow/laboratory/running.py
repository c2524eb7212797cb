"""Run a comparison: the same history under several policies, and with several seeds."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import attrs

from orderflow.domain.model import validators
from orderflow.errors import InvalidValueError
from orderflow.laboratory.comparison import Comparison
from orderflow.laboratory.kept_history import KeptHistory, OrderFacts
from orderflow.laboratory.trial import NamedPolicy, run_trial
from orderflow.laboratory.workers import Job, run_jobs
from orderflow.replay.engine import Settings
from orderflow.replay.entries import EntryKind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from orderflow.replay.entries import Entry

__all__ = ["POLICIES_MAX", "PROCESSES_MAX", "SEEDS_MAX", "compare", "record", "usable_processors"]

POLICIES_MAX = 12
SEEDS_MAX = 100
PROCESSES_MAX = 64


def compare(
    entries: Iterable[Entry],
    policies: Sequence[NamedPolicy],
    settings: Settings | None = None,
    *,
    seeds: int = 5,
    processes: int = 1,
    progress: Callable[[int, int], None] | None = None,
) -> Comparison:
    """Replay a history under several policies, with the same random suppliers for all.

    Every policy is replayed with each seed, from that of the rule on. If lead times are not
    random, all seeds are the same, so there is one.

    Args:
        entries: The history.
        policies: 1 to 12 policies with different names. The first is what the others are compared
            with.
        settings: The settings of the replays, but for their policy. Default: `Settings()`.
        seeds: The number of seeds, 1 to 100.
        processes: The most processes at a time, 1 to 64. More than one start new interpreters, so
            a script needs the guard ``if __name__ == "__main__":``, as for `multiprocessing`.
        progress: Called with the number of rows that have been replayed, and of those in all.

    Raises:
        InvalidValueError: If an argument is not valid, or the history has no orders.
        ComparisonError: If a run did not finish.
        OSError: If the history cannot be written to a temporary file.
    """
    _check(policies, seeds, processes)
    base = settings if settings is not None else Settings()
    rule = base.rule
    number = seeds if rule.lead_days_min < rule.lead_days_max else 1
    all_seeds = tuple(range(rule.seed, rule.seed + number))
    with KeptHistory(entries) as kept:
        _check_orders(kept.facts)
        jobs = [
            Job(each.name, _settings(base, each, seed), kept.path)
            for each in policies
            for seed in all_seeds
        ]
        report = _Progress(len(jobs), kept.rows, progress)
        trials = run_jobs(jobs, processes, report)
        return Comparison(
            policies=tuple(policies),
            seeds=all_seeds,
            trials=tuple(
                tuple(trials[begin : begin + number]) for begin in range(0, len(trials), number)
            ),
            facts=kept.facts,
        )


def record(
    entries: Iterable[Entry],
    name: str,
    settings: Settings | None = None,
    progress: Callable[[Entry, int], None] | None = None,
) -> Comparison:
    """Replay a history once, and return the run as a comparison of one policy.

    Args:
        entries: The history.
        name: The name of its policy.
        settings: The settings of the replay. Default: `Settings()`.
        progress: Called now and then with the next entry and the number of rows before it.

    Raises:
        InvalidValueError: If the name is not valid.
    """
    base = settings if settings is not None else Settings()
    policy, facts = NamedPolicy(name, base.policy, base.rebalance_days), OrderFacts()
    trial = run_trial(base, _noted(entries, facts), progress)
    return Comparison(policies=(policy,), seeds=(base.rule.seed,), trials=((trial,),), facts=facts)


def usable_processors() -> int:
    """Return the number of processors that this process may use, and 64 at most."""
    if hasattr(os, "sched_getaffinity"):
        return min(PROCESSES_MAX, len(os.sched_getaffinity(0)))
    return min(PROCESSES_MAX, os.cpu_count() or 1)


class _Progress:
    """Adds up the rows of all runs."""

    def __init__(self, jobs: int, rows: int, show: Callable[[int, int], None] | None) -> None:
        self._rows = [0] * jobs
        self._total = rows * jobs
        self._show = show

    def __call__(self, job: int, rows: int) -> None:
        self._rows[job] = rows
        if self._show is not None:
            self._show(sum(self._rows), self._total)


def _noted(entries: Iterable[Entry], facts: OrderFacts) -> Iterator[Entry]:
    for entry in entries:
        if entry.kind is EntryKind.SALE:
            facts.add(entry)
        yield entry


def _settings(base: Settings, named: NamedPolicy, seed: int) -> Settings:
    days = base.rebalance_days if named.rebalance_days is None else named.rebalance_days
    rule = attrs.evolve(base.rule, seed=seed)
    return attrs.evolve(base, policy=named.policy, rule=rule, rebalance_days=days)


def _check(policies: Sequence[NamedPolicy], seeds: int, processes: int) -> None:
    validators.require(
        ok=1 <= len(policies) <= POLICIES_MAX,
        field="compare.policies",
        demand=f"1 to {POLICIES_MAX} policies",
        value=len(policies),
    )
    names = set[str]()
    for each in policies:
        if each.name in names:
            raise InvalidValueError("compare.policies", "policies with different names", each.name)
        names.add(each.name)
    for field, value, most in (
        ("seeds", seeds, SEEDS_MAX),
        ("processes", processes, PROCESSES_MAX),
    ):
        validators.require(
            ok=type(value) is int and 1 <= value <= most,
            field=f"compare.{field}",
            demand=f"a whole number from 1 to {most}",
            value=value,
        )


def _check_orders(facts: OrderFacts) -> None:
    if not facts.lines:
        raise InvalidValueError("compare.entries", "a history with at least one order", "no order")
