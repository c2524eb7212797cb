"""Tables whose rows are not there yet: lazy frames of Polars, relations of DuckDB, and the like."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import narwhals.stable.v2 as nw

from orderflow.errors import InvalidValueError
from orderflow.frames.engines import ROW, collected, with_rows
from orderflow.frames.in_memory import allocate_in_memory
from orderflow.frames.spark import allocate_on_spark
from orderflow.frames.table_columns import line_columns, present
from orderflow.frames.window import allocate_by_window, suits_window

if TYPE_CHECKING:
    from datetime import datetime

    from orderflow.domain.model.policy import AllocationPolicy
    from orderflow.frames.engines import Frame

    Lazy = nw.LazyFrame[Any]

__all__ = ["allocate_deferred"]


def allocate_deferred(
    lines: Lazy, stock: Frame, policy: AllocationPolicy, at: datetime | None
) -> Any:  # noqa: ANN401 - a table of the package that the lines are of
    """Return the lines with their units and the status of their orders, as such a table again.

    Raises:
        InvalidValueError: If a column is missing, or the engine cannot do it.
        TableError: If a value breaks its rule.
    """
    if lines.implementation.is_polars():
        return _polars(lines, stock, policy, at)
    if lines.implementation.is_duckdb():
        return _duckdb(lines, stock, policy, at)
    if lines.implementation.is_pyspark() or lines.implementation.is_pyspark_connect():
        return allocate_on_spark(lines, stock, policy, at)
    if not suits_window(policy):
        raise InvalidValueError(
            "allocate_lines.lines",
            "a table in memory, or of Polars or DuckDB, for a policy other than partial "
            "allocation in strict order; collect it first",
            lines.implementation.name,
        )
    return allocate_by_window(lines, _lazy_of(stock, lines), policy).to_native()


def _polars(lines: Lazy, stock: Frame, policy: AllocationPolicy, at: datetime | None) -> Any:  # noqa: ANN401 - as above
    """Allocate when the frame is collected."""
    import polars as pl  # noqa: PLC0415 - only where the table is of it

    present("lines", line_columns(policy), lines.collect_schema())
    native: pl.LazyFrame = lines.to_native()

    def allocate(frame: pl.DataFrame) -> pl.DataFrame:
        table = nw.from_native(frame, eager_only=True)
        result: pl.DataFrame = allocate_in_memory(table, stock, policy, at).to_native()
        return result

    schema = native.collect_schema() | {"allocated": pl.Int64(), "status": pl.String()}
    return native.map_batches(allocate, schema=schema)


def _duckdb(lines: Lazy, stock: Frame, policy: AllocationPolicy, at: datetime | None) -> Any:  # noqa: ANN401 - as above
    """Allocate by a window if it suits, and in memory if not; keep the order of the rows."""
    native = lines.to_native()
    if not suits_window(policy):
        table = allocate_in_memory(collected(lines), stock, policy, at)
        return _relation(native, table)
    if isinstance(stock, nw.DataFrame) or not stock.implementation.is_duckdb():
        records: Lazy = nw.from_native(_relation(native, collected(stock)))
    else:
        records = stock
    result = allocate_by_window(with_rows(lines), with_rows(records), policy)
    return result.sort(ROW).drop(ROW).to_native()


def _relation(other: Any, table: nw.DataFrame[Any]) -> Any:  # noqa: ANN401 - as above
    """Return a table in memory as a relation of the connection of another one."""
    in_memory = table.to_native()  # noqa: F841 - DuckDB finds it by the name of the variable
    return other.query("lines", "SELECT * FROM in_memory")


def _lazy_of(stock: Frame, lines: Lazy) -> Lazy:
    if isinstance(stock, nw.DataFrame) or stock.implementation is not lines.implementation:
        demand = f"a table of {lines.implementation.name}, as the lines"
        raise InvalidValueError("allocate_lines.stock", demand, stock.implementation.name)
    return stock
