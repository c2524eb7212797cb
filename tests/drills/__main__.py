"""The command line: `python -m tests.drills`, with `--help` for what it takes."""

from __future__ import annotations

import argparse
import json
import sys
import time
import traceback
from pathlib import Path
from typing import TYPE_CHECKING

import attrs

from tests.drills.drill import Drill, Drilled
from tests.drills.registry import DRILLS

if TYPE_CHECKING:
    from collections.abc import Sequence

_SHOWN_MAX = 5
_PROGRESS_SECONDS = 1


@attrs.frozen
class _Row:
    """What a drill came to, and how long it took."""

    drill: Drill
    drilled: Drilled
    seconds: float


def main(arguments: list[str] | None = None) -> int:
    """Run the drills that the command line names; return 1 if something was found."""
    options = _parser().parse_args(arguments)
    drills = [each for each in DRILLS if options.only in f"{each.name} on {each.database}"]
    if not drills:
        print(f"no drill has {options.only!r} in its name", file=sys.stderr)
        return 1
    rows = [_run(drill, options.seed, quick=options.quick) for drill in drills]
    print(_table(rows))
    if options.json is not None:
        options.json.write_text(json.dumps([_as_json(row) for row in rows], indent=2) + "\n")
    return int(any(row.drilled.found for row in rows))


def _run(drill: Drill, seed: int, *, quick: bool) -> _Row:
    name, begun = f"{drill.name} on {drill.database}", time.monotonic()
    shown = 0.0

    def progress(done: int, of: int) -> None:
        nonlocal shown
        now = time.monotonic()
        if now - shown > _PROGRESS_SECONDS:
            shown = now
            print(f"\r{name}: {done} of {of}    ", end="", file=sys.stderr, flush=True)

    try:
        drilled = drill.run(drill.quick if quick else drill.full, seed, progress)
    except Exception as error:  # noqa: BLE001 - whatever it is, the other drills can be run
        traceback.print_exc()
        drilled = Drilled(0, 0, (repr(error),))
    seconds = time.monotonic() - begun
    found = "nothing found" if not drilled.found else f"FOUND {len(drilled.found)}"
    print(f"\r{name}: {found} in {seconds:.0f} s    ", file=sys.stderr, flush=True)
    for fault in drilled.found[:_SHOWN_MAX]:
        print(f"  {fault}", file=sys.stderr, flush=True)
    return _Row(drill, drilled, seconds)


def _table(rows: Sequence[_Row]) -> str:
    head = "| drill | database | runs | commands | found | seconds | and |"
    lines = [head, "| --- | --- | ---: | ---: | ---: | ---: | --- |"]
    for row in rows:
        notes = ", ".join(f"{count:,} {name}" for name, count in row.drilled.notes.items())
        lines.append(
            f"| {row.drill.name} | {row.drill.database} | {row.drilled.runs:,} |"
            f" {row.drilled.commands:,} | {len(row.drilled.found)} | {row.seconds:.0f} | {notes} |"
        )
    return "\n".join(lines)


def _as_json(row: _Row) -> dict[str, object]:
    return {
        "drill": row.drill.name,
        "database": row.drill.database,
        "runs": row.drilled.runs,
        "commands": row.drilled.commands,
        "found": list(row.drilled.found),
        "seconds": round(row.seconds, 1),
        "notes": dict(row.drilled.notes),
    }


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m tests.drills",
        description="Do what can go wrong, on real databases, and look at what is left.",
        epilog="example: python -m tests.drills --only 'crash on SQLite' --quick",
    )
    parser.add_argument(
        "--only", default="", metavar="NAME", help="drills with this in 'NAME on DATABASE'"
    )
    parser.add_argument("--quick", action="store_true", help="few of each: a look")
    parser.add_argument("--json", type=Path, metavar="FILE", help="keep what they came to")
    parser.add_argument("--seed", type=int, default=1, help="another one rolls other dice")
    return parser


if __name__ == "__main__":
    sys.exit(main())
