"""Tables in files: CSV and Parquet, read and written by the package of the caller's choice."""

from __future__ import annotations

import csv
import glob
from datetime import datetime
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Literal, assert_never

import narwhals.stable.v2 as nw

from orderflow.errors import InvalidValueError, MissingExtraError
from orderflow.errors.quoting import counted
from orderflow.frames.engines import ROW, with_rows
from orderflow.frames.table_columns import line_columns, stock_columns
from orderflow.frames.texts import with_texts, with_values, without_texts

if TYPE_CHECKING:
    from pathlib import Path

    from orderflow.domain.model.policy import AllocationPolicy
    from orderflow.frames.engines import Frame
    from orderflow.frames.table_columns import Column

    Engine = Literal["polars", "duckdb", "pyarrow", "pandas"]

__all__ = [
    "ENGINES",
    "KINDS",
    "installed_engine",
    "is_csv",
    "read_lines",
    "read_stock",
    "read_table",
    "write_table",
]


KINDS = (".csv", ".parquet")
"""What the names of such files end in."""

ENGINES: tuple[Engine, ...] = ("polars", "duckdb", "pyarrow", "pandas")
"""The packages that can do it. The first one that is installed is the default."""


def installed_engine(name: str | None = None) -> Engine:
    """Return a package that is installed: this one, or the first one.

    Raises:
        MissingExtraError: If it is not.
    """
    for engine in ENGINES:
        if name in {None, engine} and find_spec(engine) is not None:
            return engine
    raise MissingExtraError(name or " or ".join(ENGINES), "frames")


def is_csv(path: Path) -> bool:
    """Whether a file is CSV, by its name; it is Parquet otherwise."""
    return path.suffix.lower() == ".csv"


def read_lines(path: Path, engine: Engine, policy: AllocationPolicy) -> Frame:
    """Read the lines that a policy is to allocate.

    Raises:
        TableError: If a text is not the value that its column demands.
    """
    return _read("lines", path, engine, line_columns(policy))


def read_stock(path: Path, engine: Engine) -> Frame:
    """Read the stock records.

    Raises:
        TableError: If a text is not the value that its column demands.
    """
    return _read("stock", path, engine, stock_columns())


def read_table(path: Path, engine: Engine) -> Frame:
    """Read a table. All values of a CSV file are texts; an empty one is null."""
    source = glob.escape(str(path)) if engine == "duckdb" else str(path)
    options: dict[str, Any] = {"glob": False} if engine == "polars" else {}
    if is_csv(path):
        options |= _csv_options(engine, _header(path))
        if engine == "duckdb":
            return nw.scan_csv(source, backend=engine, **options)
        table = nw.read_csv(source, backend=engine, **options)
        if engine == "pandas" and table.to_native().index.dtype != "int64":
            # It takes the first cells of rows that are too long for an index.
            demand = f"a table whose rows have {counted(len(table.columns), 'cell')}, as its header"
            raise InvalidValueError(str(path), demand, "longer rows")
        return table
    if engine == "duckdb":
        return nw.scan_parquet(source, backend=engine)
    return nw.read_parquet(source, backend=engine, **options)


def _csv_options(engine: Engine, header: list[str]) -> dict[str, Any]:
    match engine:
        case "polars":
            return {"infer_schema": False}
        case "duckdb":
            quotes = {"quotechar": '"', "escapechar": '"'}
            columns = dict.fromkeys(header, "VARCHAR")
            return {"auto_detect": False, "header": True, "columns": columns, **quotes}
        case "pandas":
            of_null = {"keep_default_na": False, "na_values": [""]}
            return {"dtype": str, "encoding": "utf-8-sig", **of_null}
        case "pyarrow":
            of_csv = import_module("pyarrow.csv")
            types = dict.fromkeys(header, import_module("pyarrow").string())
            convert = {"column_types": types, "strings_can_be_null": True, "null_values": [""]}
            return {
                "parse_options": of_csv.ParseOptions(newlines_in_values=True),
                "convert_options": of_csv.ConvertOptions(**convert),
            }
        case _:
            assert_never(engine)


def write_table(frame: Frame, path: Path) -> None:
    """Write a table to a file. The file is there when it is complete, and not before."""
    part = path.with_name(f".{path.name}.part")
    try:
        if is_csv(path):
            frame = with_texts(frame)
            table = frame if isinstance(frame, nw.DataFrame) else frame.to_native()
            table.write_csv(str(part))
        else:
            frame = without_texts(frame)
            write = frame.write_parquet if isinstance(frame, nw.DataFrame) else frame.sink_parquet
            write(str(part))
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def _read(table: str, path: Path, engine: Engine, columns: list[Column]) -> Frame:
    frame = read_table(path, engine)
    if not is_csv(path):
        return frame
    if isinstance(frame, nw.DataFrame):
        return with_values(table, frame, columns, _with_moments)
    return with_values(table, with_rows(frame), columns, _with_moments).drop(ROW)


def _header(path: Path) -> list[str]:
    """Return the names of the columns of a CSV file.

    Raises:
        InvalidValueError: If a name is there twice, or is one of those that are added to a table.
    """
    with path.open(newline="", encoding="utf-8-sig") as file:
        names = next(csv.reader(file), [])
    unfit = [name for name in names if names.count(name) > 1 or name.startswith("__")]
    if unfit:
        demand = "names that differ, and do not begin with two underscores"
        raise InvalidValueError(f"{path}, row 1", demand, unfit[0])
    return names


def _with_moments(frame: Frame, columns: dict[str, str]) -> Frame:
    """Add the moments of columns of texts; what is none is null."""
    native = frame.to_native()
    for new, name in columns.items():
        if frame.implementation.is_polars():
            polars = import_module("polars")
            moments = polars.col(name).str.to_datetime(time_zone="UTC", strict=False)
            native = native.with_columns(moments.alias(new))
        elif frame.implementation.is_duckdb():
            native = native.project(f'*, TRY_CAST("{name}" AS TIMESTAMPTZ) AS "{new}"')
        elif frame.implementation.is_pandas():
            pandas = import_module("pandas")
            moments = pandas.to_datetime(native[name], utc=True, errors="coerce", format="ISO8601")
            native = native.assign(**{new: moments})
        else:
            arrow = import_module("pyarrow")
            moments = [_moment(text) for text in native[name].to_pylist()]
            array = arrow.array(moments, arrow.timestamp("us", "UTC"))
            native = native.append_column(new, array)
    result: Frame = nw.from_native(native)
    return result


def _moment(text: str | None) -> datetime | None:
    try:
        return None if text is None else datetime.fromisoformat(text)
    except ValueError:
        return None
