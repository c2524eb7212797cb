from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from orderflow.adapters.sql import SqlRepository
from orderflow.testing.transactional_contract import TransactionalContract
from tests.conformance.sharing import SharingContract
from tests.databases import empty, postgres

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Engine


class TestPostgresRepository(SharingContract, TransactionalContract):
    _engine: Engine

    @pytest.fixture(autouse=True, scope="class")
    @classmethod
    def engine(cls) -> Iterator[None]:
        with postgres() as cls._engine:
            yield

    def make_empty(self) -> SqlRepository:
        empty(self._engine)
        return SqlRepository(self._engine)
