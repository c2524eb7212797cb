"""The state of a seller as it was at a moment in the past, folded from the stored events.

Orders that are finished are left out: only those still open say something about the backlog, the
stock and the receipts of that moment. So the memory that it takes grows with the open orders.

Time never goes back here. An event that was saved after a later one happened no earlier than that
one, whatever its own time says. So the state is one that really was, and no event of it is later
than the moment.
"""

from __future__ import annotations

from itertools import takewhile
from typing import TYPE_CHECKING

from orderflow.domain.model.status import SENT_OUT, Status
from orderflow.domain.model.warehouse_events import OrderDelivered, UnitsReturned
from orderflow.domain.state.fold import fold, units_added
from orderflow.domain.state.state import MutableState, State
from orderflow.errors import (
    InvalidValueError,
    NotFoundError,
    OrderNotFoundError,
    RefusedError,
    TransitionError,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime

    from orderflow.domain.model.events import Event
    from orderflow.domain.model.order import Order

__all__ = ["past_state"]

_FINISHED = SENT_OUT | {Status.CANCELLED}


def past_state(
    seller_id: str,
    events: Iterable[Event],
    as_of: datetime,
    order_now: Callable[[str], Order | None],
) -> State:
    """Return the state of a seller at a moment, with the open orders alone.

    Args:
        seller_id: The seller.
        events: All events of the seller, in the order they were saved. They are read up to the
            first one that is later than the moment.
        as_of: The moment.
        order_now: Returns an order as it is now, to tell which products its returned units are.

    Raises:
        TransitionError: If earlier events are missing.
    """
    past = _PastState(State(seller_id))
    for event in takewhile(lambda event: event.at <= as_of, events):
        try:
            past.add(event, order_now)
        except (InvalidValueError, NotFoundError, RefusedError, TransitionError) as error:
            raise TransitionError(
                f"the state of seller {seller_id!r} at {as_of.isoformat()} is not known, because "
                f"earlier events are missing: {error}"
            ) from error
    return past.freeze()


class _PastState(MutableState):
    """A state without its finished orders."""

    def add(self, event: Event, order_now: Callable[[str], Order | None]) -> None:
        """Apply the next event."""
        match event:
            case OrderDelivered():
                pass
            case UnitsReturned():
                order = order_now(event.order_id)
                if order is None:
                    raise OrderNotFoundError(event.seller_id, event.order_id)
                self.move_stock(order.warehouse_id, units_added(order, event))
            case _:
                fold(event, self)

    def put_order(self, order: Order) -> None:
        """Store an order, unless it is finished."""
        if order.status in _FINISHED:
            self.drop_order(order.order_id)
        else:
            super().put_order(order)
