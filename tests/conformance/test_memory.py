from __future__ import annotations

from typing import TYPE_CHECKING

from orderflow import MemoryRepository
from orderflow.testing.contract import RepositoryContract

if TYPE_CHECKING:
    from orderflow.ports import Repository


class TestMemoryRepository(RepositoryContract):
    def make_repository(self) -> Repository:
        return MemoryRepository()
