"""How long `import orderflow` takes, in interpreters that were just started.

The statement alone is timed, within the new interpreter, by the processor time that it takes; its
files have been read before. Yardsticks: `attrs` is the same for `import attrs`, which orderflow
needs, and `interpreter` the time from the start to the end of `python -c pass`, by the clock.
"""

from __future__ import annotations

import subprocess
import sys
from functools import partial
from time import perf_counter
from typing import TYPE_CHECKING

from benchmarks.case import ORDERFLOW, Case, Side

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["cases", "sides"]

TIMED = """
from time import process_time
begun = process_time()
import {module}
print(process_time() - begun)
"""


def cases(*, quick: bool) -> Iterable[Case]:
    """Return the one case."""
    yield Case(name="import", per="import", prepare=sides, rounds=3 if quick else 15)


def sides() -> dict[str, Side]:
    """Return the import of the library and its yardsticks."""
    return {
        ORDERFLOW: partial(_seconds_to_import, "orderflow"),
        "attrs": partial(_seconds_to_import, "attrs"),
        "interpreter": _seconds_of_interpreter,
    }


def _seconds_to_import(module: str) -> float:
    return float(_run(TIMED.format(module=module)))


def _seconds_of_interpreter() -> float:
    begun = perf_counter()
    _run("pass")
    return perf_counter() - begun


def _run(source: str) -> str:
    run = subprocess.run(  # noqa: S603 - the text above, no input from outside
        [sys.executable, "-I", "-c", source], check=True, capture_output=True, text=True
    )
    return run.stdout
