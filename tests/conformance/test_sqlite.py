from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from orderflow.adapters.sql import SqlRepository
from orderflow.testing.transactional_contract import TransactionalContract
from tests.conformance.sharing import SharingContract
from tests.databases import empty, sqlite

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Engine


class TestSqliteRepository(SharingContract, TransactionalContract):
    _engine: Engine

    @pytest.fixture(autouse=True, scope="class")
    @classmethod
    def engine(cls, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
        # What reaches the disk is looked at elsewhere.
        cls._engine = sqlite(
            tmp_path_factory.mktemp("contract") / "orderflow.db", synchronous="OFF"
        )
        yield
        cls._engine.dispose()

    def make_empty(self) -> SqlRepository:
        empty(self._engine)
        return SqlRepository(self._engine)
