"""The pool: the orders that a plan considers, and the units that it may deal out.

Units that are available are in the pool, and so are those of every order that may lose some. An
order that loses nothing keeps its own, and needs only what it is short of. One that may lose its
units needs all of them back to be completed.
"""

from __future__ import annotations

from datetime import datetime
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING

import attrs

from orderflow.domain.allocation.expected_cover import ExpectedCovers, last_expected_at
from orderflow.domain.decisions.effects_of_time import effects_of_time
from orderflow.domain.model.customer_wait import customer_waits_since
from orderflow.domain.model.horizon import is_far
from orderflow.domain.model.order import Order
from orderflow.domain.model.policy import (
    AllocationPolicy,
    PartialAllocation,
    allows_partial,
    is_urgent,
    queue_position,
    short_part_of,
)
from orderflow.domain.model.short_part import ShortPart
from orderflow.domain.model.status import Status
from orderflow.domain.model.stock import ProductKey
from orderflow.domain.planning.stances import GAINING, LOSING, PlanRule, Protection, Stance
from orderflow.domain.planning.weights import WeightOf
from orderflow.domain.state.overlay import Overlay
from orderflow.domain.state.view import View
from orderflow.errors import PlanRefusedError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import timedelta


__all__ = ["Member", "Pool", "read_pool"]

_PAGE_ORDERS = 1_000


@attrs.frozen(eq=False)
class Member:
    """An order that a plan considers.

    Attributes:
        order: The order.
        version: Its version in the state that was read, before any effect of time.
        group: The number of the rule that matches it.
        gains: Whether the plan may complete it.
        loses: Whether the plan may take units of it.
        must_be_full: Whether the plan must complete it.
        may_have_part: Whether it may be allocated a part while it waits.
        has_no_weight: Whether it is left alone because it has no weight.
        weight: What completing it is worth; 0 if it does not gain.
        short: The units that it is short of, by product.
        own: The units that it has, by product.
    """

    order: Order
    version: int
    group: int
    gains: bool
    loses: bool
    must_be_full: bool
    may_have_part: bool
    has_no_weight: bool
    weight: int
    short: dict[ProductKey, int]
    own: dict[ProductKey, int]

    @property
    def needs(self) -> dict[ProductKey, int]:
        """The units of the pool that it needs to be complete."""
        if not self.loses:
            return self.short
        needs = dict(self.short)
        for product, units in self.own.items():
            needs[product] = needs.get(product, 0) + units
        return needs

    @property
    def is_complete(self) -> bool:
        """Whether it is short of nothing."""
        return not self.short

    def waits_for(self, at: datetime) -> timedelta:
        """Return how long its customer has waited: see `customer_waits_since`."""
        return at - _waits_since(self.order)


@attrs.frozen(eq=False)
class Pool:
    """The orders that a plan considers, and the available units.

    Attributes:
        seller_id: The seller.
        at: The moment.
        policy: The seller's policy.
        rules: The rules; the last group has the orders that none of them matches.
        protection: What is protected.
        members: The orders, in the order of their positions in the queues.
        available: The available units of each product that any of them is short of.
    """

    seller_id: str
    at: datetime
    policy: AllocationPolicy
    rules: tuple[PlanRule, ...]
    protection: Protection
    members: tuple[Member, ...]
    available: dict[ProductKey, int]


