"""Bad input is refused by its column and row, whatever package the table is of."""

from __future__ import annotations

import pickle
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest

from orderflow import (
    AllocationPolicy,
    Fulfilment,
    InvalidValueError,
    PartialAllocation,
    Preemption,
    Queue,
)
from orderflow.frames import TableError, allocate_lines, checks
from tests.frames.tables import ENGINES, rows_of

if TYPE_CHECKING:
    from collections.abc import Callable

    Change = Callable[[pl.DataFrame], pl.DataFrame]

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
LINES = pl.DataFrame(
    {
        "seller_id": ["acme"] * 4,
        "warehouse_id": ["leeds"] * 4,
        "order_id": ["B", "A", "A", "C"],
        "line_id": ["1", "1", "2", "1"],
        "sku": ["MUG", "MUG", "PAN", "MUG"],
        "quantity": [3, 5, 1, 2],
        "placed_at": [NOON, NOON, NOON, NOON + timedelta(hours=1)],
        "priority": [0, 1, 1, 0],
        "promised_by": [None, NOON, NOON, None],
        "passed_over": [None, 0, 0, 1],
        "waiting_since": [None, NOON, NOON, NOON],
        "allows_partial": [False] * 4,
        "allocated": [0, 2, 0, 0],
        "status": ["NEW", "ON_BACK_ORDER", "ON_BACK_ORDER", "ON_BACK_ORDER"],
    },
    schema_overrides={"promised_by": pl.Datetime("us", "UTC")},
)
STOCK = pl.DataFrame(
    {
        "seller_id": ["acme"] * 2,
        "warehouse_id": ["leeds"] * 2,
        "sku": ["MUG", "PAN"],
        "on_hand": [6, 0],
        "allocated": [2, 0],
    }
)
PRIORITY = AllocationPolicy(queue=Queue.PRIORITY)
PROMISE = AllocationPolicy(queue=Queue.PROMISED_DATE)
NEVER = AllocationPolicy(partial_allocation=PartialAllocation.NEVER)
PASSES = AllocationPolicy(partial_allocation=PartialAllocation.AFTER_WAITING, passes_max=2)
WAIT = AllocationPolicy(
    partial_allocation=PartialAllocation.AFTER_WAITING, wait_max=timedelta(days=1)
)


def put(column: str, row: int, value: object) -> Change:
    """Return a change of one value of a table."""

    def change(table: pl.DataFrame) -> pl.DataFrame:
        values = table[column].to_list()
        values[row] = value
        return table.with_columns(pl.Series(column, values, strict=False))

    return change


def tables(engine: str, lines: pl.DataFrame, stock: pl.DataFrame) -> tuple[Any, Any]:
    """Return the tables of a package."""
    return ENGINES[engine](lines), ENGINES[engine](stock)


def fault_of(
    engine: str, lines: pl.DataFrame, stock: pl.DataFrame, policy: AllocationPolicy
) -> TableError:
    """Return the error of two tables."""
    with pytest.raises(TableError) as caught:
        rows_of(allocate_lines(*tables(engine, lines, stock), policy, at=NOON))
    return caught.value


FAULTS = {
    "null id": ("order_id", 1, None, "a text that is not empty, or a whole number, not None"),
    "null sku": ("sku", 2, None, "a text that is not empty"),
    "null quantity": ("quantity", 2, None, "a whole number from 1 to 1000000000000, not None"),
    "null moment": ("placed_at", 3, None, "a moment with a time zone, not None"),
    "null status": ("status", 3, None, "a text that is not empty"),
    "empty id": ("order_id", 0, "", "a text that is not empty, or a whole number, not ''"),
    "zero": ("quantity", 0, 0, "a whole number from 1 to 1000000000000, not 0"),
    "negative": ("quantity", 0, -3, "a whole number from 1 to 1000000000000, not -3"),
    "too many": ("quantity", 3, 10**12 + 1, "a whole number from 1 to 1000000000000, not 10000"),
    "fraction": ("quantity", 2, 1.5, "a whole number from 1 to 1000000000000, not 1.5"),
    "infinity": ("quantity", 2, float("inf"), "a whole number from 1 to 1000000000000, not inf"),
    "more than ordered": ("allocated", 1, 6, "at most the quantity, not 6"),
    "no status": ("status", 1, "OPEN", "one of NEW, POSTPONED, "),
    "new with units": ("status", 1, "NEW", "one that agrees with the units"),
    "short and covered": ("status", 2, "ALLOCATED", "one that agrees with the units"),
    "repeated line": ("line_id", 2, "1", "an id that no other line of the order has, not '1'"),
    "two times": ("placed_at", 1, NOON + timedelta(hours=2), "the same in all lines of an order"),
    "two warehouses": ("warehouse_id", 2, "york", "the same in all lines of an order, not 'york'"),
}


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(("column", "row", "value", "demand"), FAULTS.values(), ids=FAULTS.keys())
def test_a_bad_line_is_named(
    engine: str, column: str, row: int, value: object, demand: str
) -> None:
    error = fault_of(engine, put(column, row, value)(LINES), STOCK, AllocationPolicy())
    assert str(error).startswith(f'lines["{column}"][{error.row}] must be {demand}')
    # Of two lines that do not agree, either may be named.
    agree = column in {"placed_at", "warehouse_id", "line_id"} and value not in {None, ""}
    assert error.row in ({1, 2} if agree else {row})
    assert (error.table, error.column) == ("lines", column)


