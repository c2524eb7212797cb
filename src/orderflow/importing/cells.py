"""Parse the cells of one row and collect every fault in them."""

from __future__ import annotations

from copy import copy
from typing import TYPE_CHECKING, TypeVar

from orderflow.domain.model import validators
from orderflow.domain.model.terms import Term
from orderflow.importing.faults import Fault
from orderflow.importing.values.countries import country_code
from orderflow.importing.values.quantities import SHORTENED, is_shortened, read_whole
from orderflow.importing.values.times import is_none
from orderflow.importing.values.unreadable import UnreadableError

if TYPE_CHECKING:
    from datetime import datetime

    from orderflow.importing.files.source import Record
    from orderflow.importing.layouts.columns import Columns, Positions
    from orderflow.importing.values.times import TimeReader

__all__ = ["Cells"]

T = TypeVar("T", bound=Term)

_BETWEEN_PARTS = {"ship_to_name": " ", "ship_to_street": ", ", "ship_to_street_2": ", "}
_EMPTY = "is empty; every row needs a value"


class Cells:
    """The cells of one row, by the layout field of their column.

    A faulty value is `None`, and so is a missing optional value.

    Attributes:
        row: The row number.
        faults: The faults in the cells that were read so far.
        positions: The positions of the columns.
    """

    def __init__(self, columns: Columns, record: Record) -> None:
        self.row = record.row
        self.faults: list[Fault] = []
        self._header = columns.header
        self.positions = columns.positions
        self._cells = record.cells

    def of_item(self, positions: Positions) -> Cells:
        """Return the cells of a further item in the row. Their faults are faults of this row."""
        other = copy(self)
        other.positions = positions
        return other

    def text(self, field: str) -> str:
        """Return the text of a cell; empty if the cell or the column is missing."""
        cells = self._cells
        found = self.positions.get(field, ())
        if len(found) <= 1:
            return cells[found[0]].strip() if found and found[0] < len(cells) else ""
        texts = (text for each in found if each < len(cells) and (text := cells[each].strip()))
        between = _BETWEEN_PARTS.get(field)
        return next(texts, "") if between is None else between.join(texts)

    def identifier(self, field: str, *, required: bool = True) -> str | None:
        """Return a valid identifier."""
        return self.check_identifier(field, self.text(field), required=required)

    def check_identifier(self, field: str, text: str, *, required: bool = True) -> str | None:
        """Return a part of a cell, if it is a valid identifier."""
        if not text:
            if required:
                self.fault(field, text, _EMPTY)
        elif is_shortened(text):
            self.fault(field, text, f"must be {SHORTENED}")
        elif validators.is_identifier(text):
            return text
        else:
            self.fault(field, text, f"must be {validators.IDENTIFIER_DEMAND}")
        return None

    def whole(
        self, field: str, *, smallest: int, largest: int, thousands: str, required: bool = True
    ) -> int | None:
        """Return a whole number."""
        return self.check_whole(
            field,
            self.text(field),
            smallest=smallest,
            largest=largest,
            thousands=thousands,
            required=required,
        )

    def check_whole(
        self,
        field: str,
        text: str,
        *,
        smallest: int,
        largest: int,
        thousands: str,
        required: bool = True,
    ) -> int | None:
        """Return the whole number in a part of a cell."""
        if not text:
            if required:
                self.fault(field, text, _EMPTY)
            return None
        try:
            return read_whole(text, smallest=smallest, largest=largest, thousands=thousands)
        except UnreadableError as error:
            self.fault(field, text, f"must be {error}", error.setting)
            return None

    def note(self, field: str) -> str | None:
        """Return a note, which may be empty."""
        text = self.text(field)
        if validators.is_note(text):
            return text
        self.fault(field, text, f"must be {validators.NOTE_DEMAND}")
        return None

    def notes(self, field: str) -> tuple[str, ...]:
        """Return the note in each column of a field; empty where it is faulty."""
        columns = self.positions.get(field, ())
        return tuple(self.of_item({field: (column,)}).note(field) or "" for column in columns)

    def country(self, field: str) -> str:
        """Return the code of a country; empty if the cell is empty."""
        text = self.text(field)
        try:
            return country_code(text) if text else ""
        except UnreadableError as error:
            self.fault(field, text, f"must be {error}")
            return ""

    def moment(self, field: str, times: TimeReader, *, required: bool = False) -> datetime | None:
        """Return a moment; a date of zeros counts as empty."""
        text = self.text(field)
        if not text or is_none(text):
            if required:
                self.fault(field, text, _EMPTY)
            return None
        try:
            return times.read(text)
        except UnreadableError as error:
            self.fault(field, text, f"must be {error}", error.setting)
            return None

    def term(self, field: str, kind: type[T]) -> T | None:
        """Return a value of an enum by its name, in any case."""
        text = self.text(field)
        if not text:
            return None
        for term in kind:
            if term.value.casefold() == text.casefold():
                return term
        self.fault(field, text, f"must be one of {', '.join(kind)}, in any case")
        return None

    def fault(self, field: str, value: str, reason: str, setting: str = "") -> None:
        """Record a fault in a cell."""
        cells = self._cells
        found = self.positions[field]
        filled = (each for each in found if each < len(cells) and cells[each].strip())
        name = self._header[next(filled, found[0])]
        self.faults.append(Fault.of_cell(self.row, name, value, reason, setting))
