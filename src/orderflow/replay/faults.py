"""What is wrong with a history: the file as a whole, or one of its rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from orderflow.errors import OrderFlowError
from orderflow.importing.faults import FileError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

__all__ = ["HistoryError", "Rejects", "RowError"]


class HistoryError(FileError):
    """A file that is no history: it is empty, or lacks what a history has to say."""


class RowError(OrderFlowError):
    """A row that makes no sense.

    Attributes:
        file: The name of the file.
        row: The number of the row; the header is row 1.
        cells: The row as it was read.
        reason: What is wrong with it, without the file and the number.
    """

    def __init__(self, file: str, row: int, cells: Sequence[str], reason: str) -> None:
        self.file = file
        self.row = row
        self.cells = tuple(cells)
        self.reason = reason
        super().__init__(f"{file}, row {row:,}: {reason}")


class Rejects:
    """Where the rows go that make no sense: they are counted and told, and stop nothing.

    Args:
        file: The name of the file that the rows are from.
        tell: Who is told of each one.
        strict: Raise the first one instead.
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
            RowError: If nothing may be rejected.
        """
        error = RowError(self.file, row, cells, reason)
        if self._strict:
            raise error
        self.count += 1
        if self._on_reject is not None:
            self._on_reject(error)
