"""Rows that are no data: a repeated header, a total, or the beginning of another table."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from orderflow.importing.faults import FileError
from orderflow.importing.layouts.columns import column_list, is_complete, names_of
from orderflow.importing.layouts.layout import (
    DeliveryLayout,
    ReceiptLayout,
    StockLayout,
    columns_of,
)
from orderflow.importing.layouts.presets import PRESETS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from orderflow.importing.files.source import Record
    from orderflow.importing.layouts.columns import Columns
    from orderflow.importing.layouts.layout import Layout

__all__ = ["OddRows"]

_NUMBERS = {"quantity", "on_hand", "received"}
_TOTAL = re.compile(
    r"(grand |sub-?)?totals?|sum|summe|gesamt(summe)?|totale|totaal|somme", re.IGNORECASE
)
_REMARK = re.compile(
    r"(total|number of) (orders|rows|records|lines|items)\s*[:=]?\s*[\d,. ]+"
    r"|\d[\d,. ]* (orders?|rows?|records?|lines?|items?)( \w+){0,3}[.!]?"
    r"|(# )?\s*-*\s*end( of (the )?(file|report|export|list|data))?\s*-*",
    re.IGNORECASE,
)
"""What a report says below its rows. No row that was cut short reads so."""

_FOOTER_CELLS_MAX = 3
_KNOWN: tuple[Layout, ...] = (*PRESETS.values(), StockLayout(), ReceiptLayout(), DeliveryLayout())


class OddRows:
    """Finds the rows of one file that are no data."""

    def __init__(self, file: str, layout: Layout, columns: Columns) -> None:
        self._file = file
        self._footers: Sequence[str] = getattr(layout, "footers", ())
        self._header = columns.header
        self._layouts = (layout, *_KNOWN)
        self._names = frozenset().union(*(names_of(each, ()) for each in self._layouts))
        self._texts = [
            columns.positions[field]
            for field in columns_of(layout, required=True)
            if field not in _NUMBERS and field in columns.positions
        ]

    def reason(self, record: Record) -> str:
        """Return why a row is no data; empty if it is data, or has a fault.

        Raises:
            FileError: If another table begins here. Its rows would be read as those of the first.
        """
        row, cells = record.row, record.cells
        if self._footers and self._is_footer(cells):
            return "a footer"
        if record.fault:
            return "a footer" if self._is_remark(cells) else ""
        if not self._names.isdisjoint(cells):
            names = tuple(cell.strip() for cell in cells)
            if names == self._header:
                return "repeats the header"
            equal = sum(a == b != "" for a, b in zip(names, self._header, strict=True))
            if equal > 1 or any(is_complete(layout, names) for layout in self._layouts):
                raise FileError(
                    self._file,
                    f"another table begins here, with the columns {column_list(names)}; "
                    f"save it as a file of its own",
                    row=row,
                )
        texts = [text for found in self._texts for at in found if (text := cells[at].strip())]
        if not texts and len(self._texts) > 1:
            return "names neither an order nor a product"
        if len(texts) == 1 and _TOTAL.fullmatch(texts[0].strip(":")) is not None:
            return "a total"
        return "a footer" if len(texts) == 1 and self._is_remark(cells) else ""

    @staticmethod
    def _is_remark(cells: Sequence[str]) -> bool:
        filled = [text for cell in cells if (text := cell.strip())]
        return len(filled) == 1 and _REMARK.fullmatch(filled[0]) is not None

    def _is_footer(self, cells: Sequence[str]) -> bool:
        """Whether a row says how the file was made. It may have fewer cells than the header."""
        filled = [cell for cell in cells if cell.strip()]
        return len(filled) <= _FOOTER_CELLS_MAX and any(
            footer in cell for footer in self._footers for cell in filled
        )
