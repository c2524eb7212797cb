"""How events change the holds of an order."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from orderflow.domain.model.events import HoldReleased, OrderHeld
from orderflow.domain.model.order import HoldReason
from orderflow.domain.model.short_part import ShortPart

if TYPE_CHECKING:
    from orderflow.domain.model.order import Order

__all__ = ["change_holds"]


def change_holds(order: Order, event: OrderHeld | HoldReleased) -> dict[str, Any]:
    """Return the holds after the event, and the short part if it changes.

    A hold replaces one for the same reason. A seller who releases the hold of a short order lets
    it wait.
    """
    if isinstance(event, OrderHeld):
        others = [hold for hold in order.holds if hold.reason is not event.hold.reason]
        return {"holds": tuple(sorted((*others, event.hold), key=lambda each: each.reason))}
    short_part = order.short_part
    if HoldReason.SHORT in event.reasons and short_part in (None, ShortPart.HOLD):
        short_part = ShortPart.WAIT
    left = tuple([hold for hold in order.holds if hold.reason not in event.reasons])
    return {"holds": left, "short_part": short_part}
