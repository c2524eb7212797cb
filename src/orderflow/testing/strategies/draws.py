"""Quick drawing from few values.

Making a strategy costs Hypothesis far more than drawing from one, and a history draws hundreds of
small choices that depend on each other. So they are all drawn from a few strategies that are made
once.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, TypeVar

from hypothesis import strategies as st

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from hypothesis.strategies import SearchStrategy

__all__ = ["Dice"]

_T = TypeVar("_T")


class Dice:
    """Draws small choices; the first of several is the one that examples shrink to."""

    def __init__(self, draw: Callable[[SearchStrategy[int]], int]) -> None:
        self._draw = draw

    def number(self, smallest: int, largest: int) -> int:
        """Draw a whole number between these, both included."""
        return smallest if smallest == largest else self._draw(_numbers(smallest, largest))

    def pick(self, options: Sequence[_T]) -> _T:
        """Draw one of the options."""
        return options[self.number(0, len(options) - 1)]

    def coin(self) -> bool:
        """Draw true or false."""
        return bool(self.number(0, 1))


@cache
def _numbers(smallest: int, largest: int) -> SearchStrategy[int]:
    return st.integers(smallest, largest)
