"""Commands in company: committed together, answered one by one, on real databases."""

from __future__ import annotations

import asyncio
from collections import Counter
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from threading import Barrier, Event, Thread
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import event, text

from orderflow import (
    AsyncOrderFlow,
    BusyError,
    InvalidValueError,
    MemoryRepository,
    OrderFlow,
    OrderFlowError,
    Status,
    StorageError,
    UnfinishedError,
)
from orderflow.adapters.group_commit import GroupCommit
from orderflow.adapters.sql import SqlRepository
from orderflow.adapters.threads import ThreadedRepository
from orderflow.checking import check
from tests.databases import postgres, sqlite
from tests.unit.shop import ACME, NOON, key, order

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from sqlalchemy import Engine

    from orderflow.ports import Repository, UnitOfWork

CALLERS = 16


class Counting(MemoryRepository):
    """Counts transactions, and can hold them up or fail."""

    def __init__(self) -> None:
        super().__init__()
        self.together_with: list[int] = []
        self.begun, self.go_on = Event(), Event()
        self.fails: Callable[[], None] = lambda: None

    def write(self, seller_id: str, task: Callable[[UnitOfWork], Any]) -> Any:  # noqa: ANN401
        self.begun.set()
        assert self.go_on.wait(5)
        return super().write(seller_id, task)

    def together(self, seller_id: str, task: Callable[[Repository], Any]) -> Any:  # noqa: ANN401
        calls = Counter[str]()

        def counted(repository: Repository) -> object:
            write = repository.write

            def counting(seller: str, inner: Callable[[UnitOfWork], Any]) -> object:
                calls["write"] += 1
                return write(seller, inner)

            repository.write = counting  # type: ignore[method-assign,assignment] # to count
            result = task(repository)
            self.fails()
            return result

        result = super().together(seller_id, counted)
        self.together_with.append(calls["write"])
        return result


@contextmanager
def in_company(
    repository: Counting, *calls: Callable[[GroupCommit], object], size: int = 64
) -> Iterator[list[Any]]:
    """Make calls, in order, while another command of the seller is being carried out."""
    company = GroupCommit(repository, size=size)
    acme = OrderFlow(company).seller(ACME)
    answers: list[Any] = []
    with ThreadPoolExecutor(len(calls) + 1) as pool:
        first = pool.submit(acme.count, key(), 3, at=NOON)
        assert repository.begun.wait(5)
        futures: list[Future[Any]] = []
        for number, call in enumerate(calls, 1):
            futures.append(pool.submit(call, company))
            until(partial(_waits, company, number))
        repository.go_on.set()
        wait([first, *futures])
        answers += [each.exception() or each.result() for each in (first, *futures)]
    yield answers
    assert company.waiting(ACME) == 0


def _waits(company: GroupCommit, number: int) -> bool:
    return company.waiting(ACME) == number


def until(holds: Callable[[], bool]) -> None:
    for _ in range(1_000):
        if holds():
            return
        Event().wait(0.005)
    raise AssertionError("it never did")


def place(order_id: str, units: int = 1) -> Callable[[GroupCommit], object]:
    placed = order(order_id, ("MUG", units))
    return lambda company: OrderFlow(company).seller(ACME).place(placed, at=NOON)


def cancel(order_id: str) -> Callable[[GroupCommit], object]:
    return lambda company: OrderFlow(company).seller(ACME).cancel(order_id, at=NOON)


def test_what_waits_is_committed_together_and_in_order() -> None:
    repository = Counting()
    calls = [place(f"{number}", 2) for number in (5, 1, 3)]
    with in_company(repository, *calls) as answers:
        assert [each.order.order_id for each in answers[1:]] == ["5", "1", "3"]
        assert [each.order.short for each in answers[1:]] == [0, 1, 2]
    assert repository.together_with == [3]


def test_a_refused_command_does_not_take_others_along() -> None:
    repository = Counting()
    calls = [place("A"), place("A"), cancel("nobody's"), place("B")]
    with in_company(repository, *calls) as (_, first, twice, absent, last):
        assert (first.order.status, last.order.status) == (Status.ALLOCATED, Status.ALLOCATED)
        assert "already" in str(twice)
        assert "has no order" in str(absent)
    assert repository.together_with == [4]


def test_neither_does_one_that_fails() -> None:
    def fail(_: object) -> object:
        raise ZeroDivisionError

    repository = Counting()
    calls = [place("A"), lambda company: company.write(ACME, fail), place("B")]
    with in_company(repository, *calls) as (_, first, failed, last):
        assert isinstance(failed, ZeroDivisionError)
        assert [first.order.order_id, last.order.order_id] == ["A", "B"]


@pytest.mark.parametrize("error", [StorageError("the disk is full"), UnfinishedError("it broke")])
def test_after_a_failure_of_the_database_each_is_carried_out_alone_unless_it_may_be_saved(
    error: OrderFlowError,
) -> None:
    repository = Counting()

    def fail() -> None:
        raise error

    repository.fails = fail
    with in_company(repository, place("A"), place("B")) as (_, *answers):
        if isinstance(error, UnfinishedError):
            assert [type(each) for each in answers] == [UnfinishedError] * 2
            assert answers[0] is not answers[1]
        else:
            assert [each.order.order_id for each in answers] == ["A", "B"]


def test_whoever_is_interrupted_while_committing_says_so_to_the_others() -> None:
    repository = Counting()

    def interrupt() -> None:
        raise KeyboardInterrupt

    repository.fails = interrupt
    with in_company(repository, place("A"), place("B"), size=2) as (_, *answers):
        assert [type(each) for each in answers] == [KeyboardInterrupt, UnfinishedError]
        assert "KeyboardInterrupt" in str(answers[1])


