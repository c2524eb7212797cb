"""Repositories that save, commit or answer wrongly are noticed by the contract every time."""

from __future__ import annotations

import time
from contextlib import contextmanager, suppress
from random import Random
from typing import TYPE_CHECKING, Any

import attrs
import pytest
from hypothesis import Phase, given, seed, settings

from orderflow import MemoryRepository, OrderFlowError
from orderflow.commands import RunDue, ServeWaiting
from orderflow.testing.reference import compare
from orderflow.testing.repository_contract import RepositoryContract
from orderflow.testing.strategies import CommandHistory, histories
from orderflow.testing.transactional_contract import TransactionalContract
from tests.conformance.faults import SEEDS, Fault, FaultyRepository, fails, is_noticed, saving

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from orderflow import Outcome, StockKey
    from orderflow.commands import Command

    Change = Callable[[Command, Outcome], tuple[Command, Outcome]]


# What is saved


def of_outcome(**changes: Callable[[Any], Any]) -> Change:
    """Return a change of what is saved: of these fields of an outcome."""
    return lambda command, outcome: (
        command,
        attrs.evolve(
            outcome, **{name: each(getattr(outcome, name)) for name, each in changes.items()}
        ),
    )


def none_of(things: object) -> object:
    return () if isinstance(things, tuple) else None


def without_id(command: Command, outcome: Outcome) -> tuple[Command, Outcome]:
    return attrs.evolve(command, command_id=None), outcome


def without_serving(command: Command, outcome: Outcome) -> tuple[Command, Outcome]:
    """Take each `ServeWaiting` for another command, so that no product is ever served."""
    if not isinstance(command, ServeWaiting):
        return command, outcome
    return RunDue(seller_id=command.seller_id, at=command.at), outcome


ORDER = "test_order_returns_every_field"
EVENTS = "test_events_are_listed_in_the_order_they_were_saved"
BLOCKED_ON = "test_blocked_on_returns_the_product_of_the_index"
UNSERVED = "test_products_are_unserved_until_their_queue_is_served"
PART_OF_STATE = "test_the_policy_is_part_of_the_state"
REPEATED = "test_a_repeated_command_changes_nothing"
SAVED: dict[str, tuple[str, Change]] = {
    "the first order": (
        ORDER,
        of_outcome(orders=lambda orders: orders[:1], queue_index=none_of),  # it may name others
    ),
    "no stock": ("test_stock_returns_the_existing_records", of_outcome(stock=none_of)),
    "the first record": (
        "test_stock_returns_the_existing_records",
        of_outcome(stock=lambda stock: stock[:1]),
    ),
    "no receipt": ("test_receipt_returns_what_is_still_expected", of_outcome(receipts=none_of)),
    "closed receipts": (
        "test_receipt_returns_what_is_still_expected",
        of_outcome(receipts_closed=none_of),
    ),
    "closed receipts in a listing": (
        "test_receipts_are_listed_by_the_time_they_are_expected",
        of_outcome(receipts_closed=none_of),
    ),
    "no event": (EVENTS, of_outcome(events=none_of)),
    "the first event": (EVENTS, of_outcome(events=lambda events: events[:1])),
    "events backwards": (EVENTS, of_outcome(events=lambda events: events[::-1])),
    "no policy": ("test_policy_is_the_last_one_saved", of_outcome(policy=none_of)),
    "no policy, with its event": (
        "test_the_policy_is_part_of_the_state",
        of_outcome(policy=none_of),
    ),
    "no index": (BLOCKED_ON, of_outcome(queue_index=none_of)),
    "no index, of policies": (
        "test_the_policy_is_part_of_the_state",
        of_outcome(queue_index=none_of),
    ),
    "nothing unserved": (UNSERVED, of_outcome(unserved=none_of)),
    "unserved for ever": (UNSERVED, without_serving),
    "no id of a command": (REPEATED, without_id),
    "no id that is found": ("test_answered_returns_each_command_with_its_outcome", without_id),
}


@pytest.mark.parametrize("name", SAVED)
def test_a_fault_of_save_is_noticed(name: str) -> None:
    test, change = SAVED[name]
    assert is_noticed((test,), {"save": saving(change)})


def test_an_outcome_that_is_committed_at_once_is_noticed() -> None:
    def save(work: Any, sound: Fault, command: Command, outcome: Outcome) -> None:  # noqa: ANN401
        sound(command, outcome)
        work.commit()

    assert is_noticed(
        ("test_nothing_is_written_when_the_block_is_left_by_an_error",), {"save": save}
    )
    assert is_noticed((PART_OF_STATE,), {"save": save})


# Whole repositories


class SellersOfOrdersOnly(MemoryRepository):
    def sellers(self) -> Sequence[str]:
        return [each for each in super().sellers() if self._sellers[each].orders]


class SellersUnsorted(MemoryRepository):
    def sellers(self) -> Sequence[str]:
        return list(self._sellers)


class SellersThatWereRead(MemoryRepository):
    def read(self, seller_id: str, task: Callable[[Any], Any]) -> Any:  # noqa: ANN401
        with super().unit_of_work(seller_id) as work:
            work.commit = lambda: True  # type: ignore[method-assign] # the fault
            return task(work)


class UnservedNowhere(MemoryRepository):
    def unserved(self) -> Sequence[StockKey]:
        return []


class UnservedUnsorted(MemoryRepository):
    def unserved(self) -> Sequence[StockKey]:
        return super().unserved()[::-1]


