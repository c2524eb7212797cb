"""The slow tests, for the mutants that survive the others: a new process for each of them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from tests.mutants.survivors import Survivor

TESTS = (
    *("tests/model", "tests/machine", "tests/properties", "tests/cli"),
    *("tests/codec", "tests/schemas"),
)
WORKERS = ("-n", "auto", "--dist", "loadfile")


def is_killed_by_slow_tests(name: str, survivor: Survivor, folder: Path) -> bool:
    """Whether a test fails with a mutant. The answer is kept in the folder of mutmut."""
    known = folder / "slow.json"
    answers = json.loads(known.read_text(encoding="utf-8")) if known.exists() else {}
    key = f"{survivor.function}: {survivor.good} -> {survivor.bad}"
    if key not in answers:
        answers[key] = _fails(name, folder / "mutants")
        known.write_text(json.dumps(answers, indent=1), encoding="utf-8")
    return bool(answers[key])


def _fails(name: str, folder: Path) -> bool:
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", *WORKERS]
    run = subprocess.run(  # noqa: S603 - the tests of this repository
        [*command, *TESTS],
        cwd=folder,
        env={**os.environ, "MUTANT_UNDER_TEST": name, "PYTHONPATH": "src"},
        capture_output=True,
        text=True,
        check=False,
    )
    if run.returncode not in {0, 1, 2}:
        raise SystemExit(f"the slow tests could not be run:\n{run.stdout[-2000:]}{run.stderr}")
    return run.returncode != 0
