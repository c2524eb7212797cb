"""No log, span or metric has what people wrote: names, addresses, notes, references.

A name is in every text of every command. All commands are run, repeated and refused, and sellers
are notified by mails that fail, while every logger logs everything.
"""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from datetime import timedelta
from typing import TYPE_CHECKING, Any, NoReturn, get_args

import attrs
import pytest
from sqlalchemy import select

from orderflow import Address, AllocationPolicy, AsyncOrderFlow, Order, OrderFlow, Relay
from orderflow.adapters.memory import MemoryOutbox
from orderflow.adapters.sql import SqlNoticeStore, SqlOutbox, SqlRepository, Tables, open_database
from orderflow.adapters.sql.asynchronous import AsyncSqlRepository, open_async_database
from orderflow.commands import Command
from orderflow.errors import NotFoundError, RefusedError, StorageError
from orderflow.notifier import SellerNotices, read_settings
from orderflow.sourcing import SourcingPolicy
from orderflow.telemetry import names
from orderflow.telemetry.recorder import log_field
from tests.drills.failing_life import ORDERS_MAX, life
from tests.telemetry.contended import Contended
from tests.telemetry.recorded import Recorded
from tests.unit.adapters.servers import HOST, mail_server
from tests.unit.shop import Clock

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sqlalchemy import Engine

    from orderflow.ports import OutboxMessage

NAME = "Bracegirdle"
MAIL, BUSY, GONE = (f"{NAME}@{each}.example" for each in ("shop", "busy", "gone"))


def is_text(field: attrs.Attribute[Any]) -> bool:
    """Whether people write what is in a field. Ids are no such texts, nor is that of a filter."""
    is_id = field.name.endswith("_id") and field.name != "command_id"
    is_id |= field.name in {"sku", "replaces", "split_from", "where"}
    return str(field.type) in {"str", "str | None"} and not is_id


def with_names(value: Any) -> Any:  # noqa: ANN401 - a command, or a part of one
    """Put a name into each text of a command that is no id."""
    if isinstance(value, tuple):
        return tuple(map(with_names, value))
    if not attrs.has(type(value)) or isinstance(value, AllocationPolicy | SourcingPolicy):
        return value
    changes = {
        each.alias: f"{NAME} {getattr(value, each.name) or ''}".strip()
        if is_text(each)
        else with_names(getattr(value, each.name))
        for each in attrs.fields(type(value))
        if each.init
    }
    if isinstance(value, Order):
        texts = dict.fromkeys(attrs.fields_dict(Address), NAME)
        changes["ship_to"] = Address(**texts | {"country": "GB"})
        changes["custom_fields"] = ((NAME, MAIL),)
    return attrs.evolve(value, **changes)


def commands() -> list[Command]:
    """Return commands of every kind, with a name in every text."""
    found = [with_names(each) for each in life()]
    assert {type(each) for each in found} == set(get_args(Command))
    return found


