"""On PostgreSQL with psycopg, a command waits for the server a few times, however much it does."""

from __future__ import annotations

from contextlib import suppress
from threading import Thread
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import create_engine, event, text

from orderflow import (
    ActionRefusedError,
    DuplicateOrderError,
    NotFoundError,
    OrderFlow,
    StorageError,
    UnfinishedError,
)
from orderflow.adapters.sql import SqlRepository, Tables
from orderflow.adapters.sql.pipelined import PipelinedExecutor
from orderflow.adapters.sql.statements import statements_of
from orderflow.adapters.sql.transactions import executor_of
from orderflow.checking import check
from orderflow.commands import BookInStock, CancelOrder, PlaceOrder
from orderflow.domain.model.policy import Queue
from tests.databases.proxy import proxied
from tests.databases.waiting import wait_until_somebody_waits
from tests.unit.shop import ACME, NOON, key, order

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sqlalchemy import Engine

    from orderflow.commands import Command

SKUS = ("CUP", "MUG", "POT")


@pytest.fixture
def shop(postgresql: Engine) -> OrderFlow:
    """Open a shop with three products, of which there are a few."""
    flow = OrderFlow(SqlRepository(postgresql))
    for sku in SKUS:
        flow.seller(ACME).count(key(sku), 4, at=NOON)
    return flow


def place(order_id: str, units: int = 1) -> PlaceOrder:
    return PlaceOrder(order=order(order_id, *((sku, units) for sku in SKUS)), at=NOON)


def cancel(order_id: str) -> CancelOrder:
    return CancelOrder(seller_id=ACME, order_id=order_id, at=NOON)


def book_in(units: int) -> BookInStock:
    return BookInStock(key=key("MUG"), received=units, at=NOON)


WAITS_MAX: dict[str, tuple[list[Command], Command, int]] = {
    "a placed order": ([], place("A"), 3),
    "a placed order that is short": ([], place("A", 9), 3),
    "a placed order with a command id": (
        [],
        PlaceOrder(order=order("A", ("MUG", 1)), at=NOON, command_id="once"),
        3,
    ),
    "booked in, nobody waits": ([], book_in(1), 3 + 2),
    "booked in, one page waits": ([place(f"{n}", 5) for n in range(3)], book_in(9), 3 + 2),
    "booked in, three pages wait": ([place(f"{n}", 5) for n in range(24)], book_in(999), 3 + 2 * 3),
    "a refused command": ([place("A"), cancel("A")], cancel("A"), 2),
    "an order that is not there": ([], cancel("A"), 2),
    "an order that is there already": ([place("A")], place("A"), 2),
}


@pytest.mark.parametrize("name", WAITS_MAX)
def test_a_command_waits_for_the_server_a_few_times(
    postgresql: Engine, shop: OrderFlow, name: str
) -> None:
    before, command, waits_max = WAITS_MAX[name]
    for each in before:
        shop.handle(each)
    assert 2 <= waits_of(postgresql, command) <= waits_max
    assert check(SqlRepository(postgresql)).violations == ()


def test_control_a_command_waits_for_each_statement_if_somebody_listens(
    postgresql: Engine, shop: OrderFlow
) -> None:
    assert shop.sellers() == [ACME]
    assert waits_of(postgresql, place("A"), listen=True) > 8


def waits_of(postgresql: Engine, command: Command, *, listen: bool = False) -> int:
    """Return how often a command waits for the server."""
    with proxied(postgresql.url) as proxy:
        engine = create_engine(proxy.url)
        if listen:
            event.listen(engine, "before_cursor_execute", lambda *_: None)
        flow = OrderFlow(SqlRepository(engine))
        flow.seller(ACME).stock()  # it connects
        before = proxy.exchanges
        with suppress(ActionRefusedError, DuplicateOrderError, NotFoundError):
            flow.handle(command)
        found = proxy.exchanges - before
        engine.dispose()
        return found


# What an exchange sees

