"""A command that changes many orders takes many transactions, and comes to the same as in one."""

from __future__ import annotations

from contextlib import nullcontext
from functools import cache
from itertools import count
from typing import TYPE_CHECKING, Any, TypeVar

import attrs
import pytest

from orderflow import MemoryRepository, OrderFlow
from orderflow.adapters.sql import SqlRepository
from orderflow.checking import check
from tests.databases import empty, postgres, sqlite
from tests.drills.long_commands import LONG_COMMANDS, WAITING, LongCommand
from tests.drills.stream import At

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from orderflow import Order, Outcome
    from orderflow.commands import Command
    from orderflow.ports import Repository, UnitOfWork

    T = TypeVar("T")

PAGE = 3
"""So many other orders may change in one transaction."""


@attrs.define
class Transaction:
    """What one transaction has read and written."""

    read: int = 0
    changed: set[str] = attrs.field(factory=set)
    events: int = 0


class Recording:
    """A unit of work that notes what is read from queues, and what is saved."""

    def __init__(self, work: UnitOfWork, notes: Transaction) -> None:
        self._work = work
        self._notes = notes

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever it is
        return getattr(self._work, name)

    def waiting(self, *given: Any, **named: Any) -> Iterator[Order]:  # noqa: ANN401
        return self._count(self._work.waiting(*given, **named))

    def back_orders(self, *given: Any) -> Iterator[Order]:  # noqa: ANN401
        return self._count(self._work.back_orders(*given))

    def ended_holds(self, *given: Any) -> Iterator[Order]:  # noqa: ANN401
        return self._count(self._work.ended_holds(*given))

    def postponed(self, *given: Any) -> Iterator[Order]:  # noqa: ANN401
        return self._count(self._work.postponed(*given))

    def waiting_since_before(self, *given: Any) -> Iterator[Order]:  # noqa: ANN401
        return self._count(self._work.waiting_since_before(*given))

    def to_give_up(self, *given: Any) -> Iterator[Order]:  # noqa: ANN401
        return self._count(self._work.to_give_up(*given))

    def to_remind(self, *given: Any) -> Iterator[Order]:  # noqa: ANN401
        return self._count(self._work.to_remind(*given))

    def save(self, command: Command, outcome: Outcome) -> None:
        self._notes.changed.update(order.order_id for order in outcome.orders)
        self._notes.changed.update(order_id for order_id, _ in outcome.queue_index)
        self._notes.events += len(outcome.events)
        self._work.save(command, outcome)

    def _count(self, orders: Iterable[Order]) -> Iterator[Order]:
        for order in orders:
            self._notes.read += 1
            yield order


class Killed(BaseException):
    """The process has ended."""


class Recorder:
    """A repository that notes each transaction, and ends the process after some."""

    def __init__(self, repository: Repository, ends_after: int | None = None) -> None:
        self._repository = repository
        self._ends_after = ends_after
        self.transactions: list[Transaction] = []

    def write(self, seller_id: str, task: Callable[[UnitOfWork], T]) -> T:
        attempts: list[Transaction] = []

        def noted(work: Any) -> T:  # noqa: ANN401 - Recording has all of it
            attempts.append(Transaction())
            recording: Any = Recording(work, attempts[-1])
            return task(recording)

        result = self._repository.write(seller_id, noted)
        self.transactions.append(attempts[-1])
        if len(self.transactions) == self._ends_after:
            raise Killed
        return result

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever it is
        return getattr(self._repository, name)


@pytest.fixture(params=["memory", "SQLite", "PostgreSQL"])
def make(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[], Repository]]:
    """Make empty repositories, one after another."""
    if request.param == "memory":
        yield MemoryRepository
        return
    file = tmp_path_factory.mktemp("pages") / "orderflow.db"
    is_sqlite = request.param == "SQLite"
    with nullcontext(sqlite(file, synchronous="OFF")) if is_sqlite else postgres() as engine:

        def make_empty() -> Repository:
            empty(engine)
            return SqlRepository(engine)

        yield make_empty
        engine.dispose()


def flow_on(repository: Repository, long: LongCommand, orders_max: int = 1_000) -> OrderFlow:
    return OrderFlow(
        repository, default_policy=long.policy, orders_max=orders_max, clock=At(long.command.at)
    )


def begun(repository: Repository, long: LongCommand) -> Repository:
    """Return the repository with everything that comes before."""
    for command in long.before:
        flow_on(repository, long).handle(command)
    return repository


def seen(repository: Repository) -> list[object]:
    """Return what must be the same however many pages there were."""
    acme = OrderFlow(repository).seller("acme")
    orders = [attrs.evolve(order, version=0) for order in acme.orders()]
    return [orders, acme.stock(), acme.policy(), list(repository.unserved())]


@cache
def expected(name: str) -> list[object]:
    """Return what a long command comes to in one transaction for each command."""
    long = LONG_COMMANDS[name]
    repository = begun(MemoryRepository(), long)
    for command in (long.command, long.after):
        flow_on(repository, long).handle(command)
    return seen(repository)


def violations(repository: Repository, long: LongCommand) -> object:
    if not isinstance(repository, SqlRepository):
        return ()
    return check(repository, default_policy=long.policy).violations


@pytest.mark.parametrize("name", LONG_COMMANDS)
def test_each_transaction_is_small(make: Callable[[], Repository], name: str) -> None:
    long = LONG_COMMANDS[name]
    repository = begun(make(), long)
    recorder = Recorder(repository)
    flow_on(recorder, long, PAGE).handle(long.command)
    # Its own order, and a page of others: each is released and served, or split in two.
    assert max(len(each.changed) for each in recorder.transactions) <= 1 + 2 * PAGE
    assert max(each.events for each in recorder.transactions) <= 2 + 2 * PAGE
    assert max(each.read for each in recorder.transactions) <= 2 + PAGE
    changed = set[str]().union(*(each.changed for each in recorder.transactions))
    assert len(changed) >= WAITING * 3 // 4
    assert len(recorder.transactions) >= WAITING // (2 * PAGE)
    flow_on(repository, long).handle(long.after)
    assert seen(repository) == expected(name)
    assert violations(repository, long) == ()


@pytest.mark.parametrize("recovers", [True, False], ids=["recover", "next command"])
@pytest.mark.parametrize("name", LONG_COMMANDS)
def test_nothing_is_lost_or_done_twice_after_any_page(
    make: Callable[[], Repository], name: str, *, recovers: bool
) -> None:
    long, whole = LONG_COMMANDS[name], expected(name)
    step = 1 if make is MemoryRepository else 17
    for ends_after in count(1, step):
        repository = begun(make(), long)
        try:
            flow_on(Recorder(repository, ends_after), long, PAGE).handle(long.command)
        except Killed:
            assert violations(repository, long) == ()
        else:
            break
        if recovers:
            flow_on(repository, long, PAGE).recover()
        flow_on(repository, long, PAGE).handle(long.command)
        flow_on(repository, long, PAGE).handle(long.after)
        assert seen(repository) == whole
        assert violations(repository, long) == ()
    assert ends_after > WAITING // (2 * PAGE)
