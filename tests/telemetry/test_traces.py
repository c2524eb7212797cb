"""A mail is a child of the command that caused it, whatever is between them."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import TYPE_CHECKING, Any

import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.trace import SpanKind, StatusCode

from orderflow import (
    AsyncOrderFlow,
    HoldReason,
    InvalidValueError,
    MemoryRepository,
    OrderFlow,
    OrderNotFoundError,
    Relay,
    StorageError,
)
from orderflow.adapters.group_commit import GroupCommit
from orderflow.adapters.memory import MemoryOutbox
from orderflow.adapters.sql import SqlNoticeStore, SqlOutbox, SqlRepository
from orderflow.adapters.sql.asynchronous import (
    AsyncNotifier,
    AsyncSqlRepository,
    open_async_database,
    with_transactions,
)
from orderflow.adapters.threads import ThreadedRepository
from orderflow.commands import PlaceOrder
from orderflow.notifier import DigestSender, SellerNotices, read_settings
from orderflow.service import Batches
from orderflow.telemetry import Telemetry
from tests.databases import sqlite
from tests.telemetry.recorded import Recorded
from tests.unit.adapters.servers import HOST, mail_server
from tests.unit.notifier.office import Office
from tests.unit.shop import ACME, NOON, Clock, key, later, order

if TYPE_CHECKING:
    from pathlib import Path

    from opentelemetry.sdk.trace import ReadableSpan
    from sqlalchemy import Engine

    from orderflow.ports import OutboxMessage


def parent(span: ReadableSpan) -> int | None:
    return span.parent.span_id if span.parent is not None else None


def own(span: ReadableSpan) -> int:
    context = span.get_span_context()
    assert context is not None
    return context.span_id


def attributes(span: ReadableSpan) -> dict[str, Any]:
    return {name.removeprefix("orderflow."): each for name, each in (span.attributes or {}).items()}


class Silent:
    """A notifier that does nothing, or fails."""

    def __init__(self, error: Exception | None = None) -> None:
        self._error = error

    def notify(self, message: OutboxMessage) -> None:
        del message
        if self._error is not None:
            raise self._error


@pytest.fixture
def recorded() -> Recorded:
    return Recorded()


def test_a_mail_is_a_child_of_the_command_in_another_process(
    recorded: Recorded, engine: Engine
) -> None:
    flow = recorded.telemetry.instrument(OrderFlow(SqlRepository(engine), clock=Clock()))
    flow.seller(ACME).place(order("A"))
    with mail_server() as (box, port):
        mail = {"host": HOST, "port": port, "security": "NONE", "sender": "o@shop.example"}
        settings = read_settings({"mail": mail, "default": {"mail": ["jo@shop.example"]}})
        repository, store = SqlRepository(engine), SqlNoticeStore(engine)
        notices = SellerNotices(settings, repository, store, environ={}, clock=Clock())
        recorded.telemetry.instrument(notices).notify(SqlOutbox(engine))
        assert b"Order A is on back order" in box.content()
    (command,) = recorded.spans("orderflow.command")
    (notice,) = recorded.spans("orderflow.notice")
    first, *_ = recorded.spans("orderflow.relay")
    assert command.name == "orderflow.command PlaceOrder"
    assert parent(command) is None
    assert parent(notice) == own(command)
    assert notice.parent is not None
    assert notice.parent.is_remote
    assert notice.kind is SpanKind.CLIENT
    assert [each.context.span_id for each in notice.links] == [own(first)]
    assert attributes(notice) == {
        "channel": "mail",
        "seller_id": ACME,
        "notices": 1,
        "result": "sent",
    }
    assert attributes(first) == {
        "messages.sent": 2,
        "messages.failed": 0,
        "messages.dead": 0,
        "result": "done",
    }


def test_the_messages_of_several_commands_are_linked(recorded: Recorded) -> None:
    office = Office()
    acme = recorded.telemetry.instrument(office.flow).seller(ACME)
    acme.book_in(key(), 3)
    acme.place(order("A", ("MUG", 1)))
    acme.hold("A", HoldReason.OTHER)
    acme.release_hold("A")
    acme.hold("A", HoldReason.ADDRESS)
    recorded.telemetry.instrument(office.relay).run()
    *_, first_held, released, held = recorded.spans("orderflow.command")
    (notice,) = recorded.spans("orderflow.notice")
    first, *_ = recorded.spans("orderflow.relay")
    assert parent(notice) == own(first_held)  # the order was placed without a notice
    others = [own(each) for each in (released, held, first)]
    assert [each.context.span_id for each in notice.links] == others


def test_what_the_host_s_notifier_sends_is_a_child_of_the_command_too(recorded: Recorded) -> None:
    outbox = MemoryOutbox()
    flow = recorded.telemetry.instrument(OrderFlow(MemoryRepository(outbox), clock=Clock()))
    flow.seller(ACME).book_in(key(), 1)

    class Host:
        def notify(self, _: OutboxMessage) -> None:
            with recorded.tracers.get_tracer("host").start_as_current_span("publish"):
                pass

    recorded.telemetry.instrument(Relay(outbox, Host(), clock=Clock())).run()
    (command,) = recorded.spans("orderflow.command")
    (message,) = recorded.spans("orderflow.message")
    (published,) = recorded.spans("publish")
    assert parent(message) == own(command)
    assert parent(published) == own(message)
    assert message.kind is SpanKind.CONSUMER
    assert attributes(message) == {"message_id": "acme:1", "seller_id": ACME, "result": "sent"}


def test_a_batch_notifier_of_the_host_s_gets_its_messages_together(recorded: Recorded) -> None:
    outbox = MemoryOutbox()
    flow = recorded.telemetry.instrument(OrderFlow(MemoryRepository(outbox), clock=Clock()))
    flow.seller(ACME).place(order("A"))
    taken = list[int]()

    class Batch(Silent):
        def notify_together(self, messages: list[OutboxMessage]) -> None:
            taken.append(len(messages))

    recorded.telemetry.instrument(Relay(outbox, Batch(), clock=Clock())).run()
    assert taken == [2]
    (message,) = recorded.spans("orderflow.message")
    assert parent(message) == own(recorded.spans("orderflow.command")[0])


def test_messages_without_a_trace_are_in_the_round_of_the_relay(recorded: Recorded) -> None:
    office = Office()
    office.flow.seller(ACME).place(order("A"))
    recorded.telemetry.instrument(office.relay).run()
    (notice,) = recorded.spans("orderflow.notice")
    first, *_ = recorded.spans("orderflow.relay")
    assert parent(notice) == own(first)


def test_a_digest_has_spans_too(recorded: Recorded) -> None:
    office = Office()
    digests: DigestSender = recorded.telemetry.instrument(office.tell(DigestSender))
    assert digests.run_once().failures == ()


def test_units_of_work_are_children_of_the_command(recorded: Recorded) -> None:
    flow = recorded.telemetry.instrument(OrderFlow(MemoryRepository(), clock=Clock()))
    acme = flow.seller(ACME)
    acme.place(order("A"))
    acme.order("A")
    written, read = recorded.spans("orderflow.unit_of_work")
    (command,) = recorded.spans("orderflow.command")
    assert (parent(written), parent(read)) == (own(command), None)
    expected = {"seller_id": ACME, "attempts": 1, "result": "done"}
    assert attributes(written) == {"operation": "write", **expected}
    assert attributes(read) == {"operation": "read", **expected}
    assert attributes(command) == {
        "command": "PlaceOrder",
        "seller_id": ACME,
        "order_id": "A",
        "events": 2,
        "result": "done",
    }


def test_a_refusal_is_no_failure_and_has_no_message(recorded: Recorded) -> None:
    flow = recorded.telemetry.instrument(OrderFlow(MemoryRepository(), clock=Clock()))
    with pytest.raises(OrderNotFoundError):
        flow.seller(ACME).cancel("A")
    (command,) = recorded.spans("orderflow.command")
    assert command.status.status_code is StatusCode.UNSET
    assert command.events == ()
    assert attributes(command)["result"] == "refused"
    assert attributes(command)["error.type"] == "OrderNotFoundError"


def test_a_failure_is_one_and_has_no_message_either(recorded: Recorded) -> None:
    class Broken(MemoryRepository):
        def write(self, *_: object) -> Any:  # noqa: ANN401 - it never returns
            raise StorageError("jo@shop.example")

    flow = recorded.telemetry.instrument(OrderFlow(Broken(), clock=Clock()))
    with pytest.raises(StorageError):
        flow.seller(ACME).book_in(key(), 1)
    for span in recorded.spans():
        assert span.status.status_code is StatusCode.ERROR
        assert (span.status.description, span.events) == (None, ())
        assert attributes(span)["error.type"] == "StorageError"


def test_what_is_no_command_is_refused_as_before(recorded: Recorded) -> None:
    flow = recorded.telemetry.instrument(OrderFlow(MemoryRepository()))
    with pytest.raises(InvalidValueError, match=r"handle\.command"):
        flow.handle(None)  # type: ignore[arg-type]
    assert recorded.spans() == []


def test_a_command_in_company_has_the_trace_of_its_own_caller(recorded: Recorded) -> None:
    outbox, waits = MemoryOutbox(), Event()
    repository = GroupCommit(MemoryRepository(outbox))
    flow = recorded.telemetry.instrument(OrderFlow(repository, clock=Clock()))

    def lead() -> None:
        repository.write(ACME, lambda _: waits.wait(10))

    with ThreadPoolExecutor(4) as pool:
        leading = pool.submit(lead)
        followers = [pool.submit(flow.seller(ACME).book_in, key(sku), 1) for sku in "ABC"]
        while repository.waiting(ACME) < len(followers):
            pass
        waits.set()
        leading.result()
        for each in followers:
            each.result()
    commands = {f"{own(each):016x}" for each in recorded.spans("orderflow.command")}
    messages = outbox.claim(NOON, later(1) - NOON, 10)
    traces = [str(each.trace).split("-")[2] for each in messages]
    assert len(traces) == len(commands) == 3
    assert set(traces) == commands


def test_batches_keep_the_trace_of_each_command(recorded: Recorded, engine: Engine) -> None:
    memory = MemoryOutbox()
    for outbox, repository in (
        (memory, MemoryRepository(memory)),
        (SqlOutbox(engine), SqlRepository(engine)),
    ):
        before = len(recorded.spans("orderflow.command"))
        flow = recorded.telemetry.instrument(OrderFlow(repository, clock=Clock()))
        commands = [PlaceOrder(order=order(each), at=NOON) for each in "AB"]
        assert Batches(flow, repository).run(commands).done == {PlaceOrder: 2}
        messages = outbox.claim(NOON, later(1) - NOON, 10)
        traces = dict.fromkeys(str(each.trace).split("-")[2] for each in messages)
        spans = recorded.spans("orderflow.command")[before:]
        assert list(traces) == [f"{own(each):016x}" for each in spans]


def test_async_flows_are_traced_on_async_drivers(recorded: Recorded, tmp_path: Path) -> None:
    async def run() -> None:
        engine = await open_async_database(tmp_path / "a.db", create=True)
        flow = recorded.telemetry.instrument(
            AsyncOrderFlow(AsyncSqlRepository(engine), clock=Clock())
        )
        with recorded.tracers.get_tracer("host").start_as_current_span("request"):
            places = (flow.seller(ACME).place(order(each)) for each in "AB")
            await asyncio.gather(*places)
        async with engine.begin() as connection:
            within = flow.on(AsyncSqlRepository.within(connection))
            await within.seller(ACME).place(order("C"))

        async def publish(_: OutboxMessage) -> None:
            await asyncio.sleep(0)
            with recorded.tracers.get_tracer("host").start_as_current_span("publish"):
                await asyncio.sleep(0)

        def relay(transactions: Any) -> None:  # noqa: ANN401
            relay = Relay(SqlOutbox(transactions), AsyncNotifier(publish), clock=Clock())
            recorded.telemetry.instrument(relay).run()

        await with_transactions(engine, relay)
        await engine.dispose()

    asyncio.run(run())
    (request,) = recorded.spans("request")
    commands = {own(each): attributes(each)["order_id"] for each in recorded.spans("orderflow.com")}
    assert sorted(commands.values()) == ["A", "B", "C"]
    parents = [parent(each) for each in recorded.spans("orderflow.command")]
    assert sorted(map(str, parents)) == sorted([str(own(request))] * 2 + ["None"])
    messages = {own(each): parent(each) for each in recorded.spans("orderflow.message")}
    caused = [commands[messages[parent(each)]] for each in recorded.spans("publish")]  # type: ignore[index]
    assert sorted(caused) == [*"AABBCC"]


def test_async_flows_are_traced_in_threads(recorded: Recorded) -> None:
    repository = ThreadedRepository(MemoryRepository())
    flow = recorded.telemetry.instrument(AsyncOrderFlow(repository, clock=Clock()))

    async def run() -> None:
        with recorded.tracers.get_tracer("host").start_as_current_span("request"):
            await flow.seller(ACME).place(order("A"))

    asyncio.run(run())
    (command,), (request,) = recorded.spans("orderflow.command"), recorded.spans("request")
    assert parent(command) == own(request)


def test_a_repository_keeps_what_else_it_can(recorded: Recorded, tmp_path: Path) -> None:
    engine = sqlite(tmp_path / "a.db", synchronous="OFF")
    flow = recorded.telemetry.instrument(OrderFlow(SqlRepository(engine)))
    assert list(flow.repository.audit(lambda each: each)) == []  # type: ignore[attr-defined]
    assert not hasattr(flow.repository, "unknown")
    engine.dispose()


def test_only_what_is_known_is_instrumented_and_only_once() -> None:
    telemetry = Telemetry()
    flow = telemetry.instrument(OrderFlow(MemoryRepository()))
    for subject in (flow, flow.seller(ACME), None, OrderFlow):
        with pytest.raises(
            InvalidValueError, match=r"instrument\.subject must be one of OrderFlow"
        ):
            telemetry.instrument(subject)  # type: ignore[type-var]
    for wrong in ({"tracer_provider": 1}, {"meter_provider": TracerProvider()}):
        with pytest.raises(InvalidValueError, match=r"Telemetry\..* must be an object with"):
            Telemetry(**wrong)
    assert repr(flow).startswith("TracedFlow(<orderflow.adapters.memory")
