"""A queue that is served in many pages: whoever serves it is killed in between, and recovers."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from functools import partial
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, TypeVar

from orderflow import MemoryRepository, Order, OrderFlow, OrderLine, StockKey
from orderflow.adapters.sql import SqlRepository
from orderflow.checking import check
from orderflow.commands import BookInStock, PlaceOrder, PlaceOrders
from tests.databases import empty
from tests.drills.commands import NOON
from tests.drills.databases import on
from tests.drills.drill import Drill, Drilled
from tests.drills.stream import At, opened, start

if TYPE_CHECKING:
    from collections.abc import Callable
    from multiprocessing.process import BaseProcess

    from sqlalchemy import URL, Engine

    from orderflow.ports import Repository, UnitOfWork
    from tests.drills.databases import Database
    from tests.drills.drill import Progress

    T = TypeVar("T")

__all__ = ["DRILLS", "serve"]

_WAITING = 80
_AT_ONCE = 4
_KILLS_MAX = 4
_PAGES_MAX = 4
"""So many pages are committed before a kill: all kills of a run leave some to be served."""
_SECONDS = 0.01
"""A page takes about this long."""


def serve(database: Database, runs: int, seed: int, progress: Progress) -> Drilled:
    """Kill whoever serves a long queue, then whoever recovers, and let the last one recover."""
    dice, found, notes = Random(seed), list[str](), Counter[str]()  # noqa: S311 - no secret
    url = database.fresh()
    engine = database.opened(url)
    expected = _expected()
    with TemporaryDirectory() as folder:
        mark = Path(folder) / "begun"
        for number in range(runs):
            _let_wait(engine)
            for _ in range(dice.randint(1, _KILLS_MAX)):
                server = start(_serve, url, mark)
                _kill(server, mark, dice.randint(0, _PAGES_MAX), dice.uniform(0, _SECONDS))
                checked = check(SqlRepository(engine))
                found += [f"run {number}: {fault}" for fault in checked.violations]
                notes["kills"] += 1
                notes["kills between pages"] += bool(checked.unserved)
            _finish(_flow(SqlRepository(engine)), recovers=number % 2 == 0)
            if _seen(_flow(SqlRepository(engine))) != expected:
                found.append(f"run {number}: what is left is not what it has to come to")
            if check(SqlRepository(engine)).unserved:
                found.append(f"run {number}: a queue was left unserved")
            progress(number + 1, runs)
    engine.dispose()
    return Drilled(runs, runs * _WAITING, tuple(found), notes)


def _let_wait(engine: Engine) -> None:
    """Let nothing be there but a long queue."""
    empty(engine)
    _flow(SqlRepository(engine)).handle(_waiting())


class _Counted(SqlRepository):
    """A repository that adds a byte to a file after each commit."""

    mark: Path

    def write(self, seller_id: str, task: Callable[[UnitOfWork], T]) -> T:
        done = super().write(seller_id, task)
        with self.mark.open("ab") as file:
            file.write(b".")
        return done


def _serve(url: URL, mark: Path) -> None:
    repository = _Counted(opened(url))
    repository.mark = mark
    flow = _flow(repository)
    flow.seller("acme").stock()  # it is connected
    mark.touch()
    flow.recover()
    flow.handle(_BOOK_IN)


def _kill(process: BaseProcess, mark: Path, pages: int, seconds: float) -> None:
    """Kill a process this many seconds after it has served this many pages."""
    while process.is_alive() and not (mark.exists() and mark.stat().st_size >= pages):
        process.join(0.002)
    process.join(seconds)
    process.kill()
    process.join()
    mark.unlink(missing_ok=True)


def _finish(flow: OrderFlow, *, recovers: bool) -> None:
    """Go on where somebody was killed: by recovering, or by the next command that comes along."""
    if recovers:
        flow.recover()
    flow.handle(_LATE)
    flow.handle(_BOOK_IN)  # if there had been time for nothing, it is carried out only now


def _expected() -> list[object]:
    flow = _flow(MemoryRepository())
    flow.handle(_waiting())
    flow.handle(_BOOK_IN)
    flow.handle(_LATE)
    return _seen(flow)


def _flow(repository: Repository) -> OrderFlow:
    return OrderFlow(repository, orders_max=_AT_ONCE, clock=At(NOON))


def _seen(flow: OrderFlow) -> list[object]:
    acme = flow.seller("acme")
    return [acme.orders(), acme.stock()]


def _order(number: int) -> Order:
    return Order(
        order_id=f"{number:04}",
        seller_id="acme",
        warehouse_id="leeds",
        lines=(OrderLine("1", "MUG", 1 + number % 3),),
        placed_at=NOON + timedelta(seconds=number),
    )


def _waiting() -> PlaceOrders:
    return PlaceOrders(orders=tuple(_order(number) for number in range(_WAITING)), at=NOON)


_LATE = PlaceOrder(order=_order(_WAITING), at=NOON)
_BOOK_IN = BookInStock(
    key=StockKey("acme", "leeds", "MUG"), received=_WAITING * 3 // 2, at=NOON, command_id="B"
)


def _serve_on(name: str, runs: int, seed: int, progress: Progress) -> Drilled:
    with on(name) as database:
        return serve(database, runs, seed, progress)


DRILLS = (
    Drill("serving in pages", "SQLite", partial(_serve_on, "SQLite"), full=60, quick=5),
    Drill("serving in pages", "PostgreSQL", partial(_serve_on, "PostgreSQL"), full=60, quick=5),
)
