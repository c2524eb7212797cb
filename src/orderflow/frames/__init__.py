"""Allocation of tables: lines and stock in, the lines with their units out.

`allocate_lines` takes tables of Polars, pandas, PyArrow, DuckDB, Spark and other packages that
narwhals knows, and returns the same kind. Needs narwhals, which the extra `frames` installs, and
the package of the tables. If numba is installed, large tables are allocated by compiled code.
"""

from orderflow.errors import MissingExtraError

try:
    from orderflow.frames.allocation import allocate_lines
except ModuleNotFoundError as error:
    if str(error.name).partition(".")[0] != "narwhals":
        raise
    raise MissingExtraError("narwhals", "frames") from error
from orderflow.frames.faults import TableError

__all__ = ["TableError", "allocate_lines"]
