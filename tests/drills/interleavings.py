"""Pairs of commands on PostgreSQL, in the orders that their steps can be carried out in."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from orderflow.adapters.sql import SqlRepository
from tests.databases import postgres
from tests.drills.drill import Drill, Drilled
from tests.drills.exploring import explore_all, explore_differing, explore_interrupted
from tests.drills.pairs import PAIRS, Table
from tests.drills.stepping import Stepper

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sqlalchemy import Engine

    from tests.drills.drill import Progress
    from tests.drills.exploring import RunWith
    from tests.drills.pairs import Pair
    from tests.drills.stepping import Choose, Run

    Explore = Callable[[RunWith], Iterator[Run]]

_EVERY = 10_000
"""More than there are orders of a pair that is not long."""

__all__ = ["DRILLS", "Explored", "explored"]


class Explored:
    """What came of a pair.

    Attributes:
        runs: How many runs there were.
        faults: What was wrong.
        left: What they have left: answers, orders, stock.
    """

    def __init__(self) -> None:
        self.runs = 0
        self.faults: list[str] = []
        self.left: set[object] = set()


def explored(
    engine: Engine,
    pair: Pair,
    explore: Explore,
    repository: Callable[[Engine], SqlRepository] = SqlRepository,
    progress: Callable[[int], None] = lambda _: None,
    *,
    listens: bool = True,
) -> Explored:
    """Run a pair in all of the orders that are explored."""
    table, stepper = Table(engine, pair), Stepper(engine.url, repository, listens=listens)
    result = Explored()

    def run(choose: Choose) -> Run:
        table.reset()
        return stepper.run(pair.commands, choose)

    try:
        for done in explore(run):
            left, faults = table.look(done)
            result.runs += 1
            result.left.add(left)
            result.faults += faults
            progress(result.runs)
    finally:
        stepper.close()
    return result


def _interleave(name: str, runs_max: int, _seed: int, progress: Progress) -> Drilled:
    """Run one of all orders that come to the same, then every order, and compare."""
    pair = PAIRS[name]

    def tell(runs: int) -> None:
        progress(runs, max(runs, runs_max))

    with postgres() as engine:
        differing = explored(engine, pair, explore_differing, progress=tell)
        every = explored(engine, pair, partial(explore_all, runs_max=runs_max), progress=tell)
        sent = explored(engine, pair, explore_interrupted, progress=tell, listens=False)
    found = [*differing.faults, *every.faults, *sent.faults]
    if every.left - differing.left:
        found.append("every order comes to more than those that differ")
    if every.runs == _EVERY:
        found.append("not every order was run")
    runs = differing.runs + every.runs + sent.runs
    notes = {"orders that differ": differing.runs, "of all": every.runs}
    notes["in exchanges"] = sent.runs
    return Drilled(runs, 2 * runs, tuple(found), notes)


DRILLS = tuple(
    Drill(
        f"interleaving: {name}",
        "PostgreSQL",
        partial(_interleave, name),
        full=500 if pair.is_long else _EVERY,
        quick=40,
    )
    for name, pair in PAIRS.items()
)
