"""Data frames of Spark in buckets, each of which a worker allocates as a table in memory."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

import narwhals.stable.v2 as nw

from orderflow.frames.in_memory import allocate_in_memory
from orderflow.frames.spark_rows import in_utc, read, schema_of, with_outcome
from orderflow.frames.table_columns import KEYS, ORDER_KEYS, line_columns, present
from orderflow.frames.units import AFTERWARDS

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from orderflow.domain.model.policy import AllocationPolicy

    Lazy = nw.LazyFrame[Any]
    Native = Any  # a data frame of Spark or a table of PyArrow; neither need be installed

__all__ = ["allocate_by_buckets", "share_by_buckets"]


def allocate_by_buckets(
    lines: Lazy,
    stock: Lazy,
    policy: AllocationPolicy,
    at: datetime | None,
    *,
    buckets: int,
    keys: Sequence[str] = KEYS[:-1],
) -> Lazy:
    """Return the lines as the workers will allocate them. Both tables are checked already.

    What has the same keys is in the same bucket.
    """
    columns = present("lines", line_columns(policy), lines.collect_schema())
    names = [column.name for column in columns]
    own = [key for key in keys if key in names]
    of_lines, of_stock = (
        each.to_native().groupBy(_bucket(own, buckets)) for each in (lines, stock)
    )
    schema = schema_of(lines.to_native())
    result = of_lines.cogroup(of_stock).applyInArrow(_worker(names, policy, at), schema)
    found: Lazy = nw.from_native(result)
    return found


def share_by_buckets(lines: Lazy, stock: Lazy, policy: AllocationPolicy, *, buckets: int) -> Lazy:
    """Return the lines with fair shares, which depend on nothing but the product.

    A bucket may have some lines of an order, so a worker does not know whether others are short.
    """
    shared = allocate_by_buckets(lines, stock, policy, None, buckets=buckets, keys=KEYS)
    order = [key for key in ORDER_KEYS if key in lines.collect_schema()]
    short = nw.lit(AFTERWARDS[1])
    is_short = (nw.col("status") == short).any().over(*order)
    return shared.with_columns(nw.when(is_short).then(short).otherwise("status").alias("status"))


def _bucket(keys: Sequence[str], buckets: int) -> Native:
    functions = import_module("pyspark.sql.functions")
    if not keys:
        return functions.lit("")  # a number would be the position of a column
    texts = (functions.col(key).cast("string") for key in keys)
    return functions.pmod(functions.hash(*texts), functions.lit(buckets))


def _worker(
    names: Sequence[str], policy: AllocationPolicy, at: datetime | None
) -> Callable[[Native, Native], Native]:
    """Return what a worker does with the lines and the stock of a bucket."""

    def allocate(lines: Native, stock: Native) -> Native:
        lines = in_utc(lines)
        records = read(stock, stock.column_names)
        return with_outcome(lines, allocate_in_memory(read(lines, names), records, policy, at))

    return allocate
