"""What a later release wrote is left for it, and all else is done meanwhile."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select, update

from orderflow import HoldReason, MemoryRepository, OrderFlow
from orderflow.adapters.sql import SqlOutbox, SqlPreferences, SqlRepository, Tables
from orderflow.adapters.sql import outbox as outbox_module
from orderflow.errors import UnreadableError
from orderflow.service import Relay
from orderflow.worker import Job, Worker, WorkerError
from tests.unit.shop import NOON, Clock, key, later, order

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import TypeVar

    from sqlalchemy import Engine

    from orderflow import StockKey
    from orderflow.ports import OutboxMessage, UnitOfWork

    T = TypeVar("T")

LEASE = timedelta(minutes=5)
KNOWN, LATER = '"version":1', '"version":2'


class Recorder:
    """Takes every message."""

    def __init__(self) -> None:
        self.subjects: list[tuple[str, str]] = []

    def notify(self, message: OutboxMessage) -> None:
        self.subjects.append((message.seller_id, message.subject))


def fill(engine: Engine, *order_ids: str, seller_id: str = "acme") -> None:
    """Place and hold each order."""
    seller = OrderFlow(SqlRepository(engine)).seller(seller_id)
    for order_id in order_ids:
        seller.place(order(order_id, seller_id=seller_id), allocate=False, at=NOON)
        seller.hold(order_id, HoldReason.OTHER, at=NOON, until=later(5))


def write_as_later(
    engine: Engine, order_id: str, kind: str = "OrderPlaced", *, back: bool = False
) -> None:
    """Write an event of an order as a later release would, or as this one does."""
    events = Tables.default().events
    texts = (LATER, KNOWN) if back else (KNOWN, LATER)
    with engine.begin() as connection:
        connection.execute(
            update(events)
            .where(events.c.order_id == order_id, events.c.kind == kind)
            .values(event=func.replace(events.c.event, *texts))
        )


def write_orders_as_later(engine: Engine, order_id: str) -> None:
    """Write the row of an order as a later release would."""
    orders = Tables.default().orders
    with engine.begin() as connection:
        connection.execute(
            update(orders).where(orders.c.order_id == order_id).values(short_part="ANEW")
        )


def rows_of(engine: Engine, subject: str) -> list[tuple[object, ...]]:
    outbox = Tables.default().outbox
    with engine.connect() as connection:
        return [
            tuple(row)
            for row in connection.execute(
                select(outbox).where(outbox.c.subject == subject).order_by(outbox.c.number)
            )
        ]


def subjects(messages: Sequence[OutboxMessage]) -> list[str]:
    return [each.subject for each in messages]


def test_a_claim_passes_over_what_it_cannot_read(engine: Engine) -> None:
    fill(engine, "bad", "good")
    write_as_later(engine, "bad")
    outbox, before = SqlOutbox(engine), rows_of(engine, "bad")
    assert subjects(outbox.claim(NOON, LEASE, 9)) == ["good", "good"]
    for _ in range(2):
        with pytest.raises(UnreadableError, match=r"'acme:1' about 'bad'.*upgrade this process"):
            outbox.claim(NOON, LEASE, 9)
    assert rows_of(engine, "bad") == before
    write_as_later(engine, "bad", back=True)
    assert subjects(outbox.claim(NOON, LEASE, 9)) == ["bad", "bad"]


def test_what_comes_before_it_is_claimed_and_what_comes_after_it_waits(engine: Engine) -> None:
    fill(engine, "A")
    OrderFlow(SqlRepository(engine)).seller("acme").release_hold("A", at=NOON)
    write_as_later(engine, "A", "OrderHeld")
    outbox = SqlOutbox(engine)
    claimed = outbox.claim(NOON, LEASE, 9)
    assert [type(each.event).__name__ for each in claimed] == ["OrderPlaced"]
    outbox.mark_sent(claimed)
    with pytest.raises(UnreadableError, match="'acme:2' about 'A'"):
        outbox.claim(NOON, LEASE, 9)
    write_as_later(engine, "A", "OrderHeld", back=True)
    rest = outbox.claim(NOON, LEASE, 9)
    assert [type(each.event).__name__ for each in rest] == ["OrderHeld", "HoldReleased"]


def test_what_was_claimed_together_is_left_together(engine: Engine) -> None:
    """Or the process that can read all of it would send the rest with another id."""
    fill(engine, "A")
    outbox = SqlOutbox(engine)
    first = outbox.claim(NOON, LEASE, 9)
    write_as_later(engine, "A", "OrderHeld")
    with pytest.raises(UnreadableError, match="'acme:2'"):
        outbox.claim(NOON + LEASE, LEASE, 9)
    write_as_later(engine, "A", "OrderHeld", back=True)
    assert outbox.claim(NOON + LEASE, LEASE, 9) == first


def test_many_that_cannot_be_read_do_not_hide_the_others(engine: Engine) -> None:
    fill(engine, "bad-1", "bad-2", "bad-3", "good")
    for each in ("bad-1", "bad-2", "bad-3"):
        write_as_later(engine, each)
    assert subjects(SqlOutbox(engine).claim(NOON, LEASE, 1)) == ["good"]


def test_a_claim_looks_at_a_limited_number_of_orders(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The database is locked meanwhile. So other orders of the seller may wait, but no others."""
    monkeypatch.setattr(outbox_module, "HEADS_MAX", 2)
    fill(engine, "bad-1", "bad-2", "good")
    fill(engine, "theirs", seller_id="zenith")
    write_as_later(engine, "bad-1")
    write_as_later(engine, "bad-2")
    assert subjects(SqlOutbox(engine).claim(NOON, LEASE, 1)) == ["theirs"]


