from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import create_engine, event, text
from sqlalchemy.pool import NullPool

from orderflow import HoldReason, OrderFlow, Relay
from orderflow.adapters.sql import SqlOutbox, SqlRepository
from orderflow.adapters.sql.tables import Tables
from orderflow.ports import OutboxMessage
from orderflow.service import RelayResult
from tests.databases.processes import pool_of
from tests.databases.waiting import wait_until_somebody_waits
from tests.unit.shop import NOON, order

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import Connection, Engine

LEASE = timedelta(minutes=5)


def place(repository: SqlRepository, *order_ids: str, seller_id: str = "acme") -> None:
    flow = OrderFlow(repository)
    for order_id in order_ids:
        # Each of a product of its own, so that no transaction waits for another one.
        placed = order(order_id, (f"SKU-{order_id}", 1), seller_id=seller_id)
        flow.seller(seller_id).place(placed, allocate=False, at=NOON)


def introduce(engine: Engine) -> None:
    """Let the seller be known: until then, the first two commands wait for each other."""
    OrderFlow(SqlRepository(engine)).seller("acme").run_due(at=NOON)


def hold(repository: SqlRepository, order_id: str) -> None:
    OrderFlow(repository).seller("acme").hold(order_id, HoldReason.OTHER, at=NOON)


def subjects(messages: Iterable[OutboxMessage]) -> list[str]:
    return [message.subject for message in messages]


class Screen:
    def __init__(self) -> None:
        self.ids: list[str] = []

    def notify(self, message: OutboxMessage) -> None:
        self.ids.append(message.message_id)


# What happens to a relay whose lease has run out


def test_what_another_relay_has_given_up_meanwhile_holds_nothing_back_once_it_arrived(
    engine: Engine,
) -> None:
    repository, outbox = SqlRepository(engine), SqlOutbox(engine)
    place(repository, "1")
    hold(repository, "1")
    first = outbox.claim(NOON, LEASE, 9)
    outbox.mark_failed(first[0], "gone", None)
    outbox.mark_sent(first[:1])
    assert list(outbox.dead()) == []
    assert [each.message_id for each in outbox.claim(NOON, LEASE, 9)] == [first[1].message_id]


def test_a_failure_of_what_has_arrived_meanwhile_holds_nothing_back(engine: Engine) -> None:
    repository, outbox = SqlRepository(engine), SqlOutbox(engine)
    place(repository, "1")
    (first,) = outbox.claim(NOON, LEASE, 9)
    outbox.mark_sent([first])
    hold(repository, "1")
    outbox.mark_failed(first, "gone", None)
    assert list(outbox.dead()) == []
    assert subjects(outbox.claim(NOON, LEASE, 9)) == ["1"]


def test_what_is_given_back_after_its_head_has_arrived_comes_at_once(engine: Engine) -> None:
    repository, outbox = SqlRepository(engine), SqlOutbox(engine)
    place(repository, "1")
    (only,) = outbox.claim(NOON, LEASE, 9)
    outbox.mark_sent([only])
    outbox.give_back([only])
    outbox.give_back([])
    assert list(outbox.claim(NOON, LEASE, 9)) == []


def test_a_dead_message_is_resolved_once(postgresql: Engine) -> None:
    place(SqlRepository(postgresql), "1")
    outbox = SqlOutbox(postgresql)
    (only,) = outbox.claim(NOON, LEASE, 9)
    outbox.mark_failed(only, "gone", None)
    with ThreadPoolExecutor(1) as pool, postgresql.begin() as connection:
        assert SqlOutbox.within(connection).revive(only.message_id)
        discarding = pool.submit(outbox.discard, only.message_id)
        wait_until_somebody_waits(postgresql)
    assert discarding.result() is False
    assert subjects(outbox.claim(NOON, LEASE, 9)) == ["1"]


def test_what_is_given_back_does_not_wait_for_a_head_that_is_discarded(postgresql: Engine) -> None:
    repository, outbox = SqlRepository(postgresql), SqlOutbox(postgresql)
    place(repository, "1")
    hold(repository, "1")
    head, behind = outbox.claim(NOON, LEASE, 9)
    outbox.mark_failed(head, "gone", None)
    begun = list[bool]()
    with ThreadPoolExecutor(1) as pool:

        def discard(_connection: object, _cursor: object, statement: str, *_: object) -> None:
            if statement.startswith("UPDATE") and not begun:  # the head has been read
                begun.append(True)
                discarding = pool.submit(outbox.discard, head.message_id)
                wait_until_somebody_waits(postgresql, discarding.done)

        event.listen(postgresql, "before_cursor_execute", discard)
        outbox.give_back([behind])
    assert [each.message_id for each in outbox.claim(NOON, LEASE, 9)] == [behind.message_id]


