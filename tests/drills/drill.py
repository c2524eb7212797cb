"""What a drill is, and what it comes to."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

import attrs

__all__ = ["Drill", "Drilled", "Progress"]

Progress = Callable[[int, int], None]
"""Is told how much is done, and of how much."""


@attrs.frozen
class Drilled:
    """What a drill came to.

    Attributes:
        runs: How many kills, interleavings or processes there were.
        commands: How many commands were given in them.
        found: What was wrong.
        notes: What else was counted.
    """

    runs: int
    commands: int
    found: tuple[str, ...]
    notes: Mapping[str, int] = MappingProxyType({})


@attrs.frozen
class Drill:
    """A drill that can be run by its name.

    Attributes:
        name: What is done to it.
        database: What it is done to.
        run: Does it: given how large, where the dice begin, and who is told how far it is.
        full: How large it is.
        quick: How large it is for a look.
    """

    name: str
    database: str
    run: Callable[[int, int, Progress], Drilled]
    full: int
    quick: int
