"""The parts of a split order: its parent, its siblings and its children."""

from __future__ import annotations

import attrs

from orderflow.domain.model.order import Order

__all__ = ["OrderParts"]


@attrs.frozen
class OrderParts:
    """The orders next to one order in the tree that splits make.

    Attributes:
        parent: The order that this one was split from; `None` if it was placed.
        siblings: The other orders that were split from the same parent.
        children: The orders that were split from this one.
    """

    parent: Order | None = None
    siblings: tuple[Order, ...] = ()
    children: tuple[Order, ...] = ()
