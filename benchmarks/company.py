"""Orders that 16 callers place at once, each in a command of its own, at full durability.

All are orders of one seller. Yardsticks: `batches` is one caller that places the same orders in
transactions of 16, which is the most that company can reach. `alone` is the same 16 callers without
company, each with commits of its own.
"""

from __future__ import annotations

import tempfile
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING

from sqlalchemy import create_engine

from benchmarks.case import ORDERFLOW, Case, Side
from benchmarks.postgres import draw_orders, server_url, stock_for
from benchmarks.workloads import OPENING, SELLER, WAREHOUSE
from orderflow import OrderFlow, StockKey
from orderflow.adapters.group_commit import GroupCommit
from orderflow.adapters.sql import SqlRepository, Tables, open_database
from orderflow.commands import CountStock, PlaceOrder
from orderflow.service import Batches

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from sqlalchemy import Engine

    from orderflow import Order
    from orderflow.ports import TransactionalRepository

__all__ = ["cases"]

CALLERS = 16
PRODUCTS = 1_000


def cases(*, quick: bool) -> Iterable[Case]:
    """Return a case for each database."""
    for name in ("sqlite", "postgres"):
        prepare = partial(sides, name, 160 if quick else 800)
        yield Case(name=f"company/{name}", per="line", prepare=prepare, rounds=3 if quick else 5)


def sides(name: str, orders: int) -> dict[str, Side]:
    """Return the sides of a case, which place these many orders."""
    drawn = draw_orders(PRODUCTS, orders)
    engine = _engine(name)
    place_in_company = partial(_by_callers, GroupCommit)
    return {
        ORDERFLOW: partial(_seconds_per_line, engine, drawn, place_in_company),
        "batches": partial(_seconds_per_line, engine, drawn, _in_batches),
        "alone": partial(_seconds_per_line, engine, drawn, partial(_by_callers, lambda each: each)),
    }


def _engine(name: str) -> Engine:
    if name == "postgres":
        return create_engine(server_url(), pool_size=CALLERS)
    folder = tempfile.mkdtemp(prefix="orderflow-company-")
    return open_database(Path(folder) / "shop.db", create=True)


def _seconds_per_line(
    engine: Engine, orders: Sequence[Order], place: Callable[[SqlRepository, Sequence[Order]], None]
) -> float:
    tables = Tables.default()
    tables.metadata.drop_all(engine)
    tables.metadata.create_all(engine)
    repository = SqlRepository(engine)
    counts = [
        CountStock(key=StockKey(SELLER, WAREHOUSE, sku), counted=units, at=OPENING)
        for sku, units in stock_for(orders)
    ]
    Batches(OrderFlow(repository), repository).run(counts)
    begun = perf_counter()
    place(repository, orders)
    return (perf_counter() - begun) / sum(len(each.lines) for each in orders)


def _by_callers(
    wrap: Callable[[TransactionalRepository], TransactionalRepository],
    repository: SqlRepository,
    orders: Sequence[Order],
) -> None:
    acme = OrderFlow(wrap(repository)).seller(SELLER)
    with ThreadPoolExecutor(CALLERS) as pool:
        for _ in pool.map(partial(acme.place, at=OPENING), orders):
            pass


def _in_batches(repository: SqlRepository, orders: Sequence[Order]) -> None:
    commands = [PlaceOrder(order=each, at=OPENING) for each in orders]
    Batches(OrderFlow(repository), repository, size=CALLERS).run(commands)
