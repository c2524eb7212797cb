"""Two commands at once come to what one after the other comes to, in many orders of their steps.

Each command of a pair is interrupted once, at each of its steps; `make drills` runs all orders.
For each lock there is a control: without it, a pair goes wrong.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy.sql.visitors import cloned_traverse

from orderflow.adapters.sql import SqlRepository, Tables
from orderflow.adapters.sql.reading import SqlReading
from orderflow.adapters.sql.saving import Saving
from orderflow.adapters.sql.statements import Statements, statements_of
from orderflow.adapters.sql.work import SqlUnitOfWork
from orderflow.errors import OrderFlowError
from tests.databases import postgres
from tests.drills.exploring import explore_interrupted
from tests.drills.interleavings import explored
from tests.drills.pairs import PAIRS

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator

    from sqlalchemy import Engine

    from orderflow import Order, Stock
    from orderflow.commands import Command
    from tests.drills.pairs import Pair

    WithoutLock = Callable[[Statements], object]


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    with postgres() as engine:
        yield engine


@pytest.mark.parametrize("name", PAIRS)
def test_two_commands_at_once_are_as_one_after_the_other(engine: Engine, name: str) -> None:
    come_to = explored(engine, PAIRS[name], explore_interrupted)
    assert come_to.faults == []
    assert come_to.runs > len(PAIRS[name].commands)


IN_EXCHANGES = (
    *("allocate and allocate", "cancel and edit", "book in and count, of one order"),
    *("two products, in opposite order", "allocate and change the policy"),
    *("allocate and book in, new product", "the same command twice"),
)


@pytest.mark.parametrize("name", IN_EXCHANGES)
def test_two_commands_in_exchanges_are_as_one_after_the_other(engine: Engine, name: str) -> None:
    come_to = explored(engine, PAIRS[name], explore_interrupted, listens=False)
    assert come_to.faults == []
    assert come_to.runs > len(PAIRS[name].commands)


def faults_of(
    engine: Engine,
    pair: Pair,
    repository: Callable[[Engine], SqlRepository] = SqlRepository,
) -> str:
    """Return what goes wrong, or the error that a command ends with because something has."""
    try:
        return "\n".join(explored(engine, pair, explore_interrupted, repository).faults)
    except OrderFlowError as error:
        return f"raised {error}"


# Controls


def without_lock(statement: Any) -> Any:  # noqa: ANN401 - of SQLAlchemy
    """Return the same statement, without the lock that it takes."""
    changes = {"select": lambda each: setattr(each, "_for_update_arg", None)}
    return cloned_traverse(statement, {}, changes)


@pytest.mark.parametrize(
    ("name", "without"),
    [
        (
            "allocate and allocate",
            lambda to: setattr(to, "locked_stock", without_lock(to.locked_stock)),
        ),
        (
            "wait and wait, at a limit",
            lambda to: setattr(to, "locked_stock", without_lock(to.locked_stock)),
        ),
        ("allocate and change the policy", lambda to: setattr(to, "shared_policy", to.policy)),
        (
            "allocate and change the policy",
            lambda to: setattr(to, "exclusive_policy", to.policy.with_for_update(key_share=True)),
        ),
    ],
    ids=["a product", "a product with a limit", "the policy", "the policy, weaker"],
)
def test_control_a_statement_without_its_lock(
    engine: Engine, name: str, without: WithoutLock
) -> None:
    tables = Tables()
    without(statements_of(tables))
    found = faults_of(engine, PAIRS[name], lambda each: SqlRepository(each, tables=tables))
    assert "not what comes of one after the other" in found


def _nothing(*_: object, **__: object) -> bool:
    return False


def _without_locks_of_changed_orders(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(SqlUnitOfWork, "_lock_for", _nothing)


def _order_read_before_its_products(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(SqlUnitOfWork, "prefetch_for", _nothing)
    monkeypatch.setattr(SqlUnitOfWork, "order", SqlReading.order)


def _orders_found_and_not_locked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(SqlUnitOfWork, "_orders_due", SqlReading._orders_due)  # noqa: SLF001 - the sound one


def _receipt_without_its_product(monkeypatch: pytest.MonkeyPatch) -> None:
    def receipt(work: Any, receipt_id: str) -> object:  # noqa: ANN401 - of a class with a fault
        found = SqlReading.receipt(work, receipt_id)
        work._receipts[receipt_id] = found  # noqa: SLF001 - as the sound one does
        return found

    monkeypatch.setattr(SqlUnitOfWork, "receipt", receipt)


def _receipt_read_before_its_product(monkeypatch: pytest.MonkeyPatch) -> None:
    def receipt(work: Any, receipt_id: str) -> object:  # noqa: ANN401 - of a class with a fault
        found = SqlReading.receipt(work, receipt_id)
        if found is not None:
            work._lock([(found.key.warehouse_id, found.key.sku)])  # noqa: SLF001 - the same
            work._receipts[receipt_id] = found  # noqa: SLF001 - the same
        return found

    monkeypatch.setattr(SqlUnitOfWork, "receipt", receipt)


def _no_exclusive_policy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(SqlUnitOfWork, "_require_exclusive_policy", _nothing)


def _no_row_for_a_policy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Saving, "policy_row", _nothing)


def _no_row_for_a_new_product(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Saving, "placeholders", _nothing)


def _no_row_for_a_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Saving, "answer", _nothing)


@pytest.mark.parametrize(
    ("name", "without"),
    [
        ("book in and count, of one order", _without_locks_of_changed_orders),
        ("cancel and edit", _order_read_before_its_products),
        ("cancel and end a hold", _orders_found_and_not_locked),
        ("withdraw and book in a receipt", _receipt_without_its_product),
        ("withdraw and book in a receipt", _receipt_read_before_its_product),
        ("book in and change the policy", _no_exclusive_policy),
        ("allocate and change the policy", _no_row_for_a_policy),
        ("allocate and book in, new product", _no_row_for_a_new_product),
        ("the same command twice", _no_row_for_a_command),
    ],
)
def test_control_a_unit_of_work_without_a_lock(
    engine: Engine,
    name: str,
    without: Callable[[pytest.MonkeyPatch], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    without(monkeypatch)
    assert faults_of(engine, PAIRS[name]) != ""


class _AsTheyCome(SqlUnitOfWork):
    """Locks products as the lines of an order name them."""

    def prefetch_for(self, command: Command) -> None:
        """Read nothing ahead."""

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
