"""Orders placed on PostgreSQL by 1, 2, 4 and 8 processes at once.

The server is one of our own, which flushes each commit to the disk. In a round all workers together
place the same number of orders of three lines, whatever their number is: of any of 1,000 products
(`many`), or all of the same one (`one`), where each has to wait for the one before. There is stock
for three quarters of the units.

- `raw` is the driver carrying out the same statements in as many processes, locks and look-ups
  included, with the same commits. What orderflow sends is taken down once, one order after another.
- `one_worker` is orderflow in one process.

`place-many` places several hundred orders of many products in each transaction, in one process.
What orderflow writes is one statement for each table, with all rows as one parameter, and `raw`
writes the same.
"""

from __future__ import annotations

import atexit
from contextlib import suppress
from functools import partial
from multiprocessing import get_context
from random import Random
from time import perf_counter
from typing import TYPE_CHECKING, Any, Literal

import attrs
import psycopg
from sqlalchemy import NullPool, create_engine, event, text

from benchmarks.case import ORDERFLOW, Case, Side
from benchmarks.workloads import OPENING, SEED, SELLER, WAREHOUSE, draw_units
from orderflow import Order, OrderFlow, OrderLine, StockKey
from orderflow.adapters.sql import SqlRepository, Tables
from orderflow.commands import CountStock
from tests.databases.server import Server, binaries

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from multiprocessing.connection import Connection

    from sqlalchemy import URL, Engine

    Unit = list[tuple[str, Any, bool]]
    Work = Callable[["_Hands", Sequence[Any]], None]

__all__ = ["WORKERS", "cases", "draw_orders", "server_url", "sides", "stock_for"]

Products = Literal["many", "one"]

WORKERS = (1, 2, 4, 8)
PRODUCTS: dict[Products, int] = {"many": 1_000, "one": 1}
BATCH = 500
LINES = 3
_PROCESSES = get_context("spawn")  # a fork would share the connections


def cases(*, quick: bool) -> Iterable[Case]:
    """Return a case for each number of workers, on many products and on one."""
    for products in PRODUCTS:
        for workers in WORKERS:
            yield Case(
                name=f"postgres/{products}/{workers}",
                per="line",
                prepare=partial(sides, products, workers, 80 if quick else 240),
                rounds=3 if quick else 5,
            )
    many = partial(sides, "many", 1, 1_000 if quick else 4_000, batch=BATCH)
    yield Case(name="postgres/place-many", per="line", prepare=many, rounds=3 if quick else 5)


def sides(
    products: Products, workers: int, orders: int, url: URL | None = None, *, batch: int = 1
) -> dict[str, Side]:
    """Return the sides of a case: so many workers, who place so many orders together.

    Args:
        products: How many products there are.
        workers: How many processes place orders.
        orders: How many they place in a round.
        url: An empty database; one on a server of our own, if left out.
        batch: How many of the orders each command places.
    """
    url = url if url is not None else server_url()
    database = _Database(url, PRODUCTS[products], orders, batch)
    drawn = database.batches
    taken_down = database.taken_down()
    crew = _Crew(database.url, workers)
    found: dict[str, Side] = {ORDERFLOW: partial(_round, database, crew, _place, drawn, workers)}
    if workers > 1:
        found["one_worker"] = partial(_round, database, crew, _place, drawn, 1)
    return found | {"raw": partial(_round, database, crew, _write_raw, taken_down, workers)}


def server_url() -> URL:
    """Start a server of our own, which ends with this process."""
    server = Server(binaries())
    atexit.register(server.remove)
    server.start()
    return server.url


class _Database:
    """A database with stock in it, and the orders that there are to place."""

    def __init__(self, url: URL, products: int, orders: int, batch: int) -> None:
        self.url = url
        self.orders = draw_orders(products, orders)
        firsts = range(0, orders, batch)
        self.batches = [tuple(self.orders[begin : begin + batch]) for begin in firsts]
        self._engine = create_engine(url, poolclass=NullPool)
        Tables.default().metadata.create_all(self._engine)
        flow = OrderFlow(SqlRepository(self._engine))
        for sku, units in stock_for(self.orders):
            flow.handle(CountStock(key=StockKey(SELLER, WAREHOUSE, sku), counted=units, at=OPENING))
        self._names = [table.name for table in Tables.default().state]
        with self._engine.begin() as connection:
            for name in self._names:
                connection.execute(text(f"CREATE TABLE kept_{name} AS TABLE {name}"))

    def reset(self) -> None:
        """Let everything be as it was before the orders."""
        with self._engine.begin() as connection:
            connection.execute(text(f"TRUNCATE {', '.join(self._names)}"))
            for name in self._names:
                connection.execute(text(f"INSERT INTO {name} TABLE kept_{name}"))
        with self._engine.connect() as connection:
            connection.execution_options(isolation_level="AUTOCOMMIT")
            connection.execute(text("VACUUM ANALYZE"))

    def taken_down(self) -> list[Unit]:
        """Place the orders, and return what was sent to the database for each."""
        self.reset()
        return [_sent(self._engine, each) for each in self.batches]


