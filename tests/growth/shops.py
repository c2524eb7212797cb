"""Shops on each database, filled fast, with orders of as many lines as are asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from orderflow import ExpectedReceipt, MemoryRepository, OrderFlow
from orderflow.adapters.sql import SqlRepository
from tests.databases import sqlite
from tests.growth.steps import SqlSteps, steps_of
from tests.unit.shop import ACME, Clock, key, later, order

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from orderflow import AllocationPolicy, Order
    from orderflow.ports import ReplacementCatalogue, TransactionalRepository

    Task = Callable[[], object]

__all__ = ["Prepare", "Shop", "memory", "on_sqlite", "products"]


class Prepare(Protocol):
    """Fills a shop for so many lines, and returns what is then measured."""

    def __call__(self, shop: Shop, lines: int, /) -> Task: ...


class Shop:
    """The shop of one seller."""

    def __init__(self, repository: TransactionalRepository, sql: SqlSteps | None = None) -> None:
        self.repository = repository
        self.clock = Clock()
        self._sql = sql
        self.settle(None)

    def settle(
        self, policy: AllocationPolicy | None, catalogue: ReplacementCatalogue | None = None
    ) -> Shop:
        """Use this policy and catalogue from now on."""
        self.settings: dict[str, Any] = {"default_policy": policy, "catalogue": catalogue}
        flow = OrderFlow(self.repository, clock=self.clock, **self.settings)
        self.acme = flow.seller(ACME)
        return self

    def stock(self, skus: Iterable[str], units: int) -> None:
        """Book in so many units of each product, in one transaction."""

        def task(repository: Any) -> None:  # noqa: ANN401 - a repository
            acme = OrderFlow(repository, clock=self.clock).seller(ACME)
            for sku in skus:
                acme.book_in(key(sku), units)

        self.repository.together(ACME, task)

    def announce(self, skus: Iterable[str], units: int) -> None:
        """Announce so many units of each product."""

        def task(repository: Any) -> None:  # noqa: ANN401 - a repository
            acme = OrderFlow(repository, clock=self.clock).seller(ACME)
            for number, sku in enumerate(skus):
                acme.announce(ExpectedReceipt(f"R{number}", key(sku), units, later(1_000 + number)))

        self.repository.together(ACME, task)

    def place(self, order_id: str, wanted: Iterable[tuple[str, int]], **fields: Any) -> None:  # noqa: ANN401
        """Place an order of these products."""
        placed = self.order(order_id, wanted, **fields)
        self.acme.place(placed, at=placed.placed_at)

    def order(self, order_id: str, wanted: Iterable[tuple[str, int]], **fields: Any) -> Order:  # noqa: ANN401
        """Make an order of these products, placed after those made before."""
        placed_at = self.clock.wait()
        return order(order_id, *wanted, **{"placed_at": placed_at} | fields)

    def steps(self, task: Task) -> tuple[int, int]:
        """Run a task, and count its steps in Python and in the database."""
        before = self._sql.count if self._sql is not None else 0
        steps = steps_of(task)
        return steps, self._sql.count - before if self._sql is not None else 0


def products(lines: int, units: int) -> list[tuple[str, int]]:
    """Want so many products, each on a line of its own."""
    return [(f"P{number}", units) for number in range(lines)]


def memory(_: Path) -> Shop:
    return Shop(MemoryRepository())


def on_sqlite(folder: Path) -> Shop:
    engine = sqlite(folder / "orderflow.db", synchronous="OFF")
    steps = SqlSteps(engine)
    engine.dispose()
    return Shop(SqlRepository(engine), steps)
