"""A command that is cancelled, wherever it is, has happened as a whole or not at all."""

from __future__ import annotations

import asyncio
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import URL, event

from orderflow import AsyncOrderFlow
from orderflow.adapters.sql.asynchronous import AsyncSqlRepository
from orderflow.adapters.sql.executor import CoreExecutor
from orderflow.checking import check
from tests.databases.asynchronous import DRIVERS, engine_on, url_for
from tests.unit.shop import ACME, NOON, key, order

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from sqlalchemy.ext.asyncio import AsyncEngine


@pytest.fixture(params=DRIVERS)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[URL]:
    with url_for(request.param, tmp_path) as url:
        yield url


@contextmanager
def at_step(engine: AsyncEngine, number: int, act: Callable[[], object]) -> Iterator[None]:
    """Do something when a statement or the commit of this number is on its way."""
    steps = 0

    def count(*_: object) -> None:
        nonlocal steps
        steps += 1
        if steps == number:
            act()

    def counting(run: Callable[..., Any]) -> Callable[..., Any]:
        def counted(*given: object) -> Any:  # noqa: ANN401 - what it returns
            count()
            return run(*given)

        return counted

    event.listen(engine.sync_engine, "commit", count)
    with pytest.MonkeyPatch.context() as patch:
        for name in ("rows", "run"):
            patch.setattr(CoreExecutor, name, counting(getattr(CoreExecutor, name)))
        yield
    event.remove(engine.sync_engine, "commit", count)


def listen(*_: object) -> None:
    """Listen to statements, which SQLAlchemy then runs itself."""


class Impatient:
    """Cancels a task: once, or as anyio does, again and again until it has ended."""

    def __init__(self, *, again: bool) -> None:
        self._again = again
        self.task: asyncio.Task[object] | None = None

    def __call__(self) -> None:
        if self.task is not None and not self.task.done():
            self.task.cancel()
            if self._again:
                asyncio.get_running_loop().call_soon(self)


@pytest.mark.parametrize(
    ("again", "watched"),
    [(False, False), (True, False), (True, True)],
    ids=["once", "again", "again, watched"],
)
def test_a_command_is_cancelled_at_each_of_its_steps(
    url: URL, *, again: bool, watched: bool
) -> None:
    async def cancel_at(engine: AsyncEngine, step: int) -> bool:
        flow, impatient = AsyncOrderFlow(AsyncSqlRepository(engine)), Impatient(again=again)
        acme = flow.seller(ACME)
        with at_step(engine, step, impatient):
            placing = acme.place(order(f"{step}", ("MUG", 1), ("CUP", 1)), at=NOON)
            impatient.task = asyncio.create_task(placing)
            await asyncio.wait([impatient.task])
        assert len(asyncio.all_tasks()) == 1, "something is still being closed"
        assert engine.sync_engine.pool.checkedout() == 0  # type: ignore[attr-defined] # of a queue
        async with asyncio.timeout(10):  # a lock that is left behind would be held for longer
            await acme.book_in(key(), 1, at=NOON)
        return impatient.task.cancelled()

    async def drill() -> int:
        async with engine_on(url) as engine:
            if watched:
                event.listen(engine.sync_engine, "before_cursor_execute", listen)
            repository, step = AsyncSqlRepository(engine), 1
            while await cancel_at(engine, step):
                step += 1
            assert (await repository.run(check)).violations == ()
            orders = await AsyncOrderFlow(repository).seller(ACME).orders()
            # The last one was not cancelled, and the one before may have been committed.
            assert {each.order_id for each in orders} <= {str(step), str(step - 1)}
            return step

    assert asyncio.run(drill()) > 8


def test_a_command_on_a_connection_of_the_hosts_is_cancelled_at_each_of_its_steps(
    url: URL,
) -> None:
    async def place(engine: AsyncEngine, step: int) -> None:
        async with engine.begin() as connection:
            flow = AsyncOrderFlow(AsyncSqlRepository.within(connection))
            await flow.seller(ACME).place(order(f"{step}", ("MUG", 1), ("CUP", 1)), at=NOON)

    async def cancel_at(engine: AsyncEngine, step: int) -> bool:
        impatient = Impatient(again=False)
        with at_step(engine, step, impatient):
            impatient.task = asyncio.create_task(place(engine, step))
            await asyncio.wait([impatient.task])
        async with asyncio.timeout(10):
            await AsyncOrderFlow(AsyncSqlRepository(engine)).seller(ACME).book_in(key(), 1, at=NOON)
        return impatient.task.cancelled()

    async def drill() -> int:
        async with engine_on(url) as engine:
            repository, step = AsyncSqlRepository(engine), 1
            while await cancel_at(engine, step):
                step += 1
            assert (await repository.run(check)).violations == ()
            orders = await AsyncOrderFlow(repository).seller(ACME).orders()
            # The last one was not cancelled, and the one before may have been committed.
            assert {each.order_id for each in orders} <= {str(step), str(step - 1)}
            return step

    assert asyncio.run(drill()) > 6


def test_a_long_queue_that_is_cancelled_between_two_pages_is_served_by_the_next(url: URL) -> None:
    async def cancel_at(engine: AsyncEngine, step: int) -> bool:
        flow = AsyncOrderFlow(AsyncSqlRepository(engine), orders_max=1)
        acme = flow.seller(ACME)
        sku, impatient = f"SKU-{step}", Impatient(again=False)
        await acme.place_many([order(f"{sku}-{n}", (sku, 1)) for n in range(3)], at=NOON)
        with at_step(engine, step, impatient):
            impatient.task = asyncio.create_task(acme.book_in(key(sku), 3, at=NOON))
            await asyncio.wait([impatient.task])
        left.append(await flow.recover())
        on_hand = sum(stock.on_hand for stock in await acme.stock() if stock.key == key(sku))
        waiting = await acme.queue(key(sku))
        assert (on_hand, len(waiting)) in {(0, 3), (3, 0)}
        return impatient.task.cancelled()

    async def drill() -> None:
        async with engine_on(url) as engine:
            step = 1
            while await cancel_at(engine, step):
                step += 1

    left: list[int] = []
    asyncio.run(drill())
    assert 1 in left, "it was never cancelled between two pages"
