"""A database that is awaited: it is opened, waited for and tried again, and the loop goes on."""

from __future__ import annotations

import asyncio
import random
import subprocess
import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import URL, create_engine, event, text

from orderflow import AsyncOrderFlow, ContentionError, InvalidValueError, Relay, StorageError
from orderflow.adapters.sql import SchemaError, SqlOutbox, Tables
from orderflow.adapters.sql.asynchronous import (
    AsyncNotifier,
    AsyncSqlRepository,
    open_async_database,
    upgrade_async,
    with_transactions,
)
from orderflow.adapters.sql.revision import REVISION
from orderflow.service import RelayResult
from tests.databases.asynchronous import DRIVERS, engine_on, url_for
from tests.unit.shop import ACME, NOON, key, order

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sqlalchemy.ext.asyncio import AsyncEngine

    from orderflow.adapters.sql import Durability
    from orderflow.adapters.sql.transactions import Transactions
    from orderflow.ports import OutboxMessage

# So that what is locked for long is contention soon.
IMPATIENT: dict[str, dict[str, Any]] = {
    "aiosqlite": {"timeout": 0.02},
    "asyncpg": {"server_settings": {"lock_timeout": "20ms"}},
    "psycopg": {"options": "-c lock_timeout=20ms"},
}


@pytest.fixture(params=DRIVERS)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[URL]:
    with url_for(request.param, tmp_path) as url:
        yield url


def driver(url: URL) -> str:
    return url.drivername.partition("+")[2]


@contextmanager
def locked(url: URL) -> Iterator[None]:
    """Another transaction holds the mugs while it changes them."""
    if driver(url) == "aiosqlite":
        engine, lock = create_engine(f"sqlite:///{url.database}"), "BEGIN IMMEDIATE"
    else:
        engine = create_engine(url.set(drivername="postgresql+psycopg"))
        lock = "SELECT 1 FROM orderflow_stock FOR UPDATE"
    with engine.connect() as connection:
        connection.execute(text(lock))
        yield
        connection.rollback()
    engine.dispose()


async def longest_pause(until: asyncio.Event) -> float:
    """Return for how many seconds the event loop did not come round, at the most."""
    longest, before = 0.0, time.monotonic()
    while not until.is_set():
        await asyncio.sleep(0.01)
        longest, before = max(longest, time.monotonic() - before), time.monotonic()
    return longest


