"""Steps: how much work a task is, counted, so that it is the same on every machine."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import event

import orderflow

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

    from sqlalchemy import Engine

__all__ = ["SqlSteps", "steps_of"]

_OURS = str(Path(orderflow.__file__).parent)


def steps_of(task: Callable[[], object]) -> int:
    """Run a task, and count the lines of orderflow that it runs; each round of a loop counts."""
    steps = 0

    def count(_: FrameType, what: str, __: Any) -> Callable[..., Any]:  # noqa: ANN401
        nonlocal steps
        steps += what == "line"
        return count

    def enter(frame: FrameType, _: str, __: Any) -> Callable[..., Any] | None:  # noqa: ANN401
        return count if frame.f_code.co_filename.startswith(_OURS) else None

    before = sys.gettrace()
    sys.settrace(enter)
    try:
        task()
    finally:
        sys.settrace(before)
    return steps


class SqlSteps:
    """Counts the instructions that SQLite runs for an engine, by the thousand."""

    def __init__(self, engine: Engine) -> None:
        self.count = 0

        @event.listens_for(engine, "connect")
        def settle(connection: Any, _: object) -> None:  # noqa: ANN401 - the driver's
            connection.set_progress_handler(self._step, 10)

    def _step(self) -> int:
        self.count += 1
        return 0
