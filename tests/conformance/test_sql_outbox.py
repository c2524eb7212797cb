from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from orderflow.adapters.sql import SqlOutbox, SqlRepository
from orderflow.testing.outbox_contract import OutboxContract
from tests.databases import empty, postgres, sqlite

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sqlalchemy import Engine

    from orderflow.ports import Outbox, Repository


class _SqlOutboxContract(OutboxContract):
    _engine: Engine

    def make_outbox(self) -> tuple[Outbox, Repository]:
        empty(self._engine)
        return SqlOutbox(self._engine), SqlRepository(self._engine)


class TestSqliteOutbox(_SqlOutboxContract):
    @pytest.fixture(autouse=True)
    def engine(self, tmp_path: Path) -> Iterator[None]:
        self._engine = sqlite(tmp_path / "orderflow.db", synchronous="OFF")
        yield
        self._engine.dispose()


class TestPostgresOutbox(_SqlOutboxContract):
    @pytest.fixture(autouse=True, scope="class")
    @classmethod
    def engine(cls) -> Iterator[None]:
        with postgres() as cls._engine:
            yield
