"""A receiver drops what it has had before, and its work and the note are one transaction."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from threading import Event
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import create_engine, inspect, text
from sqlalchemy.pool import NullPool

from orderflow import InvalidValueError, StorageError
from orderflow.adapters.sql import SchemaError, SqlInbox, Tables
from orderflow.adapters.sql.inbox import _statements_of
from orderflow.adapters.sql.rows import Moments
from tests.conformance.plans import plan_of
from tests.databases.processes import pool_of
from tests.unit.shop import NOON, later

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

WORK = text("INSERT INTO done VALUES ('some work')")


@pytest.fixture(name="receiver")
def _receiver(engine: Engine) -> Engine:
    """Open the database of a receiver, with a table of its own."""
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE done (what VARCHAR(20))"))
    return engine


def done(engine: Engine) -> int:
    with engine.connect() as connection:
        count: int = connection.execute(text("SELECT count(*) FROM done")).scalar_one()
    return count


def work(connection: Connection) -> None:
    connection.execute(WORK)


# In a transaction of the receiver's


def test_a_message_is_there_for_the_first_time_once(receiver: Engine) -> None:
    with receiver.begin() as connection:
        inbox = SqlInbox(connection)
        assert [inbox.first_time("acme:1") for _ in range(3)] == [True, False, False]
        assert inbox.first_time("acme:2")
    with receiver.begin() as connection:
        assert not SqlInbox(connection).first_time("acme:1")
        assert SqlInbox(connection).first_time("acme:3")


def test_messages_of_two_sellers_are_told_apart(receiver: Engine) -> None:
    with receiver.begin() as connection:
        inbox = SqlInbox(connection)
        assert inbox.first_time("1", seller_id="acme")
        assert inbox.first_time("1", seller_id="bolt")
        assert not inbox.first_time("1", seller_id="acme")


def test_a_moment_without_a_time_zone_is_refused(receiver: Engine) -> None:
    nowhere = datetime(2026, 3, 2, 12)  # noqa: DTZ001 - that is the fault
    with receiver.begin() as connection:
        inbox = SqlInbox(connection)
        with pytest.raises(InvalidValueError, match=r"SqlInbox\.at"):
            inbox.first_time("1", at=nowhere)
        with pytest.raises(InvalidValueError, match=r"SqlInbox\.before"):
            inbox.prune(before=nowhere)


def test_a_message_whose_work_was_undone_is_new_when_it_comes_again(receiver: Engine) -> None:
    with receiver.connect() as connection:
        assert SqlInbox(connection).first_time("acme:1")
        connection.execute(WORK)
        connection.rollback()
    assert done(receiver) == 0
    with receiver.begin() as connection:
        assert SqlInbox(connection).first_time("acme:1")


def test_whoever_comes_while_a_message_is_worked_on_waits_for_the_end_of_it(
    receiver: Engine,
) -> None:
    has_begun, may_end = Event(), Event()

    def first(*, commit: bool) -> bool:
        with receiver.connect() as connection:
            found = SqlInbox(connection).first_time(f"acme:{commit}")
            has_begun.set()
            may_end.wait(10)
            connection.commit() if commit else connection.rollback()
        return found

    def second(*, commit: bool) -> bool:
        with receiver.begin() as connection:
            return SqlInbox(connection).first_time(f"acme:{commit}")

    with ThreadPoolExecutor(2) as pool:
        for commit in (True, False):
            has_begun.clear()
            may_end.clear()
            one = pool.submit(first, commit=commit)
            assert has_begun.wait(10)
            other = pool.submit(second, commit=commit)
            with pytest.raises(TimeoutError):
                other.result(0.2)
            may_end.set()
            assert one.result()
            assert other.result() is not commit


def test_a_connection_that_commits_each_statement_is_refused(postgresql: Engine) -> None:
    with postgresql.connect() as connection:
        connection.execution_options(isolation_level="AUTOCOMMIT")
        with pytest.raises(StorageError):
            SqlInbox(connection).first_time("acme:1")
    with postgresql.begin() as connection:
        assert SqlInbox(connection).first_time("acme:1")


# In a transaction of its own


def test_a_task_is_carried_out_once_with_the_note(receiver: Engine) -> None:
    for expected in (True, False, False):
        assert SqlInbox.receive(receiver, "acme:1", work) is expected
    assert done(receiver) == 1


def test_a_task_that_fails_leaves_neither_work_nor_note(receiver: Engine) -> None:
    def fail(connection: Connection) -> None:
        connection.execute(WORK)
        raise ZeroDivisionError

    for _ in range(2):
        with pytest.raises(ZeroDivisionError):
            SqlInbox.receive(receiver, "acme:1", fail)
    assert done(receiver) == 0
    assert SqlInbox.receive(receiver, "acme:1", work)
    assert done(receiver) == 1


def _receive_all(url: str) -> int:
    engine = create_engine(url, poolclass=NullPool)
    first = sum(SqlInbox.receive(engine, f"acme:{number}", work) for number in range(60))
    engine.dispose()
    return first


def test_of_several_processes_that_receive_the_same_one_does_the_work(receiver: Engine) -> None:
    url = receiver.url.render_as_string(hide_password=False)
    with pool_of(4) as pool:
        first = list(pool.map(_receive_all, [url] * 4))
    assert sum(first) == 60
    assert done(receiver) == 60


# What is kept


def test_what_is_older_than_a_moment_is_forgotten(receiver: Engine) -> None:
    with receiver.begin() as connection:
        inbox = SqlInbox(connection)
        inbox.prune(before=NOON)
        for minute in range(4):
            for seller_id in ("", "acme", "bolt"):
                inbox.first_time(f"message {minute}", seller_id=seller_id, at=later(minute))
        inbox.prune(before=later(2))
    with receiver.begin() as connection:
        inbox = SqlInbox(connection)
        for seller_id in ("", "acme", "bolt"):
            new = [inbox.first_time(f"message {each}", seller_id=seller_id) for each in range(4)]
            assert new == [True, True, False, False]


def test_what_is_forgotten_is_found_by_an_index(receiver: Engine) -> None:
    with receiver.begin() as connection:
        inbox = SqlInbox(connection)
        for number in range(3000):
            inbox.first_time(f"{number}", seller_id=f"S{number % 3}", at=later(number))
        connection.execute(text("ANALYZE"))
        moment = Moments(as_text=connection.dialect.name == "sqlite").write(later(9))
        values = {"of_seller": "S1", "before": moment}
        prune = _statements_of(Tables.default()).prune
        assert [each.by for each in plan_of(connection, prune, values).accesses] == [
            "inbox_received"
        ]


def test_a_receiver_needs_the_one_table(receiver: Engine) -> None:
    tables = Tables(prefix="mine_")
    with receiver.begin() as connection:
        tables.metadata.create_all(connection, tables=[tables.inbox])
        assert "mine_stock" not in inspect(connection).get_table_names()
        assert SqlInbox(connection, tables=tables).first_time("acme:1")
    assert not SqlInbox.receive(receiver, "acme:1", work, tables=tables)


def test_a_table_that_is_not_there_is_an_error_that_says_so(receiver: Engine) -> None:
    with pytest.raises(SchemaError):
        SqlInbox.receive(receiver, "acme:1", work, tables=Tables(prefix="missing_"))


@pytest.mark.parametrize("message_id", ["", "x" * 273, "a\0b", "a\nb"])
def test_what_no_message_is_named_is_refused(receiver: Engine, message_id: str) -> None:
    with receiver.begin() as connection, pytest.raises(InvalidValueError, match="message_id"):
        SqlInbox(connection).first_time(message_id)
    with receiver.begin() as connection:
        assert SqlInbox(connection).first_time("x" * 272)