OF_POLICIES = {
    "priority": (PRIORITY, "priority", 2, 10**9 + 1, "a whole number from -1000000000 to 1000000"),
    "two priorities": (PRIORITY, "priority", 2, 0, "the same in all lines of an order"),
    "two promises": (PROMISE, "promised_by", 2, None, "the same in all lines of an order"),
    "negative passes": (PASSES, "passed_over", 3, -1, "a whole number from 0 to 1000000000000, or"),
    "two waits": (PASSES, "passed_over", 2, 1, "the same in all lines of an order"),
    "half a wait": (WAIT, "waiting_since", 2, None, "the same in all lines of an order"),
    "two flags": (WAIT, "allows_partial", 2, True, "the same in all lines of an order"),
    "units of nobody": (NEVER, "allocated", 1, 3, "at most what the stock record has allocated"),
}


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("broken", OF_POLICIES.values(), ids=OF_POLICIES.keys())
def test_a_bad_line_is_named_if_the_policy_reads_it(
    engine: str, broken: tuple[AllocationPolicy, str, int, object, str]
) -> None:
    policy, column, row, value, demand = broken
    lines = put(column, row, value)(LINES)
    error = fault_of(engine, lines, STOCK, policy)
    assert str(error).startswith(f'lines["{column}"][{error.row}] must be {demand}')
    assert error.row in ({1, 2} if "same" in demand else {row})
    if engine == "polars":
        allocate_lines(lines, STOCK, NEVER if policy is not NEVER else AllocationPolicy())


RECORDS = {
    "null": ("on_hand", 1, None, "a whole number from 0 to 1000000000000, not None"),
    "negative": ("on_hand", 0, -1, "a whole number from 0 to 1000000000000, not -1"),
    "more than there": ("allocated", 1, 1, "at most what is on hand, not 1"),
    "two records": ("sku", 1, "MUG", "a product that has one record, not 'MUG'"),
}


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(("column", "row", "value", "demand"), RECORDS.values(), ids=RECORDS.keys())
def test_a_bad_stock_record_is_named(
    engine: str, column: str, row: int, value: object, demand: str
) -> None:
    error = fault_of(engine, LINES, put(column, row, value)(STOCK), AllocationPolicy())
    assert str(error).startswith(f'stock["{column}"][{error.row}] must be {demand}')
    assert error.row in ({0, 1} if column == "sku" else {row})