@attrs.frozen
class _Reader:
    view: View
    now: Overlay
    policy: AllocationPolicy
    at: datetime
    rules: tuple[PlanRule, ...]
    protection: Protection
    weight_of: WeightOf
    changed: frozenset[str]
    limited: frozenset[ProductKey]
    covers: ExpectedCovers

    def member(self, order: Order) -> Member:
        group, stance = self._rule_of(order)
        weight = self.weight_of(order) if stance in GAINING else None
        has_no_weight = stance in GAINING and weight is None
        if has_no_weight:
            stance = Stance.LEFT_ALONE
        short: dict[ProductKey, int] = {}
        own: dict[ProductKey, int] = {}
        for line in order.lines:
            product = (order.warehouse_id, line.sku)
            if line.short:
                short[product] = short.get(product, 0) + line.short
            if line.allocated:
                own[product] = own.get(product, 0) + line.allocated
        return Member(
            order=order,
            version=self._version(order),
            group=group,
            gains=stance in GAINING,
            loses=stance in LOSING and self._may_lose(order),
            must_be_full=stance is Stance.MUST_BE_FULL,
            may_have_part=allows_partial(order, self.policy),
            has_no_weight=has_no_weight,
            weight=weight or 0,
            short=short,
            own=own,
        )

    def _rule_of(self, order: Order) -> tuple[int, Stance]:
        for number, rule in enumerate(self.rules):
            expected_at = None
            if rule.filter.needs_expected_at:
                expected_at = last_expected_at(self.covers.of(order, self.now))
            if rule.filter.matches(order, self.at, expected_at):
                return number, rule.stance
        return len(self.rules), Stance.MAY_LOSE

    def _may_lose(self, order: Order) -> bool:
        longest, is_complete = self.protection.waiting_longer_than, order.status is Status.ALLOCATED
        return not (
            order.pinned
            or is_urgent(order, self.policy)
            or (longest is not None and self.at - _waits_since(order) > longest)
            or (is_complete and not self._may_wait(order))
        )

    def _may_wait(self, order: Order) -> bool:
        """Whether an allocated order that loses units waits for them, and keeps the others."""
        return (
            not self.protection.complete
            and self.policy.partial_allocation is PartialAllocation.ALWAYS
            and short_part_of(order, self.policy) is ShortPart.WAIT
            and not is_far(order, self.policy, self.at)
            and not any((order.warehouse_id, line.sku) in self.limited for line in order.lines)
        )

    def _version(self, order: Order) -> int:
        if order.order_id not in self.changed:
            return order.version
        before = self.view.order(order.order_id)
        return order.version if before is None else before.version


def read_pool(
    view: View,
    at: datetime,
    policy: AllocationPolicy,
    *,
    rules: tuple[PlanRule, ...],
    protection: Protection,
    weight_of: WeightOf,
    waiting_max: int,
) -> Pool:
    """Read the orders on back order, and the units that could be dealt out to them.

    Raises:
        PlanRefusedError: If more than `waiting_max` orders are on back order.
    """
    outcome = effects_of_time(view, policy, at)
    now = Overlay(view, outcome)
    reader = _Reader(
        view,
        now,
        policy,
        at,
        rules,
        protection,
        weight_of,
        frozenset(order.order_id for order in outcome.orders),
        frozenset((limit.key.warehouse_id, limit.key.sku) for limit in view.back_order_limits),
        ExpectedCovers(at, policy),
    )
    members = [reader.member(order) for order in _waiting(now, waiting_max)]
    short = sorted({product for member in members if member.gains for product in member.short})
    available = _available(now, short)
    if not protection.complete:
        members += [reader.member(order) for order in _complete(now, short)]
    members.sort(key=lambda member: queue_position(member.order, policy.queue))
    return Pool(view.seller_id, at, policy, rules, protection, tuple(members), available)


def _waiting(now: View, waiting_max: int) -> Iterator[Order]:
    """Yield the orders on back order, read in pages."""
    count, last = 0, None
    while True:
        page = sorted(now.back_orders(last, _PAGE_ORDERS), key=_placed)
        count += len(page)
        if count > waiting_max:
            raise PlanRefusedError(
                f"more than {waiting_max:,} orders are on back order: allow more with "
                f"`waiting_max`, if the memory is there",
            )
        yield from page
        if len(page) < _PAGE_ORDERS:
            return
        last = page[-1]


def _placed(order: Order) -> tuple[datetime, str]:
    return order.placed_at, order.order_id


def _waits_since(order: Order) -> datetime:
    return customer_waits_since(order) or order.placed_at


def _available(now: View, products: list[ProductKey]) -> dict[ProductKey, int]:
    found = {}
    for warehouse_id, group in groupby(products, key=itemgetter(0)):
        skus = [sku for _, sku in group]
        for stock in now.stock(warehouse_id, skus):
            if stock.available:
                found[warehouse_id, stock.key.sku] = stock.available
    return found


def _complete(now: View, products: list[ProductKey]) -> list[Order]:
    """Return the allocated orders that have units of these products."""
    found = {
        order.order_id: order
        for product in products
        for order in now.orders_with_units(*product)
        if order.status is Status.ALLOCATED
    }
    return list(found.values())
