"""What is used up first at a high load on PostgreSQL, calculated from what an order takes.

    python -m benchmarks.capacity [--orders 10000] [--sellers 1000] [--cores 16] [--json]

Measured here, on a server of our own, with one worker: what an order of three lines takes of the
worker's processor and of the server's, how many bytes of log it writes, and how long its commit
waits for the disk. The rest is arithmetic on the load that is given. By default, that is 10,000
orders a second of 1,000 sellers. One seller has half of them, and a tenth of its orders have the
same product. Nothing here tries that load.

Each row is a resource, with the orders a second at which it is used up, and the number of workers
that these take: the orders a second, times the seconds that a worker is busy with one (Little's
law).
"""

from __future__ import annotations

import argparse
import json
import sys
from os import sysconf
from pathlib import Path
from time import perf_counter, process_time
from typing import TYPE_CHECKING, Any

import attrs
from sqlalchemy import create_engine, text

from benchmarks.postgres import draw_orders, server_url, stock_for
from benchmarks.table import table
from benchmarks.workloads import OPENING, SELLER, WAREHOUSE
from orderflow import OrderFlow, StockKey
from orderflow.adapters.sql import SqlRepository, Tables
from orderflow.commands import CountStock

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlalchemy import URL, Engine

    from orderflow import Order

__all__ = ["Load", "Resource", "Steps", "main", "measure", "resources"]

ORDERS = 1_500
PRODUCTS = 1_000
BATCHES = (1, 16)


@attrs.frozen
class Load:
    """The load to calculate for.

    Attributes:
        orders: Orders a second.
        sellers: How many sellers there are.
        hot_seller: The share of the orders that are of one seller.
        hot_product: The share of its orders that have the same product.
        cores: The processors of the server, and those of the workers together.
        round_trip: Seconds that a message takes to the server and back.
        log: Bytes of log that the disk of the server takes in a second.
    """

    orders: int = 10_000
    sellers: int = 1_000
    hot_seller: float = 0.5
    hot_product: float = 0.1
    cores: int = 16
    round_trip: float = 0.0005
    log: float = 500e6


@attrs.frozen
class Steps:
    """What an order takes, on average, if so many are placed by one command.

    Attributes:
        batch: The orders of a command, which are of one seller.
        worker: Seconds of the worker's processor.
        server: Seconds of the server's processor.
        flush: Seconds that a commit waits for the disk; of a command, not of an order.
        log: Bytes of log.
        exchanges: How often a command waits for the server.
    """

    batch: int
    worker: float
    server: float
    flush: float
    log: float
    exchanges: int = 2

    def busy(self, load: Load) -> float:
        """Return the seconds that a worker is busy with one order."""
        waits = self.flush + self.exchanges * load.round_trip
        return self.worker + self.server + waits / self.batch

    def holds(self, load: Load) -> float:
        """Return the seconds for which an order holds its locks: from the first exchange on."""
        return self.worker + self.server + (self.flush + load.round_trip) / self.batch


@attrs.frozen
class Resource:
    """Something that can be used up.

    Attributes:
        name: What it is.
        orders: The orders a second, of all sellers together, at which it is used up.
        workers: The workers that it takes to place these.
        way_out: What moves the limit.
    """

    name: str
    orders: float
    workers: float
    way_out: str


def measure(url: URL, orders: Sequence[Order], batch: int) -> Steps:
    """Place the orders with one worker, and return what each took."""
    waiting = _place(url, orders, batch)
    at_once = _place(url.update_query_dict({"options": "-c synchronous_commit=off"}), orders, batch)
    number = len(orders)
    return Steps(
        batch=batch,
        worker=waiting.worker / number,
        server=waiting.server / number,
        flush=max(waiting.seconds - at_once.seconds, 0) * batch / number,
        log=waiting.log / number,
    )


@attrs.frozen
class _Taken:
    seconds: float
    worker: float
    server: float
    log: float


def _place(url: URL, orders: Sequence[Order], batch: int) -> _Taken:
    """Place the orders in an empty shop, and return what all of them took."""
    engine = create_engine(url, pool_size=1, max_overflow=0)
    flow = _shop(engine, orders)
    acme = flow.seller(SELLER)
    with engine.connect() as connection:
        pid = connection.scalar(text("SELECT pg_backend_pid()"))
    before = _used(engine, pid)
    for begin in range(0, len(orders), batch):
        acme.place_many(orders[begin : begin + batch], at=OPENING)
    after = _used(engine, pid)
    engine.dispose()
    return _Taken(*(now - then for now, then in zip(after, before, strict=True)))


