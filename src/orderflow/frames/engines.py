"""The packages that tables come from, and tables that pass from one to another."""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Literal

import narwhals.stable.v2 as nw

from orderflow.errors import InvalidValueError, MissingExtraError

if TYPE_CHECKING:
    from collections.abc import Callable

    Table = nw.DataFrame[Any]
    Frame = Table | nw.LazyFrame[Any]
    Engine = Literal["polars", "pyarrow", "pandas"]

__all__ = [
    "OWN",
    "ROW",
    "as_frame",
    "by_slices",
    "collected",
    "eager_engine",
    "left_join_in_order",
    "same_engine",
    "with_rows",
]

OWN = "__of_"
"""What the names of columns begin with that are added on the way to the result."""

ROW = f"{OWN}row"
"""The number of each row, as a column, where the rows may have another order."""

SLICE = 1_000_000
"""How many rows are read at a time where each needs memory of its own."""

EAGER: tuple[Engine, ...] = ("polars", "pyarrow", "pandas")
"""The packages that hold a table in memory, the fastest first."""


def as_frame(name: str, table: object) -> Frame:
    """Return a table as narwhals sees it.

    What is of no package that narwhals knows is read by the Arrow C interface.

    Raises:
        InvalidValueError: If it is no table, or has a column with a name of ours.
    """
    frame = nw.from_native(table, pass_through=True)
    if not isinstance(frame, nw.DataFrame | nw.LazyFrame):
        if not hasattr(table, "__arrow_c_stream__"):
            demand = "a table of Polars, pandas, PyArrow, DuckDB or another package of narwhals"
            raise InvalidValueError(f"allocate_lines.{name}", demand, type(table))
        frame = nw.from_arrow(table, backend=eager_engine())
    own = [each for each in frame.collect_schema().names() if each.startswith(OWN)]
    if own:
        raise InvalidValueError(name, f"a table without columns that begin with {OWN}", own[0])
    return frame


def collected(frame: Frame) -> nw.DataFrame[Any]:
    """Return a table in memory."""
    if isinstance(frame, nw.DataFrame):
        return frame
    if frame.implementation.is_polars():
        return frame.collect()
    return frame.collect(backend=eager_engine())


def same_engine(frame: Frame, as_other: nw.DataFrame[Any]) -> nw.DataFrame[Any]:
    """Return a table in memory, of the same package as another one."""
    frame = collected(frame)
    if frame.implementation is as_other.implementation:
        return frame
    return nw.from_arrow(frame, backend=as_other.implementation)


def by_slices(table: Table, compute: Callable[[Table], Table], *, overlap: int = 0) -> Table:
    """Return what is computed of a table, a slice at a time, so that it takes little memory.

    Args:
        table: A table in memory.
        compute: Returns a table with the same rows.
        overlap: How many rows before a slice it needs. It returns these too.
    """
    if len(table) <= SLICE:
        return compute(table)
    parts = []
    for begin in range(0, len(table), SLICE):
        before = min(begin, overlap)
        parts.append(compute(table[begin - before : begin + SLICE])[before:])
    return nw.concat(parts)


def left_join_in_order(left: Table, right: Table, keys: list[str]) -> Table:
    """Join two tables in memory, and keep the order of the rows of the left one."""
    if left.implementation.is_polars():  # half the time of sorting by a number of the row
        joined = left.to_native().join(
            right.to_native(), on=keys, how="left", maintain_order="left"
        )
        return nw.from_native(joined, eager_only=True)
    found = left.with_row_index(ROW).join(right, on=keys, how="left")
    return found if found[ROW].is_sorted() else found.sort(ROW)


def with_rows(relation: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
    """Return a relation of DuckDB with the number of each row."""
    numbered = relation.to_native().project(f'*, row_number() OVER () - 1 AS "{ROW}"')
    found: nw.LazyFrame[Any] = nw.from_native(numbered)
    return found


def eager_engine() -> Engine:
    """Name the package that holds in memory what comes from elsewhere.

    Raises:
        MissingExtraError: If none is installed.
    """
    for name in EAGER:
        if find_spec(name) is not None:
            return name
    raise MissingExtraError(" or ".join(EAGER), "frames")
