"""Everything that a command reads or changes is found by an index, however long the tables are."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import text

from orderflow import Queue
from orderflow.adapters.sql import Tables
from orderflow.adapters.sql.arrays import as_set
from orderflow.adapters.sql.rows import Moments
from orderflow.adapters.sql.sellers import page_of_sellers
from orderflow.adapters.sql.statements import PLACE_COLUMNS, statements_of
from tests.conformance.filling import NOON, fill
from tests.conformance.plans import Access, plan_of
from tests.databases import postgres, sqlite

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection, Engine
    from sqlalchemy.sql import Executable

STATEMENTS = statements_of(Tables.default())
PRODUCT = ("warehouse_id", "sku")
LATE = NOON + timedelta(days=1)
WITHOUT_STATISTICS = "sqlite-without-statistics"
"""As every SQLite database is until its host analyses it."""


def access(index: str, *columns: str) -> Access:
    return Access(index, frozenset(("seller_id", *columns)))


READS = {
    "order": ("orders_pk", "order_id"),
    "some_orders": ("orders_pk", "order_id"),
    "order_ids": ("orders_pk", "order_id"),
    "products_of": ("order_lines_pk", "order_id"),
    "stock": ("stock_pk", *PRODUCT),
    "orders_with_units": ("order_lines_with_units", *PRODUCT),
    "back_orders": ("orders_status", "status"),
    "back_orders_after": ("orders_status", "status", "placed_at", "order_id"),
    "policy": ("policies_pk",),
    "shared_policy": ("policies_pk",),
    "exclusive_policy": ("policies_pk",),
    "ended_holds": ("orders_held", "held_until"),
    "postponed": ("orders_postponed", "not_before"),
    "waiting_since_before": ("orders_waits", "allows_partial", "waits_since"),
    "to_give_up": ("orders_waits", "allows_partial", "waits_since"),
    "to_remind": ("orders_waits", "allows_partial", "waits_since"),
    "to_give_up_own": ("orders_gives_up", "gives_up_at"),
    "to_remind_own": ("orders_gives_up", "gives_up_at"),
    "split_off": ("orders_parts", "split_from"),
    "receipt": ("expected_receipts_pk", "receipt_id"),
    "expected": ("expected_receipts_product", *PRODUCT),
    "answer": ("commands_pk", "command_id"),
    "events": ("events_pk", "number"),
    "events_of": ("events_order", "order_id", "number"),
    "events_since": ("events_at", "at"),
}
BY_KEY = {
    "back_orders": access("orders_pk", "order_id"),
    "back_orders_after": access("orders_pk", "order_id"),
    "split_off": access("orders_pk", "order_id"),
    "events_of": access("events_pk", "number"),
}
"""Where the index alone has the keys, and the rows are read by these."""
WITH_LINES = {
    *("order", "some_orders", "split_off", "back_orders", "back_orders_after"),
    *("ended_holds", "postponed", "waiting_since_before"),
    *("to_give_up", "to_give_up_own", "to_remind", "to_remind_own"),
}
WRITES = {
    "change_order": ("orders_pk", "order_id"),
    "change_line": ("order_lines_pk", "order_id", "line_id"),
    "remove_line": ("order_lines_pk", "order_id", "line_id"),
    "change_stock": ("stock_pk", *PRODUCT),
    "requeue": ("queue_pk", *PRODUCT, "turn", "placed_at", "order_id"),
    "dequeue": ("queue_pk", *PRODUCT, "turn", "placed_at", "order_id"),
    "change_receipt": ("expected_receipts_pk", "receipt_id"),
    "remove_receipt": ("expected_receipts_pk", "receipt_id"),
    "change_event": ("events_pk", "number"),
    "change_answer": ("commands_pk", "command_id"),
}
CHANGES: dict[str, dict[str, object]] = {
    "change_order": {"version": 3},
    "change_line": {"allocated": 1},
    "change_stock": {"is_unserved": False},
    "requeue": {"rank": 1},
    "change_receipt": {"quantity": 3},
    "change_event": {"event": "{}"},
    "change_answer": {"command": "{}", "outcome": "{}"},
}
LOOKED_AT_ELSEWHERE = {"unserved", "unserved_of", "last_number", "sellers"}
LOOKED_AT_ELSEWHERE |= {"locked_stock", "free_stock"}  # of PostgreSQL only
LOOKED_AT_ELSEWHERE |= {"queue_pages", "queue_pages_with_orders", "order_pages", "stock_pages"}
OF_A_WHOLE_DATABASE = {"owners"}
OF_ALL_THAT_A_SELLER_HAS = {"receipts"}
ONLY_ADDS = {"add_answer", "add_event", "add_line", "add_message", "add_order", "add_placeholder"}
ONLY_ADDS |= {"add_receipt", "add_stock", "enqueue", "add_events", "set_policy", "add_policy_row"}
ONLY_ADDS |= {"set_next_page", "set_limits"}
IN_THE_ORDER_OF_AN_INDEX = (
    *("back_orders", "back_orders_after", "ended_holds", "postponed", "waiting_since_before"),
    *("to_give_up", "to_give_up_own", "to_remind", "to_remind_own"),
)


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Engine]]:
    folder = tmp_path_factory.mktemp("plans")
    with postgres() as server:
        engines = {
            name: sqlite(folder / f"{name}.db", synchronous="OFF")
            for name in ("sqlite", WITHOUT_STATISTICS)
        }
        engines["postgresql"] = server
        for name, engine in engines.items():
            fill(engine, analyse=name != WITHOUT_STATISTICS)
        yield engines
        for name in ("sqlite", WITHOUT_STATISTICS):
            engines[name].dispose()


@pytest.fixture(params=["sqlite", WITHOUT_STATISTICS, "postgresql"])
def connection(request: pytest.FixtureRequest, filled: dict[str, Engine]) -> Iterator[Connection]:
    with filled[request.param].connect() as connection:
        if request.param != "postgresql":
            connection.exec_driver_sql("BEGIN")
        yield connection
        connection.rollback()


def given(connection: Connection) -> dict[str, Any]:
    """Say what the statements are asked about."""
    write = Moments(as_text=connection.dialect.name == "sqlite").write
    now = write(NOON)
    key: dict[str, Any] = {
        "seller_id": "S1",
        "order_id": "00007",
        "warehouse_id": "leeds",
        "sku": "P3",
    }
    key |= {"turn": 1, "placed_at": now}
    behind = write(NOON - timedelta(minutes=900))  # many orders were placed after it
    place = {"placed_at": behind, "order_id": "00900"}
    place |= {"warehouse_id": "leeds", "sku": "P3"}
    place |= {"turn": 1, "rank": 0, "has_no_promise": 0, "due_by": now}
    return {
        **key,
        **{f"of_{name}": value for name, value in key.items()},
        **{f"after_{name}": value for name, value in place.items()},
        "split_from": "00007",
        "of_line_id": "L0",
        "of_receipt_id": "R3",
        "receipt_id": "R3",
        "command_id": "C10",
        "of_command_id": "C10",
        "of_number": 7,
        "ids": ["00007", "00017", "00027"],
        "skus": ["P1", "P2", "P3"],
        "status": "ON_BACK_ORDER",
        "at": now,
        "since": write(LATE),
        "allows_partial": False,
        "later_than": write(NOON - timedelta(minutes=9)),
        "after": 7,
        "limit": 4,
        "at_most": 9,
    }


def plan(connection: Connection, statement: Executable, **changes: object) -> Any:  # noqa: ANN401
    values = given(connection)
    if changes:  # what is given is set, so give no more than that and the key
        values = {key: value for key, value in values.items() if key.startswith("of_")} | changes
    return plan_of(connection, statement, values)


@pytest.mark.parametrize("name", READS)
def test_what_is_read_is_found_by_its_whole_key(connection: Connection, name: str) -> None:
    index, *columns = READS[name]
    statement: Executable = getattr(STATEMENTS, name)
    expected = [access(index, *columns)]
    expected += [BY_KEY[name]] if name in BY_KEY else []
    expected += [access("order_lines_pk", "order_id")] if name in WITH_LINES else []
    found = plan(connection, statement).accesses
    if name in BY_KEY and connection.dialect.name == "postgresql":
        # Release 18 sees that it is one table, and reads keys and rows in one go.
        assert {each.by for each in found} <= {each.by for each in expected}
        assert any(each.by == index and each.columns >= expected[0].columns for each in found)
    else:
        assert sorted(found) == sorted(expected)


@pytest.mark.parametrize("name", IN_THE_ORDER_OF_AN_INDEX)
def test_a_page_is_read_without_sorting(connection: Connection, name: str) -> None:
    assert not plan(connection, getattr(STATEMENTS, name)).is_sorted


@pytest.mark.parametrize("name", WRITES)
def test_what_is_changed_is_found_by_its_whole_key(connection: Connection, name: str) -> None:
    index, *columns = WRITES[name]
    statement: Executable = getattr(STATEMENTS, name)
    table: Any = statement
    keys = {column.name for column in table.table.primary_key}
    values = {f"of_{each}": given(connection)[f"of_{each}"] for each in sorted(keys)}
    rows = [values | CHANGES.get(name, {})]
    statement, given_rows = as_set(table, connection.dialect, rows)
    found = plan_of(connection, statement, given_rows[0])
    # By the primary key, or by another index that has all of it.
    assert [each.columns for each in found.accesses] == [access(index, *columns).columns]


@pytest.mark.parametrize("queue", Queue)
@pytest.mark.parametrize("blocked_on", [False, True], ids=["all", "blocked_on"])
@pytest.mark.parametrize("begun", [False, True], ids=["first", "further"])
def test_a_page_of_a_queue_is_read_in_the_order_of_an_index(
    connection: Connection, queue: Queue, *, blocked_on: bool, begun: bool
) -> None:
    names = {Queue.FIRST_COME: "pk", Queue.PRIORITY: "priority"}
    index = f"queue_{names.get(queue, 'promise')}"
    columns = [*PRODUCT, *(PLACE_COLUMNS[queue] if begun else ())]
    of_order = (access("orders_pk", "order_id"), access("order_lines_pk", "order_id"))
    for pages, accesses in (
        (STATEMENTS.queue_pages, ()),
        (STATEMENTS.queue_pages_with_orders, of_order),
    ):
        found = plan(connection, pages[queue, blocked_on, begun])
        assert sorted(found.accesses) == sorted((access(index, *columns), *accesses))
        assert not found.is_sorted


@pytest.mark.parametrize("name", ["locked_stock", "free_stock"])
@pytest.mark.parametrize("products", [1, 40])
def test_stock_to_lock_is_found_by_its_whole_key(
    filled: dict[str, Engine], name: str, products: int
) -> None:
    given = {
        "seller_id": "S1",
        "warehouse_ids": ["leeds"] * products,
        "skus": [f"P{number}" for number in range(products)],
        "ids": ["00007"],
    }
    with filled["postgresql"].connect() as connection:
        found = plan_of(connection, getattr(STATEMENTS, name), given).accesses
    assert sorted(found) == sorted(
        [access("stock_pk", *PRODUCT), access("order_lines_pk", "order_id")]
    )


def test_what_is_to_be_served_further_has_an_index_of_its_own(connection: Connection) -> None:
    found = plan(connection, STATEMENTS.unserved)
    assert found.accesses == (Access("stock_unserved", frozenset()),)
    (of_seller,) = plan(connection, STATEMENTS.unserved_of).accesses
    assert of_seller == Access("stock_unserved", frozenset({"seller_id"}))
    assert not found.is_sorted


def test_the_last_number_is_the_end_of_an_index(connection: Connection) -> None:
    assert plan(connection, STATEMENTS.last_number).accesses == (access("events_pk"),)


def test_sellers_are_found_by_jumping_through_an_index(connection: Connection) -> None:
    found = plan(connection, STATEMENTS.sellers).accesses
    assert {each.by for each in found} <= {"events_pk", "events_at"}


def test_sellers_with_orders_are_found_by_an_index_of_each(connection: Connection) -> None:
    tables = Tables.default()
    in_status = (tables.orders, "status", ("placed_at", "order_id"))
    of_product = (tables.lines, "sku", ("order_id",))
    statement = page_of_sellers(tables.orders, (in_status, of_product))
    values = {"after": "", "limit": 9, "status": "NEW", "sku": "P3"}
    found = {each.by: each.columns for each in plan_of(connection, statement, values).accesses}
    assert found["orders_status"] >= {"seller_id", "status"}
    assert found["order_lines_sku"] >= {"seller_id", "sku"}
    assert all("seller_id" in columns for columns in found.values())


@pytest.mark.parametrize("name", sorted(OF_ALL_THAT_A_SELLER_HAS))
def test_a_listing_looks_at_one_seller(connection: Connection, name: str) -> None:
    (found,) = plan(connection, getattr(STATEMENTS, name)).accesses
    assert found.columns == {"seller_id"}


@pytest.mark.parametrize("given", STATEMENTS.order_pages, ids=str)
def test_a_page_of_orders_is_of_one_seller(
    connection: Connection, given: tuple[bool, bool, bool]
) -> None:
    found = plan(connection, STATEMENTS.order_pages[given]).accesses
    assert all("seller_id" in each.columns for each in found)


@pytest.mark.parametrize("begun", [False, True], ids=["first", "further"])
def test_a_page_of_stock_is_read_in_the_order_of_an_index(
    connection: Connection, *, begun: bool
) -> None:
    found = plan(connection, STATEMENTS.stock_pages[begun])
    assert found.accesses == (access("stock_pk", *(PRODUCT if begun else ())),)
    assert not found.is_sorted


def test_every_statement_is_looked_at() -> None:
    known = {*READS, *WRITES, *LOOKED_AT_ELSEWHERE, *OF_ALL_THAT_A_SELLER_HAS, *ONLY_ADDS}
    known |= OF_A_WHOLE_DATABASE
    assert vars(STATEMENTS).keys() - {"tables"} == known


def test_every_key_and_index_begins_with_the_seller() -> None:
    for table in Tables.default().metadata.sorted_tables:
        keys = [table.primary_key.columns, *(index.columns for index in table.indexes)]
        assert {next(iter(columns)).name for columns in keys} == {"seller_id"}, table.name


@pytest.mark.parametrize(
    ("name", "index"),
    [(name, index) for name, (index, *_) in READS.items() if not index.endswith("_pk")],
)
def test_an_index_that_is_lost_is_noticed(connection: Connection, name: str, index: str) -> None:
    connection.execute(text(f"DROP INDEX orderflow_{index}"))
    with pytest.raises(AssertionError):
        test_what_is_read_is_found_by_its_whole_key(connection, name)


@pytest.mark.parametrize("queue", [Queue.PRIORITY, Queue.PROMISED_DATE])
def test_an_index_of_a_queue_that_is_lost_is_noticed(connection: Connection, queue: Queue) -> None:
    for index in ("priority", "promise"):
        connection.execute(text(f"DROP INDEX orderflow_queue_{index}"))
    with pytest.raises(AssertionError):
        test_a_page_of_a_queue_is_read_in_the_order_of_an_index(
            connection, queue, blocked_on=False, begun=True
        )
