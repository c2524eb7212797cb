"""On a connection of the host's, orderflow's changes and the host's are one transaction."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import event, text

from orderflow import (
    AdjustmentReason,
    ContentionError,
    NotFoundError,
    Order,
    OrderFlow,
    OrderLine,
    RefusedError,
    StockKey,
    StorageError,
)
from orderflow.adapters.sql import SqlRepository
from orderflow.commands import AdjustStock, BookInStock, CancelOrder
from tests.conformance.filling import NOON
from tests.databases import empty, postgres, sqlite

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from sqlalchemy import Connection, Engine

    from orderflow.commands import Command

MUGS = StockKey("acme", "leeds", "MUG")
INVOICE = text("INSERT INTO invoices VALUES ('A')")
INVOICES = text("SELECT count(*) FROM invoices")


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    if request.param == "sqlite":
        engine = sqlite(tmp_path / "host.db", busy_seconds=0.2)
        yield from _prepared(engine)
        engine.dispose()
    else:
        with postgres() as engine:
            yield from _prepared(engine)


def _prepared(engine: Engine) -> Iterator[Engine]:
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE invoices (number VARCHAR(9) PRIMARY KEY)"))
    OrderFlow(SqlRepository(engine)).seller("acme").book_in(MUGS, 3, at=NOON)
    yield engine


def begin(connection: Connection) -> Connection:
    """Begin a transaction of the host's, which writes: SQLite's driver is told to by hand."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    return connection


def order(quantity: int) -> Order:
    lines = (OrderLine("1", "MUG", quantity),)
    return Order(order_id="A", seller_id="acme", warehouse_id="leeds", lines=lines, placed_at=NOON)


def kept(engine: Engine) -> tuple[int, int]:
    """Count the invoices and the orders that were committed."""
    with engine.connect() as connection:
        invoices = connection.scalar(INVOICES) or 0
    return invoices, len(OrderFlow(SqlRepository(engine)).seller("acme").orders())


def test_the_host_and_orderflow_commit_together(engine: Engine) -> None:
    with engine.connect() as connection:
        begin(connection)
        connection.execute(INVOICE)
        OrderFlow(SqlRepository.within(connection)).seller("acme").place(order(2), at=NOON)
        assert kept(engine) == (0, 0), "it was committed before the host did"
        connection.commit()
    assert kept(engine) == (1, 1)


def test_a_host_that_raises_afterwards_takes_both_back(engine: Engine) -> None:
    def sell(connection: Connection) -> None:
        acme = OrderFlow(SqlRepository.within(connection)).seller("acme")
        acme.place(order(2), at=NOON)
        assert acme.order("A").order_id == "A"
        connection.execute(INVOICE)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError), engine.connect() as connection:
        sell(begin(connection))
    assert kept(engine) == (0, 0)
    assert [each.allocated for each in OrderFlow(SqlRepository(engine)).seller("acme").stock()] == [
        0
    ]


@pytest.mark.parametrize(
    "command",
    [
        CancelOrder(seller_id="acme", order_id="nothing", at=NOON),
        AdjustStock(key=MUGS, change=-9, reason=AdjustmentReason.DAMAGE, at=NOON),
    ],
    ids=["not found", "refused"],
)
def test_a_refusal_leaves_what_the_host_wrote_before(engine: Engine, command: Command) -> None:
    with engine.connect() as connection:
        begin(connection)
        connection.execute(INVOICE)
        flow = OrderFlow(SqlRepository.within(connection))
        with pytest.raises((NotFoundError, RefusedError)):
            flow.handle(command)
        flow.seller("acme").place(order(1), at=NOON)  # the transaction goes on
        connection.commit()
    assert kept(engine) == (1, 1)


