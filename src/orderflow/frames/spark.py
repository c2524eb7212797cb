"""Data frames of Spark: which way its workers allocate them.

Sellers and warehouses do not depend on each other. So Spark sends their lines to its workers in
buckets of a hash of both, and each worker allocates its buckets as tables in memory. The policy
decides how the lines of a seller are allocated that are too many for that.

Partial allocation in strict order is a window, which Spark runs itself. All or nothing in strict
order is a stream through a worker. Spark sorts on disk for both. Fair shares are divided in buckets
of products, which do not depend on each other either. Passes cannot be counted for such a seller.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import narwhals.stable.v2 as nw

from orderflow.errors import InvalidValueError
from orderflow.frames.engines import collected
from orderflow.frames.spark_buckets import allocate_by_buckets, share_by_buckets
from orderflow.frames.spark_checks import checked_records
from orderflow.frames.spark_rows import in_order
from orderflow.frames.spark_stream import allocate_by_stream, suits_stream
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
        InvalidValueError: If a column is missing, or there are too many lines for the policy.
        TableError: If a value breaks its rule.
    """
    stock = _on_spark(stock, lines)
    types = lines.collect_schema()
    present("lines", line_columns(policy), types)
    keys = [key for key in KEYS if key in types]
    total, most = _counts(lines, keys[:-1])
    limit = _limit(lines.to_native().sparkSession)
    buckets = max(1, total // LINES_OF_BUCKET)
    if most <= limit:
        checked_records(lines, stock, policy)
        result = allocate_by_buckets(lines, stock, policy, at, buckets=buckets)
    elif suits_window(policy):
        result = allocate_by_window(lines, stock, policy)
    elif suits_stream(policy):
        records = checked_records(lines, stock, policy)
        return allocate_by_stream(lines, records, policy, at, part=LINES_OF_BUCKET).to_native()
    else:
        _require_memory(lines, policy, keys, limit)
        checked_records(lines, stock, policy)
        result = share_by_buckets(lines, stock, policy, buckets=buckets)
    return in_order(result, policy)


def _on_spark(stock: Frame, lines: Lazy) -> Lazy:
    if isinstance(stock, nw.LazyFrame) and stock.implementation is lines.implementation:
        return stock
    session = lines.to_native().sparkSession
    records: Lazy = nw.from_native(session.createDataFrame(collected(stock).to_arrow()))
    return records


def _counts(lines: Lazy, keys: Sequence[str]) -> tuple[int, int]:
    """Return the number of lines, and the most with the same keys."""
    groups = _groups(lines, keys)
    found = groups.select(nw.col("lines").sum(), nw.col("lines").max().alias("most"))
    total, most = collected(found).row(0)
    return total or 0, most or 0


def _groups(lines: Lazy, keys: Sequence[str]) -> Lazy:
    """Return the number of lines that have the same keys."""
    count = nw.len().alias("lines")
    return lines.group_by(*keys).agg(count) if keys else lines.select(count)


def _limit(session: Native) -> int:
    value = session.conf.get(LINES_MAX_SETTING, str(LINES_MAX))
    if not value.isdecimal():
        raise InvalidValueError(LINES_MAX_SETTING, "a whole number of lines", value)
    return int(value)


def _require_memory(lines: Lazy, policy: AllocationPolicy, keys: Sequence[str], limit: int) -> None:
    """Require that a worker has memory for what it has to see at once.

    Raises:
        InvalidValueError: If passes would have to be counted, or a product has too many lines.
    """
    if policy.passes_max is None:
        what, otherwise = "a product, which a worker divides in its memory", "strict order"
    else:
        keys, otherwise = keys[:-1], "wait_max without passes_max"
        what = "a seller in a warehouse, whose passes a worker counts in its memory"
    largest = collected(_groups(lines, keys).sort("lines", descending=True).head(1))
    for row in largest.rows(named=True):
        most = row.pop("lines")
        if most > limit:
            demand = (
                f"at most {limit} lines of {what}; raise {LINES_MAX_SETTING} if the workers have "
                f"more memory, or use {otherwise}, which has no such limit"
            )
            value = ", ".join(f"{key} {value}" for key, value in row.items())
            raise InvalidValueError("lines", demand, f"{most} of {value}" if row else most)
