"""A process is killed while it does a bulk run, again and again, until one comes to the end.

Then every order, the stock and every event are what a run leads to that nobody interrupted: no
order was done twice, and none was left out.
"""

from __future__ import annotations

import signal
from collections import Counter
from datetime import timedelta
from functools import partial
from random import Random
from typing import TYPE_CHECKING

from orderflow import Hold, HoldReason, MemoryRepository, Order, OrderFlow, OrderLine, StockKey
from orderflow.adapters.sql import SqlRepository
from orderflow.bulk import BulkAction, BulkStep, CancelOrders, EditOrders, HoldOrders, SplitOrders
from orderflow.checking import check
from orderflow.edits import ReplaceProduct
from orderflow.filters import OrderFilter
from orderflow.service import bulk_methods
from tests.databases.processes import start
from tests.drills.commands import NOON
from tests.drills.databases import on
from tests.drills.drill import Drill, Drilled
from tests.drills.stream import opened

if TYPE_CHECKING:
    from sqlalchemy import URL, Engine

    from orderflow.bulk import BulkResult
    from tests.drills.databases import Database
    from tests.drills.drill import Progress

__all__ = ["ACTIONS", "DRILLS", "bulk_runs", "faults", "fill", "run"]

ORDERS = 60
_SKUS = ("MUG", "PAN", "CUP")
_AT = NOON + timedelta(days=1)
_BATCH = 3
_KILLS_A_RUN = 5

ACTIONS: tuple[BulkAction, ...] = (
    SplitOrders(),
    EditOrders((ReplaceProduct("MUG", "CUP", units=2),)),
    CancelOrders("discontinued"),
    HoldOrders(Hold(HoldReason.OTHER), deallocate=True),
)
"""Actions that would show if they were done twice, or that move units to other orders."""


def bulk_runs(database: Database, kills: int, seed: int, progress: Progress) -> Drilled:
    """Kill bulk runs this often in all, each a few times before it comes to the end."""
    dice, found, notes = Random(seed), list[str](), Counter[str]()  # noqa: S311 - no secret
    runs = 0
    while notes["kills in time"] < kills:
        action, shop = ACTIONS[runs % len(ACTIONS)], str(dice.random())
        url = database.fresh()
        engine = database.opened(url)
        flow = OrderFlow(SqlRepository(engine))
        fill(flow, shop)
        for _ in range(_KILLS_A_RUN):
            _kill_a_run(flow, url, action, dice, notes)
        process = start(run, url, action)
        process.join()
        found += [f"run {runs} ended with {process.exitcode}"] if process.exitcode else []
        found += [f"run {runs}: {fault}" for fault in faults(engine, action, shop, notes)]
        engine.dispose()
        runs += 1
        progress(min(notes["kills in time"], kills), kills)
    return Drilled(runs, runs * ORDERS, tuple(found), notes)


def _kill_a_run(
    flow: OrderFlow, url: URL, action: BulkAction, dice: Random, notes: Counter[str]
) -> None:
    """Start the run, and kill it when about so many orders more are done."""
    before = _done(flow)
    goal = before + dice.randint(0, ORDERS // 3)
    process = start(run, url, action)
    while process.is_alive() and _done(flow) < goal:
        process.join(0.001)
    process.join(dice.uniform(0, 0.01))
    process.kill()
    process.join()
    if process.exitcode == -signal.SIGKILL:
        notes["kills in time"] += 1
        notes["kills between batches"] += before < _done(flow)


def _done(flow: OrderFlow) -> int:
    """Return how many orders the run has changed."""
    events = flow.seller("acme").events(since=_AT)
    return len({getattr(event, "order_id", None) for event in events} - {None})


def fill(flow: OrderFlow, shop: str) -> None:
    """Open a shop, the same one for the same name, with stock for about half of its orders."""
    dice = Random(shop)  # noqa: S311 - no secret
    acme = flow.seller("acme")
    for sku in _SKUS:
        acme.count(StockKey("acme", "leeds", sku), dice.randint(20, 60), at=NOON)
    orders = [
        Order(
            order_id=f"A-{number}",
            seller_id="acme",
            warehouse_id="leeds",
            lines=tuple(
                OrderLine(sku, sku, dice.randint(1, 4))
                for sku in dice.sample(_SKUS, dice.choice((1, 2)))
            ),
            placed_at=NOON + timedelta(minutes=number),
        )
        for number in range(ORDERS)
    ]
    acme.place_many(orders, at=NOON + timedelta(hours=2))


def run(url: URL, action: BulkAction) -> None:
    """Do the bulk run, or go on with it."""
    bulk_methods.ORDERS_PER_BATCH = _BATCH
    engine = opened(url)
    _do(OrderFlow(SqlRepository(engine)), action)
    engine.dispose()


def faults(engine: Engine, action: BulkAction, shop: str, notes: Counter[str]) -> list[str]:
    """Return where a database differs from one whose bulk run nobody interrupted."""
    reference = OrderFlow(MemoryRepository())
    fill(reference, shop)
    expected = _do(reference, action)
    flow = OrderFlow(SqlRepository(engine))
    again = _do(flow, action)
    found = [
        f"{name} differ"
        for name, one, other in (
            ("the answers", _steps(again), _steps(expected)),
            ("the orders", flow.seller("acme").orders(), reference.seller("acme").orders()),
            ("the stock", flow.seller("acme").stock(), reference.seller("acme").stock()),
            ("the events", flow.seller("acme").events(), reference.seller("acme").events()),
        )
        if list(one) != list(other)
    ]
    done = [answer for answer in again.answers if answer.step is BulkStep.DONE]
    found += [f"{answer.order_id} was done late" for answer in done if not answer.is_repeated]
    checked = check(SqlRepository(engine))
    found += [str(each) for each in checked.violations]
    found += ["a queue was left unserved"] if checked.unserved else []
    notes["orders done"] += len(done)
    return found


def _do(flow: OrderFlow, action: BulkAction) -> BulkResult:
    acme = flow.seller("acme")
    return acme.run_bulk(acme.choose_orders(action, OrderFilter(), bulk_id="bulk", at=_AT))


def _steps(result: BulkResult) -> list[tuple[str, str]]:
    return [(answer.order_id, answer.step) for answer in result.answers]


def _bulk_runs_on(name: str, kills: int, seed: int, progress: Progress) -> Drilled:
    with on(name) as database:
        return bulk_runs(database, kills, seed, progress)


DRILLS = (
    Drill("bulk run", "SQLite", partial(_bulk_runs_on, "SQLite"), full=100, quick=10),
    Drill("bulk run", "PostgreSQL", partial(_bulk_runs_on, "PostgreSQL"), full=40, quick=6),
)
