"""What is wrong with a file: as a whole, or in one of its rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from orderflow.errors import OrderFlowError

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["Fault", "FileError", "PassedOver", "by_row", "shown"]


class FileError(OrderFlowError):
    """A file that cannot be read, or not to its end.

    Attributes:
        file: The name of the file.
        row: The row that was reached, if any; the header is row 1.
    """

    def __init__(self, file: str, fault: str, *, row: int | None = None) -> None:
        self.file = file
        self.row = row
        super().__init__(f"{file}{'' if row is None else f', row {row:,}'}: {fault}")


@attrs.frozen
class Fault:
    """One thing that is wrong with one row.

    Attributes:
        row: The number of the row, as a spreadsheet counts: the first row of the file is 1.
        column: The column as the file calls it; empty where the row as a whole is at fault.
        value: What stands there, cut short where it is long.
        reason: What was wrong, and what would be right.
    """

    row: int
    column: str
    value: str
    reason: str

    def __str__(self) -> str:
        place = f", {self.column} {self.value}" if self.column else ""
        return f"row {self.row:,}{place}: {self.reason}"


@attrs.frozen
class PassedOver:
    """A row that is no order to be sent, although nothing is wrong with it."""

    row: int
    reason: str


def shown(value: str, limit: int = 60) -> str:
    """Quote a value for a message, cut short where it is long."""
    text = repr(value[: limit + 1])
    return text if len(text) <= limit else f"{text[: limit - 1]}…"


def by_row(faults: Iterable[Fault]) -> dict[int, str]:
    """Return what is wrong with each row that has a fault, in one text."""
    reasons: dict[int, list[str]] = {}
    for fault in faults:
        said = f"{fault.column} {fault.value} {fault.reason}" if fault.column else fault.reason
        reasons.setdefault(fault.row, []).append(said)
    return {row: "; ".join(said) for row, said in reasons.items()}
