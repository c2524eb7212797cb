"""The contract demands nothing that the docs leave free."""

from __future__ import annotations

from random import Random

from orderflow.testing.repository_contract import RepositoryContract
from tests.conformance.different import DifferentRepository


class TestDifferentRepository(RepositoryContract):
    def make_repository(self) -> DifferentRepository:
        return DifferentRepository(Random(1))  # noqa: S311 - no secret
