"""`orderflow allocate-file`: the lines of a file, allocated by the stock of another one."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from orderflow.cli.options.arguments import AsJson
from orderflow.cli.options.from_settings import with_options
from orderflow.cli.output import terminal
from orderflow.domain.model.policy import AllocationPolicy
from orderflow.domain.model.terms import Term
from orderflow.service import SystemClock

__all__ = ["allocate_file"]


class Engine(Term):
    """The packages that do the work."""

    POLARS = "POLARS"
    """Polars."""
    DUCKDB = "DUCKDB"
    """DuckDB."""
    PYARROW = "PYARROW"
    """PyArrow."""
    PANDAS = "PANDAS"
    """pandas."""


@with_options("Who gets the stock", policy=AllocationPolicy)
def allocate_file(
    lines: Annotated[
        Path, typer.Argument(metavar="LINES", help="The lines of orders: a CSV or Parquet file.")
    ],
    stock: Annotated[
        Path, typer.Argument(metavar="STOCK", help="The stock records: a CSV or Parquet file.")
    ],
    *,
    policy: AllocationPolicy,
    output: Annotated[
        Path,
        typer.Option(
            "--output", "-o", metavar="FILE", help="The file to write: CSV or Parquet, by its name."
        ),
    ],
    engine: Annotated[
        Engine | None,
        typer.Option(help="The package that does the work. Default: the first one installed."),
    ] = None,
    at: Annotated[
        datetime | None,
        typer.Option(help="The moment of the allocation, for --wait-max. Default: now."),
    ] = None,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace the output file if it exists.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Allocate the stock in one file to the lines of orders in another.

    Writes all columns of the lines, with the units allocated to each line and the status of its
    order. The rows are in the order of the lines. Nothing is stored. A CSV file has commas and is
    in UTF-8, and its times have a time zone, such as 2026-03-02T09:30:00Z.

    Exit code: 0 on success, 2 if a file could not be read or has a fault. Then no file is written.
    """
    from orderflow.cli.table_files import TableFiles  # noqa: PLC0415 - needs the extra `frames`

    files = TableFiles(lines, stock, output, engine=engine, overwrite=overwrite)
    report = files.allocate(policy, at or SystemClock().now())
    if as_json:
        terminal.print_json(report.as_json())
    else:
        report.print_warnings(terminal.messages())
        report.print(terminal.results())
