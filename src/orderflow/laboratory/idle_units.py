"""The idle units: they could leave, but for other products that their orders lack."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from orderflow.domain.model.order import Order

__all__ = ["IdleUnitCounter"]


class IdleUnitCounter:
    """Counts the units that waiting orders have, and those on the shelf that they lack.

    Attributes:
        short: The units that waiting orders lack.
    """

    def __init__(self) -> None:
        self.short = 0
        self._allocated = 0
        self._on_shelf = 0
        self._available: dict[str, int] = {}
        self._short: Counter[str] = Counter()

    @property
    def total(self) -> int:
        """The idle units now."""
        return self._allocated + self._on_shelf

    def set_available(self, sku: str, units: int) -> None:
        """Record how many units of a product are available."""
        before = self._available.get(sku, 0)
        self._available[sku] = units
        if short := self._short[sku]:
            self._on_shelf += min(units, short) - min(before, short)

    def replace(self, before: Order | None, after: Order | None) -> None:
        """Record how a waiting order changed; None before it waits, and after it has waited."""
        for order, sign in ((before, -1), (after, 1)):
            if order is not None:
                self._allocated += sign * order.allocated
                for line in order.short_lines:
                    self._add_short(line.sku, sign * line.short)

    def _add_short(self, sku: str, units: int) -> None:
        before = self._short[sku]
        self._short[sku] = after = before + units
        self.short += units
        if available := self._available.get(sku, 0):
            self._on_shelf += min(available, after) - min(available, before)
