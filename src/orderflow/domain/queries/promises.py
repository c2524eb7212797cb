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
    require_key,
    require_moment,
    require_order,
    require_policy,
    require_view,
)
from orderflow.domain.model.commands import PlaceOrder
from orderflow.domain.model.events import ShortUnitsCancelled
from orderflow.domain.model.order import Order, OrderLine
from orderflow.domain.model.policy import AllocationPolicy
from orderflow.domain.model.status import Status
from orderflow.domain.model.stock import ExpectedReceipt, by_expectation
from orderflow.domain.state.overlay import Overlay
from orderflow.domain.state.view import View
from orderflow.errors import InvalidValueError

if TYPE_CHECKING:
    from orderflow.domain.model.stock import StockKey

__all__ = ["Promise", "available_to_promise", "earliest_promise"]

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
    if by < at:
        demand = f"{at:%Y-%m-%dT%H:%M:%SZ} or later"
        raise InvalidValueError("available_to_promise.by", demand, by)
    policy = view.policy or default_policy
    now = Overlay(view, effects_of_time(view, policy, at))
    (supply,) = ExpectedCovers(at, policy).supplies(_order_for(key, 1, at), now)
    supply.claim_earlier(now)
    units = min(supply.units_by(by), validators.UNITS_MAX)
    if units <= supply.units_at_once:
        return units
    kept = _Placed.of(_order_for(key, units, at), now, at, policy).units
    return max(kept, supply.units_at_once)


def earliest_promise(
    order: Order, view: View, at: datetime, default_policy: AllocationPolicy = _DEFAULT
) -> Promise | None:
    """Return when a new order would be covered if it is placed now.

    Args:
        order: The order, which was not placed yet. All its lines are to be covered.
        view: The state of the order's seller.
        at: The present moment. Receipts that were expected before it are overdue.
        default_policy: The policy to use if the seller has none of its own.

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
    _require_seller("earliest_promise.order", order.seller_id, view)
    policy = view.policy or default_policy
    now = Overlay(view, effects_of_time(view, policy, at))
    placed = _Placed.of(order, now, at, policy)
    if placed.units < order.units:
        return None
    covers = ExpectedCovers(at, policy).of(placed.order, placed.view)
    awaited = [cover for cover in covers if not cover.is_there]
    expected_at = last_expected_at(awaited) if awaited else at
    if expected_at is None:
        return None
    receipts = {receipt for cover in awaited for receipt in cover.receipts}
    return Promise(expected_at=expected_at, receipts=tuple(sorted(receipts, key=by_expectation)))


@attrs.frozen
class _Placed:
    """A new order as it is once it is placed.

    Attributes:
        order: The order.
        view: The state with it.
        units: The units that are covered or wait: not those that were cancelled or held at once.
    """

    order: Order
    view: View
    units: int

    @classmethod
    def of(cls, order: Order, view: View, at: datetime, policy: AllocationPolicy) -> _Placed:
        """Place an order."""
        outcome = decide(PlaceOrder(order=order, at=at), view, policy)
        after = Overlay(view, outcome)
        placed = next(each for each in outcome.orders if each.order_id == order.order_id)
        if placed.status not in _COVERED_OR_WAITING:
            return cls(placed, after, 0)
        cancelled = sum(
            units
            for event in outcome.events
            if isinstance(event, ShortUnitsCancelled) and event.order_id == order.order_id
            for _, units in event.units
        )
        return cls(placed, after, order.units - cancelled)


def _order_for(key: StockKey, units: int, at: datetime) -> Order:
    """Return a new order for units of a product, behind all that were placed until now."""
    return Order(
        order_id=_LAST_ID,
        seller_id=key.seller_id,
        warehouse_id=key.warehouse_id,
        lines=(OrderLine("1", key.sku, units),),
        placed_at=at,
    )


def _require_seller(field: str, seller_id: str, view: View) -> None:
    if seller_id != view.seller_id:
        demand = f"{view.seller_id!r}, the seller of the view"
        raise InvalidValueError(f"{field}.seller_id", demand, seller_id)
