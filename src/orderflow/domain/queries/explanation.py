"""Why an order waits: which orders come before it, and what would cover its lines.

The answer is data. `orderflow.wording.explanation.in_words` turns it into sentences.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

import attrs

from orderflow.domain.allocation.expected_cover import (
    ExpectedCover,
    ExpectedCovers,
    Supply,
    first_overdue_since,
    last_expected_at,
)
from orderflow.domain.allocation.preemption import is_preemptible
from orderflow.domain.allocation.queue_demand import demand_before
from orderflow.domain.decisions.effects_of_time import effects_of_time
from orderflow.domain.decisions.splitting import may_split_off
from orderflow.domain.model import validators
from orderflow.domain.model.arguments import (
    require_identifier,
    require_moment,
    require_number,
    require_policy,
    require_view,
)
from orderflow.domain.model.back_order_limit import BackOrderLimit
from orderflow.domain.model.events import OrderReallocated
from orderflow.domain.model.horizon import is_far, offered_from
from orderflow.domain.model.order import Order, OrderLine
from orderflow.domain.model.policy import (
    AllocationPolicy,
    Fulfilment,
    Preemption,
    Rationing,
    allows_partial,
    gives_up_at,
    is_urgent,
    short_part_of,
)
from orderflow.domain.model.queue_position import is_served_first
from orderflow.domain.model.status import MAY_BE_ALLOCATED, Status
from orderflow.domain.state.overlay import Overlay
from orderflow.errors import OrderNotFoundError

if TYPE_CHECKING:
    from orderflow.domain.model.short_part import ShortPart
    from orderflow.domain.state.view import View

__all__ = ["EarlierDemand", "Explanation", "Shortage", "explain"]

_DEFAULT = AllocationPolicy()

EARLIER_MAX = 10
"""The default for the most earlier orders that are named."""


@attrs.frozen(kw_only=True)
class EarlierDemand:
    """The short units of an order that is served before another one.

    Attributes:
        order_id: The order.
        units: The units of the product that it is short of.
        is_urgent: Whether it may preempt units of later orders.
        is_served_first: Whether it comes before all others because it gave units to them.
    """

    order_id: str
    units: int
    is_urgent: bool = False
    is_served_first: bool = False


@attrs.frozen(kw_only=True)
class Shortage:
    """Why one line is short, and for how long.

    Attributes:
        line: The line.
        position: The position of the order in the queue of the product, 1 at its head. An order
            that is new, postponed or on hold, or blocked on another product, would have this
            position.
            `None` under a fair share, where no order comes first.
        earlier: The first orders before it in the queue. Under a fair share, the first orders
            that share with it.
        further_orders: The number of earlier orders that are not in `earlier`.
        further_units: The units that those orders are short of.
        available: The available units of the product.
        preemptible: The units that the order may preempt from later orders, if it is urgent.
        blocks: Whether all lines of the order are short of more units than are available or
            preemptible.
        cover: The source of the units that it needs.
    """

    line: OrderLine
    position: int | None
    earlier: tuple[EarlierDemand, ...] = ()
    further_orders: int = 0
    further_units: int = 0
    available: int = 0
    preemptible: int = 0
    blocks: bool = True
    cover: ExpectedCover

    @property
    def earlier_units(self) -> int:
        """All units that earlier orders are short of."""
        return sum(each.units for each in self.earlier) + self.further_units


@attrs.frozen(kw_only=True)
class Explanation:
    """Why an order waits.

    Attributes:
        order: The order, after the effects of time.
        policy: The policy by which the stock is allocated.
        at: The moment.
        blocked_on: The product that blocks an order that may not be allocated a part: without
            more units of it, the order cannot be completed.
        back_order_limits: The limits in force of the products that the order is short of.
        reallocation: The last reallocation in which the order gave or took units. `Seller.explain`
            finds it in the history; `explain` does not know it.
        shortages: Why each short line is short. Empty if no line is, or if the order is final.
    """

    order: Order
    policy: AllocationPolicy
    at: datetime = attrs.field(converter=validators.in_utc, validator=validators.moment)
    blocked_on: str | None = None
    back_order_limits: tuple[BackOrderLimit, ...] = ()
    reallocation: OrderReallocated | None = None
    shortages: tuple[Shortage, ...] = ()

    @property
    def allows_partial(self) -> bool:
        """Whether the order may be allocated a part while it waits."""
        return allows_partial(self.order, self.policy)

    @property
    def short_part(self) -> ShortPart:
        """What happens to the order when it becomes short."""
        return short_part_of(self.order, self.policy)

    @property
    def gives_up_at(self) -> datetime | None:
        """When `RunDue` gives the order up if it is on back order then; `None` if never."""
        return gives_up_at(self.order, self.policy.give_up_after)

    @property
    def offered_from(self) -> datetime | None:
        """When its day is near enough for it to be offered stock; `None` if it is."""
        is_postponed = self.shortages and is_far(self.order, self.policy, self.at)
        return offered_from(self.order, self.policy) if is_postponed else None

    @property
    def passes_left(self) -> int | None:
        """How often it may still be passed over before it may be allocated a part, if counted."""
        if self.allows_partial or self.policy.passes_max is None:
            return None
        passed_over = self.order.wait.passed_over if self.order.wait is not None else 0
        return max(0, self.policy.passes_max - passed_over)

    @property
    def partial_from(self) -> datetime | None:
        """When it will have waited long enough to be allocated a part, if that is counted."""
        wait, patience = self.order.wait, self.policy.wait_max
        return (
            None
            if self.allows_partial or wait is None or patience is None
            else wait.since + patience
        )

    @property
    def waits_to_split(self) -> bool:
        """Whether it has units that would leave automatically, but are too few yet."""
        splits = self.policy.fulfilment is not Fulfilment.COMPLETE
        waits = self.order.status is Status.ON_BACK_ORDER
        return splits and waits and bool(may_split_off(self.order, self.policy))

    @property
    def splits_from(self) -> datetime | None:
        """When it will have waited long enough to leave in parts of any size, if time counts."""
        wait, patience = self.order.wait, self.policy.split_wait_min
        if wait is None or patience is None or wait.allows_partial:
            return None
        return wait.since + patience

    @property
    def may_lose(self) -> bool:
        """Whether an urgent order before it may preempt its units."""
        preempts = self.policy.preemption is Preemption.URGENT
        return preempts and self.order.allocated > 0 and is_preemptible(self.order)

    @property
    def expected_at(self) -> datetime | None:
        """When the last short line is expected to be covered; `None` if this is not known."""
        covers = [shortage.cover for shortage in self.shortages]
        covered_at, begins = last_expected_at(covers), self.offered_from
        if begins is not None and all(cover.is_there for cover in covers):
            return begins
        return covered_at if covered_at is None or begins is None else max(covered_at, begins)

    @property
    def overdue_since(self) -> datetime | None:
        """When the first overdue receipt was expected that the order needs; `None` if none is."""
        return first_overdue_since(shortage.cover for shortage in self.shortages)


def explain(
    order_id: str,
    view: View,
    at: datetime,
    default_policy: AllocationPolicy = _DEFAULT,
    *,
    earlier_max: int = EARLIER_MAX,
) -> Explanation:
    """Explain why an order waits.

    The queue of each short product is read from its head to the order.

    Args:
        order_id: The order.
        view: The state of the seller.
        at: The present moment. Effects of time that are due at it count as applied.
        default_policy: The policy to use if the seller has none of its own.
        earlier_max: Name at most this many earlier orders, and count the others.

    Raises:
        OrderNotFoundError: If the seller has no such order.
        InvalidValueError: If an argument is not valid, such as an `earlier_max` below 0.
    """
    require_identifier("explain.order_id", order_id)
    require_view("explain.view", view)
    at = require_moment("explain.at", at)
    require_policy("explain.default_policy", default_policy)
    require_number("explain.earlier_max", earlier_max, 0, of="orders")
    policy = view.policy or default_policy
    released = effects_of_time(view, policy, at)
    now = Overlay(view, released)
    order = now.order(order_id)
    if order is None:
        raise OrderNotFoundError(view.seller_id, order_id)
    shortages = tuple(
        shortage
        for supply in ExpectedCovers(at, policy).supplies(order, now)
        for shortage in _shortages(supply, now, policy, earlier_max)
    )
    numbers = {line.line_id: number for number, line in enumerate(order.lines)}
    return Explanation(
        order=order,
        policy=policy,
        at=at,
        back_order_limits=_limits(order, now, at),
        blocked_on=_blocked_on(order, now, policy, shortages),
        shortages=tuple(sorted(shortages, key=lambda each: numbers[each.line.line_id])),
    )


def _shortages(
    supply: Supply, view: View, policy: AllocationPolicy, earlier_max: int
) -> list[Shortage]:
    """Explain the short lines of one product, for which the same orders come first."""
    order, sku = supply.order, supply.sku
    earlier: list[EarlierDemand] = []
    units = []
    for other, short in demand_before(order, sku, view, policy):
        units.append(short)
        if len(earlier) < earlier_max:
            demand = EarlierDemand(
                order_id=other.order_id,
                units=short,
                is_urgent=is_urgent(other, policy),
                is_served_first=is_served_first(other),
            )
            earlier.append(demand)
    supply.claim(sum(units))
    is_shared = policy.rationing is Rationing.FAIR_SHARE
    same_for_all: dict[str, Any] = {
        "position": None if is_shared else len(units) + 1,
        "earlier": tuple(earlier),
        "further_orders": len(units) - len(earlier),
        "further_units": sum(units[len(earlier) :]),
        "available": supply.available,
        "preemptible": supply.preemptible,
        "blocks": order.short_of(sku) > supply.available + supply.preemptible,
    }
    return [Shortage(line=line, cover=cover, **same_for_all) for line, cover in supply.covers()]


def _limits(order: Order, view: View, at: datetime) -> tuple[BackOrderLimit, ...]:
    if order.status not in MAY_BE_ALLOCATED:
        return ()
    short = {(order.warehouse_id, line.sku) for line in order.short_lines}
    return tuple(
        limit
        for limit in view.back_order_limits
        if (limit.key.warehouse_id, limit.key.sku) in short and limit.is_in_force(at)
    )


def _blocked_on(
    order: Order, view: View, policy: AllocationPolicy, shortages: tuple[Shortage, ...]
) -> str | None:
    if order.status is not Status.ON_BACK_ORDER or allows_partial(order, policy):
        return None
    blocking = [shortage.line.sku for shortage in shortages if shortage.blocks]
    return view.blocked_on(order.order_id) or next(iter(blocking), None)
