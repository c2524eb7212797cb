"""What Spark is given: other columns, no sellers, stock of another package, and what is refused."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest

from orderflow import AllocationPolicy, InvalidValueError, PartialAllocation, Rationing
from orderflow.frames import TableError, allocate_lines
from orderflow.frames import spark as module
from orderflow.frames.spark import LINES_MAX_SETTING
from tests.docs.diagrams import ROOT
from tests.frames.test_bad_tables import (
    FAULTS,
    LINES,
    NEVER,
    NOON,
    OF_POLICIES,
    RECORDS,
    STOCK,
    put,
)

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

OUTCOME = ("allocated", "status")
pytestmark = pytest.mark.filterwarnings("ignore:PySpark does not yet fully support pandas")


FAIR = AllocationPolicy(rationing=Rationing.FAIR_SHARE)
PASSES = AllocationPolicy(partial_allocation=PartialAllocation.AFTER_WAITING, passes_max=2)
PATHS = {
    "workers": (AllocationPolicy(), 9),
    "workers-never": (NEVER, 9),
    "window": (AllocationPolicy(), 0),
    "stream": (NEVER, 0),
    "products": (FAIR, 3),
}
"""A policy, and the most lines of a seller that the workers are given."""

OF_SELLER = ("seller_id", "warehouse_id")


@pytest.mark.parametrize(("policy", "lines_max"), PATHS.values(), ids=PATHS)
def test_other_columns_stay_and_the_stock_may_be_of_another_package(
    spark: Any,  # noqa: ANN401 - a session
    monkeypatch: pytest.MonkeyPatch,
    policy: AllocationPolicy,
    lines_max: int,
) -> None:
    monkeypatch.setattr(module, "LINES_MAX", lines_max)
    table, stock = LINES.drop(OF_SELLER), STOCK.drop(OF_SELLER)
    nested = ("map(sku, 1.5) AS map", "array(named_struct('sku', sku)) AS list")
    lines = spark.createDataFrame(table.to_arrow()).selectExpr(
        "CAST(placed_at AS TIMESTAMP_NTZ) AS clock", "*", *nested
    )
    served = allocate_lines(lines, stock, policy)
    assert served.columns == lines.columns
    rows = [row.asDict() for row in served.collect()]
    outcome = {(row["order_id"], row["line_id"], row["allocated"], row["status"]) for row in rows}
    expected = allocate_lines(table, stock, policy)
    assert outcome == set(expected.select("order_id", "line_id", "allocated", "status").rows())
    assert kept(rows) == kept(row.asDict() for row in lines.collect())


def kept(rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return rows without the outcome, in the order of their keys."""
    found = [{name: row[name] for name in row if name not in OUTCOME} for row in rows]
    return sorted(found, key=lambda row: (row["order_id"], row["line_id"]))


BAD_LINES = {
    **{name: (AllocationPolicy(), *fault) for name, fault in FAULTS.items()},
    **OF_POLICIES,
}
CHOSEN = (
    *("null sku", "zero", "fraction", "more than ordered", "short and covered"),
    *("repeated line", "two warehouses", "two promises", "half a wait", "units of nobody"),
)


@pytest.mark.parametrize("name", CHOSEN)
def test_a_bad_line_is_named_by_its_column_before_anything_is_allocated(
    spark: Any,  # noqa: ANN401 - as above
    name: str,
) -> None:
    policy, column, row, value, demand = BAD_LINES[name]
    lines, stock = (
        spark.createDataFrame(each.to_arrow()) for each in (put(column, row, value)(LINES), STOCK)
    )
    with pytest.raises(TableError) as caught:
        allocate_lines(lines, stock, policy, at=NOON)
    assert (caught.value.table, caught.value.column, caught.value.row) == ("lines", column, None)
    assert caught.value.demand[:20] == demand[:20]


@pytest.mark.parametrize("name", RECORDS)
def test_a_bad_stock_record_is_named(spark: Any, name: str) -> None:  # noqa: ANN401 - as above
    column, row, value, demand = RECORDS[name]
    lines = spark.createDataFrame(LINES.to_arrow())
    with pytest.raises(TableError) as caught:
        allocate_lines(lines, put(column, row, value)(STOCK), at=NOON)
    assert str(caught.value).startswith(f'stock["{column}"] must be {demand}')


TOO_MANY = {
    "passes": (
        PASSES,
        "3",
        "a seller in .*, or use wait_max without .*, not '4 of seller_id acme, w",
    ),
    "product": (FAIR, "2", "a product, .*, or use strict order, .*, not '3 of .* leeds, sku MUG'"),
}
"""A policy, the limit, and what the refusal says."""


@pytest.mark.parametrize(("policy", "limit", "demand"), TOO_MANY.values(), ids=TOO_MANY)
def test_too_many_lines_are_refused_with_the_way_out(
    spark: Any,  # noqa: ANN401 - as above
    policy: AllocationPolicy,
    limit: str,
    demand: str,
) -> None:
    lines = spark.createDataFrame(LINES.to_arrow())
    spark.conf.set(LINES_MAX_SETTING, limit)
    with pytest.raises(InvalidValueError, match=f"at most {limit} lines of {demand}"):
        allocate_lines(lines, STOCK, policy)
    spark.conf.unset(LINES_MAX_SETTING)
    assert len(allocate_lines(lines, STOCK, policy).collect()) == len(LINES)


def test_a_limit_that_is_no_number_is_refused(spark: Any) -> None:  # noqa: ANN401 - as above
    spark.conf.set(LINES_MAX_SETTING, "many")
    with pytest.raises(InvalidValueError, match="maxLines must be a whole number of lines"):
        allocate_lines(spark.createDataFrame(LINES.to_arrow()), STOCK)
    spark.conf.unset(LINES_MAX_SETTING)


def test_the_job_of_the_page_runs(spark: Any, tmp_path: Path) -> None:  # noqa: ANN401 - as above
    assert spark.version
    LINES.write_parquet(tmp_path / "lines.parquet")
    STOCK.write_parquet(tmp_path / "stock.parquet")
    job = ROOT / "docs" / "how-to" / "spark_job.py"
    paths = [tmp_path / name for name in ("lines.parquet", "stock.parquet", "allocated")]
    subprocess.run([sys.executable, job, *paths], check=True)  # noqa: S603 - our own page
    names = ["order_id", "line_id", "allocated", "status"]
    found = pl.read_parquet(tmp_path / "allocated" / "*.parquet")
    assert found.columns == LINES.columns
    expected = allocate_lines(LINES, STOCK, NEVER).select(names)
    assert found.select(names).sort(names).equals(expected.sort(names))
