"""A fault in a table: its column, its row, and what is demanded there."""

from __future__ import annotations

from orderflow.errors import InvalidValueError

__all__ = ["TableError"]


class TableError(InvalidValueError):
    """A table with a value, a column or a row that breaks a rule.

    Attributes:
        table: ``lines`` or ``stock``.
        column: The column.
        row: The row, counted from 0. None if the fault is in the whole column, or the engine has
            no order of rows.
    """

    def __init__(
        self, table: str, column: str, row: int | None, demand: str, value: object
    ) -> None:
        self.table = table
        self.column = column
        self.row = row
        place = "" if row is None else f"[{row}]"
        super().__init__(f'{table}["{column}"]{place}', demand, value)
