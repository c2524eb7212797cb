"""Units that are taken from several warehouses for one new order."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import attrs

from orderflow.domain.model.order import OrderLine

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from orderflow.domain.model.order import Order

__all__ = ["AvailableUnits", "Item", "Taking", "items_of"]

AvailableUnits = Mapping[str, Mapping[str, int]]
"""The available units by warehouse and SKU."""


@attrs.frozen
class Item:
    """What is taken together: one line, or the lines of a set.

    Attributes:
        lines: The lines.
        is_divisible: Whether some of its units may come from another warehouse than others.
    """

    lines: tuple[OrderLine, ...]
    is_divisible: bool

    @property
    def units_by_sku(self) -> dict[str, int]:
        """The units of each product."""
        units: dict[str, int] = {}
        for line in self.lines:
            units[line.sku] = units.get(line.sku, 0) + line.quantity
        return units


def items_of(order: Order, *, whole_lines: bool) -> tuple[Item, ...]:
    """Return the items of an order, in the order of their first lines."""
    lines: dict[tuple[str, str], list[OrderLine]] = {}
    for line in order.lines:
        key = ("line", line.line_id) if line.set_id is None else ("set", line.set_id)
        lines.setdefault(key, []).append(line)
    return tuple(
        Item(tuple(of_item), kind == "line" and not whole_lines)
        for (kind, _), of_item in lines.items()
    )


class Taking:
    """The units that warehouses give, and those that are left.

    Attributes:
        units: The units taken, by warehouse and line id.
        left: The units not taken, by line id.
    """

    def __init__(self, items: Sequence[Item], available: AvailableUnits) -> None:
        self.units: dict[str, dict[str, int]] = {}
        self.left = {line.line_id: line.quantity for item in items for line in item.lines}
        self._items = items
        self._available = available
        self._taken: dict[tuple[str, str], int] = {}

    @property
    def units_left(self) -> int:
        """The units not taken, over all lines."""
        return sum(self.left.values())

    def available(self, warehouse_id: str, sku: str) -> int:
        """Return the units of a product that a warehouse can still give."""
        return self._available[warehouse_id].get(sku, 0) - self._taken.get((warehouse_id, sku), 0)

    def take_all(self, warehouses: Iterable[str]) -> None:
        """Take every item from these warehouses, the first one first."""
        for item in self._items:
            self.take(item, warehouses)

    def take(self, item: Item, warehouses: Iterable[str], most: int | None = None) -> None:
        """Take an item from these warehouses, the first one first.

        Args:
            item: The item.
            warehouses: The warehouses.
            most: From how many warehouses the order may come.
        """
        for warehouse_id in warehouses:
            if warehouse_id in self.units or most is None or len(self.units) < most:
                if item.is_divisible:
                    (line,) = item.lines
                    self._give(warehouse_id, line, self.available(warehouse_id, line.sku))
                elif self._has(warehouse_id, item):
                    for line in item.lines:
                        self._give(warehouse_id, line, line.quantity)
            if item.lines[0].line_id not in self.left:
                return

    def _has(self, warehouse_id: str, item: Item) -> bool:
        return all(
            units <= self.available(warehouse_id, sku) for sku, units in item.units_by_sku.items()
        )

    def _give(self, warehouse_id: str, line: OrderLine, units: int) -> None:
        left = self.left.get(line.line_id, 0)
        given = min(units, left)
        if given <= 0:
            return
        of_warehouse = self.units.setdefault(warehouse_id, {})
        of_warehouse[line.line_id] = of_warehouse.get(line.line_id, 0) + given
        product = (warehouse_id, line.sku)
        self._taken[product] = self._taken.get(product, 0) + given
        if given < left:
            self.left[line.line_id] = left - given
        else:
            del self.left[line.line_id]
