from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from orderflow.adapters.sql import SqlRepository
from orderflow.testing.repository_contract import RepositoryContract
from orderflow.testing.transactional_contract import TransactionalContract
from tests.databases import empty, sqlite

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class TestSqliteRepository(RepositoryContract, TransactionalContract):
    @pytest.fixture(autouse=True)
    def engine(self, tmp_path: Path) -> Iterator[None]:
        # What reaches the disk is looked at elsewhere.
        self._engine = sqlite(tmp_path / "orderflow.db", synchronous="OFF")
        yield
        self._engine.dispose()

    def make_repository(self) -> SqlRepository:
        empty(self._engine)
        return SqlRepository(self._engine)
