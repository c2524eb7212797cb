"""The settings that synchronous and async flows share."""

from __future__ import annotations

from abc import ABC, abstractmethod
from copy import copy
from typing import TYPE_CHECKING, ClassVar, Generic, Self, TypeVar

from orderflow.domain.model.arguments import require_number, require_policy
from orderflow.domain.model.policy import AllocationPolicy
from orderflow.domain.queries.replacements import ReplacementCatalogue, ReplacementList
from orderflow.ports import Clock
from orderflow.ports.implementations import require_port
from orderflow.service.clock import SystemClock

if TYPE_CHECKING:
    from orderflow.domain.model.commands import Command

__all__ = ["SERVED_AT_ONCE_MAX", "Flow"]

SERVED_AT_ONCE_MAX = 1_000
"""About how many other orders a command changes in one transaction by default."""

RepositoryT = TypeVar("RepositoryT")
AnswerT = TypeVar("AnswerT")


class Flow(ABC, Generic[RepositoryT, AnswerT]):
    """Settings, and the repository that they apply to."""

    _port: ClassVar[type]
    """What the repository must implement."""

    def __init__(
        self,
        repository: RepositoryT,
        *,
        default_policy: AllocationPolicy | None = None,
        clock: Clock | None = None,
        catalogue: ReplacementCatalogue | None = None,
        orders_max: int = SERVED_AT_ONCE_MAX,
    ) -> None:
        name = type(self).__name__
        require_port(f"{name}.repository", repository, self._port)
        require_port(f"{name}.clock", clock, Clock, optional=True)
        require_port(f"{name}.catalogue", catalogue, ReplacementCatalogue, optional=True)
        require_number(f"{name}.orders_max", orders_max, 1, of="orders")
        if default_policy is not None:
            require_policy(f"{name}.default_policy", default_policy)
        self._repository = repository
        self._default_policy = default_policy if default_policy is not None else AllocationPolicy()
        self._clock: Clock = clock if clock is not None else SystemClock()
        self._catalogue: ReplacementCatalogue = (
            catalogue if catalogue is not None else ReplacementList()
        )
        self._orders_max = orders_max

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._repository!r})"

    @abstractmethod
    def handle(self, command: Command) -> AnswerT:
        """Run a command."""

    @property
    def repository(self) -> RepositoryT:
        """The repository, where the state is stored."""
        return self._repository

    @property
    def clock(self) -> Clock:
        """The clock, for commands without a time."""
        return self._clock

    @property
    def default_policy(self) -> AllocationPolicy:
        """The policy of sellers without one of their own."""
        return self._default_policy

    @property
    def catalogue(self) -> ReplacementCatalogue:
        """Which products may replace which."""
        return self._catalogue

    def on(self, repository: RepositoryT) -> Self:
        """Return a flow with the same settings on another repository."""
        require_port("on.repository", repository, self._port)
        other = copy(self)
        other._repository = repository  # noqa: SLF001 - it is one of these
        return other
