"""Repositories with one fault each: a read or a save that does something else than it should."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from copy import copy
from datetime import datetime, timedelta, timezone
from functools import partial
from random import Random
from typing import TYPE_CHECKING, Any

import attrs
import pytest

from orderflow import MemoryRepository, OrderFlowError
from orderflow.adapters.memory.repository import MemoryUnitOfWork
from orderflow.adapters.memory.seller import SellerState
from orderflow.testing.repository_contract import RepositoryContract

if TYPE_CHECKING:
    from orderflow import Outcome
    from orderflow.commands import Command
    from orderflow.ports import Repository

__all__ = [
    "Fault",
    "FaultyRepository",
    "answering",
    "cut_to_seconds",
    "each_in",
    "fails",
    "in_another_zone",
    "is_noticed",
    "saving",
    "without",
]

SEEDS = (1, 2, 3)
"""Each fault is looked for this often. Some do something only sometimes."""

Fault = Callable[..., Any]
"""Replaces a method: is called with the unit of work, the sound method, and what it was given."""


class FaultyRepository(MemoryRepository):
    """A repository in memory whose units of work have some methods replaced."""

    def __init__(self, dice: Random, faults: Mapping[str, Fault]) -> None:
        super().__init__()
        self.dice = dice
        self._faults = faults

    def of(self, seller_id: str) -> MemoryUnitOfWork:
        """Return the reads of any seller, without a fault."""
        return MemoryUnitOfWork(self._sellers.get(seller_id) or SellerState(seller_id), None)

    @contextmanager
    def unit_of_work(self, seller_id: str) -> Iterator[Any]:
        with super().unit_of_work(seller_id) as work:
            yield _FaultyUnitOfWork(self, work, self._faults)


class _FaultyUnitOfWork:
    def __init__(
        self, repository: FaultyRepository, work: MemoryUnitOfWork, faults: Mapping[str, Fault]
    ) -> None:
        self.repository = repository
        self.dice = repository.dice
        self._work = work
        self._faults = faults

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - any of its methods
        sound = getattr(self._work, name)
        if name not in self._faults:
            return sound
        if name in {"policy", "next_page"}:
            return self._faults[name](self, lambda: sound)
        return partial(self._faults[name], self, sound)


def each_in(thing: Any, change: Callable[[Any], Any]) -> Any:  # noqa: ANN401 - any value
    """Return a copy of a value with everything in it changed, from the inside out."""
    if isinstance(thing, list | tuple):
        items = [each_in(each, change) for each in thing]
        return change(type(thing)(*items) if hasattr(thing, "_fields") else type(thing)(items))
    if attrs.has(type(thing)):
        thing = copy(thing)
        for field in attrs.fields(type(thing)):
            value = each_in(getattr(thing, field.name), change)
            object.__setattr__(thing, field.name, value)  # past all checks
    return change(thing)


def without(kind: type, name: str) -> Callable[[Any], Any]:
    """Return a change that sets a field of a class to its default."""
    (default,) = [field.default for field in attrs.fields(kind) if field.name == name]

    def change(thing: Any) -> Any:  # noqa: ANN401 - any value
        if type(thing) is kind:
            object.__setattr__(thing, name, default)
        return thing

    return change


def cut_to_seconds(thing: Any) -> Any:  # noqa: ANN401 - any value
    return thing.replace(microsecond=0) if isinstance(thing, datetime) else thing


def in_another_zone(thing: Any) -> Any:  # noqa: ANN401 - any value
    zone = timezone(timedelta(hours=2))
    return thing.astimezone(zone) if isinstance(thing, datetime) else thing


def answering(change: Callable[[Any], Any]) -> Fault:
    """Return a fault of a read, which changes everything in its answer."""

    def read(_: object, sound: Fault, *given: object, **named: object) -> Any:  # noqa: ANN401
        answer = sound(*given, **named)
        return each_in(list(answer) if isinstance(answer, Iterator) else answer, change)

    return read


def saving(change: Callable[[Command, Outcome], tuple[Command, Outcome]]) -> Fault:
    """Return a fault of `save`, which stores something else than it was given."""

    def save(_: object, sound: Fault, command: Command, outcome: Outcome) -> None:
        sound(*change(command, outcome))

    return save


def is_noticed(test: tuple[Any, ...], faults: Mapping[str, Fault]) -> bool:
    """Whether a test of the contract fails each time on a repository with these faults.

    Args:
        test: Its name, and its arguments.
        faults: The methods to replace.
    """
    name, *given = test
    dice = map(Random, SEEDS)
    return all(
        fails(_Contract(partial(FaultyRepository, each, faults)), name, *given) for each in dice
    )


def fails(contract: object, name: str, *given: object) -> bool:
    """Whether a test of a contract fails, or the repository breaks under it."""
    try:
        getattr(contract, name)(*given)
    except (AssertionError, LookupError, OrderFlowError, pytest.fail.Exception):
        return True
    return False


class _Contract(RepositoryContract):
    def __init__(self, make: Callable[[], Repository]) -> None:
        self._make = make

    def make_repository(self) -> Repository:
        return self._make()
