"""A backlog in Parquet files through Spark, beside DuckDB: `python -m benchmarks.spark_files`.

It makes the files, and then runs in processes of their own, from Parquet to Parquet:

- `orderflow`: `allocate_lines` on Spark, with its checks;
- `copy`: Spark reads the lines and writes them again, and does nothing else;
- `duckdb`: one query of DuckDB that joins the lines with their stock and allocates by a window: the
  units under partial allocation, without checks, statuses and an order of rows.

Half a million queues have 100 million lines: 1,000 sellers with two warehouses and 500 products
each. One seller has as many of the lines as `--hot` says. An order has three lines. The rows have
no order. Under partial allocation, the units of every line are compared with those of DuckDB.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING

import duckdb

from orderflow import AllocationPolicy, PartialAllocation, Rationing

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

__all__ = ["POLICIES", "main", "make_files"]

POLICIES = {
    "ALWAYS": AllocationPolicy(),
    "NEVER": AllocationPolicy(partial_allocation=PartialAllocation.NEVER),
    "FAIR_SHARE": AllocationPolicy(rationing=Rationing.FAIR_SHARE),
}
SIDES = ("orderflow", "copy", "duckdb")
LINES = """
    SELECT 'seller-' || lpad(seller::VARCHAR, 4, '0') AS seller_id,
        if(hash(o, 7) % 10 < 7, 'leeds', 'york') AS warehouse_id,
        'o' || lpad(o::VARCHAR, 9, '0') AS order_id,
        line_id,
        'sku-' || lpad(floor(500 * pow(hash(o, line_id) % 1000000 / 1e6, 2))::INT::VARCHAR, 4, '0')
            AS sku,
        (1 + hash(o, line_id, 5) % 5)::INT AS quantity,
        TIMESTAMPTZ '2026-01-01 00:00:00+00' + to_seconds((hash(o, 11) % 5000000)::BIGINT)
            AS placed_at
    FROM (
        SELECT i // 3 AS o, (1 + i % 3)::INT AS line_id,
            if(hash(o, 1) % 1000 < 1000 * ?, 0, 1 + hash(o, 2) % 999) AS seller
        FROM range(?) AS numbers(i)
    )"""
STOCK = """
    SELECT seller_id, warehouse_id, sku, (0.7 * sum(quantity))::BIGINT AS on_hand
    FROM read_parquet(?) GROUP BY ALL"""
WINDOW = """
    SELECT l.*, greatest(0, least(quantity, on_hand - (sum(quantity) OVER (
        PARTITION BY seller_id, warehouse_id, sku
        ORDER BY placed_at, order_id, line_id) - quantity)))::BIGINT AS allocated
    FROM read_parquet(?) AS l JOIN read_parquet(?) USING (seller_id, warehouse_id, sku)"""
DIFFER = """
    SELECT count(*), count(*) FILTER (a.allocated IS DISTINCT FROM b.allocated)
    FROM read_parquet(?) AS a FULL JOIN read_parquet(?) AS b USING (seller_id, order_id, line_id)"""


def make_files(folder: Path, lines: int, hot: float) -> None:
    """Write the lines, and the stock: seven tenths of what they want, product by product."""
    with _connect(folder) as connection:
        _copy(connection, LINES, [hot, lines], folder / "lines")
        _copy(connection, STOCK, [_files(folder / "lines")], folder / "stock.parquet")


def main(arguments: list[str] | None = None) -> int:
    """Do what the command line says."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.spark_files", description=__doc__)
    parser.add_argument("--lines", type=int, default=10_000_000)
    parser.add_argument("--hot", type=float, default=0.05, help="of all lines, of one seller")
    parser.add_argument("--policy", choices=POLICIES, default="ALWAYS")
    parser.add_argument("--max-lines", help="of one seller in the memory of a worker")
    parser.add_argument("--memory", default="8g", help="of Spark, and of DuckDB")
    parser.add_argument("--sides", nargs="+", choices=SIDES, default=SIDES)
    parser.add_argument("--folder", type=Path, help="for the files; default: a temporary one")
    parser.add_argument("--side", choices=SIDES, help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.side is not None:
        print(_run(options))
        return 0
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        _compare(options, Path(folder))
    return 0


def _compare(options: argparse.Namespace, folder: Path) -> None:
    begun = perf_counter()
    make_files(folder, options.lines, options.hot)
    size = sum(path.stat().st_size for path in folder.rglob("*.parquet")) / 1e6
    print(
        f"{datetime.now(UTC):%Y-%m-%d %H:%M} {options.lines:,} lines, {options.hot:.0%} of them "
        f"of one seller, {size:,.0f} MB, made in {perf_counter() - begun:.0f} s",
        flush=True,
    )
    for side in options.sides:
        own = [f"--{name}={getattr(options, name)}" for name in ("lines", "policy", "memory")]
        if options.max_lines is not None:
            own.append(f"--max-lines={options.max_lines}")
        command = [sys.executable, "-m", "benchmarks.spark_files", f"--side={side}", *own]
        worker = subprocess.run(  # noqa: S603 - this module itself
            [*command, f"--folder={folder}"], check=True, stdout=subprocess.PIPE, text=True
        )
        seconds = [float(each) for each in worker.stdout.split()]
        parts = " + ".join(f"{each:.1f}" for each in seconds)
        rate = options.lines / sum(seconds)
        print(f"{side:10} {rate:12,.0f} lines/s  {parts} s", flush=True)
    if options.policy == "ALWAYS" and {"orderflow", "duckdb"} <= set(options.sides):
        with _connect(folder) as connection:
            outputs = [_files(folder / side) for side in ("orderflow", "duckdb")]
            lines, differ = connection.execute(DIFFER, outputs).fetchall()[0]
            print(f"{differ} of {lines:,} lines differ")


def _run(options: argparse.Namespace) -> str:
    """Return the seconds that one side takes: of its checks, if it has any, and of the rest."""
    folder: Path = options.folder
    if options.side == "duckdb":
        with _connect(folder, options.memory) as connection:
            files = [_files(folder / "lines"), str(folder / "stock.parquet")]
            return _seconds(lambda: _copy(connection, WINDOW, files, folder / "duckdb"))
    from orderflow.frames import allocate_lines  # noqa: PLC0415 - not for DuckDB
    from orderflow.frames.spark import LINES_MAX_SETTING  # noqa: PLC0415 - as above
    from tests.spark.sessions import provide_java, start  # noqa: PLC0415 - as above

    java = folder / "java"
    java.mkdir(exist_ok=True)
    provide_java(java)
    own = {
        "spark.driver.memory": options.memory,
        "spark.local.dir": str(folder / "shuffled"),
        "spark.sql.shuffle.partitions": str(4 + options.lines // 1_000_000),
    }
    if options.max_lines is not None:
        own[LINES_MAX_SETTING] = options.max_lines
    spark = start(own)
    lines = spark.read.parquet(str(folder / "lines"))
    stock = spark.read.parquet(str(folder / "stock.parquet"))
    if options.side == "copy":
        return _seconds(lambda: lines.write.parquet(str(folder / "copy")))
    begun = perf_counter()
    allocated = allocate_lines(lines, stock, POLICIES[options.policy])
    checks = perf_counter() - begun
    return f"{checks} {_seconds(lambda: allocated.write.parquet(str(folder / 'orderflow')))}"


def _seconds(call: Callable[[], object]) -> str:
    begun = perf_counter()
    call()
    return str(perf_counter() - begun)


def _connect(folder: Path, memory: str = "8g") -> duckdb.DuckDBPyConnection:
    settings: dict[str, str | bool | int | float | list[str]] = {
        "memory_limit": f"{memory}b",
        "preserve_insertion_order": "false",
        "temp_directory": str(folder / "spilt"),
        "threads": "2",
    }
    connection = duckdb.connect(config=settings)
    connection.execute("SET TimeZone = 'UTC'")
    return connection


def _copy(
    connection: duckdb.DuckDBPyConnection, query: str, values: Sequence[object], path: Path
) -> None:
    """Write what a query returns to a file, or to a folder of a file for each processor."""
    options = "FORMAT parquet" + ("" if path.suffix else ", PER_THREAD_OUTPUT")
    connection.execute(f"COPY ({query}) TO '{path}' ({options})", values)


def _files(folder: Path) -> str:
    return str(folder / "*.parquet")


if __name__ == "__main__":
    sys.exit(main())
