"""Tables of plain orders through `orderflow.frames`, from table to table, beside what engines do.

`orderflow` takes a table of Polars unless the case names another package. The yardsticks:

- `join` is only the join of the lines with the stock records, by the package of the table;
- `window` is that join and one ordered window sum: the units under partial allocation, without
  checks and statuses, by Polars itself;
- `duckdb` is the same by DuckDB, as SQL over the same table;
- `plain` is the library without numba.

The rows are in the order of the queue, as a backlog is usually stored, or `shuffled`. The time is
elapsed time, because every package uses all processors. In `memory`, the most that the process has
in memory beyond the input during a call is compared with what the input takes.
"""

from __future__ import annotations

import gc
import tempfile
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from threading import Event, Thread
from time import perf_counter
from typing import TYPE_CHECKING, Any

import duckdb
import numpy as np
import polars as pl

from benchmarks.case import ORDERFLOW, Case, Side, size_name
from benchmarks.workloads import LINES_PER_PRODUCT, OPENING, SEED
from orderflow import AllocationPolicy, PartialAllocation, Rationing
from orderflow.frames import allocate_lines, compiled

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

__all__ = [
    "PACKAGES",
    "POLICIES",
    "by_duckdb",
    "by_window",
    "cases",
    "draw_tables",
    "memory_sides",
    "sides",
]

POLICIES = {
    "ALWAYS": AllocationPolicy(),
    "NEVER": AllocationPolicy(partial_allocation=PartialAllocation.NEVER),
    "FAIR_SHARE": AllocationPolicy(rationing=Rationing.FAIR_SHARE),
}
PACKAGES: dict[str, Callable[[pl.DataFrame], Any]] = {
    "polars": lambda table: table,
    "pandas": lambda table: table.to_pandas(),
    "pyarrow": lambda table: table.to_arrow(),
}
LINES_OF_AN_ORDER = 3
PAGE_BYTES = 4_096
FILES = ("lines.parquet", "stock.parquet")


def cases(*, quick: bool) -> Iterable[Case]:
    """Return the cases: every policy in Polars, and partial allocation in the other packages."""
    large, small = (200_000, 200_000) if quick else (10_000_000, 1_000_000)
    for name in POLICIES:
        for shuffled in (False, True):
            yield _case(name, "polars", large, shuffled=shuffled)
    for package in PACKAGES.keys() - {"polars"}:
        yield _case("ALWAYS", package, small, shuffled=False)
    for name in POLICIES:
        for shuffled in (False, True):
            yield Case(
                name=f"frames/memory/{name}/{_order(shuffled=shuffled)}/{size_name(large)}",
                per="line",
                prepare=partial(memory_sides, name, large, shuffled=shuffled),
                rounds=1,
                warm_ups=0,
                unit="byte",
            )


def _order(*, shuffled: bool) -> str:
    return "shuffled" if shuffled else "in-order"


def _case(name: str, package: str, lines: int, *, shuffled: bool) -> Case:
    return Case(
        name=f"frames/{name}/{package}/{_order(shuffled=shuffled)}/{size_name(lines)}",
        per="line",
        prepare=partial(sides, name, package, lines, shuffled=shuffled),
        rounds=3,
    )


def sides(name: str, package: str, lines: int, *, shuffled: bool = False) -> dict[str, Side]:
    """Return the library and its yardsticks on a table of this many lines."""
    table, stock = draw_tables(lines, shuffled=shuffled)
    own = PACKAGES[package](table), PACKAGES[package](stock)
    calls: dict[str, Callable[[], object]] = {
        ORDERFLOW: partial(allocate_lines, *own, POLICIES[name]),
        "join": partial(_join, package, *own),
    }
    if package == "polars":
        calls["window"] = partial(by_window, table, stock)
        calls["duckdb"] = partial(by_duckdb, table, stock)
        calls["plain"] = partial(_without_numba, calls[ORDERFLOW])
    return {side: partial(_seconds_per_line, call, lines) for side, call in calls.items()}


