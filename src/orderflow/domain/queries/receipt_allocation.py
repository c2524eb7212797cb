"""Who gets what of an expected receipt.

The receipt is booked in on an `Overlay`, by the same function that books in a real one, at the
moment at which it is expected. The receipts of the same product that are expected earlier are
booked in before it. Other products have the stock that they have now: an order that waits for one
of them as well is not completed.

An overdue receipt is booked in now, before all others.
"""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import TYPE_CHECKING

import attrs

from orderflow.domain.decisions.decide import decide
from orderflow.domain.decisions.effects_of_time import effects_of_time
from orderflow.domain.model import validators
from orderflow.domain.model.arguments import (
    require_identifier,
    require_moment,
    require_policy,
    require_view,
)
from orderflow.domain.model.commands import BookInStock
from orderflow.domain.model.events import OrderAllocated, OrderDeallocated, OrderPartlyAllocated
from orderflow.domain.model.policy import AllocationPolicy, queue_position
from orderflow.domain.model.stock import ExpectedReceipt
from orderflow.domain.state.overlay import Overlay
from orderflow.errors import ReceiptNotFoundError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from orderflow.domain.model.outcome import Outcome
    from orderflow.domain.state.view import View

__all__ = ["ReceiptAllocation", "ServedOrder", "receipt_allocation"]

_DEFAULT = AllocationPolicy()
_CHANGES_UNITS = (OrderAllocated, OrderPartlyAllocated, OrderDeallocated)


@attrs.frozen(kw_only=True)
class ServedOrder:
    """An order that gets units of a product when a receipt is booked in.

    Attributes:
        order_id: The order.
        units: The units of the product that it gets. Below 0 if it loses them, because the receipt
            enables an urgent order to preempt them.
        short: The units of all products that it is still short of.
    """

    order_id: str
    units: int
    short: int

    @property
    def is_completed(self) -> bool:
        """Whether the receipt completes the order."""
        return not self.short


@attrs.frozen(kw_only=True)
class ReceiptAllocation:
    """Who gets what of an expected receipt.

    Attributes:
        receipt: The receipt.
        at: When it is booked in: when it is expected, or now if it is overdue.
        served: The orders that get units of it, in the order of the queue.
        left: The available units of the product afterwards.
    """

    receipt: ExpectedReceipt
    at: datetime = attrs.field(converter=validators.in_utc, validator=validators.moment)
    served: tuple[ServedOrder, ...] = ()
    left: int = 0

    @property
    def completed(self) -> tuple[ServedOrder, ...]:
        """The orders that it completes."""
        return tuple(order for order in self.served if order.is_completed)

    @property
    def partly_served(self) -> tuple[ServedOrder, ...]:
        """The orders that are still short afterwards."""
        return tuple(order for order in self.served if not order.is_completed)


def receipt_allocation(
    receipt_id: str, view: View, at: datetime, default_policy: AllocationPolicy = _DEFAULT
) -> ReceiptAllocation:
    """Return who gets what of an expected receipt.

    Args:
        receipt_id: The receipt.
        view: The state of the seller.
        at: The present moment. A receipt that was expected before it counts as booked in now.
        default_policy: The policy to use if the seller has none of its own.

    Raises:
        ReceiptNotFoundError: If no such receipt is expected.
        RefusedError: If it cannot be booked in.
        InvalidValueError: If an argument is not valid.
    """
    require_identifier("receipt_allocation.receipt_id", receipt_id)
    require_view("receipt_allocation.view", view)
    at = require_moment("receipt_allocation.at", at)
    require_policy("receipt_allocation.default_policy", default_policy)
    policy = view.policy or default_policy
    receipt = view.receipt(receipt_id)
    if receipt is None:
        raise ReceiptNotFoundError(view.seller_id, receipt_id)
    before = Overlay(view, effects_of_time(view, policy, at))
    for earlier in _before(receipt, view, at):
        before = before.after(decide(_booking(earlier, earlier.expected_at), before, policy))
    moment = max(at, receipt.expected_at)
    before = before.after(effects_of_time(before, policy, moment))
    outcome = decide(_booking(receipt, moment), before, policy)
    return ReceiptAllocation(
        receipt=receipt,
        at=moment,
        served=tuple(_served(receipt, outcome, before, policy)),
        left=next(each.available for each in outcome.stock if each.key == receipt.key),
    )


def _before(receipt: ExpectedReceipt, view: View, at: datetime) -> Iterable[ExpectedReceipt]:
    """Return the receipts of the same product that arrive earlier."""
    if receipt.is_overdue(at):
        return []
    receipts = view.expected(receipt.key.warehouse_id, receipt.key.sku)
    due = [each for each in receipts if not each.is_overdue(at)]
    return due[: due.index(receipt)]


def _booking(receipt: ExpectedReceipt, at: datetime) -> BookInStock:
    return BookInStock(
        key=receipt.key, received=receipt.quantity, receipt_id=receipt.receipt_id, at=at
    )


def _served(
    receipt: ExpectedReceipt, outcome: Outcome, view: View, policy: AllocationPolicy
) -> Iterator[ServedOrder]:
    """Yield the orders that get units of the product, or lose them."""
    events = [event for event in outcome.events if isinstance(event, _CHANGES_UNITS)]
    ids = {event.order_id for event in events}
    view.prefetch(ids)
    orders = {order.order_id: order for order in map(view.order, ids) if order is not None}
    units = Counter[str]()
    for event in events:
        own = {line.line_id for line in orders[event.order_id].lines_of(receipt.key.sku)}
        sign = -1 if isinstance(event, OrderDeallocated) else 1
        units[event.order_id] += sign * sum(n for line_id, n in event.units if line_id in own)
    short = {order.order_id: order.short for order in outcome.orders}
    served = [orders[order_id] for order_id, number in units.items() if number]
    for order in sorted(served, key=lambda each: queue_position(each, policy.queue)):
        name = order.order_id
        yield ServedOrder(order_id=name, units=units[name], short=short[name])
