"""Eight processes make orders short of products with a limit: no command ever passes it.

Each command has a moment of its own, so the events tell which units were short after each of them.
"""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from datetime import timedelta
from functools import partial
from random import Random
from typing import TYPE_CHECKING, Any

from orderflow import (
    AllocationPolicy,
    Hold,
    HoldReason,
    NotFoundError,
    Order,
    OrderFlow,
    OrderLine,
    PartialAllocation,
    Preemption,
    Queue,
    RefusedError,
    ShortPart,
    Status,
    StockKey,
)
from orderflow.adapters.sql import SqlRepository
from orderflow.checking import check
from orderflow.commands import (
    BookInStock,
    CancelOrder,
    Command,
    CountStock,
    EditOrder,
    HoldOrder,
    PlaceOrder,
    ReleaseHold,
)
from orderflow.core import State, evolve
from orderflow.edits import ChangeQuantity
from orderflow.events import ShortReason, ShortUnitsCancelled
from tests.databases.processes import start
from tests.drills.commands import NOON
from tests.drills.databases import on
from tests.drills.drill import Drill, Drilled
from tests.drills.stream import opened, tried

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from multiprocessing.process import BaseProcess

    from sqlalchemy import URL

    from orderflow.events import Event
    from tests.drills.databases import Database
    from tests.drills.drill import Progress

__all__ = ["DRILLS", "LIMITS", "WORKERS", "passed", "work", "write"]

WORKERS = 8
LIMITS = {"CUP": 0, "MUG": 6, "TIN": 9}
POLICIES = {
    "acme": AllocationPolicy(queue=Queue.PRIORITY, preemption=Preemption.URGENT, urgent_from=2),
    "bolt": AllocationPolicy(partial_allocation=PartialAllocation.NEVER),
}
"""The policy of each seller."""

_SKUS = (*LIMITS, "PAN")
_BACK = 6
"""Commands about an order are about one that a worker placed among its latest commands."""
_SHORT_PARTS = (None, None, None, ShortPart.HOLD, ShortPart.CANCEL_SHORT)


def write(database: Database, each: int, _seed: int, progress: Progress) -> Drilled:
    """Let eight workers give this many commands each, on each other's orders too."""
    url = database.fresh()
    engine = database.opened(url)
    flow = OrderFlow(SqlRepository(engine))
    for seller_id, policy in POLICIES.items():
        flow.seller(seller_id).change_policy(policy, at=NOON)
        for sku, units_max in LIMITS.items():
            key = StockKey(seller_id, "leeds", sku)
            flow.seller(seller_id).limit_back_orders(key, units_max, at=NOON)
    found = _wait([start(work, url, worker, each) for worker in range(WORKERS)])
    notes = Counter[str]()
    for seller_id in POLICIES:
        events = list(flow.seller(seller_id).events())
        found += [f"{seller_id}: {fault}" for fault in passed(events, notes)]
    found += [str(each) for each in check(SqlRepository(engine)).violations]
    engine.dispose()
    progress(each, each)
    return Drilled(WORKERS, WORKERS * each, tuple(found), notes)


def work(url: URL, worker: int, last: int) -> None:
    """Give the commands of a worker."""
    engine = tried(lambda: opened(url))
    flow = OrderFlow(SqlRepository(engine))
    for number in range(last):
        tried(partial(_handle, flow, _command(worker, number)))
    engine.dispose()


def passed(events: Sequence[Event], notes: Counter[str] | None = None) -> Iterator[str]:
    """Say after which commands more units were short than the limit.

    Commands on different products may be saved at the same time. So the units are counted whenever
    no command has more events to come.
    """
    notes = Counter() if notes is None else notes
    last = {event.at: number for number, event in enumerate(events)}
    state, begun = State(events[0].seller_id), set[object]()
    for number, event in enumerate(events):
        state = evolve(state, event)
        if isinstance(event, ShortUnitsCancelled) and event.reason is ShortReason.LIMIT:
            notes["orders above a limit"] += 1
        begun.add(event.at)
        begun -= {event.at} if last[event.at] == number else set()
        if not begun:
            short = _short(state.orders.values())
            notes["commands at a limit"] += any(short[sku] == LIMITS[sku] > 0 for sku in LIMITS)
            for sku, units_max in LIMITS.items():
                if short[sku] > units_max:
                    yield f"after {event}, {short[sku]} of {sku} are short, of {units_max}"


def _short(orders: Iterable[Order]) -> Counter[str]:
    short = Counter[str]()
    for order in orders:
        if order.status is Status.ON_BACK_ORDER:
            for line in order.short_lines:
                short[line.sku] += line.short
    return short


def _wait(processes: Sequence[BaseProcess]) -> list[str]:
    for process in processes:
        process.join()
    codes = [process.exitcode for process in processes]
    return [f"worker {worker} ended with {code}" for worker, code in enumerate(codes) if code]


def _handle(flow: OrderFlow, command: Command) -> None:
    with suppress(NotFoundError, RefusedError):
        flow.handle(command)


def _command(worker: int, number: int) -> Command:
    """Return a command, the same whenever it is asked for, at a moment of its own."""
    dice = Random(f"{worker}-{number}")  # noqa: S311 - no secret
    at = NOON + timedelta(seconds=number, milliseconds=worker + 1)
    seller_id = dice.choice(list(POLICIES))
    name = f"{worker}-{number}"
    if number % 2 == 0:
        return PlaceOrder(order=_order(dice, seller_id, name), at=at, command_id=name)
    key = StockKey(seller_id, "leeds", dice.choice(_SKUS))
    order_id = f"{dice.randrange(WORKERS)}-{max(0, number - 2 * dice.randrange(_BACK) - 1)}"
    about: dict[str, Any] = {
        "seller_id": seller_id,
        "order_id": order_id,
        "at": at,
        "command_id": name,
    }
    sku = dice.choice(_SKUS)
    commands: list[Callable[[], Command]] = [
        lambda: BookInStock(key=key, received=dice.randint(1, 6), at=at, command_id=name),
        lambda: CountStock(key=key, counted=dice.randint(0, 2), at=at, command_id=name),
        lambda: EditOrder(edits=(ChangeQuantity(sku, dice.randint(1, 5)),), **about),
        lambda: HoldOrder(hold=Hold(HoldReason.OTHER), deallocate=True, **about),
        lambda: ReleaseHold(**about),
        lambda: CancelOrder(**about),
    ]
    (make,) = dice.choices(commands, [4, 2, 4, 2, 4, 1])
    return make()


def _order(dice: Random, seller_id: str, order_id: str) -> Order:
    skus = dice.sample(_SKUS, dice.choice([1, 1, 2, 3]))
    return Order(
        order_id=order_id,
        seller_id=seller_id,
        warehouse_id="leeds",
        lines=tuple(OrderLine(sku, sku, dice.randint(1, 4)) for sku in skus),
        placed_at=NOON,
        priority=dice.randrange(3),
        short_part=dice.choice(_SHORT_PARTS),
    )


def _write_on(name: str, each: int, seed: int, progress: Progress) -> Drilled:
    with on(name) as database:
        return write(database, each, seed, progress)


DRILLS = (
    Drill("limits of back orders", "SQLite", partial(_write_on, "SQLite"), full=300, quick=25),
    Drill(
        "limits of back orders", "PostgreSQL", partial(_write_on, "PostgreSQL"), full=300, quick=25
    ),
)
