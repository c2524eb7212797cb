"""Statements go to the driver as text, unless somebody watches what SQLAlchemy runs."""

from __future__ import annotations

import logging
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import create_engine, event, text

from orderflow import ContentionError, OrderFlow, StorageError
from orderflow.adapters.sql import SchemaError, SqlRepository, Tables
from orderflow.adapters.sql.executor import CoreExecutor
from orderflow.adapters.sql.statements import statements_of
from orderflow.errors import OrderNotFoundError
from tests.databases import sqlite
from tests.unit.shop import ACME, NOON, key, order

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from sqlalchemy import Connection, Engine
    from sqlalchemy.engine import ExceptionContext

    from orderflow.ports import Repository, UnitOfWork

    Watch = Callable[[Engine], object]

WRITTEN = {"stock", "orders", "order_lines", "queue", "events", "outbox", "commands"}


def use(engine: Engine) -> None:
    """Read and write all that a command can."""
    acme = OrderFlow(SqlRepository(engine)).seller(ACME)
    acme.book_in(key("CUP"), 2, at=NOON)
    acme.place(order("A", ("MUG", 2), ("CUP", 1)), at=NOON, command_id="once")
    assert acme.order("A").allocated_of("CUP") == 1


def listening(name: str) -> Watch:
    return lambda engine: event.listen(engine, name, lambda *_: None)


def of_dialect(name: str) -> Watch:
    return lambda engine: event.listen(engine, name, lambda *_: None)


def echo(engine: Engine) -> None:
    engine.echo = True


WATCHES: dict[str, Watch | None] = {
    "nobody": None,
    "before_cursor_execute": listening("before_cursor_execute"),
    "after_cursor_execute": listening("after_cursor_execute"),
    "after_execute": listening("after_execute"),
    "do_execute": of_dialect("do_execute"),
    "echo": echo,
}


@pytest.mark.parametrize("name", WATCHES)
def test_sqlalchemy_runs_the_statements_if_and_only_if_somebody_watches(
    engine: Engine, name: str
) -> None:
    watch = WATCHES[name]
    if watch is not None:
        watch(engine)
    contexts = list[object]()

    def note(context: ExceptionContext) -> None:
        contexts.append(context.execution_context)

    event.listen(engine, "handle_error", note)
    with engine.begin() as connection:
        connection.execute(text("DROP TABLE orderflow_outbox"))
    contexts.clear()
    with pytest.raises(SchemaError):
        use(engine)
    assert [each is not None for each in contexts] == [watch is not None]


def test_a_listener_sees_every_statement(engine: Engine) -> None:
    seen = list[str]()
    event.listen(engine, "after_cursor_execute", lambda *given: seen.append(given[2]))
    use(engine)
    for name in WRITTEN:
        assert any(f"INTO orderflow_{name}" in each for each in seen), name
    assert any(each.startswith("SELECT") for each in seen)


def test_a_listener_on_a_connection_of_the_hosts_sees_the_next_command(engine: Engine) -> None:
    seen = list[str]()
    with engine.begin() as connection:
        acme = OrderFlow(SqlRepository.within(connection)).seller(ACME)
        acme.book_in(key(), 1, at=NOON)
        event.listen(connection, "before_cursor_execute", lambda *given: seen.append(given[2]))
        acme.book_in(key(), 1, at=NOON)
    assert any(each.startswith("UPDATE orderflow_stock") for each in seen)


def test_a_log_has_every_statement(engine: Engine, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "sqlalchemy.engine"):
        use(engine)
    for name in WRITTEN:
        assert f"INTO orderflow_{name}" in caplog.text, name


def test_an_engine_that_translates_schemas_does_so(postgresql: Engine) -> None:
    with postgresql.begin() as connection:
        connection.execute(text("CREATE SCHEMA tenant"))
    tenant = postgresql.execution_options(schema_translate_map={None: "tenant"})
    Tables.default().metadata.create_all(tenant)
    use(tenant)
    with postgresql.connect() as connection:
        for schema, orders in (("tenant", 1), ("public", 0)):
            count = text(f"SELECT count(*) FROM {schema}.orderflow_orders")  # noqa: S608 - ours
            assert connection.execute(count).scalar() == orders


