"""How much memory and time a file takes: an import of 100,000 rows, its orders shuffled.

`python -m benchmarks.imported 3` imports orders of three lines each. It is no case of the suite:
what counts is the memory of a process of its own, and that is measured once. Another process writes
the file, and counts what is in it with the `csv` module alone. The two counts must agree.

With `--replay`, the file is replayed. With `--save`, `orderflow import` saves it in SQLite, where
there is stock for half of it, and what is stored is counted. With `--rows bad`, each row has
faults. With `--rows open-quote`, the first order begins with a quote that is never closed.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import json
import os
import random
import resource
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, NamedTuple

from orderflow import OrderFlow, StockKey
from orderflow.commands import CountStock, PlaceOrder
from orderflow.importing import read_orders, write_rejects
from orderflow.replay import EntryKind, Replay, read_history
from orderflow.service import Batches

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["main", "write"]

ROWS = 100_000
SKUS = 5_000
COLUMNS = (
    *("order_id", "sku", "quantity", "placed_at", "priority", "promised_by", "courier"),
    *("ship_to_name", "ship_to_street", "ship_to_city", "ship_to_postcode", "ship_to_country"),
)
_AT = datetime(2026, 4, 2, tzinfo=UTC)
_DATABASE = "shop.db"


class Counts(NamedTuple):
    """What is in a file, or what was read from it."""

    orders: int
    lines: int
    units: int


def write(path: Path, rows: int, lines: int, *, is_sorted: bool = False) -> None:
    """Write a file of orders of so many lines each."""
    numbers = [row // lines for row in range(rows)]
    if not is_sorted:
        random.Random(1).shuffle(numbers)  # noqa: S311 - the same file in every run
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        writer.writerows(_cells(row, number) for row, number in enumerate(numbers))


def write_bad(path: Path, rows: int) -> None:
    """Write a small compressed file of equal rows that all have faults."""
    with gzip.open(path, "wt", encoding="utf-8") as file:
        file.write("order_id,sku,quantity,placed_at\n")
        for _ in range(rows):
            file.write(f",{'x' * 60},two,never\n")


def open_quote(path: Path) -> None:
    """Begin a quote in the second row that is never closed."""
    text = path.read_bytes()
    path.write_bytes(text.replace(b"\nA-", b'\n"A-', 1))


def count(path: Path) -> Counts:
    """Count what is in a file, without orderflow."""
    orders: set[str] = set()
    lines = units = 0
    with path.open(encoding="utf-8", newline="") as file:
        for cells in csv.DictReader(file):
            orders.add(cells["order_id"])
            lines, units = lines + 1, units + int(cells["quantity"])
    return Counts(len(orders), lines, units)


def main(arguments: Sequence[str]) -> int:
    """Read such a file, and print what it took; return 1 if the counts differ."""
    options = _parser().parse_args(arguments)
    if options.write is not None:
        sys.stdout.write(json.dumps(_write(options)))
        return 0
    with TemporaryDirectory() as folder:
        path = Path(folder, "orders.csv")
        command = [sys.executable, "-m", "benchmarks.imported", *arguments, "--write", str(path)]
        written = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603 - itself
        expected = Counts(*json.loads(written.stdout)) if written.stdout != "null" else None
        size = path.stat().st_size
        if options.save:
            found, usage = _save(path)
        else:
            found = _replay(path) if options.replay else _import(path)
            usage = resource.getrusage(resource.RUSAGE_SELF)
    seconds, megabytes = usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024  # of kilobytes
    took = f"{seconds:.1f} s of the processor, {megabytes:.0f} MB at most"
    rows = f"{options.count:,} rows, {size / 1e6:,.2f} MB"
    sys.stdout.write(f"{rows}, {found.orders:,} orders, {found.units:,} units: {took}\n")
    if expected not in {None, found}:
        sys.stdout.write(f"but the csv module counts {expected}\n")
    return int(expected not in {None, found})


def _write(options: argparse.Namespace) -> Counts | None:
    if options.save:
        _stock(options.write.with_name(_DATABASE), options.count)
    if options.rows == "bad":
        write_bad(options.write, options.count)
        return None
    write(options.write, options.count, options.lines, is_sorted=options.sorted)
    if options.rows == "good":
        return count(options.write)
    open_quote(options.write)
    return None


def _stock(path: Path, rows: int) -> None:
    """Make a database with stock for half of the units of the file, which has 5 in a row."""
    from orderflow.adapters.sql import (  # noqa: PLC0415 - else its memory is measured, too
        SqlRepository,
        open_database,
    )

    repository = SqlRepository(open_database(path, create=True))
    keys = [StockKey("acme", "leeds", f"SKU-{number}") for number in range(min(SKUS, rows))]
    each = 5 * rows // len(keys) // 2
    counts = [CountStock(key=key, counted=each, at=_AT) for key in keys]
    Batches(OrderFlow(repository), repository).run(counts)


def _save(path: Path) -> tuple[Counts, resource.struct_rusage]:
    """Import the file with the command line, and count what is stored."""
    database = path.with_name(_DATABASE)
    command = [sys.executable, "-m", "orderflow", "import", str(path), "--db", str(database)]
    with subprocess.Popen([*command, "--seller", "acme", "--warehouse", "leeds"]) as process:  # noqa: S603 - this package
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    with closing(sqlite3.connect(database)) as stored:
        (orders,) = stored.execute("SELECT count(*) FROM orderflow_orders").fetchone()
        of_lines = "SELECT count(*), sum(quantity) FROM orderflow_order_lines"
        return Counts(orders, *stored.execute(of_lines).fetchone()), usage


def _import(path: Path) -> Counts:
    result = read_orders(path, seller_id="acme", warehouse_id="leeds", at=_AT)
    if result.rejected:
        to = path.with_name("rejects.csv")
        rejects = write_rejects(result, path, to)
        sys.stdout.write(
            f"{result.faults.total:,} faults, {result.rejected.total:,} rows rejected; "
            f"{rejects.rows:,} of them written, {to.stat().st_size / 1e6:,.1f} MB\n"
        )
    orders = lines = units = 0
    for command in result.commands:
        if isinstance(command, PlaceOrder):
            orders, lines = orders + 1, lines + len(command.order.lines)
            units += sum(line.quantity for line in command.order.lines)
    return Counts(orders, lines, units)


def _replay(path: Path) -> Counts:
    with read_history(path) as history:
        summary = Replay().run(history)
    lines = summary.rows[EntryKind.SALE]
    return Counts(summary.orders.total, lines, summary.units.total)


def _cells(row: int, number: int) -> tuple[object, ...]:
    return (
        *(f"A-{number}", f"SKU-{row % SKUS}", 1 + row % 9),
        *(f"2026-03-{1 + number % 28:02} 10:{number % 60:02}Z", number % 3),
        *("2026-04-01T12:00Z", "DPD", f"Customer {number}", f"{number} High Street"),
        *("Leeds", f"LS{number % 99} 1AA", "GB"),
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.imported", description="Measure what a file of orders takes."
    )
    parser.add_argument("lines", type=int, help="the lines of each order")
    parser.add_argument("count", type=int, nargs="?", default=ROWS, help="the rows of the file")
    parser.add_argument("--sorted", action="store_true", help="leave the orders in their order")
    parser.add_argument("--replay", action="store_true", help="replay the file")
    parser.add_argument("--save", action="store_true", help="import the file into SQLite")
    parser.add_argument("--rows", choices=["good", "bad", "open-quote"], default="good")
    parser.add_argument("--write", type=Path, help=argparse.SUPPRESS)
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
