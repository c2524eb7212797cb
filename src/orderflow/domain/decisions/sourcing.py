"""Sourcing in a command: an order that names no warehouse becomes one order for each warehouse.

It is placed in the first warehouse of its plan, with all its lines. The other parts are moved from
there before anything is allocated. Orders that are placed together are planned in the order of the
queue, each with what those before it leave. All of them are placed before any part is moved, so no
part takes the id of another one.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import attrs

from orderflow.domain.allocation.expected_cover import ExpectedCovers
from orderflow.domain.allocation.sourcing import plan_sources
from orderflow.domain.decisions.difference import outcome_of
from orderflow.domain.decisions.moving import move_part
from orderflow.domain.decisions.splitting import new_id
from orderflow.domain.model.policy import Fulfilment, queue_position
from orderflow.domain.model.validators import YEAR_MAX
from orderflow.domain.state.overlay import Overlay

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from orderflow.domain.allocation.serving_state import ServingState
    from orderflow.domain.allocation.sourcing import SourcingPlan
    from orderflow.domain.model.order import Order
    from orderflow.domain.model.policy import AllocationPolicy
    from orderflow.domain.model.sourcing_policy import SourcingPolicy
    from orderflow.domain.model.stock import ProductKey
    from orderflow.domain.state.draft import Draft
    from orderflow.domain.state.view import View

__all__ = ["Sourcing", "in_first_warehouse", "move_parts", "plans_of"]

_EVER = datetime(YEAR_MAX, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC)


class Sourcing:
    """Plans the sources of new orders, one after the other.

    Args:
        view: The state of the seller. With locks, it locks every product that is considered.
        policy: From which warehouses orders are sent.
        allocation: The policy that allocates the stock.
        at: The present moment.
    """

    def __init__(
        self, view: View, policy: SourcingPolicy, allocation: AllocationPolicy, at: datetime
    ) -> None:
        self._view = view
        self._policy = policy
        self._allocation = allocation
        self._available: dict[str, dict[str, int]] = {each: {} for each in policy.warehouses}
        self._planned: dict[ProductKey, int] = {}
        self._covers = ExpectedCovers(at, allocation)

    def plan(self, order: Order) -> SourcingPlan:
        """Return the plan for an order. Its units are not available to the next one."""
        self._read(dict.fromkeys(line.sku for line in order.lines))

        def expects(warehouse_id: str, units: Mapping[str, int]) -> bool:
            return self._expects(order, warehouse_id, units)

        plan = plan_sources(
            order,
            self._policy,
            self._available,
            expects,
            whole_lines=self._allocation.fulfilment is Fulfilment.WHOLE_LINES,
            parcels_max=self._allocation.parcels_max,
        )
        for part in plan.parts:
            waiting = dict(part.waiting)
            for line_id, units in part.units:
                sku = order.line(line_id).sku
                product = (part.warehouse_id, sku)
                self._planned[product] = self._planned.get(product, 0) + units
                self._available[part.warehouse_id][sku] -= units - waiting.get(line_id, 0)
        return plan

    def _read(self, skus: Mapping[str, None]) -> None:
        """Read the stock that was not read yet, in the order of the keys."""
        for warehouse_id, available in sorted(self._available.items()):
            new = [sku for sku in skus if sku not in available]
            if new:
                available.update(dict.fromkeys(new, 0))
                for stock in self._view.stock(warehouse_id, new):
                    available[stock.key.sku] = stock.available

    def _expects(self, order: Order, warehouse_id: str, units: Mapping[str, int]) -> bool:
        there = attrs.evolve(order, warehouse_id=warehouse_id)
        for supply in self._covers.supplies(there, self._view):
            if supply.sku in units:
                supply.claim_earlier(self._view)
                supply.claim(self._planned.get((warehouse_id, supply.sku), 0))
                if supply.units_by(_EVER) < units[supply.sku]:
                    return False
        return True


def plans_of(
    serving: ServingState, orders: Iterable[Order], policy: SourcingPolicy
) -> dict[str, SourcingPlan]:
    """Return the plans for orders that are placed together, by order id."""
    draft = serving.draft
    view = Overlay(draft.view, outcome_of(serving)) if draft.events else draft.view
    sourcing = Sourcing(view, policy, draft.policy, draft.at)
    in_queue_order = sorted(orders, key=lambda each: queue_position(each, draft.policy.queue))
    return {order.order_id: sourcing.plan(order) for order in in_queue_order}


def in_first_warehouse(order: Order, plan: SourcingPlan) -> Order:
    """Return an order in the first warehouse of its plan, with all its lines."""
    return attrs.evolve(order, warehouse_id=plan.parts[0].warehouse_id)


def move_parts(draft: Draft, order: Order, plan: SourcingPlan) -> list[Order]:
    """Move the other parts of a placed order to their warehouses, and return all its parts."""
    ids = [order.order_id]
    for part in plan.parts[1:]:
        whole = draft.order(order.order_id)
        ids.append(new_id(draft, whole, None))
        move_part(draft, whole, part.warehouse_id, ids[-1], part.units)
    return [draft.order(each) for each in ids]
