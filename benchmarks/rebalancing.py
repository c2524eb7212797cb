"""The gap between plans and the best one, and the time that they take.

`python -m benchmarks.rebalancing` plans 10,000 orders of each workload twice. *All units* deals out
everything. *After* begins with first come first served, and complete orders keep their units.
`--seconds` limits the search, `--optimise` prices with HiGHS, and `--exact` proves. `--file` plans
the first orders of a copy of Online Retail II, with stock for half to all of the units.

In plain Python, seconds are those of the processor, so other work on the machine does not matter.
With HiGHS, which has threads of its own, they are those of the clock. This is no case of the suite:
it measures answers, and each takes seconds.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import sys
from collections import Counter
from datetime import timedelta
from itertools import islice
from pathlib import Path
from random import Random
from time import perf_counter, process_time
from typing import TYPE_CHECKING

import attrs

from benchmarks.workloads import (
    MARKET,
    OPENING,
    PLAIN,
    RETAIL,
    SEED,
    SELLER,
    WAREHOUSE,
    Backlog,
    draw,
)
from orderflow import BackOrderWait, Order, OrderLine, Status, Stock, StockKey
from orderflow.core import State, allocate
from orderflow.planning import rebalance

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from orderflow.planning import Optimiser

__all__ = ["main"]

ORDERS, SECONDS = 10_000, 5.0
_LINES_PER_ORDER = {"plain": 3.0, "market": 1.1, "retail": 24.5}


def main(arguments: list[str] | None = None) -> int:
    """Print the figures of each backlog."""
    options = _parser().parse_args(arguments)
    optimiser: Optimiser | None = None
    if options.optimise or options.exact:
        from orderflow.adapters.highs import Highs  # noqa: PLC0415 - an extra

        optimiser = Highs()
    now = process_time if optimiser is None else perf_counter
    _print("backlog, orders, complete before, after, bound, gap, seconds")
    for name, backlog in _backlogs(options.orders, options.file):
        waiting = [
            attrs.evolve(
                each, status=Status.ON_BACK_ORDER, wait=BackOrderWait(each.placed_at), version=1
            )
            for each in backlog.orders
        ]
        all_units = State.of(SELLER, waiting, backlog.stock)
        served = allocate(backlog.orders, backlog.stock, at=backlog.at)
        rest = State.of(SELLER, backlog.orders, backlog.stock).after(served)
        complete = sum(not each.short for each in rest.orders.values())
        for sort, state, before in (("all units", all_units, 0), ("after", rest, complete)):
            begun = now()
            plan = rebalance(
                state,
                backlog.at,
                seconds_left=_until(begun + options.seconds, now),
                optimiser=optimiser,
                exact=options.exact,
            )
            seconds = now() - begun
            _print(
                f"{name} {sort}, {plan.before.waiting:,}, {before:,}, {before + plan.value:,}, "
                f"{before + plan.bound:,}, {plan.gap:.2%}, {seconds:.1f}"
            )
    return 0


def _until(deadline: float, now: Callable[[], float]) -> Callable[[], float]:
    return lambda: deadline - now()


def _backlogs(orders: int, file: Path | None) -> Iterator[tuple[str, Backlog]]:
    for shape in (PLAIN, MARKET, RETAIL):
        lines = round(orders * _LINES_PER_ORDER[shape.name])
        yield shape.name, draw(shape, lines)
    if file is not None:
        yield file.name, _read(file, orders)


def _read(file: Path, orders: int) -> Backlog:
    """Return the first orders of Online Retail II, with stock for half to all of the units."""
    random = Random(SEED)  # noqa: S311 - the same draws in every run are the point
    lines: dict[str, list[tuple[str, int]]] = {}
    with gzip.open(file, "rt", encoding="utf-8", newline="") as rows:
        for row in csv.DictReader(rows):
            units, invoice = int(row["Quantity"]), row["Invoice"]
            if units > 0 and invoice.isdecimal():
                lines.setdefault(invoice, []).append((row["StockCode"].strip().upper(), units))
            if len(lines) > orders:
                break
    wanted = Counter[str]()
    made = []
    for number, (invoice, needs) in enumerate(islice(lines.items(), orders)):
        for sku, units in needs:
            wanted[sku] += units
        made.append(
            Order(
                order_id=invoice,
                seller_id=SELLER,
                warehouse_id=WAREHOUSE,
                lines=tuple(OrderLine(str(at), *need) for at, need in enumerate(needs, 1)),
                placed_at=OPENING + timedelta(minutes=number),
            )
        )
    stock = tuple(
        Stock(StockKey(SELLER, WAREHOUSE, sku), round(units * random.uniform(0.5, 1)))
        for sku, units in sorted(wanted.items())
    )
    count = sum(len(each.lines) for each in made)
    return Backlog(tuple(made), stock, count, OPENING + timedelta(minutes=len(made)))


def _print(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.rebalancing", description="Plan large backlogs."
    )
    parser.add_argument("--orders", type=int, default=ORDERS)
    parser.add_argument("--seconds", type=float, default=SECONDS, help="for each search")
    parser.add_argument("--optimise", action="store_true", help="price the products with HiGHS")
    parser.add_argument("--exact", action="store_true", help="prove the best plan with HiGHS")
    parser.add_argument("--file", type=Path, help="online_retail_II.csv.gz")
    return parser


if __name__ == "__main__":
    sys.exit(main())
