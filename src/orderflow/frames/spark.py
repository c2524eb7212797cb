"""Data frames of Spark: by the kernel in its workers, or by a window expression.

Sellers and warehouses do not depend on each other. So Spark sends their lines to its workers in
buckets of a hash of both, and each worker allocates its buckets as tables in memory. The lines of
a seller that are too many for that are allocated by the window, which Spark sorts on disk.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

import narwhals.stable.v2 as nw

from orderflow.errors import InvalidValueError
from orderflow.frames.checked import checked_lines, checked_stock
from orderflow.frames.engines import collected, eager_engine
from orderflow.frames.faults import TableError
from orderflow.frames.in_memory import allocate_in_memory
from orderflow.frames.table_columns import (
    KEYS,
    ORDER_KEYS,
    line_columns,
    line_order,
    position,
    present,
)
from orderflow.frames.units import Units
from orderflow.frames.window import allocate_by_window, check_orders, suits_window

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
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

_RETURNED, _ALLOCATED = "__of_returned", "__of_allocated"


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
        result = _allocate_by_buckets(lines, records, policy, at, buckets=buckets)
    elif suits_window(policy):
        result = allocate_by_window(lines, records, policy)
    else:
        demand = (
            f"at most {limit} lines of a seller in a warehouse, which one worker of Spark has in "
            f"memory; raise {LINES_MAX_SETTING} if the workers have more memory, or use strict "
            "partial allocation, which has no such limit"
        )
        raise InvalidValueError("lines", demand, most)
    return _in_order(result, policy)


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


def _allocate_by_buckets(
    lines: Lazy,
    stock: Lazy,
    policy: AllocationPolicy,
    at: datetime | None,
    *,
    buckets: int,
) -> Lazy:
    """Return the lines as the workers will allocate them. The checks run now."""
    columns = present("lines", line_columns(policy), lines.collect_schema())
    names = [column.name for column in columns]
    checked = checked_lines(lines, policy)
    check_orders(checked, policy, [key for key in ORDER_KEYS if key in names])
    keys = [key for key in KEYS if key in names]
    _check_returned(checked, checked_stock(stock, keys), keys, policy)
    of_lines, of_stock = (
        each.to_native().groupBy(_bucket(keys[:-1], buckets)) for each in (lines, stock)
    )
    schema = _schema(lines.to_native())
    result = of_lines.cogroup(of_stock).applyInArrow(_worker(names, policy, at), schema)
    found: Lazy = nw.from_native(result)
    return found


def _check_returned(
    lines: Lazy, records: Lazy, keys: Sequence[str], policy: AllocationPolicy
) -> None:
    """Require that no product gets back more units than its record has allocated.

    Raises:
        TableError: If one does.
    """
    returned = Units.of(policy, lines.collect_schema().names()).returned
    if returned is None:
        return
    units = lines.select(*keys, returned.alias(_RETURNED)).group_by(*keys)
    allocated = records.select(*keys, nw.col("allocated").alias(_ALLOCATED))
    both = units.agg(nw.col(_RETURNED).sum()).join(allocated, on=list(keys), how="left")
    broken = both.filter(nw.col(_RETURNED) > nw.col(_ALLOCATED).fill_null(0))
    for row in collected(broken.head(1)).rows(named=True):
        demand = f"at most what the stock record of {row['sku']!r} has allocated, in all lines"
        raise TableError("lines", "allocated", None, demand, row[_RETURNED])


def _bucket(keys: Sequence[str], buckets: int) -> Native:
    functions = import_module("pyspark.sql.functions")
    if not keys:
        return functions.lit("")  # a number would be the position of a column
    texts = (functions.col(key).cast("string") for key in keys)
    return functions.pmod(functions.hash(*texts), functions.lit(buckets))


def _schema(lines: Native) -> Native:
    """Return the names and types of the result."""
    functions = import_module("pyspark.sql.functions")
    allocated, status = functions.lit(0).cast("long"), functions.lit("")
    return lines.withColumn("allocated", allocated).withColumn("status", status).schema


def _worker(
    names: Sequence[str], policy: AllocationPolicy, at: datetime | None
) -> Callable[[Native, Native], Native]:
    """Return what a worker does with the lines and the stock of a bucket."""

    def allocate(lines: Native, stock: Native) -> Native:
        engine, lines = eager_engine(), _in_utc(lines)
        read, records = (
            nw.from_arrow(each, backend=engine) for each in (lines.select(list(names)), stock)
        )
        served = allocate_in_memory(read, records, policy, at).select("allocated", "status")
        of_lines = nw.from_native(lines, eager_only=True)
        columns = nw.from_native(served.to_arrow(), eager_only=True)
        status = columns["status"].to_native().cast("string")  # Polars has large ones
        return of_lines.with_columns(
            columns["allocated"], nw.from_native(status, series_only=True).alias("status")
        ).to_native()

    return allocate


def _in_utc(table: Native) -> Native:
    """Return a table with its moments in UTC: Spark gives them in the zone of its session."""
    arrow = import_module("pyarrow")
    fields = [
        field.with_type(arrow.timestamp(field.type.unit, "UTC"))
        if arrow.types.is_timestamp(field.type) and field.type.tz
        else field
        for field in table.schema
    ]
    return table.cast(arrow.schema(fields))


def _in_order(lines: Lazy, policy: AllocationPolicy) -> Native:
    """Sort the lines of each partition by seller, warehouse and the order of the queue."""
    types = lines.collect_schema()
    texts = [name for name in (*KEYS[:-1], "order_id") if name in types]
    keys = [nw.col(name).cast(nw.String()) for name in texts]
    keys[-1:-1] = [place for _, place in position(policy, nw.col)]
    keys += [value for _, value in line_order(types)]
    by = {f"__of_sorted_by_{i}": key for i, key in enumerate(keys)}
    native = lines.with_columns(*(key.alias(name) for name, key in by.items())).to_native()
    return native.sortWithinPartitions(*by).drop(*by)
