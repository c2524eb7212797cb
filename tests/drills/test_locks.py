"""In what order rows are locked, seen from beside them."""

from __future__ import annotations

import time
from threading import Thread

from sqlalchemy import Engine, select, text

from orderflow import OrderFlow
from orderflow.adapters.sql import SqlRepository, Tables
from tests.databases import postgres
from tests.drills.pairs import book_in, place

STOCK = Tables.default().stock
SOMEBODY_WAITS = text(
    "SELECT count(*) FROM pg_stat_activity"
    " WHERE datname = current_database() AND wait_event_type = 'Lock'"
)


def wait_until_somebody_waits(engine: Engine) -> None:
    until = time.monotonic() + 30
    while time.monotonic() < until:
        with engine.connect() as connection:
            if connection.scalar(SOMEBODY_WAITS):
                return
        time.sleep(0.01)
    raise AssertionError("nobody waits")


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