QUEUE = {"seller_id": ACME, "warehouse_id": "leeds", "sku": "MUG", "at_most": 9, "limit": 4}
LOCK = {"seller_id": ACME, "warehouse_ids": ["leeds"], "skus": ["MUG"], "ids": []}
AT_ONCE = text(
    "SELECT stock.allocated, queue.order_id FROM orderflow_stock AS stock "
    "LEFT JOIN orderflow_queue AS queue USING (seller_id, warehouse_id, sku) "
    "WHERE stock.seller_id = :seller_id AND stock.sku = 'MUG' FOR UPDATE OF stock"
)


def in_one_statement(engine: Engine) -> tuple[int, list[str]]:
    with engine.begin() as connection:
        rows = connection.execute(AT_ONCE, {"seller_id": ACME}).all()
    return rows[0][0], [row[1] for row in rows if row[1]]


def in_one_exchange(engine: Engine) -> tuple[int, list[str]]:
    to = statements_of(Tables.default())
    with engine.begin() as connection:
        executor = executor_of(connection)
        assert isinstance(executor, PipelinedExecutor)
        stock = executor.rows_later(to.locked_stock, LOCK)
        queue = executor.rows_later(to.queue_pages[Queue.FIRST_COME, False, False], QUEUE)
        return stock()[0][3], [row[3] for row in queue()]


@pytest.mark.parametrize(
    ("read", "queued"),
    [(in_one_exchange, ["A"]), (in_one_statement, [])],
    ids=["in one exchange", "control: in one statement"],
)
def test_whoever_waited_for_a_lock_sees_what_was_queued_meanwhile(
    postgresql: Engine,
    shop: OrderFlow,
    read: Callable[[Engine], tuple[int, list[str]]],
    queued: list[str],
) -> None:
    """One statement shows the stock as it is now, and misses the order that took it."""
    assert shop.sellers() == [ACME]
    found = list[tuple[int, list[str]]]()
    reader = Thread(target=lambda: found.append(read(postgresql)))
    with postgresql.begin() as connection:
        OrderFlow(SqlRepository.within(connection)).handle(place("A", 5))
        reader.start()
        wait_until_somebody_waits(postgresql)
    reader.join()
    assert found == [(4, queued)]


# What becomes of an exchange that fails

FAULT = """
CREATE SEQUENCE faults;
CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF nextval('faults') <= {times} THEN {fault} END IF; RETURN NEW;
END $$;
CREATE {kind} TRIGGER fail AFTER INSERT ON {table} {when} FOR EACH ROW EXECUTE FUNCTION fail();
"""