def draw_orders(products: int, orders: int) -> list[Order]:
    """Draw orders of three lines, each of any product."""
    random = Random(SEED)  # noqa: S311 - the same draws in every run are the point
    return [
        Order(
            order_id=f"O{number:07d}",
            seller_id=SELLER,
            warehouse_id=WAREHOUSE,
            lines=tuple(
                OrderLine(str(index), f"SKU-{random.randrange(products):05d}", draw_units(random))
                for index in range(1, LINES + 1)
            ),
            placed_at=OPENING,
        )
        for number in range(orders)
    ]


def stock_for(orders: Sequence[Order]) -> Iterable[tuple[str, int]]:
    """Yield each product, with the units that make three quarters of what is ordered."""
    wanted: dict[str, int] = {}
    for order in orders:
        for line in order.lines:
            wanted[line.sku] = wanted.get(line.sku, 0) + line.quantity
    return ((sku, units * 3 // 4) for sku, units in sorted(wanted.items()))


def _sent(engine: Engine, orders: tuple[Order, ...]) -> Unit:
    unit: Unit = []

    def note(_: object, __: object, sql: str, values: Any, ___: object, many: bool) -> None:  # noqa: ANN401, FBT001 - as SQLAlchemy calls it
        unit.append((sql, values, many))

    event.listen(engine, "before_cursor_execute", note)
    _place_together(OrderFlow(SqlRepository(engine)), orders)
    event.remove(engine, "before_cursor_execute", note)
    return unit


def _round(
    database: _Database,
    crew: _Crew,
    work: Work,
    things: Sequence[Any],
    workers: int,
) -> float:
    database.reset()
    return crew.seconds(work, things, workers) / (len(database.orders) * LINES)


@attrs.frozen
class _Hands:
    """What a worker holds: an engine, and a connection of the bare driver."""

    flow: OrderFlow
    driver: psycopg.Connection[Any]


class _Crew:
    """Processes that wait for work."""

    def __init__(self, url: URL, size: int) -> None:
        self._pipes: list[Connection] = []
        for _ in range(size):
            ours, theirs = _PROCESSES.Pipe()
            _PROCESSES.Process(target=_wait_for_work, args=(url, theirs), daemon=True).start()
            self._pipes.append(ours)

    def seconds(self, work: Work, things: Sequence[Any], workers: int) -> float:
        """Return how long some of them take to do all of it together."""
        pipes = self._pipes[:workers]
        for number, pipe in enumerate(pipes):
            pipe.send((work, things[number::workers]))
        for pipe in pipes:
            pipe.recv()  # it has got all of it
        begun = perf_counter()
        for pipe in pipes:
            pipe.send("go")
        for pipe in pipes:
            pipe.recv()
        return perf_counter() - begun


def _wait_for_work(url: URL, pipe: Connection) -> None:
    hands = _Hands(
        OrderFlow(SqlRepository(create_engine(url))),
        psycopg.connect(host=str(url.query["host"]), user=url.username, dbname=url.database),
    )
    with suppress(EOFError):  # who gave the work has ended
        while True:
            work, things = pipe.recv()
            pipe.send("ready")
            pipe.recv()
            work(hands, things)
            pipe.send("done")


def _place(hands: _Hands, batches: Sequence[tuple[Order, ...]]) -> None:
    for orders in batches:
        _place_together(hands.flow, orders)


def _place_together(flow: OrderFlow, orders: tuple[Order, ...]) -> None:
    if len(orders) == 1:
        flow.seller(SELLER).place(orders[0], at=OPENING)
    else:
        flow.seller(SELLER).place_many(orders, at=OPENING)


def _write_raw(hands: _Hands, units: Sequence[Unit]) -> None:
    cursor = hands.driver.cursor()
    for unit in units:
        for sql, values, many in unit:
            if many:
                cursor.executemany(sql, values)
            else:
                cursor.execute(sql, values)
                if cursor.description is not None:
                    cursor.fetchall()
        hands.driver.commit()
