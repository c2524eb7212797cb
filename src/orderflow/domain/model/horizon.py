"""The allocation horizon: how near the day of an order must be for it to be offered stock."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from orderflow.domain.model.order import Order
    from orderflow.domain.model.policy import AllocationPolicy

__all__ = ["is_far", "offered_from"]


def offered_from(order: Order, policy: AllocationPolicy) -> datetime | None:
    """Return the moment from which an order is offered stock; `None` if it always is."""
    horizon, day = policy.allocation_horizon, order.not_before
    return None if horizon is None or day is None else day - horizon


def is_far(order: Order, policy: AllocationPolicy, at: datetime) -> bool:
    """Whether the day of an order is farther than the allocation horizon."""
    begins = offered_from(order, policy)
    return begins is not None and at < begins
