"""In which orders the steps of two commands are run: some of them, all, or all that differ.

Theory
======

Two orders of the same steps come to the same if one is made of the other by exchanging neighbours
that do not affect each other. PostgreSQL shows nobody what is not committed, so of two steps of
different sessions, these affect each other and no others:

- both lock or write rows of one table, or draw from one sequence: the second waits, or fails;
- one commits, and the other reads, locks or writes what was changed;
- one may let go of rows, by a commit, a rollback or a statement that may fail, and the other locks
  or writes rows of the same table.

`explore_differing` runs one order of each class that comes to the same. After each run it looks
for pairs of steps that affect each other and could have come the other way round, and goes back to
try that (dynamic partial-order reduction: Flanagan and Godefroid, 2005); a step that was tried at
a place sleeps until one that affects it was carried out (sleep sets: Godefroid, 1996). Tables
stand for their rows, which can only make two steps seem to affect each other that do not.

It is held to `explore_all` where that comes to an end, and has to find what is found without it.
"""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING

import attrs

from tests.drills.stepping import Step

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from tests.drills.stepping import Choose, Run

    RunWith = Callable[[Choose], Run]

__all__ = ["affects", "explore_all", "explore_differing", "explore_interrupted"]


def explore_all(run: RunWith, *, runs_max: int | None = None) -> Iterator[Run]:
    """Run every order of the steps.

    Args:
        run: Runs the commands from the beginning, as it is chosen.
        runs_max: After so many runs it ends.
    """
    todo: list[tuple[int, ...]] = [(), (1,)]
    for number, prefix in enumerate(todo):
        if number == runs_max:
            return
        done = run(_following(prefix))
        yield done
        for at in range(max(len(prefix), 1), len(done.schedule)):
            others = done.pending[at].keys() - {done.schedule[at]}
            todo += [(*done.schedule[:at], other) for other in others]


def _following(prefix: Sequence[int]) -> Choose:
    """Choose as the prefix tells, then so that there are as few changes as can be."""
    last = 0

    def choose(at: int, pending: dict[int, Step]) -> int:
        nonlocal last
        if at < len(prefix):
            last = prefix[at]
        elif last not in pending:
            last = min(pending)
        return last

    return choose


def explore_interrupted(run: RunWith) -> Iterator[Run]:
    """Run each command up to each of its steps, then all of the other, and then the rest.

    These few orders show most of what goes wrong between two commands.

    Args:
        run: Runs the commands from the beginning, as it is chosen.
    """
    for first in (0, 1):
        for steps in count():
            done = run(_interrupting(first, steps))
            yield done
            if done.schedule.count(first) <= steps:
                break


def _interrupting(first: int, steps: int) -> Choose:
    def choose(at: int, pending: dict[int, Step]) -> int:
        wanted = first if at < steps else 1 - first
        return wanted if wanted in pending else min(pending)

    return choose


def affects(one: Step, other: Step) -> bool:
    """Tell whether it may matter which of two steps of different sessions comes first."""
    return bool(
        one.touches & other.touches
        or one.reveals & other.reads
        or other.reveals & one.reads
        or one.lets_go & other.touches
        or other.lets_go & one.touches
    )


@attrs.define
class _Place:
    """A point of a run: what could go on, what goes on, and what need not be tried any more."""

    pending: dict[int, Step]
    chosen: int
    asleep: set[int]
    todo: set[int] = attrs.field(factory=set)


def explore_differing(run: RunWith) -> Iterator[Run]:
    """Run one of all orders of the steps that come to the same.

    Args:
        run: Runs the commands from the beginning, as it is chosen.
    """
    path: list[_Place] = []
    while True:
        done = run(_extending(path))
        yield done
        _look_for_races(done, path)
        while path and not path[-1].todo - path[-1].asleep - {path[-1].chosen}:
            path.pop()
        if not path:
            return
        place = path[-1]
        place.asleep.add(place.chosen)
        place.chosen = min(place.todo - place.asleep)


def _extending(path: list[_Place]) -> Choose:
    """Choose as the path tells, and make it longer as long as somebody is awake."""
    last = path[-1].chosen if path else 0
    is_known = False

    def choose(at: int, pending: dict[int, Step]) -> int:
        nonlocal last, is_known
        if at < len(path) and path[at].pending.keys() != pending.keys():
            del path[at:]  # in a circle of waiting, it is chance who is let go
        if at < len(path):
            return path[at].chosen
        asleep = _asleep_behind(path[-1]) if path and not is_known else set[int]()
        awake = pending.keys() - asleep
        is_known = is_known or not awake  # the rest of it was run before, in another order
        fit = awake or pending.keys()
        last = last if last in fit else min(fit)
        if not is_known:
            path.append(_Place(pending, last, asleep))
        return last

    return choose


def _asleep_behind(place: _Place) -> set[int]:
    step = place.pending[place.chosen]
    return {
        each for each in place.asleep - {place.chosen} if not affects(place.pending[each], step)
    }


def _look_for_races(done: Run, path: Sequence[_Place]) -> None:
    """Note what each step could have come before: the last step that affects it.

    What affects an earlier step of the same session came before it, whatever else is changed.
    """
    steps = [pending[who] for who, pending in zip(done.schedule, done.pending, strict=True)]
    behind = [0, 0]
    for at, who in enumerate(done.schedule):
        for before in reversed(range(behind[who], at)):
            if done.schedule[before] != who and affects(steps[before], steps[at]):
                behind[who] = before + 1
                if before < len(path) and who in path[before].pending:
                    path[before].todo.add(who)
                break
