"""Data frames of Spark: by the kernel in its workers, or by a window expression.

Sellers and warehouses do not depend on each other. So Spark sends their lines to its workers in
buckets of a hash of both, and each worker allocates its buckets as tables in memory. The lines of
a seller that are too many for that are allocated by the window, which Spark sorts on disk.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import narwhals.stable.v2 as nw

from orderflow.errors import InvalidValueError
from orderflow.frames.engines import collected
from orderflow.frames.spark_buckets import allocate_by_buckets
from orderflow.frames.spark_checks import check_tables
from orderflow.frames.spark_rows import in_order
from orderflow.frames.table_columns import KEYS, line_columns, present
from orderflow.frames.window import allocate_by_window, suits_window

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from orderflow.domain.model.policy import AllocationPolicy
    from orderflow.frames.engines import Frame

    Lazy = nw.LazyFrame[Any]
    Native = Any  # a data frame of Spark or a table of PyArrow; neither need be installed

__all__ = ["LINES_MAX", "LINES_MAX_SETTING", "allocate_on_spark"]

LINES_MAX_SETTING = "spark.orderflow.maxLines"
"""The setting of a session for the most lines of a seller's warehouse in a worker's memory."""

LINES_MAX = 5_000_000
"""Its default."""

LINES_OF_BUCKET = 250_000
"""How many lines a worker allocates at a time: many, as each call takes 20 ms before the first."""


def allocate_on_spark(
    lines: Lazy, stock: Frame, policy: AllocationPolicy, at: datetime | None
) -> Native:
    """Return the lines with their units and the status of their orders.

    In each partition, the lines come by seller, warehouse and the order of the queue.

    Raises:
        InvalidValueError: If a column is missing, or a seller has too many lines for the policy.
        TableError: If a value breaks its rule.
    """
    session = lines.to_native().sparkSession
    records = _on_spark(stock, lines)
    types = lines.collect_schema()
    present("lines", line_columns(policy), types)
    total, most = _counts(lines, [key for key in KEYS[:-1] if key in types])
    limit = _limit(session)
    if most <= limit:
        buckets = max(1, total // LINES_OF_BUCKET)
        check_tables(lines, records, policy)
        result = allocate_by_buckets(lines, records, policy, at, buckets=buckets)
    elif suits_window(policy):
        result = allocate_by_window(lines, records, policy)
    else:
        demand = (
            f"at most {limit} lines of a seller in a warehouse, which one worker of Spark has in "
            f"memory; raise {LINES_MAX_SETTING} if the workers have more memory, or use strict "
            "partial allocation, which has no such limit"
        )
        raise InvalidValueError("lines", demand, most)
    return in_order(result, policy)


def _on_spark(stock: Frame, lines: Lazy) -> Lazy:
    if isinstance(stock, nw.LazyFrame) and stock.implementation is lines.implementation:
        return stock
    session = lines.to_native().sparkSession
    records: Lazy = nw.from_native(session.createDataFrame(collected(stock).to_arrow()))
    return records


def _counts(lines: Lazy, keys: Sequence[str]) -> tuple[int, int]:
    """Return the number of lines, and the most of one seller in one warehouse."""
    count = nw.len().alias("lines")
    groups = lines.group_by(*keys).agg(count) if keys else lines.select(count)
    found = groups.select(nw.col("lines").sum(), nw.col("lines").max().alias("most"))
    total, most = collected(found).row(0)
    return total or 0, most or 0


def _limit(session: Native) -> int:
    value = session.conf.get(LINES_MAX_SETTING, str(LINES_MAX))
    if not value.isdecimal():
        raise InvalidValueError(LINES_MAX_SETTING, "a whole number of lines", value)
    return int(value)
