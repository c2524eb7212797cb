"""Who lists what a repository has without a `Seller` is refused the same arguments.

The reads of a `View` are those of `decide`, and get the values of a command, which are valid.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

import pytest

from orderflow import InvalidValueError, MemoryRepository
from orderflow.adapters.sql import SqlRepository
from tests.databases import sqlite

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from orderflow.ports import Reading, TransactionalRepository

READS: dict[str, Callable[[Reading], object]] = {
    "answered.command_id": lambda reading: reading.answered(_any(1)),
    "events.after": lambda reading: reading.events(after=-1),
    "events.limit": lambda reading: reading.events(limit=_any("1")),
    "events.order_id": lambda reading: reading.events("1\0"),
    "events.since": lambda reading: reading.events(since=datetime(2026, 3, 2)),  # noqa: DTZ001
    "orders.after": lambda reading: reading.orders(after=_any("1")),
    "orders.limit": lambda reading: reading.orders(limit=-1),
    "orders.sku": lambda reading: reading.orders(sku=""),
    "orders.status": lambda reading: reading.orders(status=_any("new")),
    "split_off.order_id": lambda reading: reading.split_off(_any(None)),
    "stock.after": lambda reading: reading.all_stock(after=_any("MUG")),
    "stock.limit": lambda reading: reading.all_stock(limit=_any(1.5)),
}


def _any(value: Any) -> Any:  # noqa: ANN401 - what the type checker would refuse
    return value


@pytest.fixture(params=["memory", "SQLite"])
def repository(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[TransactionalRepository]:
    if request.param == "memory":
        yield MemoryRepository()
        return
    engine = sqlite(tmp_path / "orderflow.db", synchronous="OFF")
    yield SqlRepository(engine)
    engine.dispose()


@pytest.mark.parametrize("argument", READS)
def test_a_wrong_argument_is_refused_by_name(
    repository: TransactionalRepository, argument: str
) -> None:
    with pytest.raises(InvalidValueError) as refused:
        repository.read("acme", READS[argument])
    assert refused.value.field == argument


def test_a_status_may_be_given_as_text(repository: TransactionalRepository) -> None:
    assert repository.read("acme", lambda reading: list(reading.orders(status=_any("NEW")))) == []


@pytest.mark.parametrize("method", ["read", "write", "together"])
def test_a_task_of_one_seller_is_a_function(
    repository: TransactionalRepository, method: str
) -> None:
    run = getattr(repository, method)
    for seller_id in (None, "", "acme\0", 1):
        with pytest.raises(InvalidValueError, match=r"Repository\.seller_id must be a text"):
            run(seller_id, lambda _: None)
    with pytest.raises(InvalidValueError, match=r"Repository\.task must be a function"):
        run("acme", "acme")