@pytest.mark.parametrize("engine", ENGINES)
def test_a_sum_that_leaves_64_bits_is_named(engine: str, monkeypatch: pytest.MonkeyPatch) -> None:
    most = 2**61
    if engine != "polars":  # the limit takes two million lines; one engine shows that it suffices
        most = 2**53
        monkeypatch.setattr(checks, "UNITS_OF_ALL_MAX", most)
    count = most // 10**12 + 10
    lines = pl.DataFrame({"line_id": pl.int_range(count, eager=True)}).with_columns(
        order_id=pl.lit("A"), sku=pl.lit("MUG"), placed_at=NOON, quantity=10**12
    )
    error = fault_of(engine, lines, STOCK.select("sku", "on_hand"), AllocationPolicy())
    assert (error.column, error.row) == ("quantity", most // 10**12)
    assert str(error).endswith(f"lines together have at most {most} units, not 1000000000000")


TYPES: dict[str, tuple[str, pl.Expr, str]] = {
    "time without a zone": (
        "placed_at",
        pl.col("placed_at").dt.replace_time_zone(None),
        "a column in which each value is a moment with a time zone, not Datetime",
    ),
    "day": ("placed_at", pl.col("placed_at").dt.date(), "a column in which each value is a moment"),
    "text": (
        "quantity",
        pl.col("quantity").cast(pl.String),
        "a column in which each value is a wh",
    ),
    "truth": ("quantity", pl.col("quantity") > 1, "a column in which each value is a whole number"),
    "float id": ("order_id", pl.lit(1.0), "a column in which each value is a text"),
}


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(("column", "values", "demand"), TYPES.values(), ids=TYPES.keys())
def test_a_column_of_a_wrong_type_is_named(
    engine: str, column: str, values: pl.Expr, demand: str
) -> None:
    error = fault_of(engine, LINES.with_columns(values.alias(column)), STOCK, AllocationPolicy())
    assert str(error).startswith(f'lines["{column}"] must be {demand}')
    assert error.row is None


NEEDED = {
    "sku": (AllocationPolicy(), "sku"),
    "priority": (PRIORITY, "priority"),
    "promise": (PROMISE, "promised_by"),
    "passes": (PASSES, "passed_over"),
    "wait": (WAIT, "waiting_since"),
}


@pytest.mark.parametrize(("policy", "column"), NEEDED.values(), ids=NEEDED.keys())
def test_a_missing_column_is_named(policy: AllocationPolicy, column: str) -> None:
    with pytest.raises(
        InvalidValueError, match=f"lines must be a table with the column '{column}'"
    ):
        allocate_lines(LINES.drop(column), STOCK, policy, at=NOON)


def test_both_tables_have_the_same_keys() -> None:
    with pytest.raises(InvalidValueError, match="the keys of the lines, which are seller_id, ware"):
        allocate_lines(LINES, STOCK.drop("seller_id"))


def test_orders_with_units_need_the_column_of_units() -> None:
    lines = put("status", 0, "ALLOCATED")(LINES).drop("allocated")
    error = fault_of("polars", lines, STOCK, AllocationPolicy())
    assert str(error).endswith("because there is no column 'allocated', not 'ALLOCATED'")


UNSUPPORTED = {
    "preemption": (
        AllocationPolicy(preemption=Preemption.URGENT, urgent_from=1),
        "preemption must be NEVER for a table, .* use the queue PRIORITY",
    ),
    "splits": (
        AllocationPolicy(fulfilment=Fulfilment.SPLIT),
        "fulfilment must be COMPLETE for a table, .* split the orders",
    ),
}


@pytest.mark.parametrize(("policy", "way_out"), UNSUPPORTED.values(), ids=UNSUPPORTED.keys())
def test_a_policy_that_makes_no_sense_for_a_table_is_refused(
    policy: AllocationPolicy, way_out: str
) -> None:
    with pytest.raises(InvalidValueError, match=way_out):
        allocate_lines(LINES, STOCK, policy)


def test_a_wait_needs_the_moment_of_the_allocation() -> None:
    with pytest.raises(InvalidValueError, match=r"allocate_lines\.at must be a datetime"):
        allocate_lines(LINES, STOCK, WAIT)
    with pytest.raises(InvalidValueError, match="with a time zone"):
        allocate_lines(LINES, STOCK, WAIT, at=NOON.replace(tzinfo=None))


@pytest.mark.parametrize("value", [None, "lines.csv", [1], {"sku": ["MUG"]}], ids=str)
def test_what_is_no_table_is_refused(value: object) -> None:
    with pytest.raises(InvalidValueError, match="stock must be a table of Polars, pandas"):
        allocate_lines(LINES, value)


def test_whole_numbers_of_other_types_are_numbers() -> None:
    for dtype in (pl.UInt8, pl.Int32, pl.Float64, pl.Decimal(10, 2), pl.UInt64):
        lines = LINES.with_columns(pl.col("quantity").cast(dtype))
        result = allocate_lines(lines, STOCK)
        assert result["allocated"].to_list() == allocate_lines(LINES, STOCK)["allocated"].to_list()
        assert result["quantity"].dtype == dtype
    lines = put("quantity", 0, Decimal("1.25"))(LINES)
    assert fault_of("polars", lines, STOCK, AllocationPolicy()).row == 0


def test_an_error_reaches_another_process() -> None:
    error = fault_of("polars", put("quantity", 0, 0)(LINES), STOCK, AllocationPolicy())
    again = pickle.loads(pickle.dumps(error))  # noqa: S301 - made in the line itself
    assert (str(again), again.table, again.column, again.row) == (
        str(error),
        "lines",
        "quantity",
        0,
    )
