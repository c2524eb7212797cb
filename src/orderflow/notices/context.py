"""What notices are made from."""

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
    """What notices are made from: what deciding reads, the orders, and what happened to each."""

    def orders(
        self, *, status: Status | None = None, sku: str | None = None, limit: int | None = None
    ) -> Sequence[Order]:
        """Return the seller's orders of a status, with a line of a product, oldest first."""
        ...

    def events(self, order_id: str | None = None) -> Sequence[Event]:
        """Return what happened, to the seller or to one order, oldest first."""
        ...
