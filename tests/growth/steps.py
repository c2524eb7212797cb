"""Steps: how much work a task is, counted, so that it is the same on every machine."""

from __future__ import annotations

import sys
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import event

import orderflow

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

    from sqlalchemy import Engine

__all__ = ["SqlSteps", "is_linear", "steps_of"]

COUNTED = (str(Path(orderflow.__file__).parent), str(Path(__file__).parent))
INSTRUCTIONS_A_STEP = 100
GROWTH_MAX = 2.2
"""What twice as much may take: a little more than twice, for what is looked up in a tree."""


def steps_of(task: Callable[[], object]) -> int:
    """Run a task, and count the lines of orderflow that it runs; each round of a loop counts."""
    steps = 0

    def count(_: FrameType, what: str, __: object) -> Callable[..., Any]:
        nonlocal steps
        steps += what == "line"
        return count

    def enter(frame: FrameType, _: str, __: object) -> Callable[..., Any] | None:
        return count if frame.f_code.co_filename.startswith(COUNTED) else None

    before = sys.gettrace()
    sys.settrace(enter)
    try:
        task()
    finally:
        sys.settrace(before)
    return steps


class SqlSteps:
    """Counts the instructions that SQLite carries out for an engine."""

    def __init__(self, engine: Engine) -> None:
        self.count = 0

        @event.listens_for(engine, "connect")
        def settle(connection: Any, _: object) -> None:  # noqa: ANN401 - the driver's
            connection.set_progress_handler(self._step, INSTRUCTIONS_A_STEP)

    def _step(self) -> int:
        self.count += 1
        return 0


def is_linear(*counts: int) -> bool:
    """Tell whether the counts, each for twice as much as the one before, at most double.

    Counts of a database are rounded down, so a small one may be one more.
    """
    return all(few > 0 and many <= GROWTH_MAX * (few + 1) for few, many in pairwise(counts))
