"""How many lines of orderflow the commands of a shop run: the same on every machine.

`python -m tests.telemetry.steps` prints it, on any revision.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from orderflow import MemoryRepository, OrderFlow
from orderflow.adapters.memory import MemoryOutbox
from orderflow.adapters.sql import SqlRepository, open_database
from tests.drills.failing_life import life
from tests.growth.steps import steps_of

__all__ = ["steps_in_a_file", "steps_in_memory"]


def steps_in_memory() -> int:
    """Count the lines of all commands in memory."""
    return _steps(OrderFlow(MemoryRepository(MemoryOutbox())))


def steps_in_a_file() -> int:
    """Count the lines of all commands in an embedded database."""
    with tempfile.TemporaryDirectory() as folder:
        engine = open_database(Path(folder) / "a.db", create=True)
        try:
            return _steps(OrderFlow(SqlRepository(engine)))
        finally:
            engine.dispose()


def _steps(flow: OrderFlow) -> int:
    commands = life()
    return steps_of(lambda: [flow.handle(each) for each in commands])


if __name__ == "__main__":
    for run in (steps_in_memory, steps_in_a_file):
        run()  # the first run fills caches
        print(f"{run.__name__}: {run():,}")  # noqa: T201 - a command: it prints
