"""Why an order is where it is: who comes before it, what it holds, and what would cover it.

The answer is data. `orderflow.wording.explanation.in_words` makes sentences of it.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import attrs

from orderflow.domain.decisions.decide import decide
from orderflow.domain.model import validators
from orderflow.domain.model.commands import ReleaseEndedHolds
from orderflow.domain.model.order import Order, OrderLine
from orderflow.domain.model.policy import (
    AllocationPolicy,
    Preemption,
    Rationing,
    allows_partial,
    is_urgent,
)
from orderflow.domain.model.status import FROZEN, Status
from orderflow.domain.queries.expected_cover import (
    ExpectedCover,
    Supply,
    demand_before,
    lines_to_cover,
)
from orderflow.domain.state.overlay import Overlay
from orderflow.errors import OrderNotFoundError

if TYPE_CHECKING:
    from orderflow.domain.state.view import View

__all__ = ["EarlierDemand", "Explanation", "Shortage", "explain"]

_DEFAULT = AllocationPolicy()

EARLIER_MAX = 10
"""How many earlier orders are named, unless told otherwise."""


@attrs.frozen(kw_only=True)
class EarlierDemand:
    """What one order is short of that is served before another one.

    Attributes:
        order_id: The order.
        units: The units of the product that it is short of.
        is_urgent: Whether it may preempt units of later orders.
    """

    order_id: str
    units: int
    is_urgent: bool = False


@attrs.frozen(kw_only=True)
class Shortage:
    """Why one line is short, and for how long.

    Attributes:
        line: The line.
        position: The position of the order in the queue of the product, 1 at its head. An order
            that is new or on hold, or blocked on another product, would have this position.
            `None` under a fair share, where nobody comes first.
        earlier: The first orders before it in the queue. Under a fair share, the first orders
            that share with it.
        further_orders: How many more there are of these.
        further_units: What those are short of.
        available: The available units of the product.
        preemptible: The units that the order may preempt from later orders, if it is urgent.
        blocks: Whether all lines of the order are short of more units than are available or
            preemptible.
        cover: Where its units are to come from.
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
    """Why an order is where it is.

    Attributes:
        order: The order, as time has left it at the moment.
        policy: The rules that the stock is given by.
        at: The moment.
        blocked_on: The product that an order on back order waits for before any other, where it
            holds nothing until it is complete: without more of it, nothing else completes it.
        shortages: For each short line, why. None if the order has none or gets nothing any more.
    """

    order: Order
    policy: AllocationPolicy
    at: datetime = attrs.field(converter=validators.in_utc, validator=validators.moment)
    blocked_on: str | None = None
    shortages: tuple[Shortage, ...] = ()

    @property
    def allows_partial(self) -> bool:
        """Whether the order may be allocated a part while it waits."""
        return allows_partial(self.order, self.policy)

    @property
    def passes_left(self) -> int | None:
        """How often it may still be passed over before it may be allocated a part, if counted."""
        if self.allows_partial or self.policy.passes_max is None:
            return None
        passed_over = self.order.wait.passed_over if self.order.wait is not None else 0
        return max(0, self.policy.passes_max - passed_over)

    @property
    def partial_from(self) -> datetime | None:
        """When it has waited long enough to be allocated a part, if it ever has."""
        wait, patience = self.order.wait, self.policy.wait_max
        return (
            None
            if self.allows_partial or wait is None or patience is None
            else wait.since + patience
        )

    @property
    def may_lose(self) -> bool:
        """Whether an urgent order before it may preempt its units."""
        preempts = self.policy.preemption is Preemption.URGENT
        return preempts and self.order.allocated > 0 and self.order.status not in FROZEN

    @property
    def expected_at(self) -> datetime | None:
        """When the last short line is expected to be covered; none if nobody knows that."""
        covers = [shortage.cover for shortage in self.shortages]
        if not all(cover.is_known for cover in covers):
            return None
        moments = [cover.expected_at for cover in covers if cover.expected_at is not None]
        return max(moments, default=None)


def explain(
    order_id: str,
    view: View,
    at: datetime,
    default_policy: AllocationPolicy = _DEFAULT,
    *,
    earlier_max: int = EARLIER_MAX,
) -> Explanation:
    """Explain why an order is where it is.

    The queue of each short product is read from its head to the order.

    Args:
        order_id: The order.
        view: The state of the seller.
        at: The present moment: what it has brought about is taken into account.
        default_policy: Who gets the stock, if the seller has no policy of its own.
        earlier_max: Name at most this many of the earlier orders, and count the others.

    Raises:
        OrderNotFoundError: If the seller has no such order.
        InvalidValueError: If fewer than none are to be named.
    """
    validators.require(
        ok=validators.is_units(earlier_max, 0),
        field="explain.earlier_max",
        demand="a whole number of orders, 0 or more",
        value=earlier_max,
    )
    policy = view.policy or default_policy
    brought_by_time = decide(ReleaseEndedHolds(seller_id=view.seller_id, at=at), view, policy)
    now = Overlay(view, brought_by_time)
    order = now.order(order_id)
    if order is None:
        raise OrderNotFoundError(view.seller_id, order_id)
    shortages = tuple(
        shortage
        for sku in {line.sku: None for line in lines_to_cover(order)}
        for shortage in _shortages(order, sku, now, policy, earlier_max)
    )
    numbers = {line.line_id: number for number, line in enumerate(order.lines)}
    return Explanation(
        order=order,
        policy=policy,
        at=at,
        blocked_on=_blocked_on(order, now, policy, shortages),
        shortages=tuple(sorted(shortages, key=lambda each: numbers[each.line.line_id])),
    )


def _shortages(
    order: Order, sku: str, view: View, policy: AllocationPolicy, earlier_max: int
) -> list[Shortage]:
    """Explain the short lines of one product, for which the same orders come first."""
    earlier: list[EarlierDemand] = []
    units = []
    for other, short in demand_before(order, sku, view, policy):
        units.append(short)
        if len(earlier) < earlier_max:
            urgent = is_urgent(other, policy)
            earlier.append(EarlierDemand(order_id=other.order_id, units=short, is_urgent=urgent))
    supply = Supply(order, sku, view, policy)
    supply.claim(units)
    lines = [line for line in order.short_lines if line.sku == sku]
    needed = order.short_of(sku)
    is_shared = policy.rationing is Rationing.FAIR_SHARE
    return [
        Shortage(
            line=line,
            position=None if is_shared else len(units) + 1,
            earlier=tuple(earlier),
            further_orders=len(units) - len(earlier),
            further_units=sum(units[len(earlier) :]),
            available=supply.available,
            preemptible=supply.preemptible,
            blocks=needed > supply.available + supply.preemptible,
            cover=supply.cover(line),
        )
        for line in lines
    ]


def _blocked_on(
    order: Order, view: View, policy: AllocationPolicy, shortages: tuple[Shortage, ...]
) -> str | None:
    if order.status is not Status.ON_BACK_ORDER or allows_partial(order, policy):
        return None
    blocking = [shortage.line.sku for shortage in shortages if shortage.blocks]
    return view.blocked_on(order.order_id) or next(iter(blocking), None)
