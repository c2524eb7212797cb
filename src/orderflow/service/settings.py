"""What every flow has, whether it waits for its repository or awaits it: its settings."""

from __future__ import annotations

from copy import copy
from typing import TYPE_CHECKING, Generic, Self, TypeVar

from orderflow.domain.model import validators
from orderflow.domain.model.policy import AllocationPolicy
from orderflow.domain.queries.replacements import ReplacementList
from orderflow.service.clock import SystemClock
from orderflow.service.methods import Answer, CommandMethods

if TYPE_CHECKING:
    from datetime import datetime

    from orderflow.ports import Clock, ReplacementCatalogue

__all__ = ["SERVED_AT_ONCE_MAX", "Flow"]

SERVED_AT_ONCE_MAX = 1_000
"""So many waiting orders are served in one transaction, unless told otherwise."""

Kept = TypeVar("Kept")


class Flow(CommandMethods[Answer], Generic[Kept, Answer]):
    """Settings, and the repository that they are for."""

    def __init__(
        self,
        repository: Kept,
        *,
        default_policy: AllocationPolicy | None = None,
        clock: Clock | None = None,
        catalogue: ReplacementCatalogue | None = None,
        orders_max: int = SERVED_AT_ONCE_MAX,
    ) -> None:
        validators.require(
            ok=validators.is_units(orders_max, 1),
            field=f"{type(self).__name__}.orders_max",
            demand="a whole number of orders, 1 or more",
            value=orders_max,
        )
        self._repository = repository
        self._default_policy = default_policy if default_policy is not None else AllocationPolicy()
        self._clock: Clock = clock if clock is not None else SystemClock()
        self._catalogue: ReplacementCatalogue = (
            catalogue if catalogue is not None else ReplacementList()
        )
        self._orders_max = orders_max

    @property
    def default_policy(self) -> AllocationPolicy:
        """Who gets the stock of sellers without a policy of their own."""
        return self._default_policy

    @property
    def catalogue(self) -> ReplacementCatalogue:
        """Which products may stand in for which."""
        return self._catalogue

    def on(self, repository: Kept) -> Self:
        """Return a flow of the same settings on another repository: that of a transaction, say."""
        other = copy(self)
        other._repository = repository  # noqa: SLF001 - it is one of these
        return other

    def _now(self) -> datetime:
        return self._clock.now()
