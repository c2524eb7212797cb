"""Write rejected rows to a file, to be corrected and imported again.

The new file has the columns, the delimiter and the encoding of the original. A last column gives
the reason and is not imported. A row that did not fit the header keeps its length, so it does not
fit before somebody corrects it. A row that could not be read as CSV becomes one cell with its line.
"""

from __future__ import annotations

import io
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, BinaryIO, Protocol, cast

from orderflow.importing.cells import Cells
from orderflow.importing.export import write_csv
from orderflow.importing.faults import FileError
from orderflow.importing.layouts.layout import columns_of
from orderflow.importing.table import REASON_COLUMN, open_table

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from orderflow.importing.files.file_format import FileFormat
    from orderflow.importing.layouts.layout import Layout
    from orderflow.importing.result import RejectedRow
    from orderflow.importing.table import File, Table

__all__ = ["write_rejects"]


class ReadFile(Protocol):
    """What is known about a file that was read."""

    @property
    def file(self) -> str:
        """Its name."""
        ...

    @property
    def layout(self) -> Layout:
        """The layout it was read with."""
        ...

    @property
    def file_format(self) -> FileFormat:
        """The format of its text."""
        ...

    @property
    def rejected(self) -> Sequence[RejectedRow]:
        """The rejected rows."""
        ...


def write_rejects(
    result: ReadFile,
    file: File,
    to: Path | str | BinaryIO,
    *,
    refused: Mapping[str, str] = MappingProxyType({}),
) -> int:
    """Write the rejected rows of a file and return their number.

    The file is read again, so only the numbers of these rows have to stay in memory.

    Args:
        result: What was read from the file: an `Import`, or a `History`.
        file: The same file. A stream must be seekable.
        to: The output: a path, or a stream of bytes.
        refused: Orders (or products, or receipts) whose commands were refused, with the reason.
            Their rows are written too.

    Raises:
        FileError: If the file cannot be read again, or the output cannot be written.
    """
    if not isinstance(to, Path | str):
        return _write(result, file, to, refused)
    path = Path(to)
    if isinstance(file, Path | str) and path.exists() and path.samefile(file):
        raise FileError(str(path), "is the input file; write the rejects to another file")
    try:
        with path.open("wb") as opened:
            return _write(result, file, opened, refused)
    except (OSError, ValueError) as error:  # ValueError: a path that none can be
        raise FileError(str(path), f"cannot be written: {error}") from error


def _write(result: ReadFile, file: File, to: BinaryIO, refused: Mapping[str, str]) -> int:
    if not isinstance(file, Path | str) and not file.seekable():
        raise FileError(result.file, "cannot be read a second time; save it to a file first")
    encoding, delimiter = result.file_format.encoding, result.file_format.delimiter
    reasons = {each.row: each.reason for each in result.rejected}
    with open_table(
        file,
        {"the same": result.layout},
        file_format=result.file_format,
        name=result.file,
    ) as table:
        text = io.TextIOWrapper(cast("Any", to), encoding, errors="surrogateescape", newline="")
        try:
            return write_csv(
                text,
                [*table.header, REASON_COLUMN],
                _rows(table, reasons, refused),
                delimiter=delimiter,
                quoted=result.layout.quoted,
            )
        finally:
            text.detach()  # flushes too; whoever opened the stream closes it


def _rows(
    table: Table[Layout], reasons: Mapping[int, str], refused: Mapping[str, str]
) -> Iterator[list[str]]:
    name, *_ = columns_of(table.layout, required=True)
    prefix: str = getattr(table.layout, "order_prefix", "")
    for record in table.rows():
        reason = reasons.get(record.row)
        if reason is None and refused:
            reason = refused.get(prefix + Cells(table.columns, record).text(name))
        if reason is not None:
            yield [*record.cells, _encodable(reason, table.file_format.encoding)]


def _encodable(text: str, encoding: str) -> str:
    return text.encode(encoding, "backslashreplace").decode(encoding)
