"""One action with each of 6,000 orders on back order, in an embedded database at full durability.

There is no stock, so all orders wait, and each line is in a queue. The seconds are those of the
whole run for one order: the choice of the orders, their commands and the commits. `preview` is the
same run without saving, and `one by one` the commands without a run, each with a commit of its own.
"""

from __future__ import annotations

import tempfile
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING

from benchmarks.case import ORDERFLOW, Case, Side
from benchmarks.workloads import OPENING, PLAIN, draw
from orderflow import OrderFlow
from orderflow.adapters.sql import SqlRepository, open_database
from orderflow.bulk import BulkAction, CancelOrders, EditOrders
from orderflow.edits import ChangePriority
from orderflow.filters import filter_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from orderflow import Order, Seller

__all__ = ["cases", "sides"]

ORDERS = 6_000
_WAITING = filter_of("status=ON_BACK_ORDER")
_ACTIONS: dict[str, BulkAction] = {
    "cancel": CancelOrders("discontinued"),
    "priority": EditOrders((ChangePriority(5),)),
}


def cases(*, quick: bool) -> Iterable[Case]:
    """Return a case for each action."""
    for name in _ACTIONS:
        prepare = partial(sides, name, 300 if quick else ORDERS)
        yield Case(name=f"bulk/{name}", per="order", prepare=prepare, rounds=3, warm_ups=0)


def sides(action: str, orders: int) -> dict[str, Side]:
    """Return the sides of a case: the run, its preview, and the same commands without a run."""
    placed = draw(PLAIN, orders * 3).orders
    file = _file(placed)
    run = partial(_run, _ACTIONS[action])
    preview = partial(_preview, _ACTIONS[action])
    tasks: dict[str, Callable[[Seller], int]] = {ORDERFLOW: run, "preview": preview}
    if action == "cancel":
        tasks["one by one"] = _cancel_one_by_one
    return {name: partial(_timed, file, task) for name, task in tasks.items()}


def _file(orders: Iterable[Order]) -> bytes:
    """Make a database in which these orders wait, and return it."""
    placed = list(orders)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.db"
        engine = open_database(path, create=True)
        seller = OrderFlow(SqlRepository(engine)).seller(placed[0].seller_id)
        for begin in range(0, len(placed), 500):
            seller.place_many(placed[begin : begin + 500], at=OPENING)
        engine.dispose()
        return path.read_bytes()


def _timed(file: bytes, task: Callable[[Seller], int]) -> float:
    """Return the seconds for each order that a task takes on a copy of a database."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "b.db"
        path.write_bytes(file)
        engine = open_database(path)
        flow = OrderFlow(SqlRepository(engine))
        (seller_id,) = flow.sellers()
        begun = perf_counter()
        orders = task(flow.seller(seller_id))
        seconds = perf_counter() - begun
        engine.dispose()
    return seconds / orders


def _run(action: BulkAction, seller: Seller) -> int:
    return len(seller.run_bulk(seller.choose_orders(action, _WAITING, at=OPENING)).answers)


def _preview(action: BulkAction, seller: Seller) -> int:
    return len(seller.preview_bulk(seller.choose_orders(action, _WAITING, at=OPENING)).answers)


def _cancel_one_by_one(seller: Seller) -> int:
    orders = seller.orders("ON_BACK_ORDER")
    for order in orders:
        seller.cancel(order.order_id, at=OPENING)
    return len(orders)
