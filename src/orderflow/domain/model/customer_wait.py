"""Since when a customer waits for an order on back order."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from orderflow.domain.model.order import Order

__all__ = ["customer_waits_since"]


def customer_waits_since(order: Order) -> datetime | None:
    """Return since when the customer of an order on back order waits; `None` if it does not wait.

    That is when the order was placed, or its day (`Order.not_before`) if that is later. It is the
    order's own time: an order of March that was imported in June waits since March.
    `BackOrderWait.since` is when the order went on back order here, which the policy counts from.
    """
    if order.wait is None:
        return None
    day = order.not_before
    began = order.placed_at if day is None else max(order.placed_at, day)
    return min(began, order.wait.since)
