"""What a transaction of our own comes to where the engine cannot begin one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import create_engine

from orderflow import OrderFlow, StorageError
from orderflow.adapters.sql import SqlRepository, upgrade
from tests.unit.shop import NOON, key

if TYPE_CHECKING:
    from pathlib import Path


def test_a_pool_without_a_free_connection_is_a_fault_that_says_what_to_do(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/shop.db"
    engine = create_engine(url, pool_size=1, max_overflow=0, pool_timeout=0.1)
    upgrade(engine)
    flow = OrderFlow(SqlRepository(engine))
    with engine.connect(), pytest.raises(StorageError, match="pool_size"):
        flow.book_in(key(), 3, at=NOON)
    flow.book_in(key(), 3, at=NOON)
    engine.dispose()