def test_the_loop_goes_on_while_a_command_waits_to_be_tried_again(
    url: URL, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(random, "uniform", lambda *_: 0.5)  # between two attempts

    async def wait(engine: AsyncEngine) -> float:
        failed, over = asyncio.Event(), asyncio.Event()
        acme = AsyncOrderFlow(AsyncSqlRepository(engine)).seller(ACME)
        await acme.book_in(key(), 1, at=NOON)
        event.listen(engine.sync_engine, "handle_error", lambda _: failed.set())
        pausing = asyncio.create_task(longest_pause(over))
        with locked(url):
            placing = asyncio.create_task(acme.place(order("A"), at=NOON))
            await failed.wait()
        await placing
        over.set()
        return await pausing

    async def run() -> float:
        async with engine_on(url, connect_args=IMPATIENT[driver(url)]) as engine:
            return await wait(engine)

    assert asyncio.run(run()) < 0.4


def test_what_stays_locked_is_contention(url: URL, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(random, "uniform", lambda *_: 0.0)

    async def run() -> None:
        async with engine_on(url, connect_args=IMPATIENT[driver(url)]) as engine:
            acme = AsyncOrderFlow(AsyncSqlRepository(engine)).seller(ACME)
            await acme.book_in(key(), 1, at=NOON)
            with locked(url), pytest.raises(ContentionError) as caught:
                await acme.place(order("A"), at=NOON)
            assert caught.value.attempts == 5
            assert await acme.orders() == ()
            await acme.place(order("A"), at=NOON)

    asyncio.run(run())


def test_a_command_that_waits_for_a_lock_can_be_timed_out(tmp_path: Path) -> None:
    async def run(url: URL) -> None:
        async with engine_on(url) as engine:
            acme = AsyncOrderFlow(AsyncSqlRepository(engine)).seller(ACME)
            await acme.book_in(key(), 1, at=NOON)
            with locked(url), pytest.raises(TimeoutError):
                async with asyncio.timeout(0.1):
                    await acme.place(order("A"), at=NOON)
            assert await acme.orders() == ()

    for each in ("asyncpg", "psycopg"):
        with url_for(each, tmp_path) as url:
            asyncio.run(run(url))


def test_writers_of_a_file_wait_in_the_loop_and_leave_its_connections_to_readers(
    tmp_path: Path,
) -> None:
    async def run() -> None:
        engine = await open_async_database(tmp_path / "shop.db", create=True)
        acme = AsyncOrderFlow(AsyncSqlRepository(engine)).seller(ACME)
        await acme.book_in(key(), 1, at=NOON)
        async with engine.connect() as other:
            await other.execute(text("BEGIN IMMEDIATE"))
            writing = [asyncio.create_task(acme.place(order(f"{n}"), at=NOON)) for n in range(40)]
            async with asyncio.timeout(5):  # long before a writer gives up
                assert len(await acme.stock()) == 1
                for waiting in writing[1:]:
                    waiting.cancel()
                await asyncio.wait(writing[1:])
            await other.rollback()
        await writing[0]
        assert [each.order_id for each in await acme.orders()] == ["0"]
        await engine.dispose()

    asyncio.run(run())


@pytest.mark.parametrize(("durability", "synchronous"), [("full", 2), ("relaxed", 1)])
def test_every_connection_to_a_file_is_settled(
    tmp_path: Path, durability: Durability, synchronous: int
) -> None:
    async def settled() -> list[dict[str, object]]:
        engine = await open_async_database(tmp_path / "shop.db", durability=durability, create=True)
        names = ("journal_mode", "synchronous", "busy_timeout", "foreign_keys")
        async with engine.connect() as first, engine.connect() as second:
            found = [
                {name: await each.scalar(text(f"PRAGMA {name}")) for name in names}
                for each in (first, second)
            ]
        await engine.dispose()
        return found

    for found in asyncio.run(settled()):
        assert found == {
            "journal_mode": "wal",
            "synchronous": synchronous,
            "busy_timeout": 30_000,
            "foreign_keys": 1,
        }


def test_a_file_is_refused_as_it_is_by_those_who_wait(tmp_path: Path) -> None:
    async def run() -> None:
        with pytest.raises(StorageError, match=r"no database at .*create=True"):
            await open_async_database(tmp_path / "nothing.db")
        (tmp_path / "empty.db").touch()
        with pytest.raises(SchemaError, match="no tables of orderflow"):
            await open_async_database(tmp_path / "empty.db")
        (tmp_path / "text.db").write_text("order,sku,quantity\n" * 100)
        with pytest.raises(StorageError, match=r"text\.db cannot be opened.*not a database"):
            await open_async_database(tmp_path / "text.db")
        with pytest.raises(InvalidValueError, match="'full', 'relaxed', not 'some'"):
            await open_async_database(
                tmp_path / "a.db",
                durability="some",  # type: ignore[arg-type] # that is the fault
                create=True,
            )

    asyncio.run(run())


def test_a_missing_greenlet_is_an_extra_that_is_missing() -> None:
    source = (
        "import sys; sys.modules['greenlet'] = None; import orderflow.adapters.sql.asynchronous"
    )
    run = subprocess.run(  # noqa: S603 - the text above
        [sys.executable, "-c", source], check=False, capture_output=True, text=True
    )
    assert "MissingExtraError: greenlet is not installed" in run.stderr
    assert "orderflow-backorder[async]" in run.stderr


def test_a_plan_is_made_edited_and_applied_once(url: URL) -> None:
    async def run() -> list[tuple[str, int]]:
        async with engine_on(url) as engine:
            acme = AsyncOrderFlow(AsyncSqlRepository(engine)).seller(ACME)
            await acme.book_in(key(), 3, at=NOON)
            for order_id, units in (("A", 9), ("B", 2), ("C", 1)):
                await acme.place(order(order_id, ("MUG", units)), at=NOON)
            plan = await acme.rebalance(at=NOON)
            assert (plan.value, plan.bound) == (2, 2)
            plan = await acme.edit_plan(plan, "take 1 from C, give to A")
            first = await acme.apply(plan, by="Ann", repay=True, at=NOON)
            assert await acme.apply(plan, by="Ann", repay=True, at=NOON) == first
            return [(each.order_id, each.allocated) for each in await acme.orders()]

    assert asyncio.run(run()) == [("A", 1), ("B", 2), ("C", 0)]


def test_a_database_is_upgraded(url: URL) -> None:
    async def run() -> tuple[str | None, str | None]:
        async with engine_on(url) as engine:
            async with engine.begin() as connection:
                await connection.run_sync(Tables.default().metadata.drop_all)
            found = await upgrade_async(engine), await upgrade_async(engine)
            await AsyncOrderFlow(AsyncSqlRepository(engine)).seller(ACME).book_in(key(), 1, at=NOON)
            return found

    assert asyncio.run(run()) == (None, REVISION)


def test_messages_are_relayed_by_a_function_that_is_awaited(url: URL) -> None:
    told: list[str] = []

    async def tell(message: OutboxMessage) -> None:
        await asyncio.sleep(0)
        if message.subject == "B":
            raise ConnectionError("line is down")
        told.append(message.subject)

    def relay(transactions: Transactions) -> RelayResult:
        return Relay(SqlOutbox(transactions), AsyncNotifier(tell), attempts_max=1).run()

    async def run() -> None:
        async with engine_on(url) as engine:
            flow = AsyncOrderFlow(AsyncSqlRepository(engine))
            for each in "AB":
                await flow.seller(ACME).place(order(each), allocate=False, at=NOON)
            assert await with_transactions(engine, relay) == RelayResult(sent=1, dead=1)
            dead = await with_transactions(engine, lambda those: SqlOutbox(those).dead())
            assert [message.subject for message in dead] == ["B"]

    asyncio.run(run())
    assert told == ["A"]


def test_a_host_that_has_begun_nothing_on_a_file_is_told(tmp_path: Path) -> None:
    async def run() -> None:
        engine = await open_async_database(tmp_path / "shop.db", create=True)
        async with engine.begin() as connection:
            await connection.execute(text("CREATE TABLE invoices (number TEXT)"))
        async with engine.connect() as connection:
            acme = AsyncOrderFlow(AsyncSqlRepository.within(connection)).seller(ACME)
            await connection.execute(text("INSERT INTO invoices VALUES ('A')"))
            with pytest.raises(StorageError, match="BEGIN IMMEDIATE"):
                await acme.book_in(key(), 3, at=NOON)
            await connection.rollback()
            await connection.execute(text("BEGIN IMMEDIATE"))
            await connection.execute(text("INSERT INTO invoices VALUES ('B')"))
            await acme.book_in(key(), 3, at=NOON)
            await connection.rollback()
            assert await connection.scalar(text("SELECT count(*) FROM invoices")) == 1
            assert await acme.stock() == ()
        await engine.dispose()

    asyncio.run(run())
