"""Other processes for the tests, forked from one that has imported what they need."""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from multiprocessing.process import BaseProcess

__all__ = ["pool_of", "start"]

_PROCESSES = get_context("forkserver")
_PROCESSES.set_forkserver_preload(
    ["tests.cli.runner", "tests.drills.stream", "psycopg", "pytest", "sqlalchemy.dialects"]
)


def start(task: Callable[..., None], *arguments: object) -> BaseProcess:
    """Start a process."""
    process = _PROCESSES.Process(target=task, args=arguments)
    process.start()
    return process


def pool_of(workers: int) -> ProcessPoolExecutor:
    """Return a pool of processes, which are started when it is used."""
    return ProcessPoolExecutor(workers, mp_context=_PROCESSES)