@pytest.fixture
def logged() -> Iterator[list[logging.LogRecord]]:
    """Log all that every logger has to say, except rows of the database."""
    records: list[logging.LogRecord] = []

    class Keep(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            records.append(record)

    ours = [logging.getLogger(each.name) for each in names.LOGGERS]
    known = [logging.getLogger(each) for each in logging.root.manager.loggerDict]
    before = {each: each.level for each in (logging.root, *ours, *known)}
    handler = Keep()
    logging.root.addHandler(handler)
    for each in before:
        each.setLevel(logging.DEBUG)
    for name in ("sqlalchemy.engine", "sqlalchemy.engine.Engine", "aiosqlite"):
        logging.getLogger(name).setLevel(logging.INFO)  # at DEBUG, it logs what it reads or writes
    yield records
    logging.root.removeHandler(handler)
    for each, level in before.items():
        each.setLevel(level)


def shown(recorded: Recorded, logged: list[logging.LogRecord]) -> Iterator[tuple[str, str]]:
    """Yield where something is shown, and what."""
    for record in logged:
        if not record.name.startswith("mail."):  # the server of this test logs what it takes
            yield f"log {record.name}", f"{record.getMessage()} {vars(record)}"
    for span in recorded.spans():
        yield f"span {span.name}", str(span.to_json())
    for name, attributes, _ in recorded.points():
        yield f"metric {name}", str(attributes)


def anew(command: Command) -> list[Command]:
    """Return the command later, under other ids too: most are refused, for many reasons."""
    reused: Any = attrs.evolve(command, at=command.at + timedelta(days=90))
    new = attrs.evolve(reused, command_id=None)
    ids = {"order_id", "receipt_id"} & attrs.fields_dict(type(new)).keys()
    return [reused, new, *(attrs.evolve(new, **{each: "none"}) for each in ids)]


class Failing:
    """A notifier whose errors quote what it was given."""

    def notify(self, message: OutboxMessage) -> None:
        raise ConnectionError(f"no answer for {message.event} from {NAME}")


class Closed(MemoryOutbox):
    """An outbox that cannot be reached."""

    def claim(self, *_: object) -> NoReturn:
        raise StorageError(f"no answer of {NAME}")


def relay(recorded: Recorded, clock: Clock, engine: Engine, outbox: SqlOutbox) -> None:
    """Let some messages die, and tell sellers the others by mails that fail, and a log."""
    failing = recorded.telemetry.instrument(Relay(outbox, Failing(), clock=clock, attempts_max=2))
    for _ in range(2):
        failing.run_once(5)
        clock.moment += timedelta(hours=1)
    assert outbox.summary().dead > 0
    with mail_server() as (box, port):
        box.answers = {GONE: f"550 5.1.1 <{GONE}>: unknown", BUSY: f"450 {BUSY} is busy"}
        mail = {"host": HOST, "port": port, "security": "NONE", "sender": "o@shop.example"}
        told = {"mail": [MAIL, BUSY, GONE], "logs": ["shop.log"]}
        notices = recorded.telemetry.instrument(
            SellerNotices(
                read_settings({"mail": mail, "default": told}),
                SqlRepository(engine),
                SqlNoticeStore(engine),
                environ={},
                clock=clock,
            )
        )
        notices.notify(outbox)
        assert box.envelopes != []
    with pytest.raises(StorageError):
        recorded.telemetry.instrument(Relay(Closed(), Failing(), clock=clock)).run()
    with engine.connect() as connection:
        errors = connection.scalars(select(Tables.default().outbox.c.error)).all()
    kept = [each for each in errors if each.startswith("NoticeError")]
    assert kept != []
    assert [each for each in kept if NAME in each] == []


def assert_all_is_named(recorded: Recorded, logged: list[logging.LogRecord]) -> None:
    """Each span, metric and log has the attributes of its definition, and each definition is met.

    An attribute that is sometimes missing was there at least once.
    """
    spans: dict[str, set[str]] = {}
    for span in recorded.spans():
        spans.setdefault(span.name.split()[0], set()).update(span.attributes or {})
    assert spans == {each.name.split()[0]: set(each.attributes) for each in names.SPANS}
    metrics: dict[str, set[str]] = {}
    for name, attributes, _ in recorded.points():
        assert metrics.setdefault(name, set(attributes)) == set(attributes)
    assert metrics == {each.name: set(each.attributes) for each in names.METRICS}
    usual = vars(logging.makeLogRecord({"message": ""}))
    for logger in names.LOGGERS:
        records = [each for each in logged if each.name == logger.name]
        fields = {name for each in records for name in vars(each).keys() - usual.keys()}
        assert fields == {log_field(each) for each in logger.attributes}
    assert set().union(*spans.values(), *metrics.values()) == names.ATTRIBUTES.keys()


def test_neither_logs_nor_spans_nor_metrics_have_what_people_wrote(
    tmp_path: Path, logged: list[logging.LogRecord]
) -> None:
    recorded, clock = Recorded(), Clock()
    engine = open_database(tmp_path / "a.db", create=True)
    outbox, repository = SqlOutbox(engine), Contended(engine)
    flow = recorded.telemetry.instrument(OrderFlow(repository, orders_max=ORDERS_MAX, clock=clock))
    recorded.telemetry.observe(repository, outbox, clock=clock)
    asked = commands()
    for each in asked:
        assert flow.handle(each) == flow.handle(each)
    refused = set[str]()
    one_of_each = {type(each): each for each in asked}.values()
    for other in (new for each in one_of_each for new in anew(each)):
        try:
            flow.handle(other)
        except (RefusedError, NotFoundError) as error:
            refused.add(type(error).__name__)
    assert len(refused) > 8
    relay(recorded, clock, engine, outbox)
    engine.dispose()
    found = list(shown(recorded, logged))
    assert [(where, text) for where, text in found if NAME in text] == []
    assert_all_is_named(recorded, logged)
    assert {where.split()[0] for where, _ in found} == {"log", "span", "metric"}
    logging.getLogger("shop").debug("of %s", NAME)  # so that such a text would be found
    assert [where for where, text in shown(recorded, logged) if NAME in text] == ["log shop"]


def test_an_async_flow_tells_nothing_either(
    tmp_path: Path, logged: list[logging.LogRecord]
) -> None:
    recorded = Recorded()

    async def run() -> None:
        engine = await open_async_database(tmp_path / "a.db", create=True)
        flow = recorded.telemetry.instrument(AsyncOrderFlow(AsyncSqlRepository(engine)))
        for each in commands()[:20]:
            await flow.handle(each)
            with suppress(RefusedError, NotFoundError):
                await flow.handle(attrs.evolve(each, command_id=None))
        await engine.dispose()

    asyncio.run(run())
    assert recorded.counts("orderflow.refusals").total() > 5
    assert [where for where, text in shown(recorded, logged) if NAME in text] == []