# What a claim looks at


def test_a_seller_with_many_messages_does_not_keep_the_others_waiting(engine: Engine) -> None:
    repository, outbox = SqlRepository(engine), SqlOutbox(engine)
    place(repository, "1", "2", "3", "4", seller_id="acme")
    place(repository, "1", seller_id="zenith")
    sellers = [outbox.claim(NOON, LEASE, 2)[0].seller_id for _ in range(2)]
    assert sellers == ["acme", "zenith"]


def test_what_failed_comes_before_what_is_new(engine: Engine) -> None:
    repository, outbox = SqlRepository(engine), SqlOutbox(engine)
    place(repository, "1", "2")
    first = outbox.claim(NOON, LEASE, 1)
    outbox.mark_failed(first[0], "no answer", NOON + LEASE)
    again = outbox.claim(NOON + LEASE, LEASE, 1)
    assert subjects(again) == subjects(first)


@pytest.mark.parametrize("message_id", ["", "1", "acme:", "acme:x", "acme:٣", f"acme:{9 * 10**30}"])
def test_what_cannot_be_an_id_is_no_dead_message(engine: Engine, message_id: str) -> None:
    assert not SqlOutbox(engine).revive(message_id)
    assert not SqlOutbox(engine).discard(message_id)


def test_a_message_of_another_outbox_is_a_mistake(engine: Engine) -> None:
    repository, outbox = SqlRepository(engine), SqlOutbox(engine)
    place(repository, "1")
    event = outbox.claim(NOON, LEASE, 9)[0].event
    strange = OutboxMessage(message_id="strange", seller_id="acme", subject="1", event=event)
    with pytest.raises(ValueError, match="'strange' does not belong to this outbox"):
        outbox.mark_sent([strange])


def test_a_claim_jumps_to_what_is_due_in_an_index(engine: Engine) -> None:
    place(SqlRepository(engine), "1")
    explain = "EXPLAIN QUERY PLAN " if engine.dialect.name == "sqlite" else "EXPLAIN "
    plans = []

    @event.listens_for(engine, "before_cursor_execute")
    def note(_: Connection, cursor: Any, statement: str, parameters: Any, *__: Any) -> None:  # noqa: ANN401
        if "min(earliest.number)" in statement:
            if engine.dialect.name == "postgresql":
                # It would read so small a table as a whole: that is quicker.
                cursor.execute("SET LOCAL enable_seqscan = off")
            cursor.execute(explain + statement, parameters)
            plans.append(" ".join(str(row) for row in cursor.fetchall()))

    SqlOutbox(engine).claim(NOON, LEASE, 9)
    assert len(plans) == 2
    for plan in plans:
        assert "orderflow_outbox_due" in plan
        assert "due_at" in plan
        assert "orderflow_outbox_subject" in plan
        assert "Sort" not in plan
        assert "TEMP B-TREE" not in plan


# In a transaction of the host's


def test_a_claim_that_the_host_takes_back_has_claimed_nothing(engine: Engine) -> None:
    place(SqlRepository(engine), "1")
    with engine.connect() as connection, connection.begin() as transaction:
        assert subjects(SqlOutbox.within(connection).claim(NOON, LEASE, 9)) == ["1"]
        transaction.rollback()
    assert subjects(SqlOutbox(engine).claim(NOON, LEASE, 9)) == ["1"]


def test_a_relay_does_not_wait_for_what_another_one_is_claiming(postgresql: Engine) -> None:
    place(SqlRepository(postgresql), "1", "2")
    with postgresql.begin() as connection:
        theirs = SqlOutbox.within(connection).claim(NOON, LEASE, 1)
        ours = SqlOutbox(postgresql).claim(NOON, LEASE, 9)
    assert sorted([*subjects(theirs), *subjects(ours)]) == ["1", "2"]


# What others do wrong, and what comes of it


