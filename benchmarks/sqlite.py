"""Orders placed in an embedded database, one by one and several hundred in one transaction.

Every side places the same orders of three lines into a file of its own. What orderflow writes is
taken down once, and is then written again:

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
from orderflow import OrderFlow, PlaceOrders
from orderflow.adapters.sql import SqlRepository, open_database
from orderflow.adapters.sql.executor import CoreExecutor

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from sqlalchemy import Engine
    from sqlalchemy.sql.dml import UpdateBase

    from orderflow import Order
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
    many = partial(sides, "full", 600 if quick else 6_000, BATCH)
    yield Case(name="sqlite/place-many/full", per="line", prepare=many, rounds=5)


def sides(durability: Durability, orders: int, batch: int) -> dict[str, Side]:
    """Return the sides of a case: so many orders, so many of them in each transaction."""
    backlog = draw(PLAIN, orders * 3)
    batches = list(_batches(backlog.orders, batch))
    with tempfile.TemporaryDirectory() as folder:
        engine = open_database(Path(folder) / "a.db", durability=durability, create=True)
        written = [_taken_down(engine, each) for each in batches]
        texts = [[_as_text(engine, each) for each in unit] for unit in written]
        engine.dispose()
    return {
        ORDERFLOW: partial(_place, durability, batches, backlog.lines),
        "raw": partial(_write_raw, durability, texts, backlog.lines),
        "core": partial(_write_core, durability, written, backlog.lines),
    }


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


def _place(durability: Durability, batches: list[tuple[Order, ...]], lines: int) -> float:
    with tempfile.TemporaryDirectory() as folder:
        engine = open_database(Path(folder) / "a.db", durability=durability, create=True)
        flow = OrderFlow(SqlRepository(engine))
        begun = perf_counter()
        for orders in batches:
            if len(orders) == 1:
                flow.place(orders[0], at=OPENING)
            else:
                flow.place_many(orders, at=OPENING)
        seconds = perf_counter() - begun
        engine.dispose()
    return seconds / lines


def _write_raw(durability: Durability, units: list[Any], lines: int) -> float:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "a.db"
        open_database(file, create=True).dispose()
        connection = sqlite3.connect(file, isolation_level=None)
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


def _write_core(durability: Durability, units: list[list[Written]], lines: int) -> float:
    with tempfile.TemporaryDirectory() as folder:
        engine = open_database(Path(folder) / "a.db", durability=durability, create=True)
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