def _shop(engine: Engine, orders: Sequence[Order]) -> OrderFlow:
    """Open a shop with stock for the orders, in new tables."""
    Tables.default().metadata.drop_all(engine)
    Tables.default().metadata.create_all(engine)
    flow = OrderFlow(SqlRepository(engine))
    for sku, units in stock_for(orders):
        key = StockKey(SELLER, WAREHOUSE, sku)
        flow.handle(CountStock(key=key, counted=units, at=OPENING))
    return flow


def _used(engine: Engine, pid: int) -> tuple[float, float, float, float]:
    """Return the time, that of both processors, and the end of the log."""
    with engine.connect() as connection:
        log = connection.scalar(text("SELECT pg_current_wal_insert_lsn() - '0/0'::pg_lsn"))
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    server = (int(fields[11]) + int(fields[12])) / sysconf("SC_CLK_TCK")
    return perf_counter(), process_time(), server, float(log)


def resources(steps: Steps, load: Load) -> list[Resource]:
    """Return what an order takes of each resource at a load, the first to be used up first."""
    busy, batch = steps.busy(load), steps.batch
    of_hot_seller = 1 / (load.hot_seller * steps.holds(load))
    hot_product = of_hot_seller if batch > 1 else of_hot_seller / load.hot_product
    limits = {
        "processors of the workers": (load.cores / steps.worker, "more machines with workers"),
        "processors of the server": (load.cores / steps.server, "a larger server, or a cluster"),
        "the log of the server": (load.log / steps.log, "a faster disk, or a cluster"),
        "the product that the large seller sells most": (
            hot_product,
            "commands in company, or `place_many`" if batch == 1 else "larger batches",
        ),
        "all products of an average other seller": (
            (load.sellers - 1) / (1 - load.hot_seller) / steps.holds(load),
            "commands in company, or `place_many`",
        ),
    }
    found = [
        Resource(name, orders, orders * busy, way_out) for name, (orders, way_out) in limits.items()
    ]
    return sorted(found, key=lambda each: each.orders)


def main(arguments: list[str] | None = None) -> int:
    """Measure, calculate and print."""
    options = _parser().parse_args(arguments)
    load = Load(
        orders=options.orders,
        sellers=options.sellers,
        cores=options.cores,
        round_trip=options.round_trip,
    )
    url = server_url()
    found = []
    for batch in BATCHES:
        sys.stderr.write(f"{batch} orders a command …\n")
        steps = measure(url, draw_orders(PRODUCTS, options.measured), batch)
        found.append((steps, resources(steps, load)))
    if options.json:
        shown = json.dumps([_as_json(steps, load, rows) for steps, rows in found], indent=2)
    else:
        shown = "\n".join(_as_text(steps, load, rows) for steps, rows in found)
    sys.stdout.write(f"{shown}\n")
    return 0


def _as_json(steps: Steps, load: Load, rows: Iterable[Resource]) -> dict[str, Any]:
    return {
        "load": attrs.asdict(load),
        "steps": attrs.asdict(steps),
        "resources": [attrs.asdict(each) for each in rows],
    }


def _as_text(steps: Steps, load: Load, rows: Sequence[Resource]) -> str:
    busy = steps.busy(load)
    facts = {
        "orders of a command": f"{steps.batch}",
        "processor of the worker, an order": f"{steps.worker * 1e6:,.0f} µs",
        "processor of the server, an order": f"{steps.server * 1e6:,.0f} µs",
        "log, an order": f"{steps.log:,.0f} bytes",
        "wait for the disk, a command": f"{steps.flush * 1e6:,.0f} µs",
        "a worker is busy with an order": f"{busy * 1e6:,.0f} µs",
        f"workers for {load.orders:,} orders a second": f"{load.orders * busy:,.0f}",
    }
    used_up = [
        (
            each.name,
            f"{each.orders:,.0f}",
            f"{each.workers:,.0f}",
            "enough" if each.orders >= load.orders else each.way_out,
        )
        for each in rows
    ]
    columns = ("used up", "at orders a second", "by workers", "")
    return f"{table(('measured', ''), facts.items())}\n\n{table(columns, used_up)}\n"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.capacity")
    load = Load()
    parser.add_argument("--orders", type=int, default=load.orders, help="orders a second")
    parser.add_argument("--sellers", type=int, default=load.sellers)
    parser.add_argument("--cores", type=int, default=load.cores, help="of the server")
    parser.add_argument("--round-trip", type=float, default=load.round_trip, help="in seconds")
    parser.add_argument("--measured", type=int, default=ORDERS, help="orders that are placed here")
    parser.add_argument("--json", action="store_true")
    return parser


if __name__ == "__main__":
    sys.exit(main())
