"""Faults of a file, as a whole or in one of its rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from orderflow.errors import OrderFlowError
from orderflow.errors.quoting import quoted

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = [
    "FAULTY_ROWS_MAX",
    "Fault",
    "FaultCount",
    "FileError",
    "SkippedRow",
    "by_row",
    "quote_value",
]


FAULTY_ROWS_MAX = 100_000
"""A file with more faulty rows is refused as a whole."""


class FileError(OrderFlowError):
    """A file cannot be read, or not to its end.

    Attributes:
        file: The name of the file.
        row: The last row reached, if any. The first row of the file is 1.
        settings: The settings that mend it: fields of `FileFormat`, or `sku_column` and the like
            for those of a layout.
    """

    def __init__(
        self, file: str, fault: str, *, row: int | None = None, settings: tuple[str, ...] = ()
    ) -> None:
        self.file = file
        self.row = row
        self.settings = settings
        super().__init__(f"{file}{'' if row is None else f', row {row:,}'}: {fault}")


@attrs.frozen
class Fault:
    """One fault in one row.

    Attributes:
        row: The row number as in a spreadsheet: the first row of the file is 1.
        column: The column name in the file. Empty if the whole row is at fault.
        value: The value of the cell, shortened if it is long.
        reason: What is wrong, and what would be right.
        setting: The setting that would make the value valid, if there is one.
    """

    row: int
    column: str
    value: str
    reason: str
    setting: str = ""

    def __str__(self) -> str:
        place = f", {self.column} {self.value}" if self.column else ""
        return f"row {self.row:,}{place}: {self.reason}"


@attrs.frozen
class SkippedRow:
    """A row without a fault that must not become part of an order."""

    row: int
    reason: str


class FaultCount:
    """Counts the faulty rows of a file, and refuses the file if there are too many."""

    def __init__(self, file: str) -> None:
        self._file = file
        self._rows = 0

    def add(self, faults: Sequence[Fault]) -> None:
        """Count the faults of one row.

        Raises:
            FileError: If too many rows have faults.
        """
        if not faults:
            return
        self._rows += 1
        if self._rows > FAULTY_ROWS_MAX:
            fault = f"has more than {FAULTY_ROWS_MAX:,} rows with faults; the last is {faults[0]}"
            raise FileError(self._file, f"{fault}; is it read as what it is?")


def quote_value(value: str, limit: int = 60) -> str:
    """Quote a value for a message, shortened if it is long."""
    return quoted(value, limit)


def by_row(faults: Iterable[Fault]) -> dict[int, str]:
    """Return the faults of each row, joined to one text."""
    reasons: dict[int, list[str]] = {}
    for fault in faults:
        text = f"{fault.column} {fault.value} {fault.reason}" if fault.column else fault.reason
        reasons.setdefault(fault.row, []).append(text)
    return {row: "; ".join(texts) for row, texts in reasons.items()}