def test_a_group_has_a_largest_size() -> None:
    repository = Counting()
    with in_company(repository, *(place(f"{number}") for number in range(7)), size=3):
        pass
    assert repository.together_with == [3, 3]  # the last one is alone


def test_how_long_a_command_waits_is_bounded() -> None:
    repository = Counting()
    company = GroupCommit(repository, wait_max=timedelta(milliseconds=20))
    acme = OrderFlow(company).seller(ACME)
    first = Thread(target=lambda: acme.count(key(), 3, at=NOON))
    first.start()
    assert repository.begun.wait(5)
    with pytest.raises(BusyError, match=r"because it has waited for 0:00:00\.02"):
        acme.place(order("A"), at=NOON)
    repository.go_on.set()
    first.join()
    assert acme.place(order("B"), at=NOON).order is not None
    assert [each.order_id for each in acme.orders()] == ["B"]


def test_how_many_wait_is_bounded_for_each_seller() -> None:
    repository = Counting()
    company = GroupCommit(repository, waiting_max=1)
    acme, bolt = (OrderFlow(company).seller(each) for each in (ACME, "bolt"))
    first = Thread(target=lambda: acme.count(key(), 3, at=NOON))
    second = Thread(target=lambda: acme.place(order("A"), at=NOON))
    first.start()
    assert repository.begun.wait(5)
    second.start()
    until(partial(_waits, company, 1))
    with pytest.raises(BusyError, match="because 1 other command waits already; try again"):
        acme.place(order("B"), at=NOON)
    third = Thread(target=lambda: bolt.count(key(seller_id="bolt"), 1, at=NOON))
    third.start()
    repository.go_on.set()
    for each in (first, second, third):
        each.join()
    assert [each.order_id for each in acme.orders()] == ["A"]
    assert company.sellers() == [ACME, "bolt"]


@pytest.mark.parametrize(
    ("name", "value"),
    [("size", 0), ("waiting_max", 0), ("wait_max", timedelta(0)), ("wait_max", 5)],
)
def test_wrong_bounds_are_refused(name: str, value: object) -> None:
    with pytest.raises(InvalidValueError, match=f"GroupCommit.{name} must be"):
        GroupCommit(MemoryRepository(), **{name: value})  # type: ignore[arg-type] # wrong


@contextmanager
def database(name: str, folder: Path) -> Iterator[Engine]:
    if name == "sqlite":
        engine = sqlite(folder / "shop.db")
        yield engine
        engine.dispose()
        return
    with postgres() as engine:
        yield engine


def commits_of(engine: Engine) -> list[None]:
    commits: list[None] = []
    event.listen(engine, "commit", lambda _: commits.append(None))
    return commits


@pytest.mark.parametrize("name", ["sqlite", "postgresql"])
def test_many_callers_at_once_lose_nothing(name: str, tmp_path: Path) -> None:
    with database(name, tmp_path) as engine:
        repository = SqlRepository(engine)
        acme = OrderFlow(GroupCommit(repository)).seller(ACME)
        acme.book_in(key(), 100, at=NOON)
        commits = commits_of(engine)
        ready = Barrier(CALLERS)

        def shop(caller: int) -> Counter[str]:
            ready.wait()
            found = Counter[str]()
            for number in range(6):
                order_id = f"{caller if number else 0}-{number}"  # 16 callers have the same first
                try:
                    outcome = acme.place(order(order_id, ("MUG", 2)), at=NOON)
                    found[str(outcome.orders[0].status)] += 1
                except OrderFlowError as error:
                    found[type(error).__name__] += 1
            return found

        with ThreadPoolExecutor(CALLERS) as pool:
            found = sum(pool.map(shop, range(CALLERS)), Counter[str]())
        assert found == {"ALLOCATED": 50, "ON_BACK_ORDER": 31, "DuplicateOrderError": 15}
        assert len(commits) < 6 * CALLERS / 2
        assert check(repository).violations == ()


def test_a_database_that_fails_for_one_answers_the_others(tmp_path: Path) -> None:
    with database("sqlite", tmp_path) as engine:
        repository = SqlRepository(engine)
        with engine.begin() as connection:
            connection.execute(
                text(
                    "CREATE TRIGGER bad BEFORE INSERT ON orderflow_orders WHEN NEW.order_id = 'bad'"
                    " BEGIN SELECT RAISE(ABORT, 'no such order'); END"
                )
            )
        acme = OrderFlow(GroupCommit(repository)).seller(ACME)
        ids = [*map(str, range(CALLERS)), "bad"]
        with ThreadPoolExecutor(len(ids)) as pool:
            futures = [pool.submit(acme.place, order(each), at=NOON) for each in ids]
        errors = [each.exception() for each in futures]
        assert [type(each) for each in errors if each is not None] == [StorageError]
        assert sorted(each.order_id for each in acme.orders()) == sorted(ids[:-1])


def test_async_callers_come_in_company_in_threads(tmp_path: Path) -> None:
    with database("sqlite", tmp_path) as engine:
        repository = SqlRepository(engine)
        commits = commits_of(engine)
        flow = AsyncOrderFlow(ThreadedRepository(GroupCommit(repository)))

        async def shop() -> None:
            acme = flow.seller(ACME)
            await asyncio.gather(*(acme.place(order(str(n)), at=NOON) for n in range(40)))

        asyncio.run(shop())
        assert len(OrderFlow(repository).seller(ACME).orders()) == 40
        assert len(commits) < 20