def test_a_fault_of_the_database_leaves_what_the_host_wrote_before(engine: Engine) -> None:
    with engine.connect() as connection:
        begin(connection)
        connection.execute(INVOICE)
        flow = OrderFlow(SqlRepository.within(connection))
        connection.execute(text("ALTER TABLE orderflow_events RENAME TO elsewhere"))
        with pytest.raises(StorageError):
            flow.seller("acme").place(
                order(1), at=NOON
            )  # it fails at its end: all else is written by then
        connection.execute(text("ALTER TABLE elsewhere RENAME TO orderflow_events"))
        connection.commit()
    assert kept(engine) == (1, 0)


def test_commands_of_one_transaction_build_on_each_other(engine: Engine) -> None:
    with engine.connect() as connection:
        flow = OrderFlow(SqlRepository.within(begin(connection)))
        acme = flow.seller("acme")
        acme.place(order(5), at=NOON)
        flow.handle(BookInStock(key=MUGS, received=2, at=NOON))
        assert acme.order("A").status == "ALLOCATED"
        connection.rollback()
    assert kept(engine) == (0, 0)


def test_contention_is_one_error_and_not_tried_again(engine: Engine) -> None:
    with engine.connect() as first, engine.connect() as second:
        begin(first)
        OrderFlow(SqlRepository.within(first)).seller("acme").place(order(1), at=NOON)
        if engine.dialect.name == "postgresql":
            second.execute(text("SET lock_timeout = '200ms'"))
        with pytest.raises(ContentionError, match="run the whole transaction again") as caught:
            OrderFlow(SqlRepository.within(second)).seller("acme").book_in(MUGS, 1, at=NOON)
        assert caught.value.attempts == 1
        second.rollback()
        first.commit()
    assert kept(engine) == (0, 1)


def test_an_isolation_that_shows_an_older_state_is_refused() -> None:
    with postgres() as engine, engine.connect() as connection:
        connection.execution_options(isolation_level="REPEATABLE READ")
        with pytest.raises(StorageError, match="hides what others have committed"):
            SqlRepository.within(connection)


def test_a_serializable_transaction_that_saw_too_little_is_contention() -> None:
    with postgres() as engine, engine.connect() as connection:
        OrderFlow(SqlRepository(engine)).seller("acme").book_in(MUGS, 3, at=NOON)
        connection.execution_options(isolation_level="SERIALIZABLE")
        assert connection.scalar(text("SELECT count(*) FROM orderflow_orders")) == 0
        OrderFlow(SqlRepository(engine)).seller("acme").place(order(2), at=NOON)
        flow = OrderFlow(SqlRepository.within(connection))
        with pytest.raises(ContentionError):
            flow.seller("acme").book_in(MUGS, 1, at=NOON)


READS: dict[str, Callable[[OrderFlow], Sequence[Order]]] = {
    "an order": lambda flow: [flow.seller("acme").order("A")],
    "a listing": lambda flow: flow.seller("acme").orders(),
    "a queue": lambda flow: flow.seller("acme").queue(MUGS),
}


@pytest.mark.parametrize("name", READS)
def test_what_others_commit_during_a_read_tears_no_order(engine: Engine, name: str) -> None:
    acme = OrderFlow(SqlRepository(engine)).seller("acme")
    for moment in count(1):
        empty(engine)
        acme.book_in(MUGS, 3, at=NOON)
        acme.place(order(5), at=NOON)  # of which 2 are short
        waiting = acme.order("A")
        with engine.connect() as connection:
            statements = _before_statement(
                connection, moment, lambda: acme.book_in(MUGS, 2, at=NOON)
            )
            found = READS[name](OrderFlow(SqlRepository.within(connection)))
        covered = acme.order("A")
        assert list(found) in ([waiting], [] if name == "a queue" else [covered])
        if next(statements) <= moment:  # it had ended before
            break


def _before_statement(connection: Connection, moment: int, act: Callable[[], object]) -> count[int]:
    """Let something happen before a statement of a connection; return what counts them."""
    numbers = count(1)

    def look(*_: object) -> None:
        if next(numbers) == moment:
            act()

    event.listen(connection, "before_cursor_execute", look)
    return numbers
