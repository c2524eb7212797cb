"""What is kept in memory may be read and written by any number of threads."""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier, Event
from typing import TYPE_CHECKING

import pytest

from orderflow import MemoryRepository, OrderFlow, StockKey
from orderflow.adapters.memory import MemoryNoticeStore, MemoryOutbox
from orderflow.events import OrderAllocated, StockBookedIn
from tests.unit.shop import ACME, NOON, key, order

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROUNDS = 150


@pytest.fixture(autouse=True)
def _switching_often() -> Iterator[None]:
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


def while_writing(write: Callable[[int, int], object], *reads: Callable[[], object]) -> None:
    """Write in two threads, and read in others until both have ended."""
    barrier, ended = Barrier(2 + len(reads)), Event()

    def writing(thread: int) -> None:
        barrier.wait()
        for number in range(ROUNDS):
            write(thread, number)

    def reading(read: Callable[[], object]) -> None:
        barrier.wait()
        while not ended.is_set():
            read()

    with ThreadPoolExecutor(2 + len(reads)) as pool:
        readers = [pool.submit(reading, each) for each in reads]
        writers = [pool.submit(writing, thread) for thread in range(2)]
        try:
            for each in writers:
                each.result()
        finally:
            ended.set()
        for each in readers:
            each.result()


def test_all_sellers_are_read_while_others_write() -> None:
    repository = MemoryRepository(MemoryOutbox())
    flow = OrderFlow(repository, orders_max=1)

    def write(thread: int, number: int) -> None:
        seller_id = f"{thread}-{number}"
        seller = flow.seller(seller_id)
        for order_id in "AB":
            wanted = (("MUG", 1), ("PAN", 1))
            seller.place(order(order_id, *wanted, seller_id=seller_id), at=NOON)
        for sku in ("MUG", "PAN"):
            seller.book_in(StockKey(seller_id, "leeds", sku), 2, at=NOON)

    while_writing(write, repository.unserved, repository.sellers, flow.recover)
    assert len(repository.sellers()) == 2 * ROUNDS
    assert repository.unserved() == []
    for seller_id in repository.sellers():
        assert {each.status for each in flow.seller(seller_id).orders()} == {"ALLOCATED"}


def test_one_seller_is_read_while_others_write() -> None:
    repository = MemoryRepository()
    acme = OrderFlow(repository).seller(ACME)
    acme.book_in(key(), 1, at=NOON)

    def write(thread: int, number: int) -> None:
        acme.place(order(f"{thread}-{number}"), at=NOON)
        acme.cancel(f"{thread}-{number}", at=NOON)

    def read() -> None:
        (stock,) = acme.stock()
        whole = repository.read(ACME, lambda reading: (reading.orders(), reading.all_stock()))
        assert sum(each.allocated for each in whole[0]) == whole[1][0].allocated
        assert stock.allocated <= stock.on_hand
        for each in acme.orders(limit=3):
            assert acme.events(each.order_id)[0].at == NOON
            acme.explain(each.order_id, at=NOON)
        repository.together(ACME, lambda copy: copy.read(ACME, lambda reading: reading.orders()))

    while_writing(write, read, acme.events, lambda: acme.queue(key()))
    assert acme.stock()[0].allocated == 0


def test_the_messages_are_read_while_others_are_added_and_sent() -> None:
    outbox = MemoryOutbox()
    event = StockBookedIn(key=key(), at=NOON, received=1, rejected=0)

    def write(thread: int, number: int) -> None:
        outbox.add(f"{thread}", [event, event], 2 * number)
        for message in outbox.claim(NOON, timedelta(0), 3):
            if message.message_id.endswith("0"):
                outbox.mark_failed(message, "no", None)
            else:
                outbox.mark_sent([message])

    def revive() -> None:
        for each in outbox.dead():
            outbox.revive(each.message_id)

    while_writing(write, outbox.dead, revive)
    revive()
    while messages := outbox.claim(NOON, timedelta(1), 10):
        for each in messages:
            outbox.mark_sent([each])
    assert outbox.dead() == ()


def test_the_notices_are_read_while_others_are_put() -> None:
    store = MemoryNoticeStore()

    def write(thread: int, number: int) -> None:
        assert store.compare_and_set(ACME, f"{thread}-{number}", None, "text")
        store.put(ACME, f"{thread}-{number - 3}", None)

    while_writing(write, lambda: [key for key, text in store.entries.items() if not text])
    assert len(store.entries) == 2 * 3


def test_a_new_seller_holds_up_no_other() -> None:
    repository = MemoryRepository()
    flow = OrderFlow(repository)
    with ThreadPoolExecutor(1) as pool, repository.unit_of_work("new"):
        other = flow.seller("other")
        booking_in = pool.submit(other.book_in, StockKey("other", "leeds", "MUG"), 1, at=NOON)
        assert booking_in.result(20).stock[0].on_hand == 1
        assert pool.submit(repository.sellers).result(20) == ["other"]


def test_an_event_is_not_in_the_outbox_before_it_can_be_read() -> None:
    outbox = MemoryOutbox()
    acme = OrderFlow(MemoryRepository(outbox)).seller(ACME)
    acme.book_in(key(), 2 * ROUNDS, at=NOON)

    def relay() -> None:
        for message in outbox.claim(NOON, timedelta(days=1), 10):
            if isinstance(message.event, OrderAllocated):
                assert acme.order(message.event.order_id).status == "ALLOCATED"
            outbox.mark_sent([message])

    while_writing(lambda *numbers: acme.place(order(f"{numbers}"), at=NOON), relay)
