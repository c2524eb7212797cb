from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from orderflow.adapters.sql import SqlNoticeStore
from orderflow.testing.notice_store_contract import NoticeStoreContract
from tests.databases import empty, postgres, sqlite

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sqlalchemy import Engine

    from orderflow.ports import NoticeStore


class _SqlNoticeStoreContract(NoticeStoreContract):
    _engine: Engine

    def make_notice_store(self) -> NoticeStore:
        empty(self._engine)
        return SqlNoticeStore(self._engine)


class TestSqliteNoticeStore(_SqlNoticeStoreContract):
    @pytest.fixture(autouse=True)
    def engine(self, tmp_path: Path) -> Iterator[None]:
        self._engine = sqlite(tmp_path / "orderflow.db", synchronous="OFF")
        yield
        self._engine.dispose()


class TestPostgresNoticeStore(_SqlNoticeStoreContract):
    @pytest.fixture(autouse=True, scope="class")
    @classmethod
    def engine(cls) -> Iterator[None]:
        with postgres() as cls._engine:
            yield
