"""Write rejected rows to a file, to be corrected and imported again.

The new file has the columns, the delimiter and the encoding of the original. A last column gives
the reason and is not imported. A row that did not fit the header keeps its length, so it does not
fit before somebody corrects it. A row that could not be read as CSV becomes one cell with its line.

The new file has a limit, so that a small compressed file cannot fill a disk. It has all of the rows
up to the limit, and none after it.
"""

from __future__ import annotations

import io
from math import inf
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, BinaryIO, Protocol, cast

import attrs

from orderflow.importing.cells import Cells
from orderflow.importing.export import write_csv
from orderflow.importing.faults import FileError
from orderflow.importing.layouts.layout import columns_of
from orderflow.importing.table import REASON_COLUMN, open_table

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from orderflow.importing.faults import RejectedRow
    from orderflow.importing.files.file_format import FileFormat
    from orderflow.importing.files.source import Record
    from orderflow.importing.layouts.layout import Layout
    from orderflow.importing.listed import Listed
    from orderflow.importing.table import File, Table

__all__ = ["CHARACTERS_MAX", "WrittenRejects", "write_rejects"]

CHARACTERS_MAX = 50_000_000
"""A file of rejected rows ends after this number of characters."""


@attrs.frozen
class WrittenRejects:
    """What was written to a file of rejected rows.

    Attributes:
        rows: The number of rows written.
        omitted: The number of rows that are not in it, because of its limit.
        last_row: The last row of the original that is in it, if any. The omitted rows are after
            it.
    """

    rows: int
    omitted: int = 0
    last_row: int | None = None


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
    def rejected(self) -> Listed[RejectedRow]:
        """The rejected rows."""
        ...


def write_rejects(
    result: ReadFile,
    file: File,
    to: Path | str | BinaryIO,
    *,
    refused: Mapping[str, str] = MappingProxyType({}),
) -> WrittenRejects:
    """Write the rejected rows of a file, at most 100,000 and about 50 MB.

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


def _write(
    result: ReadFile, file: File, to: BinaryIO, refused: Mapping[str, str]
) -> WrittenRejects:
    if not isinstance(file, Path | str) and not file.seekable():
        raise FileError(result.file, "cannot be read a second time; save it to a file first")
    encoding, delimiter = result.file_format.encoding, result.file_format.delimiter
    with open_table(
        file,
        {"the same": result.layout},
        file_format=result.file_format,
        name=result.file,
    ) as table:
        rejects = _Rejects(table, result.rejected, refused)
        text = io.TextIOWrapper(cast("Any", to), encoding, errors="surrogateescape", newline="")
        try:
            written = write_csv(
                text,
                [*table.header, REASON_COLUMN],
                rejects.rows(),
                delimiter=delimiter,
                quoted=result.layout.quoted,
            )
        finally:
            text.detach()  # flushes too; whoever opened the stream closes it
    return WrittenRejects(written, rejects.omitted, rejects.last_row)


class _Rejects:
    """The rows to write, and the number of those that are omitted."""

    def __init__(
        self, table: Table[Layout], rejected: Listed[RejectedRow], refused: Mapping[str, str]
    ) -> None:
        self.omitted = rejected.more
        self.last_row: int | None = None
        self._table = table
        self._reasons = {each.row: each.reason for each in rejected}
        self._end = rejected[-1].row if rejected.more else inf
        self._refused = refused
        self._name = columns_of(table.layout, required=True)[0]
        self._prefix: str = getattr(table.layout, "order_prefix", "")

    def rows(self) -> Iterator[list[str]]:
        """Yield the rows up to the limit, each with its reason."""
        characters = 0
        for record in self._table.rows():
            reason = self._reasons.get(record.row) or self._refusal(record)
            if reason is None:
                continue
            if characters > CHARACTERS_MAX or record.row > self._end:
                self.omitted += 1
                continue
            self.last_row = record.row
            characters += len(reason) + sum(map(len, record.cells))
            yield [*record.cells, _encodable(reason, self._table.file_format.encoding)]

    def _refusal(self, record: Record) -> str | None:
        if not self._refused:
            return None
        text = Cells(self._table.columns, record).text(self._name)
        return self._refused.get(self._prefix + text)


def _encodable(text: str, encoding: str) -> str:
    return text.encode(encoding, "backslashreplace").decode(encoding)
