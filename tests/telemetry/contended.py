"""A repository that loses its first attempts to other transactions."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from orderflow.adapters.sql import SqlRepository
from orderflow.errors import ContentionError

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Engine

    from orderflow.ports import Repository, UnitOfWork

T = TypeVar("T")
A = TypeVar("A")


class Contended(SqlRepository):
    """Lets other transactions win some attempts, and then none.

    Attributes:
        losses: How many more attempts are lost.
    """

    def __init__(self, engine: Engine, losses: int = 1) -> None:
        super().__init__(engine)
        self.losses = losses

    def write(self, seller_id: str, task: Callable[[UnitOfWork], T]) -> T:
        return super().write(seller_id, self._losing(task))

    def together(self, seller_id: str, task: Callable[[Repository], T]) -> T:
        return super().together(seller_id, self._losing(task))

    def _losing(self, task: Callable[[A], T]) -> Callable[[A], T]:
        def once(argument: A) -> T:
            result = task(argument)
            if self.losses:
                self.losses -= 1
                raise ContentionError(1)
            return result

        return once
