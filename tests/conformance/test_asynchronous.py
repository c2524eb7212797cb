"""What is awaited keeps the contract: in a greenlet there is the same repository."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import attrs
import pytest
from hypothesis import HealthCheck, given, settings
from sqlalchemy import URL, create_engine

from orderflow import (
    AsyncOrderFlow,
    MemoryRepository,
    NotFoundError,
    Order,
    OrderFlow,
    OrderLine,
    RefusedError,
    StockKey,
)
from orderflow.adapters.sql import SqlRepository
from orderflow.adapters.sql.asynchronous import AsyncSqlRepository
from orderflow.checking import check
from orderflow.testing.strategies import CommandHistory, histories
from tests.conformance.filling import NOON
from tests.conformance.sharing import SharingContract
from tests.databases import empty, sqlite
from tests.databases.asynchronous import DRIVERS, engine_on, url_for
from tests.drills.stepping import answer_of

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Iterator, Sequence
    from typing import Any

    from sqlalchemy import Engine

    from orderflow import Outcome
    from orderflow.commands import Command
    from orderflow.ports import AsyncRepository, Reading, Repository, UnitOfWork

    T = TypeVar("T")

MUGS = StockKey("acme", "leeds", "MUG")


@pytest.fixture(params=DRIVERS)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[URL]:
    with url_for(request.param, tmp_path) as url:
        yield url


class Awaited:
    """Waits for an asynchronous repository, whose event loop runs in another thread."""

    def __init__(self, repository: AsyncRepository, loop: asyncio.AbstractEventLoop) -> None:
        self._repository = repository
        self._loop = loop

    def write(self, seller_id: str, task: Callable[[UnitOfWork], T]) -> T:
        return self._wait(lambda repository: repository.write(seller_id, task))

    def read(self, seller_id: str, task: Callable[[Reading], T]) -> T:
        return self._wait(lambda repository: repository.read(seller_id, task))

    def sellers(self) -> Sequence[str]:
        return self._wait(lambda repository: repository.sellers())

    def unserved(self) -> Sequence[StockKey]:
        return self._wait(lambda repository: repository.unserved())

    def _wait(self, task: Callable[[Repository], T]) -> T:
        return asyncio.run_coroutine_threadsafe(self._repository.run(task), self._loop).result()


class TestAsyncSqlRepository(SharingContract):
    _emptying: Engine
    _loop: asyncio.AbstractEventLoop
    _repository: AsyncSqlRepository

    @pytest.fixture(scope="class", params=DRIVERS)
    @classmethod
    def url(
        cls, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
    ) -> Iterator[URL]:
        with url_for(request.param, tmp_path_factory.mktemp("contract")) as url:
            yield url

    @pytest.fixture(autouse=True, scope="class")
    @classmethod
    def engine(cls, url: URL) -> Iterator[None]:
        cls.shared, cls._emptying, cls._loop = None, waiting(url), asyncio.new_event_loop()
        with ThreadPoolExecutor(1) as thread:
            thread.submit(cls._loop.run_forever)
            opened = engine_on(url)
            cls._repository = AsyncSqlRepository(cls._await(opened.__aenter__()))
            yield
            cls._await(opened.__aexit__(None, None, None))
            cls._loop.call_soon_threadsafe(cls._loop.stop)
        cls._loop.close()
        cls._emptying.dispose()

    def make_empty(self) -> Repository:
        empty(self._emptying)
        return Awaited(self._repository, self._loop)

    @settings(max_examples=15, suppress_health_check=[HealthCheck.differing_executors])
    @given(history=histories())
    def test_it_answers_as_the_reference_does(self, history: CommandHistory) -> None:
        """Here through `AsyncOrderFlow`."""
        self.make_repository()
        page = history.orders_max
        flow = AsyncOrderFlow(self._repository, default_policy=history.policy, orders_max=page)
        reference = OrderFlow(MemoryRepository(), default_policy=history.policy, orders_max=page)

        async def compare() -> None:
            for command in history.commands:
                assert await answer(flow, command) == answer_of(reference, command)
            for seller_id in {command.seller_id: None for command in history.commands}:
                assert await flow.seller(seller_id).orders() == reference.seller(seller_id).orders()
                assert await flow.seller(seller_id).stock() == reference.seller(seller_id).stock()
                assert await flow.seller(seller_id).events() == reference.seller(seller_id).events()

        self._await(compare())

    @classmethod
    def _await(cls, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, cls._loop).result()


async def answer(flow: AsyncOrderFlow, command: Command) -> Outcome | str:
    try:
        return attrs.evolve(await flow.handle(command), queue_index=())
    except (NotFoundError, RefusedError) as refusal:
        return str(refusal)


def waiting(url: URL) -> Engine:
    """Open the same database with a driver that waits."""
    if url.drivername.startswith("sqlite"):
        return sqlite(Path(str(url.database)), synchronous="OFF")
    return create_engine(url.set(drivername="postgresql+psycopg"))


def order(order_id: str, quantity: int) -> Order:
    lines = (OrderLine("1", "MUG", quantity),)
    return Order(
        order_id=order_id, seller_id="acme", warehouse_id="leeds", lines=lines, placed_at=NOON
    )


def test_many_tasks_at_once_oversell_nothing(url: URL) -> None:
    async def sell(flow: AsyncOrderFlow, number: int) -> None:
        acme = flow.seller("acme")
        await acme.place(order(f"{number}", 1 + number % 3), at=NOON)
        if number % 4 == 1:
            await acme.cancel(f"{number}", at=NOON)
        if number % 4 == 2:
            await acme.book_in(MUGS, 2, at=NOON)

    async def sell_all() -> None:
        async with engine_on(url) as engine:
            flow = AsyncOrderFlow(AsyncSqlRepository(engine))
            await flow.seller("acme").book_in(MUGS, 20, at=NOON)
            await asyncio.gather(*(sell(flow, number) for number in range(60)))

    asyncio.run(sell_all())
    engine = waiting(url)
    checked = check(SqlRepository(engine))
    assert (checked.orders, checked.violations) == (60, ())
    engine.dispose()
