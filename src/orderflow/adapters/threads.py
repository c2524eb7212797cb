"""A repository that waits, for a host that does not: each task is carried out in a thread.

For a host's own tables behind a driver or an ORM that waits, and for `MemoryRepository` in tests.
Where the database can be awaited, `orderflow.adapters.sql.asynchronous` needs no thread.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

    from orderflow.ports import Repository

    T = TypeVar("T")

__all__ = ["ThreadedRepository"]


class ThreadedRepository:
    """Carries tasks out in the threads of the event loop: an `orderflow.ports.AsyncRepository`.

    A task that has begun in its thread is carried out to its end, also if whoever awaits it is
    cancelled.

    Args:
        repository: The repository, which may be used from several threads at once.
    """

    def __init__(self, repository: Repository) -> None:
        self._repository = repository

    async def run(self, task: Callable[[Repository], T]) -> T:
        """Carry out a task on the repository, while the event loop goes on with other things."""
        return await asyncio.to_thread(task, self._repository)
