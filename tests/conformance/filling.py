"""A database with thousands of rows, so that a plan is chosen as it would be in earnest."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import attrs

from orderflow import (
    AllocationPolicy,
    ExpectedReceipt,
    Hold,
    HoldReason,
    Order,
    OrderLine,
    Outcome,
    Status,
    Stock,
    StockKey,
)
from orderflow.adapters.sql import Tables
from orderflow.adapters.sql.executor import CoreExecutor
from orderflow.adapters.sql.rows import Moments
from orderflow.adapters.sql.saving import Saving
from orderflow.adapters.sql.statements import statements_of
from orderflow.commands import BookInStock
from orderflow.domain.model.order import BackOrderWait
from orderflow.domain.model.stock import WarehouseSku
from orderflow.events import OrderPlaced

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Engine

__all__ = ["NOON", "SELLERS", "fill"]

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
SELLERS = tuple(f"S{number}" for number in range(4))
_ORDERS, _PRODUCTS, _RECEIPTS = 1_200, 600, 300
_STATUSES = (
    (Status.DELIVERED,) * 5 + (Status.ALLOCATED,) + (Status.ON_HOLD,) + (Status.ON_BACK_ORDER,) * 3
)


def fill(engine: Engine, *, analyse: bool = True) -> None:
    """Write what several sellers have, as the adapter itself writes it."""
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            connection.exec_driver_sql("BEGIN")
        executor = CoreExecutor(connection)
        moments = Moments(as_text=executor.is_sqlite)
        saving = Saving(executor, statements_of(Tables.default()), moments, outbox=True)
        for seller_id in SELLERS:
            outcome = _outcome(seller_id)
            empty = Outcome(seller_id=seller_id)
            command = BookInStock(key=outcome.stock[0].key, received=1, at=NOON)
            saving.orders(outcome, {}, {})
            saving.stock(command, outcome, ())
            saving.receipts(outcome, ())
            saving.events(seller_id, outcome.events)
            for number in range(0, len(outcome.events), 10):
                saving.answer(attrs.evolve(command, command_id=f"C{number}"), empty)
        for seller_id in (*SELLERS, *(f"T{number}" for number in range(2_000))):
            saving.policy(Outcome(seller_id=seller_id, policy=AllocationPolicy()), None)
        if analyse:
            connection.exec_driver_sql("ANALYZE")
        connection.commit()


def _outcome(seller_id: str) -> Outcome:
    orders = tuple(_orders(seller_id))
    waiting = [order for order in orders if order.status is Status.ON_BACK_ORDER]
    keys = [StockKey(seller_id, "leeds", f"P{number}") for number in range(_PRODUCTS)]
    held = {key.sku: 0 for key in keys}
    for order in orders:
        for line in order.lines:
            held[line.sku] += line.allocated
    return Outcome(
        seller_id=seller_id,
        order_id=None,
        orders=orders,
        stock=tuple(Stock(key, held[key.sku], held[key.sku]) for key in keys),
        receipts=tuple(
            ExpectedReceipt(f"R{each}", keys[each % _PRODUCTS], 9, NOON + timedelta(days=each))
            for each in range(_RECEIPTS)
        ),
        queue_index=tuple((order.order_id, order.lines[0].sku) for order in waiting),
        events=tuple(OrderPlaced(at=NOON, order=order) for order in orders),
        unserved=(WarehouseSku("leeds", "P7"),),
    )


def _orders(seller_id: str) -> Iterator[Order]:
    for number in range(_ORDERS):
        status = _STATUSES[number % len(_STATUSES)]
        at = NOON - timedelta(minutes=number)
        skus = {f"P{place}": None for place in (number % 5, number % _PRODUCTS)}
        taken = 2 if status is Status.ALLOCATED else 0
        until = at + timedelta(days=3) if number % 2 else None
        yield Order(
            order_id=f"{number:05}",
            seller_id=seller_id,
            warehouse_id="leeds",
            lines=tuple(OrderLine(f"L{each}", sku, 2, taken) for each, sku in enumerate(skus)),
            placed_at=at,
            status=status,
            priority=number % 3,
            promised_by=at + timedelta(days=9) if number % 4 else None,
            not_before=at + timedelta(days=5) if number % 5 == 0 else None,
            holds=(Hold(HoldReason.SELLER_DELAY, until),) if status is Status.ON_HOLD else (),
            wait=BackOrderWait(at, 0, allows_partial=False)
            if status is Status.ON_BACK_ORDER
            else None,
        )
