"""Eight processes make orders short of products with a limit: no command ever passes it."""

from __future__ import annotations

import pytest

from orderflow import MemoryRepository, OrderFlow
from tests.drills.databases import on
from tests.drills.limited import LIMITS, WORKERS, passed, write
from tests.properties.faults import FAULTS
from tests.unit.shop import NOON, key, later, order


@pytest.mark.parametrize("name", ["SQLite", "PostgreSQL"])
def test_eight_writers_never_pass_a_limit(name: str) -> None:
    with on(name) as database:
        drilled = write(database, 20, 1, lambda *_: None)
    assert drilled.found == ()
    assert drilled.commands == 20 * WORKERS
    assert min(drilled.notes.values()) >= 5


def test_control_a_limit_that_is_passed_for_a_moment_is_noticed() -> None:
    acme = OrderFlow(MemoryRepository()).seller("acme")
    acme.limit_back_orders(key(), LIMITS["MUG"], at=NOON)
    acme.place(order("A", ("MUG", 9)), at=later(1))
    assert list(passed(acme.events())) == []
    with FAULTS["those_that_wait_already_do_not_count"]():
        acme.place(order("B", ("MUG", 1)), at=later(2))
    acme.cancel("A", at=later(3))
    (found,) = passed(acme.events())
    assert "7 of MUG are short, of 6" in found