def draw_tables(lines: int, *, shuffled: bool = False) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Draw plain orders and their stock, as `workloads.draw` does, by arrays."""
    random = np.random.default_rng(SEED)
    products = max(1, lines // LINES_PER_PRODUCT)
    order = np.arange(lines) // LINES_OF_AN_ORDER
    units = np.rint(np.exp(random.normal(np.log(3), np.log(32 / 3) / 1.645, lines)))
    numbers = pl.DataFrame(
        {
            "order": order,
            "line_id": np.arange(lines) % LINES_OF_AN_ORDER + 1,
            "product": random.integers(0, products, lines),
            "quantity": np.clip(units, 1, 80_995).astype("int64"),
        }
    )
    table = numbers.select(
        order_id=pl.format("O{}", pl.col("order").cast(pl.String).str.zfill(8)),
        line_id=pl.col("line_id").cast(pl.String),
        sku=_sku(),
        quantity="quantity",
        placed_at=OPENING + pl.duration(seconds="order", time_unit="us"),
    )
    wanted = numbers.group_by("product").agg(pl.col("quantity").sum()).sort("product")
    share = pl.Series(random.uniform(0.5, 1, len(wanted)))
    on_hand = (pl.col("quantity") * share).round().cast(pl.Int64)
    stock = wanted.select(sku=_sku(), on_hand=on_hand)
    return table.sample(fraction=1, shuffle=shuffled, seed=SEED) if shuffled else table, stock


def _sku() -> pl.Expr:
    return pl.format("SKU-{}", pl.col("product").cast(pl.String).str.zfill(5))


def _seconds_per_line(call: Callable[[], object], lines: int) -> float:
    begun = perf_counter()
    result = call()
    seconds = perf_counter() - begun
    del result
    return seconds / lines


def _join(package: str, lines: Any, stock: Any) -> object:  # noqa: ANN401 - a table of the package
    if package == "polars":
        return lines.join(stock, on="sku", how="left", maintain_order="left")
    if package == "pandas":
        return lines.merge(stock, on="sku", how="left")
    return lines.join(stock, keys="sku", join_type="left outer")


def by_window(lines: pl.DataFrame, stock: pl.DataFrame) -> pl.DataFrame:
    """Return the units under partial allocation, by one expression of Polars."""
    by = ["placed_at", "order_id", "line_id"]
    so_far = pl.col("quantity").cum_sum().over("sku", order_by=by)
    left = pl.col("on_hand") - (so_far - pl.col("quantity"))
    joined = lines.join(stock, on="sku", how="left", maintain_order="left")
    return joined.with_columns(allocated=pl.min_horizontal(left, "quantity").clip(0))


def by_duckdb(lines: pl.DataFrame, stock: pl.DataFrame) -> pl.DataFrame:  # noqa: ARG001 - by name
    """Return the units under partial allocation, by one query of DuckDB."""
    query = (
        "SELECT *, greatest(0, least(quantity, on_hand - sum(quantity) OVER ("
        "  PARTITION BY sku ORDER BY placed_at, order_id, line_id) + quantity)) AS allocated "
        "FROM lines LEFT JOIN stock USING (sku)"
    )
    with duckdb.connect() as connection:
        units: pl.DataFrame = connection.sql(query).pl()
    return units


def _without_numba(call: Callable[[], object]) -> object:
    before, compiled.COMPILED_FROM = compiled.COMPILED_FROM, 10**12
    try:
        return call()
    finally:
        compiled.COMPILED_FROM = before


def memory_sides(name: str, lines: int, *, shuffled: bool = False) -> dict[str, Side]:
    """Return the most that a call needs beyond the input, and what the input takes.

    The tables are drawn by another process. What this one had used and freed would hide the growth.
    """
    with tempfile.TemporaryDirectory() as folder:
        with ProcessPoolExecutor(1, get_context("spawn")) as others:
            others.submit(_draw_into, folder, lines, shuffled=shuffled).result()
        table, stock = (pl.read_parquet(Path(folder, name)) for name in FILES)
    allocate_lines(table.head(compiled.COMPILED_FROM), stock, POLICIES[name])  # compiles the kernel
    call = partial(allocate_lines, table, stock, POLICIES[name])
    return {
        ORDERFLOW: lambda: _peak_bytes(call) / lines,
        "input": lambda: table.estimated_size() / lines,
    }


def _draw_into(folder: str, lines: int, *, shuffled: bool) -> None:
    for name, table in zip(FILES, draw_tables(lines, shuffled=shuffled), strict=True):
        table.write_parquet(Path(folder, name))


def _peak_bytes(call: Callable[[], object]) -> float:
    """Return by how many bytes the memory of the process grows while a call runs."""
    gc.collect()
    statm, ended = Path("/proc/self/statm"), Event()
    begun = most = _resident(statm)

    def sample() -> None:
        nonlocal most
        while not ended.wait(0.002):
            most = max(most, _resident(statm))

    sampler = Thread(target=sample)
    sampler.start()
    result = call()
    most = max(most, _resident(statm))
    ended.set()
    sampler.join()
    del result
    return most - begun


def _resident(statm: Path) -> int:
    return int(statm.read_text().split()[1]) * PAGE_BYTES
