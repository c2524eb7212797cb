"""A repository that runs a bounded number of units of work, so that no test runs for ever."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from orderflow.domain.model.stock import StockKey
    from orderflow.ports import Reading, Repository, UnitOfWork

    T = TypeVar("T")

__all__ = ["BoundedRepository"]

_WRITES_MAX = 100
"""More than a command on a few orders needs, even if each order is a page of its own."""


class BoundedRepository:
    """Passes everything on, and counts the units of work that write.

    A flow serves a queue until no repository calls it unserved. If a repository always does, this
    ends it.
    """

    def __init__(self, repository: Repository) -> None:
        self._repository = repository
        self._writes = 0

    def restart(self) -> None:
        """Count from 0 again, for the next command."""
        self._writes = 0

    def write(self, seller_id: str, task: Callable[[UnitOfWork], T]) -> T:
        """Run a task that may save.

        Raises:
            AssertionError: If there were too many since the last start.
        """
        self._writes += 1
        if self._writes > _WRITES_MAX:
            raise AssertionError(
                f"the queues are still not served after {_WRITES_MAX} units of work; a saved "
                f"`ServeWaiting` must remove its products from `unserved`"
            )
        return self._repository.write(seller_id, task)

    def read(self, seller_id: str, task: Callable[[Reading], T]) -> T:
        """Run a task that only reads."""
        return self._repository.read(seller_id, task)

    def sellers(self) -> Sequence[str]:
        """Return the ids of all sellers."""
        return self._repository.sellers()

    def unserved(self) -> Sequence[StockKey]:
        """Return the products whose queue has not been served."""
        return self._repository.unserved()
