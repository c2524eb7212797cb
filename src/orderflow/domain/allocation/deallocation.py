"""Which units orders give back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from orderflow.domain.model.events import DeallocationReason, LineUnits, OrderDeallocated
from orderflow.domain.model.order import allocated_units
from orderflow.domain.model.policy import allows_partial
from orderflow.domain.model.status import Status

if TYPE_CHECKING:
    from collections.abc import Iterable

    from orderflow.domain.model.order import Order
    from orderflow.domain.state.draft import Draft

__all__ = ["deallocate_incomplete", "last_lines_first"]


def deallocate_incomplete(draft: Draft, orders: Iterable[Order]) -> None:
    """Deallocate the units of short orders that may not be allocated a part."""
    if not draft.policy.restricts_partial:
        return
    for order in orders:
        if order.status is Status.ON_BACK_ORDER and not allows_partial(order, draft.policy):
            units = allocated_units(order)
            if units:
                reason = DeallocationReason.INCOMPLETE
                draft.emit(OrderDeallocated(*draft.name(order), units, reason))


def last_lines_first(order: Order, sku: str, units: int) -> LineUnits:
    """Return the lines that give back units of a product, starting from the last line."""
    given: list[tuple[str, int]] = []
    for line in reversed(order.lines_of(sku)):
        part = min(line.allocated, units)
        if part > 0:
            given.append((line.line_id, part))
            units -= part
    return tuple(reversed(given))
