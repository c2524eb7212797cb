"""The first 200,000 lines of Online Retail II, replayed in memory and into a SQLite file.

`python -m benchmarks.retail FILE` takes the file as it is published (UCI data set 502, as CSV,
plain or gzip); `python -m benchmarks.retail FILE 20000` takes fewer lines. It is no case of the
suite: it takes minutes, and needs a file that does not come with the source.

Each command is a transaction of its own that waits for the disk. At the end the whole database is
checked against its invariants.
"""

from __future__ import annotations

import argparse
import gzip
import io
import sys
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter, process_time
from typing import TYPE_CHECKING

import attrs

from orderflow import MemoryRepository
from orderflow.adapters.sql import SqlRepository, open_database
from orderflow.checking import check
from orderflow.replay import Replay, Summary, read_history

if TYPE_CHECKING:
    from orderflow import Outcome
    from orderflow.commands import Command
    from orderflow.ports import Repository

__all__ = ["main"]

LINES = 200_000
_GZIP_MARK = b"\x1f\x8b"


@attrs.define
class Counted:
    """How many commands were carried out."""

    commands: int = 0

    def observe(self, _command: Command, _outcome: Outcome) -> None:
        """Count one."""
        self.commands += 1


def main(arguments: list[str] | None = None) -> int:
    """Replay the file twice, and print what it took; return 1 if the check finds anything."""
    options = _parser().parse_args(arguments)
    if not options.file.exists():
        sys.stderr.write(f"{options.file} is not there: name a copy of Online Retail II\n")
        return 1
    text = _first(options.file, options.lines)
    in_memory = _replay(text, options.lines, MemoryRepository(), "in memory")
    with TemporaryDirectory() as folder:
        path = Path(folder) / "retail.db"
        engine = open_database(path, create=True)
        repository = SqlRepository(engine)
        in_file = _replay(text, options.lines, repository, "in a file")
        size = sum(each.stat().st_size for each in Path(folder).iterdir())
        begun = perf_counter()
        checked = check(repository)
        engine.dispose()
    _print(f"the file: {size / 1e6:,.0f} MB, {size / options.lines:,.0f} bytes a line")
    _print(
        f"the check: {checked.orders:,} orders, {checked.stock:,} products, "
        f"{checked.events:,} events: {len(checked.violations)} violations, "
        f"{perf_counter() - begun:.0f} s"
    )
    for violation in checked.violations:
        _print(violation)
    if in_memory.as_json() != in_file.as_json():
        _print("the summaries differ")
    return int(bool(checked.violations) or in_memory.as_json() != in_file.as_json())


def _replay(text: bytes, lines: int, repository: Repository, name: str) -> Summary:
    counted = Counted()
    run = Replay(observers=[counted], repository=repository)
    begun, used = perf_counter(), process_time()
    with read_history(io.BytesIO(text), name=name) as history:
        summary = run.run(history)
    seconds, used = perf_counter() - begun, process_time() - used
    _print(
        f"{name}: {lines / seconds:,.0f} lines/s, {counted.commands / seconds:,.0f} commands/s "
        f"({lines:,} lines, {counted.commands:,} commands, {seconds:.0f} s, "
        f"of which {used:.0f} of the processor)"
    )
    return summary


def _first(path: Path, lines: int) -> bytes:
    """Return the header and the first lines of a file."""
    with path.open("rb") as raw:
        is_packed = raw.read(len(_GZIP_MARK)) == _GZIP_MARK
    with gzip.open(path) if is_packed else path.open("rb") as file:
        return b"".join(islice(file, lines + 1))


def _print(text: object) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.retail",
        description="Replay Online Retail II in memory and into a SQLite file.",
    )
    parser.add_argument("file", type=Path, help="online_retail_II.csv, plain or gzip")
    parser.add_argument("lines", type=int, nargs="?", default=LINES, help=f"{LINES:,} if omitted")
    return parser


if __name__ == "__main__":
    sys.exit(main())
