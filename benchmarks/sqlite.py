"""Orders placed in an embedded database, one by one and several hundred in one transaction.

Every side places the same orders of three lines into a file of its own. The stock of the workload
is there, between half and all of what is wanted; in `short` there is none, all orders go on back
order and each line into a queue. What orderflow writes is taken down once, and then written again:

- `raw` by the driver, statement by statement and commit by commit, with the same durability;
- `core` by SQLAlchemy Core, which binds the same values to the same statements.

Both only write: they look nothing up and decide nothing.
"""

from __future__ import annotations

import sqlite3
import tempfile
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

from benchmarks.case import ORDERFLOW, Case, Side
from benchmarks.workloads import OPENING, PLAIN, draw
from orderflow import OrderFlow
from orderflow.adapters.sql import SqlRepository, open_database
from orderflow.adapters.sql.executor import CoreExecutor
from orderflow.commands import PlaceOrders

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from sqlalchemy import Engine
    from sqlalchemy.sql.dml import UpdateBase

    from orderflow import Order, Stock
    from orderflow.adapters.sql import Durability

    Written = tuple[UpdateBase, Sequence[Any]]

__all__ = ["cases", "sides"]

BATCH = 500
SYNCHRONOUS: dict[Durability, str] = {"full": "FULL", "relaxed": "NORMAL"}


def cases(*, quick: bool) -> Iterable[Case]:
    """Return a case for each durability, and for orders one by one and in batches."""
    for durability in SYNCHRONOUS:
        one_by_one = partial(sides, durability, 100 if quick else 600, 1)
        yield Case(name=f"sqlite/place/{durability}", per="line", prepare=one_by_one, rounds=9)
    for name, has_stock in (("full", True), ("short", False)):
        many = partial(sides, "full", 600 if quick else 6_000, BATCH, has_stock=has_stock)
        yield Case(name=f"sqlite/place-many/{name}", per="line", prepare=many, rounds=5)


def sides(
    durability: Durability, orders: int, batch: int, *, has_stock: bool = True
) -> dict[str, Side]:
    """Return the sides of a case.

    Args:
        durability: Whether commits wait for the disk.
        orders: How many are placed.
        batch: How many of them in each transaction.
        has_stock: Whether there is any stock.
    """
    backlog = draw(PLAIN, orders * 3)
    batches = list(_batches(backlog.orders, batch))
    begun = _file(backlog.stock if has_stock else ())
    with tempfile.TemporaryDirectory() as folder:
        engine = open_database(_copied(begun, folder), durability=durability)
        written = [_taken_down(engine, each) for each in batches]
        texts = [[_as_text(engine, each) for each in unit] for unit in written]
        engine.dispose()
    return {
        ORDERFLOW: partial(_place, durability, begun, batches, backlog.lines),
        "raw": partial(_write_raw, durability, begun, texts, backlog.lines),
        "core": partial(_write_core, durability, begun, written, backlog.lines),
    }


def _file(records: Iterable[Stock]) -> bytes:
    """Make a database in which this stock was counted, and return it."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.db"
        engine = open_database(path, create=True)
        flow = OrderFlow(SqlRepository(engine))
        for stock in records:
            flow.seller(stock.key.seller_id).count(stock.key, stock.on_hand, at=OPENING)
        engine.dispose()
        return path.read_bytes()


def _copied(begun: bytes, folder: str) -> Path:
    path = Path(folder) / "b.db"
    path.write_bytes(begun)
    return path


def _batches(orders: Sequence[Order], size: int) -> Iterator[tuple[Order, ...]]:
    for begin in range(0, len(orders), size):
        yield tuple(orders[begin : begin + size])


def _command(orders: tuple[Order, ...]) -> PlaceOrders:
    return PlaceOrders(orders=orders, at=OPENING)


def _taken_down(engine: Engine, orders: tuple[Order, ...]) -> list[Written]:
    """Place orders, and return what was written by that."""
    written: list[Written] = []
    run = CoreExecutor.run

    def note(self: CoreExecutor, statement: UpdateBase, parameters: Sequence[Any]) -> None:
        written.append((statement, parameters))
        run(self, statement, parameters)

    CoreExecutor.run = note  # type: ignore[method-assign] # for the length of one command
    try:
        OrderFlow(SqlRepository(engine)).handle(_command(orders))
    finally:
        CoreExecutor.run = run  # type: ignore[method-assign]
    return written


def _as_text(engine: Engine, written: Written) -> tuple[str, list[tuple[Any, ...]]]:
    statement, parameters = written
    compiled = statement.compile(dialect=engine.dialect, column_keys=list(parameters[0]))
    names = compiled.positiontup or []
    return str(compiled), [tuple(each[name] for name in names) for each in parameters]


def _place(
    durability: Durability, file: bytes, batches: list[tuple[Order, ...]], lines: int
) -> float:
    with tempfile.TemporaryDirectory() as folder:
        engine = open_database(_copied(file, folder), durability=durability)
        flow = OrderFlow(SqlRepository(engine))
        begun = perf_counter()
        for orders in batches:
            if len(orders) == 1:
                flow.seller(orders[0].seller_id).place(orders[0], at=OPENING)
            else:
                flow.seller(orders[0].seller_id).place_many(orders, at=OPENING)
        seconds = perf_counter() - begun
        engine.dispose()
    return seconds / lines


def _write_raw(durability: Durability, file: bytes, units: list[Any], lines: int) -> float:
    with tempfile.TemporaryDirectory() as folder:
        connection = sqlite3.connect(_copied(file, folder), isolation_level=None)
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute(f"PRAGMA synchronous = {SYNCHRONOUS[durability]}")
        begun = perf_counter()
        for unit in units:
            connection.execute("BEGIN IMMEDIATE")
            for text, rows in unit:
                connection.executemany(text, rows)
            connection.commit()
        seconds = perf_counter() - begun
        connection.close()
    return seconds / lines


def _write_core(
    durability: Durability, file: bytes, units: list[list[Written]], lines: int
) -> float:
    with tempfile.TemporaryDirectory() as folder:
        engine = open_database(_copied(file, folder), durability=durability)
        begun = perf_counter()
        for unit in units:
            with engine.connect() as connection:
                connection.exec_driver_sql("BEGIN IMMEDIATE")
                for statement, parameters in unit:
                    connection.execute(statement, parameters)
                connection.commit()
        seconds = perf_counter() - begun
        engine.dispose()
    return seconds / lines
