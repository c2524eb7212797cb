"""In what order rows are locked, seen from beside them, and what is locked when it is read."""

from __future__ import annotations

from contextlib import suppress
from threading import Thread
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import create_engine, select
from sqlalchemy.exc import OperationalError

from orderflow import OrderFlow
from orderflow.adapters.sql import SqlRepository, Tables
from orderflow.adapters.sql.work import SqlUnitOfWork
from orderflow.errors import OrderFlowError
from tests.databases import postgres
from tests.databases.waiting import wait_until_somebody_waits
from tests.drills.commands import command_of
from tests.drills.pairs import book_in, place

if TYPE_CHECKING:
    from collections.abc import Iterable

    from orderflow import Order, Outcome
    from orderflow.commands import Command

STOCK = Tables.default().stock


def test_whoever_waits_to_add_a_row_holds_none_behind_it() -> None:
    with postgres() as engine:
        flow = OrderFlow(SqlRepository(engine))
        flow.handle(book_in("MUG", 3))
        placing = Thread(target=flow.handle, args=[place("N", ("CUP", 1), ("MUG", 2))])
        with engine.begin() as connection:
            cup = {"seller_id": "acme", "warehouse_id": "leeds", "sku": "CUP"}
            connection.execute(STOCK.insert(), cup | {"on_hand": 0, "allocated": 0})
            placing.start()
            wait_until_somebody_waits(engine)
            mug = select(STOCK).where(STOCK.c.sku == "MUG").with_for_update(nowait=True)
            assert connection.execute(mug).one().on_hand == 3
        placing.join()
        assert [(line.sku, line.allocated) for line in flow.seller("acme").order("N").lines] == [
            ("CUP", 0),
            ("MUG", 2),
        ]


def test_the_rows_of_one_statement_are_locked_in_order() -> None:
    with postgres() as engine:
        flow = OrderFlow(SqlRepository(engine))
        for sku in ("TIN", "MUG", "CUP"):
            flow.handle(book_in(sku, 1))
        # Without an index, rows come as they were added.
        added = "-c enable_indexscan=off -c enable_bitmapscan=off -c enable_indexonlyscan=off"
        other = create_engine(engine.url, connect_args={"options": added})
        order = place("N", ("TIN", 1), ("CUP", 1), ("MUG", 1))
        placing = Thread(target=OrderFlow(SqlRepository(other)).handle, args=[order])
        with engine.begin() as connection:
            connection.execute(select(STOCK).where(STOCK.c.sku == "MUG").with_for_update())
            placing.start()
            wait_until_somebody_waits(engine)
            free = select(STOCK.c.sku).with_for_update(nowait=True)
            assert connection.execute(free.where(STOCK.c.sku == "TIN")).scalar() == "TIN"
            with pytest.raises(OperationalError, match="could not obtain lock"):
                connection.execute(free.where(STOCK.c.sku == "CUP"))
            connection.rollback()
        placing.join()
        other.dispose()
        assert flow.seller("acme").order("N").status == "ALLOCATED"


class _Watched(SqlUnitOfWork):
    """Holds decisions to what the locks rely on."""

    seen: set[str]

    def waiting(self, warehouse_id: str, sku: str, *rest: Any, **named: Any) -> Any:  # noqa: ANN401
        self._note_locked("waiting", {(warehouse_id, sku)})
        return super().waiting(warehouse_id, sku, *rest, **named)

    def orders_with_units(self, warehouse_id: str, sku: str) -> Iterable[Order]:
        self._note_locked("orders_with_units", {(warehouse_id, sku)})
        return super().orders_with_units(warehouse_id, sku)

    def save(self, command: Command, outcome: Outcome) -> None:
        before = [self._orders.get(order.order_id) for order in outcome.orders]
        super().save(command, outcome)
        for order in (*outcome.orders, *(each for each in before if each is not None)):
            products = {(order.warehouse_id, line.sku) for line in order.lines}
            self._note_locked("save", products)
        if outcome.policy is not None or outcome.next_page is not None:
            assert self._needed_first.policy

    def _note_locked(self, name: str, products: set[tuple[str, str]]) -> None:
        assert products <= self._stock.keys(), name
        self.seen.add(name)


@pytest.mark.parametrize("orders_max", [2, 1_000])
def test_a_decision_reads_a_queue_and_writes_orders_only_under_the_locks_of_their_products(
    monkeypatch: pytest.MonkeyPatch, orders_max: int
) -> None:
    _Watched.seen = set()
    monkeypatch.setattr("orderflow.adapters.sql.repository.SqlUnitOfWork", _Watched)
    with postgres() as engine:
        flow = OrderFlow(SqlRepository(engine), orders_max=orders_max)
        for number in range(400):
            with suppress(OrderFlowError):
                flow.handle(command_of("w", number))
    assert _Watched.seen == {"waiting", "orders_with_units", "save"}
