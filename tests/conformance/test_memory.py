from __future__ import annotations

from typing import TYPE_CHECKING

from orderflow import MemoryRepository
from orderflow.adapters.memory import MemoryNotebook, MemoryOutbox
from orderflow.testing.contract import RepositoryContract
from orderflow.testing.notebook_contract import NotebookContract
from orderflow.testing.outbox_contract import OutboxContract

if TYPE_CHECKING:
    from orderflow.ports import Notebook, Outbox, Repository


class TestMemoryRepository(RepositoryContract):
    def make_repository(self) -> Repository:
        return MemoryRepository()


class TestMemoryOutbox(OutboxContract):
    def make_outbox(self) -> tuple[Outbox, Repository]:
        outbox = MemoryOutbox()
        return outbox, MemoryRepository(outbox)


class TestMemoryNotebook(NotebookContract):
    def make_notebook(self) -> Notebook:
        return MemoryNotebook()
