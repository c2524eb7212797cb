"""The meaning of each row: a sale, a cancellation, a stock adjustment, or nothing."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple

from orderflow.domain.model.terms import Term
from orderflow.domain.model.validators import is_identifier
from orderflow.importing.faults import quote_value

if TYPE_CHECKING:
    from orderflow.importing.files.source import Record
    from orderflow.importing.values.times import TimeReader
    from orderflow.replay.layout import HistoryLayout

__all__ = ["EntryKind", "InvalidRowError", "Row", "RowParser", "SkipReason"]

IDENTIFIER_MAX = 100
"""Below the limit of an identifier, since a split appends to the order id."""

_WHOLE_NUMBER = re.compile(r"[+-]?[0-9]{1,9}")


class EntryKind(Term):
    """What a row or entry records."""

    SALE = "SALE"
    CANCELLATION = "CANCELLATION"
    WRITE_OFF = "WRITE_OFF"
    FOUND = "FOUND"


class SkipReason(Term):
    """Why a valid row is skipped."""

    NOT_GOODS = "NOT_GOODS"
    """Postage, a fee or a voucher."""
    ACCOUNTING = "ACCOUNTING"
    """An adjustment of the accounts."""
    NO_CUSTOMER = "NO_CUSTOMER"
    """A cancellation without a customer."""
    NO_SALE = "NO_SALE"
    """A cancellation without a sale in the history."""


class Row(NamedTuple):
    """A row to replay. Its units are always above 0, and its moment is in UTC."""

    row: int
    cells: list[str]
    kind: EntryKind
    order_id: str
    sku: str
    units: int
    at: datetime
    customer: str
    priority: int = 0
    promised_by: datetime | None = None


class InvalidRowError(Exception):
    """A row is invalid; the text says why."""


class RowParser:
    """Parses rows of one layout. Values that repeat from row to row are parsed once."""

    def __init__(
        self, layout: HistoryLayout, positions: dict[str, int], width: int, times: TimeReader
    ) -> None:
        self._layout = layout
        self._width = width
        self._times = times
        self._names = layout.columns()
        self._order, self._sku, self._quantity, self._time = (
            positions[role] for role in ("order", "sku", "quantity", "time")
        )
        self._customer = positions.get("customer")
        self._price = positions.get("price")
        self._priority, self._promise = positions.get("priority"), positions.get("promise")
        self._skus: dict[str, str | None] = {}
        self._order_text: str | None = None
        self._order_id = ""
        self._time_text: str | None = None
        self._at = datetime.min.replace(tzinfo=UTC)

    def parse(self, record: Record) -> Row | SkipReason:
        """Parse a row.

        Raises:
            InvalidRowError: If the row is invalid.
        """
        row, cells, fault, _ = record
        if fault:
            raise InvalidRowError(fault)
        if len(cells) != self._width:
            raise InvalidRowError(f"it has {len(cells)} cells, the header has {self._width}")
        order_id = self._read_order_id(cells[self._order])
        layout = self._layout
        if layout.accounting_prefix and order_id.startswith(layout.accounting_prefix):
            return SkipReason.ACCOUNTING
        sku = self._read_sku(cells[self._sku])
        if sku is None:
            return SkipReason.NOT_GOODS
        customer = cells[self._customer].strip() if self._customer is not None else ""
        units = self._read_units(cells[self._quantity])
        kind = self._kind(order_id, units, customer, cells)
        if cells[self._time] != self._time_text:
            self._at = self._read_time("time", cells[self._time])
            self._time_text = cells[self._time]
        priority = self._read_priority(cells) if self._priority is not None else 0
        promised_by = self._read_promise(cells) if self._promise is not None else None
        return Row(
            row, cells, kind, order_id, sku, abs(units), self._at, customer, priority, promised_by
        )

    def _kind(self, order_id: str, units: int, customer: str, cells: list[str]) -> EntryKind:
        layout = self._layout
        if layout.cancellation_prefix and order_id.startswith(layout.cancellation_prefix):
            if units > 0:
                raise self._invalid("quantity", "below 0 on a cancellation", str(units))
            return EntryKind.CANCELLATION
        if units > 0 and not layout.free_is_found:
            return EntryKind.SALE
        if not customer and self._price is not None and self._is_free(cells[self._price]):
            return EntryKind.FOUND if units > 0 else EntryKind.WRITE_OFF
        if units < 0:
            raise self._invalid("quantity", "above 0 on an order", str(units))
        return EntryKind.SALE

    def _is_free(self, text: str) -> bool:
        try:
            return float(text) == 0
        except ValueError:
            raise self._invalid("price", "a number", text) from None

    def _read_order_id(self, text: str) -> str:
        if text != self._order_text:
            order_id = text.strip()
            self._check_identifier("order", order_id)
            self._order_text, self._order_id = text, order_id
        return self._order_id

    def _read_sku(self, text: str) -> str | None:
        """Return the product, or `None` if the code is not a product."""
        try:
            return self._skus[text]
        except KeyError:
            sku = text.strip().upper()
            self._check_identifier("sku", sku)
            self._skus[text] = sku if self._layout.is_goods(sku) else None
            return self._skus[text]

    def _read_units(self, text: str) -> int:
        text = text.strip()
        units = int(text) if _WHOLE_NUMBER.fullmatch(text) else 0
        if not units:
            raise self._invalid("quantity", "a whole number of 1 to 9 digits, and not 0", text)
        return units

    def _read_time(self, role: str, text: str) -> datetime:
        try:
            return self._times.read(text.strip())
        except ValueError:
            example = self._times.time_format or "2026-03-02 09:30"
            raise self._invalid(role, f"a time like {example}", text) from None

    def _read_priority(self, cells: list[str]) -> int:
        text = cells[self._priority or 0].strip()
        if text and not _WHOLE_NUMBER.fullmatch(text):
            raise self._invalid("priority", "a whole number, or empty", text)
        return int(text or 0)

    def _read_promise(self, cells: list[str]) -> datetime | None:
        text = cells[self._promise or 0].strip()
        return self._read_time("promise", text) if text else None

    def _check_identifier(self, role: str, value: str) -> None:
        if not is_identifier(value) or len(value) > IDENTIFIER_MAX:
            raise self._invalid(role, f"1 to {IDENTIFIER_MAX} printable characters", value)

    def _invalid(self, role: str, demand: str, value: str) -> InvalidRowError:
        return InvalidRowError(f"{self._names[role]} must be {demand}, not {quote_value(value)}")
