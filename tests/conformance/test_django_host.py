"""Inside of `transaction.atomic`, orderflow's changes and the host's are one transaction."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from django.db import DatabaseError, connections, transaction
from django.test.utils import CaptureQueriesContext

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
from orderflow.adapters.sql import SqlInbox, SqlRepository
from orderflow.adapters.sql.django import DjangoExecutor, DjangoTransactions
from orderflow.commands import AdjustStock, BookInStock, CancelOrder
from tests.databases.django import django_postgres, django_sqlite, second

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from orderflow.commands import Command

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
MUGS = StockKey("acme", "leeds", "MUG")


@pytest.fixture(name="alias", params=["sqlite", "postgresql", "postgresql, bound by the server"])
def _alias(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "sqlite":
        with django_sqlite(tmp_path / "host.db", seconds=0.2) as alias:
            yield from _prepared(alias)
    elif request.param == "postgresql":
        with django_postgres() as alias:
            yield from _prepared(alias)
    else:
        with django_postgres(server_side_binding=True) as alias:
            yield from _prepared(alias)


def _prepared(alias: str) -> Iterator[str]:
    say(alias, "CREATE TABLE invoices (number VARCHAR(9) PRIMARY KEY)")
    flow_of(alias).seller("acme").book_in(MUGS, 3, at=NOON)
    yield alias


def flow_of(alias: str) -> OrderFlow:
    return OrderFlow(SqlRepository(DjangoTransactions(alias)))


def say(alias: str, statement: str) -> None:
    with connections[alias].cursor() as cursor:
        cursor.execute(statement)


def invoice(alias: str, number: str = "A") -> None:
    say(alias, f"INSERT INTO invoices VALUES ('{number}')")  # noqa: S608 - a text of ours


def order(quantity: int, order_id: str = "A", **fields: object) -> Order:
    made = {"seller_id": "acme", "warehouse_id": "leeds", "placed_at": NOON, **fields}
    lines = (OrderLine("1", "MUG", quantity),)
    return Order(order_id=order_id, lines=lines, **made)  # type: ignore[arg-type] # its fields


def kept(alias: str) -> tuple[int, int]:
    """Count the invoices and the orders that were committed."""
    with second(alias) as other:
        with connections[other].cursor() as cursor:
            cursor.execute("SELECT count(*) FROM invoices")
            ((invoices,),) = cursor.fetchall()
        return invoices, len(flow_of(other).seller("acme").orders())


def test_the_host_and_orderflow_commit_together(alias: str) -> None:
    with transaction.atomic(using=alias):
        invoice(alias)
        flow_of(alias).seller("acme").place(order(2), at=NOON)
        assert kept(alias) == (0, 0), "it was committed before the host did"
    assert kept(alias) == (1, 1)


def test_a_host_that_raises_afterwards_takes_both_back(alias: str) -> None:
    def sell() -> None:
        acme = flow_of(alias).seller("acme")
        acme.place(order(2), at=NOON)
        assert acme.order("A").order_id == "A"
        invoice(alias)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError), transaction.atomic(using=alias):
        sell()
    assert kept(alias) == (0, 0)
    assert [each.allocated for each in flow_of(alias).seller("acme").stock()] == [0]


@pytest.mark.parametrize(
    "command",
    [
        CancelOrder(seller_id="acme", order_id="nothing", at=NOON),
        AdjustStock(key=MUGS, change=-9, reason=AdjustmentReason.DAMAGE, at=NOON),
    ],
    ids=["not found", "refused"],
)
def test_a_refusal_leaves_what_the_host_wrote_before(alias: str, command: Command) -> None:
    flow = flow_of(alias)
    with transaction.atomic(using=alias):
        invoice(alias)
        with pytest.raises((NotFoundError, RefusedError)):
            flow.handle(command)
        flow.seller("acme").place(order(1), at=NOON)  # the transaction goes on
    assert kept(alias) == (1, 1)


def test_a_fault_of_the_database_leaves_what_the_host_wrote_before(alias: str) -> None:
    with transaction.atomic(using=alias):
        invoice(alias)
        say(alias, "ALTER TABLE orderflow_events RENAME TO elsewhere")
        with pytest.raises(StorageError):
            flow_of(alias).seller("acme").place(
                order(1), at=NOON
            )  # it fails at its end: all else is written
        say(alias, "ALTER TABLE elsewhere RENAME TO orderflow_events")
    assert kept(alias) == (1, 0)


def test_commands_of_one_transaction_build_on_each_other(alias: str) -> None:
    flow = flow_of(alias)
    acme = flow.seller("acme")

    def serve() -> None:
        acme.place(order(5), at=NOON)
        flow.handle(BookInStock(key=MUGS, received=2, at=NOON))
        assert acme.order("A").status == "ALLOCATED"
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError), transaction.atomic(using=alias):
        serve()
    assert kept(alias) == (0, 0)


def test_a_savepoint_of_the_host_takes_back_what_is_in_it_alone(alias: str) -> None:
    acme = flow_of(alias).seller("acme")

    def inner() -> None:
        acme.place(order(1, "B"), at=NOON)
        invoice(alias, "B")
        raise ZeroDivisionError

    with transaction.atomic(using=alias):
        acme.place(order(1, "A"), at=NOON)
        invoice(alias, "A")
        with pytest.raises(ZeroDivisionError), transaction.atomic(using=alias):
            inner()
    assert kept(alias) == (1, 1)


def test_what_the_host_leaves_for_after_the_commit_finds_it_committed(alias: str) -> None:
    found = []
    with transaction.atomic(using=alias):
        transaction.on_commit(lambda: found.append(kept(alias)), using=alias)
        flow_of(alias).seller("acme").place(order(1), at=NOON)
        invoice(alias)
        assert found == []
    assert found == [(1, 1)]


def test_a_host_without_autocommit_is_in_a_transaction_of_its_own(alias: str) -> None:
    transaction.set_autocommit(False, using=alias)
    invoice(alias)
    flow_of(alias).seller("acme").place(order(1), at=NOON)
    assert kept(alias) == (0, 0)
    transaction.rollback(using=alias)
    flow_of(alias).seller("acme").place(order(1), at=NOON)
    transaction.commit(using=alias)
    transaction.set_autocommit(True, using=alias)
    assert kept(alias) == (0, 1)


def test_a_message_that_comes_twice_is_taken_in_once_with_the_work_that_it_is_for(
    alias: str,
) -> None:
    def receive(number: str) -> None:
        with transaction.atomic(using=alias):
            if SqlInbox(DjangoExecutor(connections[alias])).first_time("acme:1", at=NOON):
                invoice(alias, number)
            if number == "A":
                raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        receive("A")
    receive("B")
    receive("C")
    assert kept(alias) == (1, 0)


def test_contention_is_one_error_and_not_tried_again(alias: str) -> None:
    with second(alias) as other, transaction.atomic(using=other):
        flow_of(other).seller("acme").place(order(1), at=NOON)
        with pytest.raises((ContentionError, DatabaseError)) as caught:
            _book_in_beside(alias)
    if connections[alias].vendor == "postgresql":
        assert isinstance(caught.value, ContentionError)
        assert caught.value.attempts == 1
    else:  # the host itself could not begin
        assert "database is locked" in str(caught.value)
    assert kept(alias) == (0, 1)


def _book_in_beside(alias: str) -> None:
    with transaction.atomic(using=alias):
        if connections[alias].vendor == "postgresql":
            say(alias, "SET LOCAL lock_timeout = '200ms'")
        flow_of(alias).seller("acme").book_in(MUGS, 1, at=NOON)


def test_a_host_that_has_swallowed_an_error_of_the_database_is_told_so(alias: str) -> None:
    def swallow() -> None:
        try:
            with transaction.atomic(using=alias, savepoint=False):
                say(alias, "SELECT nonsense")
        except DatabaseError:
            pass
        flow_of(alias).seller("acme").place(order(1), at=NOON)

    with (
        pytest.raises(StorageError, match="until the end of the 'atomic' block"),
        transaction.atomic(using=alias),
    ):
        swallow()
    assert kept(alias) == (0, 0)


def test_the_host_sees_the_statements_among_its_own(alias: str) -> None:
    with CaptureQueriesContext(connections[alias]) as queries:
        flow_of(alias).seller("acme").place(order(1), at=NOON)
    assert any("INSERT INTO orderflow_orders" in each["sql"] for each in queries)


def test_signs_that_a_statement_is_formatted_by_are_values_like_others(alias: str) -> None:
    odd = StockKey("acme", "leeds", "50% %s ? %(sku)s ' \\ é")
    flow_of(alias).seller("acme").book_in(odd, 1, at=NOON)
    assert odd in [each.key for each in flow_of(alias).seller("acme").stock()]


def test_moments_of_the_hour_that_comes_twice_are_read_as_they_were_written(alias: str) -> None:
    twice = [datetime(2026, 10, 25, hour, 30, tzinfo=UTC) for hour in (0, 1)]  # 01:30 in London
    for number, moment in enumerate(twice):
        flow_of(alias).seller("acme").place(order(1, str(number), placed_at=moment), at=moment)
    assert [each.placed_at for each in flow_of(alias).seller("acme").orders()] == twice
