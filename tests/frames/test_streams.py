"""A queue that is served in parts, as a worker of Spark does it, agrees with the core."""

from __future__ import annotations

from typing import TYPE_CHECKING

import narwhals.stable.v2 as nw
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orderflow.frames import spark_rows
from orderflow.frames.spark_checks import checked_records
from orderflow.frames.spark_rows import BY, order_columns
from orderflow.frames.spark_stream import serve_in_parts, suits_stream
from orderflow.frames.table_columns import KEYS, line_columns
from tests.frames.backlogs import NOON, backlogs, policies

if TYPE_CHECKING:
    import pyarrow as pa

    from orderflow import AllocationPolicy
    from tests.frames.backlogs import Backlog

EXAMPLES = settings().max_examples


@pytest.mark.parametrize("engine", ["polars", "pandas", "pyarrow"])
@settings(max_examples=EXAMPLES // 8)
@given(
    backlog=backlogs(),
    policy=policies().filter(suits_stream),
    batch=st.integers(1, 9),
    part=st.integers(1, 20),
)
def test_a_queue_served_in_parts_agrees_with_the_core(
    engine: str, backlog: Backlog, policy: AllocationPolicy, batch: int, part: int
) -> None:
    lines, batches = stream(backlog, policy, batch)
    names = [each.name for each in line_columns(policy) if each.name in lines.columns]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(spark_rows, "eager_engine", lambda: engine)
        served = list(serve_in_parts(names, policy, NOON, part=part)(batches))
    rows = [row for each in served for row in each.to_pylist()]
    found = {
        (row["seller_id"], row["order_id"], row["line_id"]): (row["allocated"], row["status"])
        for row in rows
    }
    assert (found, len(rows)) == (backlog.expected(policy), len(lines))
    assert all(row.keys() == {*lines.columns, "allocated", "status"} for row in rows)


def stream(
    backlog: Backlog, policy: AllocationPolicy, batch: int
) -> tuple[pl.DataFrame, list[pa.RecordBatch]]:
    """Return the lines, and them with their stock records in order, as Spark sorts them."""
    tables = backlog.tables("polars")
    lines, stock = (nw.from_native(table.lazy()) for table in tables)
    by = order_columns(lines, policy)
    rows = lines.with_columns(*(value.alias(name) for name, value in by.items())).to_native()
    records = checked_records(lines, stock, policy).to_native()
    own = records.rename({key: f"{BY}{key}" for key in KEYS})
    both = pl.concat([rows.collect(), own.collect()], how="diagonal").sort(*by)
    read = both.select(*tables[0].columns, *own.collect_schema().names())
    return tables[0], read.to_arrow().to_batches(max_chunksize=batch)