def hang_up(connection: Connection) -> None:
    """End the connection from the other side."""
    driver: Any = connection.connection.driver_connection
    with closing(connection.engine.raw_connection()) as other:
        other.cursor().execute("SELECT pg_terminate_backend(%s)", [driver.info.backend_pid])


def test_a_broken_connection_leaves_the_pool(postgresql: Engine) -> None:
    use(postgresql)
    acme = OrderFlow(SqlRepository(postgresql)).seller(ACME)
    event.listen(postgresql, "begin", hang_up, once=True)
    with pytest.raises(StorageError, match=r"connection.*nothing was saved"):
        acme.book_in(key(), 3, at=NOON)
    assert [stock.on_hand for stock in acme.stock()] == [2]
    acme.book_in(key(), 3, at=NOON)
    assert [stock.on_hand for stock in acme.stock()] == [2, 3]


@pytest.mark.parametrize("name", ["nobody", "before_cursor_execute"])
def test_a_refusal_does_not_hide_that_the_connection_of_a_transaction_was_lost(
    postgresql: Engine, name: str
) -> None:
    watch = WATCHES[name]
    if watch is not None:
        watch(postgresql)

    def lose_and_refuse(work: UnitOfWork) -> None:
        assert work.answered("once") is None
        with closing(postgresql.raw_connection()) as other:
            other.cursor().execute(END_OTHERS)
        raise OrderNotFoundError(ACME, "A")

    def go_on(repository: Repository) -> None:
        acme = OrderFlow(repository).seller(ACME)
        acme.book_in(key(), 3, at=NOON)
        with pytest.raises(StorageError, match=r"connection.*nothing was saved"):
            repository.write(ACME, lose_and_refuse)
        with pytest.raises(StorageError, match=r"lost.*nothing was saved"):
            acme.book_in(key(), 3, at=NOON)
        with pytest.raises(StorageError, match=r"lost.*nothing was saved"):
            acme.stock()

    repository = SqlRepository(postgresql)
    with pytest.raises(StorageError, match=r"lost.*nothing was saved"):
        repository.together(ACME, go_on)
    assert OrderFlow(repository).seller(ACME).stock() == ()


END_OTHERS = """
    SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()"""


def test_a_lock_that_is_not_given_in_time_is_contention(postgresql: Engine) -> None:
    use(postgresql)
    options = {"options": "-c lock_timeout=20ms"}
    hasty = create_engine(postgresql.url, connect_args=options)
    with postgresql.begin() as connection, hasty.begin() as of_hasty:
        connection.execute(text("SELECT 1 FROM orderflow_stock FOR UPDATE"))
        acme = OrderFlow(SqlRepository.within(of_hasty)).seller(ACME)
        with pytest.raises(ContentionError):
            acme.book_in(key("CUP"), 3, at=NOON)
    hasty.dispose()


@pytest.mark.parametrize("watched", [False, True], ids=["text", "watched"])
def test_what_the_driver_cannot_take_is_raised_as_it_is(tmp_path: Path, *, watched: bool) -> None:
    engine = sqlite(tmp_path / "shop.db")
    if watched:
        event.listen(engine, "before_cursor_execute", lambda *_: None)
    page = statements_of(Tables.default()).stock_pages[False]
    with engine.connect() as connection, pytest.raises(OverflowError):
        CoreExecutor(connection).rows(page, {"seller_id": ACME, "limit": 2**80})
    engine.dispose()


@pytest.mark.parametrize("missing", ["seller_id", "limit"])
def test_a_parameter_that_is_missing_is_an_error(engine: Engine, missing: str) -> None:
    page = statements_of(Tables.default()).stock_pages[False]
    given = {"seller_id": ACME, "limit": 1}
    del given[missing]
    with engine.connect() as connection, pytest.raises(Exception, match=missing):
        CoreExecutor(connection).rows(page, given)
