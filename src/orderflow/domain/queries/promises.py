"""What a new order could be promised: how many units by a moment, and when all of it is covered.

Both questions are about an order that is placed now. It is placed on an `Overlay`, by the same
function that places a real one. So a short part or a limit of back orders has its effect: an order
that may not wait is promised only what is available. Then the receipts count as in
`expected_cover`, except that an overdue receipt promises nothing.

If the order is placed at once and the receipts arrive as announced, it gets what was promised. As
in `expected_cover`, the policy decides how exact this is.

- In strict order with partial allocation, it is exact. The order gets just the promised units, and
  is covered just at the promised moment.
- Under a fair share, it gets at least these units, and is covered at that moment or earlier.
- Without partial allocation, it is an estimate from one product at a time.

Orders on hold are not served, so they are not counted, although one that is released has its
earlier position in the queue.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import attrs

from orderflow.domain.allocation.expected_cover import ExpectedCovers, last_expected_at
from orderflow.domain.decisions.decide import decide
from orderflow.domain.decisions.effects_of_time import effects_of_time
from orderflow.domain.model import validators
from orderflow.domain.model.arguments import (
    require_identifier,
    require_key,
    require_moment,
    require_order,
    require_policy,
    require_sourcing,
    require_view,
)
from orderflow.domain.model.commands import PlaceOrder
from orderflow.domain.model.order import Order, OrderLine
from orderflow.domain.model.policy import AllocationPolicy
from orderflow.domain.model.status import Status
from orderflow.domain.model.stock import ExpectedReceipt, StockKey, by_expectation
from orderflow.domain.state.overlay import Overlay
from orderflow.domain.state.view import View
from orderflow.errors import InvalidValueError

if TYPE_CHECKING:
    from orderflow.domain.model.sourcing_policy import SourcingPolicy

__all__ = ["Promise", "available_to_promise", "available_to_promise_over", "earliest_promise"]

_DEFAULT = AllocationPolicy()

_COVERED_OR_WAITING = (Status.ALLOCATED, Status.ON_BACK_ORDER)
_LAST_ID = validators.IDENTIFIER_CHARACTERS_MAX * "\U000e01ef"
"""The last of all ids: its order comes after all others that were placed at the same moment."""


@attrs.frozen(kw_only=True)
class Promise:
    """When a new order can be covered.

    Attributes:
        expected_at: When all its lines are covered.
        receipts: The expected receipts that it rests on, in the order in which they are expected.
            Empty if everything is available.
    """

    expected_at: datetime = attrs.field(converter=validators.in_utc, validator=validators.moment)
    receipts: tuple[ExpectedReceipt, ...] = ()


def available_to_promise(
    key: StockKey,
    by: datetime,
    view: View,
    at: datetime,
    default_policy: AllocationPolicy = _DEFAULT,
) -> int:
    """Return the units of a product that a new order would get by a moment if it is placed now.

    It counts the units that are available, or expected until that moment, less those that earlier
    orders are short of. The new order has priority 0 and no promised date. For an order with other
    fields, use `earliest_promise`.

    Args:
        key: The product.
        by: The moment by which the order is to have the units.
        view: The state of the seller.
        at: The present moment. Receipts that were expected before it are overdue.
        default_policy: The policy to use if the seller has none of its own.

    Raises:
        InvalidValueError: If an argument is not valid, such as a `by` before `at`.
    """
    require_key("available_to_promise.key", key)
    by = require_moment("available_to_promise.by", by)
    require_view("available_to_promise.view", view)
    at = require_moment("available_to_promise.at", at)
    require_policy("available_to_promise.default_policy", default_policy)
    _require_seller("available_to_promise.key", key.seller_id, view)
    _require_later("available_to_promise.by", by, at)
    policy = view.policy or default_policy
    now = Overlay(view, effects_of_time(view, policy, at))
    (supply,) = ExpectedCovers(at, policy).supplies(
        _order_for(key.seller_id, key.warehouse_id, key.sku, 1, at), now
    )
    supply.claim_earlier(now)
    units = min(supply.units_by(by), validators.UNITS_MAX)
    if units <= supply.units_at_once:
        return units
    kept = _Placed.of(
        _order_for(key.seller_id, key.warehouse_id, key.sku, units, at), now, at, policy
    ).units
    return max(kept, supply.units_at_once)


def available_to_promise_over(
    sku: str,
    by: datetime,
    view: View,
    at: datetime,
    default_policy: AllocationPolicy = _DEFAULT,
    *,
    sourcing: SourcingPolicy,
) -> int:
    """Return the units of a product that a new order over several warehouses would get by a moment.

    It is the largest order of this product alone that would be covered by then. What is available
    counts wherever it is. What is expected counts only where the rest of such an order would wait.

    Args:
        sku: The product.
        by: The moment by which the order is to have the units.
        view: The state of the seller.
        at: The present moment. Receipts that were expected before it are overdue.
        default_policy: The policy to use if the seller has none of its own.
        sourcing: The warehouses, and how they are chosen.

    Raises:
        InvalidValueError: If an argument is not valid, such as a `by` before `at`.
    """
    require_identifier("available_to_promise_over.sku", sku)
    require_sourcing("available_to_promise_over.sourcing", sourcing)
    by = require_moment("available_to_promise_over.by", by)
    require_view("available_to_promise_over.view", view)
    at = require_moment("available_to_promise_over.at", at)
    require_policy("available_to_promise_over.default_policy", default_policy)
    _require_later("available_to_promise_over.by", by, at)
    policy = view.policy or default_policy
    now = Overlay(view, effects_of_time(view, policy, at))
    covers, seller_id = ExpectedCovers(at, policy), view.seller_id
    supplies = []
    for warehouse_id in sourcing.warehouses:
        order = _order_for(seller_id, warehouse_id, sku, 1, at)
        supplies += covers.supplies(order, now)
    for supply in supplies:
        supply.claim_earlier(now)
    everywhere = sum(supply.available for supply in supplies)
    possible = {everywhere}
    for supply in supplies:
        until_then = supply.units_by(by)
        possible |= {supply.available, until_then, everywhere - supply.available + until_then}
    for units in sorted(possible, reverse=True):
        if not 0 < units <= validators.UNITS_MAX:
            continue
        order = _order_for(seller_id, "", sku, units, at)
        promise = _promise(order, now, at, policy, sourcing)
        if promise is not None and promise.expected_at <= by:
            return units
    return 0


def earliest_promise(
    order: Order,
    view: View,
    at: datetime,
    default_policy: AllocationPolicy = _DEFAULT,
    *,
    sourcing: SourcingPolicy | None = None,
) -> Promise | None:
    """Return when a new order would be covered if it is placed now.

    Args:
        order: The order, which was not placed yet. All its lines are to be covered.
        view: The state of the order's seller.
        at: The present moment. Receipts that were expected before it are overdue.
        default_policy: The policy to use if the seller has none of its own.
        sourcing: How its warehouses are chosen, if it names none.

    Returns:
        The earliest moment at which all its lines are covered, and the receipts it rests on.
        `None` if too few units are announced, if the order may not wait for them, or if it would be
        postponed.

    Raises:
        DuplicateOrderError: If the order was placed already.
        RefusedError: If it cannot be placed for another reason.
        InvalidValueError: If an argument is not valid.
    """
    require_order("earliest_promise.order", order)
    require_view("earliest_promise.view", view)
    at = require_moment("earliest_promise.at", at)
    require_policy("earliest_promise.default_policy", default_policy)
    if sourcing is not None:
        require_sourcing("earliest_promise.sourcing", sourcing)
    _require_seller("earliest_promise.order", order.seller_id, view)
    policy = view.policy or default_policy
    now = Overlay(view, effects_of_time(view, policy, at))
    return _promise(order, now, at, policy, sourcing)


def _promise(
    order: Order, now: View, at: datetime, policy: AllocationPolicy, sourcing: SourcingPolicy | None
) -> Promise | None:
    placed = _Placed.of(order, now, at, policy, sourcing)
    if placed.units < order.units:
        return None
    covers = ExpectedCovers(at, policy)
    awaited = [
        cover
        for part in placed.parts
        for cover in covers.of(part, placed.view)
        if not cover.is_there
    ]
    expected_at = last_expected_at(awaited) if awaited else at
    if expected_at is None:
        return None
    receipts = {receipt for cover in awaited for receipt in cover.receipts}
    return Promise(expected_at=expected_at, receipts=tuple(sorted(receipts, key=by_expectation)))


@attrs.frozen
class _Placed:
    """A new order as it is once it is placed.

    Attributes:
        parts: The order, and those split off from it, that are covered or wait.
        view: The state with them.
    """

    parts: tuple[Order, ...]
    view: View

    @classmethod
    def of(
        cls,
        order: Order,
        view: View,
        at: datetime,
        policy: AllocationPolicy,
        sourcing: SourcingPolicy | None = None,
    ) -> _Placed:
        """Place an order."""
        command = PlaceOrder(order=order, at=at, sourcing=sourcing)
        outcome = decide(command, view, policy)
        ids = {order.order_id}
        for each in outcome.orders:  # an order is split before its parts are
            if each.split_from in ids:
                ids.add(each.order_id)
        parts = [each for each in outcome.orders if each.order_id in ids]
        kept = tuple(each for each in parts if each.status in _COVERED_OR_WAITING)
        return cls(kept, Overlay(view, outcome))

    @property
    def units(self) -> int:
        """The units that are covered or wait: not those that were cancelled or held at once."""
        return sum(part.units for part in self.parts)


def _order_for(seller_id: str, warehouse_id: str, sku: str, units: int, at: datetime) -> Order:
    """Return a new order for units of a product, behind all that were placed until now."""
    return Order(
        order_id=_LAST_ID,
        seller_id=seller_id,
        warehouse_id=warehouse_id,
        lines=(OrderLine("1", sku, units),),
        placed_at=at,
    )


def _require_later(field: str, by: datetime, at: datetime) -> None:
    if by < at:
        raise InvalidValueError(field, f"{at:%Y-%m-%dT%H:%M:%SZ} or later", by)


def _require_seller(field: str, seller_id: str, view: View) -> None:
    if seller_id != view.seller_id:
        demand = f"{view.seller_id!r}, the seller of the view"
        raise InvalidValueError(f"{field}.seller_id", demand, seller_id)
