from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import create_engine

from orderflow.adapters.sql import SqlRepository, Tables
from orderflow.testing.contract import RepositoryContract

if TYPE_CHECKING:
    from orderflow.ports import Repository


class TestSqliteRepository(RepositoryContract):
    @pytest.fixture(autouse=True)
    def folder(self, tmp_path_factory: pytest.TempPathFactory) -> None:
        self._folder = tmp_path_factory.mktemp("sqlite")
        self._made = 0

    def make_repository(self) -> Repository:
        self._made += 1
        engine = create_engine(
            f"sqlite:///{self._folder}/{self._made}.db", connect_args={"timeout": 30}
        )
        Tables.default().metadata.create_all(engine)
        return SqlRepository(engine)
