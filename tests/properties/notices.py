"""Carries histories out and tells what they came to, byte by byte: `python -m` runs it alone.

Reads pickled histories from the standard input. With `--fault`, the answers name orders in the
order of their hashes, which a comparison of runs has to notice.
"""

from __future__ import annotations

import pickle
import sys
from typing import TYPE_CHECKING

import attrs

from orderflow.core import decide
from orderflow.service import flow
from tests.properties.runs import Run

if TYPE_CHECKING:
    from orderflow import AllocationPolicy, Outcome
    from orderflow.commands import Command
    from orderflow.ports import View


def told(run: Run) -> str:
    """Write down all answers and all that is stored in the end."""
    ends = run.steps[-1].after.values()
    return "\n".join(
        [
            *(repr((step.outcome, step.failure)) for step in run.steps),
            *(repr((dict(state.orders), dict(state.records))) for state in ends),
        ]
    )


def decide_by_hash(
    command: Command, view: View, policy: AllocationPolicy, *, orders_max: int
) -> Outcome:
    """Decide, and tell the orders that changed in the order that a set gives them."""
    outcome = decide(command, view, policy, orders_max=orders_max)
    return attrs.evolve(outcome, orders=tuple(set(outcome.orders)))


if __name__ == "__main__":
    if "--fault" in sys.argv:
        vars(flow)["decide"] = decide_by_hash
    for history in pickle.load(sys.stdin.buffer):  # noqa: S301 - the test itself wrote it
        print(told(Run(history)))  # noqa: T201 - a command: it prints
