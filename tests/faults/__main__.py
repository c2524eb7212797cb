"""Make each fault in a copy of the source, and run the tests that should catch it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.faults.listing import FAULTS, Fault

ROOT = Path(__file__).parents[2]
EVERYTHING = ("-n", "auto", "--dist", "loadfile")


def main(words: list[str]) -> int:
    """Say which test catches each fault, or those whose numbers are given; fail if none does."""
    numbers = [int(each) for each in words] or range(1, len(FAULTS) + 1)
    missed = 0
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "src"
        shutil.copytree(ROOT / "src", copy, ignore=shutil.ignore_patterns("__pycache__"))
        for number in numbers:
            fault, began = FAULTS[number - 1], time.monotonic()
            caught = catch(fault, copy)
            missed += not caught
            seconds = time.monotonic() - began
            print(
                f"{number:2} {seconds:4.0f} s  {fault.meaning}: {caught or 'NOT CAUGHT'}",
                flush=True,
            )
    print(f"{len(numbers) - missed} of {len(numbers)} faults were caught")
    return int(missed > 0)


def catch(fault: Fault, copy: Path) -> str:
    """Return the test that catches a fault, of those named with it or else of all."""
    path = copy / "orderflow" / fault.file
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace(fault.good, fault.bad), encoding="utf-8")
    try:
        return failing(fault.tests.split(), copy) or failing(EVERYTHING, copy)
    finally:
        path.write_text(text, encoding="utf-8")


def failing(arguments: list[str] | tuple[str, ...], copy: Path) -> str:
    """Return the first test that fails with this source, if one does."""
    run = subprocess.run(  # noqa: S603 - the tests of this repository
        [sys.executable, "-m", "pytest", "-q", "-x", "-rfE", "-p", "no:cacheprovider", *arguments],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(copy), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    failed = [line for line in run.stdout.splitlines() if line.startswith(("FAILED", "ERROR"))]
    if bool(failed) != bool(run.returncode):
        raise RuntimeError(f"the tests could not be run:\n{run.stdout[-2000:]}{run.stderr[-2000:]}")
    return failed[0].split(" - ")[0].split()[1] if failed else ""


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
