"""Runs the cases, each in processes of its own, and tells on standard error how far it is.

A process measures one case once over: nothing that one case leaves behind (its heap, its garbage,
what the interpreter has specialised) is there for the next. All cases are run before any is run a
second time, so that a slow quarter of an hour does not fall on one of them alone.
"""

from __future__ import annotations

import subprocess
import sys
from cProfile import Profile
from io import StringIO
from pstats import Stats
from time import perf_counter
from typing import TYPE_CHECKING

from benchmarks import (
    backlog,
    booking_in,
    bulk,
    commands,
    company,
    frames,
    importing,
    memory,
    postgres,
    promises,
    sqlite,
    telemetry,
)
from benchmarks.baseline import Baseline
from benchmarks.case import ORDERFLOW, measure
from benchmarks.peers import placing

if TYPE_CHECKING:
    from benchmarks.case import Case

__all__ = ["PROCESSES", "all_cases", "profile", "run", "run_here"]

PROCESSES = 3


def all_cases(*, quick: bool, only: str = "") -> list[Case]:
    """Return the cases whose name holds a text."""
    subjects = (
        *(commands, backlog, frames, booking_in, promises, memory, importing),
        *(sqlite, postgres, company, bulk, telemetry),
    )
    cases = [case for subject in subjects for case in subject.cases(quick=quick)]
    return [case for case in cases if only in case.name]


def run(cases: list[Case], *, quick: bool, processes: int) -> Baseline:
    """Measure the cases in turn, each in this number of processes."""
    baseline = Baseline()
    total = len(cases) * processes
    for number in range(total):
        case = cases[number % len(cases)]
        begun = perf_counter()
        sys.stderr.write(f"[{number + 1}/{total}] {case.name} …")
        sys.stderr.flush()
        baseline.add(_run_apart(case, quick=quick))
        sys.stderr.write(f" {perf_counter() - begun:.0f} s\n")
    return baseline


def run_here(name: str, *, quick: bool) -> Baseline:
    """Measure one case in this process."""
    case = _find(name, quick=quick)
    return Baseline.of(case, measure(case))


def profile(name: str, *, quick: bool, functions: int = 14) -> str:
    """Return where the library spends its time in one case, function by function."""
    case = _find(name, quick=quick)
    side = case.prepare()[ORDERFLOW]
    profiler = Profile()
    profiler.runcall(side)
    text = StringIO()
    Stats(profiler, stream=text).strip_dirs().sort_stats("tottime").print_stats(functions)
    return text.getvalue().strip()


def _find(name: str, *, quick: bool) -> Case:
    cases = (*all_cases(quick=quick), *placing.cases(quick=quick))
    return next(case for case in cases if case.name == name)


def _run_apart(case: Case, *, quick: bool) -> Baseline:
    command = [sys.executable, "-m", "benchmarks", "here", case.name, *(["--quick"] * quick)]
    worker = subprocess.run(  # noqa: S603 - this package itself, no input from outside
        command, check=True, stdout=subprocess.PIPE, text=True
    )
    return Baseline.loads(worker.stdout)
