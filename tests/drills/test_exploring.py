"""The orders that are explored, of steps that touch no database."""

from __future__ import annotations

from math import comb
from random import Random
from typing import TYPE_CHECKING

import pytest

from tests.drills.exploring import affects, explore_all, explore_differing, explore_interrupted
from tests.drills.stepping import Run, Step

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tests.drills.exploring import RunWith
    from tests.drills.stepping import Choose

    Programs = tuple[list[Step], list[Step]]


def running(programs: Programs) -> RunWith:
    """Run the steps of two programs that never wait for each other."""

    def run(choose: Choose) -> Run:
        done = [0, 0]
        schedule, pending = list[int](), list[dict[int, Step]]()
        while can := {n: programs[n][done[n]] for n in (0, 1) if done[n] < len(programs[n])}:
            pending.append(can)
            schedule.append(choose(len(schedule), can))
            done[schedule[-1]] += 1
        return Run(tuple(schedule), tuple(pending), (), 0)

    return run


def random_program(dice: Random) -> list[Step]:
    steps = [_random_step(dice) for _ in range(dice.randint(1, 4))]
    held = frozenset[str]().union(*(step.touches for step in steps))
    return [*steps, Step(reveals=held, lets_go=held)]


def _random_step(dice: Random) -> Step:
    some = frozenset(dice.sample(["stock", "orders", "queue"], dice.randint(0, 2)))
    return Step(touches=some) if dice.randrange(2) else Step(reads=some)


def classes(runs: Iterable[Run]) -> list[frozenset[tuple[int, int]]]:
    """Return of each run which steps of the first come before steps of the second they affect."""
    found = []
    for run in runs:
        steps = [pending[who] for who, pending in zip(run.schedule, run.pending, strict=True)]
        numbers = [run.schedule[:at].count(who) for at, who in enumerate(run.schedule)]
        found.append(
            frozenset(
                (numbers[one], numbers[other])
                for other in range(len(steps))
                for one in range(other)
                if run.schedule[one] == 0
                and run.schedule[other] == 1
                and affects(steps[one], steps[other])
            )
        )
    return found


def test_all_orders_are_run_and_none_twice() -> None:
    programs = ([Step()] * 4, [Step()] * 3)
    runs = [run.schedule for run in explore_all(running(programs))]
    assert len(runs) == len(set(runs)) == comb(7, 3)


def test_each_command_is_interrupted_at_each_of_its_steps() -> None:
    programs = ([Step()] * 2, [Step()] * 3)
    schedules = [run.schedule for run in explore_interrupted(running(programs))]
    assert schedules == [
        *((1, 1, 1, 0, 0), (0, 1, 1, 1, 0), (0, 0, 1, 1, 1)),
        *((0, 0, 1, 1, 1), (1, 0, 0, 1, 1), (1, 1, 0, 0, 1), (1, 1, 1, 0, 0)),
    ]


def test_steps_that_do_not_affect_each_other_are_run_in_one_order() -> None:
    programs = ([Step(reads=frozenset({"stock"}))] * 4, [Step(reads=frozenset({"stock"}))] * 3)
    assert len(list(explore_differing(running(programs)))) == 1


@pytest.mark.parametrize("seed", range(60))
def test_all_that_differ_are_run(seed: int) -> None:
    dice = Random(seed)  # noqa: S311 - no secret
    programs = (random_program(dice), random_program(dice))
    differing = classes(explore_differing(running(programs)))
    assert set(differing) == set(classes(explore_all(running(programs))))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("UPDATE orderflow_stock SET on_hand = 1", "UPDATE orderflow_stock SET allocated = 1"),
        ("SELECT * FROM orderflow_stock FOR UPDATE", "DELETE FROM orderflow_stock"),
        (
            "SELECT nextval('orderflow_event_numbers')",
            "SELECT nextval('orderflow_event_numbers')",
        ),
    ],
)
def test_what_locks_writes_or_draws_affects_the_same(one: str, other: str) -> None:
    assert affects(Step.of(one, frozenset()), Step.of(other, frozenset()))


def test_what_only_reads_is_affected_by_commits_alone() -> None:
    read = Step.of("SELECT * FROM orderflow_stock", frozenset())
    written = frozenset({"orderflow_stock"})
    assert not affects(read, Step.of("UPDATE orderflow_stock SET on_hand = 1", frozenset()))
    assert not affects(read, Step(lets_go=written))
    assert affects(read, Step(reveals=written, lets_go=written))


def test_an_insert_that_may_fail_lets_go_of_what_is_held() -> None:
    held = frozenset({"orderflow_stock"})
    insert = Step.of("INSERT INTO orderflow_orders VALUES (1)", held)
    assert affects(insert, Step.of("SELECT * FROM orderflow_stock FOR UPDATE", frozenset()))
