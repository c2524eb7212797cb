"""What is counted, measured and logged, and what is not: an attempt that was undone."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from orderflow import (
    ActionRefusedError,
    AllocationPolicy,
    HoldReason,
    InvalidValueError,
    MemoryRepository,
    OrderFlow,
    OrderNotFoundError,
    Relay,
)
from orderflow.adapters.memory import MemoryOutbox
from orderflow.adapters.sql import SqlOutbox, SqlRepository
from orderflow.commands import CancelOrder, Command, PlaceOrder
from orderflow.notices import NoticeKind, NoticeTiming, Preference
from orderflow.ports import NoticeError
from orderflow.service import Batches
from orderflow.telemetry import gauges
from tests.telemetry.contended import Contended
from tests.telemetry.recorded import Recorded
from tests.unit.notifier.office import HOOK, JO, Office
from tests.unit.shop import ACME, NOON, Clock, about, key, later, order

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from orderflow.ports import OutboxMessage


@pytest.fixture
def recorded() -> Recorded:
    return Recorded()


def test_commands_are_counted_by_type_and_result(recorded: Recorded) -> None:
    acme = recorded.telemetry.instrument(OrderFlow(MemoryRepository(), clock=Clock())).seller(ACME)
    for _ in range(2):
        acme.place(order("A"), command_id="1")
    acme.cancel("A")
    for order_id in "ABB":
        with pytest.raises((ActionRefusedError, OrderNotFoundError)):
            acme.cancel(order_id)
    done = {("PlaceOrder", "done"): 1, ("PlaceOrder", "repeated"): 1, ("CancelOrder", "done"): 1}
    assert recorded.counts("orderflow.commands") == {**done, ("CancelOrder", "refused"): 3}
    assert recorded.counts("orderflow.command.duration") == {**done, ("CancelOrder", "refused"): 3}
    assert recorded.counts("orderflow.refusals") == {
        ("ActionRefusedError", "CancelOrder"): 1,
        ("OrderNotFoundError", "CancelOrder"): 2,
    }


def test_durations_are_in_seconds(recorded: Recorded) -> None:
    flow = recorded.telemetry.instrument(OrderFlow(MemoryRepository(), clock=Clock()))
    flow.seller(ACME).book_in(key(), 1)
    for name in ("orderflow.command.duration", "orderflow.unit_of_work.duration"):
        (point,) = (point for each, _, point in recorded.points() if each == name)
        assert 0 < point.sum < 1
        assert len([each for each in point.explicit_bounds if each < 1]) > 5


def test_attempts_that_were_lost_are_retries_and_count_once(
    recorded: Recorded, engine: Engine
) -> None:
    repository = Contended(engine, losses=0)
    OrderFlow(repository).seller(ACME).book_in(key(), 1)  # later ones lock its row at once
    repository.losses = 2
    flow = recorded.telemetry.instrument(OrderFlow(repository, clock=Clock()))
    flow.seller(ACME).book_in(key(), 1)
    assert recorded.counts("orderflow.retries") == {("write",): 2}
    repository.losses = 1
    commands: list[Command] = [
        PlaceOrder(order=order("A"), at=NOON),
        CancelOrder(**about("B")),
    ]
    assert Batches(flow, flow.repository).run(commands).refusals == 1  # type: ignore[arg-type]
    assert recorded.counts("orderflow.retries") == {("write",): 2, ("together",): 1}
    assert recorded.counts("orderflow.commands") == {
        ("BookInStock", "done"): 1,
        ("PlaceOrder", "done"): 1,
        ("CancelOrder", "refused"): 1,
    }


def test_commands_of_a_transaction_that_is_undone_do_not_count(recorded: Recorded) -> None:
    flow = recorded.telemetry.instrument(OrderFlow(MemoryRepository(), clock=Clock()))
    batches = Batches(flow, flow.repository)  # type: ignore[arg-type]
    batches.preview([PlaceOrder(order=order("A"), at=NOON)])
    assert recorded.counts("orderflow.commands") == {}
    assert len(recorded.spans("orderflow.command")) == 1
    preview = recorded.spans("orderflow.unit_of_work")[-1]
    assert (preview.attributes or {})["orderflow.result"] == "undone"
    assert preview.status.is_unset


class Sometimes:
    """A notifier that fails for some orders."""

    def notify(self, message: OutboxMessage) -> None:
        if message.subject != "A":
            raise NoticeError("x", "no answer", "wait", is_final=message.subject == "C")


def test_messages_are_counted_by_what_became_of_them(
    recorded: Recorded, caplog: pytest.LogCaptureFixture
) -> None:
    outbox = MemoryOutbox()
    acme = OrderFlow(MemoryRepository(outbox), clock=Clock()).seller(ACME)
    for order_id in "ABC":
        acme.place(order(order_id), allocate=False)
    relay = recorded.telemetry.instrument(Relay(outbox, Sometimes(), clock=Clock()))
    with caplog.at_level(logging.INFO):
        relay.run()
    counts = recorded.counts("orderflow.relay.messages")
    assert counts == {("sent",): 1, ("failed",): 1, ("dead",): 1}
    assert recorded.counts("orderflow.relay.duration") == {("done",): 2}
    failed, dead = (record for record in caplog.records if record.name == "orderflow.relay")
    assert failed.getMessage() == "message acme:2 failed and will be tried again (NoticeError)"
    assert dead.getMessage() == "message acme:3 is dead (NoticeError)"
    assert [each.levelname for each in (failed, dead)] == ["WARNING", "ERROR"]
    fields = {"message_id": "acme:3", "seller_id": "acme", "result": "dead"}
    assert vars(dead).items() >= {**fields, "error_type": "NoticeError"}.items()
    assert recorded.results("orderflow.message") == ["sent", "failed", "dead"]


def test_notices_are_counted_by_kind_and_channel(
    recorded: Recorded, caplog: pytest.LogCaptureFixture
) -> None:
    office = Office()
    for order_id in "AB":
        office.flow.seller(ACME).place(order(order_id))
    office.flow.seller(ACME).hold("B", HoldReason.OTHER)
    office.mail.down = {JO.address}
    relay = recorded.telemetry.instrument(office.relay)
    with caplog.at_level(logging.DEBUG):
        relay.run()
        office.mail.down.clear()
        office.clock.wait(60)
        relay.run()
    kinds = ("ON_BACK_ORDER", "HELD")
    assert recorded.counts("orderflow.notices") == {
        ("mail", kind, result): 1 for kind in kinds for result in ("failed", "sent")
    }
    assert recorded.counts("orderflow.notice.duration") == {
        ("mail", "failed"): 2,
        ("mail", "sent"): 2,
    }
    lines = [each.getMessage() for each in caplog.records if each.name == "orderflow.notices"]
    failed, sent = "mail for seller acme: failed (NoticeError)", "mail for seller acme: sent"
    assert lines == [failed, failed, sent, sent]
    assert recorded.results("orderflow.notice") == ["failed", "failed", "sent", "sent"]


class Refused:
    """A notifier whose own commands are refused, which is no answer to a message."""

    def notify(self, message: OutboxMessage) -> None:
        OrderFlow(MemoryRepository()).seller(message.seller_id).cancel("gone")


class RefusedTogether(Refused):
    def notify_together(self, messages: list[OutboxMessage]) -> None:
        self.notify(messages[0])


@pytest.mark.parametrize("notifier", [Refused(), RefusedTogether()])
def test_a_message_is_dead_in_its_span_after_the_last_attempt(
    recorded: Recorded, notifier: Refused
) -> None:
    clock, outbox = Clock(), MemoryOutbox()
    OrderFlow(MemoryRepository(outbox), clock=clock).seller(ACME).book_in(key(), 1)
    relay = recorded.telemetry.instrument(Relay(outbox, notifier, clock=clock, attempts_max=2))
    for _ in range(2):
        relay.run()
        clock.wait(60)
    assert recorded.results("orderflow.message") == ["failed", "dead"]
    assert not any(each.status.is_unset for each in recorded.spans("orderflow.message"))


def test_a_notice_is_dead_after_the_last_attempt(recorded: Recorded) -> None:
    office = Office()
    office.flow.seller(ACME).place(order("A"))
    office.mail.down = {JO.address}
    relay = Relay(office.outbox, office.notices, clock=office.clock, attempts_max=2)
    traced = recorded.telemetry.instrument(relay)
    for _ in range(2):
        traced.run()
        office.clock.wait(60)
    assert recorded.results("orderflow.notice") == ["failed", "dead"]
    kind = ("mail", "ON_BACK_ORDER")
    assert recorded.counts("orderflow.notices") == {(*kind, "failed"): 1, (*kind, "dead"): 1}


@pytest.mark.parametrize("subject", ["relay", "sender"])
def test_a_notice_to_an_address_that_is_gone_is_dead_at_once(
    recorded: Recorded, subject: str
) -> None:
    """The other recipient is tried again."""
    office = Office(Preference(recipients=(JO, HOOK)))
    office.flow.seller(ACME).place(order("A"))
    office.mail.gone, office.hook.down = {JO.address}, {HOOK.address}
    instrument = recorded.telemetry.instrument
    if subject == "relay":
        instrument(office.relay).run()
    else:
        Relay(office.outbox, instrument(office.notices), clock=office.clock).run()
    assert recorded.results("orderflow.notice") == ["dead", "failed"]


def test_a_digest_that_fails_is_tried_again(recorded: Recorded) -> None:
    """A further attempt may reach another address, so even an address that is gone is not dead."""
    timings = ((NoticeKind.ON_BACK_ORDER, NoticeTiming.DAILY),)
    office = Office(Preference(recipients=(JO,), timings=timings))
    office.take("A")
    office.clock.moment += timedelta(days=1)
    office.mail.gone = {JO.address}
    assert recorded.telemetry.instrument(office.digests()).run_once().failures
    assert recorded.results("orderflow.notice") == ["failed"]


def test_commands_are_logged_with_their_ids(
    recorded: Recorded, caplog: pytest.LogCaptureFixture
) -> None:
    acme = recorded.telemetry.instrument(OrderFlow(MemoryRepository(), clock=Clock())).seller(ACME)
    with caplog.at_level(logging.DEBUG, "orderflow.commands"):
        acme.book_in(key(), 1)
        with pytest.raises(OrderNotFoundError):
            acme.cancel("A")
    done, refused = caplog.records
    assert (done.levelname, refused.levelname) == ("DEBUG", "INFO")
    assert done.getMessage() == "BookInStock of seller acme: done"
    assert refused.getMessage() == (
        "CancelOrder of seller acme, order A: refused (OrderNotFoundError)"
    )
    fields = {"command": "CancelOrder", "seller_id": "acme", "order_id": "A", "result": "refused"}
    assert vars(refused).items() >= fields.items()


def test_gauges_show_the_backlog_and_the_outbox(
    recorded: Recorded, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gauges, "FRESH_SECONDS", -1.0)
    monkeypatch.setattr(gauges, "_PAGE", 2)
    clock, outbox, repository = Clock(), SqlOutbox(engine), SqlRepository(engine)
    recorded.telemetry.observe(repository, outbox, clock=clock)
    shown = ("backlog.short", "backlog.oldest_wait", "outbox.lag", "outbox.dead")

    def values() -> list[float]:
        return [recorded.counts(f"orderflow.{each}")[()] for each in shown]

    assert values() == [0, 0, 0, 0]
    for seller_id in (ACME, "bolt"):
        seller = OrderFlow(repository, clock=clock).seller(seller_id)
        seller.change_policy(AllocationPolicy())
        for number in range(3):
            seller.place(order(f"{number}", ("MUG", 2), seller_id=seller_id))
            clock.wait(1)
    clock.moment = later(10)
    assert values() == [12, 600, 600, 0]
    Relay(outbox, Sometimes(), clock=clock, attempts_max=1).run()
    assert values() == [12, 600, 0, 8]
    imported = order("old", ("MUG", 1), placed_at=NOON - timedelta(days=90))
    OrderFlow(repository, clock=clock).seller(ACME).place(imported)
    assert values()[1] == 90 * 86_400 + 600


def test_gauges_are_read_once_for_an_export(recorded: Recorded) -> None:
    reads = list[str]()

    class Counting(MemoryRepository):
        def sellers(self) -> list[str]:
            reads.append("")
            return []

    recorded.telemetry.observe(Counting())
    for _ in range(2):
        assert recorded.counts("orderflow.backlog.short") == {(): 0}
    assert len(reads) == 1


def test_only_a_repository_and_an_outbox_are_observed(recorded: Recorded) -> None:
    for wrong in ({"repository": 1}, {"outbox": 1}, {"clock": 1}):
        with pytest.raises(InvalidValueError, match=r"observe\."):
            recorded.telemetry.observe(**wrong)  # type: ignore[arg-type]
