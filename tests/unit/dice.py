"""Small choices from seeded dice, which is much faster than from Hypothesis.

The same seed makes the same choices. Nothing shortens what was drawn.
"""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING, TypeVar

from orderflow.testing.strategies.choices import Chooser

if TYPE_CHECKING:
    from collections.abc import Sequence

    T = TypeVar("T")

__all__ = ["Dice"]


class Dice(Chooser):
    """Draws choices from dice with a seed."""

    def __init__(self, seed: int) -> None:
        self._random = Random(seed)  # noqa: S311 - no secret

    def number(self, smallest: int, largest: int) -> int:
        return self._random.randint(smallest, largest)

    def pick(self, options: Sequence[T]) -> T:
        return self._random.choice(options)
