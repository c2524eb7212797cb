"""An order as it was before an earlier command, folded from its events."""

from __future__ import annotations

from itertools import takewhile
from typing import TYPE_CHECKING, cast

from orderflow.domain.state.fold import evolve_order
from orderflow.errors import TransitionError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from orderflow.domain.model.events import Event, OrderEvent
    from orderflow.domain.model.order import Order
    from orderflow.domain.model.outcome import Outcome

__all__ = ["order_before"]


def order_before(order_id: str, outcome: Outcome, events: Iterable[Event]) -> Order | None:
    """Return an order as it was before a command.

    Args:
        order_id: The order.
        outcome: The outcome of the command.
        events: All events of the order, the oldest first.

    Returns:
        The order. `None` if the command placed it, or if earlier events are missing.
    """
    own = [event for event in outcome.events if getattr(event, "order_id", None) == order_id]
    order: Order | None = None
    try:
        for event in takewhile(lambda event: event not in own, events):
            order = evolve_order(order, cast("OrderEvent", event))  # all are of this order
    except TransitionError:
        return None
    return order
