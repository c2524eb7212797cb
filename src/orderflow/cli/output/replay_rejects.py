"""The file of rejected rows of a replay, to be corrected and replayed."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING, Self

from orderflow.importing import safe_cell
from orderflow.replay import HISTORY_REASON_COLUMN, HistoryError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path
    from types import TracebackType

    from orderflow.replay import HistoryFormat, RowError

__all__ = ["RejectsFile"]


class RejectsFile:
    """Writes rejected rows as they are, with the reason in an extra first column.

    A replay of the file ignores that column and replaces it. Cells that a spreadsheet would take
    for formulas get an apostrophe in front, which a replay ignores too.

    Raises:
        HistoryError: If the file cannot be written, or is the file that is read.
    """

    def __init__(self, path: Path, source: Path | None, file_format: HistoryFormat) -> None:
        if source is not None and path.exists() and source.exists() and path.samefile(source):
            raise HistoryError(str(path), "is the file that is read; write the rejects to another")
        try:
            self._file = path.open(
                "w", encoding=file_format.encoding, errors="surrogateescape", newline=""
            )
        except (OSError, LookupError) as error:
            raise HistoryError(str(path), f"cannot be written: {error}") from error
        self._writer = csv.writer(self._file, delimiter=file_format.delimiter)
        self._old_reasons = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self._file.close()

    def begin(self, header: Sequence[str]) -> None:
        """Write the header."""
        self._old_reasons = int(header[0] == HISTORY_REASON_COLUMN)
        self._write_row(HISTORY_REASON_COLUMN, header)

    def write(self, error: RowError) -> None:
        """Write a row."""
        self._write_row(f"row {error.row}: {error.reason}", error.cells)

    def _write_row(self, first: str, cells: Sequence[str]) -> None:
        self._writer.writerow(map(safe_cell, (first, *cells[self._old_reasons :])))
