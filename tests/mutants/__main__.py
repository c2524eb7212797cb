"""Mutate the domain and the service, and fail if the tests let too many mutants survive.

An interrupted run continues where it stopped.
"""

from __future__ import annotations

import argparse
import io
import subprocess
import sys
from contextlib import chdir, redirect_stdout
from pathlib import Path

from tests.mutants.chosen import chosen
from tests.mutants.score import KILLED, score
from tests.mutants.slow import is_killed_by_slow_tests
from tests.mutants.survivors import accepted, reason_of, survivor_of

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "build" / "mutants"
COPIED = ("src", "tests", "docs", "README.md", "pyproject.toml")


def main(words: list[str]) -> int:
    """Run the mutants that the words name, and return 1 if too many survive."""
    options = parsed(words)
    prepare()
    verdicts = known()
    names = chosen(verdicts, options.patterns, options.sample, options.seed)
    again = {"survived", "no tests"} if options.again else set()
    to_run = [name for name in names if verdicts[name] in {"not checked", *again}]
    print(f"{len(names):,} of {len(verdicts):,} mutants; {len(to_run):,} to run", flush=True)
    if to_run:
        run = subprocess.run(  # noqa: S603 - mutmut shows its progress
            mutmut("run", "--max-children", str(options.children), *to_run), cwd=FOLDER, check=False
        )
        if run.returncode:
            raise SystemExit("mutmut ended early; the same command continues where it stopped")
        verdicts = known()
    return report({name: verdicts[name] for name in names}, is_slow=options.slow)


def parsed(words: list[str]) -> argparse.Namespace:
    """Return the options."""
    parser = argparse.ArgumentParser("python -m tests.mutants", description=__doc__)
    parser.add_argument(
        "patterns",
        nargs="*",
        metavar="PATTERN",
        help="only mutants with these names, such as 'orderflow.domain.calendar.*'; default: all",
    )
    parser.add_argument("--sample", type=at_least_one, help="draw this many of them at random")
    parser.add_argument("--seed", type=int, default=1, help="seed of the sample; default: 1")
    parser.add_argument("--again", action="store_true", help="try known survivors again")
    parser.add_argument(
        "--slow", action="store_true", help="run the slow tests too, on each survivor"
    )
    parser.add_argument(
        "--children", type=at_least_one, default=1, help="mutants at a time; default: 1"
    )
    return parser.parse_args(words)


def at_least_one(text: str) -> int:
    """Read a number of mutants."""
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{text} is below 1")
    return number


def prepare() -> None:
    """Write all mutants without running any; mutmut has no command for this."""
    from mutmut.__main__ import (  # noqa: PLC0415 - only `make mutants` installs it
        copy_also_copy_files,
        copy_src_dir,
        create_mutants,
    )

    FOLDER.mkdir(parents=True, exist_ok=True)
    for each in COPIED:
        link = FOLDER / each
        if not link.is_symlink():
            link.symlink_to(ROOT / each)
    print("write the mutants: about a minute the first time", flush=True)
    with chdir(FOLDER), redirect_stdout(io.StringIO()):  # it prints the name of each file
        copy_src_dir()
        copy_also_copy_files()
        create_mutants(1)


def known() -> dict[str, str]:
    """Return the verdict on each mutant, by name."""
    lines = said("results", "--all", "true").splitlines()
    return dict(line.strip().split(": ", 1) for line in lines if ": " in line)


def said(*words: str) -> str:
    """Return what a command of mutmut prints."""
    return subprocess.run(  # noqa: S603 - a fixed program
        mutmut(*words), cwd=FOLDER, check=True, capture_output=True, text=True
    ).stdout


def mutmut(*words: str) -> list[str]:
    """Return the command line of mutmut."""
    return [str(Path(sys.executable).with_name("mutmut")), *words]


def report(verdicts: dict[str, str], *, is_slow: bool) -> int:
    """Print the survivors and the score; return 1 if it is too low, or not known yet."""
    reasons, listed, found = accepted(), 0, list(verdicts.values())
    for number, (name, verdict) in enumerate(verdicts.items()):
        if verdict in {*KILLED, "not checked"}:
            continue
        survivor = survivor_of(name, said("show", name))
        reason = reason_of(survivor, reasons)
        if reason is None and is_slow:
            print(f"the slow tests, on {name}", flush=True)
            if is_killed_by_slow_tests(name, survivor, FOLDER):
                found[number] = "killed"
                continue
        listed += reason is not None
        print(f"\n{name}: {verdict}; {reason or 'not listed'}")
        print(f"  - {survivor.good}\n  + {survivor.bad}")
    result = score(found, listed=listed)
    print(f"\n{result}")
    return int(not result.suffices)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
