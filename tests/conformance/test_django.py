"""Through Django's connections all is as it is through those of SQLAlchemy."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings

from orderflow.adapters.sql import SqlNoticeStore, SqlOutbox, SqlRepository
from orderflow.testing.notice_store_contract import NoticeStoreContract
from orderflow.testing.outbox_contract import OutboxContract
from orderflow.testing.reference import require_like_reference
from orderflow.testing.strategies import CommandHistory, histories
from orderflow.testing.transactional_contract import TransactionalContract
from tests.conformance.sharing import SharingContract
from tests.databases.django import ClosingTransactions, django_postgres, django_sqlite, empty

if TYPE_CHECKING:
    from collections.abc import Iterator

    from orderflow.ports import NoticeStore, Outbox, Repository


class _OnSqlite:
    _alias: str

    @pytest.fixture(autouse=True, scope="class")
    @classmethod
    def database(cls, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
        with django_sqlite(tmp_path_factory.mktemp("contract") / "host.db") as cls._alias:
            yield


class _OnPostgres:
    _alias: str

    @pytest.fixture(autouse=True, scope="class")
    @classmethod
    def database(cls) -> Iterator[None]:
        with django_postgres() as cls._alias:
            yield


class _RepositoryContract(SharingContract, TransactionalContract):
    _alias: str

    def make_empty(self) -> SqlRepository:
        empty(self._alias)
        return SqlRepository(ClosingTransactions(self._alias))

    # The statements are those of SQLAlchemy's connections, where all examples are tried.
    @settings(
        max_examples=settings().max_examples // 4,
        suppress_health_check=[HealthCheck.differing_executors],
    )
    @given(history=histories())
    def test_it_answers_as_the_reference_does(self, history: CommandHistory) -> None:
        require_like_reference(self.make_repository, history)


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
