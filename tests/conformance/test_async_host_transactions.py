"""On an asynchronous connection of the host's, both commit or roll back in one transaction."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import URL, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession

from orderflow import AsyncOrderFlow, NotFoundError, Order, OrderLine, StockKey
from orderflow.adapters.sql.asynchronous import AsyncSqlRepository
from tests.conformance.filling import NOON
from tests.databases.asynchronous import DRIVERS, engine_on, url_for

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Iterator
    from pathlib import Path
    from typing import Any

    Story = Callable[[AsyncEngine], Coroutine[Any, Any, None]]

MUGS = StockKey("acme", "leeds", "MUG")
INVOICE = text("INSERT INTO invoices VALUES ('A')")


@pytest.fixture(params=DRIVERS)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[URL]:
    with url_for(request.param, tmp_path) as url:
        yield url


def tell(url: URL, story: Story) -> None:
    """Run a story on a database with an empty table of the host's, and three mugs."""

    async def run() -> None:
        async with engine_on(url) as engine:
            async with engine.begin() as connection:
                await connection.execute(text("CREATE TABLE invoices (number VARCHAR(9))"))
            await (
                AsyncOrderFlow(AsyncSqlRepository(engine)).seller("acme").book_in(MUGS, 3, at=NOON)
            )
            await story(engine)

    asyncio.run(run())


def flow_on(connection: AsyncConnection) -> AsyncOrderFlow:
    return AsyncOrderFlow(AsyncSqlRepository.within(connection))


def order() -> Order:
    lines = (OrderLine("1", "MUG", 2),)
    return Order(order_id="A", seller_id="acme", warehouse_id="leeds", lines=lines, placed_at=NOON)


async def kept(engine: AsyncEngine) -> tuple[int, int]:
    """Count the invoices and the orders that were committed."""
    async with engine.connect() as connection:
        invoices = await connection.scalar(text("SELECT count(*) FROM invoices"))
        await connection.rollback()
    return invoices or 0, len(
        await AsyncOrderFlow(AsyncSqlRepository(engine)).seller("acme").orders()
    )


def test_the_host_and_orderflow_commit_together(url: URL) -> None:
    async def story(engine: AsyncEngine) -> None:
        async with engine.connect() as connection:
            await connection.execute(INVOICE)
            await flow_on(connection).seller("acme").place(order(), at=NOON)
            assert await kept(engine) == (0, 0), "it was committed before the host did"
            await connection.commit()
        assert await kept(engine) == (1, 1)

    tell(url, story)


def test_a_host_that_raises_afterwards_takes_both_back(url: URL) -> None:
    async def sell(engine: AsyncEngine) -> None:
        async with engine.begin() as connection:
            acme = flow_on(connection).seller("acme")
            await acme.place(order(), at=NOON)
            assert (await acme.order("A")).order_id == "A"
            await connection.execute(INVOICE)
            raise ZeroDivisionError

    async def story(engine: AsyncEngine) -> None:
        with pytest.raises(ZeroDivisionError):
            await sell(engine)
        assert await kept(engine) == (0, 0)
        stock = await AsyncOrderFlow(AsyncSqlRepository(engine)).seller("acme").stock()
        assert [each.allocated for each in stock] == [0]

    tell(url, story)


def test_a_refusal_leaves_what_the_host_wrote_before(url: URL) -> None:
    async def story(engine: AsyncEngine) -> None:
        async with engine.begin() as connection:
            await connection.execute(INVOICE)
            with pytest.raises(NotFoundError):
                await flow_on(connection).seller("acme").cancel("nothing", at=NOON)
            await (
                flow_on(connection).seller("acme").place(order(), at=NOON)
            )  # the transaction goes on
        assert await kept(engine) == (1, 1)

    tell(url, story)


def test_the_connection_may_be_that_of_a_session(url: URL) -> None:
    async def story(engine: AsyncEngine) -> None:
        for commits in (False, True):
            async with AsyncSession(engine) as session:
                await session.execute(INVOICE)
                await flow_on(await session.connection()).seller("acme").place(order(), at=NOON)
                if commits:
                    await session.commit()
            assert await kept(engine) == (int(commits), int(commits))

    tell(url, story)


def test_a_host_that_is_cancelled_takes_both_back(url: URL) -> None:
    async def sell(engine: AsyncEngine, sold: asyncio.Event) -> None:
        async with engine.begin() as connection:
            await connection.execute(INVOICE)
            await flow_on(connection).seller("acme").place(order(), at=NOON)
            sold.set()
            await asyncio.sleep(60)

    async def story(engine: AsyncEngine) -> None:
        sold = asyncio.Event()
        selling = asyncio.create_task(sell(engine, sold))
        await sold.wait()
        selling.cancel()
        await asyncio.wait([selling])
        assert await kept(engine) == (0, 0)
        await AsyncOrderFlow(AsyncSqlRepository(engine)).seller("acme").place(order(), at=NOON)

    tell(url, story)
