"""The contracts demand nothing that the docs leave free."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

from orderflow import MemoryRepository
from orderflow.adapters.memory import MemoryOutbox
from orderflow.testing.outbox_contract import OutboxContract
from orderflow.testing.repository_contract import RepositoryContract
from tests.conformance.different import DifferentRepository

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime, timedelta

    from orderflow.ports import OutboxMessage


class TestDifferentRepository(RepositoryContract):
    def make_repository(self) -> DifferentRepository:
        return DifferentRepository(Random(1))  # noqa: S311 - no secret


class DifferentOutbox(MemoryOutbox):
    """Claims subjects in any order, and lists dead messages with the last seller first."""

    def __init__(self) -> None:
        super().__init__()
        self._dice = Random(1)  # noqa: S311 - no secret

    def claim(self, now: datetime, lease: timedelta, limit: int) -> Sequence[OutboxMessage]:
        subjects: dict[tuple[str, str], list[OutboxMessage]] = {}
        for each in super().claim(now, lease, limit):
            subjects.setdefault((each.seller_id, each.subject), []).append(each)
        groups = list(subjects.values())
        self._dice.shuffle(groups)
        return [each for group in groups for each in group]

    def dead(self, seller_id: str | None = None) -> Sequence[OutboxMessage]:
        return sorted(super().dead(seller_id), key=lambda each: each.seller_id, reverse=True)


class TestDifferentOutbox(OutboxContract):
    def make_outbox(self) -> tuple[DifferentOutbox, MemoryRepository]:
        outbox = DifferentOutbox()
        return outbox, MemoryRepository(outbox)
