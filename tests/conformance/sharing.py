"""The contract of repositories on a database of a whole class of tests."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, Any, ClassVar

from orderflow.testing.repository_contract import RepositoryContract

if TYPE_CHECKING:
    from orderflow.testing.example_shop import ExampleShop

__all__ = ["SharingContract"]


class SharingContract(RepositoryContract):
    """Fills the example shop once for all tests that read it one after another."""

    shared: ClassVar[ExampleShop | None] = None

    @abstractmethod
    def make_empty(self) -> Any:  # noqa: ANN401 - a repository of any kind
        """Empty the database, and open it."""

    def make_repository(self) -> Any:  # noqa: ANN401 - what `make_empty` returns
        type(self).shared = None
        return self.make_empty()

    def example_shop(self) -> ExampleShop:
        kind = type(self)
        if kind.shared is None:
            kind.shared = super().example_shop()
        return kind.shared
