"""Repositories with a fault each, which the contract has to notice."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import Phase, given, settings

from orderflow import InvalidValueError, MemoryRepository, ReceiptNotFoundError
from orderflow.testing.repository_contract import RepositoryContract
from orderflow.testing.strategies import History, histories

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from orderflow.adapters.memory.repository import MemoryUnitOfWork
    from orderflow.domain.model.commands import Command
    from orderflow.domain.model.outcome import Outcome
    from orderflow.ports import Repository


class _Faulty:
    """A repository whose units of work have one method replaced."""

    def __init__(self, method: str, replacement: Callable[..., Any]) -> None:
        self._sound = MemoryRepository()
        self._method = method
        self._replacement = replacement

    def write(self, seller_id: str, task: Callable[[Any], Any]) -> Any:  # noqa: ANN401
        def faulty(work: Any) -> Any:  # noqa: ANN401
            sound = getattr(work, self._method)
            setattr(work, self._method, lambda *given: self._replacement(work, sound, *given))
            return task(work)

        return self._sound.write(seller_id, faulty)

    read = write

    def sellers(self) -> Sequence[str]:
        return self._sound.sellers()


class _Contract(RepositoryContract):
    def __init__(self, make: Callable[[], Any]) -> None:
        self._make = make

    def make_repository(self) -> Repository:
        repository: Repository = self._make()
        return repository


def _last_in_first_out(_: object, sound: Callable[..., Any], *given: object) -> list[Any]:
    return list(sound(*given))[::-1]


def _nothing(*_: object) -> tuple[Any, ...]:
    return ()


def _forgotten(*_: object) -> None:
    return None


def _at_once(
    work: MemoryUnitOfWork, sound: Callable[..., Any], command: Command, outcome: Outcome
) -> None:
    sound(command, outcome)
    work.commit()


@pytest.mark.parametrize(
    ("method", "replacement"),
    [("waiting", _last_in_first_out), ("waiting", _nothing), ("orders_with_units", _nothing)],
)
def test_the_contract_notices_a_repository_that_answers_otherwise(
    method: str, replacement: Callable[..., Any]
) -> None:
    contract = _Contract(lambda: _Faulty(method, replacement))
    check = RepositoryContract.test_it_answers_as_the_reference_does.hypothesis.inner_test  # type: ignore[attr-defined] # Hypothesis adds it

    @settings(phases=[Phase.generate], max_examples=300)  # found is enough, it need not be small
    @given(histories())
    def run(history: History) -> None:
        check(contract, history)

    with pytest.raises((AssertionError, InvalidValueError)):
        run()


@pytest.mark.parametrize(
    ("method", "replacement", "test"),
    [
        ("ended_holds", _nothing, "test_it_finds_what_is_due"),
        ("waiting_since_before", _nothing, "test_it_finds_what_is_due"),
        ("receipt", _forgotten, "test_it_finds_receipts_until_they_are_closed"),
        ("answered", _forgotten, "test_a_repeated_command_gets_the_first_answer"),
        ("save", _at_once, "test_nothing_is_written_when_the_block_is_left_by_an_error"),
    ],
)
def test_the_contract_notices_a_repository_that_fails_in_one_point(
    method: str, replacement: Callable[..., Any], test: str
) -> None:
    contract = _Contract(lambda: _Faulty(method, replacement))
    with pytest.raises((AssertionError, ReceiptNotFoundError)):
        getattr(contract, test)()
