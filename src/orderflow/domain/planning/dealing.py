"""Dealing: who gives the units that the orders to complete take.

Available units are taken first. Orders that are not completed give the rest, and only as much as is
needed. The latest position gives first, from its last line first, as always when orders lose units.
If lines or sets are given up as a whole, some units may be left over. They go to the first orders
in the queue, since all units that are given must be taken.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from orderflow.domain.model.stock import ProductKey

if TYPE_CHECKING:
    from collections.abc import Iterator

    from orderflow.domain.model.order import OrderLine
    from orderflow.domain.planning.pool import Pool

__all__ = ["Changes", "Deal", "deal"]

Changes = dict[int, dict[str, int]]
"""The change of each line, by order and line id."""


@attrs.frozen(eq=False)
class Deal:
    """What each order gives and takes.

    Attributes:
        changes: The change of each line, by order and line id.
        untaken: The products with units that would be given, but that no order can take.
        is_covered: Whether the orders to complete get all that they are short of.
    """

    changes: Changes
    untaken: list[ProductKey]
    is_covered: bool


def deal(pool: Pool, completed: set[int]) -> Deal:
    """Deal out the units of the pool, so that some orders are complete."""
    dealing = _Dealing(pool, completed)
    dealing.take()
    dealing.give()
    is_covered = all(units <= 0 for units in dealing.lacking.values())
    untaken = [product for product in sorted(dealing.lacking) if not dealing.hand_out(product)]
    changes = {order: lines for order, lines in dealing.changes.items() if lines}
    return Deal(changes, untaken, is_covered)


class _Dealing:
    def __init__(self, pool: Pool, completed: set[int]) -> None:
        self._pool, self._completed = pool, completed
        self.changes: Changes = {}
        self.lacking: dict[ProductKey, int] = {}
        """Units of each product that must still be given; below 0 if too many were."""

    def take(self) -> None:
        """Let the orders to complete take all that they are short of."""
        for order in sorted(self._completed):
            member = self._pool.members[order]
            self.changes[order] = {line.line_id: line.short for line in member.order.short_lines}
            for product, units in member.short.items():
                self.lacking[product] = self.lacking.get(product, 0) + units
        for product, units in self.lacking.items():
            self.lacking[product] = max(0, units - self._pool.available.get(product, 0))

    def give(self) -> None:
        """Let the others give what is lacking, the latest position first."""
        lacking = self.lacking
        for order in range(len(self._pool.members) - 1, -1, -1):
            member = self._pool.members[order]
            if member.loses and order not in self._completed:
                for product in member.own:
                    if lacking.get(product, 0) > 0:
                        for line in reversed(member.order.lines_of(product[1])):
                            self._give(order, line)

    def hand_out(self, product: ProductKey) -> bool:
        """Hand out the units that were given beyond need; say whether all of them were taken."""
        for order, line in self._lines_to_serve(product):
            if self.lacking[product] >= 0:
                break
            part = min(line.short, -self.lacking[product])
            self.changes.setdefault(order, {})[line.line_id] = part
            self.lacking[product] += part
        return self.lacking[product] >= 0

    def _lines_to_serve(self, product: ProductKey) -> Iterator[tuple[int, OrderLine]]:
        """Yield short lines of the first orders in a queue, if the orders may have a part."""
        if self.lacking[product] >= 0:
            return
        for order, member in enumerate(self._pool.members):
            if (
                product in member.short
                and order not in self._completed
                and member.gains
                and member.may_have_part
            ):
                lines = member.order.lines_of(product[1])
                changes = self.changes.get(order, {})
                if not any(line.line_id in changes for line in lines):
                    yield from ((order, line) for line in lines if line.short)

    def _give(self, order: int, line: OrderLine) -> None:
        """Let a line give units, with its set or as a whole if it may not be divided."""
        own, protection = self._pool.members[order].order, self._pool.protection
        lacking = self.lacking[own.warehouse_id, line.sku]
        if lacking <= 0:
            return
        is_set = protection.sets and line.set_id is not None
        lines = [each for each in own.lines if each.set_id == line.set_id] if is_set else [line]
        changes = self.changes.setdefault(order, {})
        for each in lines:
            is_whole = is_set or protection.whole_lines
            part = each.allocated if is_whole else min(lacking, each.allocated)
            if part and each.line_id not in changes:
                changes[each.line_id] = -part
                product = (own.warehouse_id, each.sku)
                self.lacking[product] = self.lacking.get(product, 0) - part
