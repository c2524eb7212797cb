"""Draw small choices quickly.

For Hypothesis, making a strategy costs far more than drawing from one. A history draws hundreds of
small choices that depend on each other. They all come from a few cached strategies.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, TypeVar

from hypothesis import strategies as st

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from hypothesis.strategies import SearchStrategy

__all__ = ["Chooser"]

_T = TypeVar("_T")


class Chooser:
    """Draws small choices. Examples shrink towards the first option."""

    def __init__(self, draw: Callable[[SearchStrategy[int]], int]) -> None:
        self._draw = draw

    def number(self, smallest: int, largest: int) -> int:
        """Draw a whole number from smallest to largest."""
        return smallest if smallest == largest else self._draw(_numbers(smallest, largest))

    def pick(self, options: Sequence[_T]) -> _T:
        """Draw one of the options."""
        return options[self.number(0, len(options) - 1)]

    def flag(self) -> bool:
        """Draw true or false."""
        return bool(self.number(0, 1))


@cache
def _numbers(smallest: int, largest: int) -> SearchStrategy[int]:
    return st.integers(smallest, largest)
