"""The data that notices are written from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from orderflow.domain.state.view import View

if TYPE_CHECKING:
    from collections.abc import Sequence

    from orderflow.domain.model.events import Event
    from orderflow.domain.model.order import Order
    from orderflow.domain.model.status import Status

__all__ = ["NoticeContext"]


class NoticeContext(View, Protocol):
    """The reads that notices need: those of a decision, plus listings of orders and events."""

    def orders(
        self, *, status: Status | None = None, sku: str | None = None, limit: int | None = None
    ) -> Sequence[Order]:
        """Return the seller's orders, oldest first, optionally by status or by SKU."""
        ...

    def events(
        self, order_id: str | None = None, *, after: int = 0, limit: int | None = None
    ) -> Sequence[Event]:
        """Return the events of the seller, or of one order, oldest first: all, or one page."""
        ...