class WithoutLock(MemoryRepository):
    """Lets several units of work run at once, each on a copy; the last one wins."""

    @contextmanager
    def unit_of_work(self, seller_id: str) -> Iterator[Any]:
        copy = copied(self, seller_id)
        with copy.unit_of_work(seller_id) as work:
            yield work
            time.sleep(0.001)
        self._sellers.update(copy._sellers)  # noqa: SLF001 - of the same class


def copied(repository: MemoryRepository, seller_id: str) -> MemoryRepository:
    copy = MemoryRepository()
    if seller_id in repository.sellers():
        copy._sellers[seller_id] = repository._sellers[seller_id].copy()  # noqa: SLF001 - a copy
    return copy


SELLERS = "test_sellers_lists_everybody_with_anything_saved"


@pytest.mark.parametrize(
    ("repository", "test"),
    [
        (SellersOfOrdersOnly, SELLERS),
        (SellersUnsorted, SELLERS),
        (SellersThatWereRead, SELLERS),
        (UnservedNowhere, UNSERVED),
        (UnservedUnsorted, UNSERVED),
        (WithoutLock, "test_writers_at_the_same_time_lose_and_oversell_nothing"),
    ],
)
def test_a_fault_of_a_repository_is_noticed(repository: type[MemoryRepository], test: str) -> None:
    class Contract(RepositoryContract):
        def make_repository(self) -> MemoryRepository:
            return repository()

    assert all(fails(Contract(), test) for _ in SEEDS)


# Several units of work together


class EachByItself(MemoryRepository):
    """Commits each unit of work at once."""

    def together(self, seller_id: str, task: Callable[[Any], Any]) -> Any:  # noqa: ANN401
        del seller_id
        return task(self)


class InSpiteOfAnError(MemoryRepository):
    """Commits what a task has saved before it raised."""

    def together(self, seller_id: str, task: Callable[[Any], Any]) -> Any:  # noqa: ANN401
        raised = []

        def carry_on(inside: Any) -> Any:  # noqa: ANN401
            try:
                return task(inside)
            except Exception as error:  # noqa: BLE001 - the fault
                raised.append(error)

        answer = super().together(seller_id, carry_on)
        for error in raised:
            raise error
        return answer


class _OnWhatWasThere:
    """Reads what was there before the task, whatever it has saved since."""

    def __init__(self, inside: Any, outside: MemoryRepository) -> None:  # noqa: ANN401
        self.write, self.sellers, self.unserved = inside.write, inside.sellers, inside.unserved
        self.read = outside.read


class BlindToItself(MemoryRepository):
    def together(self, seller_id: str, task: Callable[[Any], Any]) -> Any:  # noqa: ANN401
        before = copied(self, seller_id)
        return super().together(seller_id, lambda inside: task(_OnWhatWasThere(inside, before)))


class _AllOrNothing:
    """Undoes everything if one unit of work is refused."""

    def __init__(self, inside: Any) -> None:  # noqa: ANN401
        self._inside = inside
        self.read, self.sellers, self.unserved = inside.read, inside.sellers, inside.unserved
        self.refused: list[OrderFlowError] = []

    def write(self, seller_id: str, task: Callable[[Any], Any]) -> Any:  # noqa: ANN401
        try:
            return self._inside.write(seller_id, task)
        except OrderFlowError as error:
            self.refused.append(error)
            raise


class RefusedAsAWhole(MemoryRepository):
    def together(self, seller_id: str, task: Callable[[Any], Any]) -> Any:  # noqa: ANN401
        def watch(inside: Any) -> Any:  # noqa: ANN401
            whole = _AllOrNothing(inside)
            answer = task(whole)
            if whole.refused:
                raise ZeroDivisionError
            return answer

        with suppress(ZeroDivisionError):
            return super().together(seller_id, watch)


@pytest.mark.parametrize(
    ("repository", "test"),
    [
        (EachByItself, "test_an_error_undoes_all_of_them"),
        (EachByItself, "test_a_preview_of_batches_saves_nothing"),
        (InSpiteOfAnError, "test_an_error_undoes_all_of_them"),
        (BlindToItself, "test_units_of_work_see_each_other_and_are_committed_together"),
        (RefusedAsAWhole, "test_one_that_is_refused_undoes_itself_alone"),
    ],
)
def test_a_fault_of_together_is_noticed(repository: type[MemoryRepository], test: str) -> None:
    class Contract(TransactionalContract):
        def make_repository(self) -> MemoryRepository:
            return repository()

    assert all(fails(Contract(), test) for _ in SEEDS)


# Random commands


def nothing(*_: object, **__: object) -> tuple[Any, ...]:
    return ()


def backwards(_: object, sound: Fault, *given: object, **named: object) -> list[Any]:
    return list(sound(*given, **named))[::-1]


def never(*_: object) -> None:
    return None


@pytest.mark.parametrize("number", SEEDS)
@pytest.mark.parametrize(
    ("method", "fault"),
    [
        ("waiting", backwards),
        ("waiting", nothing),
        ("orders_with_units", nothing),
        ("blocked_on", never),
        ("back_orders", nothing),
        ("ended_holds", nothing),
        ("postponed", nothing),
        ("waiting_since_before", nothing),
        ("stock", nothing),
    ],
)
def test_random_commands_find_a_fault_that_changes_decisions(
    method: str, fault: Fault, number: int
) -> None:
    @seed(number)
    @settings(derandomize=False, database=None, phases=[Phase.generate], max_examples=300)
    @given(histories())
    def run(history: CommandHistory) -> None:
        compare(FaultyRepository(Random(number), {method: fault}), history)  # noqa: S311 - no secret

    with pytest.raises((AssertionError, OrderFlowError)):
        run()
