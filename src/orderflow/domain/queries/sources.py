"""From which warehouses a new order would be sent. Nothing is saved."""

from __future__ import annotations

from typing import TYPE_CHECKING

from orderflow.domain.decisions.effects_of_time import effects_of_time
from orderflow.domain.decisions.sourcing import Sourcing
from orderflow.domain.model.arguments import (
    require_moment,
    require_order,
    require_policy,
    require_sourcing,
    require_view,
)
from orderflow.domain.model.commands import PlaceOrder
from orderflow.domain.model.policy import AllocationPolicy
from orderflow.domain.state.overlay import Overlay
from orderflow.errors import DuplicateOrderError, InvalidValueError

if TYPE_CHECKING:
    from datetime import datetime

    from orderflow.domain.allocation.sourcing import SourcingPlan
    from orderflow.domain.model.order import Order
    from orderflow.domain.model.sourcing_policy import SourcingPolicy
    from orderflow.domain.state.view import View

__all__ = ["source"]

_DEFAULT = AllocationPolicy()


def source(
    order: Order,
    view: View,
    at: datetime,
    default_policy: AllocationPolicy = _DEFAULT,
    *,
    sourcing: SourcingPolicy,
) -> SourcingPlan:
    """Return which warehouses would send which units of an order, if it is placed now.

    `PlaceOrder` with the same policy carries the plan out. Each part is then allocated as the
    allocation policy says: under `PartialAllocation.NEVER`, a part that waits has no units at all.
    The plan does not consider limits of back orders or a short part. A preview of the command does.

    Args:
        order: The order, which was not placed yet and names no warehouse.
        view: The state of the order's seller.
        at: The present moment.
        default_policy: The allocation policy, if the seller has none of its own.
        sourcing: From which warehouses it may be sent.

    Raises:
        DuplicateOrderError: If the order was placed already.
        InvalidValueError: If an argument is not valid.
    """
    require_order("source.order", order)
    require_view("source.view", view)
    at = require_moment("source.at", at)
    require_policy("source.default_policy", default_policy)
    require_sourcing("source.sourcing", sourcing)
    if order.seller_id != view.seller_id:
        demand = f"{view.seller_id!r}, the seller of the view"
        raise InvalidValueError("source.order.seller_id", demand, order.seller_id)
    PlaceOrder(order=order, sourcing=sourcing, at=at)
    taken = view.order(order.order_id)
    if taken is not None:
        raise DuplicateOrderError(order.seller_id, order.order_id, taken.split_from)
    policy = view.policy or default_policy
    now = Overlay(view, effects_of_time(view, policy, at))
    return Sourcing(now, sourcing, policy, at).plan(order)