@pytest.fixture
def quiet(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Make sure that the driver logs nothing."""
    yield
    assert [each.getMessage() for each in caplog.records if each.name == "psycopg"] == []


def install(
    engine: Engine,
    fault: str,
    *,
    table: str = "orderflow_orders",
    times: int = 1,
    at_commit: bool = False,
) -> None:
    """Let inserts into a table fail, on the side of the server."""
    kind, when = ("CONSTRAINT", "DEFERRABLE INITIALLY DEFERRED") if at_commit else ("", "")
    statement = FAULT.format(fault=fault, times=times, kind=kind, table=table, when=when)
    with engine.begin() as connection:
        connection.exec_driver_sql(statement)


REFUSE = "RAISE EXCEPTION 'not today';"
GIVE_WAY = "RAISE EXCEPTION 'in the way' USING ERRCODE = '40001';"
HANG_UP = "PERFORM pg_terminate_backend(pg_backend_pid());"


@pytest.mark.usefixtures("quiet")
@pytest.mark.parametrize("table", ["orderflow_orders", "orderflow_order_lines", "orderflow_outbox"])
def test_a_statement_that_fails_leaves_nothing(
    postgresql: Engine, shop: OrderFlow, table: str
) -> None:
    install(postgresql, REFUSE, table=table)
    with pytest.raises(StorageError, match=r"not today.*nothing was saved") as failed:
        shop.handle(place("A"))
    assert not isinstance(failed.value, UnfinishedError)
    assert shop.seller(ACME).orders() == ()
    shop.handle(place("A"))
    assert check(SqlRepository(postgresql)).violations == ()


@pytest.mark.usefixtures("quiet")
@pytest.mark.parametrize("hosted", [False, True], ids=["own transaction", "savepoint"])
def test_a_statement_that_the_server_has_skipped_is_not_taken_for_prepared(
    postgresql: Engine, shop: OrderFlow, *, hosted: bool
) -> None:
    """The driver prepares a statement that it has sent five times, here together with others."""
    install(postgresql, REFUSE, times=99)
    with postgresql.connect() as connection:
        flow = OrderFlow(SqlRepository.within(connection)) if hosted else shop
        for _ in range(3):
            for number in range(8):
                with pytest.raises(StorageError, match="not today"):
                    flow.handle(place(f"{number}"))
            flow.handle(book_in(1))


@pytest.mark.usefixtures("quiet")
@pytest.mark.parametrize("at_commit", [False, True], ids=["statement", "commit"])
def test_a_transaction_that_gives_way_is_tried_again(
    postgresql: Engine, shop: OrderFlow, *, at_commit: bool
) -> None:
    install(postgresql, GIVE_WAY, times=3, at_commit=at_commit)
    shop.handle(place("A"))
    assert [each.order_id for each in shop.seller(ACME).orders()] == ["A"]
    assert check(SqlRepository(postgresql)).violations == ()


@pytest.mark.usefixtures("quiet")
@pytest.mark.parametrize(
    ("fault", "at_commit"),
    [(REFUSE, True), (HANG_UP, True), (HANG_UP, False)],
    ids=["commit refused", "hangs up at commit", "hangs up before"],
)
def test_an_exchange_with_a_commit_that_has_no_clear_answer_is_in_doubt(
    postgresql: Engine, shop: OrderFlow, fault: str, *, at_commit: bool
) -> None:
    install(postgresql, fault, at_commit=at_commit)
    with pytest.raises(UnfinishedError, match="same command id"):
        shop.handle(place("A"))
    assert shop.seller(ACME).orders() == ()
    shop.handle(place("A"))
    assert check(SqlRepository(postgresql)).violations == ()


@pytest.mark.usefixtures("quiet")
def test_a_commit_whose_answer_is_lost_is_in_doubt_and_can_be_repeated(
    postgresql: Engine, shop: OrderFlow
) -> None:
    with proxied(postgresql.url) as proxy:
        engine = create_engine(proxy.url)
        far = OrderFlow(SqlRepository(engine)).seller(ACME)
        assert len(far.stock()) == len(SKUS)
        proxy.cut_after = b"COMMIT\0"
        with pytest.raises(UnfinishedError, match="same command id"):
            far.place(order("A", ("MUG", 1)), at=NOON, command_id="once")
        del proxy.cut_after
        assert [each.order_id for each in shop.seller(ACME).orders()] == ["A"]
        assert far.place(order("A", ("MUG", 1)), at=NOON, command_id="once").order_id == "A"
        engine.dispose()


@pytest.mark.usefixtures("quiet")
def test_a_statement_that_fails_leaves_what_the_host_wrote_before(
    postgresql: Engine, shop: OrderFlow
) -> None:
    install(postgresql, REFUSE)
    with postgresql.begin() as connection:
        hosted = OrderFlow(SqlRepository.within(connection))
        hosted.seller(ACME).book_in(key("TIN"), 1, at=NOON)
        with pytest.raises(StorageError, match="not today"):
            hosted.handle(place("A"))
        with pytest.raises(NotFoundError):
            hosted.handle(cancel("A"))
        hosted.handle(place("B"))
    acme = shop.seller(ACME)
    assert [each.order_id for each in acme.orders()] == ["B"]
    assert {each.key.sku: each.on_hand for each in acme.stock()}["TIN"] == 1
    assert check(SqlRepository(postgresql)).violations == ()


def test_a_listener_of_commits_comes_before_the_commit(postgresql: Engine, shop: OrderFlow) -> None:
    seen = list[int]()

    def count(_: object) -> None:
        with postgresql.connect() as other:
            seen.append(other.scalar(text("SELECT count(*) FROM orderflow_orders")) or 0)

    event.listen(postgresql, "commit", count)
    shop.handle(place("A"))
    assert seen == [0]
