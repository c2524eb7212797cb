"""How much memory and time an import of 100,000 rows takes, its orders shuffled.

`python -m benchmarks.imported 3` imports orders of three lines each. It is no case of the suite:
what counts is the memory of a process of its own, and that is measured once.
"""

from __future__ import annotations

import csv
import random
import resource
import sys
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from time import process_time

from orderflow.importing import read_orders

ROWS = 100_000
COLUMNS = (
    *("order_id", "sku", "quantity", "placed_at", "priority", "promised_by", "courier"),
    *("ship_to_name", "ship_to_street", "ship_to_city", "ship_to_postcode", "ship_to_country"),
)


def write(path: Path, rows: int, lines: int) -> None:
    """Write a file of orders of so many lines each."""
    numbers = [row // lines for row in range(rows)]
    random.Random(1).shuffle(numbers)  # noqa: S311 - the same file in every run
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        writer.writerows(
            (
                *(f"A-{number}", f"SKU-{row % 5000}", 1 + row % 9),
                *(f"2026-03-{1 + number % 28:02} 10:{number % 60:02}Z", number % 3),
                *("2026-04-01T12:00Z", "DPD", f"Customer {number}", f"{number} High Street"),
                *("Leeds", f"LS{number % 99} 1AA", "GB"),
            )
            for row, number in enumerate(numbers)
        )


def main(arguments: list[str]) -> None:
    """Import such a file, and print what it took: rows of an order, rows of the file."""
    lines, rows = int(arguments[0]), int(arguments[1]) if len(arguments) > 1 else ROWS
    with TemporaryDirectory() as folder:
        path = Path(folder, "orders.csv")
        write(path, rows, lines)
        begun = process_time()
        result = read_orders(
            path, seller_id="acme", warehouse_id="leeds", at=datetime(2026, 3, 2, tzinfo=UTC)
        )
        seconds = process_time() - begun
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024  # kilobytes on Linux
    took = f"{seconds:.1f} s of the processor, {megabytes:.0f} MB at most"
    sys.stdout.write(f"{result.rows:,} rows, {result.new:,} orders: {took}\n")


if __name__ == "__main__":
    main(sys.argv[1:])
