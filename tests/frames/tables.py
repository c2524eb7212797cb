"""Tables of each package, made of the same rows, and read as rows again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import duckdb
import polars as pl

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    Row = dict[str, Any]

__all__ = ["ENGINES", "rows_of", "table"]

_UTC = pl.Datetime("us", "UTC")
_TYPES: dict[str, pl.DataType | type[pl.DataType]] = {
    **dict.fromkeys(("seller_id", "warehouse_id", "sku", "order_id", "line_id"), pl.String),
    **dict.fromkeys(("quantity", "allocated", "on_hand", "priority", "passed_over"), pl.Int64),
    **dict.fromkeys(("placed_at", "promised_by", "waiting_since"), _UTC),
    "status": pl.String,
    "allows_partial": pl.Boolean,
}

ENGINES: dict[str, Callable[[pl.DataFrame], Any]] = {
    "polars": lambda frame: frame,
    "polars-lazy": lambda frame: frame.lazy(),
    "pandas": lambda frame: frame.to_pandas().set_index(frame.to_pandas().index[::-1]),
    "pyarrow": lambda frame: frame.to_arrow(),
    "duckdb": lambda frame: duckdb.sql("SELECT * FROM frame"),  # noqa: ARG005 - found by its name
}
"""Makes a table of each package."""


def table(engine: str, rows: Sequence[Row], names: Sequence[str]) -> Any:  # noqa: ANN401 - whatever the engine has
    """Return a table with these rows, in this order, and these columns."""
    return ENGINES[engine](pl.DataFrame(rows, schema={name: _TYPES[name] for name in names}))


def rows_of(table: Any) -> list[Row]:  # noqa: ANN401 - as above
    """Return the rows of a table, in its order."""
    if isinstance(table, pl.LazyFrame):
        table = table.collect()
    if isinstance(table, duckdb.DuckDBPyRelation):
        table = table.to_arrow_table()
    if not isinstance(table, pl.DataFrame):
        table = pl.DataFrame(table)
    found: list[Row] = table.to_dicts()
    return found