def test_a_relay_sends_the_rest_and_says_what_it_has_left(engine: Engine) -> None:
    for seller_id in ("bad", "good", "other"):
        fill(engine, f"{seller_id}-1", seller_id=seller_id)
    write_as_later(engine, "bad-1")
    recorder, before = Recorder(), rows_of(engine, "bad-1")
    relay = Relay(SqlOutbox(engine), recorder, clock=Clock())
    first, again = relay.run(), relay.run()
    assert sorted(recorder.subjects) == sorted([("good", "good-1"), ("other", "other-1")] * 2)
    assert (first.sent, again.sent, first.failed) == (4, 0, 0)
    assert first.unreadable == again.unreadable
    assert "'bad:1' about 'bad-1'" in str(first.error)
    assert rows_of(engine, "bad-1") == before


def test_a_worker_serves_every_other_seller(engine: Engine) -> None:
    for seller_id in ("bad", "good"):
        fill(engine, f"{seller_id}-1", seller_id=seller_id)
    write_as_later(engine, "bad-1")
    write_orders_as_later(engine, "bad-1")
    clock = Clock()
    clock.moment = later(9)
    flow = OrderFlow(SqlRepository(engine), clock=clock)
    relay = Relay(SqlOutbox(engine), Recorder(), clock=clock)
    with pytest.raises(WorkerError) as raised:
        Worker(flow, relay=relay).run_once()
    done = raised.value.round
    assert (done.sellers_due, done.relayed.sent) == (1, 3)
    assert "seller 'bad'" in done.failures[Job.DUE]
    assert "'bad:1'" in done.failures[Job.NOTICES]


class BehindRepository(MemoryRepository):
    """Has unserved queues of two sellers, of whom one cannot be read."""

    def __init__(self) -> None:
        super().__init__()
        self.written: list[str] = []

    def unserved(self) -> list[StockKey]:
        return [key(seller_id="bad"), key(seller_id="good")]

    def write(self, seller_id: str, task: Callable[[UnitOfWork], T]) -> T:
        if seller_id == "bad":
            raise UnreadableError("it is of a later release")
        self.written.append(seller_id)
        return super().write(seller_id, task)


def test_recovery_serves_every_other_seller() -> None:
    repository = BehindRepository()
    with pytest.raises(UnreadableError, match="seller 'bad': it is of a later release"):
        OrderFlow(repository, clock=Clock()).recover()
    assert repository.written == ["good"]


def test_a_stored_preference_of_a_later_release_is_unreadable(engine: Engine) -> None:
    preferences = SqlPreferences(engine)
    preferences.set(preferences.default())
    table = Tables.default().preferences
    with engine.begin() as connection:
        connection.execute(update(table).values(value=func.replace(table.c.value, KNOWN, LATER)))
    with pytest.raises(UnreadableError):
        preferences.of("acme")
