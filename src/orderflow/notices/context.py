"""The data that notices are written from."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Protocol

from orderflow.domain.model.events import Event
from orderflow.domain.state.view import View

if TYPE_CHECKING:
    from collections.abc import Sequence

    from orderflow.domain.model.order import Order
    from orderflow.domain.model.status import Status
    from orderflow.domain.model.stock import ExpectedReceipt

__all__ = ["NoticeContext", "NumberedEvents"]


class NumberedEvents(Iterable[Event], Protocol):
    """Some events, oldest first, and the number of the last one."""

    @property
    def last(self) -> int:
        """The number of the last event."""
        ...


class NoticeContext(View, Protocol):
    """The reads that notices need: those of a decision, plus listings of orders and events."""

    def orders(
        self, *, status: Status | None = None, sku: str | None = None, limit: int | None = None
    ) -> Sequence[Order]:
        """Return the seller's orders, oldest first, optionally by status or by SKU."""
        ...

    def receipts(self) -> Sequence[ExpectedReceipt]:
        """Return the seller's expected receipts, sorted by expected time, then by id."""
        ...

    def events(
        self, order_id: str | None = None, *, after: int = 0, limit: int | None = None
    ) -> NumberedEvents:
        """Return the events of the seller, or of one order, oldest first: all, or one page.

        Args:
            order_id: Return only events of this order.
            after: Return only events after this number, which is the last of the previous page.
            limit: Return at most this many events.
        """
        ...
