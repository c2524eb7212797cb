"""A bulk run is killed at random moments: when it has gone on to the end, all is done once."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pytest

from orderflow import OrderFlow
from orderflow.adapters.sql import SqlRepository
from tests.drills.bulking import ACTIONS, bulk_runs, faults, fill
from tests.drills.databases import on
from tests.unit.shop import later

if TYPE_CHECKING:
    from sqlalchemy import Engine


@pytest.mark.parametrize("name", ["SQLite", "PostgreSQL"])
def test_a_bulk_run_that_is_killed_goes_on_to_the_end(name: str) -> None:
    with on(name) as database:
        drilled = bulk_runs(database, 6, seed=1, progress=lambda *_: None)
    assert drilled.found == ()
    assert drilled.notes["kills in time"] >= 6
    assert drilled.notes["kills between batches"] > 0


def test_control_an_order_that_was_done_by_nobody_is_noticed(engine: Engine) -> None:
    fill(OrderFlow(SqlRepository(engine)), "a shop")
    assert "A-0 was done late" in faults(engine, ACTIONS[2], "a shop", Counter())


def test_control_an_order_that_was_done_twice_is_noticed(engine: Engine) -> None:
    flow = OrderFlow(SqlRepository(engine))
    fill(flow, "a shop")
    faults(engine, ACTIONS[3], "a shop", Counter())
    flow.seller("acme").release_hold("A-0", at=later(9_999))
    assert "the events differ" in faults(engine, ACTIONS[3], "a shop", Counter())
