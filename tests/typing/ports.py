"""Ports that a host implements, without a base class. It is checked, never run."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, TypeVar

from orderflow import OrderFlow, Relay, Replacement

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import timedelta

    from orderflow import StockKey
    from orderflow.notices import Preference
    from orderflow.ports import (
        Clock,
        Notifier,
        Outbox,
        OutboxMessage,
        OutboxSummary,
        PreferenceSource,
        Reading,
        ReplacementCatalogue,
        Repository,
        UnitOfWork,
    )

    T = TypeVar("T")


class HostRepository:
    def write(self, seller_id: str, task: Callable[[UnitOfWork], T]) -> T:
        raise NotImplementedError

    def read(self, seller_id: str, task: Callable[[Reading], T]) -> T:
        raise NotImplementedError

    def sellers(self) -> list[str]:
        raise NotImplementedError

    def unserved(self) -> list[StockKey]:
        raise NotImplementedError


class HostOutbox:
    def claim(self, now: datetime, lease: timedelta, limit: int) -> list[OutboxMessage]:
        raise NotImplementedError

    def mark_sent(self, messages: Sequence[OutboxMessage]) -> None: ...

    def give_back(self, messages: Sequence[OutboxMessage]) -> None: ...

    def mark_failed(
        self, message: OutboxMessage, error: str, retry_at: datetime | None
    ) -> None: ...

    def summary(self) -> OutboxSummary:
        raise NotImplementedError

    def dead(self, seller_id: str | None = None) -> list[OutboxMessage]:
        raise NotImplementedError

    def revive(self, message_id: str) -> bool:
        raise NotImplementedError

    def discard(self, message_id: str) -> bool:
        raise NotImplementedError


class HostNotifier:
    def notify(self, message: OutboxMessage) -> None: ...


class HostClock:
    def now(self) -> datetime:
        return datetime.now(UTC)


class HostPreferences:
    def of(self, seller_id: str) -> Preference:
        raise NotImplementedError


class HostCatalogue:
    def replacements(self, key: StockKey) -> list[Replacement]:
        raise NotImplementedError


class NotARepository:
    """It can't write."""

    def read(self, seller_id: str, task: Callable[[Reading], T]) -> T:
        raise NotImplementedError


REPOSITORY: Repository = HostRepository()
OUTBOX: Outbox = HostOutbox()
NOTIFIER: Notifier = HostNotifier()
CLOCK: Clock = HostClock()
PREFERENCES: PreferenceSource = HostPreferences()
CATALOGUE: ReplacementCatalogue = HostCatalogue()

FLOW = OrderFlow(HostRepository(), clock=HostClock(), catalogue=HostCatalogue())
RELAY = Relay(HostOutbox(), HostNotifier(), clock=HostClock())

OrderFlow(NotARepository())  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
OrderFlow(HostRepository(), clock=datetime.now)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