def test_an_outbox_read_by_sequence_above_the_last_loses_messages(postgresql: Engine) -> None:
    introduce(postgresql)
    numbers = text("SELECT number FROM orderflow_outbox WHERE number > :last ORDER BY number")
    with postgresql.connect() as slow, postgresql.connect() as reader:
        reader.execution_options(isolation_level="AUTOCOMMIT")
        place(SqlRepository.within(slow), "1")
        place(SqlRepository(postgresql), "2")
        read = list(reader.scalars(numbers, {"last": 0}))
        slow.commit()
        read += reader.scalars(numbers, {"last": max(read)})
        written = reader.scalars(numbers, {"last": 0}).all()
    assert len(written) == 2
    assert len(read) == 1


def test_an_outbox_that_is_claimed_by_subject_loses_none(postgresql: Engine) -> None:
    introduce(postgresql)
    outbox, screen = SqlOutbox(postgresql), Screen()
    with postgresql.connect() as slow:
        place(SqlRepository.within(slow), "1")
        place(SqlRepository(postgresql), "2")
        Relay(outbox, screen).run()
        slow.commit()
    Relay(outbox, screen).run()
    assert len(screen.ids) == 2


class _PowerCut(BaseException):
    """The process ends here."""


class _CutOff:
    def notify(self, message: OutboxMessage) -> None:
        raise _PowerCut(message.message_id)


class _MarksBeforeItSends(Relay):
    def run_once(self, limit: int = 100, **_: object) -> RelayResult:
        for message in self._outbox.claim(self._clock.now(), self._lease, limit):
            self._outbox.mark_sent([message])
            self._notifier.notify(message)
        return RelayResult()


@pytest.mark.parametrize(("relay", "is_lost"), [(_MarksBeforeItSends, True), (Relay, False)])
def test_a_relay_that_marks_before_it_sends_loses_what_it_was_sending(
    engine: Engine, relay: type[Relay], *, is_lost: bool
) -> None:
    place(SqlRepository(engine), "1")
    outbox = SqlOutbox(engine)
    with pytest.raises(_PowerCut):
        relay(outbox, _CutOff()).run_once()
    later = NOON.replace(year=NOON.year + 100)
    assert subjects(outbox.claim(later, LEASE, 9)) == ([] if is_lost else ["1"])


# Several processes


class _Log:
    """Appends to a file, a line at a time: also of several processes none goes lost."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def notify(self, message: OutboxMessage) -> None:
        with self._path.open("a", encoding="utf-8") as log:
            log.write(f"{message.message_id} {message.subject}\n")


def _engine_of(url: str) -> Engine:
    return create_engine(
        url, poolclass=NullPool, connect_args={"timeout": 30} if url.startswith("sqlite") else {}
    )


def _write(url: str, writer: str) -> None:
    repository = SqlRepository(_engine_of(url))
    for number in range(20):
        place(repository, f"{writer}-{number}")
        hold(repository, f"{writer}-{number}")


def _relay(url: str, log: str) -> int:
    """Relay until all is written and sent; return how many messages this process sent."""
    engine, told = _engine_of(url), 0
    relay = Relay(SqlOutbox(engine), _Log(Path(log)), lease=timedelta(hours=1))
    events = Tables.default().events.name
    until = time.monotonic() + 60
    while time.monotonic() < until:
        with engine.connect() as connection:
            written = connection.scalar(text(f"SELECT count(*) FROM {events}"))  # noqa: S608 - ours
        told += relay.run(limit=7).sent
        if written == 2 * 2 * 20:
            break
        time.sleep(0.01)
    return told


def test_relays_in_several_processes_neither_lose_a_message_nor_turn_the_order_round(
    engine: Engine, tmp_path: Path
) -> None:
    url, log = engine.url.render_as_string(hide_password=False), tmp_path / "log"
    with pool_of(5) as pool:
        relays = [pool.submit(_relay, url, str(log)) for _ in range(3)]
        list(pool.map(_write, [url] * 2, "AB"))
        told = [relay.result() for relay in relays]
    lines = [line.split() for line in log.read_text(encoding="utf-8").splitlines()]
    assert len(lines) == sum(told) == len({message_id for message_id, _ in lines}) == 80
    of_subject: dict[str, list[int]] = {}
    for message_id, subject in lines:
        of_subject.setdefault(subject, []).append(int(message_id.partition(":")[2]))
    assert all(numbers == sorted(numbers) for numbers in of_subject.values())
