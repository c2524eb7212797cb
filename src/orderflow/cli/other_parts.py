"""The other parts of an order that was split: named beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs

from orderflow.domain.model.order import Order

if TYPE_CHECKING:
    from orderflow.cli.connection import Database

__all__ = ["OtherParts"]

_READ_MAX, _SHOWN_MAX = 1_000, 20


@attrs.frozen
class OtherParts:
    """The other parts of an order, in the order in which they were split off.

    Attributes:
        orders: The first 1,000 of them.
        more: Whether there are more.
    """

    orders: tuple[Order, ...]
    more: bool

    @classmethod
    def of(cls, database: Database, order: Order | None) -> OtherParts:
        """Read the other parts of an order. If it was never split, nothing is read."""
        if order is None or (order.split_from is None and not order.split_count):
            return cls((), more=False)
        seller = database.flow.seller(order.seller_id)
        found = seller.all_parts_of(order.order_id, limit=_READ_MAX + 2)
        others = tuple(each for each in found if each.order_id != order.order_id)
        return cls(others[:_READ_MAX], more=len(others) > _READ_MAX)

    def __str__(self) -> str:
        shown = [f"{each.order_id} {each.status}" for each in self.orders[:_SHOWN_MAX]]
        rest = len(self.orders) - len(shown)
        if rest:
            shown.append(f"and {rest:,}{' and more' if self.more else ' more'}")
        return f"other parts: {', '.join(shown)}"

    def row(self) -> dict[str, Any]:
        """Return them as plain values."""
        parts = [
            {"order_id": each.order_id, "status": each.status, "split_from": each.split_from}
            for each in self.orders
        ]
        return {"other_parts": parts, "more_parts": self.more}
