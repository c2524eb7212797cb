"""One benchmark: what is measured beside what, and how its rounds go.

A case has several sides: `orderflow` is the library, the others are its yardsticks. All sides of
a case are measured in one process, turn by turn and in the opposite order every other round
(A B, B A, …), so that what the machine does meanwhile falls on all of them alike.

The collector stays on, as a program finds it. The garbage of the side before is collected before
each turn, outside the time that counts, so that no side pays for another.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Mapping

import attrs

__all__ = ["ORDERFLOW", "Case", "Side", "measure", "size_name"]

Side = Callable[[], float]
"""Measures once, and returns seconds or bytes for each of what the case counts."""

ORDERFLOW = "orderflow"
"""The side that is the library; the others are yardsticks."""

_THOUSAND = 1_000
_MILLION = 1_000_000


@attrs.frozen(kw_only=True)
class Case:
    """One benchmark.

    Attributes:
        name: What is measured, from the general to the particular, with slashes.
        per: What the figures are for one of: a line, a command, an order, …
        prepare: Builds the world, and returns the sides.
        rounds: How often each side is measured in one process.
        warm_ups: How many rounds are thrown away before.
        collects: Whether garbage is collected before each turn, or once before the first.
        unit: What a figure is: `second` or `byte`.
    """

    name: str
    per: str
    prepare: Callable[[], Mapping[str, Side]]
    rounds: int
    warm_ups: int = 1
    collects: bool = True
    unit: str = "second"


def measure(case: Case) -> dict[str, list[float]]:
    """Return the figures of every side, one for each round."""
    sides = case.prepare()
    values: dict[str, list[float]] = {name: [] for name in sides}
    turns = list(sides)
    gc.collect()
    for number in range(-case.warm_ups, case.rounds):
        for name in turns:
            if case.collects:
                gc.collect()
            value = sides[name]()
            if number >= 0:
                values[name].append(value)
        turns.reverse()
    return values


def size_name(number: int) -> str:
    """Write a size short.

    >>> size_name(10_000), size_name(1_000_000), size_name(300)
    ('10k', '1M', '300')
    """
    if number % _MILLION == 0:
        return f"{number // _MILLION}M"
    if number % _THOUSAND == 0:
        return f"{number // _THOUSAND}k"
    return str(number)
