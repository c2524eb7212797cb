"""What if receipts slip, come short, come over, or are added: which expected dates move.

An order on back order has the date at which it is expected to be covered: see `expected_cover`.
The changes are made on an `Overlay`, and nothing is saved. A receipt that is added is announced
there, by the same function that announces a real one. The dates before and after are compared for
the orders that are short of a product whose receipts changed: no others can move.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import chain
from typing import TYPE_CHECKING, TypeAlias

import attrs

from orderflow.domain.allocation.expected_cover import ExpectedCovers, last_expected_at
from orderflow.domain.decisions.decide import decide
from orderflow.domain.decisions.effects_of_time import effects_of_time
from orderflow.domain.model import validators
from orderflow.domain.model.arguments import (
    require_kind,
    require_moment,
    require_policy,
    require_view,
)
from orderflow.domain.model.commands import AnnounceReceipt
from orderflow.domain.model.order import Order
from orderflow.domain.model.outcome import Outcome
from orderflow.domain.model.policy import AllocationPolicy
from orderflow.domain.model.queue_position import placing
from orderflow.domain.model.stock import ExpectedReceipt
from orderflow.domain.state.overlay import Overlay
from orderflow.errors import ReceiptNotFoundError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from orderflow.domain.model.stock import ProductKey
    from orderflow.domain.state.view import View

__all__ = ["MovedDate", "ReceiptChange", "what_if"]

_DEFAULT = AllocationPolicy()


@attrs.frozen
class ReceiptChange:
    """How an expected receipt differs from what was announced.

    Attributes:
        receipt_id: The receipt.
        later: How much later it arrives; below 0 if it arrives earlier.
        more: How many more units arrive; below 0 if fewer do. If none are left, nothing arrives.
    """

    receipt_id: str = attrs.field(validator=validators.identifier)
    later: timedelta = attrs.field(
        default=timedelta(), validator=validators.duration_change, kw_only=True
    )
    more: int = attrs.field(
        default=0, validator=validators.whole(-validators.UNITS_MAX), kw_only=True
    )


Change: TypeAlias = ReceiptChange | ExpectedReceipt


@attrs.frozen(kw_only=True)
class MovedDate:
    """An order on back order that is expected to be covered at another time.

    Attributes:
        order: The order.
        before: When it was expected to be covered; `None` if this was not known.
        after: When it would be covered; `None` if this would not be known.
    """

    order: Order
    before: datetime | None
    after: datetime | None

    @property
    def is_later(self) -> bool:
        """Whether it is covered later than before, or at an unknown time."""
        return self.after is None or (self.before is not None and self.after > self.before)


def what_if(
    changes: Iterable[Change],
    view: View,
    at: datetime,
    default_policy: AllocationPolicy = _DEFAULT,
) -> tuple[MovedDate, ...]:
    """Return the orders whose expected dates move if receipts change, in the order of placing.

    Args:
        changes: The changes, which add up. An `ExpectedReceipt` is announced as it is.
        view: The state of the seller.
        at: The present moment. Receipts that were expected before it are overdue.
        default_policy: The policy to use if the seller has none of its own.

    Raises:
        ReceiptNotFoundError: If a receipt that changes is not expected.
        StockRefusedError: If a receipt is added with the id of one of another product.
        InvalidValueError: If an argument is not valid, such as more units short than announced.
    """
    require_view("what_if.view", view)
    at = require_moment("what_if.at", at)
    require_policy("what_if.default_policy", default_policy)
    policy = view.policy or default_policy
    now = Overlay(view, effects_of_time(view, policy, at))
    then, products = _with_changes(now, _all_of(changes), at, policy)
    covers_now, covers_then = ExpectedCovers(at, policy), ExpectedCovers(at, policy)
    moves = (
        MovedDate(
            order=order,
            before=last_expected_at(covers_now.of(order, now)),
            after=last_expected_at(covers_then.of(order, then)),
        )
        for order in _waiting_for(products, now, policy)
    )
    return tuple(move for move in moves if move.before != move.after)


def _all_of(changes: Iterable[Change]) -> Iterator[Change]:
    demand = "ReceiptChange or ExpectedReceipt objects, such as a list of them"
    require_kind("what_if.changes", changes, Iterable, demand=demand)
    for change in changes:
        require_kind("what_if.changes", change, (ReceiptChange, ExpectedReceipt), demand=demand)
        yield change


def _with_changes(
    then: Overlay, changes: Iterable[Change], at: datetime, policy: AllocationPolicy
) -> tuple[Overlay, set[ProductKey]]:
    """Return the state with the changes, and the products whose receipts change."""
    products: set[ProductKey] = set()
    for change in changes:
        receipt = change if isinstance(change, ExpectedReceipt) else _find(change.receipt_id, then)
        products.add((receipt.key.warehouse_id, receipt.key.sku))
        if isinstance(change, ExpectedReceipt):
            outcome = decide(AnnounceReceipt(receipt=change, at=at), then, policy)
        else:
            outcome = _changed(receipt, change)
        then = then.after(outcome)
    return then, products


def _find(receipt_id: str, view: View) -> ExpectedReceipt:
    receipt = view.receipt(receipt_id)
    if receipt is None:
        raise ReceiptNotFoundError(view.seller_id, receipt_id)
    return receipt


def _changed(receipt: ExpectedReceipt, change: ReceiptChange) -> Outcome:
    """Return the receipt as it would be. Even of a transfer, more or fewer units may arrive."""
    units, expected_at = receipt.quantity + change.more, receipt.expected_at + change.later
    validators.require(
        ok=validators.is_units(units, 0),
        field="ReceiptChange.more",
        demand=f"a number that leaves 0 to {validators.UNITS_MAX} units of receipt "
        f"{receipt.receipt_id!r}, which announces {receipt.quantity}",
        value=change.more,
    )
    validators.require(
        ok=validators.is_moment(expected_at),
        field="ReceiptChange.later",
        demand=f"a time after which receipt {receipt.receipt_id!r} is expected in the years "
        f"{validators.YEAR_MIN} to {validators.YEAR_MAX} of UTC",
        value=change.later,
    )
    seller_id = receipt.key.seller_id
    if not units:
        return Outcome(seller_id=seller_id, receipts_closed=(receipt.receipt_id,))
    changed = attrs.evolve(receipt, quantity=units, expected_at=expected_at)
    return Outcome(seller_id=seller_id, receipts=(changed,))


def _waiting_for(products: set[ProductKey], view: View, policy: AllocationPolicy) -> list[Order]:
    """Return the orders on back order that are short of any of these products."""
    if policy.restricts_partial:  # each of them is in the queue of one product only
        waiting = view.back_orders()
    else:
        waiting = chain.from_iterable(
            view.waiting(*product, policy) for product in sorted(products)
        )
    found = {
        order.order_id: order
        for order in waiting
        if any((order.warehouse_id, line.sku) in products for line in order.short_lines)
    }
    return sorted(found.values(), key=placing)
