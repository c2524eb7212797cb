"""The parts of a split order: where it came from, and what was split off from it."""

from __future__ import annotations

import attrs

from orderflow.domain.model.order import Order

__all__ = ["OrderParts"]


@attrs.frozen
class OrderParts:
    """The orders next to one order in the tree that splits have made.

    Attributes:
        parent: The order that this one was split from; none if it was placed as it is.
        siblings: The other orders that were split from the same parent.
        children: The orders that were split from this one.
    """

    parent: Order | None = None
    siblings: tuple[Order, ...] = ()
    children: tuple[Order, ...] = ()
