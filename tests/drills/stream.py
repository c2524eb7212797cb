"""A process that gives random commands, and writes down which of them were answered."""

from __future__ import annotations

import signal
from datetime import UTC, datetime, timedelta
from multiprocessing import get_context
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

from sqlalchemy import URL, create_engine, text

from orderflow import (
    AllocationPolicy,
    BookInStock,
    CancelOrder,
    CountStock,
    NotFoundError,
    Order,
    OrderFlow,
    OrderLine,
    OrderPlaced,
    PlaceOrder,
    RefusedError,
    SplitOrder,
    State,
    StockBookedIn,
    StockKey,
)
from orderflow.adapters.sql import SqlRepository
from orderflow.testing.invariants import history_violations, violations
from tests.databases import sqlite

if TYPE_CHECKING:
    from multiprocessing.process import BaseProcess

    from sqlalchemy import Engine

    from orderflow import Command

__all__ = ["answered", "command_of", "faults", "start", "work"]

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
SELLER = "acme"
SKUS = ("MUG", "CUP", "TIN")
_PROCESSES = get_context("forkserver")
_PROCESSES.set_forkserver_preload(["tests.drills.stream", "psycopg", "sqlalchemy.dialects"])


def command_of(worker: str, number: int) -> Command:
    """Return a command of a worker: the same one whenever it is asked for."""
    dice, command_id = Random(f"{worker}-{number}"), f"{worker}-{number}"  # noqa: S311 - no secret
    at = NOON + timedelta(seconds=number)
    earlier = f"{worker}-{dice.randrange(max(0, number - 20), number + 1)}"
    kind, key = dice.random(), StockKey(SELLER, "leeds", dice.choice(SKUS))
    if kind < 0.5:
        skus = dice.sample(SKUS, dice.randint(1, 3))  # in any order: locks have to be sorted
        lines = tuple(OrderLine(sku, sku, dice.randint(1, 4)) for sku in skus)
        order = Order(
            order_id=command_id, seller_id=SELLER, warehouse_id="leeds", lines=lines, placed_at=at
        )
        return PlaceOrder(order=order, at=at, command_id=command_id)
    if kind < 0.7:
        return BookInStock(key=key, received=dice.randint(1, 9), at=at, command_id=command_id)
    if kind < 0.75:
        return CountStock(key=key, counted=dice.randint(0, 9), at=at, command_id=command_id)
    if kind < 0.8:
        return SplitOrder(
            seller_id=SELLER,
            order_id=earlier,
            new_order_id=f"{command_id}-split",
            at=at,
            command_id=command_id,
        )
    return CancelOrder(seller_id=SELLER, order_id=earlier, at=at, command_id=command_id)


def start(url: URL, log: Path, worker: str, first: int, last: int) -> BaseProcess:
    """Start a process that gives the commands of a worker from one number to another."""
    process = _PROCESSES.Process(target=_run, args=(url, log, worker, first, last))
    process.start()
    return process


def _run(url: URL, log: Path, worker: str, first: int, last: int) -> None:
    engine = sqlite(Path(str(url.database))) if url.drivername == "sqlite" else create_engine(url)
    work(engine, log, worker, first, last)


def work(engine: Engine, log: Path, worker: str, first: int, last: int) -> None:
    """Give commands, and write the id of each down once it is answered."""
    flow = OrderFlow(SqlRepository(engine))
    with log.open("ab", buffering=0) as answers:
        for number in range(first, last):
            try:
                flow.handle(command_of(worker, number))
            except (NotFoundError, RefusedError):
                answers.write(f"{number} refused\n".encode())
            else:
                answers.write(f"{number} done\n".encode())


def answered(log: Path) -> dict[int, str]:
    """Return how each command was answered, by its number."""
    whole = log.read_text().rpartition("\n")[0] if log.exists() else ""
    return {int(line.split()[0]): line.split()[1] for line in whole.splitlines()}


def faults(engine: Engine, logs: dict[str, Path]) -> list[str]:
    """Say what is wrong with the state, or with what was answered."""
    flow, policy = OrderFlow(SqlRepository(engine)), AllocationPolicy()
    events = flow.events(SELLER)
    found = violations(flow.orders(SELLER), flow.stock(SELLER), policy)
    found += history_violations(State(SELLER), events, policy)
    if flow.recover():
        found.append("a queue was left unserved")
    with engine.connect() as connection:
        rows = connection.execute(
            text("SELECT command_id, command FROM orderflow_processed_commands")
        ).all()
        kept = {row[0]: row[1] for row in rows}
        lost = connection.execute(
            text(
                "SELECT count(*) FROM orderflow_events WHERE number NOT IN"
                " (SELECT number FROM orderflow_outbox)"
            )
        ).scalar()
    if lost:
        found.append(f"{lost} events are in no message")
    for worker, log in logs.items():
        ids = [f"{worker}-{n}" for n, how in answered(log).items() if how == "done"]
        found += [f"{each} was answered, and is lost" for each in ids if each not in kept]
    for kind, event in ((PlaceOrder, OrderPlaced), (BookInStock, StockBookedIn)):
        asked = sum(f'"{kind.__name__}"' in command for command in kept.values())
        happened = sum(isinstance(each, event) for each in events)
        if asked != happened:
            found.append(f"{asked} commands {kind.__name__} took effect {happened} times")
    return found


def die_in(process: BaseProcess, log: Path, more: int, seconds: float) -> None:
    """Let a process answer some commands, go on for a moment, and end at once."""
    goal = len(answered(log)) + more
    while process.is_alive() and len(answered(log)) < goal:
        process.join(0.005)
    process.join(seconds)
    process.kill()
    process.join()
    assert process.exitcode == -signal.SIGKILL, "it had ended of its own accord"
