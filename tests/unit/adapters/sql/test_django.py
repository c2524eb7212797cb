"""Outside of `transaction.atomic`, transactions are orderflow's own; and what Django cannot do."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest
from django.db import DatabaseError, connections, transaction
from django.test.utils import override_settings
from psycopg import IsolationLevel
from sqlalchemy import JSON, Boolean, bindparam, column, insert, select, table

from orderflow import ContentionError, OrderFlow, StorageError, UnfinishedError
from orderflow.adapters.sql import SchemaError, SqlRepository
from orderflow.adapters.sql.django import DjangoTransactions
from orderflow.invariants import violations
from tests.databases.django import ClosingTransactions, django_postgres, django_sqlite, second
from tests.unit.shop import NOON, key, order

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from orderflow.adapters.sql import Executor
    from orderflow.ports import Reading

MUGS = key("MUG")


@pytest.fixture(name="alias", params=["sqlite", "sqlite, deferred", "postgresql"])
def _alias(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "postgresql":
        with django_postgres(options="-c lock_timeout=200ms") as alias:
            yield alias
    else:
        mode = "IMMEDIATE" if request.param == "sqlite" else None
        with django_sqlite(tmp_path / "host.db", mode=mode, seconds=0.2) as alias:
            yield alias


@pytest.fixture(name="postgres")
def _postgres() -> Iterator[str]:
    with django_postgres() as alias:
        yield alias


def flow_of(alias: str, sleep: Callable[[float], None] | None = None) -> OrderFlow:
    transactions = DjangoTransactions(alias, sleep=sleep) if sleep else DjangoTransactions(alias)
    return OrderFlow(SqlRepository(transactions))


def on_hand(alias: str) -> list[int]:
    return [each.on_hand for each in flow_of(alias).seller("acme").stock()]


def test_outside_of_a_transaction_a_command_is_one_and_committed(alias: str) -> None:
    flow_of(alias).seller("acme").book_in(MUGS, 3, at=NOON)
    assert not connections[alias].in_atomic_block
    with second(alias) as other:
        assert on_hand(other) == [3]


def test_what_another_one_interrupts_is_tried_again(alias: str) -> None:
    flow_of(alias).seller("acme").book_in(MUGS, 3, at=NOON)
    waited = []
    with second(alias) as other:
        blocker = transaction.atomic(using=other)
        blocker.__enter__()
        flow_of(other).seller("acme").book_in(MUGS, 1, at=NOON)

        def sleep(seconds: float) -> None:
            waited.append(seconds)
            if len(waited) == 2:
                blocker.__exit__(None, None, None)

        flow_of(alias, sleep).seller("acme").book_in(MUGS, 1, at=NOON)
    assert len(waited) == 2
    assert on_hand(alias) == [5]


def test_it_gives_up_when_others_go_first_time_and_again(alias: str) -> None:
    flow_of(alias).seller("acme").book_in(MUGS, 3, at=NOON)
    waited: list[float] = []
    with second(alias) as other, transaction.atomic(using=other):
        flow_of(other).seller("acme").book_in(MUGS, 1, at=NOON)
        with pytest.raises(ContentionError, match="in each of 5 attempts"):
            flow_of(alias, waited.append).seller("acme").book_in(MUGS, 1, at=NOON)
    assert len(waited) == 4
    assert on_hand(alias) == [4]


@pytest.mark.parametrize("mode", [None, "IMMEDIATE"])
def test_writers_of_one_file_wait_for_each_other_and_need_not_try_again(
    tmp_path: Path, mode: str | None
) -> None:
    def never(_: float) -> None:
        raise AssertionError("a writer had to try again")

    with django_sqlite(tmp_path / "host.db", mode=mode) as alias:
        flow = OrderFlow(SqlRepository(ClosingTransactions(alias, sleep=never)))
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(lambda _: flow.seller("acme").book_in(MUGS, 1, at=NOON), range(40)))
        assert on_hand(alias) == [40]


def test_a_look_sees_one_state_and_waits_for_no_writer(alias: str) -> None:
    flow_of(alias).seller("acme").book_in(MUGS, 3, at=NOON)

    def look(reading: Reading) -> list[int]:
        seen = [stock.on_hand for stock in reading.all_stock()]
        with second(alias) as other, transaction.atomic(using=other):
            flow_of(other).seller("acme").book_in(MUGS, 1, at=NOON)
            seen += on_hand(alias)  # one look in another, while somebody writes
        return [*seen, *(stock.on_hand for stock in reading.all_stock())]

    assert SqlRepository(DjangoTransactions(alias)).read("acme", look) == [3, 3, 3]
    assert on_hand(alias) == [4]


def test_a_transaction_that_begins_late_and_read_before_another_wrote_is_contention(
    tmp_path: Path,
) -> None:
    with django_sqlite(tmp_path / "host.db", mode=None) as alias, second(alias) as other:
        flow_of(alias).seller("acme").book_in(MUGS, 3, at=NOON)

        def decide() -> None:
            assert on_hand(alias) == [3]
            flow_of(other).seller("acme").book_in(MUGS, 1, at=NOON)
            flow_of(alias).seller("acme").book_in(MUGS, 1, at=NOON)

        contention = pytest.raises(ContentionError, match="run the whole transaction again")
        with contention, transaction.atomic(using=alias):
            decide()
        assert on_hand(alias) == [4]


def test_a_commit_that_fails_is_told_apart_from_what_fails_before(postgres: str) -> None:
    with connections[postgres].cursor() as cursor:
        cursor.execute(
            "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION 'not today'; END $$; "
            "CREATE CONSTRAINT TRIGGER refuse AFTER INSERT ON orderflow_stock "
            "DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION refuse()"
        )
    with pytest.raises(UnfinishedError, match="not today"):
        flow_of(postgres).seller("acme").book_in(MUGS, 3, at=NOON)
    assert on_hand(postgres) == []


def test_a_connection_that_was_lost_is_opened_anew(postgres: str) -> None:
    flow_of(postgres).seller("acme").book_in(MUGS, 3, at=NOON)
    with second(postgres) as other, connections[other].cursor() as cursor:
        lost = connections[postgres].connection.info.backend_pid
        cursor.execute("SELECT pg_terminate_backend(%s)", [lost])
    with pytest.raises(StorageError, match="nothing was saved"):
        flow_of(postgres).seller("acme").book_in(MUGS, 1, at=NOON)
    flow_of(postgres).seller("acme").book_in(MUGS, 1, at=NOON)
    assert on_hand(postgres) == [4]


def test_a_look_in_a_host_s_transaction_that_meets_a_lock_is_contention(postgres: str) -> None:
    with second(postgres) as other, transaction.atomic(using=other):
        with connections[other].cursor() as cursor:
            cursor.execute("LOCK TABLE orderflow_stock")

        def look() -> None:
            with connections[postgres].cursor() as cursor:
                cursor.execute("SET LOCAL lock_timeout = '100ms'")
            flow_of(postgres).seller("acme").stock()

        contention = pytest.raises(ContentionError, match="in each of 1 attempts")
        with contention, transaction.atomic(using=postgres):
            look()


def test_a_host_whose_isolation_shows_an_older_state_is_refused() -> None:
    with django_postgres(isolation_level=IsolationLevel.REPEATABLE_READ) as alias:
        flow_of(alias).seller("acme").book_in(
            MUGS, 3, at=NOON
        )  # a transaction of its own has its own
        flow_of(alias).seller("acme").place(order("A", ("MUG", 1)), at=NOON)
        refused = pytest.raises(StorageError, match="REPEATABLE READ, which hides")
        with refused, transaction.atomic(using=alias):
            flow_of(alias).seller("acme").book_in(MUGS, 3, at=NOON)
        assert on_hand(alias) == [3]


def test_a_transaction_of_its_own_shows_what_is_committed_whatever_the_settings_say() -> None:
    with django_postgres(isolation_level=IsolationLevel.REPEATABLE_READ) as alias:
        transactions = DjangoTransactions(alias)
        assert transactions.write(lambda executor: executor.isolation()) == "READ COMMITTED"


def test_values_and_results_are_converted_by_the_types_of_their_columns(alias: str) -> None:
    with second(alias) as other, connections[other].cursor() as cursor:
        cursor.execute("CREATE TABLE things (data JSON, is_new BOOLEAN)")
    things = table("things", column("data", JSON), column("is_new", Boolean))
    given = {"data": {"a": [1, None, "50%"]}, "is_new": True}
    adding = insert(things).values({name: bindparam(name) for name in given}).returning(*things.c)
    looking = select(things).where(things.c.is_new == bindparam("is_new"))

    def task(executor: Executor) -> list[list[object]]:
        added = executor.rows(adding, given)
        return [list(*added), list(*executor.rows(looking, {"is_new": True}))]

    for row in DjangoTransactions(alias).write(task):
        assert row == [{"a": [1, None, "50%"]}, True]
        assert row[1] is True


def test_hosts_that_sell_the_same_at_once_sell_no_unit_twice(alias: str) -> None:
    flow = OrderFlow(SqlRepository(DjangoTransactions(alias)))
    acme = flow.seller("acme")
    for sku in ("CUP", "MUG", "POT"):
        acme.book_in(key(sku), 7, at=NOON)

    def sell(number: int) -> None:
        lines = [(sku, 1) for sku in ("POT", "CUP", "MUG")[number % 2 :]]
        while True:
            try:
                with transaction.atomic(using=alias):
                    acme.place(order(f"{number}", *lines), at=NOON)
                    acme.place(order(f"{number}, again", *lines[::-1]), at=NOON)
            except (ContentionError, DatabaseError):  # one that could not begin is Django's
                continue
            connections.close_all()
            return

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(sell, range(12)))
    (stored,) = SqlRepository(DjangoTransactions(alias)).audit(lambda stored: stored)
    state = stored.state
    assert stored.faults == ()
    assert len(state.orders) == 24
    assert (
        violations(state.orders.values(), state.records.values(), flow.seller("acme").policy())
        == []
    )
    assert [each.available for each in acme.stock()] == [0, 0, 0]


def test_moments_without_their_time_zone_are_refused(postgres: str) -> None:
    flow_of(postgres).seller("acme").book_in(MUGS, 3, at=NOON)
    with override_settings(USE_TZ=False), pytest.raises(StorageError, match="set USE_TZ = True"):
        flow_of(postgres).seller("acme").stock()


def test_a_database_of_another_kind_is_refused() -> None:
    settings = connections.configure_settings({"default": {}, "other": {}})
    connections.databases["other"] = settings["other"]
    with pytest.raises(StorageError, match=r"supports SQLite and PostgreSQL.*using="):
        flow_of("other").seller("acme").stock()
    del connections["other"], connections.databases["other"]


def test_tables_that_are_not_there_are_named(alias: str) -> None:
    with connections[alias].cursor() as cursor:
        cursor.execute("ALTER TABLE orderflow_stock RENAME TO elsewhere")
    with pytest.raises(SchemaError, match=r"has no tables of orderflow.*your migrations"):
        flow_of(alias).seller("acme").book_in(MUGS, 1, at=NOON)
