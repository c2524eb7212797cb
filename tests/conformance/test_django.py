"""Through Django's connections all is as it is through those of SQLAlchemy."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from orderflow.adapters.sql import SqlNoticeStore, SqlOutbox, SqlRepository
from orderflow.testing.notice_store_contract import NoticeStoreContract
from orderflow.testing.outbox_contract import OutboxContract
from orderflow.testing.repository_contract import RepositoryContract
from orderflow.testing.transactional_contract import TransactionalContract
from tests.databases.django import ClosingTransactions, django_postgres, django_sqlite, empty

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from orderflow.ports import NoticeStore, Outbox, Repository


class _OnSqlite:
    @pytest.fixture(autouse=True)
    def database(self, tmp_path: Path) -> Iterator[None]:
        with django_sqlite(tmp_path / "host.db") as self._alias:
            yield


class _OnPostgres:
    _alias: str

    @pytest.fixture(autouse=True, scope="class")
    @classmethod
    def database(cls) -> Iterator[None]:
        with django_postgres() as cls._alias:
            yield


class _RepositoryContract(RepositoryContract, TransactionalContract):
    _alias: str

    def make_repository(self) -> SqlRepository:
        empty(self._alias)
        return SqlRepository(ClosingTransactions(self._alias))


class _OutboxContract(OutboxContract):
    _alias: str

    def make_outbox(self) -> tuple[Outbox, Repository]:
        empty(self._alias)
        transactions = ClosingTransactions(self._alias)
        return SqlOutbox(transactions), SqlRepository(transactions)


class _NoticeStoreContract(NoticeStoreContract):
    _alias: str

    def make_notice_store(self) -> NoticeStore:
        empty(self._alias)
        return SqlNoticeStore(ClosingTransactions(self._alias))


class TestRepositoryOnSqlite(_OnSqlite, _RepositoryContract):
    pass


class TestRepositoryOnPostgres(_OnPostgres, _RepositoryContract):
    pass


class TestOutboxOnSqlite(_OnSqlite, _OutboxContract):
    pass


class TestOutboxOnPostgres(_OnPostgres, _OutboxContract):
    pass


class TestNoticeStoreOnSqlite(_OnSqlite, _NoticeStoreContract):
    pass


class TestNoticeStoreOnPostgres(_OnPostgres, _NoticeStoreContract):
    pass
