"""Faults in a history: of the whole file, or of one row."""

from __future__ import annotations

from typing import TYPE_CHECKING

from orderflow.errors import OrderFlowError
from orderflow.importing.faults import FileError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

__all__ = ["HistoryError", "Rejects", "RowError"]


class HistoryError(FileError):
    """The file is not a history: it is empty, or a column is missing."""


class RowError(OrderFlowError):
    """A row is invalid.

    Attributes:
        file: The name of the file.
        row: The number of the row; the header is row 1.
        cells: The cells of the row, as read.
        reason: What is wrong, without the file and the row number.
    """

    def __init__(self, file: str, row: int, cells: Sequence[str], reason: str) -> None:
        self.file = file
        self.row = row
        self.cells = tuple(cells)
        self.reason = reason
        super().__init__(f"{file}, row {row:,}: {reason}")


class Rejects:
    """Collects invalid rows. They are counted and reported, and the replay goes on.

    Args:
        file: The name of the file.
        on_reject: Called with each invalid row.
        strict: Raise an error for the first invalid row instead.

    Attributes:
        count: The number of invalid rows so far.
    """

    def __init__(
        self,
        file: str = "history",
        *,
        on_reject: Callable[[RowError], None] | None = None,
        strict: bool = False,
    ) -> None:
        self.file = file
        self.count = 0
        self._on_reject = on_reject
        self._strict = strict

    def add(self, row: int, cells: Sequence[str], reason: str) -> None:
        """Reject a row.

        Raises:
            RowError: If `strict` is set.
        """
        error = RowError(self.file, row, cells, reason)
        if self._strict:
            raise error
        self.count += 1
        if self._on_reject is not None:
            self._on_reject(error)
