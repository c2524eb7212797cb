"""Faults of a file, as a whole or in one row, and rows that are not imported as they are."""

from __future__ import annotations

import re

import attrs

from orderflow.errors import InputError
from orderflow.errors.quoting import quoted

__all__ = [
    "Fault",
    "FileError",
    "RejectedRow",
    "RepeatedRow",
    "SkippedRow",
    "quote_value",
]

_NO_TEXT = re.compile("[\ud800-\udfff]")
"""Bytes that are invalid in the encoding of a file are read as these."""


class FileError(InputError):
    """A file cannot be read, or not to its end.

    Attributes:
        file: The name of the file.
        row: The last row reached, if any. The first row of the file is 1.
        settings: The settings that mend it: fields of `FileFormat`, or `sku_column` and the like
            for those of a layout, each followed by the `quantity_default` that may replace it.
        lines: The message in lines, for people: what is wrong, and what to do.
    """

    def __init__(
        self, file: str, *faults: str, row: int | None = None, settings: tuple[str, ...] = ()
    ) -> None:
        self.file = file
        self.row = row
        self.settings = settings
        first, *others = faults
        self.lines = (f"{file}{'' if row is None else f', row {row:,}'}: {first}", *others)
        super().__init__("; ".join(self.lines))


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

    @classmethod
    def of_cell(cls, row: int, column: str, value: str, reason: str, setting: str = "") -> Fault:
        """Return the fault of a cell. If it has bytes that are no text, that is the reason."""
        if not _NO_TEXT.search(value):
            return cls(row, column, quote_value(value), reason, setting)
        shown = quote_value(_NO_TEXT.sub("\N{REPLACEMENT CHARACTER}", value))
        reason = "has bytes that are no text in the encoding of the file; save it as UTF-8 again"
        return cls(row, column, shown, reason, "encoding")

    def __str__(self) -> str:
        place = f", {self.column} {self.value}" if self.column else ""
        return f"row {self.row:,}{place}: {self.reason}"


@attrs.frozen
class SkippedRow:
    """A row without a fault that must not become part of an order."""

    row: int
    reason: str


@attrs.frozen
class RejectedRow:
    """A row that was not imported, because it or another row of its order has a fault."""

    row: int
    reason: str


@attrs.frozen
class RepeatedRow:
    """A row whose cells equal those of an earlier row of its order. Both are lines."""

    row: int
    first: int


def quote_value(value: str, limit: int = 60) -> str:
    """Quote a value for a message, shortened if it is long."""
    return quoted(value, limit)
