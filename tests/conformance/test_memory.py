from __future__ import annotations

from typing import TYPE_CHECKING

from orderflow import MemoryRepository
from orderflow.adapters.group_commit import GroupCommit
from orderflow.adapters.memory import MemoryNoticeStore, MemoryOutbox
from orderflow.testing.notice_store_contract import NoticeStoreContract
from orderflow.testing.outbox_contract import OutboxContract
from orderflow.testing.repository_contract import RepositoryContract
from orderflow.testing.transactional_contract import TransactionalContract

if TYPE_CHECKING:
    from orderflow.ports import NoticeStore, Outbox, Repository


class TestMemoryRepository(RepositoryContract, TransactionalContract):
    def make_repository(self) -> MemoryRepository:
        return MemoryRepository()


class TestGroupCommit(RepositoryContract, TransactionalContract):
    def make_repository(self) -> GroupCommit:
        return GroupCommit(MemoryRepository())


class TestMemoryOutbox(OutboxContract):
    def make_outbox(self) -> tuple[Outbox, Repository]:
        outbox = MemoryOutbox()
        return outbox, MemoryRepository(outbox)


class TestMemoryNoticeStore(NoticeStoreContract):
    def make_notice_store(self) -> NoticeStore:
        return MemoryNoticeStore()
