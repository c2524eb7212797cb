"""A whole backlog of new orders through `orderflow.core.allocate`, policy by policy.

The yardsticks take the same orders and the same stock, and `by_hand` and `by_constructors` return
an equal outcome. The time that counts is the processor time of the process: nothing in here waits
for anything, and what other programs use does not count.
"""

from __future__ import annotations

import gc
from functools import partial
from time import process_time
from typing import TYPE_CHECKING

from benchmarks.case import ORDERFLOW, Case, Side, size_name
from benchmarks.workloads import MARKET, PLAIN, RETAIL, Shape, draw
from benchmarks.yardsticks import by_constructors, by_hand, count
from orderflow import AllocationPolicy, Fulfilment, PartialAllocation, Preemption, Queue, Rationing
from orderflow.core import allocate

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

__all__ = ["POLICIES", "cases", "sides", "sides_with_collector"]

POLICIES = {
    "ALWAYS": AllocationPolicy(),
    "PRIORITY": AllocationPolicy(queue=Queue.PRIORITY),
    "NEVER": AllocationPolicy(partial_allocation=PartialAllocation.NEVER),
    "AFTER_WAITING": AllocationPolicy(
        partial_allocation=PartialAllocation.AFTER_WAITING, passes_max=3
    ),
    "FAIR_SHARE": AllocationPolicy(rationing=Rationing.FAIR_SHARE),
    "SPLIT": AllocationPolicy(fulfilment=Fulfilment.SPLIT),
    "URGENT": AllocationPolicy(preemption=Preemption.URGENT, urgent_from=10),
}
"""Under URGENT nothing is taken back here, for nobody holds anything before its turn."""

SMALL, MEDIUM, LARGE = 10_000, 100_000, 1_000_000


def cases(*, quick: bool) -> Iterable[Case]:
    """Return the cases: every policy on plain orders, small and large; the others in between."""
    for name, policy in POLICIES.items():
        for size in (SMALL,) if quick else (SMALL, MEDIUM, LARGE):
            yield _case(name, policy, PLAIN, size)
    for shape in (RETAIL, MARKET):
        for name, policy in POLICIES.items():
            if name == "ALWAYS":
                for size in (SMALL, MEDIUM) if quick else (SMALL, MEDIUM, LARGE):
                    yield _case(name, policy, shape, size)
            elif not quick:
                yield _case(name, policy, shape, MEDIUM)
    yield Case(
        name=f"backlog/ALWAYS/collector/{size_name(MEDIUM if quick else LARGE)}",
        per="line",
        prepare=partial(sides_with_collector, MEDIUM if quick else LARGE),
        rounds=2,
        warm_ups=0,
    )


def _case(name: str, policy: AllocationPolicy, shape: Shape, lines: int) -> Case:
    return Case(
        name=f"backlog/{name}/{shape.name}/{size_name(lines)}",
        per="line",
        prepare=partial(sides, policy, shape, lines),
        rounds={SMALL: 7, MEDIUM: 3}.get(lines, 2),
        warm_ups=int(lines <= SMALL),
    )


def sides(policy: AllocationPolicy, shape: Shape, lines: int) -> dict[str, Side]:
    """Return the library and its yardsticks on a backlog of so many lines."""
    backlog = draw(shape, lines)
    orders, stock, at = backlog.orders, backlog.stock, backlog.at
    sides: dict[str, Callable[[], object]] = {
        ORDERFLOW: partial(allocate, orders, stock, policy, at=at),
        "by_hand": partial(by_hand, orders, stock, policy, at),
        "counting": partial(count, orders, stock),
    }
    if lines <= MEDIUM:
        sides["by_constructors"] = partial(by_constructors, orders, stock, policy, at)
    return {name: partial(_seconds_per_line, side, lines) for name, side in sides.items()}


def _seconds_per_line(allocation: Callable[[], object], lines: int) -> float:
    begun = process_time()
    outcome = allocation()
    seconds = process_time() - begun
    del outcome  # it is let go after the clock has stopped
    return seconds / lines


def sides_with_collector(lines: int) -> dict[str, Side]:
    """Measure what the cyclic garbage collector takes, of the library and of the work by hand."""
    backlog = draw(PLAIN, lines)
    policy = POLICIES["ALWAYS"]
    library = partial(allocate, backlog.orders, backlog.stock, policy, at=backlog.at)
    hand = partial(by_hand, backlog.orders, backlog.stock, policy, backlog.at)
    return {
        ORDERFLOW: partial(_seconds_per_line, library, lines),
        "input_frozen": partial(_frozen, library, lines),
        "collector_off": partial(_collector_off, library, lines),
        "by_hand_collector_off": partial(_collector_off, hand, lines),
    }


def _collector_off(allocation: Callable[[], object], lines: int) -> float:
    gc.disable()
    try:
        return _seconds_per_line(allocation, lines)
    finally:
        gc.enable()


def _frozen(allocation: Callable[[], object], lines: int) -> float:
    """Measure with the orders and the stock put out of the collector's reach."""
    gc.freeze()
    try:
        return _seconds_per_line(allocation, lines)
    finally:
        gc.unfreeze()
