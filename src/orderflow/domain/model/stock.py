"""Stock: the units on hand, those of them that are allocated, and announced receipts."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

import attrs

from orderflow.domain.model import validators

__all__ = ["ExpectedReceipt", "Stock", "StockKey", "WarehouseSku"]

ProductKey = tuple[str, str]
"""A `WarehouseSku` as a plain tuple, which equals it: for dictionaries and inner loops."""


class WarehouseSku(NamedTuple):
    """One product in one warehouse, of a known seller."""

    warehouse_id: str
    sku: str


@attrs.frozen(order=True)
class StockKey:
    """One product of one seller in one warehouse.

    The seller is part of the key, so that no order can use the stock of another seller.
    """

    seller_id: str = attrs.field(validator=validators.identifier)
    warehouse_id: str = attrs.field(validator=validators.identifier)
    sku: str = attrs.field(validator=validators.identifier)


@attrs.frozen
class Stock:
    """The stock record of one key, in units.

    >>> Stock(StockKey("acme", "leeds", "MUG"), on_hand=5, allocated=3).available
    2

    Raises:
        InvalidValueError: Unless 0 ≤ allocated ≤ on_hand.
    """

    key: StockKey = attrs.field()
    on_hand: int = 0
    allocated: int = 0

    def __attrs_post_init__(self) -> None:
        # One test for the good case: a record is built at every change of stock.
        if (
            type(self.key) is StockKey
            and type(self.on_hand) is int
            and type(self.allocated) is int
            and 0 <= self.allocated <= self.on_hand <= validators.UNITS_MAX
        ):
            return
        validators.require(
            ok=isinstance(self.key, StockKey),
            field="Stock.key",
            demand="a StockKey",
            value=self.key,
        )
        validators.require(
            ok=validators.is_units(self.on_hand, 0),
            field="Stock.on_hand",
            demand=validators.units_demand(0),
            value=self.on_hand,
        )
        validators.require(
            ok=validators.is_units(self.allocated, 0) and self.allocated <= self.on_hand,
            field="Stock.allocated",
            demand=f"a whole number of units from 0 to on_hand, which is {self.on_hand}",
            value=self.allocated,
        )

    @property
    def available(self) -> int:
        """Units on hand that are not allocated."""
        return self.on_hand - self.allocated


@attrs.frozen
class ExpectedReceipt:
    """An announced receipt of one product that has not arrived yet.

    If it is a transfer, `from_warehouse_id` is the warehouse that its units have left.
    """

    receipt_id: str = attrs.field(validator=validators.identifier)
    key: StockKey = attrs.field(validator=validators.one_of(StockKey))
    quantity: int = attrs.field(validator=validators.units(1))
    expected_at: datetime = attrs.field(converter=validators.in_utc, validator=validators.moment)
    from_warehouse_id: str | None = attrs.field(
        default=None, validator=attrs.validators.optional(validators.identifier)
    )

    def is_overdue(self, at: datetime) -> bool:
        """Whether the receipt was expected before this moment.

        Raises:
            InvalidValueError: If this is not a moment.
        """
        return self.expected_at < validators.require_moment("is_overdue.at", at)


def by_expectation(receipt: ExpectedReceipt) -> tuple[datetime, str]:
    """Return the sort key of a receipt: the moment it is expected, then its id."""
    return (receipt.expected_at, receipt.receipt_id)
