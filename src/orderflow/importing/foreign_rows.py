"""Rows of another seller or warehouse: a listing of several has a column that names it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from orderflow.importing.faults import Fault, quote_value
from orderflow.importing.layouts.columns import folded

if TYPE_CHECKING:
    from collections.abc import Sequence

    from orderflow.importing.files.source import Record

__all__ = ["ForeignRows"]


class ForeignRows:
    """Finds the rows of a file that name another seller or warehouse than those of the import."""

    def __init__(self, header: Sequence[str], seller_id: str, warehouse_id: str) -> None:
        names = list(map(folded, header))
        mine = {"seller_id": seller_id, "warehouse_id": warehouse_id}
        self._mine = [
            (names.index(name), header[names.index(name)], own)
            for name, own in mine.items()
            if name in names
        ]

    def fault(self, record: Record) -> Fault | None:
        """Return the fault of a row of another one."""
        if record.fault or record.skip:
            return None
        for position, name, own in self._mine:
            text = record.cells[position].strip()
            if text not in {"", own}:
                kind = folded(name).removesuffix("_id")
                reason = f"is not the {kind} of this import, {own!r}"
                return Fault(record.row, name, quote_value(text), reason)
        return None
