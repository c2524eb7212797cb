"""Spark gives the same lines the same units as the core, and as Polars for many lines."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from benchmarks.spark_files import make_files
from orderflow import AllocationPolicy, PartialAllocation, Queue, Rationing
from orderflow.frames import allocate_lines
from orderflow.frames import spark as module
from orderflow.frames.table_columns import KEYS
from tests.frames.backlogs import NOON, backlogs, policies

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.frames.backlogs import Backlog

    Row = dict[str, Any]

pytestmark = pytest.mark.filterwarnings("ignore:PySpark does not yet fully support pandas")
EXAMPLES = settings().max_examples // 8
one_session = settings(suppress_health_check=list(HealthCheck), max_examples=EXAMPLES)
KEY = ["seller_id", "order_id", "line_id"]
PASSES = AllocationPolicy(
    partial_allocation=PartialAllocation.AFTER_WAITING, passes_max=2, wait_max=timedelta(hours=2)
)
BATCH = "spark.sql.execution.arrow.maxRecordsPerBatch"
LATER = datetime(2027, 1, 1, tzinfo=UTC)
PATHS = {
    "ALWAYS": (AllocationPolicy(), 1_000_000),
    "ALWAYS by the window": (AllocationPolicy(), 200_000),
    "NEVER": (AllocationPolicy(partial_allocation=PartialAllocation.NEVER), 1_000_000),
    "NEVER as a stream": (AllocationPolicy(partial_allocation=PartialAllocation.NEVER), 200_000),
    "FAIR_SHARE": (AllocationPolicy(rationing=Rationing.FAIR_SHARE), 1_000_000),
    "FAIR_SHARE by product": (AllocationPolicy(rationing=Rationing.FAIR_SHARE), 200_000),
    "AFTER_WAITING": (PASSES, 1_000_000),
}
"""A policy, and the most lines of a seller that the workers are given."""


def check(spark: Any, backlog: Backlog, policy: AllocationPolicy) -> None:  # noqa: ANN401 - a session
    """Compare the outcome of every line with the core, and the order of the rows."""
    from pyspark.sql import functions  # noqa: PLC0415 - only `make spark` installs it

    lines, stock = (spark.createDataFrame(each.to_arrow()) for each in backlog.tables("polars"))
    allocated = allocate_lines(lines, stock, policy, at=NOON)
    names = [*lines.columns, *(set(allocated.columns) - set(lines.columns))]
    assert set(names) == set(allocated.columns)
    partition = functions.spark_partition_id().alias("partition")
    rows = [each.asDict() for each in allocated.select("*", partition).collect()]
    found = {tuple(row[key] for key in KEY): (row["allocated"], row["status"]) for row in rows}
    assert (found, len(rows)) == (backlog.expected(policy), len(found))
    assert rows == sorted(rows, key=in_order(policy))


def in_order(policy: AllocationPolicy) -> Callable[[Row], tuple[Any, ...]]:
    """Return the order that the rows have: that of the queue, seller by seller."""

    def key(row: Row) -> tuple[Any, ...]:
        place: tuple[Any, ...] = ()
        if policy.queue is Queue.PRIORITY:
            place = (-row["priority"],)
        if policy.queue is Queue.PROMISED_DATE:
            place = (row["promised_by"] is None, row["promised_by"] or row["placed_at"])
        groups = row["partition"], row["seller_id"], row["warehouse_id"]
        line = len(row["line_id"]), row["line_id"]
        return (*groups, *place, row["placed_at"], row["order_id"], *line)

    return key


@one_session
@given(backlog=backlogs(), policy=policies())
def test_the_workers_agree_with_the_core(
    spark: Any,  # noqa: ANN401 - as above
    backlog: Backlog,
    policy: AllocationPolicy,
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "LINES_OF_BUCKET", 10)
        check(spark, backlog, policy)


@one_session
@given(backlog=backlogs(), queue=st.sampled_from(Queue))
def test_the_window_agrees_with_the_core(spark: Any, backlog: Backlog, queue: Queue) -> None:  # noqa: ANN401 - as above
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "LINES_MAX", 0)
        check(spark, backlog, AllocationPolicy(queue=queue))


@one_session
@given(
    backlog=backlogs(),
    policy=policies().filter(lambda policy: policy.passes_max is None),
    part=st.integers(1, 9),
)
def test_sellers_larger_than_memory_agree_with_the_core(
    spark: Any,  # noqa: ANN401 - as above
    backlog: Backlog,
    policy: AllocationPolicy,
    part: int,
) -> None:
    products = Counter(tuple(row[key] for key in KEYS) for row in backlog.lines())
    is_shared = policy.rationing is Rationing.FAIR_SHARE
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "LINES_MAX", max(products.values(), default=0) if is_shared else 0)
        patch.setattr(module, "LINES_OF_BUCKET", part)
        spark.conf.set(BATCH, "3")  # so orders straddle the batches of a stream
        check(spark, backlog, policy)
        spark.conf.unset(BATCH)


@pytest.fixture(scope="module")
def million(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a million lines and their stock in Parquet files."""
    folder = tmp_path_factory.mktemp("million")
    make_files(folder, 1_000_000, hot=0.3)
    return folder


@pytest.mark.parametrize(("policy", "lines_max"), PATHS.values(), ids=PATHS)
def test_a_million_lines_agree_with_polars(
    spark: Any,  # noqa: ANN401 - as above
    million: Path,
    tmp_path: Path,
    policy: AllocationPolicy,
    lines_max: int,
) -> None:
    waits = [
        pl.lit(LATER - timedelta(hours=1)).alias("waiting_since"),
        pl.lit(0).alias("passed_over"),
    ]
    lines = pl.read_parquet(million / "lines").with_columns(*waits)
    lines.write_parquet(tmp_path / "lines.parquet")
    stock = pl.read_parquet(million / "stock.parquet")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "LINES_MAX", lines_max)
        allocated = allocate_lines(
            spark.read.parquet(str(tmp_path / "lines.parquet")),
            spark.read.parquet(str(million / "stock.parquet")),
            policy,
            at=LATER,
        )
    allocated.write.parquet(str(tmp_path / "allocated"))
    names = [*KEY, "allocated", "status"]
    found = pl.read_parquet(tmp_path / "allocated" / "*.parquet").select(names).sort(KEY)
    expected = allocate_lines(lines, stock, policy, at=LATER).select(names).sort(KEY)
    assert 0 < expected["allocated"].sum() < lines["quantity"].sum()
    assert len(found) == 1_000_000
    assert found.equals(expected)
