"""Two commands at once come to what one after the other comes to, in many orders of their steps.

Each pair runs up to 40 orders that differ; `make drills` runs all.
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

import pytest

from orderflow.adapters.sql import SqlRepository, Tables
from orderflow.adapters.sql.saving import Saving
from orderflow.adapters.sql.statements import statements_of
from orderflow.adapters.sql.work import SqlUnitOfWork
from tests.databases import postgres
from tests.drills.exploring import explore_differing
from tests.drills.interleavings import explored
from tests.drills.pairs import PAIRS

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator

    from sqlalchemy import Engine

    from orderflow import Order, Stock
    from tests.drills.exploring import RunWith
    from tests.drills.pairs import Pair
    from tests.drills.stepping import Run


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    with postgres() as engine:
        yield engine


def some_differing(run: RunWith) -> Iterator[Run]:
    return islice(explore_differing(run), 40)


@pytest.mark.parametrize("name", PAIRS)
def test_two_commands_at_once_are_as_one_after_the_other(engine: Engine, name: str) -> None:
    come_to = explored(engine, PAIRS[name], some_differing)
    assert come_to.faults == []
    assert come_to.runs > 1


def faults_of(
    engine: Engine,
    pair: Pair,
    repository: Callable[[Engine], SqlRepository] = SqlRepository,
) -> str:
    return "\n".join(explored(engine, pair, some_differing, repository).faults)


def without_locks(engine: Engine) -> SqlRepository:
    """Read stock, decide and write, and never say that nobody else may do so meanwhile."""
    tables = Tables()
    statements_of(tables).locked_stock = statements_of(tables).stock
    return SqlRepository(engine, tables=tables)


def test_control_reading_without_a_lock_oversells(engine: Engine) -> None:
    pair = PAIRS["allocate and allocate"]
    assert "not what comes of one after the other" in faults_of(engine, pair, without_locks)


def without_a_lock_on_the_policy(engine: Engine) -> SqlRepository:
    """Read the policy, decide by it, and never say that nobody may change it meanwhile."""
    tables = Tables()
    statements_of(tables).shared_policy = statements_of(tables).policy
    return SqlRepository(engine, tables=tables)


def test_control_without_a_lock_a_command_goes_by_a_policy_that_was_replaced(
    engine: Engine,
) -> None:
    pair = PAIRS["allocate and change the policy"]
    assert faults_of(engine, pair, without_a_lock_on_the_policy) != ""


class _AsTheyCome(SqlUnitOfWork):
    """Locks products as the lines of an order name them."""

    def stock(self, warehouse_id: str, skus: Collection[str]) -> Iterable[Stock]:
        for sku in skus:
            self._last = None  # whatever was locked before, this one is locked now
            self._lock([(warehouse_id, sku)])
        return super().stock(warehouse_id, skus)

    def _lock_for(self, orders: Iterable[Order]) -> bool:
        for order in orders:
            self.stock(order.warehouse_id, [line.sku for line in order.lines])
        return False


def test_control_locks_as_they_come_wait_for_each_other(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("orderflow.adapters.sql.repository.SqlUnitOfWork", _AsTheyCome)
    pair = PAIRS["two products, in opposite order"]
    assert "waited for each other" in faults_of(engine, pair)


def test_control_without_a_row_for_its_id_a_command_takes_effect_twice(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Saving, "answer", lambda *_: None)
    pair = PAIRS["the same command twice"]
    assert "not what comes of one after the other" in faults_of(engine, pair)
