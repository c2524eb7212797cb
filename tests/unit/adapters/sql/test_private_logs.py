"""No log has personal data, whatever fails, with the text in every field that may have one."""

from __future__ import annotations

import asyncio
import logging
from datetime import timedelta
from typing import TYPE_CHECKING

import attrs
import pytest
from sqlalchemy import Engine, NullPool, create_engine, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import create_async_engine

from orderflow import HoldReason, OrderFlow, Relay
from orderflow.adapters.sql import SqlOutbox, SqlRepository, Tables
from orderflow.adapters.sql.faults import translate_error
from orderflow.testing.erasing_contract import commands_with_text
from orderflow.worker import Worker, WorkerError
from tests.unit.shop import NOON, Clock, later

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from orderflow import Order
    from orderflow.ports import OutboxMessage

STREET = "Secret Lane"


def shop(engine: Engine) -> OrderFlow:
    """Store the text in every field, and on an order whose hold ends in a minute."""
    Tables.default().metadata.create_all(engine)
    flow = OrderFlow(SqlRepository(engine), clock=Clock(later(5)))
    for number, command in enumerate(commands_with_text(STREET, STREET, NOON)):
        flow.handle(attrs.evolve(command, command_id=f"c{number}"))
    until = NOON + timedelta(minutes=1)
    flow.seller("acme").hold("B", HoldReason.OTHER, note=STREET, until=until, at=NOON)
    return flow


def logged(flow: OrderFlow, caplog: pytest.LogCaptureFixture, relay: Relay | None = None) -> str:
    """Do what a worker does, and return what it logs and raises."""
    caplog.set_level(logging.DEBUG, "orderflow")
    with pytest.raises(WorkerError) as raised:
        Worker(flow, relay=relay).run_once()
    assert raised.value.__cause__ is None
    return f"{caplog.text}{raised.value}"


def test_a_row_that_the_database_refuses_is_not_quoted(
    engine: Engine, caplog: pytest.LogCaptureFixture
) -> None:
    """PostgreSQL quotes the whole row: `DETAIL: Failing row contains (…)`."""
    flow = shop(engine)
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            rule = "ALTER TABLE orderflow_orders ADD CHECK (false) NOT VALID"
        else:
            rule = (
                "CREATE TRIGGER refuse BEFORE UPDATE ON orderflow_orders "
                "BEGIN SELECT RAISE(ABORT, 'violates a constraint'); END"
            )
        connection.execute(text(rule))
    said = logged(flow, caplog)
    assert "DUE failed: the database reported an error: " in said
    assert "violates" in said
    assert "Secret" not in said


def test_a_value_of_the_wrong_form_is_not_quoted(
    engine: Engine, caplog: pytest.LogCaptureFixture
) -> None:
    """What a release cannot read may be an address."""
    flow = shop(engine)
    with engine.begin() as connection:
        connection.execute(
            text("UPDATE orderflow_orders SET ship_to = :text WHERE order_id = 'B'"),
            {"text": f'{{"name": ["{STREET}"], "street": 1, "city": "{STREET}"}}'},
        )
    said = logged(flow, caplog)
    assert "DUE failed: not handled: seller 'acme': the database has " in said
    assert "Secret" not in said


def test_an_error_that_nobody_expected_is_logged_by_its_places(
    engine: Engine, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    flow = shop(engine)

    def fail(_: object, order: Order) -> None:
        raise ValueError(repr(order.ship_to)) from KeyError(str(order))

    monkeypatch.setattr(
        "orderflow.service.seller.Seller.run_due",
        lambda seller, **_: fail(seller, seller.order("B")),
    )
    said = logged(flow, caplog)
    assert "DUE failed: ValueError at tests.unit.adapters.sql.test_private_logs." in said
    assert "orderflow.worker.worker.Worker._run_due:" in said
    assert "; caused by KeyError" in said
    assert "Secret" not in said


def test_a_notifier_that_fails_is_not_quoted(
    engine: Engine, caplog: pytest.LogCaptureFixture
) -> None:
    """The outbox keeps the text of the error, until the order is erased. No log has it."""

    class Failing:
        def notify(self, message: OutboxMessage) -> None:
            raise ValueError(repr(message.event))

    flow = shop(engine)
    caplog.set_level(logging.DEBUG, "orderflow")
    relay = Relay(SqlOutbox(engine), Failing(), clock=Clock(later(5)))
    done = Worker(flow, relay=relay).run_once()
    assert done.relayed.failed
    assert "messages failed" in caplog.text
    assert "Secret" not in f"{caplog.text}{done}"


CHECKED = "CREATE TEMPORARY TABLE checked (street text CHECK (street = '')) ON COMMIT DROP"


@pytest.mark.parametrize("driver", ["psycopg", "psycopg2", "asyncpg"])
@pytest.mark.parametrize(
    ("statement", "value", "message"),
    [
        ("INSERT INTO checked VALUES (CAST(:value AS text))", STREET, 'constraint "checked_street'),
        ("SELECT CAST(CAST(:value AS text) AS integer)", STREET, "(22P02)"),
        ("SELECT CAST(:value AS integer)", STREET, "reported an error: "),
    ],
)
def test_no_driver_of_postgresql_quotes_a_value(
    postgresql: Engine, driver: str, statement: str, value: object, message: str
) -> None:
    url = postgresql.url.set(drivername=f"postgresql+{driver}")

    def fail(connection: Connection) -> None:
        connection.execute(text(CHECKED))
        connection.execute(text(statement), {"value": value})

    def fail_at_once() -> None:
        with create_engine(url, poolclass=NullPool).connect() as connection:
            fail(connection)

    async def fail_later() -> None:
        async with create_async_engine(url, poolclass=NullPool).connect() as connection:
            await connection.run_sync(fail)

    with pytest.raises(DBAPIError, match="Secret") as raised:
        asyncio.run(fail_later()) if driver == "asyncpg" else fail_at_once()
    said = str(translate_error(raised.value, 1))
    assert message in said
    assert "Secret" not in said
