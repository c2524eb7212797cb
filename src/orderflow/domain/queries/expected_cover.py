"""Who is served before an order, and which receipts would bring what it is short of.

The queue of a product is laid against what is expected of it, one receipt after another: the
receipt that covers a line is the first with which the units that have come suffice for everyone
who stands before the order, and for the line. This is what happens if the receipts come as they
are announced and nothing else changes, where

- the queue is served in strict order, and orders keep what there is: then exactly that;
- shares are fair: then at the latest, for all who wait are counted as if they came before;
- short orders hold nothing until they are complete: then as far as can be told from one product.
  Orders that wait for another product before this one are not counted, nor is it foreseen that
  what does not complete an order may go to a smaller one behind it.

Orders on hold are passed over as long as they are held, and not counted.
"""

from __future__ import annotations

from bisect import bisect_left
from itertools import accumulate
from typing import TYPE_CHECKING

import attrs

from orderflow.domain.allocation.preemption import is_preemptible
from orderflow.domain.model.policy import (
    AllocationPolicy,
    Rationing,
    allows_partial,
    is_urgent,
    queue_position,
)
from orderflow.domain.model.status import MAY_WAIT, Status
from orderflow.domain.model.stock import ExpectedReceipt

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from orderflow.domain.model.order import Order, OrderLine
    from orderflow.domain.state.view import View

__all__ = ["ExpectedCover", "expected_cover"]

_DEFAULT = AllocationPolicy()


@attrs.frozen(kw_only=True)
class ExpectedCover:
    """Where the units of one short line are to come from.

    Attributes:
        line_id: The line.
        sku: Its product.
        is_there: Whether what is available suffices: the order waits for something else, or to
            be processed or released.
        receipts: The expected receipts that have to come until it is covered, in the order in
            which they are expected. None if it is there, or if all that is expected does not
            suffice.
    """

    line_id: str
    sku: str
    is_there: bool = False
    receipts: tuple[ExpectedReceipt, ...] = ()

    @property
    def expected_at(self) -> datetime | None:
        """When the last of the receipts is expected; none if nobody knows, or if it is there."""
        return self.receipts[-1].expected_at if self.receipts else None

    @property
    def is_known(self) -> bool:
        """Whether it is there or announced."""
        return self.is_there or bool(self.receipts)


def expected_cover(
    order: Order, view: View, default_policy: AllocationPolicy = _DEFAULT
) -> tuple[ExpectedCover, ...]:
    """Return for each short line where its units are to come from.

    The queue is read from its head, no further than what is expected reaches.

    Args:
        order: The order, as it is in the view. Only a new order and one on hold or on back order
            has short lines.
        view: The state of the order's seller.
        default_policy: Who gets the stock, if the seller has no policy of its own.
    """
    policy = view.policy or default_policy
    lines = lines_to_cover(order)
    supplies: dict[str, Supply] = {}
    for sku in {line.sku: None for line in lines}:
        supply = supplies[sku] = Supply(order, sku, view, policy)
        supply.claim(units for _, units in demand_before(order, sku, view, policy))
    return tuple(supplies[line.sku].cover(line) for line in lines)


def lines_to_cover(order: Order) -> tuple[OrderLine, ...]:
    """Return the lines that are short and may still get what they lack."""
    waits = order.status is Status.NEW or order.status in MAY_WAIT
    return order.short_lines if waits else ()


def demand_before(
    order: Order, sku: str, view: View, policy: AllocationPolicy
) -> Iterator[tuple[Order, int]]:
    """Yield the orders that are served before the order, with the units that they are short of.

    Where shares are fair these are all others who wait for the product.
    """
    position = queue_position(order, policy.queue)
    is_shared = policy.rationing is Rationing.FAIR_SHARE
    for other in view.waiting(order.warehouse_id, sku, policy):
        if not is_shared and queue_position(other, policy.queue) >= position:
            return
        if other.order_id != order.order_id:
            yield other, other.short_of(sku)


class Supply:
    """What there is of a product and what is expected, and how much of it others get first."""

    def __init__(self, order: Order, sku: str, view: View, policy: AllocationPolicy) -> None:
        self._order = order
        self._policy = policy
        records = view.stock(order.warehouse_id, (sku,))
        self.available = sum(record.available for record in records)
        self.preemptible = _preemptible(order, sku, view, policy)
        self._receipts = tuple(view.expected(order.warehouse_id, sku))
        self._claimed = 0

    def claim(self, claims: Iterable[int]) -> None:
        """Count what others get first, until that is all that there will be."""
        due = (
            self.available + self.preemptible + sum(receipt.quantity for receipt in self._receipts)
        )
        for units in claims:
            self._claimed += units
            if self._claimed >= due:
                return

    def cover(self, line: OrderLine) -> ExpectedCover:
        """Say which of the receipts have to come for a line of the order."""
        own = _own_units(self._order, line, self._policy)
        missing = self._claimed + own - self.available - self.preemptible
        is_there = missing <= 0 or own <= self.preemptible
        come = list(accumulate(receipt.quantity for receipt in self._receipts))
        number = 0 if is_there else 1 + bisect_left(come, missing)
        receipts = self._receipts[:number] if number <= len(come) else ()
        return ExpectedCover(
            line_id=line.line_id, sku=line.sku, is_there=is_there, receipts=receipts
        )


def _own_units(order: Order, line: OrderLine, policy: AllocationPolicy) -> int:
    """Return the units that have to come for a line, with those for the order's other lines."""
    same = [each for each in order.short_lines if each.sku == line.sku]
    if allows_partial(order, policy) and policy.rationing is Rationing.STRICT:
        same = same[: same.index(line) + 1]  # they take what there is one after another
    return sum(each.short for each in same)


def _preemptible(order: Order, sku: str, view: View, policy: AllocationPolicy) -> int:
    """Return the units that the order, if it is urgent, may preempt from later orders."""
    if not is_urgent(order, policy):
        return 0
    position = queue_position(order, policy.queue)
    return sum(
        later.allocated_of(sku)
        for later in view.orders_with_units(order.warehouse_id, sku)
        if is_preemptible(later, position, policy.queue)
    )
