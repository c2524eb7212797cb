"""What is released: `python -m tests.architecture.distribution FOLDER AGAIN`.

The first folder has the sdist, and the wheel that was built from it. The other one has the wheel
that was built from the checkout: both are the same, byte by byte. The wheel has the package and
nothing else. The sdist has what the tests need.
"""

from __future__ import annotations

import sys
import tarfile
from pathlib import Path
from zipfile import ZipFile

ROOT = Path(__file__).parents[2]
FOLDERS = (".ci", "benchmarks", "docs", "src", "tests")
FILES = (".gitignore", "CHANGELOG.md", "LICENSE", "Makefile", "README.md", "pyproject.toml")
MADE = ("PKG-INFO",)


def main(folder: Path, again: Path) -> int:
    """Compare what was built with the checkout, and print each difference."""
    (wheel,), (second,), (sdist,) = (
        folder.glob("*.whl"),
        again.glob("*.whl"),
        folder.glob("*.tar.*"),
    )
    faults = _differences("the wheel", _in_wheel(wheel), _below(ROOT / "src"))
    faults += _differences("the sdist", _in_sdist(sdist), _in_checkout())
    if wheel.read_bytes() != second.read_bytes():
        faults.append("two builds of the wheel differ")
    print("\n".join(faults) or f"{wheel.name} and {sdist.name} hold what they should")
    return int(bool(faults))


def _in_wheel(path: Path) -> set[str]:
    with ZipFile(path) as archive:
        return {each for each in archive.namelist() if ".dist-info/" not in each}


def _in_sdist(path: Path) -> set[str]:
    with tarfile.open(path) as archive:
        return {each.name.partition("/")[2] for each in archive if each.isfile()}


def _in_checkout() -> set[str]:
    within = {f"{folder}/{each}" for folder in FOLDERS for each in _below(ROOT / folder)}
    return within | {*FILES, *MADE}


def _below(folder: Path) -> set[str]:
    files = (each.relative_to(folder) for each in folder.rglob("*") if each.is_file())
    return {each.as_posix() for each in files if "__pycache__" not in each.parts}


def _differences(what: str, found: set[str], expected: set[str]) -> list[str]:
    missing = [f"{what} lacks {each}" for each in sorted(expected - found)]
    return missing + [f"{what} should not have {each}" for each in sorted(found - expected)]


if __name__ == "__main__":
    sys.exit(main(*map(Path, sys.argv[1:])))
