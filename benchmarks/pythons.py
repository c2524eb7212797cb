"""The same benchmarks on several Pythons, each in an environment of its own, taken in turn."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from benchmarks.baseline import Baseline

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["ROUNDS", "measure_on"]

ROUNDS = 3
"""How often each Python has its turn, so that a slow minute does not fall on one of them alone."""

_PROJECT = Path(__file__).parents[1]


def measure_on(interpreters: Sequence[str], *, only: str, quick: bool) -> dict[str, Baseline]:
    """Measure the benchmarks whose name holds a text, and return the figures by Python version.

    Raises:
        CalledProcessError: If one of the Pythons is not there, or cannot install the package.
    """
    with TemporaryDirectory() as folder:
        environments = [
            _environment(interpreter, Path(folder) / str(number))
            for number, interpreter in enumerate(interpreters)
        ]
        found: dict[str, Baseline] = {}
        for number in range(ROUNDS * len(environments)):
            version, python = environments[number % len(environments)]
            sys.stderr.write(f"Python {version}\n")
            output = Path(folder) / "figures.json"
            command = [python, "-m", "benchmarks", "--only", only, "--processes", "1"]
            _run([*command, "--json", str(output), *["--quick"] * quick])
            found.setdefault(version, Baseline()).add(Baseline.load(output))
    return found


def _environment(interpreter: str, folder: Path) -> tuple[str, str]:
    """Install the package for an interpreter; return its version and its path there."""
    _run([interpreter, "-m", "venv", str(folder)])
    python = str(folder / "bin" / "python")
    install = [python, "-m", "pip", "--disable-pip-version-check", "--quiet", "install"]
    _run([*install, "--upgrade", "pip"])
    _run([*install, "--group", "test", "-e", ".[frames,postgres]"])
    return _run([python, "-c", "import platform; print(platform.python_version())"]), python


def _run(command: list[str]) -> str:
    done = subprocess.run(  # noqa: S603 - the interpreters that the caller names
        command, check=True, cwd=_PROJECT, stdout=subprocess.PIPE, text=True
    )
    return done.stdout.strip()
