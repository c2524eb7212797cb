"""Files with tables: read, allocated and written. Needs the extra `frames`."""

from __future__ import annotations

from contextlib import contextmanager
from time import perf_counter
from typing import TYPE_CHECKING, Any

from orderflow.cli.output import terminal
from orderflow.cli.output.allocation_report import AllocationReport
from orderflow.cli.output_file import refuse_stream
from orderflow.errors import InvalidValueError
from orderflow.errors.quoting import quoted
from orderflow.frames import TableError, allocate_lines
from orderflow.frames.engines import as_frame
from orderflow.frames.files import (
    ENGINES,
    KINDS,
    installed_engine,
    is_csv,
    read_lines,
    read_stock,
    read_table,
    write_table,
)
from orderflow.importing import FileError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from pathlib import Path

    from orderflow.domain.model.policy import AllocationPolicy

__all__ = ["TableFiles"]

STEPS = ("reading", "allocating", "writing", "counting")


class TableFiles:
    """The lines and the stock, and the file for the result.

    Raises:
        FileError: If a file is of another kind, or the result would destroy a file.
        MissingExtraError: If the package that is to do the work is not installed.
    """

    def __init__(
        self, lines: Path, stock: Path, output: Path, *, engine: str | None, overwrite: bool
    ) -> None:
        self._lines, self._stock, self._output = lines, stock, output
        refuse_stream(output, "--output")
        for path in (lines, stock, output):
            if path.suffix.lower() not in KINDS:
                raise FileError(str(path), f"must have a name that ends in {' or '.join(KINDS)}")
        if not output.parent.is_dir():
            raise FileError(str(output.parent), "is no folder; name another file with --output")
        if output.exists():
            for path in (lines, stock):
                if path.exists() and output.samefile(path):
                    raise FileError(str(output), "is an input file; name another one with --output")
            if not overwrite:
                raise FileError(str(output), "exists; --overwrite replaces it")
        self._engine = installed_engine(None if engine is None else engine.lower())

    def allocate(self, policy: AllocationPolicy, at: datetime) -> AllocationReport:
        """Read both files, write the result, and count what is in it.

        Raises:
            FileError: If a file cannot be read, or has a fault.
        """
        begin = perf_counter()
        title = f"Allocating {self._lines}"
        with (
            self._named_errors(),
            terminal.progress_bar(terminal.messages(), title, len(STEPS)) as show,
        ):
            show(0, STEPS[0])
            lines = read_lines(self._lines, self._engine, policy)
            stock = read_stock(self._stock, self._engine)
            show(1, STEPS[1])
            allocated: Any = allocate_lines(lines.to_native(), stock.to_native(), policy, at=at)
            show(2, STEPS[2])
            write_table(as_frame("lines", allocated), self._output)
            show(3, STEPS[3])
            written = read_table(self._output, self._engine)
            seconds = perf_counter() - begin
            return AllocationReport.of(written, stock, title=str(self._output), seconds=seconds)

    @contextmanager
    def _named_errors(self) -> Iterator[None]:
        """Name the file, and the row as in a spreadsheet, in place of the table."""
        files = {"lines": self._lines, "stock": self._stock}
        try:
            yield
        except TableError as error:
            file = files[error.table]
            row = None if error.row is None else error.row + 1 + is_csv(file)
            fault = f"{error.column} must be {error.demand}, not {quoted(error.value)}"
            raise FileError(str(file), fault, row=row) from error
        except InvalidValueError as error:
            if error.field not in files:
                raise
            file = files[error.field]
            raise FileError(
                str(file), f"must be {error.demand}, not {quoted(error.value)}"
            ) from error
        except Exception as error:
            package = type(error).__module__.split(".")[0].lstrip("_")
            if package not in {*ENGINES, "csv"} and not isinstance(error, UnicodeError):
                raise
            reason = str(error).partition("\n")[0]
            raise FileError(
                str(self._lines), f"was not allocated by {self._engine}: {reason}"
            ) from error
