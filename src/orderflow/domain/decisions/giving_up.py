"""Giving up what an order on back order waits for: its short units, or all of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from orderflow.domain.allocation.serving import take
from orderflow.domain.decisions.splitting import split_if_possible
from orderflow.domain.model.events import OrderCancelled, OrderGivenUp, ShortUnitsCancelled
from orderflow.domain.model.give_up import GiveUp
from orderflow.domain.model.short_part import ShortReason
from orderflow.domain.model.status import Status

if TYPE_CHECKING:
    from datetime import datetime

    from orderflow.domain.model.event_fields import LineUnits
    from orderflow.domain.model.order import Order
    from orderflow.domain.state.draft import Draft

__all__ = ["NOTHING_LEFT", "all_units", "cancel_short_units", "give_up"]


def give_up(draft: Draft, order: Order, due_at: datetime) -> None:
    """Give up an order on back order that has waited for as long as it may, as the policy says."""
    how = draft.policy.give_up
    order = draft.emit_for(order, OrderGivenUp(*draft.name(order), due_at, how))
    match how:
        case GiveUp.CANCEL_ORDER:
            why = ShortReason.GIVEN_UP, all_units(order)
            draft.emit(OrderCancelled(*draft.name(order), "it waited for as long as it may", *why))
        case GiveUp.CANCEL_SHORT:
            cancel_short_units(draft, order, ShortReason.GIVEN_UP)
        case GiveUp.SPLIT:
            split_if_possible(draft, order)
        case _:
            pass  # its seller is told by the event


def cancel_short_units(draft: Draft, order: Order, reason: ShortReason) -> None:
    """Cancel the short units of an order on back order, or the order if it has no others.

    The order first takes what is available, as for a split, even if it may not be allocated a part
    while it waits.
    """
    order = take(draft, order)
    if order.status is not Status.ON_BACK_ORDER:
        return
    if not order.allocated:
        why = NOTHING_LEFT[reason], reason, all_units(order)
        draft.emit(OrderCancelled(*draft.name(order), *why))
        return
    units = tuple((line.line_id, line.short) for line in order.short_lines)
    draft.emit(ShortUnitsCancelled(*draft.name(order), units, reason))


def all_units(order: Order) -> LineUnits:
    """Return all units of an order by line, whether they are allocated or short."""
    return tuple((line.line_id, line.quantity) for line in order.lines)


NOTHING_LEFT = {
    ShortReason.SHORT_PART: "it is short, and has no other units",
    ShortReason.LIMIT: "its product may have no more back orders",
    ShortReason.GIVEN_UP: "it waited for as long as it may, and has no other units",
}
"""The reason of the cancellation of an order that has only short units, by the reason for it."""
