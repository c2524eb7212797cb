"""The rows of Spark: the columns they are sorted by, and tables of them in a worker."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

import narwhals.stable.v2 as nw

from orderflow.frames.engines import OWN, eager_engine
from orderflow.frames.table_columns import KEYS, line_order, position

if TYPE_CHECKING:
    from collections.abc import Sequence

    from orderflow.domain.model.policy import AllocationPolicy

    Lazy = nw.LazyFrame[Any]
    Table = nw.DataFrame[Any]
    Native = Any  # a data frame of Spark or a table of PyArrow; neither need be installed

__all__ = ["BY", "in_order", "in_utc", "order_columns", "read", "schema_of", "with_outcome"]

BY = f"{OWN}by_"
"""What the names of columns begin with that rows are sorted by."""


def order_columns(lines: Lazy, policy: AllocationPolicy) -> dict[str, nw.Expr]:
    """Return what lines are sorted by: seller, warehouse and the order of the queue.

    Returns:
        The value of each column to be added to the lines. None is null.
    """
    types = lines.collect_schema()
    keys = {name: nw.col(name).cast(nw.String()) for name in KEYS[:-1] if name in types}
    places = {str(i): place for i, (_, place) in enumerate(position(policy, nw.col))}
    order_id = {"order_id": nw.col("order_id").cast(nw.String())}
    by = keys | places | order_id | dict(line_order(types))
    return {f"{BY}{name}": value for name, value in by.items()}


def in_order(lines: Lazy, policy: AllocationPolicy) -> Native:
    """Sort the lines of each partition by seller, warehouse and the order of the queue."""
    by = order_columns(lines, policy)
    native = lines.with_columns(*(value.alias(name) for name, value in by.items())).to_native()
    return native.sortWithinPartitions(*by).drop(*by)


def schema_of(lines: Native) -> Native:
    """Return the names and types of the result."""
    functions = import_module("pyspark.sql.functions")
    allocated, status = functions.lit(0).cast("long"), functions.lit("")
    return lines.withColumn("allocated", allocated).withColumn("status", status).schema


def in_utc(table: Native) -> Native:
    """Return a table with its moments in UTC: Spark gives them in the zone of its session."""
    arrow = import_module("pyarrow")
    fields = [
        field.with_type(arrow.timestamp(field.type.unit, "UTC"))
        if arrow.types.is_timestamp(field.type) and field.type.tz
        else field
        for field in table.schema
    ]
    return table.cast(arrow.schema(fields))


def read(table: Native, names: Sequence[str]) -> Table:
    """Return columns of a table of PyArrow, in the fastest package that is installed."""
    return nw.from_arrow(table.select(list(names)), backend=eager_engine())


def with_outcome(lines: Native, served: Table) -> Native:
    """Return a table of PyArrow with the units and statuses of the same rows."""
    of_lines = nw.from_native(lines, eager_only=True)
    outcome = served.select("allocated", "status").to_arrow()
    columns = nw.from_native(outcome, eager_only=True)
    status = columns["status"].to_native().cast("string")  # Polars has large ones
    return of_lines.with_columns(
        columns["allocated"], nw.from_native(status, series_only=True).alias("status")
    ).to_native()
