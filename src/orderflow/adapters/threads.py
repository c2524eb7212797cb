"""Runs the tasks of a synchronous repository in threads, for an async host.

Use it for your own tables behind a synchronous driver or ORM, and for `MemoryRepository` in tests.
With an async driver, `orderflow.adapters.sql.asynchronous` needs no threads.
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
    """An `orderflow.ports.AsyncRepository` that runs tasks in asyncio's default thread pool.

    A task that has started in its thread runs to its end, even if its caller is cancelled.

    Args:
        repository: The repository. It must be safe to use from several threads at once.
    """

    def __init__(self, repository: Repository) -> None:
        self._repository = repository

    async def run(self, task: Callable[[Repository], T]) -> T:
        """Run a task on the repository without blocking the event loop."""
        return await asyncio.to_thread(task, self._repository)
