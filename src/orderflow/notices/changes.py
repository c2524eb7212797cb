"""What an event changed: its order before it and after it.

Events do not contain their order, so its history is folded. It is read in pages, and folded once
for all its events, not once for each.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from orderflow.domain.state.fold import evolve_order

if TYPE_CHECKING:
    from orderflow.domain.model.events import Event, OrderEvent
    from orderflow.domain.model.order import Order
    from orderflow.notices.context import NoticeContext

__all__ = ["OrderChanges"]

HISTORIES_MAX = 100
"""The number of orders whose fold is kept: as many as a relay has messages at once."""

PAGE_EVENTS = 256


class OrderChanges:
    """Finds what events changed.

    It keeps the fold of the orders that it was asked about last, and goes on from there. So it is
    fast if the events of an order are asked for in order, and correct in any other case.
    """

    def __init__(self) -> None:
        self._histories: dict[tuple[str, str], _History] = {}

    def of(self, event: OrderEvent, context: NoticeContext) -> tuple[Order, Order] | None:
        """Return the order before and after an event, or `None` if the event is not in its history.

        Args:
            event: The event. One that makes an order has no order before it, so it is not found.
            context: The present state of the seller.
        """
        key = (event.seller_id, event.order_id)
        history = self._histories.pop(key, None)  # so no other thread uses it
        change = history.go_on_to(event, context) if history is not None else None
        if history is None or change is None:  # it is unknown, or the event is an earlier one
            history = _History()
            change = history.go_on_to(event, context)
        self._histories[key] = history
        if len(self._histories) > HISTORIES_MAX:
            del self._histories[next(iter(self._histories))]
        return change


class _History:
    """The fold of the first events of an order, and the next events that were read."""

    def __init__(self) -> None:
        self._order: Order | None = None
        self._last: Event | None = None
        self._last_number = 0
        self._next: deque[Event] = deque()

    def go_on_to(self, event: OrderEvent, context: NoticeContext) -> tuple[Order, Order] | None:
        """Fold further events up to this one, and return the order before and after it."""
        while self._next or self._read(event.order_id, context):
            self._last = self._next.popleft()
            before = self._order
            self._order = evolve_order(before, self._last)  # type: ignore[arg-type] # of an order
            if before is not None and self._last == event:
                return before, self._order
        return None

    def _read(self, order_id: str, context: NoticeContext) -> bool:
        """Read the next page, and report whether there are further events."""
        # The last event is read again, in case the history was replaced, as by a rollback.
        page = context.events(order_id, after=max(0, self._last_number - 1), limit=PAGE_EVENTS)
        self._next.extend(page)
        if self._last is not None and not (self._next and self._next.popleft() == self._last):
            self._next.clear()
        self._last_number = page.last
        return bool(self._next)
