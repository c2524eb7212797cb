"""A repository that waits, in threads: the event loop goes on, and what has begun is finished."""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING

import pytest

from orderflow import AsyncOrderFlow, MemoryRepository
from orderflow.adapters.threads import ThreadedRepository
from tests.unit.shop import ACME, NOON, key

if TYPE_CHECKING:
    from orderflow import OrderFlow


def test_the_event_loop_goes_on_while_a_task_waits() -> None:
    gone_on = threading.Event()

    async def wait() -> bool:
        flow = AsyncOrderFlow(ThreadedRepository(MemoryRepository()))
        asyncio.get_running_loop().call_later(0.01, gone_on.set)
        return await flow.run(lambda _: gone_on.wait(10))

    assert asyncio.run(wait())


def test_a_task_that_is_cancelled_is_carried_out_to_its_end() -> None:
    begun, cancelled = threading.Event(), threading.Event()

    def deliver(flow: OrderFlow) -> None:
        begun.set()
        assert cancelled.wait(10)
        flow.seller(ACME).book_in(key(), 3, at=NOON)

    async def cancel() -> AsyncOrderFlow:
        flow = AsyncOrderFlow(ThreadedRepository(MemoryRepository()))
        task = asyncio.create_task(flow.run(deliver))
        await asyncio.to_thread(begun.wait, 10)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        cancelled.set()
        return flow  # the loop waits for its threads before it closes

    flow = asyncio.run(cancel())
    assert [stock.on_hand for stock in asyncio.run(flow.seller(ACME).stock())] == [3]
