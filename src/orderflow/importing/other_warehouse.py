"""Rows of another warehouse: a listing of several warehouses has a column that names it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from orderflow.importing.faults import Fault, quote_value

if TYPE_CHECKING:
    from collections.abc import Sequence

    from orderflow.importing.files.source import Record

__all__ = ["OtherWarehouse"]

_COLUMN = "warehouse_id"


class OtherWarehouse:
    """Finds the rows of a file that name another warehouse than that of the import."""

    def __init__(self, header: Sequence[str], warehouse_id: str) -> None:
        self._warehouse_id = warehouse_id
        self._position = header.index(_COLUMN) if _COLUMN in header else None

    def fault(self, record: Record) -> Fault | None:
        """Return the fault of a row of another warehouse."""
        if self._position is None or record.fault or record.skip:
            return None
        text = record.cells[self._position].strip()
        if text in {"", self._warehouse_id}:
            return None
        reason = f"is not the warehouse of this import, {self._warehouse_id!r}"
        return Fault(record.row, _COLUMN, quote_value(text), reason)
