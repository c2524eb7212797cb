"""The dates of twice as many orders in a queue take twice the steps, not four times."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from orderflow import AllocationPolicy, ExpectedReceipt, OrderFlow, Preemption, Queue, Rationing
from orderflow.adapters.sql import SqlOutbox, SqlRepository
from orderflow.cli.connection import Database
from orderflow.cli.output.expected_dates import OrderCovers
from orderflow.domain.allocation.queue_demand import QueueDemand
from tests.databases import sqlite
from tests.growth.shops import Shop
from tests.growth.steps import SqlSteps, is_linear
from tests.unit.shop import NOON, key, later

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from orderflow import Order
    from orderflow.ports import View

SIZES = (40, 80, 160)
POLICIES = {
    "first_come": AllocationPolicy(),
    "fair": AllocationPolicy(rationing=Rationing.FAIR_SHARE),
    "urgent": AllocationPolicy(queue=Queue.PRIORITY, preemption=Preemption.URGENT, urgent_from=5),
}


def waiting(shop: Shop, orders: int) -> None:
    """Let orders wait for a product of which enough is announced. Half are urgent."""

    def task(repository: Any) -> None:  # noqa: ANN401 - a repository
        acme = OrderFlow(repository, clock=shop.clock).seller(shop.acme.seller_id)
        for number in range(orders):
            priority = 9 * (number % 2)
            acme.place(shop.order(f"A{number}", [("MUG", 2), ("CUP", 1)], priority=priority))
        for sku in ("MUG", "CUP"):
            acme.announce(ExpectedReceipt(f"R-{sku}", key(sku), 2 * orders, later(10_000)))

    shop.repository.together(shop.acme.seller_id, task)


def covers_of_all(database: Database, seller_id: str) -> Iterator[object]:
    covers = OrderCovers(database, NOON)
    orders = database.flow.seller(seller_id).orders()
    yield from (covers.of(order) for order in orders)


def growth(policy: AllocationPolicy, folder: Path) -> Iterator[tuple[int, ...]]:
    counts = []
    for orders in SIZES:
        path = folder / str(orders)
        path.mkdir()
        engine = sqlite(path / "orderflow.db", synchronous="OFF")
        sql = SqlSteps(engine)
        engine.dispose()
        repository = SqlRepository(engine)
        shop = Shop(repository, sql).settle(policy)
        waiting(shop, orders)
        flow = OrderFlow(repository, default_policy=policy)
        database = Database(engine, repository, SqlOutbox(engine), flow)
        counts.append(shop.steps(partial(list, covers_of_all(database, shop.acme.seller_id))))
    yield from zip(*counts, strict=True)


@pytest.mark.parametrize("name", POLICIES)
def test_dates_of_twice_the_orders_are_twice_the_work(name: str, tmp_path: Path) -> None:
    for counts in growth(POLICIES[name], tmp_path):
        assert is_linear(*counts), counts


def test_a_queue_that_is_read_for_each_order_is_noticed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = QueueDemand.before

    def from_the_head(_: QueueDemand, order: Order, view: View, enough: int) -> int:
        return before(QueueDemand("MUG", POLICIES["first_come"]), order, view, enough)

    monkeypatch.setattr(QueueDemand, "before", from_the_head)
    monkeypatch.setattr("tests.growth.test_queues.SIZES", (20, 40, 80))
    for counts in growth(POLICIES["first_come"], tmp_path):
        assert not is_linear(*counts), counts
