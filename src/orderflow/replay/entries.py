"""The entries of a history: what happened at one moment."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

import attrs

from orderflow.domain.model.terms import Term

__all__ = ["Entry", "EntryKind", "Row", "SkipReason"]


class EntryKind(Term):
    """What an entry records."""

    SALE = "SALE"
    """An order was placed."""
    CANCELLATION = "CANCELLATION"
    """A customer cancelled units, without naming the order."""
    ORDER_CANCELLED = "ORDER_CANCELLED"
    """An order was cancelled by the shop."""
    WRITE_OFF = "WRITE_OFF"
    """Stock was written off."""
    FOUND = "FOUND"
    """Stock was found."""


class SkipReason(Term):
    """Why a row of a cancellation cancels nothing."""

    NO_CUSTOMER = "NO_CUSTOMER"
    """It names no customer."""
    NO_SALE = "NO_SALE"
    """The customer never bought the units in this history."""


class Row(NamedTuple):
    """Units of a product: a row of the file, or an item of a row.

    Attributes:
        sku: The product.
        units: The units, above 0.
        row: The number of the row in the file.
    """

    sku: str
    units: int
    row: int = 0


@attrs.frozen
class Entry:
    """What happened at one moment: the rows of one kind that share an order id.

    Attributes:
        kind: What it records.
        order_id: The order id, or that of the cancellation or adjustment.
        at: When, in UTC.
        customer: The customer; empty if unknown.
        rows: Its rows.
        priority: The priority of an order.
        promised_by: When an order is promised.
        not_before: The moment before which an order is not sent to the warehouse.
    """

    kind: EntryKind
    order_id: str
    at: datetime
    customer: str = ""
    rows: tuple[Row, ...] = ()
    priority: int = 0
    promised_by: datetime | None = None
    not_before: datetime | None = None
